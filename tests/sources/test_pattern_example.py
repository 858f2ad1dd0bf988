"""People read an example of a cell in place of a regular expression."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpgraph.settings.layers import supplied
from atmpgraph.sources.pattern_example import example_of

PATTERNS = {
    each
    for resource in json.loads(supplied("descriptor").read_text("utf-8"))["resources"]
    for field in resource["schema"]["fields"]
    if (each := field.get("constraints", {}).get("pattern"))
}


@pytest.mark.parametrize(
    ("pattern", "example"),
    [
        (r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$", "AB"),
        (r"^\d{4}-(0[1-9]|1[0-2])$", "1234-05"),
        (r"BE\d{10}", "BE1234567891"),
        (r"(?i)wp[1-9]\d*", "wp12"),
        (r"^(A|B)-\1$", "A-A"),
        (r"[éè]+", "ééé"),
        (r"[^\s;]+@office\.example", "ABC@office.example"),
    ],
)
def test_an_example_has_the_form(pattern: str, example: str) -> None:
    assert example_of(pattern) == example


@pytest.mark.parametrize("pattern", sorted(PATTERNS))
def test_every_pattern_of_ours_has_an_example(pattern: str) -> None:
    assert re.fullmatch(pattern, example_of(pattern))


@pytest.mark.parametrize("pattern", ["[", "^(?!x).*$", "a{5000}", "(" * 5_000, "(a{60}){60}", "(?<=b)a", ""])
def test_what_has_no_example_has_none(pattern: str) -> None:
    assert example_of(pattern) == ""


@given(st.text(max_size=20) | st.text("ab01[](){}+*?|.^$\\dws-,", max_size=20))
def test_any_text_is_read(pattern: str) -> None:
    example = example_of(pattern)
    assert not example or re.fullmatch(pattern, example)
