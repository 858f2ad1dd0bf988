"""Make a release and switch to it.

A release is built in a folder of its own beside the others, and appears under its digest by one rename; the switch is
one rename of a symbolic link. A build that fails or is killed at any moment changes nothing that is served.
"""

import fcntl
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pyoxigraph as ox

from .. import __version__
from ..errors import ReleaseError
from ..findings import Report
from ..quality import links, shapes_document
from ..quality.measures import measures
from ..rdf.canonical import CanonicalWriter
from ..rdf.terms import line
from ..release.diff import write_changes
from ..release.file_dates import live_file_dates, write_file_dates
from ..release.history import CURRENT, history, prune, record_switch, removed_manifest
from ..release.release import CANONICAL, CATALOGUE, MANIFEST, REACTIVATED, STORE
from ..release.thing_state import record_published
from ..settings import Settings
from ..store import build_store, open_store
from ..stream.follow import follow, forget
from ..stream.members import check_statements
from .check import Checked, Say, check
from .reactivation import reactivate
from .self_description import Described, list_files, now

_BUILDING = ".building-"


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
        coverage = [str(c) for c in checked.coverages]
        if not checked.report.conforms or checked.described is None:
            return Built(checked.report, coverage)
        coverage += checked.described.score.lines()
        digest, live = checked.described.digest, current_digest(releases)
        target = releases / digest
        new = not target.exists()
        if new:
            say("writing the store")
            _complete(folder, checked, checked.described, settings)
            folder.rename(target)
            _sync(releases)
        for published in (CANONICAL, CATALOGUE):
            record_published(releases, target / published, settings.base)
        if live != digest:  # the date of the link is the one that caches are told
            if not new or digest in {past_switch.digest for past_switch in past}:
                _sync_all(reactivate(target, folder / REACTIVATED, live, settings.base))
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
    link = releases / f".{CURRENT}-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(digest)
    link.replace(releases / CURRENT)
    _sync(releases)


def current_digest(releases: Path) -> str | None:
    """The digest of the release that is served, if there is one."""
    link = releases / CURRENT
    return link.readlink().name if link.is_symlink() else None


@contextmanager
def _alone(releases: Path) -> Iterator[None]:
    """One build at a time; the lock goes with the process, however it ends."""
    with (releases / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ReleaseError(f"{releases}: another build is running here; wait for it to end") from None
        for left in releases.glob(f"{_BUILDING}*"):  # of a build that was killed
            shutil.rmtree(left, ignore_errors=True)
        yield


@contextmanager
def _workplace(releases: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=releases))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _complete(folder: Path, checked: Checked, described: Described, settings: Settings) -> None:
    """Write all that a release has beside the files that were checked; one that was removed stays where it stood."""
    check_statements(folder / CANONICAL)
    build_store(folder / STORE, folder / CANONICAL)
    _prove(folder, described.digest, settings.base)
    _write_json(folder / "report.json", checked.report.as_json())
    _keep_beside(folder, checked, settings)
    graphs, store = _graphs(folder / CANONICAL), open_store(folder / STORE, settings.base)
    left = removed_manifest(folder.parent, described.digest)
    files, previous = list_files(folder), left["previous"] if left else current_digest(folder.parent)
    changed = write_changes(folder, previous, settings.base)
    manifest = {
        "digest": described.digest,
        "created": left["created"] if left else described.created,
        "previous": previous,
        "changes": changed or (left or {}).get("changes"),
        **({"made": described.created} if left else {}),
        "version": __version__,
        "base": settings.base,
        "statements": checked.report.counts["statements"],
        "graphs": graphs,
        "coverage": [asdict(c) for c in checked.coverages],
        "measures": [asdict(m) for m in measures(store, graphs)],
        "score": described.score.as_json(),
        "files": files,
    }
    _write_json(folder / MANIFEST, manifest)
    _sync_all(folder)


def _keep_beside(folder: Path, checked: Checked, settings: Settings) -> None:
    """Write the shapes that judged the release, and what is known of the links that it publishes."""
    lines = shapes_document.shapes_lines(settings.path(settings.folders.shapes), settings.base)
    (folder / shapes_document.FILE).write_text("".join(lines), encoding="utf-8")
    addresses = links.external_addresses(checked.canonical.lines(), settings.base)
    links.links_to(links.read_links(folder.parent / links.FILE), addresses).write(folder / links.FILE)


def _prove(folder: Path, digest: str, base: str) -> None:
    """The store, read back, must be the canonical file to the byte (`docs/decisions/literals.md`)."""
    store = open_store(folder / STORE, base)
    with CanonicalWriter(folder) as back:
        for quad in store.engine:
            if quad.graph_name != ox.DefaultGraph():
                back.add(line(quad))
        read = back.write(folder / "read-back.nq")
    (folder / "read-back.nq").unlink()
    if read != digest:
        raise ReleaseError("the store does not give back what was published; a literal is not in canonical form")


def _graphs(canonical: Path) -> dict[str, int]:
    """How many statements each graph has."""
    with canonical.open("rb") as file:
        graphs = Counter(text[text.rindex(b" <") + 2 : -4].decode() for text in file)
    return dict(sorted(graphs.items()))


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _sync_all(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        _sync(path)


def _sync(path: Path) -> None:
    """Have a file or folder reach the disk, so that a rename after it never shows half of it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
