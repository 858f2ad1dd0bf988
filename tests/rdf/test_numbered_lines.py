"""Lines by their number: one page of a list is two reads, and sorted lines that start alike are counted."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpgraph.rdf import numbered_lines
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


@given(
    texts=st.lists(st.text("abc", max_size=9), max_size=80),
    prefixes=st.lists(st.text("abc", max_size=6), min_size=1, max_size=4),
    near=st.integers(1, 9),
    turns=st.integers(0, 9),
    beginning=st.integers(1, 4),
)
def test_a_search_finds_what_one_from_the_start_finds(
    texts: list[str],
    prefixes: list[str],
    near: int,
    turns: int,
    beginning: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever earlier searches have left in memory, and wherever a search ends."""
    path = tmp_path_factory.mktemp("numbered") / "lines.txt"
    content = sorted(text.encode() for text in texts)
    write_lines(path, (line + b"\n" for line in content))
    lines = NumberedLines(path)
    with pytest.MonkeyPatch.context() as patch:
        for name, size in {"_NEAR": near, "_TURNS": turns, "_BEGINNING": beginning}.items():
            patch.setattr(numbered_lines, name, size)
        for prefix in map(str.encode, prefixes):
            starting = [number for number, line in enumerate(content) if line.startswith(prefix)]
            assert [*lines.starting(prefix)] == starting


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


def test_few_files_stay_open(tmp_path: Path) -> None:
    def opened() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before, lists = opened(), list[NumberedLines]()
    for number in range(100):
        write_lines(tmp_path / f"{number}.txt", [b"a\n", b"b\n"])
        lists.append(NumberedLines(tmp_path / f"{number}.txt"))
        assert lists[-1][1] == b"b"
    assert opened() - before <= 2 * numbered_lines._OPEN
    index_of(tmp_path / "0.txt").unlink()
    for _ in range(10):
        with pytest.raises(FileNotFoundError):
            len(lists[0])
    assert opened() - before <= 2 * numbered_lines._OPEN


def test_two_lists_are_one(lines: NumberedLines) -> None:
    both = Concatenated(["x", "y"], Records(lines, bytes.decode))
    expected = ["x", "y", *(line.decode() for line in LINES)]
    assert len(both) == len(expected)
    for first, last in ((0, 1), (1, 4), (2, 5), (600, 700), (0, 602)):
        assert both[first:last] == expected[first:last]
    assert both[2] == expected[2]
