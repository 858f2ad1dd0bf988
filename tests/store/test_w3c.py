"""The W3C's query-evaluation tests over real engines, asked as the site asks them: what each cannot do is listed."""

import json
import math
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest

from atmpgraph.credentials import store_credentials
from atmpgraph.errors import QueryError, StoreError
from atmpgraph.store.engine import Access
from atmpgraph.store.engine import Engine as Connections
from atmpgraph.store.graph_store import GraphStore
from atmpgraph.store.remote import RemoteStore

from ..conftest import absent
from ..sparql.w3c import SUITE, Case, cases, data, expected, outcome
from .engines import Engine, Oxigraph, Virtuoso, running

DEFAULT: Final = "urn:w3c:default"
ACCESS: Final = Access(20.0, 5.0, 0.0, 1e9, 1 << 28, 4, (), ())
KNOWN: Final = Path(__file__).with_name("w3c_known.json")  # what engines cannot do: docs/remote-store.md tells it


@pytest.fixture(scope="module", params=[Oxigraph, Virtuoso])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A server."""
    engine: Engine = request.param(tmp_path_factory.mktemp("engine"))
    with running(engine), pytest.MonkeyPatch.context() as patch:
        for name, value in engine.environment.items():
            patch.setenv(name, value)
        yield engine


class Asked:
    """An engine to which the data of one test after the other are given."""

    def __init__(self, engine: Engine) -> None:
        """No data yet."""
        slot = engine.address
        self._graphs = GraphStore(engine.graph_store.replace("{slot}", slot), store_credentials(), 5, 20)
        self._engine = Connections(engine.query.replace("{slot}", slot), ACCESS, store_credentials())
        self._loaded: set[str] = set()

    def passes(self, case: Case) -> bool:
        """Whether the engine gives the outcome of a test."""
        assert case.result is not None
        graphs: dict[str, list[ox.Triple]] = {DEFAULT: []}
        for quad in data(case):
            name = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else DEFAULT
            graphs.setdefault(name, []).append(quad.triple)
        named = tuple(sorted(set(graphs) - {DEFAULT}))
        base = case.query.as_uri()
        store = RemoteStore(
            base, "w3c", self._engine, ACCESS, ACCESS.timeout_seconds, named, DEFAULT, None, "", [math.inf]
        )
        if not graphs[DEFAULT]:  # a test that names its graphs by FROM: the union is that of all
            graphs[DEFAULT] = [triple for name in named for triple in graphs[name]]
        try:
            self._load(graphs)
            actual, wanted = outcome(store.query(case.query.read_text(encoding="utf-8"))), expected(case.result)
        except (QueryError, StoreError, ValueError, SyntaxError, OSError):
            return False
        if case.name.startswith("reduced/") and isinstance(actual, Counter) and isinstance(wanted, Counter):
            return set(actual) == set(wanted)  # how often a row comes is free (SPARQL 1.1 §18.2.5.4)
        return actual == wanted

    def _load(self, graphs: dict[str, list[ox.Triple]]) -> None:
        for graph in self._loaded - set(graphs):
            self._graphs.delete(graph)
        for graph, triples in graphs.items():
            self._graphs.delete(graph)
            if triples:
                self._graphs.put(graph, ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")
        self._loaded = set(graphs)


@pytest.mark.clients
def test_an_engine_answers_all_but_what_is_known(engine: Engine) -> None:
    if not SUITE.is_dir():
        absent("the suites of the W3C are not here")
    asked = Asked(engine)
    evaluated = [case for case in cases() if case.type == "QueryEvaluationTest"]
    failing = sorted(case.name for case in evaluated if not asked.passes(case))
    name = type(engine).__name__.lower()
    if os.environ.get("W3C_WRITE"):
        known = json.loads(KNOWN.read_text(encoding="utf-8")) if KNOWN.exists() else {}
        KNOWN.write_text(json.dumps({**known, name: failing, "of": len(evaluated)}, indent=1) + "\n", encoding="utf-8")
    assert failing == json.loads(KNOWN.read_text(encoding="utf-8"))[name]
