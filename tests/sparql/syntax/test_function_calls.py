"""Functions that a query calls by their IRI, also where an engine that folds constants sees none."""

from typing import Final

import pytest

from atmpgraph.errors import EvaluationError
from atmpgraph.sparql.syntax.function_calls import check_functions

BASE: Final = "http://e/base/"
PERMITTED: Final = ("http://e/permitted",)
PREFIXES: Final = "PREFIX e: <http://e/> PREFIX b: <bif:> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>"

CALLS: Final = (
    "SELECT * { ?s ?p ?o FILTER(b:f(?o)) }",
    "SELECT * { ?s ?p ?o FILTER(false && b:f(?o)) }",
    "SELECT * { ?s ?p ?o FILTER(e:a = e:a && b:f('x') = 1) }",
    "SELECT * { ?s ?p ?o FILTER(sameTerm(e:a, e:b) && <bif:f>()) }",
    "SELECT * { ?s ?p ?o FILTER(IF(e:a = e:a, b:f(), 1)) }",
    "SELECT * { ?s ?p ?o FILTER(?o IN (b:f (1))) }",
    "SELECT * { VALUES ?x { } BIND(b:f('/etc/passwd') AS ?y) }",
    "SELECT * { ?s ?p ?o OPTIONAL { ?s ?q ?r FILTER(false && b:f(?r)) } }",
    "SELECT * { ?s ?p ?o FILTER EXISTS { ?s ?q ?r FILTER(false && b:f # (\n (1)) } }",
    "SELECT * { ?s ?p ?o } ORDER BY b:f (?s)",
    "SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING b:f(?s)",
    "SELECT ?s { ?s ?p ?o } GROUP BY (b:f(?s) AS ?s)",
    "SELECT (false && b:f(1) AS ?x) {}",
    "SELECT (COUNT(b:f(?s)) AS ?n) { ?s ?p ?o }",
    "CONSTRUCT { ?s ?p ?x } WHERE { ?s ?p ?o BIND(IF(true, 1, b:f(?o)) AS ?x) }",
    "SELECT * { ?s ?p ?o FILTER(false && <f>(1)) }",
    "SELECT * { ?s ?p ?o FILTER(false && <bif:sys\\u005fstat>(1)) }",
    "SELECT * { ?s ?p (1 2) FILTER(false && b:f\u200d(1)) }",
    "PREFIX \u00e9\u200de: <bif:> SELECT * { ?s ?p ?o FILTER(false && \u00e9\u200de:permitted(1)) }",
)


@pytest.mark.parametrize("text", CALLS)
def test_no_function_is_called_that_nobody_named(text: str) -> None:
    with pytest.raises(EvaluationError):
        check_functions(f"{PREFIXES} {text}", BASE, PERMITTED)


NO_CALLS: Final = (
    "SELECT * { ?s e:p (1 2) }",
    "SELECT * { ?s e:p/e:q (1 (2)) ; e:r ( e:a (1) ) . (e:a (e:b)) e:p () }",
    "SELECT * { ?s<http://e/p>(1) . ?\u00e9<http://e/p>(1) }",
    "SELECT * { ?s !(e:a|^e:b) ?o VALUES (?a ?b) { (e:a e:b) } }",
    "SELECT (xsd:integer(?o) AS ?i) (xsd:dateTime(?o) AS ?d) { ?s ?p ?o }",
    "SELECT (e:permitted(?o) AS ?i) { ?s ?p ?o FILTER(false || <http://e/permitted>(1)) }",
    "SELECT * { ?s e:p 'b:f(1)' } # b:f(1)",
)


@pytest.mark.parametrize("text", NO_CALLS)
def test_what_is_no_call_passes(text: str) -> None:
    check_functions(f"{PREFIXES} {text}", BASE, PERMITTED)
