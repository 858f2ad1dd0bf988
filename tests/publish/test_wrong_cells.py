"""Cells that yield no term: all are counted, each once, and the first ones by their place are listed."""

import tracemalloc
from typing import Final

import pytest

from atmpgraph.findings import Place, Severity
from atmpgraph.mapping.compile import CellError, _CellError
from atmpgraph.publish.wrong_cells import WrongCells
from atmpgraph.rdf.datatypes import TermError

from ..long import often

MILLION: Final = 1_000_000
STEP: Final = often(50, 10)  # every so many of a million rows has a wrong cell


def wrong(row: int, column: str = "n", value: str = "x", expected: str = "a number") -> CellError:
    return CellError("t.csv", row, _CellError(column, value, TermError("not {expected}", expected=expected)))


def test_the_first_by_their_place_are_listed_and_all_are_counted() -> None:
    cells = WrongCells(3)
    for row in (9, 2, 7, 4, 8, 3):
        cells.add(wrong(row))
    listed = cells.listed()
    assert [finding.places for finding in listed.findings] == [(Place("t.csv", row, "n"),) for row in (2, 3, 4)]
    assert listed.more == {Severity.VIOLATION: 3}
    assert listed.findings[0].message["en"] == "not a number"


def test_a_cell_that_several_maps_refuse_counts_once_for_each_reason() -> None:
    cells = WrongCells(10)
    for error in (wrong(2), wrong(2), wrong(2, expected="a date"), wrong(2, column="m")):
        cells.add(error)
    assert cells.total == len(cells.listed().findings) == 3


@pytest.mark.no_cover  # of what is added here, the other tests trace each line
@pytest.mark.parametrize("maps", [1, 2])
def test_those_of_a_million_rows_take_little_memory(maps: int) -> None:
    cells = WrongCells(1_000)
    tracemalloc.start()
    for _ in range(maps):
        for row in range(2, MILLION + 2, STEP):
            cells.add(wrong(row, value=f"x{row}"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert cells.total == MILLION // STEP
    assert peak < 3_000_000  # noted one by one, 20,000 take more
