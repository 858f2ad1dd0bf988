"""Asking the query service for a request: whose question it is, within which limits, and what its answer is sent as."""

import re
from collections.abc import Callable
from functools import cache
from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import urlencode

from flask import request

from ...formats import Format
from ...sparql.limits import limits_of
from ...sparql.protocol import Query
from ...sparql.service.client import Result, ask
from ...sparql.service.messages import QueryJob, QueryRequest
from ...sparql.service.spool import Spool
from ...sparql.syntax.tokenizer import tokens
from .context import publication, release, settings
from .response import Made

ON_DISCONNECT: Final = "atmpgraph.on_disconnect"
_PATIENCE: Final = 30.0  # seconds beyond the longest that a query may wait and run
_LONGEST_LINK: Final = 2_000  # characters
_IPV6_CLIENT: Final = 64  # bits of an address that are one client's, who has all addresses under them

# Such a query has another answer each time: nothing of it may be kept.
_VOLATILE: Final = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\s*[(#]", re.IGNORECASE)


def volatile(query: Query) -> bool:
    """Whether a query has another answer each time."""
    return _calls(query) or _VOLATILE.search(query.text) is not None


def _calls(query: Query) -> bool:
    """Whether other services are to be asked for a query."""
    return bool(settings().federation.services) and any(word.is_word("SERVICE") for word in tokens(query.text))


def result_of(query: Query, fmt: Format, *, rows: int | None = None, link: str = "") -> Result:
    """The result of a query on the current release.

    Args:
        query: what is asked.
        fmt: the format to send.
        rows: fewer rows than the limit.
        link: URL of the rest of the result, without its offset.

    Raises:
        ProblemError: what keeps the query from an answer.
        GoneError: the client is not there any more.
    """
    most = limits_of(settings())
    job = QueryJob(
        store=release().store_address,
        base=settings().base,
        query=query.text,
        default_graphs=query.default_graphs,
        named_graphs=query.named_graphs,
        format=fmt.suffix,
        offset=query.offset,
        rows=most.max_rows if rows is None else min(rows, most.max_rows or rows),
        bytes=most.max_bytes,
        nesting=most.max_nesting,
        next=link,
    )
    question = QueryRequest(job, _client(), query.timeout, keep=not volatile(query), calls=_calls(query))
    on_disconnect: Callable[[Callable[[], object]], object] = request.environ.get(ON_DISCONNECT, _never)
    patience = most.queue_timeout_seconds + most.timeout_seconds + _PATIENCE
    return ask(publication().query_service(), question, on_disconnect, patience, _spool(settings().queries.spool_bytes))


@cache
def _spool(room: int) -> Spool:
    """The one of this process."""
    return Spool(room)


def _never(_: Callable[[], object]) -> None:
    """Most servers do not tell when a client goes away."""


def _client() -> str:
    address = request.remote_addr or ""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped:  # who listens on `::` sees all of IPv4 in one network
            return str(known.ipv4_mapped)
        return str(IPv6Address(int(known) >> _IPV6_CLIENT << _IPV6_CLIENT))
    return address


def fields_of(result: Result) -> dict[str, str]:
    """The header fields that an answer came with: the client's quota, and the time it took (Server-Timing)."""
    timing = ", ".join(f"{name};dur={milliseconds:.1f}" for name, milliseconds in result.timing.items())
    return result.fields | ({"Server-Timing": timing} if timing else {})


def made_of(result: Result, query: Query) -> Made:
    """The result as the body of a response, which says when it is cut short and where the rest is."""
    fields = fields_of(result)
    if result.cut:
        fields["Atmpgraph-Truncated"] = f"{result.cut}; rows={result.rows}"
        if result.rows and (link := rest_of(query)):  # a single row may be too large: then no address has more
            fields["Link"] = f'<{link}{query.offset + result.rows}>; rel="next"'
    return Made(result.pieces, result.length, fields)


def rest_of(query: Query) -> str:
    """Relative URL of the rest of a result, all but the number at its end; empty when it would be too long."""
    given = {"query": query.text, **query.dataset, "format": query.formats[:1]}
    link = f"?{urlencode(given, doseq=True)}&offset="
    return link if len(link) <= _LONGEST_LINK else ""
