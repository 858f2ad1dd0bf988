"""The groups of settings: each is a table of the file.

A name gives its unit. `max_` begins the name of a number that nothing may exceed.
"""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ..i18n import message
from ..iris import fault
from .cores import usable_cores
from .faults import WrongValueError


def _valid_network(address: str) -> str:
    """An address or a network (`10.0.0.0/8`)."""
    try:
        ip_network(address)
    except ValueError:
        raise WrongValueError(message("must be an IP address, or a network such as 10.0.0.0/8")) from None
    return address


SLOT: Final = "{slot}"  # in an address of the store


def valid_iri(iri: str) -> str:
    """An absolute IRI, as the parser of the store reads it."""
    if wrong := fault(iri):
        raise WrongValueError(wrong[0], (), **wrong[1])
    return iri


def _valid_address(address: str) -> str:
    """Empty, or an http(s) address without a user: credentials stand in the environment alone."""
    parts = urlsplit(address.replace(SLOT, "http://slot" if address.startswith(SLOT) else "1", 1))
    try:
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # of the port
        is_web = False
    if address and not is_web:
        raise WrongValueError(message("must be an http or https address"))
    if parts.username is not None:
        raise WrongValueError(
            message("must not hold credentials; ATMPGRAPH_STORE_USER and ATMPGRAPH_STORE_PASSWORD hold them")
        )
    return address


def _valid_slot(slot: str) -> str:
    """A name, or an http(s) address."""
    if not slot:
        raise WrongValueError(message("must not be empty"))
    return _valid_address(slot) if "://" in slot else slot


class Group(BaseModel):
    """The settings under one heading of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Folders(Group):
    """The publication's own files, relative to the settings file; what comes with the software is beside them."""

    data: Path = Field(
        Path("data"),
        description="Folder of the tables, with what their Data Package (`datapackage.json`) adds or changes.",
    )
    mapping: Path = Field(Path("mapping"), description="Folder of RML documents.")
    ontology: Path = Field(Path("ontology"), description="Folder of terms and, in `auth/`, code lists.")
    shapes: Path = Field(Path("shapes"), description="Folder of SHACL shapes.")
    queries: Path = Field(Path("queries"), description="Folder of published queries.")
    lists: Path = Field(Path("lists"), description="Folder of lists of things, one TOML file a list.")
    charts: Path = Field(Path("charts"), description="Folder of charts: a query and a Vega-Lite specification each.")
    texts: Path = Field(Path("texts"), description="Folder of texts of the interface, one gettext file a language.")
    templates: Path = Field(Path("templates"), description="Folder of templates of pages (Jinja).")
    static: Path = Field(Path("static"), description="Folder of style sheets, scripts and images of pages.")
    source_texts: tuple[Path, ...] = Field(
        (Path("data/texts"),),
        description="Folders searched for the texts of sources (column `text`): checked against, never published.",
    )
    releases: Path = Field(Path("releases"), description="Folder of the releases.")


class Build(Group):
    """What a check and a build may use, and how much of what is wrong they list."""

    jobs: int = Field(
        0,
        ge=0,
        le=256,
        description="Processes that work at the same time; 0: one for each processor core that may be used. `--jobs`"
        " overrides it.",
    )
    max_reference_statements: int = Field(
        500,
        ge=0,
        description="Statements up to which pyshacl, the reference, runs the shapes; pyshifty runs them over more, with"
        " the same findings.",
    )
    part_bytes: int = Field(
        4_000_000,
        ge=1_000,
        description="Size of the parts, in bytes of N-Triples, in which a larger graph is checked. A part takes about"
        " 30 times as much memory, in each process.",
    )
    query_timeout_seconds: float = Field(
        3_600,
        gt=0,
        le=604_800,
        description="Longest time that a rule, the coverage or a dataset may take; then the check or the build ends,"
        " and names its file.",
    )
    max_listed_findings: int = Field(
        1_000,
        ge=1,
        description="Findings of a kind that a report lists (of each table, of the mapping, of the shapes); it counts"
        " them all.",
    )
    max_cell_characters: int = Field(
        131_072, ge=1_000, le=1_000_000_000, description="Longest cell of a table; a longer one is a violation."
    )
    max_workbook_mebibytes: int = Field(
        2_048,
        ge=256,
        le=1_000_000,
        description="Memory, in MiB, that reading a workbook (.xlsx, .ods) may take, and size that it may unpack to; a"
        " larger one is a violation.",
    )

    @property
    def processes(self) -> int:
        """How many processes work at the same time, 1 at least."""
        return self.jobs or usable_cores()


class Imports(Group):
    """How large a file of somebody else may be that `atmpgraph import` reads, and how alike its headings must be."""

    max_file_bytes: int = Field(
        200_000_000, ge=1, description="Largest file that `atmpgraph import` reads, in bytes; a larger one is refused."
    )
    max_rows: int = Field(
        500_000, ge=1, description="Rows of a sheet that `atmpgraph import` reads; a sheet with more is refused."
    )
    max_sheets: int = Field(
        100,
        ge=1,
        description="Sheets of a workbook that `atmpgraph import` reads, each in a process of its own; one with more is"
        " refused.",
    )
    min_similarity: int = Field(
        80,
        ge=50,
        le=100,
        description="How alike, in per cent, a heading and the name of a column must be, to be proposed as the same.",
    )


class History(Group):
    """What remains of earlier releases."""

    max_releases: int = Field(
        0,
        ge=0,
        description="Releases that stay, those that were live last; 0: all. A build removes the others (410).",
    )
    stream_page_members: int = Field(
        250, ge=1, description="Members of a page of the change stream before it is closed."
    )
    stream_versions: Literal["all", "latest"] = Field(
        "all",
        description="Which versions of things stay in the change stream: all, or at least the latest; then a build"
        " removes the closed pages (410) on which each version has a newer one.",
    )


class RemoteStore(Group):
    """The SPARQL 1.1 engine that answers queries instead of the embedded store (`docs/remote-store.md`)."""

    endpoint: Annotated[str, AfterValidator(_valid_address)] = Field(
        "",
        description="Address of its queries; `{slot}` in it stands for the slot. Empty: the embedded store. Credentials"
        " stand in the environment alone: ATMPGRAPH_STORE_USER and ATMPGRAPH_STORE_PASSWORD, or ATMPGRAPH_STORE_TOKEN.",
    )
    graph_store: Annotated[str, AfterValidator(_valid_address)] = Field(
        "", description="Address of its Graph Store Protocol, for `atmpgraph push`; `{slot}` as above."
    )
    slots: tuple[Annotated[str, AfterValidator(_valid_slot)], ...] = Field(
        (),
        description="Datasets, repositories or instances of the engine, each of which holds a release: names, or whole"
        " addresses (`https://engine.example/blue`). A push fills one while the other one is asked.",
    )
    timeout_seconds: float = Field(
        10,
        gt=0,
        le=3_600,
        description="Longest time that it may take for a query of a page (504); a user's query has the limit of"
        " `[queries]`.",
    )
    connect_timeout_seconds: float = Field(
        2, gt=0, le=600, description="Longest time that it may take to accept a connection (503)."
    )
    retry_seconds: float = Field(
        1,
        ge=0,
        le=600,
        description="Time in which pages do not wait for it again after it was not reached, or did not answer in time"
        " (503).",
    )
    check_seconds: float = Field(
        5, ge=0, le=3_600, description="Time after which it is asked again whether it holds the release."
    )
    max_answer_bytes: int = Field(
        268_435_456, ge=1_000_000, description="Longest answer of it that is read; a longer one is refused (502)."
    )
    max_waiting: int = Field(
        4,
        ge=1,
        le=256,
        description="Queries of pages of one process that wait for it at the same time; more are refused after"
        " `connect_timeout_seconds` (503), so that other pages go on.",
    )
    parameters: tuple[str, ...] = Field(
        (),
        description="Parameters `name=value` that are sent with each query; `{seconds}` and `{milliseconds}` stand for"
        " the time that it may take, so that an engine that can ends the query itself.",
    )
    functions: tuple[Annotated[str, AfterValidator(valid_iri)], ...] = Field(
        (),
        description="IRIs of functions of the engine that queries may call besides those of SPARQL 1.1; the service"
        " description lists them.",
    )
    push_bytes: int = Field(
        8_388_608, ge=1_000, le=1_073_741_824, description="Bytes of statements that a push sends at once."
    )
    push_timeout_seconds: float = Field(
        600, gt=0, le=86_400, description="Longest time in which the store may give no sign of life during a push."
    )
    load_command: tuple[str, ...] = Field(
        (),
        description="Command and arguments of the engine's bulk loader, which a push runs for each graph instead of"
        " sending it; `{file}` (N-Triples), `{graph}` and `{slot}` stand for what it loads. Empty: Graph Store"
        " Protocol.",
    )

    @model_validator(mode="after")
    def _fit(self) -> Self:
        """The addresses and the slots go together."""
        addresses = [address for address in (self.endpoint, self.graph_store) if address]
        if self.slots and (not self.endpoint or any(SLOT not in address for address in addresses)):
            raise WrongValueError(
                message("with slots, each address needs {slot}; write it where the name of the slot belongs"), slot=SLOT
            )
        if not self.slots and any(SLOT in address for address in addresses):
            raise WrongValueError(
                message("{slot} stands in an address, and there are no slots; name them in `slots`"), slot=SLOT
            )
        if len(set(self.slots)) < len(self.slots):
            raise WrongValueError(message("two slots have the same name; give each its own"))
        if self.graph_store and not self.endpoint:
            raise WrongValueError(message("a graph_store needs an endpoint; add it"))
        if any("=" not in parameter for parameter in self.parameters):
            raise WrongValueError(message("a parameter is written name=value; correct `parameters`"))
        for slot in self.slots or ("",):  # as a whole: a slot that is a name may stand where an address begins
            for address in addresses:
                _valid_address(address.replace(SLOT, slot))
        return self

    def query_address(self, slot: str) -> str:
        """Where the queries of a slot go; the slot is empty where there are none."""
        return self.endpoint.replace(SLOT, slot)

    def graph_store_address(self, slot: str) -> str:
        """Where the graphs of a slot are written; empty where no address is set."""
        return self.graph_store.replace(SLOT, slot)


class Server(Group):
    """How the publication is served."""

    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the server listens on.")
    workers: int = Field(2, ge=1, le=256, description="Processes that serve.")
    redirect_previous_bases: bool = Field(
        True,
        description="Whether a request under one of `previous_bases` is sent to the present base (308). False where the"
        " present one, such as an address of w3id.org, leads back to the previous one.",
    )
    body_timeout_seconds: float = Field(
        30,
        gt=0,
        le=3_600,
        description="Longest time that a client may take to send the body of a request (408), or may read nothing of"
        " a large answer.",
    )
    max_buffered_body_bytes: int = Field(
        67_108_864,
        ge=0,
        description="Bytes of request bodies that a process holds at the same time; beyond it the largest that is still"
        " arriving is refused (503).",
    )
    stop_timeout_seconds: float = Field(
        30,
        ge=0,
        le=3_600,
        description="Longest time that running requests may take after the server is told to end (SIGTERM); then they"
        " are cut off.",
    )


class Queries(Group):
    """What SPARQL queries may use."""

    socket: Path | None = Field(
        None,
        description="Unix socket of a running query service. `atmpgraph serve` sets it for its processes; under another"
        " server each process starts a service of its own.",
    )
    workers: int = Field(
        4,
        ge=2,
        le=256,
        description="Processes that run queries: as many run at the same time, at low priority; four more only try"
        " queries.",
    )
    timeout_seconds: float = Field(
        30, gt=0, le=3_600, description="Longest time a query runs; then it is killed (504)."
    )
    queue_timeout_seconds: float = Field(
        30, gt=0, le=3_600, description="Longest time a query waits for a worker; then it is refused (503)."
    )
    silence_seconds: float = Field(
        5,
        ge=2,
        le=3_600,
        description="Longest time in which the query service gives no sign of life (it gives one each second); then it"
        " is replaced, and queries that wait for it are answered (503).",
    )
    memory_bytes: int = Field(
        1_073_741_824,
        ge=268_435_456,
        description="Memory that one query may use beyond a worker at rest (503).",
    )
    max_rows: int = Field(
        100_000, ge=0, description="Rows, or triples, of one answer; it is cut there and says so. 0: no limit."
    )
    max_bytes: int = Field(
        67_108_864,
        ge=0,
        description="Bytes of one answer; it is cut there and says so. 0: no limit. Without this limit and the one of"
        " rows, answers are sent while they are computed.",
    )
    max_queued: int = Field(
        32, ge=0, le=1_000, description="Queries that may wait for a worker; more are refused (503)."
    )
    max_running_per_client: int = Field(
        2, ge=1, description="Queries of one client that run at the same time; one worker is always left to others."
    )
    running_seconds_per_minute: float = Field(
        60, gt=0, description="Running time that the queries of one client may use a minute (429)."
    )
    max_length_characters: int = Field(
        100_000, ge=1, description="Longest query accepted; a URL has 65,534 bytes at most (414)."
    )
    max_nesting: int = Field(
        64,
        ge=1,
        le=200,
        description="Deepest nesting of brackets, or of operators before an operand, in a query (400).",
    )
    max_patterns: int = Field(
        100,
        ge=1,
        le=200,
        description="Triple patterns, steps of paths and groups that one group of a query joins (400): planning takes"
        " sixteen times as long for twice as many.",
    )
    max_operators: int = Field(
        1_000,
        ge=1,
        le=4_000,
        description="Operators, function calls, keywords such as FILTER and variables of ORDER BY in a query (400)."
        " Lists of values have no limit of their own.",
    )
    look_up_statements: int = Field(
        800,
        ge=0,
        le=100_000,
        description="Statements that a query may read where it arrives, if it names what it starts from; entering an"
        " index counts as four, 1,024 characters of a text as one. One that reads more runs in the query service."
        " 0: all do.",
    )
    picture_rows: int = Field(
        5_000,
        ge=1,
        description="Rows of the answer to a question that the pictures of its page draw; a picture of a longer one"
        " says that it has the first ones only.",
    )
    spool_bytes: int = Field(
        536_870_912,
        ge=0,
        description="Large answers that a process holds on disk until their clients have read them; more are refused"
        " (503).",
    )


class Federation(Group):
    """What a query may request from other SPARQL services."""

    services: tuple[Annotated[str, AfterValidator(valid_iri)], ...] = Field(
        (), description="IRIs of the SPARQL services that SERVICE may name, on public addresses; none by default."
    )
    max_clauses: int = Field(4, ge=1, description="SERVICE clauses of one query.")
    timeout_seconds: float = Field(10, gt=0, le=600, description="Longest time that another service may take.")
    max_bytes: int = Field(1_048_576, ge=1, description="Longest answer of another service.")


class Catalogue(Group):
    """What portals find in the catalogue. The release notes it, so another value makes another release."""

    source_datasets: bool = Field(
        False,
        description="Whether what each source states is a dataset of its own there, as it is in VoID in any case.",
    )
    checksums: bool = Field(
        True,
        description="Whether distributions have their `spdx:checksum`; false for portals whose reader fails on"
        " `xsd:hexBinary`.",
    )


class SizeLimits(Group):
    """How large requests, header fields and pages may be."""

    path_characters: int = Field(2_000, ge=100, description="Longest path of a URL accepted (414).")
    header_characters: int = Field(32_768, ge=1_024, description="Longest header section of a request accepted (431).")
    link_field_characters: int = Field(
        2_500, ge=500, description="Longest `Link` field sent; a document's link set has all its links."
    )
    graph_statements: int = Field(
        100_000, ge=0, description="Most statements that `/data` gives in a format other than N-Triples and N-Quads."
    )
    home_section_rows: int = Field(
        50, ge=0, le=200, description="Rows of a section of the home page up to which it shows them all."
    )
    home_first_rows: int = Field(
        8, ge=1, le=200, description="Rows of a longer section that the home page shows, the most important ones."
    )
    incoming_links: int = Field(30, ge=1, description="Links to a thing on one page of its document.")
    document_page_values: int = Field(
        200,
        ge=1,
        description="Values of a property, and codes of a code list, on one page of a document, in every format.",
    )
    list_page_releases: int = Field(50, ge=1, description="Switches on one page of `/releases/`.")
    list_page_files: int = Field(
        100, ge=1, description="Files on one page of a release; a longer list of them has the whole graph's alone."
    )
    list_page_graphs: int = Field(
        100,
        ge=1,
        description="Graphs on a page of `/data` and `/.well-known/void`, links on one of `/linksets/…`; `/sparql`"
        " describes the largest graphs.",
    )
    sitemap_addresses: int = Field(10_000, ge=1, le=50_000, description="Addresses in one part of the sitemap.")
    search_characters: int = Field(200, ge=20, le=1_000, description="Longest text that is searched (400).")
    search_page_hits: int = Field(20, ge=1, le=100, description="Things on one page of `/search`, in every format.")
    listed_changes: int = Field(
        200,
        ge=1,
        description="Things on one page of a release's changes, as page, text and JSON; a patch has them all.",
    )
    listed_findings: int = Field(
        75, ge=1, description="Findings, and external links, on one page of `/quality`, in every format."
    )
    catalogue_page_datasets: int = Field(
        40, ge=1, description="Datasets on a page of `/catalogue`, with Hydra links to the others."
    )
    home_catalogue_datasets: int = Field(
        40,
        ge=0,
        description="Datasets up to which the home address gives programs the whole catalogue, as some harvesters"
        " follow no pages; beyond it, the first page.",
    )


class Links(Group):
    """How `atmpgraph links` checks the external links."""

    max_checked: int = Field(1_000, ge=0, description="Addresses that it checks; it reports those left out.")
    parallel_hosts: int = Field(
        4, ge=1, le=64, description="Hosts checked at the same time; each gets one request at a time."
    )
    pause_seconds: float = Field(1, ge=0, le=60, description="Time between two requests to one host.")
    timeout_seconds: float = Field(10, gt=0, le=600, description="Longest time that one answer may take.")
    max_redirects: int = Field(5, ge=0, le=20, description="Redirections of one address that it follows.")


class Linking(Group):
    """How much one request may match or look up (`docs/linking.md`)."""

    max_queries: int = Field(
        100, ge=10, le=1_000, description="Queries of one batch for `/reconcile`, and things that one request extends."
    )
    max_text_characters: int = Field(500, ge=50, le=5_000, description="Longest name that is matched (400).")
    timeout_seconds: float = Field(10, gt=0, le=600, description="Longest time that one batch may take (503).")
    max_lookups: int = Field(10_000, ge=1, le=100_000, description="Rows of one table for `/lookup` (413).")


class Cache(Group):
    """What is cached, where and how long."""

    max_age_seconds: int = Field(
        60,
        ge=0,
        description="How long a cache may use what belongs to the current release; 0: it revalidates each time.",
    )
    response_bytes: int = Field(
        16_777_216, ge=0, description="Responses that each process of the server holds, ready to be sent again."
    )
    body_bytes: int = Field(
        16_777_216, ge=0, description="Bodies that each process holds, from which responses are made."
    )
    result_bytes: int = Field(67_108_864, ge=0, description="Answers to queries that the query service caches.")


class Proxy(Group):
    """The reverse proxies in front of the server."""

    trusted: tuple[Annotated[str, AfterValidator(_valid_network)], ...] = Field(
        (), description="Addresses or networks of the reverse proxies that are trusted; none by default."
    )
    headers: Literal["x-forwarded", "forwarded"] = Field(
        "x-forwarded",
        description="Which header fields those proxies set: X-Forwarded-For, -Proto and -Host, or Forwarded (RFC 7239)."
        " X-Forwarded-Prefix names the sub-path with both.",
    )


class Log(Group):
    """What is logged: requests on standard output, events on standard error (`docs/monitoring.md`)."""

    format: Literal["text", "json"] = Field("text", description="Form of each line: text (logfmt) or JSON.")
    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least important events logged.")
    access: bool = Field(True, description="Whether each request is logged.")
    client: Literal["whole", "network", "none"] = Field(
        "whole",
        description="How much of a client's address is logged: all, its network (24 bits, or 48 of IPv6), or nothing.",
    )
    max_query_characters: int = Field(
        200, ge=0, le=2_000, description="Longest part logged of a URL's query, and of a SPARQL query; 0: nothing."
    )
    max_line_characters: int = Field(
        4_000, ge=500, le=4_095, description="Longest line; the longest fields of a longer one are cut."
    )


class Metrics(Group):
    """The figures for operators at `/metrics`."""

    readers: tuple[Annotated[str, AfterValidator(_valid_network)], ...] = Field(
        ("127.0.0.0/8", "::1"), description="Addresses or networks of the clients that may read them; others get a 403."
    )
