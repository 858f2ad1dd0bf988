"""Make a release and switch to it.

A release is built in a folder of its own beside the others, and appears under its digest by one rename; the switch is
one rename of a symbolic link. A build that fails or is killed at any moment changes nothing that is served.
"""

import fcntl
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .. import __version__
from ..errors import ReleaseError
from ..findings import Report
from ..quality import links, shapes_document
from ..quality.measures import measures
from ..release.diff import write_changes
from ..release.file_dates import live_file_dates, write_file_dates
from ..release.history import history, prune, record_switch, removed_summary
from ..release.layout import ReleaseFolder, ReleasesFolder, replace_link, sync, write_json
from ..release.manifest import Manifest
from ..release.thing_state import record_published
from ..settings import Settings
from ..store import EMBEDDED
from ..stream.follow import follow, forget
from ..stream.members import check_statements
from .check import Checked, Say, check
from .reactivation import reactivate
from .self_description import Described, list_files, live_release, new_description, now


@dataclass(frozen=True)
class Built:
    """The outcome of a build.

    Attributes:
        report: of the check.
        coverage: declared and described counts, and the score of the catalogue, in words.
        digest: of the release, where there is one.
        new: it was made now.
        switched: another one was live before.
    """

    report: Report
    coverage: list[str]
    digest: str | None = None
    new: bool = False
    switched: bool = False


def build(settings: Settings, say: Say = lambda _: None) -> Built:
    """Check the publication, make a release of it and switch to it.

    The same input gives the same digest; a release that exists already is not made again.

    Raises:
        ReleaseError: another build is running, or the store does not give back what was published.
    """
    releases = settings.path(settings.folders.releases)
    releases.mkdir(parents=True, exist_ok=True)
    with _alone(releases), _workplace(releases) as folder, check(settings, folder, say) as checked:
        past, before = history(releases), live_file_dates(releases)
        coverage = [c.line("en") for c in checked.coverages]
        if not checked.report.conforms or checked.described is None:
            return Built(checked.report, coverage)
        coverage += checked.described.score.lines("en")
        digest, live = checked.described.digest, current_digest(releases)
        target = ReleasesFolder(releases).release(digest)
        new = not target.path.exists()
        if new:
            say("writing the store")
            _complete(folder, checked, checked.described, settings)
            folder.rename(target.path)
            sync(releases)
        for published in (target.canonical, target.catalogue):
            record_published(releases, published, settings.base)
        if live != digest:  # the date of the link is the one that caches are told
            if not new or digest in {past_switch.digest for past_switch in past}:
                _sync_all(reactivate(target, new_description(folder), live_release(releases), settings.base))
            switch(releases, digest)
        record_switch(releases, past, digest, now())
        write_file_dates(releases, before)
        stream = follow(releases, settings.base, settings.history.stream_page_members)
        if settings.history.stream_versions == "latest":
            forget(stream)
        prune(releases, settings.history.max_releases)
        return Built(checked.report, coverage, digest, new, live != digest)


def switch(releases: Path, digest: str) -> None:
    """Make `current` point to a release, atomically."""
    replace_link(ReleasesFolder(releases).current, digest)


def current_digest(releases: Path) -> str | None:
    """The digest of the release that is served, if there is one."""
    return ReleasesFolder(releases).live


@contextmanager
def _alone(releases: Path) -> Iterator[None]:
    """One build at a time; the lock goes with the process, however it ends."""
    folder = ReleasesFolder(releases)
    with folder.lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ReleaseError(f"{releases}: another build is running here; wait for it to end") from None
        for path in folder.abandoned():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
        yield


@contextmanager
def _workplace(releases: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=ReleasesFolder(releases).building().name, dir=releases))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _complete(folder: Path, checked: Checked, described: Described, settings: Settings) -> None:
    """Write all that a release has beside the files that were checked; one that was removed stays where it stood."""
    own, releases = ReleaseFolder(folder), ReleasesFolder(folder.parent)
    check_statements(own.canonical)
    address = EMBEDDED.load(own.canonical, own.store, described.digest)
    EMBEDDED.verify(address)
    write_json(own.report, checked.report.as_json())
    _keep_beside(own, checked, settings)
    graphs, store = _graphs(own.canonical), EMBEDDED.open(address, settings.base)
    left = removed_summary(folder.parent, described.digest)
    files, previous = list_files(own), left.previous if left else releases.live
    changed = write_changes(folder, releases.release(previous) if previous else None, settings.base)
    manifest = Manifest(
        digest=described.digest,
        created=left.created if left else described.created,
        made=described.created,
        previous=previous,
        changes=changed or (left.changes if left else None),
        software=__version__,
        base=settings.base,
        statements=checked.report.counts["statements"],
        graphs=graphs,
        coverage=tuple(checked.coverages),
        measures=tuple(measures(store, graphs)),
        score=described.score,
        files=files,
    )
    write_json(own.manifest, manifest.as_json())
    _sync_all(folder)


def _keep_beside(folder: ReleaseFolder, checked: Checked, settings: Settings) -> None:
    """Write the shapes that judged the release, and what is known of the links that it publishes."""
    lines = shapes_document.shapes_lines(settings.path(settings.folders.shapes), settings.base)
    folder.shapes.write_text("".join(lines), encoding="utf-8")
    addresses = links.external_addresses(checked.canonical.lines(), settings.base)
    checked_links = links.read_links(ReleasesFolder(folder.path.parent).links)
    links.links_to(checked_links, addresses).write(folder.links)


def _graphs(canonical: Path) -> dict[str, int]:
    """How many statements each graph has."""
    with canonical.open("rb") as file:
        graphs = Counter(text[text.rindex(b" <") + 2 : -4].decode() for text in file)
    return dict(sorted(graphs.items()))


def _sync_all(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        sync(path)
