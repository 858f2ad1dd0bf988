"""What the pages of the query library show first, asked at build within the limits of the query service."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Final

from ..errors import ServerError
from ..formats import RESULTS_JSON
from ..http.problem import ProblemError
from ..settings import Settings
from ..sparql.answers import (
    FIRST_ROWS,
    LISTED_ROWS,
    MOST_CHOICES,
    answer_file,
    read_answer,
    rows_file,
    unended_file,
    write_result,
)
from ..sparql.library import read_library
from ..sparql.limits import Limits, limits_of
from ..sparql.problems import OVER_MEMORY
from ..sparql.service.client import submit
from ..sparql.service.launcher import ServiceProcess
from ..sparql.service.messages import QueryJob, QueryRequest
from ..sparql.syntax.reading import read
from ..store import StoreAddress
from .reuse import Unchanged

_AT_ONCE: Final = 2
# Of a processor, for one query, if the settings allow as many; a longer one is asked when somebody wants it.
_SECONDS: Final = 20.0
_BUSY: Final = 6  # times as long a query takes on a machine that does much else


@dataclass(frozen=True)
class _Wanted:
    """What is kept of a query as the pages run it: its first rows, for some numbers of them; and the IRIs of many."""

    text: str
    mosts: tuple[int, ...]
    rows: bool


def write_answers(
    settings: Settings, address: StoreAddress, base: str, folder: Path, unchanged: Unchanged | None = None
) -> None:
    """Keep the first rows of each query of the library, of those that end in time; and which rows come after them.

    In the first language alone: at 100,000 rows the queries of one take half a minute of processor time.

    Args:
        settings: of the publication.
        address: of the store of all statements.
        base: of the publication.
        folder: gets the files.
        unchanged: by which those of the release before are taken over, if there is one.
    """
    folder.mkdir(exist_ok=True)
    limits = limits_of(settings)
    seconds = min(limits.timeout_seconds, _SECONDS)
    wanted = list(_wanted(settings))
    if unchanged:
        allowed = seconds, limits.memory_bytes
        wanted = [each for each in wanted if not _is_taken(each, allowed, unchanged, base, folder)]
    if wanted:
        _ask(wanted, limits, seconds, address, base, folder)


def _is_taken(wanted: _Wanted, allowed: tuple[float, int], unchanged: Unchanged, base: str, folder: Path) -> bool:
    """Whether the release before had all that is kept of a query, and it holds still; so does that it did not end.

    Args:
        wanted: of the query.
        allowed: the seconds of a processor and the bytes of memory that it may use.
        unchanged: of the release before.
        base: of the publication.
        folder: gets the files.
    """
    unended = unended_file(folder, wanted.text, *allowed)
    if unchanged.whole(unended):
        return unchanged.take(unended, (wanted.text,), base)
    files = [answer_file(folder, wanted.text, most) for most in wanted.mosts]
    if not all(unchanged.take(file, (wanted.text,), base) for file in files):
        return False
    more = wanted.rows and read_answer(files[0]).is_cut
    return not more or unchanged.take(rows_file(folder, wanted.text), (wanted.text,), base)


def _ask(
    wanted: Sequence[_Wanted], limits: Limits, seconds: float, address: StoreAddress, base: str, folder: Path
) -> None:
    """Ask some queries, each once, within so many seconds of a processor; note which did not end."""
    workers = _AT_ONCE + 1  # one is always left to other clients
    limits = replace(limits, workers=workers, timeout_seconds=_BUSY * seconds, result_bytes=0)
    limits = replace(limits, running_seconds_per_minute=600.0 * _AT_ONCE, max_running_per_client=_AT_ONCE)
    service = ServiceProcess(limits)
    with suppress(ServerError), service.supervised() as socket, ThreadPoolExecutor(_AT_ONCE) as asking:
        service.address()

        def ask(each: _Wanted) -> None:
            try:
                job = _job(each, address, base, limits)
                request = QueryRequest(job, "build", None, cacheable=False, federated=False, processor_seconds=seconds)
                result = submit(socket, request, lambda _: None, limits.silence_seconds)
                write_result(folder, each.text, each.mosts, result.pieces, is_cut=bool(result.cut), keys=each.rows)
            except ProblemError as error:
                if error.problem.status == HTTPStatus.GATEWAY_TIMEOUT or error.problem.reason == OVER_MEMORY:
                    unended_file(folder, each.text, seconds, limits.memory_bytes).touch()

        for _ in asking.map(ask, wanted):
            pass


def _wanted(settings: Settings) -> Iterator[_Wanted]:
    library = read_library(settings.layered("queries"), settings.languages)
    choices = {parameter.values_of for query in library.values() for parameter in query.head.parameters}
    for query in library.values():
        reading = read(query.file_text)
        if reading.form == "SELECT" and not reading.is_volatile and not reading.has_service:
            mosts = (FIRST_ROWS, MOST_CHOICES) if query.name in choices else (FIRST_ROWS,)
            yield _Wanted(query.in_language(settings.languages[0]).file_text, mosts, bool(query.head.rows))


def _job(wanted: _Wanted, address: StoreAddress, base: str, limits: Limits) -> QueryJob:
    most = LISTED_ROWS if wanted.rows else max(wanted.mosts)
    return QueryJob(
        store=address,
        base=base,
        query=wanted.text,
        default_graphs=(),
        named_graphs=(),
        format=RESULTS_JSON.suffix,
        offset=0,
        rows=min(most, limits.max_rows or most),
        bytes=limits.max_bytes,
        nesting=limits.max_nesting,
        patterns=limits.max_patterns,
        operators=limits.max_operators,
        rest="",
    )
