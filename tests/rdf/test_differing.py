"""Where files differ, as bytes tell it, is where their lines do."""

from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpgraph.rdf import differing as module
from atmpgraph.rdf.canonical import subject_of
from atmpgraph.rdf.differing import differing

_LINES = st.sets(
    st.tuples(st.sampled_from(["<a>", "<a-b>", "<a/b>", "<a/b/c>", "<b>"]), st.integers(0, 200)), max_size=60
)


def _file(statements: set[tuple[str, int]]) -> list[bytes]:
    return sorted(f"{subject} {number} .\n".encode() for subject, number in statements)


@given(_LINES, _LINES, _LINES, st.integers(1, 60), st.integers(1, 60))
def test_each_difference_is_told_once_with_all_of_its_subject(
    common: set[tuple[str, int]], gone: set[tuple[str, int]], come: set[tuple[str, int]], size: int, look: int
) -> None:
    before, after = _file(common | gone), _file(common | come)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BYTES", size)
        patch.setattr(module, "_LOOK", look)
        parts = list(differing(BytesIO(b"".join(before)), BytesIO(b"".join(after))))
    told = [{line for part in parts for line in part[side]} for side in (0, 1)]
    changed = {*before} ^ {*after}
    assert told[0] - told[1] | told[1] - told[0] == changed
    of_changed = {subject_of(line) for line in changed}
    for lines, side in ((before, told[0]), (after, told[1])):
        assert {line for line in lines if subject_of(line) in of_changed} <= side
        assert side <= {*lines}
    bounds = [(min(stood + stands), max(stood + stands)) for stood, stands in parts]
    assert all(subject_of(last) < subject_of(first) for (_, last), (first, _) in pairwise(bounds))


def test_what_is_the_same_is_not_read_as_lines() -> None:
    lines = [b"<%06d> <p> <o> .\n" % number for number in range(200_000)]
    other = [*lines[:70_000], b"<070000-> <p> <o> .\n", *lines[70_001:150_000], *lines[150_001:], b"<x> <p> <o> .\n"]
    parts = list(differing(BytesIO(b"".join(lines)), BytesIO(b"".join(other))))
    stood, stands = ({line for part in parts for line in part[side]} for side in (0, 1))
    assert (stood - stands, stands - stood) == ({lines[70_000], lines[150_000]}, {other[70_000], other[-1]})
    assert sum(len(stood) + len(stands) for stood, stands in parts) < 30_000


def test_a_subject_may_have_more_than_is_read_at_once() -> None:
    many = [b"<a> <p> <%07d> .\n" % number for number in range(200_000)]
    lines = [*many, b"<b> <p> <o> .\n"]
    assert list(differing(BytesIO(b"".join(lines)), BytesIO(b"".join(lines[1:])))) == [(lines, lines[1:])]
    assert list(differing(BytesIO(b"".join(lines)), BytesIO(b"".join(lines)))) == []
    assert list(differing(BytesIO(b"".join(lines)), BytesIO())) == [(lines, [])]
