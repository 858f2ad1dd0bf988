"""What the pages of the query library show first, asked at build within the limits of the query service."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
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
    write_answer,
    write_result,
)
from ..sparql.library import LibraryQuery, read_library
from ..sparql.limits import Limits, limits_of
from ..sparql.problems import OVER_MEMORY
from ..sparql.service.client import Result, submit
from ..sparql.service.launcher import ServiceProcess
from ..sparql.service.messages import QueryJob, QueryRequest
from ..sparql.syntax.reading import read
from ..store import StoreAddress
from .renewed_answers import narrowed, renewed
from .reuse import Unchanged

# Of a processor, for one query, if the settings allow as many; a longer one is asked when somebody wants it.
_SECONDS: Final = 20.0
_BUSY: Final = 6  # times as long a query takes on a machine that does much else


@dataclass(frozen=True)
class _Wanted:
    """What is kept of a query as the pages run it: its first rows, for some numbers of them; and the IRIs of many.

    Attributes:
        query: in the first language.
        mosts: the numbers of rows.
        narrow: asks for the rows of touched things, where only these may differ from those of the release before.
    """

    query: LibraryQuery
    mosts: tuple[int, ...]
    narrow: LibraryQuery | None = None

    @property
    def text(self) -> str:
        """Of the query."""
        return self.query.file_text

    @property
    def rows(self) -> bool:
        """Whether the IRIs of many rows are kept too."""
        return bool(self.query.head.rows)

    def files(self, folder: Path) -> list[Path]:
        """Of its first rows."""
        return [answer_file(folder, self.text, most) for most in self.mosts]


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
        wanted = [
            replace(each, narrow=narrowed(each.query, unchanged.touched(base)))
            for each in wanted
            if not _is_taken(each, allowed, unchanged, base, folder)
        ]
    if wanted:
        _ask(wanted, limits, seconds, address, base, folder, unchanged)


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
    files = wanted.files(folder)
    if not all(unchanged.take(file, (wanted.text,), base) for file in files):
        return False
    more = wanted.rows and read_answer(files[0]).is_cut
    return not more or unchanged.take(rows_file(folder, wanted.text), (wanted.text,), base)


def _ask(
    wanted: Sequence[_Wanted],
    limits: Limits,
    seconds: float,
    address: StoreAddress,
    base: str,
    folder: Path,
    unchanged: Unchanged | None,
) -> None:
    """Ask some queries, each once, within so many seconds of a processor; note which did not end.

    One after the other: other parts of a build run beside them and give way, and two large ones take hundreds of
    megabytes each.
    """
    limits = replace(limits, workers=2, timeout_seconds=_BUSY * seconds, result_bytes=0)  # one is left to other clients
    limits = replace(limits, running_seconds_per_minute=600.0, max_running_per_client=1, gives_way=False)
    with suppress(ServerError), (service := ServiceProcess(limits)).supervised() as socket:
        service.await_start(lambda: False)

        def run(text: str, store: StoreAddress, most: int) -> Result:
            job = _job(text, store, base, limits, most)
            request = QueryRequest(job, "build", None, cacheable=False, federated=False, processor_seconds=seconds)
            return submit(socket, request, lambda _: None, limits.silence_seconds)

        for each in wanted:
            if unchanged and _is_renewed(each, unchanged, folder, address, run):
                continue
            try:
                result = run(each.text, address, LISTED_ROWS if each.rows else max(each.mosts))
                write_result(folder, each.text, each.mosts, result.pieces, is_cut=bool(result.cut), keys=each.rows)
            except ProblemError as error:
                if error.problem.status == HTTPStatus.GATEWAY_TIMEOUT or error.problem.reason == OVER_MEMORY:
                    unended_file(folder, each.text, seconds, limits.memory_bytes).touch()


def _is_renewed(
    wanted: _Wanted,
    unchanged: Unchanged,
    folder: Path,
    address: StoreAddress,
    run: Callable[[str, StoreAddress, int], Result],
) -> bool:
    """Whether what the release before had of a query is kept, with other cells in some rows.

    Args:
        wanted: of the query.
        unchanged: of the release before.
        folder: gets the files.
        address: of the store of all statements.
        run: runs a query on a store, for so many rows.
    """
    if not wanted.narrow:
        return False
    files = wanted.files(folder)
    before = [read_answer(file) for file in map(unchanged.whole, files) if file]
    if len(before) != len(files):
        return False

    def rows(store: StoreAddress, text: str) -> bytes:
        result = run(text, store, LISTED_ROWS)
        if result.cut:
            raise ValueError("rows without an end")
        return b"".join(result.pieces)

    with suppress(ProblemError, ValueError):
        answers = renewed(before, wanted.narrow, partial(rows, unchanged.store_before), partial(rows, address))
        if answers and (not before[0].is_cut or unchanged.take(rows_file(folder, wanted.text), (), "")):
            for file, answer in zip(files, answers, strict=True):
                write_answer(file, answer)
            return True
    return False


def _wanted(settings: Settings) -> Iterator[_Wanted]:
    library = read_library(settings.layered("queries"), settings.languages)
    choices = {parameter.values_of for query in library.values() for parameter in query.head.parameters}
    for query in library.values():
        reading = read(query.file_text)
        if reading.form == "SELECT" and not reading.is_volatile and not reading.has_service:
            mosts = (FIRST_ROWS, MOST_CHOICES) if query.name in choices else (FIRST_ROWS,)
            yield _Wanted(query.in_language(settings.languages[0]), mosts)


def _job(text: str, store: StoreAddress, base: str, limits: Limits, most: int) -> QueryJob:
    return QueryJob(
        store=store,
        base=base,
        query=text,
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
