"""Requests as SPARQLWrapper writes them: once for each form and dataset; the text of a query then takes its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple, cast
from urllib.parse import quote_plus

from SPARQLWrapper import POST, URLENCODED, SPARQLWrapper

ROWS: Final = "application/sparql-results+json"
_TRIPLES: Final = "application/n-triples, text/turtle;q=0.5, application/rdf+xml;q=0.1"
_AGENT: Final = "atmpgraph"
_PLACE: Final = "~~"  # where the text of a query stands in a request that is written ahead
_REMEMBERED: Final = 8  # such requests: a dataset may have thousands of graphs


class Sent(NamedTuple):
    """What an engine gets of a query.

    Attributes:
        form: of the query.
        text: of it, quoted as in a form.
        dataset: parameters that name the graphs.
    """

    form: str
    text: bytes
    dataset: tuple[tuple[str, str], ...]


def quoted(text: str) -> bytes:
    """A text as it stands in a form."""
    return quote_plus(text, safe="/").encode()


class _Request(SPARQLWrapper):
    """A query of a form, as SPARQLWrapper writes it; it is sent by others."""

    def __init__(self, url: str, kind: str) -> None:
        """Prepare a query for an address."""
        self._kind = kind
        super().__init__(url, agent=_AGENT)
        self.setMethod(POST)
        self.setRequestMethod(URLENCODED)  # the one that every engine takes
        self.setOnlyConneg(True)  # otherwise it adds parameters of its own

    def _parseQueryType(self, _: str) -> str:  # noqa: N802 - the name is the library's
        """The form, which is read already."""
        return self._kind


@dataclass(frozen=True)
class Written:
    """A request for an engine, but for the text of its query.

    Attributes:
        url: of the engine.
        fields: of its header.
        before, after: what surrounds the text in the form.
    """

    url: str
    fields: Mapping[str, str]
    before: bytes
    after: bytes

    def body(self, text: bytes) -> bytes:
        """The form with a query in it, which is quoted."""
        return b"%b%b%b" % (self.before, text, self.after)


@lru_cache(_REMEMBERED)
def written(url: str, kind: str, parameters: Sequence[tuple[str, str]]) -> Written:
    """The request for queries of a form with some parameters."""
    request = _Request(url, kind)
    for name, value in parameters:
        request.addParameter(name, value)
    request.addCustomHttpHeader("Accept", ROWS if kind in {"SELECT", "ASK"} else _TRIPLES)
    request.setQuery(_PLACE)
    whole = request._createRequest()
    before, _, after = cast("bytes", whole.data).rpartition(f"query={_PLACE}".encode())
    return Written(whole.full_url, dict(whole.header_items()), before + b"query=", after)
