"""A release, opened for reading. Immutable, safe to share between threads.

Documents come from the canonical file, which has every literal as published. It is sorted, so the quads of a subject
are neighbours, and a binary search locates them. Queries go to the store.
"""

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph as ox

from ..errors import ReleaseError
from ..rdf.sorted_lines import SortedLines
from ..store import BACKENDS, EMBEDDED, Store, StoreAddress, memory_store
from .layout import DescriptionFolder, ReleaseFolder, ReleasesFolder
from .manifest import Manifest, read_manifest

_ENCODED = re.compile(rb"^<([^<> %\n]*%[^<> \n]*)> ", re.MULTILINE)


@dataclass(frozen=True)
class Release:
    """One release, opened.

    Attributes:
        path: the folder of the release.
        base: the base IRI of the publication at that release.
        reactivated: the folder of its description after a reactivation; None for the description in its own folder.
        state: inodes and times of its files, since a removed release may be built a second time under its digest.
    """

    path: Path
    base: str
    reactivated: DescriptionFolder | None = None
    state: tuple[int, ...] = ()

    @property
    def folder(self) -> ReleaseFolder:
        """The files of the release."""
        return ReleaseFolder(self.path)

    @property
    def description(self) -> DescriptionFolder:
        """The files that describe the release: its catalogue and its dates."""
        return self.reactivated or self.folder

    @cached_property
    def manifest(self) -> Manifest:
        """Digest, date, counts and files of the release, as written at build."""
        return read_manifest(self.folder.manifest)

    @cached_property
    def manifest_digest(self) -> str:
        """SHA-256 of the manifest itself, in hexadecimal."""
        return hashlib.sha256(self.folder.manifest.read_bytes()).hexdigest()

    @cached_property
    def identity(self) -> str:
        """The hash of all that responses about the release depend on, in hexadecimal."""
        description = self.reactivated.catalogue.read_bytes() if self.reactivated else b""
        return hashlib.sha256(self.manifest_digest.encode() + description).hexdigest()

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical N-Quads, in hexadecimal: the identity of the release."""
        return self.manifest.digest

    @property
    def store_address(self) -> StoreAddress:
        """The address of its store."""
        return StoreAddress(EMBEDDED.kind, str(self.folder.store), self.digest)

    @cached_property
    def store(self) -> Store:
        """The store of the release, opened read-only."""
        return BACKENDS[self.store_address.kind].open(self.store_address, self.base)

    @cached_property
    def _canonical(self) -> SortedLines:
        return SortedLines(self.folder.canonical)

    @cached_property
    def _catalogue(self) -> SortedLines:
        return SortedLines(self.description.catalogue)

    @cached_property
    def catalogue_store(self) -> Store:
        """The catalogue of the release, in memory."""
        return memory_store(self.description.catalogue.read_bytes().splitlines(keepends=True), self.base)

    def graph(self, name: str) -> list[ox.Quad]:
        """The quads of the catalogue file in the graph `name`, relative to the base."""
        graph = ox.NamedNode(self.base + name)
        quads = ox.parse(path=str(self.description.catalogue), format=ox.RdfFormat.N_QUADS)
        return [quad for quad in quads if quad.graph_name == graph]

    def in_catalogue(self, iri: str) -> bool:
        """Whether the catalogue describes a thing."""
        return bool(self._catalogue.starting(f"<{iri}> ".encode()))

    def stores(self, iri: str) -> tuple[Store, ...]:
        """The stores that describe a thing: the data and, when it is in the catalogue, that."""
        return (self.store, self.catalogue_store) if self.in_catalogue(iri) else (self.store,)

    def lines(self, iri: str) -> list[bytes]:
        """The N-Quads lines whose subject is `iri`, sorted, without their line ends: of the data, of the catalogue."""
        start = f"<{iri}> ".encode()
        return sorted({*self._canonical.starting(start), *self._catalogue.starting(start)})

    @cached_property
    def encoded(self) -> dict[str, list[str]]:
        """The subjects with percent-encoding in their IRI, by that IRI decoded, as servers decode paths."""
        subjects: dict[str, list[str]] = defaultdict(list)
        for match in self._canonical.matching(_ENCODED):
            iri = match[1].decode()
            if iri not in subjects[unquote(iri)]:
                subjects[unquote(iri)].append(iri)
        return dict(subjects)

    def quads(self, iri: str) -> list[ox.Quad]:
        """The quads about `iri`, each in the graph of its source, as published."""
        return list(ox.parse(b"\n".join(self.lines(iri)), format=ox.RdfFormat.N_QUADS))


def open_at(path: Path, base: str, *, live: bool = False) -> Release:
    """Open the release in a folder, as it is there now.

    Args:
        path: the folder of the release.
        base: of the publication.
        live: whether it is the current one, whose reactivation counts.

    Raises:
        FileNotFoundError: there is none.
    """
    folder = ReleaseFolder(path)
    reactivated = folder.reactivated if live and folder.live_description != folder else None
    files = [folder.manifest.stat(), *([reactivated.catalogue.stat()] if reactivated else [])]
    return Release(path, base, reactivated, tuple(n for file in files for n in (file.st_ino, file.st_mtime_ns)))


def open_release(releases: Path, name: str, base: str) -> Release:
    """Open a release by its digest or unambiguous start of it, or `current`.

    Raises:
        ReleaseError: there is no such release, or it was made with another base.
    """
    current = ReleasesFolder(releases).current
    live = name == current.name
    if live:
        folders = [current] if current.is_dir() else []
    else:
        digits = name if re.fullmatch(r"[0-9a-f]{1,64}", name) else "no digest"
        folders = sorted(path for path in releases.glob(f"{digits}*") if re.fullmatch(r"[0-9a-f]{64}", path.name))
    if len(folders) == 1:
        release = open_at(folders[0].resolve(), base, live=live)
        if release.manifest.base != base:
            wrong = f"it was made with the base {release.manifest.base}, and the setting is {base}"
            raise ReleaseError(f"{folders[0]}: {wrong}; build again, or set the base back")
        return release
    problem = "there is no such release" if len(folders) < 2 else f"{len(folders)} releases start like that"
    raise ReleaseError(f"{releases / name}: {problem}; 'atmpgraph build' makes one, named by its 64 hexadecimal digits")
