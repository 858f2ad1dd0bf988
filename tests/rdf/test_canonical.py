"""Sorted, distinct lines, however many runs they were sorted in."""

import hashlib
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpgraph.rdf import canonical
from atmpgraph.rdf.canonical import CanonicalWriter


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"))), st.integers(1, 7))
def test_runs_change_nothing(texts: list[str], run_length: int) -> None:
    with tempfile.TemporaryDirectory() as folder, CanonicalWriter(Path(folder), run_length) as writer:
        for text in texts:
            writer.add(text + "\n")
        assert list(writer.lines()) == sorted({(text + "\n").encode() for text in texts})
        assert list(writer.lines()) == list(writer.lines()), "they can be read again"


def test_the_order_is_that_of_code_points(tmp_path: Path) -> None:
    """RDFC-1.0 §4.4.3: code point order, which no locale changes; U+FFFD before U+1F600 (unlike in UTF-16)."""
    with CanonicalWriter(tmp_path) as writer:
        for text in ("\U0001f600\n", "\ufffd\n", "é\n", "z\n", "Z\n"):
            writer.add(text)
        digest = writer.write(tmp_path / "file")
    content = (tmp_path / "file").read_text(encoding="utf-8")
    assert content == "Z\nz\né\n\ufffd\n\U0001f600\n"
    assert digest == hashlib.sha256(content.encode()).hexdigest()


_LINES = st.lists(
    st.tuples(st.sampled_from(["<a>", "<a-b>", "<a/b>", "<b>"]), st.integers(0, 30)), max_size=40, unique=True
)


@pytest.mark.parametrize("subjects", [False, True])
@given(st.lists(_LINES, min_size=1, max_size=4), st.integers(1, 5))
def test_files_are_read_side_by_side(subjects: bool, files: list[list[tuple[str, int]]], block: int) -> None:
    lines = [sorted(f"{subject} {number} .\n".encode() for subject, number in file) for file in files]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canonical, "_BLOCK", block)
        parts = list(canonical.aligned(lines, subjects=subjects))
    assert [[line for part in parts for line in part[number]] for number in range(len(files))] == lines
    bounds = [(min(map(min, filter(None, part))), max(map(max, filter(None, part)))) for part in parts]
    assert all(before[1] < after[0] for before, after in pairwise(bounds))
    if subjects:
        seen = [{canonical.subject_of(line) for lines in part for line in lines} for part in parts]
        assert sum(map(len, seen)) == len(set().union(*seen))
