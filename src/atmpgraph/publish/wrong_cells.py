"""The cells that yield no term: the first by their place, and the number of all; a cell of several maps counts once."""

from collections import defaultdict
from typing import TypeAlias

from ..findings import Finding, Listed, Place, Severity
from ..i18n import every_language
from ..mapping.compile import CellError
from ..rdf.datatypes import TermError

_Wrong: TypeAlias = tuple[Place, str, TermError]


class WrongCells:
    """Wrong cells in flat memory: a bit for each row of a column with some, and the first ones themselves."""

    def __init__(self, limit: int) -> None:
        """List so many of them."""
        self.total = 0
        self._limit = limit
        self._first: list[_Wrong] = []
        self._rows: dict[tuple[str, str, str], bytearray] = defaultdict(bytearray)

    def add(self, error: CellError) -> None:
        """Note a cell, unless another map refused it in the same words."""
        words = str(error.problem).replace(error.value, "") if error.value else str(error.problem)
        rows = self._rows[error.file, error.column, words]
        byte, bit = error.row // 8, 1 << error.row % 8
        if byte >= len(rows):
            rows.extend(bytes(max(byte + 1 - len(rows), len(rows))))
        if rows[byte] & bit:
            return
        rows[byte] |= bit
        self.total += 1
        self._first.append((Place(error.file, error.row, error.column), error.value, error.problem))
        if len(self._first) >= 2 * self._limit:
            self._cut()

    def _cut(self) -> None:
        self._first.sort(key=lambda wrong: wrong[0])
        del self._first[self._limit :]

    def listed(self) -> Listed:
        """The first ones as violations."""
        self._cut()
        findings = tuple(
            Finding("mapping", Severity.VIOLATION, every_language(error.sentence, **error.values), (place,), value)
            for place, value, error in self._first
        )
        more = self.total - len(findings)
        return Listed(findings, {Severity.VIOLATION: more} if more else {})
