"""SPARQL 1.1 Service Description §3: what the endpoint says about itself, and that it is true."""

from dataclasses import replace
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest

from atmpgraph.formats import RDF_FORMATS, RESULT_FORMATS
from atmpgraph.release.graphs import GraphCount
from atmpgraph.settings import Settings
from atmpgraph.sparql.graph_store import Part, parse
from atmpgraph.sparql.library import LibraryQuery, read_library
from atmpgraph.sparql.limits import Limits, limits_of
from atmpgraph.sparql.service_description import Endpoint, service_description
from atmpgraph.store import EMBEDDED, Features, StoreAddress
from atmpgraph.vocab import prefixes

from ..conftest import LANGUAGES

BASE = "http://e/"
GRAPHS = (
    GraphCount("http://e/id/graph/a", 2, (ox.Literal("A", language="en"),), ("http://e/id/source/a",)),
    GraphCount("http://e/id/graph/b?x=é&y", 3),
)
PUBLISHED_LIMITS = {  # the fragments are published: they stay, whatever the settings are called
    "seconds": "timeout_seconds",
    "memory": "memory_bytes",
    "rows": "max_rows",
    "bytes": "max_bytes",
    "workers": "workers",
    "per-client": "max_running_per_client",
    "waiting": "max_queued",
    "patience": "queue_timeout_seconds",
    "budget": "running_seconds_per_minute",
    "nesting": "max_nesting",
    "length": "max_length_characters",
}
HEAD = "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> PREFIX void: <http://rdfs.org/ns/void#> PREFIX schema: <https://schema.org/> PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX dct: <http://purl.org/dc/terms/> PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "


@pytest.fixture
def limits(released: Settings) -> Limits:
    """The limits as set."""
    return limits_of(released)


@pytest.fixture
def endpoint(released: Settings, limits: Limits) -> Endpoint:
    """An endpoint with two graphs and the library of the publication."""
    library = read_library(released.layered("queries"), LANGUAGES).values()
    return Endpoint(
        BASE,
        "http://e/licence",
        EMBEDDED.features(StoreAddress(EMBEDDED.kind, "", "")),
        4,
        GRAPHS,
        limits,
        library,
        prefixes(BASE),
        LANGUAGES,
    )


def ask(endpoint: Endpoint, pattern: str) -> bool:
    """Whether the description has a pattern; relative IRIs are under the base."""
    results = _store(endpoint).query(f"{HEAD} ASK {{ {pattern} }}", base_iri=BASE)
    assert isinstance(results, ox.QueryBoolean)
    return bool(results)


def values(endpoint: Endpoint, pattern: str) -> list[str]:
    """The values of `?x` in a pattern, sorted."""
    results = _store(endpoint).query(f"{HEAD} SELECT DISTINCT ?x {{ {pattern} }}", base_iri=BASE)
    assert isinstance(results, ox.QuerySolutions)
    return sorted(row["x"].value for row in results)


def _rows(query: str) -> list[ox.QuerySolution]:
    results = ox.Store().query(query)
    assert isinstance(results, ox.QuerySolutions)
    return list(results)


def _store(endpoint: Endpoint) -> ox.Store:
    store = ox.Store()
    store.extend(service_description(endpoint))
    return store


def test_the_service_its_endpoint_and_language(endpoint: Endpoint) -> None:
    assert ask(endpoint, "<sparql> a sd:Service ; sd:endpoint <sparql> ; sd:supportedLanguage sd:SPARQL11Query")
    assert values(endpoint, "[] sd:supportedLanguage ?x") == [
        "http://www.w3.org/ns/sparql-service-description#SPARQL11Query"
    ]


def test_no_input_format_and_the_simple_regime(endpoint: Endpoint) -> None:
    assert not ask(endpoint, "?s sd:inputFormat ?o")
    assert ask(endpoint, "<sparql> sd:defaultEntailmentRegime <http://www.w3.org/ns/entailment/Simple>")


def test_the_licence(endpoint: Endpoint) -> None:
    assert ask(endpoint, "<sparql> dct:license <http://e/licence>")


@pytest.mark.parametrize("federated", [False, True])
def test_federation_is_a_feature_only_where_it_is_on(endpoint: Endpoint, federated: bool) -> None:
    changed = replace(endpoint, federated=federated)
    assert ask(changed, "<sparql> sd:feature sd:UnionDefaultGraph")
    assert ask(changed, "<sparql> sd:feature sd:BasicFederatedQuery") is federated


def test_every_format_of_results_is_named_and_no_other(endpoint: Endpoint) -> None:
    """By the name that the W3C gives it."""
    names = [fmt.iri for fmt in (*RESULT_FORMATS, *RDF_FORMATS)]
    assert all(name.startswith("http://www.w3.org/ns/formats/") for name in names)
    assert values(endpoint, "<sparql> sd:resultFormat ?x") == sorted(names)


def test_features_are_those_of_the_store(endpoint: Endpoint) -> None:
    other = replace(endpoint, features=Features(("http://e/f",), union_default_graph=False))
    assert values(other, "<sparql> sd:extensionFunction ?x") == ["http://e/f"]
    assert ask(other, "<http://e/f> a sd:Function")
    assert not ask(other, "<sparql> sd:feature sd:UnionDefaultGraph")


def test_every_extension_function_is_one_of_the_engine(endpoint: Endpoint) -> None:
    functions = endpoint.features.extension_functions
    assert values(endpoint, "<sparql> sd:extensionFunction ?x") == sorted(functions)
    wkt = '"POINT(0 0)"^^<http://www.opengis.net/ont/geosparql#wktLiteral>'
    for function in functions:
        assert _rows(f"SELECT (<{function}>({wkt}, {wkt}) AS ?x) {{}}"), function
    with pytest.raises(RuntimeError, match="not supported"):
        _rows(f"SELECT (<{functions[0]}x>({wkt}) AS ?x) {{}}")


def test_the_dataset_is_the_union_and_every_graph_with_its_count(endpoint: Endpoint) -> None:
    assert ask(
        endpoint, "<sparql> sd:defaultDataset ?d . ?d a sd:Dataset ; sd:defaultGraph [ a sd:Graph ; void:triples 4 ]"
    )
    for graph in GRAPHS:
        pattern = f"?d sd:namedGraph <{graph.iri}> . <{graph.iri}> a sd:NamedGraph ; sd:name <{graph.iri}> ; sd:graph [ a sd:Graph ; void:triples {graph.triples} ]"
        assert ask(endpoint, pattern)
    assert ask(endpoint, "<id/graph/a> dct:title 'A'@en ; prov:hadPrimarySource <id/source/a>")


def test_a_graph_is_where_the_graph_store_gives_it(endpoint: Endpoint) -> None:
    for graph in GRAPHS:
        (url,) = values(endpoint, f"<{graph.iri}> sd:graph ?x")
        assert urlsplit(url).path == "/data"
        assert parse(urlsplit(url).query) == Part(graph.iri)
    (url,) = values(endpoint, "?d sd:defaultGraph ?x")
    assert parse(urlsplit(url).query) == Part(default=True)


def test_every_limit_is_told(endpoint: Endpoint, limits: Limits) -> None:
    for fragment, name in PUBLISHED_LIMITS.items():
        limit = f"<sparql#limit-{fragment}>"
        assert ask(
            endpoint, f"<sparql> schema:additionalProperty {limit} . {limit} schema:name ?n ; schema:unitText ?u"
        )
        maximum = values(endpoint, f"{limit} a schema:PropertyValue ; schema:maxValue ?x")
        assert [float(value) for value in maximum] == [float(limits.as_json()[name])], name
    assert len(values(endpoint, "<sparql> schema:additionalProperty ?x")) == len(PUBLISHED_LIMITS)


def test_no_limit_is_told_where_there_is_none(endpoint: Endpoint, limits: Limits) -> None:
    unlimited = replace(endpoint, limits=replace(limits, max_rows=0, max_bytes=0, max_queued=0, timeout_seconds=2.5))
    assert not ask(unlimited, "<sparql> schema:additionalProperty <sparql#limit-rows>")
    assert not ask(unlimited, "<sparql> schema:additionalProperty <sparql#limit-bytes>")
    assert values(unlimited, "<sparql#limit-waiting> schema:maxValue ?x") == ["0"]
    assert values(unlimited, "<sparql#limit-seconds> schema:maxValue ?x") == ["2.5"]


def test_every_question_is_an_example_in_four_languages_that_runs(endpoint: Endpoint) -> None:
    library = list(endpoint.library)
    examples = values(endpoint, "?x a sh:SPARQLExecutable ; schema:target <sparql> ; sh:prefixes ?p")
    assert examples == sorted(f"{BASE}queries/{query.name}" for query in library)
    for query in library:
        iri = f"<queries/{query.name}>"
        (text,) = values(endpoint, f"{iri} sh:select|sh:ask|sh:construct ?x")
        ox.Store().query(text)
        for language in LANGUAGES:
            for predicate in ("rdfs:label", "rdfs:comment"):
                assert ask(endpoint, f"{iri} {predicate} ?x FILTER(LANG(?x) = '{language}')"), (query.name, language)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("SELECT*{}", "Select"), ("ask{}", "Ask"), ("CONSTRUCT{}WHERE{}", "Construct"), ("DESCRIBE <x>", "")],
)
def test_the_kind_of_an_example_follows_its_form(endpoint: Endpoint, text: str, kind: str) -> None:
    changed = replace(endpoint, library=[LibraryQuery("q", f"#+ title@fr: Q\n{text}")])
    if kind:
        assert ask(changed, f"<queries/q> a sh:SPARQL{kind}Executable ; sh:{kind.lower()} ?text ; rdfs:label 'Q'@fr")
    assert ask(changed, "?q a sh:SPARQLExecutable") is bool(kind)


def test_the_prefixes_are_declared(endpoint: Endpoint) -> None:
    for prefix, namespace in endpoint.prefixes.items():
        pattern = f"?o sh:declare [ sh:prefix '{prefix}' ; sh:namespace '{namespace}'^^<http://www.w3.org/2001/XMLSchema#anyURI> ]"
        assert ask(endpoint, pattern)


def test_there_is_no_blank_node(endpoint: Endpoint) -> None:
    for quad in service_description(endpoint):
        assert isinstance(quad.subject, ox.NamedNode)
        assert isinstance(quad.object, ox.NamedNode | ox.Literal)
