"""Where the headings of a sheet stand, and which rows are none of its table: captions, headings once more, notes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from .codes_of_others import plain

LEVEL: Final = " › "  # parts the heading of a group from a heading below it
NUMBER: Final = re.compile(r"[-+]?[0-9][0-9\s.,'’]*")
_MOST_CAPTIONS: Final = 5  # rows above the headings
_NOTE: Final = re.compile(
    r"[*†‡¹²³⁴].*|(?:source|note|quelle|hinweis|bron|noot|fonte|nota|remarque|stand)s? ?: .*", re.IGNORECASE
)
Row: TypeAlias = tuple[int, list[str]]
Merged: TypeAlias = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Layout:
    """A sheet, taken apart.

    Attributes:
        header: the headings; those of two rows are parted by `LEVEL`.
        rows: of the table.
        captions: what stands above the headings.
        notes: rows between or below those of the table that are words about it.
    """

    header: list[str] = field(default_factory=list)
    rows: Sequence[Row] = ()
    captions: tuple[str, ...] = ()
    notes: tuple[Row, ...] = ()


def laid_out(rows: Sequence[Row], merged: Merged = ()) -> Layout:
    """Take a sheet apart.

    Args:
        rows: that are not empty, with the numbers that people see.
        merged: first and last row, first and last column of cells that are one.
    """
    if not rows:
        return Layout()
    at = _place_of_headings(rows)
    levels = rows[at : at + 1 + _is_below_groups(rows[at : at + 3], merged)]
    header = _joined(*(cells for _, cells in levels))
    while header and not header[-1]:
        header.pop()
    heads = [[plain(cell) for cell in cells if cell] for _, cells in levels]
    body = [row for row in rows[at + len(levels) :] if [plain(cell) for cell in row[1] if cell] not in heads]
    table, notes = _parted(body)
    captions = tuple(cell for _, cells in rows[:at] for cell in cells if cell)
    return Layout(header, table, captions, tuple(notes))


def last_level(heading: str) -> str:
    """A heading without that of its group."""
    return heading.rpartition(LEVEL)[2]


def _place_of_headings(rows: Sequence[Row]) -> int:
    """The first row, or the one below captions: a row of one cell, or of a name with its colon and a value."""
    at = 0
    for place, (_, cells) in enumerate(rows):
        between, filled = place - at - 1, [*filter(None, cells)]
        if place and (between >= _MOST_CAPTIONS or not _is_caption(rows[at][1])):
            break
        if len(filled) > (2 if between > 0 else 1):
            at = place
    return at


def _is_caption(cells: Sequence[str]) -> bool:
    filled = [*filter(None, cells)]
    return len(filled) == 1 or (len(filled) == 2 and filled[0].endswith(":"))


def _is_below_groups(rows: Sequence[Row], merged: Merged) -> bool:
    """Whether a row of headings stands above the headings: its cells are merged, or it has gaps above words.

    Where nothing is merged, a number below the words tells that they are headings.
    """
    if len(rows) < 2 or rows[1][0] != rows[0][0] + 1 or any(map(NUMBER.fullmatch, rows[1][1])):
        return False
    number, above = rows[0]
    below = rows[1][1]
    if any(first == number and (right > left or last == number + 1) for first, last, left, right in merged):
        return True
    gaps = [place for place, cell in enumerate(below) if cell and not "".join(above[place : place + 1])]
    owners = [max((place for place, cell in enumerate(above[:gap]) if cell), default=-1) for gap in gaps]
    numbers = [bool(NUMBER.fullmatch(cell)) for _, cells in rows[2:] for cell in cells]
    return (
        bool(gaps)
        and all(owner >= 0 and below[owner] for owner in owners)
        and any(is_number and word for is_number, word in zip(numbers, below, strict=False))
    )


def _joined(above: Sequence[str], below: Sequence[str] = ()) -> list[str]:
    """The headings of two rows in one; that of a group stands in its first cell."""
    joined, group = list[str](), ""
    for place in range(max(len(above), len(below))):
        upper, lower = "".join(above[place : place + 1]), "".join(below[place : place + 1])
        group = upper or (group if lower else "")
        joined.append(LEVEL.join(filter(None, [group, lower])) if lower else upper)
    return joined


def _is_note(rows: Sequence[Row], place: int, *, after_note: bool) -> bool:
    """Whether a row of one cell is words: below an empty row or a note, or marked as words are."""
    number, cells = rows[place]
    filled = [*filter(None, cells)]
    if len(filled) != 1 or not place:
        return False
    return after_note or number > rows[place - 1][0] + 1 or bool(_NOTE.fullmatch(filled[0]))


def _parted(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The rows of the table, and those of words about it."""
    table, notes = list[Row](), list[Row]()
    for place, row in enumerate(rows):
        after_note = bool(notes) and notes[-1] is rows[place - 1]
        (notes if _is_note(rows, place, after_note=after_note) else table).append(row)
    is_wide = any(sum(map(bool, cells)) > 1 for _, cells in table)
    return (table, notes) if is_wide else ([*rows], [])
