"""Sorted, distinct lines, however many runs they were sorted in."""

import hashlib
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from atmpgraph.rdf.canonical import CanonicalWriter


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"))), st.integers(1, 7))
def test_runs_change_nothing(texts: list[str], run_length: int) -> None:
    with tempfile.TemporaryDirectory() as folder, CanonicalWriter(Path(folder), run_length) as canonical:
        for text in texts:
            canonical.add(text + "\n")
        assert list(canonical.lines()) == sorted({(text + "\n").encode() for text in texts})
        assert list(canonical.lines()) == list(canonical.lines()), "they can be read again"


def test_the_order_is_that_of_code_points(tmp_path: Path) -> None:
    """RDFC-1.0 §4.4.3: code point order, which no locale changes; U+FFFD before U+1F600 (unlike in UTF-16)."""
    with CanonicalWriter(tmp_path) as canonical:
        for text in ("\U0001f600\n", "\ufffd\n", "é\n", "z\n", "Z\n"):
            canonical.add(text)
        digest = canonical.write(tmp_path / "file")
    content = (tmp_path / "file").read_text(encoding="utf-8")
    assert content == "Z\nz\né\n\ufffd\n\U0001f600\n"
    assert digest == hashlib.sha256(content.encode()).hexdigest()
