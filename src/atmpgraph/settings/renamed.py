"""Names that settings had before they were grouped; each is refused with the name that it has now."""

from typing import Final

_BY_GROUP: Final = {
    "folders": {
        "data": "data",
        "ontology": "ontology",
        "shapes": "shapes",
        "queries": "queries",
        "texts": "source_texts",
        "releases": "releases",
    },
    "history": {
        "keep_releases": "max_releases",
        "stream_page_size": "stream_page_members",
        "stream_versions": "stream_versions",
    },
    "server": {
        "host": "host",
        "port": "port",
        "workers": "workers",
        "max_body_seconds": "body_timeout_seconds",
    },
    "queries": {
        "query_service": "socket",
        "query_workers": "workers",
        "query_seconds": "timeout_seconds",
        "max_waiting_seconds": "queue_timeout_seconds",
        "query_memory": "memory_bytes",
        "max_result_rows": "max_rows",
        "max_result_bytes": "max_bytes",
        "max_waiting_queries": "max_queued",
        "max_queries_per_client": "max_running_per_client",
        "query_budget": "running_seconds_per_minute",
        "max_query_length": "max_length_characters",
        "max_query_nesting": "max_nesting",
        "max_spooled_bytes": "spool_bytes",
    },
    "federation": {
        "federation": "services",
        "max_service_clauses": "max_clauses",
        "service_seconds": "timeout_seconds",
        "max_service_bytes": "max_bytes",
    },
    "limits": {
        "max_path_length": "path_characters",
        "max_header_length": "header_characters",
        "max_link_field": "link_field_characters",
        "max_graph_statements": "graph_statements",
        "max_incoming_links": "incoming_links",
        "max_changes_shown": "listed_changes",
        "max_findings_shown": "listed_findings",
        "catalogue_page_size": "catalogue_page_datasets",
    },
    "links": {
        "max_links_checked": "max_checked",
        "link_hosts": "parallel_hosts",
        "link_pause": "pause_seconds",
        "link_seconds": "timeout_seconds",
        "link_redirects": "max_redirects",
    },
    "cache": {
        "max_age": "max_age_seconds",
        "max_kept_bytes": "body_bytes",
        "max_kept_results": "result_bytes",
    },
    "proxy": {
        "trusted_proxies": "trusted",
        "proxy_headers": "headers",
    },
}
RENAMED: Final = {old: (group, new) for group, names in _BY_GROUP.items() for old, new in names.items()}
