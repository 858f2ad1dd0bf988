"""The cells of a column: which of them are surely good, and what the library says of the others.

A column of lists has several values in a cell, parted as its field declares; each is judged by the type of the items.

A quick test may call a good cell doubtful, and never a bad one good: all it does not know is for the library to judge.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, cast

from frictionless import Field

from . import iri_cells
from .declared import items_of

iri_cells.register()

# Values that are judged again are looked up; a column has few others, or a quick test of its own.
_REMEMBERED: Final = 16_384
# What every reader of the type accepts; each is narrower than the type is.
_SURE: Final = {
    ("integer", "default"): re.compile(r"-?[0-9]{1,15}"),
    ("number", "default"): re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?"),
    ("date", "default"): re.compile(r"[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"),
    ("year", "default"): re.compile(r"[0-9]{4}"),
    ("string", "uri"): re.compile(r"https?://[a-z0-9-]+(\.[a-z0-9-]+)+(/[A-Za-z0-9._~/-]*)?"),
}
Test = Callable[[str], object]


class Column:
    """One column of a table, by its field of the Table Schema."""

    is_list = False

    def __init__(self, field: Field) -> None:
        """Take a field that stands in its schema."""
        own = field.missing_values if field.has_defined("missing_values") or not field.schema else None
        self.name: str = field.name
        self.missing = frozenset(field.schema.missing_values if own is None and field.schema else own or ())
        self.required = bool(field.constraints.get("required"))
        self.unique = bool(field.constraints.get("unique"))
        self.is_text = field.type == "string"
        self._format = _SURE.get((field.type, field.format))
        self._constraints = {
            name: constraint
            for name, constraint in field.constraints.items()
            if name not in {"required", "unique"} and constraint is not None and name in field.supported_constraints
        }
        self._knows = self._format is not None or (self.is_text and field.format == "default")
        self._tests = self._of_constraints() if self._knows else []
        reader = field.create_cell_reader()

        @lru_cache(_REMEMBERED)
        def judged(cell: str | None) -> tuple[Any, int]:
            value, notes = reader(cell)
            return value, len(notes or ())

        self.judged: Callable[[str | None], tuple[Any, int]] = judged
        """The value of a cell, and how many errors it has, as the library says."""

    def doubtful(self, cells: Sequence[str | None], *, gaps: bool = False) -> list[int]:
        """The places of the cells that are not surely good.

        Args:
            cells: of some rows.
            gaps: whether some rows have no cell in this column.
        """
        if not gaps and self._knows and self._all_good(cast("Sequence[str]", cells)):
            return []
        return [place for place, cell in enumerate(cells) if not self._is_good(cell)]

    def _all_good(self, cells: Sequence[str]) -> bool:
        if not self._tests and not self.required:
            return True
        missing = [] if self.missing.isdisjoint(cells) else [cell for cell in cells if cell in self.missing]
        if missing:
            if self.required:
                return False
            cells = [cell for cell in cells if cell not in self.missing]
        return all(all(map(test, cells)) for test in self._tests)

    def _is_good(self, cell: str | None) -> bool:
        if cell is None or not self._knows:
            return not self.judged(cell)[1]
        return not self.required if cell in self.missing else all(test(cell) for test in self._tests)

    def _of_constraints(self) -> list[Test]:
        """A test for the format and for each constraint; none, and nothing is known, where one is not understood."""
        tests: list[Test] = [self._format.fullmatch] if self._format else []
        for name, constraint in self._constraints.items():
            match name, constraint:
                case "pattern", str():
                    tests.append(re.compile(f"^{constraint}$").match)
                case "enum", list() if self.is_text:
                    tests.append(frozenset(one for one in constraint if isinstance(one, str)).__contains__)
                case "minLength", int():
                    tests.append(_longer(constraint))
                case "maxLength", int():
                    tests.append(_shorter(constraint))
                case _:
                    self._knows = False
                    return []
        return tests

    def values(self, cells: Iterable[str | None], doubtful: Iterable[int]) -> list[Any]:
        """The values of cells, for keys; None where there is none.

        A value that is not equal to itself (NaN) is taken as its text.
        """
        if not self.is_text:
            pairs = [(cell, self.judged(cell)[0]) for cell in cells]
            return [value if value == value else cell for cell, value in pairs]
        missing = self.missing
        values = [None if cell in missing else cell for cell in cells]
        for place in doubtful:
            if (cell := values[place]) is not None:
                values[place] = self.judged(cell)[0]
        return values


def _longer(length: int) -> Test:
    return lambda cell: len(cell) >= length


def _shorter(length: int) -> Test:
    return lambda cell: len(cell) <= length


class ListColumn(Column):
    """A column whose cells have several values (Data Package v2, type `list`)."""

    is_list = True

    def __init__(self, field: Field, declared: Mapping[str, Any]) -> None:
        """Take a field, and how it is declared: `delimiter`, `itemType`, and the constraints of each item."""
        super().__init__(field)
        self.is_text, self._knows = False, False
        self.delimiter = str(declared.get("delimiter", ","))
        constraints = {k: v for k, v in declared.get("constraints", {}).items() if k not in {"required", "unique"}}
        kind = declared.get("itemType", "string")
        self._item = Field.from_descriptor({"name": field.name, "type": kind, "constraints": constraints})
        read = self._item.create_cell_reader()
        whole = self.judged

        @lru_cache(_REMEMBERED)
        def judged(cell: str | None) -> tuple[Any, int]:
            if cell is None or cell in self.missing:
                return whole(cell)
            items = items_of(cell, self.delimiter)
            judged_items = [read(item) for item in items]
            return tuple(value for value, _ in judged_items), sum(len(notes or ()) for _, notes in judged_items)

        self.judged = judged
        self._read = read

    def problems(self, cell: str) -> Iterator[tuple[str, str]]:
        """Each item that is wrong, with what the library says of it."""
        for item in items_of(cell, self.delimiter):
            for note in (self._read(item)[1] or {}).values():
                yield item, note
