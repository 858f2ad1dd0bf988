"""A figure is one phrase: exactness and number as one writes them."""

import pytest

from atmpgraph.i18n import texts
from atmpgraph.web.core.phrases import phrase

CODES = "https://w3id.org/atmpgraph/auth/value-qualifier/"


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "plus de 470"), ("nl", "meer dan 470"), ("de", "mehr als 470"), ("en", "more than 470")],
)
def test_exactness_is_part_of_the_phrase(language: str, words: str) -> None:
    assert phrase(texts(language), "470", f"{CODES}more-than") == words


def test_an_exact_number_stands_alone() -> None:
    assert phrase(texts("fr"), "470", f"{CODES}exact") == "470"


def test_a_code_of_the_publication_has_its_own_word() -> None:
    own = "https://example.org/auth/value-qualifier/upwards-of"
    assert phrase(texts("en"), "470", own, "upwards of") == "upwards of 470"
    assert phrase(texts("en"), "470", own) == "470"
