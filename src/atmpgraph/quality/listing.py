"""Results that may be very many: all are counted, and the first are listed."""

from collections import Counter
from collections.abc import Iterable, Mapping

from ..findings import Severity
from .results import Result


class Listing:
    """The first results by severity and node, and how many there are of each severity."""

    def __init__(self, limit: int) -> None:
        """Start with none; `limit` is how many are listed at most."""
        self._limit, self._results = limit, list[Result]()
        self.counts: Counter[Severity] = Counter()

    def add(self, results: Iterable[Result], others: Mapping[Severity, int] | None = None) -> None:
        """Add results, and the counts of others that sort after as many as are listed."""
        self.counts.update(others or {})
        for result in results:
            self.counts[result.level] += 1
            self._results.append(result)
            if len(self._results) > 4 * self._limit:
                self._prune()

    def _prune(self) -> None:
        self._results = sorted(self._results, key=Result.order)[: self._limit]

    @property
    def results(self) -> list[Result]:
        """Those that are listed, in order."""
        self._prune()
        return self._results
