"""What the pages of the query library show first, asked at build within the limits of the query service."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from ..errors import ServerError
from ..formats import RESULTS_JSON
from ..http.problem import ProblemError
from ..settings import Settings
from ..sparql.answers import FIRST_ROWS, MOST_CHOICES, Answer, answer_file, write_answer
from ..sparql.library import read_library
from ..sparql.limits import Limits, limits_of
from ..sparql.service.client import submit
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
    texts = list(_texts(settings))
    if unchanged:
        texts = [each for each in texts if not unchanged.take(answer_file(folder, *each), each[:1], base)]
    if texts:
        _ask(texts, settings, address, base, folder)


def _ask(texts: Sequence[tuple[str, int]], settings: Settings, address: StoreAddress, base: str, folder: Path) -> None:
    """Ask some queries, each for so many rows."""
    limits = limits_of(settings)
    seconds = min(limits.timeout_seconds, _SECONDS)
    workers = _AT_ONCE + 1  # one is always left to other clients
    limits = replace(limits, workers=workers, timeout_seconds=_BUSY * seconds, result_bytes=0)
    limits = replace(limits, running_seconds_per_minute=600.0 * _AT_ONCE, max_running_per_client=_AT_ONCE)
    service = ServiceProcess(limits)
    with suppress(ServerError), service.supervised() as socket, ThreadPoolExecutor(_AT_ONCE) as asking:
        service.address()

        def ask(text: str, most: int) -> None:
            with suppress(ProblemError):
                job = _job(text, most, address, base, limits)
                request = QueryRequest(job, "build", None, cacheable=False, federated=False, processor_seconds=seconds)
                result = submit(socket, request, lambda _: None, limits.silence_seconds)
                body = b"".join(result.pieces)
                write_answer(folder, text, most, Answer(result.rows or 0, bool(result.cut), body))

        list(asking.map(ask, *zip(*texts, strict=True)))


def _texts(settings: Settings) -> Iterator[tuple[str, int]]:
    """The queries as the pages run them, each with how many rows are wanted."""
    library = read_library(settings.layered("queries"), settings.languages)
    choices = {parameter.values_of for query in library.values() for parameter in query.head.parameters}
    texts = dict[tuple[str, int], None]()
    for query in library.values():
        reading = read(query.file_text)
        if reading.form == "SELECT" and not reading.is_volatile and not reading.has_service:
            text = query.in_language(settings.languages[0]).file_text
            texts[text, FIRST_ROWS] = None
            if query.name in choices:
                texts[text, MOST_CHOICES] = None
    yield from texts


def _job(text: str, most: int, address: StoreAddress, base: str, limits: Limits) -> QueryJob:
    return QueryJob(
        store=address,
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
