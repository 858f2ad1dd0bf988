"""Names are compared by what makes them the same, and each score says it."""

import pytest

from atmpgraph.linking.names import Name
from atmpgraph.linking.score import SAFE, WORTH, Feature, score


@pytest.mark.parametrize(
    ("sought", "names", "feature"),
    [
        ("ULB", ["ULB"], "same"),
        ("U.L.B.", ["ULB"], "same"),
        ("université de liège", ["UNIVERSITE DE LIEGE"], "same"),
        ("Sonaca S.A.", ["Sonaca"], "legal_form"),
        ("SA Sonaca", ["Sonaca"], "legal_form"),
        ("Acme NV", ["Acme SA"], "legal_form"),
        ("Cenaero a.s.b.l.", ["Cenaero"], "legal_form"),
        ("JC Decaux", ["JCDecaux"], "joined"),
        ("Bruxelles, Université libre de", ["Université libre de Bruxelles"], "order"),
        ("CHU Liège", ["CHU de Liège"], "small_words"),
        ("Siemens AG", ["Siemens Aktiengesellschaft"], "legal_form"),
        ("Rijksuniversiteit te Groningen", ["Rijksuniversiteit Groningen"], "small_words"),
        ("STIB / MIVB", ["STIB", "MIVB"], "parts"),
        ("Université libre de Bruxelles (ULB)", ["Université libre de Bruxelles"], "parts"),
        ("Univeristé de Liège", ["Université de Liège"], "spelling"),
    ],
)
def test_what_makes_two_names_the_same(sought: str, names: list[str], feature: Feature) -> None:
    best = score(Name.of(sought), [Name.of(name) for name in names])
    assert (best.feature, best.value, best.is_safe) == (feature, WORTH[feature], True)


@pytest.mark.parametrize(
    ("sought", "name"),
    [
        ("Stad Genk", "Stad Gent"),
        ("Université de Lyon", "Université de Mons"),
        ("Acme SRL", "Acme SA"),
        ("Acme GmbH", "Acme SARL"),
        ("Laboratoire 2", "Laboratoire 3"),
        ("Stad Brussel Musea", "Stad Brussel"),
        ("ULB", "Université libre de Bruxelles"),
        ("SA", "Sonaca SA"),
        ("", "Sonaca"),
        ("!!!", "Sonaca"),
    ],
)
def test_what_is_near_but_not_safe(sought: str, name: str) -> None:
    best = score(Name.of(sought), [Name.of(name)])
    assert not best.is_safe
    assert best.value < WORTH["spelling"]


def test_safe_features_are_worth_more_than_all_others() -> None:
    assert min(WORTH[feature] for feature in SAFE) > max(
        worth for feature, worth in WORTH.items() if feature not in SAFE
    )


def test_a_name_that_is_a_legal_form_alone_keeps_it() -> None:
    assert Name.of("SA").core.words == ("sa",)
    assert Name.of("SA NV").core.words == ("sa",)


@pytest.mark.parametrize(
    ("sought", "name"),
    [
        ("AP-HP", "Assistance publique – Hôpitaux de Paris"),
        ("UZ Gent", "Universitair Ziekenhuis Gent"),
        ("TU Delft", "Technische Universiteit Delft"),
        ("CHU Lille", "Centre hospitalier universitaire de Lille"),
        ("C.H.U. de Liège", "Centre Hospitalier Universitaire de Liège"),
        ("RWTH Aachen", "Rheinisch-Westfälische Technische Hochschule Aachen"),
    ],
)
def test_initials_of_the_first_words_are_proposed(sought: str, name: str) -> None:
    """To a person: there may be two of them in a town."""
    best = score(Name.of(sought), [Name.of(name)])
    assert (best.feature, best.is_safe) == ("acronym", False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("NWO", "Nederlandse Organisatie voor Wetenschappelijk Onderzoek"),
        ("DLR", "Deutsches Zentrum für Luft- und Raumfahrt"),
    ],
)
def test_initials_but_for_one_are_worth_less_than_all(one: str, other: str) -> None:
    every = "".join(word[0] for word in other.split() if len(word) > 4)
    for sought, name in ((one, other), (other, one)):
        found, whole = score(Name.of(sought), [Name.of(name)]), score(Name.of(every), [Name.of(other)])
        assert (found.feature, found.is_safe) == ("acronym", False)
        assert 60 < found.value < whole.value


@pytest.mark.parametrize(("sought", "name"), [("TU Delft", "Technische Universiteit Eindhoven"), ("UZ Gent", "Gent")])
def test_initials_of_other_words_are_not(sought: str, name: str) -> None:
    assert score(Name.of(sought), [Name.of(name)]).feature != "acronym"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Forschungszentrum Juelich", "Forschungszentrum Jülich GmbH"),
        ("Karlsruher Institut fuer Technologie", "Karlsruher Institut für Technologie"),
        ("Koebenhavns Universitet", "Københavns Universitet"),
    ],
)
def test_umlauts_may_be_written_out(one: str, other: str) -> None:
    for sought, name in ((one, other), (other, one)):
        scores = [score(spelt, Name.spellings(name)) for spelt in Name.spellings(sought)]
        assert any(each.is_safe for each in scores)
