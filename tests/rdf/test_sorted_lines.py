"""Binary search in a sorted file: the same lines as a search from the start, and an end whatever the bytes are."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpgraph.rdf import sorted_lines
from atmpgraph.rdf.sorted_lines import CutFileError, SortedLines

LINES = st.lists(st.text("abc<> ", max_size=12), max_size=40)


def written(folder: Path, content: bytes) -> SortedLines:
    file = folder / "lines"
    file.write_bytes(content)
    return SortedLines.open(file)


@given(
    lines=LINES,
    prefix=st.text("abc<", max_size=3),
    around=st.integers(1, 9),
    piece=st.integers(1, 30),
    few=st.integers(0, 4),
)
def test_it_finds_what_a_search_from_the_start_finds(
    lines: list[str], prefix: str, around: int, piece: int, few: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = sorted(line.encode() for line in lines)
    found = written(tmp_path_factory.mktemp("sorted"), b"".join(line + b"\n" for line in content))
    with pytest.MonkeyPatch.context() as patch:
        for name, size in {"_AROUND": around, "_BLOCK": piece, "_WHOLE": piece, "_FEW": few}.items():
            patch.setattr(sorted_lines, name, size)
        starting = [line for line in content if line.startswith(prefix.encode())]
        for _ in range(2):  # the second time, the block is in memory
            assert found.starting(prefix.encode()) == starting
            assert found.few_starting(prefix.encode()) == (starting if len(starting) <= few else None)
        assert (prefix.encode() in found) == (prefix.encode() in content)
        matches = [match[0] for match in found.matching(re.compile(rb"a+"))]
        assert matches == [match[0] for line in content if (match := re.match(rb"a+", line))]


@given(content=st.binary(max_size=300), prefix=st.binary(max_size=4))
def test_any_bytes_end_a_search(content: bytes, prefix: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Also those of a file that is cut in a line, has none, or was never sorted."""
    found = written(tmp_path_factory.mktemp("any"), content)
    assert all(line.startswith(prefix) and b"\n" not in line for line in found.starting(prefix))
    assert isinstance(prefix in found, bool)


def test_long_lines_are_read_whole(tmp_path: Path) -> None:
    lines = [letter * 100_000 for letter in (b"a", b"b", b"c")]
    found = written(tmp_path, b"\n".join(lines) + b"\n")
    assert [found.starting(line[:2]) for line in lines] == [[line] for line in lines]


def test_a_file_that_shrinks_is_an_error_and_not_the_end_of_the_process(tmp_path: Path) -> None:
    found = written(tmp_path, b"".join(f"{number:09}\n".encode() for number in range(100_000)))
    os.truncate(tmp_path / "lines", 10)
    with pytest.raises(CutFileError, match="lines"):
        found.starting(b"000099")
    with pytest.raises(CutFileError):
        list(found.matching(re.compile(b"0")))


def test_a_file_that_is_missing_is_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SortedLines.open(tmp_path / "none")
