"""The change stream for people: which things changed, in which release, and how they are and were."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

from ...stream.members import Version
from ...stream.pages import Page, Stream
from ..core.context import publication, release, settings
from ..core.i18n import href
from ..core.labels import Name
from .document import name_all

NEWEST: Final = 50  # changes on the page of the stream itself
LISTED: Final = 50  # pages there
MOST: Final = 1000  # changes on one of its pages, however large it is


@dataclass(frozen=True)
class Entry:
    """A version in a list.

    Attributes:
        number: on its page.
        thing: its IRI.
        gone: whether the version says that the thing is gone.
        today: whether the current release describes the thing.
        state: where a release that is kept does: the one that brought the version; of what is gone, the one before.
    """

    number: int
    thing: str
    gone: bool
    today: bool
    state: str | None


@dataclass(frozen=True)
class Arrival:
    """What one release brought: when it went live, its digest where that is known, and the versions."""

    date: str
    digest: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Newest:
    """What the template of the stream shows: what came last, if `cut` only the first `most`; the newest pages."""

    arrivals: tuple[Arrival, ...]
    cut: bool
    listed: tuple[Page, ...]
    most: int


@dataclass(frozen=True)
class OnePage:
    """What the template of a page shows: what it has, if `cut` only the first `most`; the pages beside it."""

    page: Page
    arrivals: tuple[Arrival, ...]
    cut: bool
    most: int
    older: Page | None
    newer: Page | None


def newest(stream: Stream) -> Newest:
    """The stream itself."""
    cut = sum(page.members for page in stream.pages) > NEWEST
    return Newest(_arrivals(stream.newest(NEWEST)), cut, stream.pages[::-1][:LISTED], NEWEST)


def one_page(stream: Stream, page: Page, versions: Iterable[Version]) -> OnePage:
    """A page of the stream, which has these versions."""
    found = sorted(versions, key=lambda version: version.date, reverse=True)
    return OnePage(page, _arrivals(found[:MOST]), len(found) > MOST, MOST, *stream.beside(page))


def named(shown: Newest | OnePage) -> dict[str, Name]:
    """Names of the things, as the current release has them."""
    return name_all(entry.thing for arrival in shown.arrivals for entry in arrival.entries)


def _arrivals(versions: Iterable[Version]) -> tuple[Arrival, ...]:
    """Versions by the release that brought them."""
    switches = publication().history()
    live = {switch.date: switch.digest for switch in switches}
    before = {after.date: switch.digest for switch, after in pairwise(switches)}
    found = []
    for date, brought in groupby(versions, key=lambda version: version.date):
        now, then = (
            digest if digest and publication().open(digest) else "" for digest in (live.get(date), before.get(date))
        )
        entries = tuple(_entry(version, then if version.gone else now) for version in brought)
        found.append(Arrival(date, live.get(date, ""), entries))
    return tuple(found)


def _entry(version: Version, digest: str) -> Entry:
    """A version, of which the release `digest` keeps the state; ontology and code lists have no place there."""
    thing = version.thing
    state = href(thing, digest) if digest and thing.startswith(f"{settings().base}id/") else None
    return Entry(version.number, thing, version.gone, bool(release().lines(thing)), state)
