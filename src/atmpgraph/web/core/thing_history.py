"""What became of a thing from release to release: when it came, changed and went, the newest first.

A page takes the lines about the thing in as many releases as it has switches; a release never changes, so each look-up
is remembered, and the releases that were looked into last stay open.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ...errors import DamagedError, RemovedError
from ...release.history import Switch, existing_releases
from ...release.release import Release
from .context import Context
from .paging import Paging, paged


@dataclass(frozen=True)
class ThingChange:
    """A switch that changed a thing: the lines that state it before and after.

    Attributes:
        switch: to the release.
        before, now: the lines; none where the release does not describe it.
    """

    switch: Switch
    before: frozenset[bytes]
    now: frozenset[bytes]

    @property
    def kind(self) -> str:
        """What happened: a code of `words`."""
        return ("changed" if self.before else "added") if self.now else "removed"

    @property
    def counts(self) -> dict[str, int]:
        """How many statements came and went."""
        return {"added": len(self.now - self.before), "removed": len(self.before - self.now)}


@dataclass(frozen=True)
class ThingHistory:
    """The changes of a thing on one page; a page is a number of switches, whether or not they changed it."""

    iri: str
    changes: tuple[ThingChange, ...]
    paging: Paging


def thing_history(context: Context, iri: str, *, newest: bool = False) -> ThingHistory:
    """The history of a thing in the releases that are still there.

    Args:
        context: of the request.
        iri: of the thing.
        newest: the first page, whichever the URL names.

    Raises:
        ProblemError: 404 there is no such page.
    """
    size = context.settings.limits.list_page_releases
    releases = context.settings.path(context.settings.folders.releases)
    switches = context.publication.history()
    existing = existing_releases(releases, switches)
    there = [switch for switch in switches if switch.digest in existing]
    paging = Paging(1, size, len(there)) if newest else paged(len(there), size)
    changes = []
    for number in range(len(there) - 1 - paging.first, len(there) - 1 - paging.last, -1):
        now = _lines(releases, there[number].digest, context.base, iri)
        before = _lines(releases, there[number - 1].digest, context.base, iri) if number else frozenset[bytes]()
        if now != before:
            changes.append(ThingChange(there[number], before, now))
    return ThingHistory(iri, tuple(changes), paging)


def _lines(releases: Path, digest: str, base: str, iri: str) -> frozenset[bytes]:
    """The lines about a thing in a release; none in one that is just being removed."""
    try:
        return _stated(releases, digest, base, iri)
    except RemovedError:
        return frozenset()
    except DamagedError:
        if (releases / digest).exists():
            raise
        return frozenset()


@lru_cache(1 << 8)  # some kilobytes each
def _stated(releases: Path, digest: str, base: str, iri: str) -> frozenset[bytes]:
    return frozenset(_open_release(releases, digest, base).stated(iri))


@lru_cache(1 << 6)  # most of a look-up is the list of files with their proofs, the same for all things
def _open_release(releases: Path, digest: str, base: str) -> Release:
    return Release(releases / digest, base)
