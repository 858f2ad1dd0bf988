"""The stream follows the history of releases: a member for each thing that a switch changed."""

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from ..release.diff import changes
from ..release.history import history
from ..release.layout import ReleasesFolder
from ..release.release import Release
from .members import replay, versions
from .pages import Stream, append, read_stream


def follow(releases: Path, base: str, size: int) -> Stream:
    """Bring the stream to the release that is live.

    Args:
        releases: their folder; the stream skips a release that was removed before.
        base: of the publication; releases with another base have another stream.
        size: members of a page.
    """
    stream = read_stream(releases, base)
    for switch in history(releases):
        folder = ReleasesFolder(releases).release(switch.digest)
        if switch.date <= stream.date or not folder.manifest.is_file():
            continue
        if Release(folder.path, base).manifest.base != base:
            continue
        with ExitStack() as files:
            after = files.enter_context(folder.canonical.open("rb"))
            changed = changes(_before(releases, stream, files), after)
            stream = append(stream, changed, switch.date, switch.digest, size)
        stream.write()
    return stream


def forget(stream: Stream) -> Stream:
    """Remove the closed pages on which each thing has a newer version elsewhere, so that no reader needs them."""
    last: dict[str, int] = {}
    things: dict[int, set[str]] = {}
    for page in stream.pages:
        things[page.number] = {version.thing for version in versions(stream.content(page))}
        last |= dict.fromkeys(things[page.number], page.number)
    needed = set(last.values())
    pages = tuple(page for page in stream.pages if page.number in needed or not stream.closed(page))
    if pages != stream.pages:
        stream = replace(stream, pages=pages)
        stream.write()
    return stream


def _before(releases: Path, stream: Stream, files: ExitStack) -> Iterable[bytes]:
    """The canonical file of the last release in the stream; replayed from the stream itself where it was removed."""
    path = ReleasesFolder(releases).release(stream.digest).canonical
    if stream.digest and path.is_file():
        return files.enter_context(path.open("rb"))
    return replay(stream.content(page) for page in stream.pages)
