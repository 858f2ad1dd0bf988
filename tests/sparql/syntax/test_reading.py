"""What is read of a query before it runs."""

import pytest

from atmpgraph.sparql.syntax.reading import Reading, read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * {}", Reading("SELECT", False, False)),
        ("ask { FILTER(now () > ?x) }", Reading("ASK", True, False)),
        ("SELECT (STRUUID() AS ?x) {}", Reading("SELECT", True, False)),
        ("SELECT ?now { ?now ?rand ?uuid }", Reading("SELECT", False, False)),
        ("CONSTRUCT {} { service <x> {} }", Reading("CONSTRUCT", False, True)),
        ("SELECT * { ?service <service> 'SERVICE' } # SERVICE", Reading("SELECT", False, False)),
        ("CLEAR ALL", Reading("UPDATE", False, False)),
        ("", Reading(None, False, False)),
    ],
)
def test_form_functions_and_services(text: str, expected: Reading) -> None:
    assert read(text) == expected
