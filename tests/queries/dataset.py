"""The published data as one store: the only place that knows how the tests of the queries come by it."""

from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, Quad, QueryTriples, RdfFormat, Store

ROOT: Final = Path(__file__).parents[2]
BASE: Final = "https://w3id.org/atmp-wallonia/"
_MAPPED: Final = Path("/tmp/lab/morph.nq")


def load_dataset() -> Store:
    """The mapped tables, the ontology in its graph, and the coverage computed over both."""
    store = Store()
    store.load(path=_MAPPED, format=RdfFormat.N_QUADS)
    for file in sorted((ROOT / "ontology").rglob("*.ttl")):
        store.load(path=file, format=RdfFormat.TURTLE, base_iri=BASE, to_graph=NamedNode(BASE + "id/graph/ontology"))
    add_coverage(store)
    return store


def add_coverage(store: Store) -> None:
    """Run data/coverage.rq over `store` and put what it constructs into the graph of coverage."""
    text = (ROOT / "data" / "coverage.rq").read_text(encoding="utf-8")
    triples = store.query(text, base_iri=BASE, use_default_graph_as_union=True)
    assert isinstance(triples, QueryTriples)
    graph = NamedNode(BASE + "id/graph/coverage")
    store.extend([Quad(t.subject, t.predicate, t.object, graph) for t in triples])
