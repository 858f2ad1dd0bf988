"""An answer that is renewed has the bytes of one that is asked for, whatever came or went."""

import random
from collections.abc import Callable

import pyoxigraph as ox
import pytest

from atmpgraph.formats import RESULTS_JSON
from atmpgraph.publish.renewed_answers import narrowed, renewed
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.sparql.answers import Answer
from atmpgraph.sparql.library import LibraryQuery, read_library
from atmpgraph.sparql.service.result_writers import whole_result
from atmpgraph.sparql.syntax.taking_part import places
from atmpgraph.store import MemoryStore, memory_store
from atmpgraph.store.changes import Changes

from ..lists.test_renew import edited
from ..long import often

FIRM, OTHER = "<https://example.org/p/id/firm>", "<https://example.org/p/id/other>"
NAME, KIND, SITE = (f"<https://example.org/p/ns#{each}>" for each in ("name", "kind", "site"))
FIRMS = LibraryQuery(
    "firms",
    f"""#+ title@en: Firms
#+ rows: firm
SELECT DISTINCT ?name ?firm
WHERE {{
  # VALUES ?firm {{ … }}
  ?firm {KIND} ?kind . OPTIONAL {{ ?firm {NAME} ?name }} OPTIONAL {{ ?firm {SITE} ?site }}
}}
ORDER BY STR(?firm) ?site
""",
)


def results(store: MemoryStore) -> Callable[[str], bytes]:
    """What runs a query on a store."""

    def run(text: str) -> bytes:
        rows = store.query(text)
        assert isinstance(rows, ox.QuerySolutions)
        return "".join(whole_result([each.value for each in rows.variables], rows, RESULTS_JSON.suffix)).encode()

    return run


def renew(
    query: LibraryQuery, before: list[bytes], after: list[bytes], base: str, most: int = 1_000
) -> tuple[bytes | None, bytes]:
    """What is kept of a query after a change, where that is not asked for; and what is asked for."""
    stores = memory_store(before, base), memory_store(after, base)
    changes = Changes(*stores, sorted({*before} - {*after}), sorted({*after} - {*before}))
    narrow = narrowed(query, lambda text, variable: changes.touched(places(text, base), variable))
    was, now = (results(store) for store in stores)
    text = f"{query.file_text} LIMIT {most}"
    answers = renewed([Answer(most, is_cut=True, body=was(text))], narrow, was, now) if narrow else None
    return (answers[0].body if answers else None), now(text)


def statements(*triples: str) -> list[bytes]:
    return [f"{triple} <urn:g> .\n".encode() for triple in triples]


COMMON = (f'{FIRM} {KIND} "firm"', f'{FIRM} {SITE} "a"', f'{OTHER} {KIND} "firm"', f'{OTHER} {NAME} "Other"')


@pytest.mark.parametrize(
    ("before", "after", "same_order"),
    [
        ((f'{FIRM} {NAME} "A"',), (f'{FIRM} {NAME} "B"',), True),
        ((f'{FIRM} {NAME} "A"', f'{FIRM} {NAME} "C"'), (f'{FIRM} {NAME} "B"', f'{FIRM} {NAME} "C"'), True),
        ((), (f'{FIRM} {NAME} "B"',), True),  # a cell that was empty
        ((f'{FIRM} {NAME} "A"',), (f'{FIRM} {NAME} "A"', f'{FIRM} {NAME} "B"'), False),  # a row comes
        ((f'<urn:new> {KIND} "firm"',), (), False),  # a row goes
        ((f"{FIRM} {NAME} <urn:a>",), (f"{FIRM} {NAME} <urn:b>",), False),  # an IRI is part of what names a row
        ((f'{FIRM} {SITE} "b"',), (f'{FIRM} {SITE} "c"',), False),  # orders rows, and is no column
    ],
)
def test_rows_in_the_same_places_are_renewed(before: tuple[str, ...], after: tuple[str, ...], same_order: bool) -> None:
    kept, asked = renew(FIRMS, statements(*COMMON, *before), statements(*COMMON, *after), "https://example.org/p/")
    assert kept == (asked if same_order else None)


def test_rows_that_are_not_kept_may_change() -> None:
    """The first row is kept, and the second has another name."""
    lines = statements(*COMMON)
    after = [line.replace(b"Other", b"Another") for line in lines]
    kept, asked = renew(FIRMS, lines, after, "https://example.org/p/", most=1)
    assert kept == asked == renew(FIRMS, lines, lines, "https://example.org/p/", most=1)[1]


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("ORDER BY STR(?firm) ?site", "ORDER BY DESC(?name)"),  # by what has no known place
        ("ORDER BY STR(?firm) ?site", "ORDER BY STR(?firm) LIMIT 1"),
        ("ORDER BY STR(?firm) ?site", ""),
        ("SELECT DISTINCT ?name ?firm", "SELECT ?firm (SAMPLE(?kind) AS ?name)"),
        ("#+ rows: firm\n", ""),
        ("# VALUES ?firm { … }", ""),
    ],
)
def test_another_query_is_asked(part: str, other: str) -> None:
    query = LibraryQuery("other", FIRMS.file_text.replace(part, other))
    assert narrowed(FIRMS, lambda *_: [FIRM[1:-1]])
    assert query != FIRMS
    assert narrowed(query, lambda *_: [FIRM[1:-1]]) is None


def test_many_things_are_asked_for_with_all() -> None:
    assert narrowed(FIRMS, lambda *_: [f"urn:{number}" for number in range(200)])
    assert narrowed(FIRMS, lambda *_: [f"urn:{number}" for number in range(201)]) is None
    assert narrowed(FIRMS, lambda *_: None) is None
    assert narrowed(FIRMS, None) is None


def test_random_changes_end_in_the_bytes_of_what_is_asked(release: Release, released: Settings) -> None:
    """For each query of the library whose head names the things of its rows."""
    chance, base, lines = random.Random(3), released.base, release.folder.canonical.read_bytes().splitlines(True)
    library = read_library(released.layered("queries"), released.languages)
    queries = [query.in_language(released.languages[0]) for query in library.values() if query.head.rows]
    count, tries = 0, often(4, 60)
    for _ in range(tries):
        then, lines = lines, edited(lines, chance)
        for query in queries:
            kept, asked = renew(query, then, lines, base, most=20)
            count += kept is not None
            assert kept in (None, asked), (query.name, {*then} ^ {*lines})
    assert count > tries


def test_a_name_of_a_member_asks_for_none_of_the_long_questions_again(release: Release, released: Settings) -> None:
    lines, base = release.folder.canonical.read_bytes().splitlines(keepends=True), released.base
    library = read_library(released.layered("queries"), released.languages)
    member = next(line for line in lines if b"ns/org#member>" in line).split(b" ")[2]
    named = next(
        line for line in lines if line.startswith(member + b" <http://www.w3.org/2004/02/skos/core#prefLabel>")
    )
    after = sorted({*lines} - {named} | {named.replace(b' "', b' "New ', 1)})
    for name in ("organisations", "without-identifier", "workpackage-members"):
        kept, asked = renew(library[name].in_language(released.languages[0]), lines, after, base)
        assert kept == asked, name
