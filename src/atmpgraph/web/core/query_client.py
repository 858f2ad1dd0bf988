"""The query service as a client: for whom a query runs, within which limits, and how its result is sent."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache, lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final

from flask import request

from ...errors import DamagedError
from ...formats import DOCUMENTS, RESULTS, RESULTS_JSON, Format
from ...http.problem import ProblemError
from ...observability.access import observed
from ...release.release import Release
from ...sparql.answers import Answer, Window, answer_file, read_answer, read_rows, rows_file, window_of
from ...sparql.library import LibraryQuery
from ...sparql.limits import Limits, limits_of
from ...sparql.problems import unavailable
from ...sparql.protocol import Query
from ...sparql.service.client import Result, submit
from ...sparql.service.liveness import answers
from ...sparql.service.messages import QueryJob, QueryRequest
from ...sparql.service.spool import Spool
from ...sparql.syntax.reading import read
from .context import Context, Publication
from .query_observation import QueryObservation
from .response import Body

ON_DISCONNECT: Final = "atmpgraph.on_disconnect"
QUERY_PROBLEM: Final = "atmpgraph.query_problem"  # that the query of the request has met, where the server ran it
_IPV6_CLIENT: Final = 64  # bits of an IPv6 address that name a client, who has all addresses under them


def is_graph(query: Query) -> bool:
    """Whether its result is a graph."""
    return read(query.text).form in {"CONSTRUCT", "DESCRIBE"}


def result_formats(query: Query) -> tuple[Format, ...]:
    """The formats of the result of a query, the server's preference first; its form decides before it runs."""
    return DOCUMENTS if is_graph(query) else RESULTS


def is_volatile(context: Context, query: Query) -> bool:
    """Whether a query has another result each time."""
    return _calls_services(context, query) or read(query.text).is_volatile


def _calls_services(context: Context, query: Query) -> bool:
    """Whether a query calls other services."""
    return bool(context.settings.federation.services) and read(query.text).has_service


def run_query(context: Context, query: Query, fmt: Format, *, rows: int | None = None, rest: str = "") -> Result:
    """The result of a query on the release of the request.

    Args:
        context: of the request.
        query: what runs.
        fmt: the format of the result.
        rows: a limit below that of the settings.
        rest: the URL to which the result leads where it is cut short, without the offset at its end.

    Raises:
        ProblemError: the query is refused or fails.
        ClientDisconnectedError: the client went away.
    """
    if problem := request.environ.get(QUERY_PROBLEM):  # the server has run it
        raise ProblemError(problem)
    queued = query_request(context, query, fmt, request.remote_addr or "", rows=rows, rest=rest)
    on_disconnect: Callable[[Callable[[], object]], object] = request.environ.get(ON_DISCONNECT, _never)
    spool = shared_spool(context.settings.queries.spool_bytes)
    address, silence = context.publication.query_service(), context.settings.queries.silence_seconds
    observation = QueryObservation(
        context.settings.log, context.release.digest, request.remote_addr or "", query.text, observed(request.environ)
    )
    if context.named_release is None and (result := context.publication.look_ups.result(queued.job)):
        return observation.succeeded(result)
    return observation.result(lambda: submit(address, queued, on_disconnect, silence, spool))


def first_rows(context: Context, query: Query, most: int, of: LibraryQuery | None = None) -> Result:
    """The first rows of a result as JSON: what the release keeps of it, if it does.

    What it keeps in the first language tells the rows of a page in any, so only their things are asked for, not all
    rows and their order.

    Args:
        context: of the request.
        query: what runs.
        most: how many rows.
        of: the query of the library that it is, if it is one.

    Raises:
        ProblemError: the query is refused or fails.
        ClientDisconnectedError: the client went away.
    """
    if query == Query(query.text) and (answer := _kept_answer(context.release, query.text, most)):
        return Result(iter([answer.body]), len(answer.body), answer.rows, "rows" if answer.is_cut else "", {}, {})
    if of and query == Query(query.text, offset=query.offset):
        first = of.in_language(context.settings.languages[0]).file_text
        window = _kept_window(context.release, first, query.offset, most)
        if window and (result := _rows_of(context, of, window)):
            return result
    return run_query(context, query, RESULTS_JSON, rows=most)


def _rows_of(context: Context, of: LibraryQuery, window: Window) -> Result | None:
    """The rows of a page; None where its things do not give them all."""
    things = {column: iris for column in of.head.rows if (iris := window.things(column))}
    if not things:
        return None
    result = run_query(context, Query(of.of_rows(things).file_text), RESULTS_JSON)
    if (body := window.of(b"".join(result.pieces))) is None:
        return None
    return replace(
        result, pieces=iter([body]), length=len(body), rows=len(window.keys), cut="rows" if window.is_cut else ""
    )


def _kept_window(release: Release, text: str, offset: int, most: int) -> Window | None:
    """Which rows a page has, where a release tells it."""
    file = rows_file(release.folder.answers, text)
    with suppress(DamagedError, ValueError):
        if file in release.files:
            return read_rows(release.whole(file), offset, most)
    answer = None if offset else _kept_answer(release, text, most)
    return window_of(answer) if answer else None


def _kept_answer(release: Release, text: str, most: int) -> Answer | None:
    """What a release keeps of an answer; nothing where that is damaged, for the query can be asked."""
    file = answer_file(release.folder.answers, text, most)
    with suppress(DamagedError, ValueError):
        return read_answer(release.whole(file)) if file in release.files else None
    return None


def query_request(
    context: Context, query: Query, fmt: Format, client: str, *, rows: int | None = None, rest: str = ""
) -> QueryRequest:
    """What the query service is told of a query; the arguments are those of `run_query`, and the client's address."""
    limits = _limits(context.publication)
    job = QueryJob(
        store=context.release.store_address,
        base=context.base,
        query=query.text,
        default_graphs=query.default_graphs,
        named_graphs=query.named_graphs,
        format=fmt.suffix,
        offset=query.offset,
        rows=limits.max_rows if rows is None else min(rows, limits.max_rows or rows),
        bytes=limits.max_bytes,
        nesting=limits.max_nesting,
        patterns=limits.max_patterns,
        operators=limits.max_operators,
        rest=rest,
    )
    federated, cacheable = _calls_services(context, query), not is_volatile(context, query)
    return QueryRequest(job, client_name(client), query.timeout, cacheable=cacheable, federated=federated)


def place() -> str:
    """The start of the URLs of this server, as the client wrote it."""
    return f"{request.host_url.rstrip('/')}{request.script_root}/"


@lru_cache(4)
def _limits(publication: Publication) -> Limits:
    return limits_of(publication.settings)


def check_query_service(context: Context) -> None:
    """Make sure that the query service is alive.

    Raises:
        ProblemError: 503 it is not.
    """
    if not answers(context.publication.query_service(), context.settings.queries.silence_seconds):
        raise ProblemError(unavailable())


@cache
def shared_spool(room: int) -> Spool:
    """The spool shared by all requests of this process."""
    return Spool(room)


def _never(_: Callable[[], object]) -> None:
    """Most servers do not report that a client disconnects."""


@lru_cache(1_024)
def client_name(address: str) -> str:
    """The name under which the query service counts the queries of a client."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:  # a socket on `::` has all of IPv4 in one network
            return str(ip.ipv4_mapped)
        return str(IPv6Address(int(ip) >> _IPV6_CLIENT << _IPV6_CLIENT))
    return address


def result_fields(result: Result) -> dict[str, str]:
    """The header fields of a result: the client's quota, and the time it took (Server-Timing)."""
    timing = ", ".join(f"{name};dur={milliseconds:.1f}" for name, milliseconds in result.timing.items())
    return result.fields | ({"Server-Timing": timing} if timing else {})


def response_body(result: Result, offset: int, rest_url: Callable[[], str]) -> Body:
    """The result as a body, whose fields say whether it is cut short and where the rest is.

    Args:
        result: of a query.
        offset: rows before it.
        rest_url: gives the relative URL of its rest, without the offset at its end; empty where there is none. Most
            results are whole, and to write a query as part of a URL takes as long as to read it from one.
    """
    fields = result_fields(result)
    if result.cut:
        fields["Atmpgraph-Truncated"] = f"{result.cut}; rows={result.rows}"
        if result.rows and (rest := rest_url()):  # without a row there is one that is too large for any page
            fields["Link"] = f'<{rest}{offset + result.rows}>; rel="next"'
    return Body(result.pieces, result.length, fields)
