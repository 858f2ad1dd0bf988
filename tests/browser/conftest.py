"""The publication behind a real server, and readers of it who ask nothing of anyone else."""

from collections.abc import Iterator

import pytest

from atmpgraph.settings import Settings

from ..http.conformance.targets import serving
from .reader import Reader, reading

MOST_ROWS = 700  # more than a page of the table has


@pytest.fixture(scope="session")
def origin(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the publication is served, with limits that are soon reached."""
    folder, rows = tmp_path_factory.mktemp("browser"), str(MOST_ROWS)
    with serving(released, folder, ATMPGRAPH_QUERIES_MAX_ROWS=rows, ATMPGRAPH_QUERIES_TIMEOUT_SECONDS="6") as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture(scope="session")
def _desk(origin: str) -> Iterator[Reader]:
    with reading(origin, watched=True) as reader:
        yield reader


@pytest.fixture(scope="session")
def _phone(origin: str) -> Iterator[Reader]:
    with reading(origin, width=390, watched=True) as reader:
        yield reader


@pytest.fixture(scope="session")
def narrow(origin: str) -> Iterator[Reader]:
    """A reader with the narrowest screen that pages must fit (WCAG 2.2, 1.4.10)."""
    with reading(origin, width=320) as reader:
        yield reader


@pytest.fixture(scope="session")
def _plain(origin: str) -> Iterator[Reader]:
    with reading(origin, javascript=False) as reader:
        yield reader


def _watched(reader: Reader) -> Iterator[Reader]:
    """A reader who has stored nothing, and whose pages complain of nothing and ask nobody else."""
    reader.visit("/robots.txt")
    reader.script("localStorage.clear(); sessionStorage.clear()")
    reader.requests(), reader.complaints()
    yield reader
    assert [url for url in reader.requests() if not url.startswith(f"{reader.origin}/")] == []
    # The browser reports every answer of 400 and above by itself.
    assert [said for said in reader.complaints() if "the server responded with a status of" not in said] == []


@pytest.fixture
def desk(_desk: Reader) -> Iterator[Reader]:
    """A reader with a large screen."""
    yield from _watched(_desk)


@pytest.fixture
def phone(_phone: Reader) -> Iterator[Reader]:
    """A reader with a phone of 390 pixels."""
    yield from _watched(_phone)


@pytest.fixture
def plain(_plain: Reader) -> Reader:
    """A reader whose browser runs no scripts."""
    return _plain
