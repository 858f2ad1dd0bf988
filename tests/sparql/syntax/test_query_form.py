"""The form that is read from the prologue is the one the engine finds (SPARQL 1.1 §4.1, §16)."""

import re
import time

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpgraph.sparql.syntax.query_form import form, rows_of_triples

_STORE = ox.Store()
_BODIES = {
    "SELECT": "SELECT*{}",
    "ASK": "ASK{}",
    "CONSTRUCT": "CONSTRUCT{}WHERE{}",
    "DESCRIBE": "DESCRIBE<http://e/x>",
}
_UPDATES = (
    "INSERT DATA {}",
    "DELETE WHERE {}",
    "LOAD <urn:x:y>",
    "CLEAR ALL",
    "DROP ALL",
    "CREATE GRAPH <http://e/>",
    "COPY DEFAULT TO <http://e/>",
    "MOVE DEFAULT TO <http://e/>",
    "ADD DEFAULT TO <http://e/>",
    "WITH <http://e/> DELETE {} WHERE {}",
)


def _engine(text: str) -> str | None:
    """What the parser takes the text for."""
    try:
        results = _STORE.query(text, base_iri="http://b/")
    except SyntaxError:
        pass
    else:
        if isinstance(results, ox.QueryTriples):
            return "CONSTRUCT or DESCRIBE"
        return "SELECT" if isinstance(results, ox.QuerySolutions) else "ASK"
    try:
        ox.Store().update(text, base_iri="http://b/")
    except SyntaxError:
        return None
    except (RuntimeError, OSError):  # it cannot do it here, but it has read it
        pass
    return "UPDATE"


_SPACE = st.lists(
    st.one_of(
        st.sampled_from([" ", "\t", "\n", "\r", "\r\n"]),
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=12).map(lambda t: f"#{t}\n"),
        st.sampled_from(["# SELECT\n", "#<http://e/>\r", "##ASK {}\n", "#'\"\n"]),
    ),
    max_size=3,
).map("".join)
_NAME = st.sampled_from(["", "a", "A-b", "a.b", "é", "select", "INSERT"])
_IRI = st.sampled_from(["<>", "<x>", "<http://e/#ASK>", "<http://e/é>", "<a:DELETE>", "<http://e/?'>"])
_CASE = st.sampled_from([str.upper, str.lower, str.title, str.swapcase])


@st.composite
def _keyword(draw: st.DrawFn, word: str) -> str:
    return str(draw(_CASE)(word))


_DECLARATION = st.one_of(
    st.tuples(_keyword("BASE"), _SPACE, _IRI),
    st.tuples(_keyword("PREFIX"), st.just(" "), _SPACE, _NAME, st.just(":"), _SPACE, _IRI),
).map("".join)
_PROLOGUE = st.lists(st.tuples(_SPACE, _DECLARATION), max_size=4).map(lambda parts: "".join(a + b for a, b in parts))


_OPERATION = st.tuples(
    st.sampled_from([*_BODIES.values(), *_UPDATES, "", "VALUES ?x {}", "SELEC * {}", "{}"]), _CASE
).map(lambda both: re.sub(r"^[A-Z]+", lambda word: both[1](word[0]), both[0]))


@given(_PROLOGUE, _SPACE, _OPERATION)
def test_the_form_is_what_the_engine_finds(prologue: str, space: str, operation: str) -> None:
    text = prologue + space + operation
    actual = form(text)
    engine = _engine(text)
    if operation and engine is not None:  # no operation at all is an update that does nothing (SPARQL 1.1 Update §3)
        assert actual == engine or (actual in {"CONSTRUCT", "DESCRIBE"} and engine == "CONSTRUCT or DESCRIBE"), text


@pytest.mark.parametrize("expected", _BODIES)
def test_each_form_in_any_case_after_a_prologue(expected: str) -> None:
    for body in (_BODIES[expected], _BODIES[expected].lower()):
        for prologue in ("", "\n\t", "# UPDATE\n", "BASE <http://e/>PREFIX : <#>\n# ASK\rprefix insert:<x>"):
            assert form(prologue + body) == expected


@pytest.mark.parametrize("text", _UPDATES)
def test_each_update_operation_is_an_update(text: str) -> None:
    assert form(text) == form(text.lower()) == form(f"PREFIX e: <http://e/>\n{text}") == "UPDATE"


@pytest.mark.parametrize("text", ["", " ", "# SELECT", "{}", "SELECTED", "VALUES ?x {}", "BASE <a b> ASK {}", "'ASK'"])
def test_anything_else_has_no_form(text: str) -> None:
    assert form(text) is None


@pytest.mark.parametrize(
    "repeated",
    [" ", "#", "#\n", "BASE", "BASE ", "BASE <", "BASE <>", "BASE <> #\n", "PREFIX ", "PREFIX a", "PREFIX a:<> ", "A"],
)
def test_the_time_is_linear(repeated: str) -> None:
    def seconds(size: int) -> float:
        text = repeated * (size // len(repeated)) + "!"
        start = time.process_time()
        form(text)
        return time.process_time() - start

    assert seconds(400_000) < max(0.5, 40 * seconds(40_000))


@pytest.mark.parametrize(
    "query",
    [
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "PREFIX x: <urn:> # CONSTRUCT { ?a ?b ?c } WHERE\nconstruct{?x $y ?z.}{ ?x x:p ?z . ?x ?y ?z }",
        "CONSTRUCT { ?x ?y ?z } # } WHERE\nFROM <urn:g> WHERE { ?x ?y ?z } ORDER BY ?z LIMIT 2",
        "CONSTRUCT { ?z ?p ?s } WHERE { ?s ?p ?z OPTIONAL { ?s <urn:q> ?more } }",
        "CONSTRUCT { ?s ?o ?p } WHERE { ?s ?p ?o }",
    ],
)
def test_the_rows_are_the_triples(query: str) -> None:
    data = b"<urn:a> <urn:p> <urn:b> . <urn:a> <urn:q> <urn:c> , 'text' . <urn:b> <urn:p> 1 ."
    store = ox.Store()
    store.load(data, format=ox.RdfFormat.TURTLE)
    store.load(data, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("urn:g"))
    rows = rows_of_triples(query)
    assert rows is not None
    assert form(rows) == "SELECT"
    triples, solutions = store.query(query), store.query(rows)
    assert isinstance(triples, ox.QueryTriples)
    assert isinstance(solutions, ox.QuerySolutions)
    possible = {
        tuple(row)
        for row in solutions
        if isinstance(row[0], ox.NamedNode) and isinstance(row[1], ox.NamedNode) and row[2] is not None
    }
    assert possible == {tuple(triple) for triple in triples}
    assert possible or "?z ?p ?s" not in query


@pytest.mark.parametrize(
    "query",
    [
        "CONSTRUCT WHERE { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p ?s } WHERE { ?s ?p ?o }",
        "CONSTRUCT { ?s a ?o } WHERE { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p ?o . ?o ?p ?s } WHERE { ?s ?p ?o }",
        "CONSTRUCT {} WHERE { ?s ?p ?o }",
        "SELECT * { ?s ?p ?o }",
        "# CONSTRUCT { ?s ?p ?o } WHERE",
    ],
)
def test_other_templates_have_no_rows(query: str) -> None:
    assert rows_of_triples(query) is None
