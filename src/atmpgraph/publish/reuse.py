"""What a build takes over from another release: parts of its documents, and whole files.

A release notes which chunk of lines stands where in which of its documents. A chunk with the same lines has the same
body, so it is copied; a document of the same chunks is the same file, and is linked. Nobody ever writes into a file of
a release: what is mended is written anew and renamed, so a file in two releases stays the same in both.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Final, Self

from ..code_cache import code_digest
from ..errors import DamagedError, QueryError, ReleaseError
from ..formats import N_TRIPLES
from ..rdf.canonical import file_changes
from ..rdf.chunks import Chunk
from ..release.integrity import linking, prove
from ..release.layout import ReleaseFolder, write_json
from ..release.listing import made_by, read_listing
from ..release.manifest import File, read_manifest
from ..sparql.syntax.matching import matching
from ..sparql.syntax.taking_part import places
from ..store import EMBEDDED, StoreAddress
from ..store.changes import Changes
from .bodies import RECIPE

_FEW_CHANGES: Final = 10_000  # statements; with more of them something has changed everywhere
MOST_CHANGES: Final = 150_000  # statements; from there on a new store takes no longer
_NO_FILES: Final[Mapping[str, File]] = {}


@dataclass(frozen=True)
class Piece:
    """Where a body stands.

    Attributes:
        digest: of the lines.
        path: of the document.
        offset, length: in bytes.
    """

    digest: str
    path: Path
    offset: int
    length: int

    def read(self) -> bytes:
        """The body."""
        with self.path.open("rb", buffering=0) as file:
            return os.pread(file.fileno(), self.length, self.offset)


@dataclass
class Notes:
    """What stands where in a release.

    Attributes:
        used: the prefixes that are used in a chunk, by its digest.
        documents: the pieces of each document, by its path in the folder.
    """

    used: dict[str, tuple[str, ...]] = field(default_factory=dict)
    documents: dict[str, list[Piece]] = field(default_factory=dict)

    def write(self, folder: ReleaseFolder, prefixes: Mapping[str, str]) -> None:
        """Write them into the folder of the release."""
        documents = {
            name: [[piece.digest, piece.offset, piece.length] for piece in pieces]
            for name, pieces in sorted(self.documents.items())
        }
        write_json(folder.chunks, {"recipe": _recipe(prefixes), "used": self.used, "documents": documents})


def _recipe(prefixes: Mapping[str, str]) -> str:
    return hashlib.sha256(f"{RECIPE}\n{json.dumps(prefixes, sort_keys=True)}".encode()).hexdigest()


class Earlier:
    """What an earlier release offers; without one, nothing."""

    def __init__(self, folder: ReleaseFolder | None, prefixes: Mapping[str, str]) -> None:
        """Read its notes, and make sure that what they name is whole.

        Args:
            folder: of the release.
            prefixes: of the documents; those with others offer nothing.
        """
        self._folder, self._files = folder, _NO_FILES
        self.notes = Notes()
        if folder is None:
            self.pieces: dict[tuple[str, str], Piece] = {}
            return
        with suppress(FileNotFoundError, ReleaseError):
            self._files = read_manifest(folder.manifest).files
        with suppress(FileNotFoundError, ReleaseError, KeyError, TypeError, ValueError):
            self._read(folder, prefixes)
        self.pieces = {
            (piece.digest, name.rpartition(".")[2]): piece
            for name, pieces in self.notes.documents.items()
            for piece in pieces
        }

    def _read(self, folder: ReleaseFolder, prefixes: Mapping[str, str]) -> None:
        prove(folder.chunks, read_listing(folder.listing)[folder.chunks])
        content = json.loads(folder.chunks.read_bytes())
        if content["recipe"] != _recipe(prefixes):
            return
        documents = {
            name: [Piece(digest, folder.path / name, offset, length) for digest, offset, length in pieces]
            for name, pieces in content["documents"].items()
            if self._whole(name)
        }
        self.notes = Notes({digest: tuple(used) for digest, used in content["used"].items()}, documents)

    def _whole(self, name: str) -> bool:
        if self._folder is None or name not in self._files:
            return False
        try:
            prove(self._folder.path / name, self._files[name])
        except DamagedError:
            return False
        return True

    def has(self, digest: str) -> bool:
        """Whether it has a chunk with this digest of its lines."""
        return digest in self.notes.used

    def document(self, name: str, chunks: Sequence[Chunk]) -> list[Piece]:
        """The pieces of a document, if it is made of these chunks; else none."""
        pieces = self.notes.documents.get(name, [])
        return pieces if [piece.digest for piece in pieces] == [chunk.digest for chunk in chunks] else []

    def take(self, name: str, path: Path, source: Path) -> None:
        """Write a file as a link to the one of the same name and content, or as a copy of `source`.

        Args:
            name: its path in the folder of a release.
            path: where to write it.
            source: a file with its content.
        """
        if self._folder is not None and self._whole(name):
            with source.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if digest == self._files[name].sha256 and link(self._folder.path / name, path):
                return
        shutil.copyfile(source, path)


def link(file: Path, path: Path) -> bool:
    """Give a file another name, where the file system can."""
    try:
        with linking(file):
            path.hardlink_to(file)
    except (OSError, DamagedError):
        return False
    return True


@dataclass(frozen=True)
class Unchanged:
    """The release before, and the statements that came or went since; what is made from others is taken over.

    Attributes:
        previous: the release before, made by the same code.
        folder: the new release.
        gone, come: the statements.
        is_whole: whether the store of the release before is what it was.
    """

    previous: ReleaseFolder
    folder: ReleaseFolder
    gone: Sequence[bytes]
    come: Sequence[bytes]
    is_whole: bool

    @property
    def lines(self) -> Iterator[bytes]:
        """All statements."""
        return chain(self.gone, self.come)

    @classmethod
    def since(cls, previous: ReleaseFolder | None, folder: ReleaseFolder, languages: Sequence[str]) -> Self | None:
        """What has changed; None where all is made anew."""
        with suppress(FileNotFoundError, ReleaseError):
            manifest = read_manifest(previous.manifest) if previous else None
            if previous and manifest and ([*manifest.languages], made_by(previous)) == ([*languages], code_digest()):
                changes = file_changes(previous.canonical, folder.canonical, _FEW_CHANGES)
                return cls(previous, folder, *changes, has_whole_store(previous)) if changes else None
        return None

    def gives_the_same(self, query: str, base: str) -> bool:
        """Whether a query has the same solutions in both releases, as far as its patterns tell."""
        taking_part = places(query, base)
        if taking_part is None or not self.is_whole:
            patterns = [(None, None, None)] if taking_part is None else [each.pattern for each in taking_part]
            return next(matching(self.lines, patterns), None) is None
        with suppress(QueryError, ReleaseError):
            return not self.changes(base).concern(taking_part)
        return False

    @property
    def store_before(self) -> StoreAddress:
        """The store of the release before."""
        return _address(self.previous)

    def changes(self, base: str) -> Changes:
        """The statements, with both stores."""
        if base not in self._changes:
            before, after = (EMBEDDED.open(_address(each), base) for each in (self.previous, self.folder))
            self._changes[base] = Changes(before, after, self.gone, self.come)
        return self._changes[base]

    @cached_property
    def _changes(self) -> dict[str, Changes]:
        return {}

    def __getstate__(self) -> dict[str, object]:
        """All but the stores, which each process opens."""
        return {name: value for name, value in vars(self).items() if name != "_changes"}

    def touched(self, base: str) -> Callable[[str, str], frozenset[str] | None] | None:
        """What tells the IRIs of a variable of a query in solutions that came or went; None where nothing can."""
        if not self.is_whole:
            return None

        def touched(query: str, variable: str) -> frozenset[str] | None:
            with suppress(QueryError, ReleaseError):
                return self.changes(base).touched(places(query, base), variable)
            return None

        return touched

    def whole(self, path: Path) -> Path | None:
        """A file or a folder of files of the release before, by its path in the new one, if it is whole."""
        theirs = self._theirs(path)
        return theirs if self._proven(theirs) else None

    def take(self, path: Path, queries: Iterable[str], base: str) -> bool:
        """Link a file of the new release, or a folder of files, to that of the one before, if its queries allow.

        Args:
            path: in the new release.
            queries: by which it is made from the statements, and from nothing else.
            base: of the publication.
        """
        if not all(self.gives_the_same(query, base) for query in queries):
            return False
        theirs = self._theirs(path)
        files = self._proven(theirs)
        if theirs not in files and files:
            path.mkdir()
        return bool(files) and all(link(each, path / each.relative_to(theirs)) for each in files)

    def _theirs(self, path: Path) -> Path:
        return self.previous.path / path.relative_to(self.folder.path)

    def _proven(self, theirs: Path) -> list[Path]:
        """A file, or the files of a folder, that are all whole; none where they are not."""
        try:
            listed = read_listing(self.previous.listing).items()
            files = {each: file for each, file in listed if theirs in (each, each.parent)}
            for each, file in files.items():
                prove(each, file)
        except DamagedError:
            return []
        return list(files)


def _address(folder: ReleaseFolder) -> StoreAddress:
    return StoreAddress(EMBEDDED.kind, str(folder.store), folder.path.name)


def prove_store(folder: ReleaseFolder, live: ReleaseFolder | None, digest: str) -> bool:
    """Prove the store of a release that has all its dumps; one that was changed wrongly is loaded anew.

    Args:
        folder: of the release.
        live: the release that the store may be a changed copy of.
        digest: of the canonical file.

    Returns:
        Whether it was loaded anew: what was read from it before may be wrong.

    Raises:
        ReleaseError: it does not give back the statements.
    """
    address = StoreAddress(EMBEDDED.kind, str(folder.store), digest)
    if not live or not _is_copied(folder, live):
        EMBEDDED.verify(address)
        return False
    changes = file_changes(live.canonical, folder.canonical, 2 * MOST_CHANGES)
    statements = _lines(folder.canonical) + _lines(folder.dump(N_TRIPLES.suffix))
    with suppress(RuntimeError, OSError):
        if changes and EMBEDDED.has_changed(address, *changes, statements):
            return False
    shutil.rmtree(folder.store)
    EMBEDDED.verify(EMBEDDED.load(folder.canonical, folder.store, digest))
    return True


def _is_copied(folder: ReleaseFolder, live: ReleaseFolder) -> bool:
    """Whether a store has files of the whole store of the live release."""
    theirs = {file.stat().st_ino for file in live.store.glob("*.sst")} if has_whole_store(live) else set()
    return any(file.stat().st_ino in theirs for file in folder.store.glob("*.sst"))


def _lines(path: Path) -> int:
    with path.open("rb", buffering=0) as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b""))


def has_whole_store(release: ReleaseFolder) -> bool:
    """Whether every file of the store of a release is what it was."""
    try:
        listed = {path: file for path, file in read_listing(release.listing).items() if path.parent == release.store}
        for path, file in listed.items():
            prove(path, file)
    except DamagedError:
        return False
    return bool(listed)
