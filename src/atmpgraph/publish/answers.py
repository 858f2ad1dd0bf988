"""What the pages of the query library show first, asked at build within the limits of the query service."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Final

from ..errors import ServerError
from ..formats import RESULTS_JSON, TSV, Format
from ..http.problem import ProblemError
from ..settings import Settings
from ..sparql.answers import (
    FIRST_ROWS,
    MOST_CHOICES,
    Answer,
    answer_file,
    read_answer,
    rows_file,
    write_answer,
    write_rows,
)
from ..sparql.library import read_library
from ..sparql.limits import Limits, limits_of
from ..sparql.service.client import Result, submit
from ..sparql.service.launcher import ServiceProcess
from ..sparql.service.messages import QueryJob, QueryRequest
from ..sparql.syntax.reading import read
from ..store import StoreAddress
from .reuse import Unchanged

_AT_ONCE: Final = 2
# Of a processor, for one query, if the settings allow as many; a longer one is asked when somebody wants it.
_SECONDS: Final = 10.0
_BUSY: Final = 6  # times as long a query takes on a machine that does much else


def write_answers(
    settings: Settings, address: StoreAddress, base: str, folder: Path, unchanged: Unchanged | None = None
) -> None:
    """Keep the first rows of each query of the library, of those that end in time.

    In the first language alone: at 100,000 rows the queries of one take half a minute of processor time.

    Args:
        settings: of the publication.
        address: of the store of all statements.
        base: of the publication.
        folder: gets the files.
        unchanged: by which those of the release before are taken over, if there is one.
    """
    folder.mkdir(exist_ok=True)
    texts, named = _texts(settings)
    if unchanged:
        texts = [each for each in texts if not unchanged.take(answer_file(folder, *each), each[:1], base)]
        named = [text for text in named if not unchanged.take(rows_file(folder, text), (text,), base)]
    if texts or named:
        _ask(texts, named, settings, address, base, folder)


def _ask(
    texts: Sequence[tuple[str, int]],
    named: Sequence[str],
    settings: Settings,
    address: StoreAddress,
    base: str,
    folder: Path,
) -> None:
    """Ask some queries, each for so many rows; then those that have more for the IRIs of all their rows."""
    limits = limits_of(settings)
    seconds = min(limits.timeout_seconds, _SECONDS)
    workers = _AT_ONCE + 1  # one is always left to other clients
    limits = replace(limits, workers=workers, timeout_seconds=_BUSY * seconds, result_bytes=0)
    limits = replace(limits, running_seconds_per_minute=600.0 * _AT_ONCE, max_running_per_client=_AT_ONCE)
    service = ServiceProcess(limits)
    with suppress(ServerError), service.supervised() as socket, ThreadPoolExecutor(_AT_ONCE) as asking:
        service.address()

        def result_of(text: str, most: int | None, fmt: Format) -> tuple[Result, bytes]:
            job = _job(text, most, fmt, address, base, limits)
            request = QueryRequest(job, "build", None, cacheable=False, federated=False, processor_seconds=seconds)
            result = submit(socket, request, lambda _: None, limits.silence_seconds)
            return result, b"".join(result.pieces)

        def ask(text: str, most: int) -> None:
            with suppress(ProblemError):
                result, body = result_of(text, most, RESULTS_JSON)
                write_answer(folder, text, most, Answer(result.rows or 0, bool(result.cut), body))

        def ask_rows(text: str) -> None:
            first = answer_file(folder, text, FIRST_ROWS)
            if first.is_file() and read_answer(first).is_cut:
                with suppress(ProblemError):
                    result, body = result_of(text, None, TSV)
                    write_rows(folder, text, BytesIO(body), is_cut=bool(result.cut))

        for _ in asking.map(lambda each: ask(*each), texts):
            pass
        for _ in asking.map(ask_rows, named):
            pass


def _texts(settings: Settings) -> tuple[list[tuple[str, int]], list[str]]:
    """The queries as the pages run them, each with how many rows are wanted; and those whose head names their rows."""
    library = read_library(settings.layered("queries"), settings.languages)
    choices = {parameter.values_of for query in library.values() for parameter in query.head.parameters}
    texts, named = dict[tuple[str, int], None](), dict[str, None]()
    for query in library.values():
        reading = read(query.file_text)
        if reading.form == "SELECT" and not reading.is_volatile and not reading.has_service:
            text = query.in_language(settings.languages[0]).file_text
            texts[text, FIRST_ROWS] = None
            if query.name in choices:
                texts[text, MOST_CHOICES] = None
            if query.head.rows:
                named[text] = None
    return list(texts), list(named)


def _job(text: str, most: int | None, fmt: Format, address: StoreAddress, base: str, limits: Limits) -> QueryJob:
    return QueryJob(
        store=address,
        base=base,
        query=text,
        default_graphs=(),
        named_graphs=(),
        format=fmt.suffix,
        offset=0,
        rows=limits.max_rows if most is None else min(most, limits.max_rows or most),
        bytes=limits.max_bytes,
        nesting=limits.max_nesting,
        patterns=limits.max_patterns,
        operators=limits.max_operators,
        rest="",
    )
