"""Which parts of a graph were checked before, with what outcome: a part that is the same is not checked again.

A part is the same if all that it depends on has the same digest. Of the graph checked last it is noted too which
part had which: so one that no changed statement affects need not be read. The file may be lost or damaged at any time;
then all parts are checked.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Self

from ..errors import DamagedError
from ..findings import Severity
from ..release.sealed import read_sealed, write_sealed
from .engines import VERSION
from .results import Result

# Another text as soon as other outcomes come of the same part.
RECIPE: Final = f"3, {VERSION}, pyshacl {version('pyshacl')}, rdflib {version('rdflib')}"
_LAST: Final = "last"  # the graph that was checked last, beside the outcomes


@dataclass(frozen=True)
class Outcome:
    """What a part gives.

    Attributes:
        results: those that may be listed.
        others: how many more there are of each severity.
    """

    results: tuple[Result, ...] = ()
    others: Mapping[Severity, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The outcome as JSON."""
        return {"results": [asdict(result) for result in self.results], "others": dict(self.others)}


def _outcome(content: Mapping[str, Any]) -> Outcome:
    results = (
        Result(**{**each, "messages": tuple((language, text) for language, text in each["messages"])})
        for each in content["results"]
    )
    return Outcome(tuple(results), {Severity(name): n for name, n in content["others"].items()})


class CheckedParts:
    """The outcomes of parts, by the digest of all that they depend on; and the digests of a graph's parts."""

    def __init__(self, path: Path | None = None) -> None:
        """Read those of earlier checks; with no file there are none."""
        self._before: Mapping[str, Any] = {}
        self._now: dict[str, Any] = {}
        self._digests: dict[str, str] = {}
        self.graph = ""  # what distinguishes the graph whose parts are added
        if path:
            with suppress(FileNotFoundError, DamagedError):
                self._before = read_sealed(path, must=True)

    def __bool__(self) -> bool:
        """Whether any were added."""
        return bool(self._now)

    def outcome(self, part: str) -> Outcome | None:
        """The outcome of a part, by its digest; None if there is none yet."""
        return _outcome(self._before[part]) if part in self._before else None

    def digests(self, graph: str) -> Mapping[str, str]:
        """The digests of the parts of a graph by their names, if it is the one that was checked last."""
        last = self._before.get(_LAST, {})
        digests: Mapping[str, str] = last.get("digests", {}) if graph and last.get("graph") == graph else {}
        return digests

    def take(self, other: Self, graph: str) -> None:
        """Note what another has noted of a graph."""
        self.graph, self._digests = graph, dict(other.digests(graph))
        self._now = {digest: other._before[digest] for digest in self._digests.values()}

    def add(self, name: str, part: str, outcome: Outcome) -> None:
        """Note the outcome of a part, by its name in the graph and by its digest."""
        self._digests[name] = part
        self._now[part] = outcome.as_json()

    def write(self, path: Path) -> None:
        """Write those that were added; the earlier ones that no graph has any more are dropped."""
        write_sealed(path, {**self._now, _LAST: {"graph": self.graph, "digests": self._digests}})
