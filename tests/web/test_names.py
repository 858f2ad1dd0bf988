"""No page calls a thing by its address: every thing of the release has a name that people can read, in every language."""

import re
from typing import Final

import pytest
from flask.testing import FlaskClient

from atmpgraph.release.release import Release
from atmpgraph.web.core.labels import Name, names_in, names_of
from atmpgraph.web.core.name_cache import NameCache

from ..conftest import LANGUAGES
from .rules import BROWSER

# Addresses, shortened ones, and what only a machine separates.
_BARE: Final = re.compile(r"://|^[a-z][\w-]*:\S+$|--|^[a-z0-9]+(-[a-z0-9]+){2,}$|^\W*$")
_THINGS: Final = "SELECT DISTINCT ?iri { ?iri a ?class }"
_CLASSES: Final = "SELECT DISTINCT ?one ?other { ?iri a ?one , ?other FILTER (isIRI(?iri) && STR(?one) < STR(?other)) }"
_TITLES: Final = {
    "figure/new-direct-jobs": {
        "fr": "Emplois directs à créer : plus de 470",
        "nl": "Te creëren directe banen: meer dan 470",
        "de": "Zu schaffende direkte Arbeitsplätze: mehr als 470",
        "en": "Direct jobs to be created: more than 470",
    },
    "participation/uclouvain--maidam": {"en": "Catholic University of Louvain in Monitoring with AI"},
    "identifier/uclouvain--ror": {"en": "ROR 02495e989", "fr": "ROR 02495e989"},
    "address/uclouvain--ror": {"fr": "Adresse de UCLouvain"},
    "coverage/workpackages": {"nl": "dekking: Werkpakketten", "en": "coverage: Work packages"},
    "contact/data": {"fr": "Rédaction des données", "en": "Data editors"},
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_thing_is_called_by_its_address(release: Release, language: str) -> None:
    iris = {row["iri"].value for row in release.store.select(_THINGS)}
    assert len(iris) > 500
    names = names_of(release.store, iris, (language, *LANGUAGES))
    assert not {iri: name.text for iri, name in names.items() if _BARE.search(name.text)}


@pytest.mark.parametrize("language", [*LANGUAGES, "it"])
def test_two_classes_of_a_thing_have_two_names(release: Release, language: str) -> None:
    """They stand together on its page and in the filters of lists."""
    rows = list(release.store.select(_CLASSES))
    pairs = {(row["one"].value, row["other"].value) for row in rows}
    assert len(pairs) > 10
    names = names_of(release.store, {iri for pair in pairs for iri in pair}, (language,))
    assert not {(one, other) for one, other in pairs if names[one].text.casefold() == names[other].text.casefold()}


@pytest.mark.parametrize(("thing", "titles"), _TITLES.items())
def test_a_title_says_what_it_is(client: FlaskClient, thing: str, titles: dict[str, str]) -> None:
    for language, title in titles.items():
        page = client.get(f"/doc/{thing}?lang={language}", headers=BROWSER).text.replace("\u00a0", " ")
        assert title in page.partition("<h1")[2].partition("</h1>")[0].replace("\u202f", " ")


@pytest.mark.parametrize(
    ("former", "names"),
    [
        ("auth/confidence/high", {"fr": "élevée", "nl": "hoog", "de": "hoch", "en": "high"}),
        (
            "auth/funding-origin",
            {"fr": "Origine des fonds", "nl": "Herkomst van de middelen", "en": "Origin of the funds"},
        ),
        ("ns/atmp#statedAs", {"fr": "formulation d’origine", "de": "ursprünglicher Wortlaut", "en": "stated as"}),
    ],
)
def test_a_term_of_before_has_the_name_of_the_same_term(release: Release, former: str, names: dict[str, str]) -> None:
    iri = f"{release.base}{former}"
    assert {language: names_of(release.store, [iri], (language,))[iri].text for language in names} == names


@pytest.mark.parametrize(
    ("language", "row"),
    [
        ("de", "Was nicht veröffentlicht ist, und warum (gaps.csv), Zeile 9"),
        ("nl", "Wat niet gepubliceerd is, en waarom (gaps.csv), rij 9"),
    ],
)
def test_a_row_is_called_by_the_title_of_its_table(client: FlaskClient, language: str, row: str) -> None:
    page = client.get(f"/doc/gap/answer-of-the-minister?lang={language}", headers=BROWSER)
    assert row in page.text


def test_a_name_is_the_same_whatever_it_is_looked_up_with(release: Release) -> None:
    iris = sorted({row["iri"].value for row in release.store.select(_THINGS)})
    together = names_of(release.store, iris, LANGUAGES)
    assert all(names_of(release.store, [iri], LANGUAGES)[iri] == together[iri] for iri in iris[::7])


def test_a_name_is_looked_up_once_for_each_release_and_reader() -> None:
    names, searched = NameCache(most=3), list[list[str]]()

    def find(iris: list[str]) -> dict[str, Name]:
        searched.append(iris)
        return {iri: Name(iri.upper()) for iri in iris if iri != "nameless"}

    assert names.get_or_find("1", ("fr",), ["a", "nameless"], find) == {"a": Name("A")}
    assert names.get_or_find("1", ("fr",), ["nameless", "a"], find) == {"a": Name("A")}
    assert names.get_or_find("1", ("fr",), ["a", "b"], find) == {"a": Name("A"), "b": Name("B")}
    assert searched == [["a", "nameless"], ["b"]]
    names.get_or_find("2", ("fr",), ["a"], find)
    names.get_or_find("2", ("nl",), ["a"], find)
    assert searched[2:] == [["a"], ["a"]]
    names.get_or_find("1", ("fr",), ["nameless"], find)  # there was no room for it any more
    assert searched[4:] == [["nameless"]]


def test_names_in_several_languages_are_those_of_each(release: Release) -> None:
    iris = {row["iri"].value for row in release.store.select(_THINGS)}
    named = names_in(release.store, iris, LANGUAGES)
    assert named == {tag: names_of(release.store, iris, (tag,)) for tag in LANGUAGES}
