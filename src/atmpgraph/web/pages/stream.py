"""The change stream for people: which things changed, in which release, with links to how they are and were."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

from ...stream.members import Version
from ...stream.pages import Page, Stream
from ..core.context import Context
from ..core.i18n import href
from ..core.labels import Name, page_names

NEWEST: Final = 50  # changes on the page of the stream itself
LISTED: Final = 50  # pages there
MOST: Final = 200  # changes on one of its pages, however large it is


@dataclass(frozen=True)
class Entry:
    """A version in a list.

    Attributes:
        number: on its page.
        thing: its IRI.
        gone: the version removes the thing.
        today: the current release describes the thing.
        state: URL of the thing in the release of the version or, of a removed one, in the release before; if it exists.
    """

    number: int
    thing: str
    gone: bool
    today: bool
    state: str | None


@dataclass(frozen=True)
class ReleaseChanges:
    """The changes of one release: its date, its digest if that is known, and the versions."""

    date: str
    digest: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class StreamPage:
    """What the template of the stream shows: the newest changes, if `cut` only the first `most`; the newest pages."""

    releases: tuple[ReleaseChanges, ...]
    cut: bool
    listed: tuple[Page, ...]
    most: int


@dataclass(frozen=True)
class MembersPage:
    """What the template of a page shows: its changes, if `cut` only the first `most`; the pages beside it."""

    page: Page
    releases: tuple[ReleaseChanges, ...]
    cut: bool
    most: int
    older: Page | None
    newer: Page | None


def stream_page(context: Context, stream: Stream) -> StreamPage:
    """The stream itself."""
    cut = sum(page.members for page in stream.pages) > NEWEST
    return StreamPage(_by_release(context, stream.newest(NEWEST)), cut, stream.pages[::-1][:LISTED], NEWEST)


def members_page(context: Context, stream: Stream, page: Page, versions: Iterable[Version]) -> MembersPage:
    """A page of the stream, which has these versions."""
    newest = sorted(versions, key=lambda version: version.date, reverse=True)
    releases = _by_release(context, newest[:MOST])
    return MembersPage(page, releases, len(newest) > MOST, MOST, *stream.beside(page))


def thing_names(context: Context, shown: StreamPage | MembersPage) -> dict[str, Name]:
    """Names of the things, as the current release has them."""
    return page_names(context, (entry.thing for changes in shown.releases for entry in changes.entries))


def _by_release(context: Context, versions: Iterable[Version]) -> tuple[ReleaseChanges, ...]:
    """Versions by the release that brought them."""
    switches = context.publication.history()
    live = {switch.date: switch.digest for switch in switches}
    before = {after.date: switch.digest for switch, after in pairwise(switches)}
    changes = []
    for date, of_release in groupby(versions, key=lambda version: version.date):
        now, then = (
            digest if digest and context.publication.open(digest) else ""
            for digest in (live.get(date), before.get(date))
        )
        entries = tuple(_entry(context, version, then if version.gone else now) for version in of_release)
        changes.append(ReleaseChanges(date, live.get(date, ""), entries))
    return tuple(changes)


def _entry(context: Context, version: Version, digest: str) -> Entry:
    """A version, whose state is in the release `digest`; ontology and code lists have no states."""
    thing = version.thing
    state = href(thing, digest) if digest and context.iris.is_thing(thing) else None
    return Entry(version.number, thing, version.gone, bool(context.release.lines(thing)), state)
