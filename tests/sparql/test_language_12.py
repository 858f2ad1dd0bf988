"""SPARQL 1.2: triple terms, reifiers, annotations, directions and their functions, in each format of results.

Each case has its answer worked out from the drafts: the grammar, §17.4.1 to §17.4.6, and SPARQL 1.2 Query Results.
"""

from typing import Final

import pyoxigraph as ox
import pytest

from atmpgraph.sparql.service.result_writers import WRITERS
from atmpgraph.store.embedded import EmbeddedStore

from .w3c import outcome

HEAD: Final = (
    "PREFIX : <http://e/> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>"
    " PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
)
DATA: Final = """
PREFIX : <http://e/>
:a :p :b ~ :r1 {| :source :s1 |} .
:a :q "x"@en--ltr , "y"@ar--rtl , "z"@fr , "w" .
<< :c :p << :d :q 5 ~ :r2 >> ~ :r3 >> :source :s3 .
:r4 <http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies> <<( :e :p <<( :f :q "deep"@en--rtl )>> )>> .
"""
# An expression, and its value; None for an error.
EXPRESSIONS: Final = [
    ("TRIPLE(:s, :p, 1)", "<<( :s :p 1 )>>"),
    ("TRIPLE(:s, :p, TRIPLE(:t, :q, 'x'@ar--rtl))", "<<( :s :p <<( :t :q 'x'@ar--rtl )>> )>>"),
    ("TRIPLE('s', :p, :o)", None),  # a literal is no subject
    ("TRIPLE(:s, 'p', :o)", None),
    ("<<( :s :p 'x'@en--ltr )>>", "<<( :s :p 'x'@en--ltr )>>"),
    ("isTRIPLE(<<( :s :p :o )>>)", "true"),
    ("isTRIPLE(:s)", "false"),
    ("isIRI(<<( :s :p :o )>>)", "false"),
    ("SUBJECT(<<( :s :p :o )>>)", ":s"),
    ("PREDICATE(<<( :s :p :o )>>)", ":p"),
    ("OBJECT(<<( :s :p 'o'@en--ltr )>>)", "'o'@en--ltr"),
    ("SUBJECT('x')", None),
    ("<<( :s :p :o )>> = <<( :s :p :o )>>", "true"),
    ("sameTerm(<<( :s :p 1 )>>, <<( :s :p 01 )>>)", "true"),
    ("<<( :s :p :o )>> = <<( :s :p :x )>>", "false"),
    ("LANGDIR('a'@ar--rtl)", "'rtl'"),
    ("LANGDIR('a'@ar)", "''"),
    ("LANG('a'@ar--rtl)", "'ar'"),
    ("STRLANGDIR('a', 'ar', 'rtl')", "'a'@ar--rtl"),
    ("STRLANGDIR('a', 'ar', 'up')", None),
    ("STRLANGDIR(1, 'ar', 'rtl')", None),
    ("hasLANG('a'@ar--rtl)", "true"),
    ("hasLANG('a'@ar)", "true"),
    ("hasLANG('a')", "false"),
    ("hasLANGDIR('a'@ar--rtl)", "true"),
    ("hasLANGDIR('a'@ar)", "false"),
    ("hasLANGDIR(:s)", "false"),
    ("DATATYPE('a'@ar--rtl)", "rdf:dirLangString"),
    ("STR('a'@ar--rtl)", "'a'"),
    ("'a'@ar--rtl = 'a'@ar", "false"),
    ("CONCAT('a'@en--ltr, 'b'@en--ltr)", "'ab'@en--ltr"),
    ("UCASE('a'@en--ltr)", "'A'@en--ltr"),
]
# A query, and its solutions in the order of its variables.
QUERIES: Final = [
    ("SELECT ?x { <<( :a :p :b )>> ?x ?y }", []),  # no triple has a triple term as its subject
    ("SELECT ?r { ?r rdf:reifies <<( :a :p :b )>> }", [":r1"]),
    ("SELECT ?x { << :a :p :b >> :source ?x }", [":s1"]),
    ("SELECT ?x { << :a :p ?b ~ :r1 >> :source ?x }", [":s1"]),
    ("SELECT ?r { :a :p :b ~ ?r }", [":r1"]),
    ("SELECT ?x { :a :p :b {| :source ?x |} }", [":s1"]),
    ("SELECT ?x { :a :p :b ~ ?r {| :source ?x |} FILTER(?r = :r1) }", [":s1"]),
    ("SELECT ?o { << :c :p << :d :q ?o >> >> :source :s3 }", ["5"]),
    ("SELECT ?o { ?r rdf:reifies <<( ?s ?p <<( :f ?q ?o )>> )>> }", ["'deep'@en--rtl"]),
    ("SELECT ?o { :a :q ?o FILTER(hasLANGDIR(?o)) }", ["'x'@en--ltr", "'y'@ar--rtl"]),
    ("SELECT ?o { :a :q 'x'@en--ltr BIND(1 AS ?o) }", ["1"]),
    ("SELECT ?o { :a :q 'x'@en BIND(1 AS ?o) }", []),
    ("SELECT ?t { VALUES ?t { <<( :s :p 'v'@he--rtl )>> 'q'@fa--rtl } }", ["<<( :s :p 'v'@he--rtl )>>", "'q'@fa--rtl"]),
    ("SELECT (COUNT(DISTINCT ?t) AS ?n) { ?r rdf:reifies ?t }", ["4"]),
    ("SELECT (MIN(?t) AS ?m) { VALUES ?t { <<( :b :p :o )>> <<( :a :p :o )>> } }", ["<<( :a :p :o )>>"]),
]
ASKED: Final = [
    ("ASK { << :a :p :b ~ :r1 >> :source :s1 }", True),
    ("ASK { << :a :p :x >> :source ?s }", False),
    ("VERSION '1.2' ASK { :a :p :b {| :source :s1 |} }", True),
    ('VERSION "1.1" ASK {}', True),
    ("VERSION '1.2-basic' PREFIX : <http://e/> ASK { :a :p :b }", True),
]


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    """Statements about statements, and texts with directions."""
    content = ox.Store()
    content.load(DATA.encode(), format=ox.RdfFormat.TURTLE)
    return EmbeddedStore("http://e/", content)


def rows(store: EmbeddedStore, query: str) -> ox.QuerySolutions:
    results = store.query(HEAD + query)
    assert isinstance(results, ox.QuerySolutions)
    return results


def term(store: EmbeddedStore, text: str) -> object:
    """A term as the engine keeps it."""
    (row,) = rows(store, f"SELECT * {{ VALUES ?value {{ {text} }} }}")
    return row["value"]


@pytest.mark.parametrize(("expression", "value"), EXPRESSIONS)
def test_an_expression(store: EmbeddedStore, expression: str, value: str | None) -> None:
    (row,) = rows(store, f"SELECT ({expression} AS ?value) {{}}")
    assert row["value"] == (value and term(store, value))


@pytest.mark.parametrize(("query", "terms"), QUERIES)
def test_a_query(store: EmbeddedStore, query: str, terms: list[str]) -> None:
    assert sorted(str(row[0]) for row in rows(store, query)) == sorted(str(term(store, text)) for text in terms)


@pytest.mark.parametrize(("query", "answer"), ASKED)
def test_yes_or_no(store: EmbeddedStore, query: str, answer: bool) -> None:
    assert bool(store.query(query if query.startswith("VERSION") and "PREFIX" in query else HEAD + query)) is answer


@pytest.mark.parametrize("suffix", ["json", "xml", "tsv"])
@pytest.mark.parametrize(
    "query", [*(f"SELECT ({each} AS ?v) {{}}" for each, _ in EXPRESSIONS), *(q for q, _ in QUERIES)]
)
def test_each_format_gives_back_what_was_found(store: EmbeddedStore, query: str, suffix: str) -> None:
    assert outcome(rows(store, query), suffix) == outcome(rows(store, query))


@pytest.mark.parametrize("order", ["?v", "ASC(COALESCE(?v, 1))", "DESC(?v)"])
def test_triple_terms_go_after_all_else(store: EmbeddedStore, order: str) -> None:
    """§15.1, as in the W3C's order-1 and order-2: blank nodes, IRIs, literals, triple terms by their parts."""
    terms = ["_:b", "<http://host/e>", '"text"', '"2024-01-17"^^xsd:date', "<<( :s :p -456 )>>", "<<( :s :p 123 )>>"]
    terms += ["<<( :s :p <<( :x :y :z )>> )>>", "<<( :s1 :a 999 )>>", "<<( :s1 :p 999 )>>", "<<( :s2 :p 900 )>>"]
    made = ["BNODE()", *terms[1:]]
    query = " UNION ".join(f"{{ BIND({number} AS ?n) BIND({text} AS ?v) }}" for number, text in enumerate(made))
    numbers = [int(row["n"].value) for row in rows(store, f"SELECT ?n ?v {{ {query} }} ORDER BY {order}")]
    assert numbers == sorted(numbers, reverse="DESC" in order)


def test_a_graph_has_annotations(store: EmbeddedStore) -> None:
    results = store.query(HEAD + "CONSTRUCT { ?s :is ?o {| :source :new |} } WHERE { ?s :p ?o . FILTER(?s = :a) }")
    assert isinstance(results, ox.QueryTriples)
    reified = [triple for triple in results if isinstance(triple, ox.Triple) and isinstance(triple.object, ox.Triple)]
    assert [str(each.object) for each in reified] == [str(term(store, "<<( :a :is :b )>>"))]


def test_csv_keeps_triple_terms_apart_from_texts(store: EmbeddedStore) -> None:
    writer = WRITERS["csv"](["t", "u"])
    (row,) = rows(store, "SELECT (<<( :s :p 'a,\"b\"'@en--ltr )>> AS ?t) (':s :p' AS ?u) {}")
    text = writer.start("") + writer.row([row["t"], row["u"]]) + writer.end
    assert '"<<( http://e/s http://e/p ""a,' in text
    assert text.rstrip().endswith(",:s :p")
