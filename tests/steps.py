"""A progress that counts: how much of each step is done, and how much there was to do."""

from collections import Counter

from atmpgraph.progress import Progress


class Steps(Progress):
    """Counts how far each step is.

    Attributes:
        totals: what each step said that there is to do, in the order of the steps.
        done: how much of each is done.
    """

    def __init__(self) -> None:
        """Start before the first step."""
        self.totals: dict[str, int | None] = {}
        self.done = Counter[str]()
        self._name = ""

    def step(self, name: str, total: int | None = None, unit: str = "") -> None:  # noqa: ARG002
        """A step starts."""
        self._name = name
        self.totals[name] = total

    def advance(self, n: int = 1) -> None:
        """So much more of it is done."""
        self.done[self._name] += n
