"""Lines by their number: one page of a list is two reads, and sorted lines that start alike are counted."""

from pathlib import Path

import pytest

from atmpgraph.rdf.numbered_lines import Concatenated, NumberedLines, Records, index_of, write_lines
from atmpgraph.rdf.sorted_lines import CutFileError

LINES = [f"{letter}{n:03}".encode() for letter in "acd" for n in range(200)]


@pytest.fixture
def lines(tmp_path: Path) -> NumberedLines:
    path = tmp_path / "lines.txt"
    write_lines(path, (line + b"\n" for line in LINES))
    return NumberedLines(path)


def test_every_part_is_that_of_the_list(lines: NumberedLines) -> None:
    assert len(lines) == len(LINES)
    for first, last in ((0, 1), (0, 600), (599, 600), (250, 300), (600, 700), (7, 7), (-3, 600)):
        assert lines[first:last] == LINES[first:last]
    assert lines[399] == LINES[399]
    with pytest.raises(IndexError):
        lines[600]


@pytest.mark.parametrize("prefix", [b"", b"a", b"b", b"c", b"c1", b"d199", b"d2", b"e", b"0"])
def test_lines_that_start_alike_are_neighbours(prefix: bytes, lines: NumberedLines) -> None:
    assert [LINES[n] for n in lines.starting(prefix)] == [line for line in LINES if line.startswith(prefix)]


def test_nothing_is_a_list_too(tmp_path: Path) -> None:
    write_lines(tmp_path / "none.txt", ())
    lines = NumberedLines(tmp_path / "none.txt")
    assert (len(lines), lines[0:9], lines.starting(b"a")) == (0, [], range(0))


def test_a_cut_file_is_told(lines: NumberedLines, tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(CutFileError):
        lines[590:600]
    index_of(path).write_bytes(b"")
    assert len(lines) == 0


def test_two_lists_are_one(lines: NumberedLines) -> None:
    both = Concatenated(["x", "y"], Records(lines, bytes.decode))
    expected = ["x", "y", *(line.decode() for line in LINES)]
    assert len(both) == len(expected)
    for first, last in ((0, 1), (1, 4), (2, 5), (600, 700), (0, 602)):
        assert both[first:last] == expected[first:last]
    assert both[2] == expected[2]
