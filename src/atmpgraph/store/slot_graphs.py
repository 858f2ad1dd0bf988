"""The two graphs of ours in a slot of a remote store, beside those of the release."""

from typing import Final

UNION_GRAPH: Final = "urn:x-atmpgraph:union"  # the union of the named graphs: the default graph of queries
MARKER_GRAPH: Final = "urn:x-atmpgraph:release"  # names the release; a push takes it away first, and writes it last
NO_GRAPH: Final = "urn:x-atmpgraph:none"  # which nobody has: some engines take no graph at all for all of theirs
_DIGEST: Final = "urn:x-atmpgraph:digest"
MARKED_QUERY: Final = f"SELECT ?digest {{ <{MARKER_GRAPH}> <{_DIGEST}> ?digest }}"  # in the graph that names it


def marker(digest: str) -> bytes:
    """The content of the graph that names the release, N-Triples."""
    return f'<{MARKER_GRAPH}> <{_DIGEST}> "{digest}" .\n'.encode()


def marker_query(digest: str) -> str:
    """A query whose answer is true of a slot that holds a release, whole."""
    return f'ASK {{ GRAPH <{MARKER_GRAPH}> {{ <{MARKER_GRAPH}> <{_DIGEST}> "{digest}" }} }}'
