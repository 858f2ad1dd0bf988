"""An opened release: what is served. Immutable, read-only, safe to share between threads.

Documents come from the canonical file, which holds every literal as it was published; a subject's quads stand
together there because the file is sorted, so a binary search finds them. Queries go to the store.
"""

import hashlib
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyoxigraph as ox

from ..errors import ReleaseError
from ..rdf.sorted_lines import SortedLines
from ..store import Store, memory_store, open_store

CANONICAL = "data.nq"
MANIFEST = "manifest.json"
STORE = "store"
CATALOGUE = "catalogue.nq"
CHANGES = "changes.json"  # against the release before; not there in the first one
REACTIVATED = "again"  # beside the releases: what is told of each that came back
_ENCODED = re.compile(rb"^<([^<> %\n]*%[^<> \n]*)> ", re.MULTILINE)


@dataclass(frozen=True)
class Release:
    """One release, opened.

    Attributes:
        path: the folder of the release.
        base: the base IRI of the publication at that release.
        again: where what is told of it stands since it came back; None for what it told when it was made.
        state: of its files when it was opened, for a release that was removed may be made again under its name.
    """

    path: Path
    base: str
    again: Path | None = None
    state: tuple[int, ...] = ()

    @property
    def description_folder(self) -> Path:
        """The folder of what is told of the release: its catalogue and its dates."""
        return self.again or self.path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Digest, date, counts and files of the release, as written at build."""
        manifest: dict[str, Any] = json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))
        return manifest

    @cached_property
    def manifest_digest(self) -> str:
        """SHA-256 of the manifest itself, in hexadecimal."""
        return hashlib.sha256((self.path / MANIFEST).read_bytes()).hexdigest()

    @cached_property
    def identity(self) -> str:
        """What everything that is served of the release follows from, in hexadecimal."""
        anew = (self.again / CATALOGUE).read_bytes() if self.again else b""
        return hashlib.sha256(self.manifest_digest.encode() + anew).hexdigest()

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical N-Quads, in hexadecimal: the identity of the release."""
        return str(self.manifest["digest"])

    @cached_property
    def store(self) -> Store:
        """The store of the release, opened read-only."""
        return open_store(self.path / STORE, self.base)

    @cached_property
    def _canonical(self) -> SortedLines:
        return SortedLines(self.path / CANONICAL)

    @cached_property
    def _catalogue(self) -> SortedLines:
        return SortedLines(self.description_folder / CATALOGUE)

    @cached_property
    def catalogue_store(self) -> Store:
        """The catalogue of the release, in memory."""
        return memory_store((self.description_folder / CATALOGUE).read_bytes().splitlines(keepends=True), self.base)

    def graph(self, name: str) -> list[ox.Quad]:
        """What the catalogue file states in the graph `name`, relative to the base."""
        graph = ox.NamedNode(self.base + name)
        quads = ox.parse(path=str(self.description_folder / CATALOGUE), format=ox.RdfFormat.N_QUADS)
        return [quad for quad in quads if quad.graph_name == graph]

    def in_catalogue(self, iri: str) -> bool:
        """Whether the catalogue describes a thing."""
        return bool(self._catalogue.starting(f"<{iri}> ".encode()))

    def stores(self, iri: str) -> tuple[Store, ...]:
        """Where to ask about a thing: the data and, when the catalogue describes it, that."""
        return (self.store, self.catalogue_store) if self.in_catalogue(iri) else (self.store,)

    def lines(self, iri: str) -> list[bytes]:
        """The N-Quads lines whose subject is `iri`, sorted, without their line ends: of the data, of the catalogue."""
        start = f"<{iri}> ".encode()
        return sorted({*self._canonical.starting(start), *self._catalogue.starting(start)})

    @cached_property
    def encoded(self) -> dict[str, list[str]]:
        """The subjects with percent-encoding in their IRI, by that IRI decoded, as servers decode paths."""
        found: dict[str, list[str]] = defaultdict(list)
        for match in self._canonical.matching(_ENCODED):
            iri = match[1].decode()
            if iri not in found[unquote(iri)]:
                found[unquote(iri)].append(iri)
        return dict(found)

    def quads(self, iri: str) -> list[ox.Quad]:
        """What the release states about `iri`: its quads, each in the graph of its source, as published."""
        return list(ox.parse(b"\n".join(self.lines(iri)), format=ox.RdfFormat.N_QUADS))


def description_folder(folder: Path) -> Path:
    """Where what is told of a release stands while it is live: beside it when it came back, else in its folder."""
    again = folder.parent / REACTIVATED / folder.name
    return again if (again / CATALOGUE).is_file() else folder


def open_at(folder: Path, base: str, *, live: bool = False) -> Release:
    """The release in a folder, as it is there now.

    Args:
        folder: of the release.
        base: of the publication.
        live: it is the current one.

    Raises:
        FileNotFoundError: there is none.
    """
    again = description_folder(folder) if live and description_folder(folder) != folder else None
    files = [(folder / MANIFEST).stat(), *([(again / CATALOGUE).stat()] if again else [])]
    return Release(folder, base, again, tuple(n for file in files for n in (file.st_ino, file.st_mtime_ns)))


def open_release(releases: Path, release: str, base: str) -> Release:
    """Open a release by its digest or unambiguous start of it, or `current`.

    Raises:
        ReleaseError: there is no such release, or it was made with another base.
    """
    if release == "current":
        found = [releases / release] if (releases / release).is_dir() else []
    else:
        digits = release if re.fullmatch(r"[0-9a-f]{1,64}", release) else "no digest"
        found = sorted(path for path in releases.glob(f"{digits}*") if re.fullmatch(r"[0-9a-f]{64}", path.name))
    if len(found) == 1:
        opened = open_at(found[0].resolve(), base, live=release == "current")
        if opened.manifest["base"] != base:
            wrong = f"it was made with the base {opened.manifest['base']}, and the setting is {base}"
            raise ReleaseError(f"{found[0]}: {wrong}; build again, or set the base back")
        return opened
    problem = "there is no such release" if len(found) < 2 else f"{len(found)} releases start like that"
    raise ReleaseError(
        f"{releases / release}: {problem}; 'atmpgraph build' makes one, named by its 64 hexadecimal digits"
    )
