"""What is read of a query holds for all with its other words: the engine gets the same as if each were read by itself."""

from typing import Final
from urllib.parse import unquote_plus

import pytest

from atmpgraph.errors import QueryError
from atmpgraph.store.query_text import QueryTexts
from atmpgraph.store.written import Sent

BASE: Final = "http://e/base/"
GRAPHS: Final = ("http://e/g1", "http://e/g2")
UNION: Final = "urn:x-atmpgraph:union"


@pytest.fixture
def texts() -> QueryTexts:
    return QueryTexts(BASE, GRAPHS, UNION, ("http://e/function",))


def read_alone(texts: QueryTexts, text: str) -> object:
    """What the engine gets of a query that is read by itself."""
    query = texts.parsed(text)
    rewritten, dataset = texts.rewritten(query)
    return spaced(texts.sent(rewritten, query.form, dataset))


def spaced(sent: Sent | None) -> object:
    """The same, whatever the spaces between the words are."""
    return sent and (sent.form, unquote_plus(sent.text.decode()).split(), sent.dataset)


ALIKE: Final = (
    "SELECT ?o { <http://e/a> <http://e/p> ?o }",
    "SELECT ?o { <http://e/a> <http://e/p> ?o } # <http://e/comment>\n",
    "SELECT ?o { <http://e/a#b=c> <urn:p:%C3%A9> ?o, <http://e/a> }",
    "BASE <http://f/> PREFIX e: <http://e/> SELECT ?o { e:a <p> ?o ; <http://e/p> <q> }",
    "SELECT ?o { ?s <http://e/p> 'see <http://e/x> # and', \"<http://e/y>\"@EN ; a <http://e/c> }",
    "SELECT ?o { ?s <http://e/p> ?o FILTER(LANG(?o) = 'EN' && ?s != <http://e/a>) }",
    "SELECT ?o { ?s <http://e/p> ?o FILTER(?o<http://e/1>2) }",
    "SELECT ?s { VALUES ?v { <http://e/v> } ?s ?p ?o OPTIONAL { ?s <http://e/p> ?w FILTER(?w = ?v) } }",
    "SELECT ?g { GRAPH ?g { <http://e/a> ?p ?o } }",
    "SELECT ?g { GRAPH ?g { SELECT ?s { ?s a <http://e/c> } } }",
    r"SELECT ?s { ?s <http://e/p> 'a\tb\\' , <http://e/x>, 'c' }",
    "SELECT (COUNT(?s) AS ?n) (?n + 1 AS ?m) { ?s a <http://e/c> }",
    "ASK { <http://e/a> a 1, 2.5, 'x'^^<http://e/type> FILTER(TRUE) }",
    "CONSTRUCT { ?s a <http://e/c> } WHERE { ?s <http://e/p>/^<http://e/q>* <http://e/a> }",
)


@pytest.mark.parametrize("text", ALIKE)
def test_each_is_sent_as_if_it_were_read_alone(texts: QueryTexts, text: str) -> None:
    for one in (text, text.replace("http://e/", "https://example.org/longer/x/"), text):
        try:
            alone = read_alone(texts, one)
        except QueryError:  # what the parser takes for another thing than an IRI
            assert texts.of_shape(one) is None
            continue
        assert spaced(texts.of_shape(one)) in (alone, None)
    if "1>2" not in text:
        assert texts.of_shape(text)


def test_the_other_words_are_read_once(texts: QueryTexts, monkeypatch: pytest.MonkeyPatch) -> None:
    query = "SELECT ?o {{ <http://e/{}> <http://e/p> ?o }}"
    assert texts.of_shape(query.format("a"))
    monkeypatch.setattr(texts, "parsed", lambda *_: pytest.fail("it is read once more"))
    sent = texts.of_shape(query.format("b"))
    assert sent
    assert "<http://e/b>" in unquote_plus(sent.text.decode())


def test_comments_are_no_words(texts: QueryTexts, monkeypatch: pytest.MonkeyPatch) -> None:
    query = "SELECT ?o {{ <http://e/a#b> <http://e/p> ?o, '#' # {}\n }}"
    sent = texts.of_shape(query.format("one"))
    monkeypatch.setattr(texts, "parsed", lambda *_: pytest.fail("it is read once more"))
    for comment in ("another", "'", "<http://e/c>", "# }"):
        assert texts.of_shape(query.format(comment)) == sent


APART: Final = (
    "DESCRIBE <http://e/a>",
    "SELECT * FROM <http://e/g1> { ?s ?p ?o }",
    "SELECT * FROM <http://e/other> { ?s ?p ?o }",
    "SELECT * { GRAPH <http://e/g1> { ?s ?p ?o } }",
    "SELECT * { GRAPH <http://e/other> { ?s ?p ?o } }",
    "SELECT (<http://e/function>(1) AS ?x) {}",
    "SELECT (<bif:file_to_string>('/etc/passwd') AS ?x) {}",
    "PREFIX bif: <bif:> SELECT * { ?s ?p ?o FILTER(<http://e/a> = <http://e/a> && bif:sys_stat('x') = 1) }",
    "PREFIX bif: <bif:> SELECT (bif:f() AS ?x) { ?s ?p ?o FILTER(<http://e/a> = <http://e/a>) }",
    "SELECT * { <http://e/" + "x" * 500 + "> ?p ?o }",
    "SELECT * { ?s ?p '" + "\u00e9\u20ac" * 4_000 + "' }",
    "SELECT * { SERVICE <http://e/a> { ?s ?p ?o } }",
    "SELECT * { <http://[e> ?p ?o }",
    "SELECT * { <http://e/%zz> ?p ?o",
    "SELECT * { ?s ?p <urn:x-atmpgraph:place:0> }",
    "DROP GRAPH <http://e/g1>",
    "SELECT * { ?s ?p ?o } # " + "x" * 10_000,
)


@pytest.mark.parametrize(
    "text",
    [
        "PREFIX e: <bif:> SELECT * { ?s ?p ?o FILTER(false && e:fn(?o)) }",
        "PREFIX e: <bif:> SELECT * { VALUES ?x { } BIND(e:fn('/etc/passwd') AS ?y) }",
    ],
)
def test_a_function_is_refused_wherever_it_is(texts: QueryTexts, text: str) -> None:
    with pytest.raises(QueryError, match="bif:fn"):
        texts.parsed(text)


@pytest.mark.parametrize("text", APART)
def test_what_depends_on_its_iris_is_read_alone(texts: QueryTexts, text: str) -> None:
    assert texts.of_shape(text) is None


HIDDEN: Final = "}} ; DROP ALL ; ASK {{"


@pytest.mark.parametrize("quote", ["'", '"', "'''", '"""'])
def test_no_iri_ends_a_text_around_it(texts: QueryTexts, quote: str) -> None:
    """An IRI may hold an apostrophe; between two of them would be no text any more, but words that nobody has read."""
    text = f"SELECT * {{ ?s ?p {quote}a <http://e/{quote}> {HIDDEN} <http://e/{quote}> b{quote} }}"
    with pytest.raises(QueryError):
        texts.parsed(text)
    assert texts.of_shape(text.replace(f"/{quote}>", "/x>"))
    assert texts.of_shape(text) is None
