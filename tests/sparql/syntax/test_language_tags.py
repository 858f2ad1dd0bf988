"""Tags of languages are found as people write them, in any case (BCP 47 §2.1.1)."""

import pyoxigraph as ox
import pytest

from atmpgraph.sparql.syntax.engine_text import for_engine
from atmpgraph.sparql.syntax.language_tags import with_tags

TAGS = ("fr", "fr-BE", "zh-Hant", "zh-Hant-TW", "en", "")
FOUND = {  # what a filter finds of these
    'LANG(?o) = "fr-BE"': {"fr-BE"},
    'lang(?o)="FR"': {"fr"},
    "LANG(?o) = 'zh-hant'": {"zh-Hant"},
    '"zh-Hant" = LANG(?o)': {"zh-Hant"},
    'LANG(?o) != "fr-BE" && LANG(?o) != ""': {"fr", "zh-Hant", "zh-Hant-TW", "en"},
    '(LANG(?o)) = "fr-BE"': {"fr-BE"},
    'STR(LANG(?o)) = "fr-BE"': {"fr-BE"},
    'LANG(?o) IN ("fr-BE", "zh-Hant-TW")': {"fr-BE", "zh-Hant-TW"},
    'LANG(?o) NOT IN ("fr-BE", "zh-Hant-TW", "")': {"fr", "zh-Hant", "en"},
    'STRSTARTS(LANG(?o), "zh-Hant")': {"zh-Hant", "zh-Hant-TW"},
    'STRSTARTS(LANG(?o), "zh-H")': {"zh-Hant", "zh-Hant-TW"},
    'CONTAINS(LANG(?o), "Hant")': {"zh-Hant", "zh-Hant-TW"},
    'sameTerm(LANG(?o), "fr-BE")': {"fr-BE"},
    'LANGMATCHES(LANG(?o), "fr-BE")': {"fr-BE"},
    'LANGMATCHES(LANG(?o), "ZH")': {"zh-Hant", "zh-Hant-TW"},
    'LANGMATCHES(LANG(?o), "*")': {"fr", "fr-BE", "zh-Hant", "zh-Hant-TW", "en"},
    '?o = "x"@fr-BE': {"fr-BE"},
    '?o = STRLANG("x", "fr-BE")': {"fr-BE"},
    'LANG(?o) = "fr-BE" || LANG(?o) = "EN"': {"fr-BE", "en"},
    'LANG(?o) = IF(true, "fr-be", "FR")': {"fr-BE"},
    'LCASE(LANG(?o)) = "fr-be"': {"fr-BE"},
    'LANG(?o) = ""': {""},
}


@pytest.fixture(scope="module")
def store() -> ox.Store:
    """A text in each of these languages."""
    store = ox.Store()
    texts = "".join(f'<http://s> <http://p> "x"{"@" if tag else ""}{tag} .\n' for tag in TAGS)
    store.load(texts.encode(), format=ox.RdfFormat.N_TRIPLES)
    return store


def found(store: ox.Store, where: str) -> set[str]:
    results = store.query(for_engine(f"SELECT ?o {{ <http://s> <http://p> ?o {where} }}"))
    lower = {tag.lower(): tag for tag in TAGS}
    return {lower[row["o"].language or ""] for row in results}  # type: ignore[union-attr]


@pytest.mark.parametrize("condition", FOUND)
def test_a_filter_finds_a_tag_in_any_case(store: ox.Store, condition: str) -> None:
    assert found(store, f"FILTER({condition})") == FOUND[condition]


@pytest.mark.parametrize("bound", ['VALUES ?tag { "fr-BE" "EN" }', 'VALUES (?tag) { ("fr-BE") ("EN") }'])
@pytest.mark.parametrize("condition", ["LANG(?o) = ?tag", "?tag = LANG(?o)", "LANG(?o) IN (?tag)"])
def test_so_does_a_variable(store: ox.Store, bound: str, condition: str) -> None:
    assert found(store, f"{bound} FILTER({condition})") == {"fr-BE", "en"}


@pytest.mark.parametrize(
    "query",
    [
        'SELECT ?o { ?s ?p ?o FILTER(?o = "WP1" && LANG(?o) = "fr") }',
        'SELECT ?o { ?s ?p ?o FILTER(STR(?o) = "FR-BE") }',
        'SELECT ?o { ?s ?p ?o FILTER(LANG(?o) = "not A tag") }',
        'SELECT (LANG(?o) AS ?Tag) { ?s ?p ?o BIND("FR" AS ?x) }',
        'SELECT ?o { ?s ?p ?o FILTER(CONCAT(LANG(?o), "A") = "frA") }',
        "SELECT ?o { ?s ?p ?o # LANG(?o) = 'FR'\n}",
        "SELECT ?o { ?s ?p ?o FILTER(LANG(?o) = ",
        "SELECT ?o { ?s ?p ?o FILTER(LANG",
        'SELECT ?o { ?s ?p ?o FILTER(LANG(?o) = "FR"@en) }'.replace("FR", "fr"),
    ],
)
def test_nothing_else_changes(query: str) -> None:
    assert with_tags(query) == query
