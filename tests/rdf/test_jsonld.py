"""JSON-LD in its forms, with PyLD as the oracle of the JSON-LD 1.1 algorithms.

Directions of texts are in the graphs that PyLD expands only: it loses them when it compacts, flattens or makes RDF.
"""

import json
from collections.abc import Iterable
from typing import Any, NoReturn

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyld import jsonld as pyld

from atmpgraph.catalogue.releases import ReleaseEntry, release_quads
from atmpgraph.formats import JSON_LD
from atmpgraph.profiles.registry import EURIO, SCHEMA
from atmpgraph.profiles.translate import translated
from atmpgraph.quality.shapes_document import released_shapes
from atmpgraph.quality.summary import read_quality
from atmpgraph.rdf.jsonld import EXPANDED, FORMS, FRAMED, json_ld
from atmpgraph.rdf.jsonld_context import Context
from atmpgraph.rdf.serialize import serialize
from atmpgraph.release.release import Release
from atmpgraph.vocab import DCT, OWL, RDF, SKOS, XSD, prefixes

from .test_serialize import BASE, QUADS

NAMES = prefixes(BASE)
ROOT = f"{BASE}id/a"


def refuse(url: str, _: dict[str, Any]) -> NoReturn:
    """A document that carries its whole context leads nowhere else."""
    raise AssertionError(f"the document refers to {url}")


OPTIONS = {"documentLoader": refuse}


# --- graphs ---

IRIS = [
    ROOT,
    *(f"{BASE}{path}" for path in ("id/b", "id/c")),
    "https://w3id.org/atmpgraph/ns#leads",
    *(f"{DCT}{name}" for name in ("", "title", "publisher", "source", "a:b", "/x")),  # with a term, and without
    *(SKOS + "prefLabel", SKOS + "notation", OWL + "sameAs", NAMES["sdmx-m"] + "obsValue"),
    *(RDF + name for name in ("type", "first", "rest", "nil")),
    *("http://e/1", "http://e/é", "urn:x:y", "mailto:a@b"),  # outside every prefix
    *("dct:title", "geo:50.8,4.4", "skos://h/x", "id:x", "type:y", "title:z", "xsd:decimal"),  # no compact IRIs
]
# No xsd:double, which PyLD writes in its own form.
DATATYPES = [*(XSD + name for name in ("decimal", "integer", "boolean", "date")), RDF + "JSON", "dct:title"]

iris = st.sampled_from(IRIS).map(ox.NamedNode)
subjects = iris | st.sampled_from("ab").map(ox.BlankNode)
texts = st.sampled_from(["", " ", "é\n", "dct:title", "@id", "@none", "_:a", ROOT, "1.50", "true"]) | st.text(
    max_size=3
)
languages = st.sampled_from(["fr", "de-at", "id", "none"])  # `id` is a keyword of our context, too
plain = st.builds(ox.Literal, texts)
tagged = st.builds(lambda text, tag: ox.Literal(text, language=tag), texts, languages)
typed = st.builds(lambda text, name: ox.Literal(text, datatype=ox.NamedNode(name)), texts, st.sampled_from(DATATYPES))
directed = st.builds(
    lambda text, tag, direction: ox.Literal(text, language=tag, direction=direction),
    texts,
    languages,
    st.sampled_from([ox.BaseDirection.LTR, ox.BaseDirection.RTL]),
)


def graphs(objects: st.SearchStrategy[Any], nodes: st.SearchStrategy[Any] = subjects) -> st.SearchStrategy[Any]:
    """Graphs with these objects beside their nodes."""
    return st.lists(st.builds(ox.Quad, nodes, iris, nodes | objects), min_size=1, max_size=8)


def quads(text: str) -> list[ox.Quad]:
    """Statements in Turtle."""
    return list(ox.parse(text, format=ox.RdfFormat.TURTLE))


# --- the oracle ---


def written(statements: Iterable[ox.Quad], form: str, root: str = ROOT) -> Any:
    """Statements as we write them."""
    return json.loads(serialize(statements, JSON_LD, NAMES, form=form, root=root))


def expand(document: Any) -> Any:
    """A document expanded by PyLD, in an order of our own."""
    return ordered(pyld.expand(document, OPTIONS))


def ordered(value: Any) -> Any:
    """JSON whose arrays are sets, as those of expanded JSON-LD without lists are."""
    if isinstance(value, list):
        return sorted(map(ordered, value), key=lambda member: json.dumps(member, sort_keys=True))
    return {name: ordered(member) for name, member in value.items()} if isinstance(value, dict) else value


def canonical(statements: Iterable[ox.Quad]) -> set[str]:
    """A graph with canonical names of its blank nodes: isomorphic graphs are equal."""
    dataset = ox.Dataset(statements)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, dataset))


def to_rdf(document: Any) -> set[str]:
    """The graph of a document as PyLD reads it."""
    text = pyld.to_rdf(document, OPTIONS | {"format": "application/n-quads"})
    return canonical(ox.parse(text, format=ox.RdfFormat.N_QUADS))


def reached(statements: list[ox.Quad], root: str) -> list[ox.Quad]:
    """The statements about a thing and about all that they link to; a type is no link."""
    wanted, things = list[Any]([ox.NamedNode(root)]), set[Any]()
    while wanted:
        thing = wanted.pop()
        things.add(thing)
        wanted += [
            quad.object
            for quad in statements
            if quad.subject == thing
            and isinstance(quad.object, ox.NamedNode | ox.BlankNode)
            and quad.predicate.value != RDF + "type"
            and quad.object not in things
        ]
    return [quad for quad in statements if quad.subject in things]


def check(statements: list[ox.Quad], root: str = ROOT) -> None:
    """All forms of a graph without directions are this graph."""
    for form in ("", *FORMS):
        assert to_rdf(written(statements, form, root)) == canonical(statements), form


# A scheme that is a prefix of ours, and `//` after what would be a prefix: PyLD itself takes `dct://x` for compact.
CONFUSING = quads("""
    @prefix geo: <http://www.opengis.net/ont/geosparql#> .
    <http://e/a> geo:hasGeometry <geo:50.8,4.4> ; <http://purl.org/dc/terms///x> <http://purl.org/dc/terms///y> .
    <http://purl.org/dc/terms///y> <http://purl.org/dc/terms/x> "1"^^<http://purl.org/dc/terms///z> .""")


@settings(max_examples=300)
@given(graphs(plain | tagged | typed), st.sampled_from(IRIS))
@example(CONFUSING, "http://e/a")
def test_every_form_is_the_graph(statements: list[ox.Quad], root: str) -> None:
    check(statements, root)


@settings(max_examples=300)
@given(graphs(plain | tagged | typed | directed))
@example(CONFUSING)
def test_what_is_compacted_expands_to_what_is_expanded(statements: list[ox.Quad]) -> None:
    """JSON-LD API §5.1."""
    expanded = ordered(written(statements, EXPANDED))
    assert expand(expanded) == expanded
    assert expand(written(statements, "")) == expanded


@settings(max_examples=300)
@given(graphs(plain | tagged | typed))
def test_what_pyld_compacts_with_our_context_expands_to_the_same(statements: list[ox.Quad]) -> None:
    """JSON-LD API §6.1."""
    document, expanded = written(statements, ""), ordered(written(statements, EXPANDED))
    for source in (document, expanded):
        assert expand(pyld.compact(source, document["@context"], OPTIONS)) == expanded


@settings(max_examples=300)
@given(graphs(plain | tagged | typed, iris), st.sampled_from(IRIS))
def test_what_is_framed_flattens_to_what_is_flat(statements: list[ox.Quad], root: str) -> None:
    """JSON-LD API §7.1; without blank nodes, which PyLD labels anew."""
    expanded = ordered(written(statements, EXPANDED))
    for form in FORMS:
        assert ordered(pyld.flatten(written(statements, form, root), None, OPTIONS)) == expanded, form


@settings(max_examples=300)
@given(graphs(plain | tagged | typed), st.sampled_from(IRIS))
def test_the_tree_of_a_frame_is_what_pyld_frames(statements: list[ox.Quad], root: str) -> None:
    """JSON-LD Framing §4.1: all that is reached from the root, each thing embedded once."""
    tree = written(statements, FRAMED, root)
    for beside in ("@reverse", "@included"):
        tree.pop(beside, None)
    framed = pyld.frame(written(statements, EXPANDED), {"@id": root, "@embed": "@once"}, OPTIONS)
    assert to_rdf(tree) == to_rdf(framed) == canonical(reached(statements, root))


def test_a_frame_is_one_tree_from_its_root() -> None:
    """Where each thing is linked once, the tree is that of PyLD to the member; what links to the root stands in it."""
    data = f"""
        @prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix org: <http://www.w3.org/ns/org#> . @prefix skos: <{SKOS}> .
        <{BASE}d> foaf:primaryTopic <{ROOT}> .
        <{ROOT}> org:member <{BASE}b> ; skos:prefLabel "a" .
        <{BASE}b> skos:prefLabel "é"@fr ; foaf:page [ skos:note "b"@fr, "c"@fr, "c" ] ."""
    tree = written(quads(data), FRAMED)
    assert tree["id"] == ROOT
    assert tree["member"][0]["prefLabel"] == {"fr": ["é"]}
    assert tree.pop("@reverse") == {"foaf:primaryTopic": [{"id": f"{BASE}d"}]}
    framed = pyld.frame(written(quads(data), EXPANDED), {"@id": ROOT}, OPTIONS)
    assert without_labels(expand(tree)) == without_labels(expand(framed))


def test_a_type_is_no_link() -> None:
    """A frame of a class has its instances beside it."""
    tree = written(quads(f"<{BASE}b> a <{ROOT}> ; <{DCT}subject> <{ROOT}> . <{BASE}c> a <{ROOT}> ."), FRAMED)
    assert tree["@reverse"] == {"dct:subject": [{"id": f"{BASE}b", "type": [ROOT]}]}
    assert tree["@included"] == [{"id": f"{BASE}c", "type": [ROOT]}]


def test_a_long_chain_is_a_frame_that_can_be_read() -> None:
    links = [f"<http://e/{number}> <{DCT}replaces> <http://e/{number + 1}> ." for number in range(1000)]
    check(quads("\n".join(links)), "http://e/0")


def without_labels(value: Any) -> Any:
    """Expanded JSON-LD without the names of its blank nodes."""
    if isinstance(value, list):
        return [without_labels(member) for member in value]
    if not isinstance(value, dict):
        return value
    return {name: without_labels(member) for name, member in value.items() if not str(member).startswith("_:")}


def test_the_whole_context_is_one_that_pyld_reads() -> None:
    context = Context(NAMES).document()
    for iri, (term, _) in Context(NAMES).terms.items():
        [node] = pyld.expand({"@context": context, "id": ROOT, iri: {"@id": ROOT}, term: None}, OPTIONS)
        assert iri in node
    assert expand({"@context": context, **json.loads(serialize(QUADS, JSON_LD, NAMES)) | {"@context": context}})


# --- things of the release ---


def documents(release: Release) -> dict[str, list[ox.Quad]]:
    """One thing of each kind, in each profile; and what else is published as JSON-LD."""
    things: dict[str, str] = {}
    for quad in release.store.select("SELECT DISTINCT ?thing { ?thing a ?class } ORDER BY ?thing"):
        iri = quad["thing"].value
        things.setdefault(iri.removeprefix(release.base).rpartition("/")[0], iri)
    found = {iri: release.quads(iri) for iri in things.values()}
    for profile in (SCHEMA, EURIO):
        found |= {f"{iri} {profile.token}": list(translated(release, iri, profile)) for iri in things.values()}
    found["catalogue"] = release.quads(f"{release.base}id/catalogue")
    found["shapes"] = released_shapes(release)
    found["quality"] = read_quality(release).quads(f"{release.base}quality", release.base)
    found["release"] = release_quads([ReleaseEntry(release.digest, release.manifest)], release.base, "urn:licence")
    return {name: statements for name, statements in found.items() if statements}


def test_things_of_the_release(release: Release) -> None:
    published = documents(release)
    assert len(published) > 40
    for name, statements in published.items():
        root = name.partition(" ")[0] if "://" in name else release.base
        check([ox.Quad(*triple) for triple in {quad.triple for quad in statements}], root)
        expanded = ordered(written(statements, EXPANDED))
        assert expand(written(statements, "")) == expanded, name


# --- other readers ---


@pytest.mark.parametrize("form", ["", *FORMS])
@pytest.mark.parametrize("root", ["id/a", "id/b", "id/elsewhere"])
def test_every_form_is_the_same_graph_for_two_other_readers(form: str, root: str) -> None:
    triples = sorted({quad.triple for quad in QUADS}, key=str)
    body = json_ld(triples, NAMES, form, BASE + root)
    assert {quad.triple for quad in ox.parse(body, format=ox.RdfFormat.JSON_LD)} == set(triples)
    assert len(rdflib.Graph().parse(data=body.decode(), format="json-ld")) == len(triples)


def test_no_term_of_the_context_is_a_prefix() -> None:
    """It would hide the prefix."""
    context = Context(NAMES)
    assert not {term for term, _ in context.terms.values()} & set(context.prefixes)
    assert len(context.document()) == len(context.prefixes) + len(context.terms) + 2


def test_every_property_that_is_published_has_a_term(release: Release) -> None:
    terms = Context(prefixes(release.base)).terms
    with (release.path / "data.nq").open("rb") as lines:
        published = {line.split(b" ", 2)[1][1:-1].decode() for line in lines}
    assert published - set(terms) - {RDF + "type"} == set()
