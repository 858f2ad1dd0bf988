"""Pages that nobody requested before, beside what the engine itself takes for the queries of each, asked directly.

The queries of a page are those that the site sends for it, and come one after the other. They are sent by Python
programs over a connection that stays open, which only read the bytes of the answers, as pages are; and by programs with
SPARQLWrapper, which give their rows as a program of a user wants them. Each page is requested once.
"""

import http.client
import os
import statistics
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final, TypeAlias
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from atmpgraph.settings import Settings
from atmpgraph.store import engine
from atmpgraph.store.written import ROWS, Sent
from atmpgraph.web import create_app

from .load import Load, WrongAnswersError
from .processes import HOST, Server
from .publication import Publication

Request: TypeAlias = tuple[str, str, bytes, Mapping[str, str]]  # method, target, body, fields
_HTML: Final = {"Accept": "text/html", "Accept-Language": "en"}
_SECONDS: Final = 60.0


def page_requests(path: str) -> list[Request]:
    """What a reader of a page sends."""
    return [("GET", path, b"", _HTML)]


def requests_of(publication: Publication, variables: Mapping[str, str], paths: Sequence[str]) -> list[list[Request]]:
    """What the site over an engine, which the variables name, sends to it for each page.

    Raises:
        WrongAnswersError: a page is an error.
    """
    sent: list[Request] = []
    ask = engine.Engine.ask

    def noted(self: engine.Engine, query: Sent, seconds: float, *, probe: bool = False) -> object:
        request = self.request(query, seconds)
        sent.append(("POST", urlsplit(request.url).path, request.body(query.text), dict(request.fields)))
        return ask(self, query, seconds, probe=probe)

    pages = list[list[Request]]()
    with patch.dict(os.environ, variables), patch.object(engine.Engine, "ask", noted):
        client = create_app(Settings.load(publication.folder / "atmpgraph.toml")).test_client()
        for path in paths:
            sent.clear()
            if (status := client.get(path, headers=_HTML).status_code) != 200:
                raise WrongAnswersError(f"{path}: {status}")
            pages.append(sent[:])
    return pages


def _wrapped(address: str, pages: Sequence[Sequence[Request]]) -> list[float]:
    """Milliseconds that a program with SPARQLWrapper waits for the rows of all queries of each page.

    Raises:
        WrongAnswersError: one is an error.
    """
    times = list[float]()
    for page in pages:
        begin = time.perf_counter()
        for _, target, body, fields in page:
            client = SPARQLWrapper(address + target, returnFormat=JSON if ROWS in fields["Accept"] else TURTLE)
            client.setOnlyConneg(True)
            client.setMethod(POST)
            for name, value in parse_qsl(body.decode()):
                if name == "query":
                    client.setQuery(value)
                else:
                    client.addParameter(name, value)
            convert(client)
        times.append((time.perf_counter() - begin) * 1000)
    return times


def convert(client: SPARQLWrapper) -> None:
    """Let SPARQLWrapper send its query, and make what it gives to programs of the answer.

    Raises:
        WrongAnswersError: that is an error.
    """
    try:
        client.queryAndConvert()
    except (OSError, SPARQLWrapperException) as error:
        raise WrongAnswersError(f"{client.endpoint}: {error}") from None


def _times(port: int, pages: Sequence[Sequence[Request]]) -> list[float]:
    """Milliseconds that a program waits for the answers to all requests of each page.

    Raises:
        WrongAnswersError: one is an error.
    """
    connection, times = http.client.HTTPConnection(HOST, port, timeout=_SECONDS), list[float]()
    for page in pages:
        begin = time.perf_counter()
        for method, target, body, fields in page:
            connection.request(method, target, body or None, dict(fields))
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise WrongAnswersError(f"{target}: {response.status}")
        times.append((time.perf_counter() - begin) * 1000)
    connection.close()
    return times


def read(server: Server, pages: Sequence[Sequence[Request]], programs: int, *, wrapped: bool = False) -> Load:
    """What a server gives to so many programs, with SPARQLWrapper or without, that part the pages among them."""
    before, begin = server.processor_seconds(), time.perf_counter()
    with ProcessPoolExecutor(programs) as pool:
        parts = [pages[number::programs] for number in range(programs)]
        if wrapped:
            runs = [pool.submit(_wrapped, server.address, part) for part in parts]
        else:
            runs = [pool.submit(_times, server.port, part) for part in parts]
        times = sorted(one for run in runs for one in run.result())
    seconds, taken = time.perf_counter() - begin, server.processor_seconds() - before
    p99 = times[min(len(times) - 1, len(times) * 99 // 100)]
    return Load(len(times) / seconds, statistics.median(times), p99, taken * 1000 / len(times))
