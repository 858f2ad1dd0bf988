"""A line is one line, whatever was in its fields: nothing ends it, reorders it, colours it or looks like another field."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpgraph.observability.line import LogFormat, Value, line, timestamp

FORMS: tuple[LogFormat, ...] = ("text", "json")
HOSTILE = (
    "a\nlevel=error",
    "\r\n",
    "\x1b[31mred\x1b]0;title\x07",
    "\x85\u2028\u2029\x0b\x0c\x1c",
    "\u202eright to left\u2066\u200b\ufeff\u00ad",
    "\ud800 alone",
    "\x7f\x9b",
    'quote " and \\ and \\n',
    "status=200 level=info",
    "\u115f\u3164\u034f\U000e0001",
    "",
)


def test_a_time_is_in_utc_with_milliseconds() -> None:
    assert timestamp(1_795_663_212.4037) == "2026-11-26T03:20:12.403Z"
    assert timestamp(0.9999) == "1970-01-01T00:00:00.999Z"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_field_leaves_it(text: str, form: LogFormat) -> None:
    content = line({"time": "t", "level": "info", "event": "x", "path": text, "status": 404}, form, 4_000)
    assert all(32 <= byte < 127 for byte in content)
    assert content.count(b"status") == 1 + text.count("status")
    if form == "json":
        fields = json.loads(content)
        assert fields == {"time": "t", "level": "info", "event": "x", "path": text, "status": 404}
    else:
        assert content.startswith(b"t info x path=")
        assert content.endswith(b" status=404")
        quoted = content.removeprefix(b"t info x path=").removesuffix(b" status=404").decode()
        assert json.loads(quoted) == text


@pytest.mark.parametrize("form", FORMS)
@given(text=st.text(st.characters(), max_size=3_000), most=st.integers(200, 4_095))
def test_a_line_is_never_longer_than_it_may_be(form: LogFormat, text: str, most: int) -> None:
    fields: dict[str, Value] = {"time": "t", "level": "info", "event": "x", "path": text, "agent": text, "status": 404}
    content = line(fields, form, most)
    assert len(content) <= most
    assert all(32 <= byte < 127 for byte in content)
    if form == "json":
        assert json.loads(content)["status"] == 404
    else:
        assert content.endswith(b"status=404")


def test_a_line_that_fits_is_whole_and_one_that_is_cut_says_so() -> None:
    fields = {"time": "t", "level": "info", "event": "x", "path": "y" * 300}
    assert b"y" * 300 in line(fields, "text", 400)
    assert line(fields, "text", 200).endswith(b"y...")


def test_values_that_are_not_there_are_left_out() -> None:
    fields = {"time": "t", "level": "info", "event": "x", "a": None, "b": "plain/word:1", "c": 1.5, "d": True}
    assert line(fields, "text", 400) == b"t info x b=plain/word:1 c=1.5 d=true"
    assert json.loads(line(fields, "json", 400)) == {**{n: v for n, v in fields.items() if v is not None}}
