"""A candidate goes live: verified, renamed to its digest, linked as `current`; history, dates and stream follow.

A build that is killed at any moment leaves a whole release served. The next build completes what should have followed
the switch.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from .. import __version__
from ..catalogue.dcat import History
from ..catalogue.void import void
from ..code_cache import code_digest
from ..errors import DamagedError
from ..i18n import message
from ..interrupts import finish
from ..parallel import Beside, beside, giving_way, here
from ..progress import SILENT, Progress
from ..quality.links import external_addresses, links_to, read_links
from ..quality.measures import measures
from ..quality.shapes_document import write_shapes
from ..release.diff import write_changes
from ..release.file_dates import FileDates, live_file_dates, seal_file_dates, write_file_dates
from ..release.history import Switch, history, made_before, prune, record_switch, write_history
from ..release.layout import DescriptionFolder, ReleaseFolder, ReleasesFolder, exchange, sync, write_json
from ..release.listing import list_internal
from ..release.manifest import Manifest, Measure, write_manifest
from ..release.proofs import note_proofs, write_proofs
from ..release.release import Release, open_at
from ..release.slots import slot_of
from ..release.thing_state import record_published
from ..settings import Settings
from ..store import EMBEDDED, StoreAddress
from ..stream.follow import follow, forget
from ..stream.pages import seal_stream
from .answers import write_answers
from .candidate import Candidate
from .codings import begin_coding
from .lookups import write_index_at, write_lists_at, write_lookups
from .reactivation import reactivate
from .reuse import Unchanged, prove_store
from .self_description import list_files, live_release, now, write_description
from .workplace import exclusive, workplace

_FLUSHES: Final = 16  # at a time


def go_live(candidate: Candidate, settings: Settings, progress: Progress = SILENT) -> Release:
    """Switch to a candidate, and record the switch; with a remote store a new release waits until a push has loaded it.

    Raises:
        ReleaseError: the store does not give back the statements.
        TranslatedError: a file that the release is made from changed meanwhile.
    """
    releases, digest = settings.path(settings.folders.releases), candidate.graph.digest
    folder = ReleasesFolder(releases)
    release, live = folder.release(digest), folder.live
    if candidate.new:
        progress.step(message("writing the release"))
        complete(candidate, settings)
        candidate.graph.tables.inputs.require_unchanged()  # some were read just now: shapes, lists, questions
    finish()
    before = _Before(history(releases), live_file_dates(releases))
    with _in_place(candidate, release, is_live=live == digest):
        if settings.store.endpoint and live != digest:
            _let_wait(folder, digest)
            return open_at(release.path, settings.base)
        description = None if candidate.new else candidate.description
        _switch(release, before, settings.base, description, candidate.created, is_new=candidate.new)
    return _follow(release, before, settings)


def go_live_again(digest: str, settings: Settings) -> Release:
    """Switch to a release that is there already, described anew where another one is live than when it was built.

    Raises:
        ReleaseError: a build is running, or the release is damaged.
    """
    releases, base, created = settings.path(settings.folders.releases), settings.base, now()
    folder = ReleasesFolder(releases)
    release = folder.release(digest)
    with exclusive(folder), workplace(folder) as scratch:
        existing, live = open_at(release.path, base, live=folder.live == digest), live_release(releases)
        existing.prove()
        before = _Before(history(releases), live_file_dates(releases))
        is_new = existing.manifest.previous == folder.live and digest not in before.digests
        description = DescriptionFolder(scratch / "description")
        if not is_new and folder.live != digest:
            store = EMBEDDED.open(StoreAddress(EMBEDDED.kind, str(release.store), digest), base)
            returned, manifest = History(digest, created), existing.manifest
            statistics = partial(void, store, release.canonical)
            write_description(
                description, release, manifest.files, live, returned, base, manifest.languages, statistics
            )
        finish()
        _switch(release, before, base, None if is_new else description, created, is_new=is_new)
        return _follow(release, before, settings)


def _let_wait(folder: ReleasesFolder, digest: str) -> None:
    """Let a release wait; one that waited before it and was never live goes."""
    superseded = folder.waiting
    folder.wait(digest)
    gone = superseded and superseded not in {digest, folder.live, *(switch.digest for switch in history(folder.path))}
    if superseded and gone and slot_of(folder.path, superseded) is None:
        shutil.rmtree(folder.release(superseded).path, ignore_errors=True)
        folder.proofs(superseded).unlink(missing_ok=True)


@dataclass(frozen=True)
class _Before:
    """What was recorded before a switch: the switches until then, and the dates of the live release's files."""

    switches: list[Switch]
    dates: FileDates

    @property
    def digests(self) -> set[str]:
        """The releases that were live."""
        return {switch.digest for switch in self.switches}


def _switch(
    release: ReleaseFolder,
    before: _Before,
    base: str,
    description: DescriptionFolder | None,
    created: str,
    *,
    is_new: bool,
) -> None:
    """Point the link to a release that is in its place.

    Args:
        release: its folder.
        before: what is recorded.
        base: of the publication.
        description: a new one; None where its own is new.
        created: when it is made or reactivated (xsd:dateTime).
        is_new: whether it was made to follow the live one.
    """
    releases, digest = release.path.parent, release.path.name
    folder = ReleasesFolder(releases)
    record_published(releases, (release.canonical, release.catalogue), base)
    write_history(releases, before.switches)  # sealed, as all must be there when a release of this version is live
    seal_stream(releases, base)
    seal_file_dates(releases)
    if folder.live != digest:  # caches see the date of the link, so an unchanged release keeps it
        if not is_new or digest in before.digests:
            _sync_all(reactivate(release, description, live_release(releases), base, created))
        note_proofs(release.path, open_at(release.path, base, live=True).files)
        folder.switch(digest)


def _follow(release: ReleaseFolder, before: _Before, settings: Settings) -> Release:
    """What follows a switch: history, dates, stream; and what is too old goes."""
    releases, base = release.path.parent, settings.base
    ReleasesFolder(releases).wait(None)
    record_switch(releases, before.switches, release.path.name, now())
    write_file_dates(releases, before.dates)
    stream = follow(releases, base, settings.history.stream_page_members)
    if settings.history.stream_versions == "latest":
        stream = forget(stream)
    with suppress(DamagedError):  # health tells it; what was noted stays
        write_proofs(stream.folder.path, stream.prove())
    prune(releases, settings.history.max_releases)
    return open_at(release.path, base, live=True)


@contextmanager
def _in_place(candidate: Candidate, release: ReleaseFolder, *, is_live: bool) -> Iterator[None]:
    """Put a new release into its place; if it cannot go live there, for want of room, take it away again.

    Args:
        candidate: the release.
        release: its place.
        is_live: whether one of the same digest is live there, which was damaged.
    """
    if not candidate.new:
        yield
        return
    damaged = release.path.exists()
    exchange(candidate.folder.path, release.path)
    try:
        yield
    except BaseException:
        if is_live:
            raise
        if damaged:
            exchange(candidate.folder.path, release.path)
        else:
            release.path.rename(candidate.folder.path)
        raise


def complete(candidate: Candidate, settings: Settings) -> None:
    """Verify the store, and write the quality, the changes and, last, the manifest of a release.

    A release that was made before, and is removed or damaged, keeps its date and its predecessor.

    Raises:
        ReleaseError: the store does not give back the statements.
    """
    folder, graph = candidate.folder, candidate.graph
    releases = ReleasesFolder(settings.path(settings.folders.releases))
    before = made_before(releases.path, graph.digest)
    previous = before.previous if before else releases.live
    earlier, live = releases.release(previous) if previous else None, live_release(releases.path)
    if earlier and not earlier.canonical.is_file():  # somebody took its folder away
        earlier = None
    unchanged = Unchanged.since(earlier, folder, settings.languages)
    with beside(settings.build.processes if graph.is_large else 1) as run:
        begun = _begin_reading(run, candidate, settings, unchanged)
        is_new_store = run(giving_way, prove_store, folder, live, graph.digest)
        coded = begin_coding(folder, run, earlier)
        measured = _write_quality(candidate, settings, releases, earlier, unchanged)
        changes = write_changes(folder.path, earlier, settings.base)
        if is_new_store():
            measured = _write_quality(candidate, settings, releases, earlier)
            for wait in begun:
                wait()
            begun = _begin_reading(here, candidate, settings)
        coded()
        for wait in reversed(begun):
            wait()
    begin_coding(folder, before=earlier)()  # what was written since
    manifest = Manifest(
        digest=graph.digest,
        created=before.created if before else candidate.created,
        files_created=candidate.created,
        previous=previous,
        changes=changes or (before.changes if before else None),
        software=__version__,
        base=settings.base,
        statements=sum(graph.graphs.values()),
        graphs=graph.graphs,
        coverage=candidate.coverage,
        measures=measured,
        score=candidate.score,
        files=list_files(folder.downloads()),
        languages=settings.languages,
    )
    list_internal(folder, manifest, code=code_digest())
    write_manifest(folder.manifest, manifest)
    _sync_all(folder.path)


def _begin_reading(
    run: Beside, candidate: Candidate, settings: Settings, unchanged: Unchanged | None = None
) -> list[Callable[[], None]]:
    """Begin what is read from a whole store: kept questions, lists, index; returns the calls that wait for them.

    The questions have processes of their own and follow one another, which takes longest: the others give way to them.
    """
    folder, digest = candidate.folder, candidate.graph.digest
    address = StoreAddress(EMBEDDED.kind, str(folder.store), digest)
    questions = write_answers, settings, address, settings.base, folder.answers, unchanged
    return [
        *([run(*questions)] if candidate.graph.is_large else []),
        run(giving_way, write_lists_at, folder, unchanged, address, settings),
        run(giving_way, write_index_at, folder, unchanged, address, settings, folder.path.parent),
    ]


def _write_quality(
    candidate: Candidate,
    settings: Settings,
    releases: ReleasesFolder,
    earlier: ReleaseFolder | None,
    unchanged: Unchanged | None = None,
) -> tuple[Measure, ...]:
    """Write the report, the shapes, the external links and what pages look up; returns what is measured."""
    folder, graph = candidate.folder, candidate.graph
    store = EMBEDDED.open(StoreAddress(EMBEDDED.kind, str(folder.store), graph.digest), settings.base)
    write_json(folder.report, candidate.report.as_json())
    write_shapes(folder, settings.layered("shapes"), settings.base, settings.languages)
    addresses = _external_addresses(folder, settings, unchanged)
    links_to(read_links(releases.links), addresses).write(folder.links)
    write_lookups(folder, earlier, store, settings, folder.path.parent, unchanged)
    return tuple(measures(store, graph.graphs, settings.languages))


def _external_addresses(
    folder: ReleaseFolder, settings: Settings, unchanged: Unchanged | None
) -> Mapping[str, tuple[str, ...]]:
    """The external addresses in a release, each with the things that link there."""
    bases = settings.base, *settings.previous_bases
    if unchanged and not external_addresses(unchanged.lines, *bases):
        with suppress(DamagedError, FileNotFoundError):
            return {link.url: link.things for link in read_links(unchanged.previous.links, must=True).links}
    with folder.canonical.open("rb") as lines:
        return external_addresses(lines, *bases)


def _sync_all(folder: Path) -> None:
    """Flush a folder and all in it; together, since a disk writes many at once in the time of a few."""
    with ThreadPoolExecutor(_FLUSHES) as flushes:
        list(flushes.map(sync, folder.rglob("*")))
    sync(folder)
