"""How words, names and identifiers are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpgraph.search.words import as_shortened, clean, initials, keys, numbers, places, shortened, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Société d’Études", ["societe", "d", "etudes"]),
        ("e\u0301te\u0301", ["ete"]),  # decomposed
        ("Straße œuvre", ["strasse", "oeuvre"]),
        ("\u202eBio\u200bWin\x00 A", ["bio", "win", "a"]),
        ("Ελληνικά عربى", ["ελληνικά", "عربى"]),
    ],
)
def test_words_are_folded(text: str, folded: list[str]) -> None:
    assert words(clean(text)) == folded


@given(st.text(max_size=300))
def test_each_word_stands_where_it_is_said_to(text: str) -> None:
    cleaned = clean(text)
    assert [word.text for word in places(cleaned)] == words(cleaned)
    for word in places(cleaned):
        assert words(cleaned[word.start : word.end]) == [word.text]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Université catholique de Louvain", {"ucdl", "ucl"}),
        ("Service public de Wallonie", {"spdw", "spw"}),
        ("Zentrum für Luft- und Raumfahrt", {"zflur", "zlur", "zflr", "zlr"}),
        ("Consiglio Nazionale delle Ricerche", {"cndr", "cnr"}),
        ("BioWin", set()),
        ("a name of so many words that nobody would ever shorten it to what is left", set()),
    ],
)
def test_a_name_has_initials(name: str, expected: set[str]) -> None:
    assert initials(words(name)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Universitair Ziekenhuis Gent", {"uzg", "uziekenhuisgent", "uzgent"}),
        ("Université de Namur", {"udn", "un", "unamur"}),
        ("BioWin", set()),
    ],
)
def test_a_name_is_shortened_to_initials_and_the_words_behind_them(name: str, expected: set[str]) -> None:
    assert shortened(words(name)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("CHU de Lille", {"chudelille", "chulille"}), ("KU Leuven", {"kuleuven"}), ("IRM KMI", {"irmkmi"}), ("A", set())],
)
def test_a_short_name_may_leave_out_small_words(name: str, expected: set[str]) -> None:
    assert as_shortened(words(name)) == expected


SPELLINGS = [
    ("02495e989", ("02495E989", "https://ror.org/02495e989", "ror.org/02495e989/", "ROR 02495e989", "ror:02495e989")),
    ("0408.123.456", ("BE 0408.123.456", "0408 123 456", "BE0408123456", "CBE 0408 123 456", "408123456")),
    ("0000 0001 2294 713X", ("000000012294713X", "https://isni.org/isni/000000012294713x", "ISNI 0000 0001 2294 713X")),
    ("grid.7942.8", ("grid.7942.8", "https://www.grid.ac/institutes/grid.7942.8")),
    ("Q378134", ("q378134", "http://www.wikidata.org/entity/Q378134", "wikidata Q378134")),
]


@pytest.mark.parametrize(("identifier", "spelling"), [(own, each) for own, others in SPELLINGS for each in others])
def test_an_identifier_is_the_same_in_any_spelling(identifier: str, spelling: str) -> None:
    assert keys(identifier) & numbers(clean(spelling))


@pytest.mark.parametrize("other", ["02495e988", "408123457", "BE 0408", "q37813", "ror.org", "https://ror.org/"])
def test_another_identifier_is_another(other: str) -> None:
    assert not any(keys(own) & numbers(other) for own, _ in SPELLINGS)
