"""What a name means among others: how often the right thing is found, and that a match leaves no doubt."""

from collections.abc import Iterator

import pytest
from benchmarks.matching import entry, index_of, made_up, quality, register, spellings

from atmpgraph.linking.matching import Sought, matches
from atmpgraph.search import Searcher
from atmpgraph.store import memory_store

RECALL, PRECISION, LEAST = 0.95, 0.98, 200


@pytest.fixture(scope="module")
def searcher() -> Iterator[Searcher]:
    """The register among made-up names."""
    with index_of([*register(), *made_up(2_000)]) as index:
        yield index


def test_spellings_of_others_are_recognised(searcher: Searcher) -> None:
    """On what was not looked at while the rules were written."""
    labelled = spellings()
    figures = quality(searcher, labelled)
    assert figures.spellings >= LEAST
    assert figures.recall >= RECALL, figures.missing
    assert figures.precision >= PRECISION, figures.wrong
    assert figures.right / figures.spellings >= RECALL, "matched without a person"
    assert any(not spelling.organisation for spelling in labelled), "names that the register does not have"


def test_the_two_sets_share_no_organisation() -> None:
    tuning, held_out = ({each.organisation for each in spellings(of)} - {""} for of in ("tuning", "held out"))
    assert tuning
    assert not tuning & held_out


@pytest.mark.parametrize("sought", ["Acme", "Acme SA", "ACME"])
def test_two_things_of_one_name_are_no_match(sought: str) -> None:
    with index_of([entry("a", ["Acme SA"]), entry("b", ["Acme NV"])]) as index:
        results = matches(index, memory_store((), ""), Sought(sought))
    assert {each.iri for each in results} == {"a", "b"}
    assert not any(each.is_match for each in results)


def test_only_the_best_is_a_match(searcher: Searcher) -> None:
    store = memory_store((), "")
    for spelling in spellings()[:50]:
        results = matches(searcher, store, Sought(spelling.text, limit=10))
        assert not any(each.is_match for each in results[1:])
        assert [each.score for each in results] == sorted((each.score for each in results), reverse=True)


def test_an_empty_index_has_no_candidates() -> None:
    with index_of([]) as index:
        assert matches(index, memory_store((), ""), Sought("anything")) == []


SHORT_NAMES = {
    "INSERM": "Institut National de la Santé et de la Recherche Médicale",
    "FWO": "Fonds Wetenschappelijk Onderzoek – Vlaanderen",
    "UZ Leuven": "Universitair Ziekenhuis Leuven",
    "UHasselt": "Universiteit Hasselt",
    "CHU de Rouen": "Centre hospitalier universitaire de Rouen",
    "CNR": "Consiglio Nazionale delle Ricerche",
    "INRAE": "Institut national de recherche pour l’agriculture, l’alimentation et l’environnement",
    "NWO": "Nederlandse Organisatie voor Wetenschappelijk Onderzoek",
    "CIRAD": "Centre de coopération internationale en recherche agronomique pour le développement",
    "DLR": "Deutsches Zentrum für Luft- und Raumfahrt",
}
ALIKE = ["KU Leuven", "Leuven University Press", "FWA", "Inserma", "Uz", "CHU Roubaix", "Stad Hasselt", "CNC"]


@pytest.fixture(scope="module")
def initials() -> Iterator[Searcher]:
    """Names that are shortened, and things that have no other name than the short one, among names that are like them."""
    entries = [entry(f"of {short}", [long]) for short, long in SHORT_NAMES.items()]
    named = [entry("of OVAM", ["OVAM"]), *(entry(name, [name]) for name in ALIKE)]
    with index_of([*entries, *named, *register(), *made_up(2_000)]) as index:
        yield index


@pytest.mark.parametrize("short", SHORT_NAMES)
def test_a_short_name_has_the_long_one_first_and_leaves_the_match_to_a_person(initials: Searcher, short: str) -> None:
    first = matches(initials, memory_store((), ""), Sought(short))[0]
    assert (first.iri, list(first.features), first.is_match) == (f"of {short}", ["acronym"], False)


def test_a_long_name_has_the_thing_that_is_known_by_its_short_one(initials: Searcher) -> None:
    results = matches(initials, memory_store((), ""), Sought("Openbare Vlaamse Afvalstoffen Maatschappij"))
    assert (results[0].iri, results[0].is_match) == ("of OVAM", False)


def test_a_thing_of_exactly_this_name_goes_before_those_with_its_initials() -> None:
    words = [
        f"Forum {first} {last}"
        for first in ("Wapen", "Water", "Wonen")
        for last in ("Orde", "Open", "Oud", "Oost", "Op")
    ]
    with index_of([*(entry(name, [name]) for name in words), entry("it", ["FWO", "Research Foundation"])]) as index:
        first, second, *_ = matches(index, memory_store((), ""), Sought("F.W.O."))
    assert (first.iri, first.is_match, second.is_match) == ("it", True, False)
