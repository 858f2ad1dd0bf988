"""Small stores, on disk and in memory, and the engines of others."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from atmpgraph.store import EMBEDDED, Store, StoreAddress, memory_store

from .engines import Engine, Oxigraph, Virtuoso, running

BASE = "https://example.org/p/"
A, B = f"{BASE}id/graph/a", f"{BASE}id/graph/b"

Load: TypeAlias = Callable[[Iterable[str]], StoreAddress]


def line(subject: str, predicate: str, value: str, graph: str = A) -> str:
    """A line of N-Quads; `value` is a term as it is written, or the IRI of a thing."""
    value = value if value.startswith(("<", '"')) else f"<{BASE}{value}>"
    predicate = predicate if ":" in predicate else BASE + predicate
    return f"<{BASE}{subject}> <{predicate}> {value} <{graph}> .\n"


# Both graphs state that `s` has the value 1.
LINES = (line("s", "p", '"1"'), line("s", "p", '"2"'), line("s", "p", '"1"', B), line("s", "q", '"3"', B))


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load lines into a store on disk."""

    def run(lines: Iterable[str]) -> StoreAddress:
        canonical = tmp_path / "data.nq"
        canonical.write_text("".join(sorted(lines)), encoding="utf-8")
        return EMBEDDED.load(canonical, tmp_path / "store", hashlib.sha256(canonical.read_bytes()).hexdigest())

    return run


@pytest.fixture(params=["disk", "memory"])
def store(request: pytest.FixtureRequest, load: Load) -> Store:
    """A store of `LINES`."""
    if request.param == "memory":
        return memory_store((text.encode() for text in LINES), BASE)
    return EMBEDDED.open(load(LINES), BASE)


@pytest.fixture(scope="module", params=[Oxigraph, pytest.param(Virtuoso, marks=pytest.mark.clients)])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A server with one slot."""
    engine: Engine = request.param(tmp_path_factory.mktemp("engine") / "blue")
    with running(engine), pytest.MonkeyPatch.context() as patch:
        for name, value in engine.environment.items():
            patch.setenv(name, value)
        yield engine
