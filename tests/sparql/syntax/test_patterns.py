"""What a query reads: only a statement that matches one of its patterns can change its solutions."""

import random

import pytest

from atmpgraph.settings.layers import supplied
from atmpgraph.sparql.syntax.matching import matching
from atmpgraph.sparql.syntax.patterns import patterns
from atmpgraph.store import memory_store

from ...conftest import BASE

ANYTHING = frozenset({(None, None, None)})


TYPED = (None, b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", b"<urn:C>")
P = (None, b"<urn:p>", None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * { ?s <urn:p> ?o }", {P}),
        ("SELECT * { ?s a <urn:C> ; ^<urn:p> <id/x> }", {TYPED, (f"<{BASE}id/x>".encode(), b"<urn:p>", None)}),
        (
            "SELECT * { ?s <urn:p>/^<urn:q>|<urn:r>+ <urn:o> }",
            {P, (b"<urn:o>", b"<urn:q>", None), (None, b"<urn:r>", None)},
        ),
        ("CONSTRUCT { ?s <urn:made> 1 } { FILTER EXISTS { ?s <urn:p> ?o } }", {P}),
    ],
)
def test_the_patterns_of_a_query(query: str, expected: set[tuple[bytes | None, ...]]) -> None:
    assert patterns(query, BASE) == expected


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p ?o }",
        "SELECT * { ?s <urn:p>* ?o }",
        "SELECT * { ?s !<urn:p> ?o }",
        "SELECT * { GRAPH ?g {} }",
        "SELECT (NOW() AS ?now) { ?s <urn:p> ?o }",
        "SELECT * { SERVICE <urn:other> { ?s <urn:p> ?o } }",
        "no query",
    ],
)
def test_where_it_cannot_be_told_anything_may_matter(query: str) -> None:
    line = b"<urn:s> <urn:other> <urn:o> <urn:g> .\n"
    assert list(matching([line], patterns(query, BASE))) == [line]


def test_no_other_statement_changes_what_a_rule_states() -> None:
    """Statements of the rules' own vocabulary at random, one of them altered: a rule that reads neither states the same."""
    chance, told, differed = random.Random(3), 0, 0
    for rule in sorted(supplied("rules").glob("*.rq")):
        text = rule.read_text(encoding="utf-8")
        read = patterns(text, BASE)
        predicates = [*sorted(each for _, each, _ in read if each), b"<urn:other>"]
        objects = [*sorted({each for *_, each in read if each}), *(b"<urn:n%d>" % n for n in range(3))]

        subjects = [b"<urn:n%d>" % number for number in range(3)]
        for _ in range(150):
            lines = [
                b"%b %b %b <urn:g> .\n" % tuple(map(chance.choice, (subjects, predicates, objects))) for _ in "x" * 13
            ]
            changed = [lines.pop(), lines.pop()]
            before, after = (set(memory_store([*lines, each], BASE).construct(text)) for each in changed)
            if not list(matching(changed, read)):
                told += 1
                assert before == after
            differed += before != after
    assert told > 20
    assert differed > 0
