"""The lists of a release: written once, always the same bytes; filtered, sorted and counted as asked."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from atmpgraph.errors import DamagedError
from atmpgraph.lists.declared import declarations
from atmpgraph.lists.lookup import Lists, open_lists
from atmpgraph.lists.write import write_lists
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings


@pytest.fixture
def lists(release: Release) -> Iterator[Lists]:
    """Those of the release of this publication."""
    with open_lists(release.folder.lists) as found:
        yield found


def things(lists: Lists, slug: str, filters: dict[str, list[str]], sort: str, language: str = "en") -> list[str]:
    """The things of a list, in order, by the ends of their IRIs."""
    selection = lists.select(lists.listings[slug], filters, sort)
    return [row.thing.rpartition("/")[2] for row in selection.rows(selection.numbers(language))]


def test_the_same_statements_give_the_same_bytes(release: Release, released: Settings, tmp_path: Path) -> None:
    declared = declarations(released.layered("lists"), released.base)
    write_lists(tmp_path / "again", declared, release.store, released.languages)
    assert (tmp_path / "again").read_bytes() == release.folder.lists.read_bytes()


def test_values_of_a_facet_are_alternatives_and_facets_are_not(lists: Lists) -> None:
    both = things(lists, "partners", {"kind": ["university", "hospital"]}, "name")
    one, other = (things(lists, "partners", {"kind": [kind]}, "name") for kind in ("university", "hospital"))
    assert sorted(both) == sorted(one + other)
    narrower = things(lists, "partners", {"kind": ["university"], "in": ["maidam"]}, "name")
    assert set(narrower) == {"uclouvain"}


def test_a_count_is_what_the_filter_leaves(lists: Lists) -> None:
    listing = lists.listings["figures"]
    for facet in listing.facets:
        filters = {"source": ["press-release-2024-01-17"], "status": ["obsStatus-A"]}
        values, total = lists.select(listing, filters, "").facet(facet.name, 100)
        assert len(values) == total
        for value in values:
            with_it = filters | {facet.name: [value.token]}
            assert lists.select(listing, with_it, "").count == value.count, (facet.name, value)


def test_the_counts_of_a_whole_list_are_those_of_its_rows(lists: Lists) -> None:
    listing = lists.listings["figures"]
    selection = lists.select(listing, {}, "")
    rows = list(selection.rows(range(listing.size)))
    place = [column.name for column in listing.columns].index("source")
    counted = Counter(source for row in rows for source in set(row.cells[place]))
    assert {value.value: value.count for value in selection.facet("source", 100)[0]} == counted


def test_what_has_no_value_stands_last_in_both_directions(lists: Lists) -> None:
    up, down = (things(lists, "funding", {}, sort) for sort in ("amount", "-amount"))
    valued = ["exofasttrack-grant", "maidam-grant"]
    assert (up[:2], down[:2]) == (valued, valued[::-1])
    assert up[2:] == down[2:]


def test_numbers_are_sorted_as_numbers(lists: Lists) -> None:
    listing = lists.listings["figures"]
    selection = lists.select(listing, {"unit": ["NUM"]}, "-value")
    values = [float(row.cells[1][0]["value"][0]) for row in selection.rows(selection.numbers("en"))]
    assert values == sorted(values, reverse=True)
    assert len(values) > 10


def test_words_are_sorted_as_the_language_has_them(lists: Lists) -> None:
    english, french = (things(lists, "figures", {}, "unit", language) for language in ("en", "fr"))
    assert sorted(english) == sorted(french)
    kinds = [things(lists, "partners", {}, "kind", language) for language in ("en", "fr")]
    assert kinds[0] != kinds[1]


@pytest.mark.parametrize(
    ("thing", "language", "name"),
    [
        ("figure/new-direct-jobs", "fr", "Emplois directs à créer\u00a0: plus de 470 emplois directs"),
        ("figure/new-direct-jobs", "nl", "Te creëren directe banen: plus de 470 emplois directs"),
        ("coverage/workpackages", "de", "Abdeckung: Arbeitspakete"),
        ("record/ror--00jv65847", "en", "Research Organization Registry"),
        ("identifier/umons--ror", "en", "ROR 02qnnz951"),
        ("membership/gouvernement-wallon--pit-atmp--funder", "en", "Gouvernement wallon – "),
        ("address/umons--ror", "en", "University of Mons"),
        ("amount/maidam-grant--EUR", "nl", "Aangekondigde subsidie voor MAIDAM"),
    ],
)
def test_a_thing_without_a_name_is_called_by_what_it_is_about(
    release: Release, lists: Lists, thing: str, language: str, name: str
) -> None:
    iri = f"{release.base}id/{thing}"
    assert lists.names([iri], [language])[iri][0].startswith(name)


def test_an_iri_and_its_word_are_the_same_filter(lists: Lists) -> None:
    iri = "https://w3id.org/atmpgraph/auth/organisation-kind/university"
    assert lists.values("partners", "kind", [iri, "university", "x"]) == {iri: "university", "university": "university"}


def test_each_class_has_a_word(lists: Lists) -> None:
    tokens = lists.frequent("things", "type", 1000)
    assert len(set(tokens)) == len(tokens)
    assert {"Workpackage", "Observation", "Person"} <= set(tokens)


def test_a_file_that_is_none_is_damage(tmp_path: Path) -> None:
    (tmp_path / "lists").write_bytes(b"no database at all" * 100)
    with pytest.raises(DamagedError), open_lists(tmp_path / "lists") as found:
        found.listings  # noqa: B018
