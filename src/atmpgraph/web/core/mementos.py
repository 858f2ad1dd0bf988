"""What the releases that are kept say under a path: asked one by one, and only as far as an answer needs.

A document of a past day and its neighbours take a handful of releases, however many there are; only a list of all
states asks all of them. What a release says never changes, so it is asked once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from ...addresses import candidates, iri_to_path
from ...formats import CITATIONS, Format, split_suffix
from ...http.memento import Memento, Resource
from ...profiles.registry import MODEL
from ...release.history import Switch
from ...release.release import Release
from ...release.thing_state import State, state_of
from .context import known, publication, settings

OFFERED: Final = (*MODEL.formats, *CITATIONS)
_KEPT: Final = 1 << 16  # answers of releases, some 200 bytes each


@dataclass(frozen=True)
class Past:
    """What a release said under a path.

    Attributes:
        switch: when the release first went live.
        iri: of the thing.
        fixed: the format of the path's suffix.
    """

    switch: Switch
    iri: str
    fixed: Format | None = None

    @property
    def _name(self) -> str:
        """The path of the thing in its space, encoded."""
        return iri_to_path(f"{settings().base}id/", self.iri) or ""

    def memento(self, root: str) -> Memento:
        """Where it stands, under `root`."""
        suffix = f".{self.fixed.suffix}" if self.fixed else ""
        return Memento(self.switch.when, f"{root}releases/{self.switch.digest}/doc/{self._name}{suffix}")

    def resource(self, root: str) -> Resource:
        """What it is a state of: the document, whatever its format."""
        return Resource(f"{root}doc/{self._name}", f"{root}timemap/doc/{self._name}")


class States:
    """The states of the document at a path, by when their releases first went live."""

    def __init__(self, path: str) -> None:
        """Ask no release yet.

        Args:
            path: of the document after `doc/`, decoded.
        """
        self._readings = [
            (iri, fmt) for stem, fmt in ((path, None), split_suffix(path, OFFERED)) for iri in _iris(stem)
        ]
        self._releases = settings().path(settings().folders.releases)
        self._history = publication().history()
        there = {folder.name for folder in self._releases.iterdir()}
        first = {switch.digest: switch for switch in reversed(self._history)}  # a return to a release makes no state
        self._switches = [s for s in self._history if s is first[s.digest] and s.digest in there]

    def __iter__(self) -> Iterator[Past]:
        """All of them, the oldest first."""
        return self._those(self._switches)

    def live(self, asked: datetime) -> Past | None:
        """The state of a day: of the release that was live then, else the last one before; before the first, that."""
        live = next((switch for switch in reversed(self._history) if switch.when <= asked), None)
        exact = [switch for switch in self._switches if live and switch.digest == live.digest]
        before = [switch for switch in self._switches if switch.when <= asked]
        return next(self._those([*exact, *reversed(before), *self._switches[len(before) :]]), None)

    def around(self, digest: str) -> tuple[list[Past], int] | None:
        """The first state, the one before that of a release, this one, the next and the last, and where this one is.

        They are distinct and in their order. None when the release has no such state.
        """
        at = next((at for at, switch in enumerate(self._switches) if switch.digest == digest), None)
        shown = None if at is None else next(self._those([self._switches[at]]), None)
        if at is None or shown is None:
            return None
        before, after = self._switches[:at], self._switches[at + 1 :]
        ends = [next(self._those(some), None) for some in (before, before[::-1], after, after[::-1])]
        found = list(dict.fromkeys(state for state in [*ends[:2], shown, *ends[2:]] if state))
        return found, found.index(shown)

    def _those(self, switches: Iterable[Switch]) -> Iterator[Past]:
        """The states of some releases, each asked when its turn comes."""
        for switch in switches:
            found = next((reading for reading in self._readings if self._describes(switch.digest, reading[0])), None)
            if found:
                yield Past(switch, *found)

    def _describes(self, digest: str, iri: str) -> bool:
        """Whether a release describes a thing; one that is being removed does not."""
        try:
            return _described(self._releases, digest, settings().base, iri)
        except FileNotFoundError:
            return False


def _iris(stem: str) -> list[str]:
    """What a path may stand for: as the current release writes it, and as others may."""
    found = known("id", stem, start="doc/")
    return list(dict.fromkeys([*([found] if found else []), *candidates(settings().base, f"id/{stem}")]))


@lru_cache(_KEPT)
def _described(releases: Path, digest: str, base: str, iri: str) -> bool:
    release = Release(releases / digest, base)
    described = bool(release.lines(iri)) and state_of(release, iri).state is State.DESCRIBED
    return release.manifest.base == base and described  # the manifest is read last: the release was there till then
