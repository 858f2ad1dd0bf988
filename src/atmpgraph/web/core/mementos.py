"""The states of a document in the releases (RFC 7089), looked up one by one, and only as far as an answer needs.

The state of a past day and its neighbours take a handful of releases, however many there are; only a TimeMap takes all
of them. A release never changes, so each is looked up once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from ...addresses import Addresses, candidates, iri_to_path
from ...errors import DamagedError
from ...formats import CITATIONS, Format
from ...http.memento import Memento, Resource
from ...profiles.registry import MODEL
from ...release.history import Switch, existing_releases
from ...release.release import Release
from ...release.thing_state import State, state_of
from .context import Context
from .description import resolve_iri

MEMENTO_FORMATS: Final = (*MODEL.formats, *CITATIONS)
_REMEMBERED: Final = 1 << 16  # look-ups, some 200 bytes each


def original(urls: Addresses, path: str) -> Resource:
    """The document at a path, percent-encoded and without `doc/`, as the original resource of its states."""
    return Resource(urls.document_at(path), urls.timemap(path))


@dataclass(frozen=True)
class DocumentState:
    """The state of a document in a release.

    Attributes:
        switch: when the release first went live.
        iri: of the thing.
        path: of the thing, percent-encoded and without `id/`.
        fixed: the format that the URL names by its suffix.
    """

    switch: Switch
    iri: str
    path: str
    fixed: Format | None = None

    def memento(self, urls: Addresses) -> Memento:
        """Its date, and its URL in the same format."""
        suffix = f".{self.fixed.suffix}" if self.fixed else ""
        return Memento(self.switch.when, urls.memento(self.path, self.switch.digest) + suffix)

    def original(self, urls: Addresses) -> Resource:
        """The document that it is a state of, whatever its format."""
        return original(urls, self.path)


class DocumentStates:
    """The states of the document at a path, by the date when their releases first went live."""

    def __init__(self, context: Context, path: str) -> None:
        """Look nothing up yet.

        Args:
            context: of the request.
            path: of the document after `doc/`, decoded and without the suffix of a fixed format.
        """
        self._base, self._things, self._fixed = context.base, context.iris.things, context.fixed
        self._iris = _iris(context, path)
        self._releases = context.settings.path(context.settings.folders.releases)
        self._history = context.publication.history()
        existing = existing_releases(self._releases, self._history)
        first = {switch.digest: switch for switch in reversed(self._history)}  # a return to a release makes no state
        self._switches = [s for s in self._history if s is first[s.digest] and s.digest in existing]

    def __iter__(self) -> Iterator[DocumentState]:
        """All of them, the oldest first."""
        return self._states(self._switches)

    def at(self, date: datetime) -> DocumentState | None:
        """The state at a date: of the release that was live, else the last before it, else the first of all."""
        live = next((switch for switch in reversed(self._history) if switch.when <= date), None)
        exact = [switch for switch in self._switches if live and switch.digest == live.digest]
        before = [switch for switch in self._switches if switch.when <= date]
        return next(self._states([*exact, *reversed(before), *self._switches[len(before) :]]), None)

    def around(self, digest: str) -> tuple[list[DocumentState], int] | None:
        """The state in a release and its neighbours: first, previous, itself, next, last; and its index.

        They are distinct and in order. None when the release has no such state.
        """
        at = next((at for at, switch in enumerate(self._switches) if switch.digest == digest), None)
        shown = None if at is None else next(self._states([self._switches[at]]), None)
        if at is None or shown is None:
            return None
        before, after = self._switches[:at], self._switches[at + 1 :]
        ends = [next(self._states(some), None) for some in (before, before[::-1], after, after[::-1])]
        states = list(dict.fromkeys(state for state in [*ends[:2], shown, *ends[2:]] if state))
        return states, states.index(shown)

    def _states(self, switches: Iterable[Switch]) -> Iterator[DocumentState]:
        """The states in some releases, each looked up when its turn comes."""
        for switch in switches:
            iri = next((iri for iri in self._iris if self._describes(switch.digest, iri)), None)
            if iri:
                yield DocumentState(switch, iri, iri_to_path(self._things, iri) or "", self._fixed)

    def _describes(self, digest: str, iri: str) -> bool:
        """Whether a release describes a thing; one that is being removed does not."""
        try:
            return _described(self._releases, digest, self._base, iri)
        except DamagedError:
            if (self._releases / digest).exists():
                raise
            return False


def _iris(context: Context, stem: str) -> list[str]:
    """The possible IRIs of a path, first the one that the current release uses."""
    current = resolve_iri(replace(context, named_release=None), "id", stem, start="doc/")
    return list(dict.fromkeys([*([current] if current else []), *candidates(context.base, f"id/{stem}")]))


@lru_cache(_REMEMBERED)
def _described(releases: Path, digest: str, base: str, iri: str) -> bool:
    release = Release(releases / digest, base)
    described = bool(release.lines(iri)) and state_of(release, iri).state is State.DESCRIBED
    return release.manifest.base == base and described  # the manifest is read last: the release existed until then
