"""The layout of a release and of the folder of releases: the one module that names files there.

releases/
  current              link to the release that is served, replaced in one rename
  next                 link to the release that the last build made, as long as it waits for `atmpgraph push`
  history              `<date> <digest>`: a line for each switch
  published            every IRI that any release described, sorted
  since.json           the date of each file of the live release, and a copy of the history
  links.json           the last check of external links
  build.json           how the last build ended
  checked.json         which parts of the graph were checked, with what outcome
  origins.json         which statements of the live release come from rows, and which from which rule
  stream/              the change stream: index.json, <page>.nq
  removed/             <digest>.json: a summary of each removed release
  proven/              <digest>.json: in which states the files of a release were read and found whole, on this disk
  slots/               what the slots of a remote store hold: <digest>.json; <key>.filling.json, a push that runs
  again/<digest>/      a reactivated release's new catalogue.nq, modified.txt, lookups/; <previous>.json: its changes
    internal.json      the digests of these files
  <digest>/            a release, immutable
    manifest.json      digest, counts and files of the release
    data.nq            the statements, canonical N-Quads; data.<suffix>: the same in other formats
    graphs/ datasets/ tables/   the parts of it for download
    catalogue.nq       its description: DCAT-AP and VoID; modified.txt: when each thing last changed
    changes.json       the difference to the release before
    report.json links.json    its quality; shapes.nt catalogue-shapes.nt: of the data and of the catalogue
    store/             the same statements, for queries
    charts/            index.json; each picture in each language: <chart>.<language>.svg, .png, and its rows, .json
    answers/           the first rows of each query of the library, of a large release (`sparql/answers.py`)
    coded/             large files for download under each content coding: <path>.gzip, <path>.zstd
    chunks.json        which lines stand where in the files for download, for the next build
    internal.json      the digests of what is not for download, and a copy of the manifest
"""

import ctypes
import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Final

from ..reasons import telling_place

# The format of layout and manifest; releases without the number have 1. Since 3 every file is sealed or listed.
LAYOUT: Final = 3
SEALED: Final = 3
CANONICAL: Final = "data.nq"
MANIFEST: Final = "manifest.json"
_LISTING: Final = "internal.json"
_CODED: Final = "coded"
DIGEST: Final = re.compile("[0-9a-f]{64}")
_BUILDING: Final = ".building-"
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD, RENAME_EXCHANGE


@dataclass(frozen=True)
class DescriptionFolder:
    """The folder that describes a release: its own, or one beside it after a reactivation."""

    path: Path

    @cached_property  # for each response
    def catalogue(self) -> Path:
        """The catalogue and the VoID description, sorted N-Quads."""
        return self.path / "catalogue.nq"

    @property
    def thing_dates(self) -> Path:
        """The date of each thing: `<IRI> <xsd:dateTime>`."""
        return self.path / "modified.txt"

    @cached_property  # for each response
    def lookups(self) -> Path:
        """The folder of what pages look up; none in a release that an earlier version made."""
        return self.path / "lookups"

    @property
    def catalogue_store(self) -> Path:
        """The folder of a store of the catalogue."""
        return self.lookups / "catalogue"

    @cached_property  # for each response
    def catalogue_links(self) -> Path:
        """The links that the catalogue adds, as `ReleaseFolder.incoming` has those of the data."""
        return self.lookups / "catalogue-links.txt"

    @property
    def documents(self) -> Path:
        """The address and the date of each document, for the sitemap."""
        return self.lookups / "documents.txt"


@dataclass(frozen=True)
class ReactivatedFolder(DescriptionFolder):
    """The folder that describes a release after a reactivation."""

    @property
    def listing(self) -> Path:
        """The list of the files with their digests; none in a folder that an earlier version made."""
        return self.path / _LISTING

    def changes_since(self, previous: str) -> Path:
        """The difference to the release that was live before the reactivation, by that one's digest."""
        return self.path / f"{previous}.json"


@dataclass(frozen=True)
class ReleaseFolder(DescriptionFolder):
    """The folder of one release."""

    @property
    def manifest(self) -> Path:
        """The manifest, written last."""
        return self.path / MANIFEST

    @property
    def listing(self) -> Path:
        """The list of the files that the manifest does not list; none in a release that an earlier version made."""
        return self.path / _LISTING

    @cached_property  # for each response
    def canonical(self) -> Path:
        """All statements, canonical N-Quads; the digest of the release is that of this file."""
        return self.path / CANONICAL

    @property
    def store(self) -> Path:
        """The folder of the embedded store."""
        return self.path / "store"

    @property
    def changes(self) -> Path:
        """The difference to the release before."""
        return self.path / "changes.json"

    @property
    def chunks(self) -> Path:
        """Which lines stand where in the files for download; none in a release that an earlier version made."""
        return self.path / "chunks.json"

    @property
    def report(self) -> Path:
        """The report of the check."""
        return self.path / "report.json"

    @property
    def shapes(self) -> Path:
        """The shapes that the data were checked with, N-Triples; in an earlier release those of the catalogue too."""
        return self.path / "shapes.nt"

    @property
    def catalogue_shapes(self) -> Path:
        """The shapes that the catalogue was checked with."""
        return self.path / "catalogue-shapes.nt"

    @property
    def links(self) -> Path:
        """The external links of the release, with the last check before it."""
        return self.path / "links.json"

    @property
    def overview(self) -> Path:
        """Counts, and what the home page shows: the first of everything."""
        return self.lookups / "overview.json"

    @property
    def lists(self) -> Path:
        """The lists of things (SQLite, `lists/layout.py`); none in a release that an earlier version made."""
        return self.lookups / "lists.sqlite"

    @cached_property  # for each response
    def incoming(self) -> Path:
        """The links to everything that has a document: `<object> <predicate> <subject>`, sorted."""
        return self.lookups / "links.txt"

    @cached_property  # for each response
    def encoded(self) -> Path:
        """The subjects with percent-encoding in their IRI: that IRI decoded, a tab, and the IRI; sorted."""
        return self.lookups / "encoded.txt"

    @property
    def findings(self) -> Path:
        """The findings of the report, each as JSON."""
        return self.lookups / "findings.txt"

    def changed(self, kind: str) -> Path:
        """The things that were `added`, `removed` or `changed` since the release before, each as JSON."""
        return self.lookups / f"things-{kind}.txt"

    @property
    def external_links(self) -> Path:
        """The external links, each as JSON, by the outcome of the last check before the build."""
        return self.lookups / "external.txt"

    @property
    def linksets(self) -> Path:
        """The links to registries, each after the code of its registry; sorted."""
        return self.lookups / "linksets.txt"

    @property
    def linksets_summary(self) -> Path:
        """The registries that links lead to, and how many; none in a release that an earlier version made."""
        return self.lookups / "linksets.json"

    @property
    def search(self) -> Path:
        """The folder of the index of its words; none in a release that an earlier version made."""
        return self.lookups / "search"

    def dump(self, suffix: str) -> Path:
        """All statements in another format."""
        return self.path / f"data.{suffix}"

    def coded(self, name: str, coding: str) -> Path:
        """A file for download under a content coding, by its path in the folder; there is none of a small one."""
        return self.path / _CODED / f"{name}.{coding}"

    @property
    def graphs(self) -> Path:
        """The folder with a Turtle file for each named graph."""
        return self.path / "graphs"

    @property
    def datasets(self) -> Path:
        """The folder of the datasets that the publication's queries make."""
        return self.path / "datasets"

    @property
    def charts(self) -> Path:
        """The folder of the pictures, with their data; none in a release that an earlier version made."""
        return self.path / "charts"

    @property
    def answers(self) -> Path:
        """The folder of what the pages of queries show first; none in a small release."""
        return self.path / "answers"

    @property
    def tables(self) -> Path:
        """The folder of the tables and their Data Package."""
        return self.path / "tables"

    @property
    def reactivated(self) -> ReactivatedFolder:
        """The folder of its description after a reactivation."""
        return ReactivatedFolder(self.path.parent / "again" / self.path.name)

    def downloads(self) -> dict[str, Path]:
        """The files for download, by their path in the folder; the manifest lists them."""
        return {name: path for name, path in self._files().items() if not self._is_internal(name)}

    def internal(self) -> list[Path]:
        """The files that are not for download, but for manifest and listing: the difference, store and look-ups."""
        names = {MANIFEST, _LISTING}
        return [path for name, path in self._files().items() if self._is_internal(name) and name not in names]

    def _is_internal(self, name: str) -> bool:
        folders = self.store.name, self.lookups.name, _CODED, self.charts.name, self.answers.name
        own = name in {MANIFEST, _LISTING, self.changes.name, self.chunks.name}
        return own or name.startswith(tuple(f"{folder}/" for folder in folders))

    def _files(self) -> dict[str, Path]:
        files = {path.relative_to(self.path).as_posix(): path for path in self.path.rglob("*") if path.is_file()}
        return {name: files[name] for name in sorted(files)}


@dataclass(frozen=True)
class ReleasesFolder:
    """The folder of all releases of a publication."""

    path: Path

    @property
    def current(self) -> Path:
        """The link to the release that is served."""
        return self.path / "current"

    @property
    def live(self) -> str | None:
        """The digest of the release that is served; None before the first, and where the link names no release."""
        name = self.current.readlink().name if self.current.is_symlink() else ""
        return name if DIGEST.fullmatch(name) else None

    def switch(self, digest: str) -> None:
        """Point the link to another release, in one rename."""
        replace_link(self.current, digest)

    @property
    def next(self) -> Path:
        """The link to the release that waits to go live."""
        return self.path / "next"

    @property
    def waiting(self) -> str | None:
        """The digest of the release that was built, and goes live once the remote store has it; None if none waits."""
        return self.next.readlink().name if self.next.is_symlink() else None

    def wait(self, digest: str | None) -> None:
        """Let another release wait to go live, or none."""
        if digest:
            replace_link(self.next, digest)
        else:
            self.next.unlink(missing_ok=True)

    @property
    def lock(self) -> Path:
        """The file that a build locks."""
        return self.path / ".lock"

    @property
    def history(self) -> Path:
        """The list of switches."""
        return self.path / "history"

    @property
    def published(self) -> Path:
        """The list of all IRIs that were ever described."""
        return self.path / "published"

    @property
    def file_dates(self) -> Path:
        """The dates of the files of the live release."""
        return self.path / "since.json"

    @property
    def links(self) -> Path:
        """The last check of external links."""
        return self.path / "links.json"

    @property
    def checked(self) -> Path:
        """Which parts of the graph were checked before, with what outcome."""
        return self.path / "checked.json"

    @property
    def origins(self) -> Path:
        """Which statements of the last release come from rows, and which from which rule."""
        return self.path / "origins.json"

    @property
    def last_build(self) -> Path:
        """How the last build ended."""
        return self.path / "build.json"

    @property
    def supplied(self) -> Path:
        """What came with the software at the last build."""
        return self.path / "supplied.json"

    @property
    def stream(self) -> "StreamFolder":
        """The folder of the change stream."""
        return StreamFolder(self.path / "stream")

    def release(self, digest: str) -> ReleaseFolder:
        """The folder of a release."""
        return ReleaseFolder(self.path / digest)

    def all(self) -> list[ReleaseFolder]:
        """The folders of all releases, by digest."""
        paths = sorted(self.path.iterdir()) if self.path.is_dir() else []
        return [ReleaseFolder(path) for path in paths if DIGEST.fullmatch(path.name)]

    def removed(self, digest: str) -> Path:
        """The summary of a removed release."""
        return self.path / "removed" / f"{digest}.json"

    def proofs(self, digest: str) -> Path:
        """The states in which the files of a release were whole."""
        return self.path / "proven" / f"{digest}.json"

    def notes(self) -> list[Path]:
        """The files that spare the next build some work; without them it makes the same release."""
        return [self.checked, self.origins, self.last_build, self.supplied]

    @property
    def slots(self) -> "SlotsFolder":
        """The folder of the records of what the slots of a remote store hold."""
        return SlotsFolder(self.path / "slots")

    def building(self, name: str = "") -> Path:
        """A path that the next build removes if this one is killed; without a name, the prefix of such paths."""
        return self.path / f"{_BUILDING}{name}"

    def abandoned(self) -> Iterator[Path]:
        """The files and folders of killed builds; to be removed only under the lock."""
        beside = (self.stream.path, self.removed("").parent, self.proofs("").parent, self.slots.path)
        for folder in (self.path, *beside, *self.path.glob("again/*")):
            for path in folder.glob(f"{_BUILDING}*"):
                if not (path.name.startswith(f"{_BUILDING}{self.links.name}-") and _runs(path.name.rpartition("-")[2])):
                    yield path


@dataclass(frozen=True)
class StreamFolder:
    """The folder of the change stream."""

    path: Path

    @property
    def index(self) -> Path:
        """The list of pages, and how much of each counts."""
        return self.path / "index.json"

    def page(self, number: int) -> Path:
        """The members of a page, N-Quads."""
        return self.path / f"{number}.nq"


@dataclass(frozen=True)
class SlotsFolder:
    """The folder of the records of what the slots of a remote store hold."""

    path: Path

    def held(self, digest: str) -> Path:
        """Which slot holds a release; it is there as long as one does."""
        return self.path / f"{digest}.json"

    def filling(self, slot: str) -> Path:
        """How far a slot is filled, for the next push if this one is killed."""
        return self.path / f"{hashlib.sha256(slot.encode()).hexdigest()[:16]}.filling.json"

    @property
    def lock(self) -> Path:
        """The file that a push locks."""
        return self.path / ".lock"

    def all(self) -> list[Path]:
        """The records of the releases that slots hold."""
        paths = sorted(self.path.iterdir()) if self.path.is_dir() else []
        return [path for path in paths if path.suffix == ".json" and DIGEST.fullmatch(path.stem)]


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace the content of a file in one rename: readers get the old or the new one, even after a power failure."""
    with replacing(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)


def write_json(path: Path, content: object) -> None:
    """Write JSON, at once or not at all."""
    write_atomically(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Replace the content of a file when the block ends without an error; an error changes and leaves nothing."""
    new = _beside(path)
    try:
        with telling_place(path), new.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        try:
            new.replace(path)
        except IsADirectoryError as error:
            error.filename = str(path)  # which is the one that people know
            raise
    finally:
        new.unlink(missing_ok=True)
    sync(path.parent)


def replace_link(path: Path, target: str) -> None:
    """Point a symbolic link to another target, in one rename."""
    new = _beside(path)
    new.unlink(missing_ok=True)
    try:
        new.symlink_to(target)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    sync(path.parent)


def exchange(one: Path, other: Path) -> None:
    """Let two folders take each other's place; at once where the system can (renameat2(2), Linux)."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    names = os.fsencode(one.absolute()), os.fsencode(other.absolute())
    if not other.exists() or rename is None or rename(_HERE, names[0], _HERE, names[1], _EXCHANGE):
        aside = one.with_name(f"{_BUILDING}{other.name}-{os.getpid()}")
        if other.exists():
            other.rename(aside)
        one.rename(other)
        if aside.exists():
            aside.rename(one)
    sync(other.parent)


def _beside(path: Path) -> Path:
    """A path for what is about to take the place of a file."""
    return path.with_name(f"{_BUILDING}{path.name}-{os.getpid()}")


def _runs(process: str) -> bool:
    """Whether a process runs: `atmpgraph links` needs no lock."""
    try:
        os.kill(int(process), 0)
    except (OSError, ValueError):
        return False
    return True


def sync(path: Path) -> None:
    """Flush a file or folder to the disk, so that a later rename never shows half of it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
