"""A release, opened for reading. Immutable, safe to share between threads.

Documents come from the canonical file, which has every literal as published. It is sorted, so the quads of a subject
are neighbours, and a binary search locates them. Queries go to the store.

No file is read that is not whole: `whole` gives the path of one that is.
"""

import hashlib
import json
import os
import re
import stat
import threading
import time
from collections import ChainMap, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar, cast
from urllib.parse import unquote

import pyoxigraph as ox
from cachetools import LRUCache

from ..errors import DamagedError, OtherBaseError, ReleaseError, RemovedError, StoreError
from ..i18n import message
from ..rdf.numbered_lines import NumberedLines, index_of
from ..rdf.sorted_lines import CutFileError, SortedLines
from ..store import BACKENDS, EMBEDDED, RemoteSettings, Store, StoreAddress, memory_store
from .integrity import State, difference_in_size, is_settled, prove, state_of_file
from .layout import MANIFEST, SEALED, DescriptionFolder, ReactivatedFolder, ReleaseFolder, ReleasesFolder
from .listing import FilesIn, live_description, read_listing
from .manifest import File, Manifest, parse_manifest, read_manifest
from .proofs import Proofs, noted_proofs, noted_state
from .sealed import content_of
from .slots import record_of, slot_of

# A subject with percent-encoding.
ENCODED = re.compile(rb"<([^<> %\n]*%[^<> \n]*)> ")

T = TypeVar("T")
_STORE_SECONDS: Final = 0.2  # between two looks at the files of the store
_RECENT_BYTES: Final = 1 << 19  # lines of a release that were read last
_OVERHEAD: Final = 500  # bytes of an entry beside its lines
_LISTS: Final = 12  # of numbered lines, whose searches stay in memory


@dataclass(frozen=True)
class Release:
    """One release, opened.

    Attributes:
        path: the folder of the release.
        base: the base IRI of the publication at that release.
        reactivated: the folder of its description after a reactivation; None for the description in its own folder.
        state: inodes and times of its files, since a removed release may be built a second time under its digest.
        remote: the engine that answers its queries; None for the embedded store.
    """

    path: Path
    base: str
    reactivated: ReactivatedFolder | None = None
    state: tuple[int, ...] = ()
    remote: RemoteSettings | None = None

    @cached_property
    def folder(self) -> ReleaseFolder:
        """The files of the release."""
        return ReleaseFolder(self.path)

    @property
    def description(self) -> DescriptionFolder:
        """The files that describe the release: its catalogue and its dates."""
        return self.reactivated or self.folder

    @cached_property
    def manifest_text(self) -> bytes:
        """The manifest as it was when the release was opened."""
        try:
            return content_of(self.folder.manifest)
        except FileNotFoundError:
            raise DamagedError(self.folder.manifest, "missing") from None

    @cached_property
    def manifest(self) -> Manifest:
        """Digest, date, counts and files of the release, as written at build.

        Raises:
            ReleaseError: it is damaged, or a later version wrote it.
        """
        return parse_manifest(self.folder.manifest, self.manifest_text)

    @cached_property
    def table_titles(self) -> Mapping[str, str]:
        """What the Data Package calls each table, by its file, in English."""
        file = self.whole(self.folder.tables / "datapackage.json")
        resources = json.loads(file.read_bytes())["resources"] if file in self.files else ()
        return {resource["path"]: resource["title"] for resource in resources if resource.get("title")}

    def table(self, name: str) -> Path | None:
        """The file of a table, which is served by its name; None where no table has it, as a chart's own file."""
        file = self.folder.tables / name
        return file if name.endswith(".csv") and file in self.files else None

    @cached_property
    def manifest_digest(self) -> str:
        """SHA-256 of the manifest itself, in hexadecimal."""
        return hashlib.sha256(self.manifest_text).hexdigest()

    @cached_property
    def files(self) -> Mapping[Path, File]:
        """All files that answers are made from, as they were written; the manifest itself apart."""
        return ChainMap(*self._listings)  # type: ignore[arg-type]  # nobody writes to it

    @cached_property
    def _listings(self) -> Sequence[FilesIn]:
        """They, as they are listed: what is not for download before the others; each file as the first has it."""
        return *self._internal, FilesIn(self.path, self.manifest.files)

    @cached_property
    def _internal(self) -> Sequence[FilesIn]:
        """Those that are not for download, and the description of a reactivated release."""
        listing = self.reactivated.listing if self.reactivated else None
        earlier = [read_listing(listing)] if listing and listing.exists() else []
        return *earlier, *([read_listing(self.folder.listing)] if self.manifest.format >= SEALED else [])

    def _internal_in(self, folder: Path) -> list[Path]:
        """Those in a folder that are not for download."""
        start = f"{folder.as_posix()}/"
        texts = dict.fromkeys(text for files in self._internal for text, _ in files.texts() if text.startswith(start))
        return [Path(text) for text in texts if "/" not in text[len(start) :]]

    def whole(self, path: Path) -> Path:
        """The path of a file of the release, which is whole; one that an earlier version did not list may be absent.

        Raises:
            DamagedError: it is not.
        """
        if path in self.files:
            self._proven(path)
        return path

    def coded(self, name: str, coding: str) -> Path | None:
        """A file for download under a content coding; None where there is none, or it is not whole.

        Raises:
            RemovedError: the release was removed meanwhile.
        """
        path = self.folder.coded(name, coding)
        try:
            return self.whole(path) if path in self.files else None
        except DamagedError:
            return None

    def _proven(self, path: Path) -> State:
        """The state of a whole file.

        Raises:
            RemovedError: the release was removed meanwhile.
            DamagedError: it is not whole.
        """
        try:
            state = state_of_file(path)
            if (before := self._states.get(path)) == state:  # as nearly always: a response asks some fifty times
                return state
            file = self.files.get(path)
            noted = noted_state(self._noted, self.path, path, file) if file and before is None else None
            if file and noted != state:
                state = prove(path, file)
        except DamagedError:
            if not self.path.is_dir():
                raise RemovedError(self.path) from None
            raise
        if is_settled(state):
            self._states[path] = state
        return state

    @cached_property
    def _states(self) -> dict[Path, State]:
        """The states in which files are whole, at first that of a build; a file in any other is proven again."""
        return {}

    @cached_property
    def _noted(self) -> Proofs:
        return noted_proofs(self.path)

    def prove(self) -> None:
        """Make sure that each file is whole.

        Raises:
            DamagedError: one is not.
        """
        prove(self.folder.manifest, File(len(self.manifest_text), self.manifest_digest))
        if self.manifest.format >= SEALED:
            read_listing(self.folder.listing)
        if self.reactivated and live_description(self.folder) != self.reactivated:
            raise DamagedError(self.reactivated.listing, "missing")
        for path in self.files:
            self.whole(path)

    def check(self) -> None:
        """Make sure that each file is there and has its size, and that the name of the folder is the digest.

        Raises:
            DamagedError: one does not.
        """
        canonical = self.files.get(self.folder.canonical)
        if not self.path.name == self.manifest.digest == (canonical.sha256 if canonical else self.path.name):
            raise DamagedError(self.folder.manifest, "of another release")
        sizes = dict[str, int]()
        for files in reversed(self._listings):
            sizes |= {text: file.bytes for text, file in files.texts()}
        for text, size in sizes.items():
            if not _has_size(text, size) and (reason := difference_in_size(path := Path(text), self.files[path])):
                raise DamagedError(path, reason)

    @cached_property
    def identity(self) -> str:
        """The hash of all that responses about the release depend on, in hexadecimal."""
        description = self.whole(self.reactivated.catalogue).read_bytes() if self.reactivated else b""
        return hashlib.sha256(self.manifest_digest.encode() + description).hexdigest()

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical N-Quads, in hexadecimal: the identity of the release."""
        return self.manifest.digest

    @property
    def store_address(self) -> StoreAddress:
        """The address of its store. Its files are looked at some times a second: the engine compares checksums itself.

        Raises:
            DamagedError: a file of the store is not whole.
            StoreError: no slot of the remote store holds the release.
        """
        if self.remote:
            return self._slot()
        now = time.monotonic()
        if not self._looks or now - self._looks[0][0] > _STORE_SECONDS:
            states = tuple(map(self._proven, self._store_files))
            state = f"{hash(states):x}" if states else ""
            self._looks[:] = [(now, StoreAddress(EMBEDDED.kind, str(self.folder.store), self.digest, state))]
        return self._looks[0][1]

    def _slot(self) -> StoreAddress:
        """The slot that holds the release; its record is looked at each time."""
        with suppress(DamagedError):
            if address := self._slot_by_state(state_of_file(self._record)):
                return address
        nowhere = message("no slot holds the release {digest}; 'atmpgraph push' loads it")
        raise StoreError("elsewhere", nowhere, digest=self.digest[:12])

    @cached_property
    def _record(self) -> Path:
        """The record of the slot that holds it; to put its path together takes longer than to look at it."""
        return record_of(self.path.parent, self.digest)

    @cached_property
    def _slot_by_state(self) -> Callable[[State], StoreAddress | None]:
        """Reads the record of the slot again when it is another one."""

        def read(_: State) -> StoreAddress | None:
            held = slot_of(self.path.parent, self.digest)
            return self.remote.address(held.slot, self._record, self.digest) if self.remote and held else None

        return lru_cache(1)(read)

    @property
    def store_identity(self) -> str:
        """What an engine gives back of the release, on which answers of its store depend; empty without one."""
        if self.remote:
            with suppress(DamagedError):
                return self._returned_by_state(state_of_file(self._record))
        return ""

    @cached_property
    def _returned_by_state(self) -> Callable[[State], str]:
        """Reads the record of the slot again when it is another one."""

        def read(_: State) -> str:
            held = slot_of(self.path.parent, self.digest)
            return held.returned if held else ""

        return lru_cache(1)(read)

    @cached_property
    def _looks(self) -> list[tuple[float, StoreAddress]]:
        """The last look at the files of the store: when, and the address then."""
        return []

    @cached_property
    def _store_files(self) -> list[Path]:
        return self._internal_in(self.folder.store)

    @property
    def store(self) -> Store:
        """The store of the release, opened read-only.

        Raises:
            DamagedError: a file of the store is not whole.
        """
        return self._open_store(self.store_address)

    @cached_property
    def _open_store(self) -> Callable[[StoreAddress], Store]:
        """Opens the store again when its files are others."""
        return lru_cache(1)(lambda address: BACKENDS[address.kind].open(address, self.base))

    @cached_property
    def _open_lines(self) -> Callable[[Path, State], SortedLines]:
        """Opens a file again when it is another one."""
        return lru_cache(2)(lambda path, _: SortedLines.open(path))

    def state_of(self, folder: Path) -> str:
        """The state of the files in a folder of the release, all of which are whole; empty where none is listed.

        Raises:
            DamagedError: one of them is not whole.
        """
        states = tuple(map(self._proven, self._internal_in(folder)))
        return f"{hash(states):x}" if states else ""

    @property
    def catalogue_store(self) -> Store:
        """The catalogue of the release: its store, or in memory for a release that an earlier version made.

        Raises:
            DamagedError: a file of it is not whole.
        """
        if not self._catalogue_files:
            return self._catalogue_in_memory
        states = tuple(map(self._proven, self._catalogue_files))
        folder = str(self.description.catalogue_store)
        return self._open_catalogue(StoreAddress(EMBEDDED.kind, folder, self.digest, f"{hash(states):x}"))

    @cached_property
    def _catalogue_files(self) -> list[Path]:
        return self._internal_in(self.description.catalogue_store)

    @cached_property
    def _open_catalogue(self) -> Callable[[StoreAddress], Store]:
        return lru_cache(1)(lambda address: EMBEDDED.open(address, self.base))

    @cached_property
    def _catalogue_in_memory(self) -> Store:
        lines = self.whole(self.description.catalogue).read_bytes().splitlines(keepends=True)
        return memory_store(lines, self.base)

    def numbered(self, path: Path) -> NumberedLines | None:
        """A list that pages look up; None in a release that an earlier version made without it.

        Raises:
            DamagedError: it is not whole.
        """
        if path not in self.files:
            return None
        return self._numbered(path, self._proven(index_of(path)), self._proven(path))

    @cached_property
    def _numbered(self) -> Callable[[Path, State, State], NumberedLines]:
        """What searches of a list have read; anew when it is another one."""
        return lru_cache(_LISTS)(lambda path, _, __: NumberedLines(path))

    @cached_property
    def overview(self) -> dict[str, Any] | None:
        """Counts and the first of everything, as a build wrote them; None as for `numbered`.

        Raises:
            DamagedError: the file is not whole.
        """
        path = self.folder.overview
        return json.loads(self.whole(path).read_bytes()) if path in self.files else None

    def graph(self, name: str) -> list[ox.Quad]:
        """The quads of the catalogue file in the graph `name`, relative to the base."""
        graph = ox.NamedNode(self.base + name)
        quads = ox.parse(path=str(self.whole(self.description.catalogue)), format=ox.RdfFormat.N_QUADS)
        return [quad for quad in quads if quad.graph_name == graph]

    def in_catalogue(self, iri: str) -> bool:
        """Whether the catalogue describes a thing."""
        return bool(self._described(self._described_in[1], iri))

    def describes(self, iri: str) -> bool:
        """Whether the release states anything about a thing."""
        start = f"<{iri}> ".encode()
        return any(self._few(path, start) != [] for path in self._described_in)

    def stores(self, iri: str) -> tuple[Store, ...]:
        """The stores that describe a thing: the data and, when it is in the catalogue, that."""
        return (self.store, self.catalogue_store) if self.in_catalogue(iri) else (self.store,)

    def lines(self, iri: str, predicate: str = "") -> list[bytes]:
        """The N-Quads lines whose subject is `iri`, sorted, without their line ends: of the data, of the catalogue.

        Args:
            iri: of the thing.
            predicate: of the statements; empty for all.
        """
        data, catalogue = (self._described(path, iri, predicate) for path in self._described_in)
        return sorted({*data, *catalogue}) if data and catalogue else data or catalogue

    def stated(self, iri: str) -> list[bytes]:
        """The same of the data alone."""
        return self._described(self.folder.canonical, iri)

    def catalogue_lines(self, iri: str, predicate: str = "") -> list[bytes]:
        """The same of the file of the catalogue alone."""
        return self._described(self.description.catalogue, iri, predicate)

    @cached_property
    def _described_in(self) -> tuple[Path, Path]:
        return self.folder.canonical, self.description.catalogue

    def _described(self, path: Path, iri: str, predicate: str = "") -> list[bytes]:
        """The lines about a thing in a file."""
        start = f"<{iri}> ".encode()
        wanted = f"<{iri}> <{predicate}> ".encode() if predicate else start
        lines = self._few(path, start)
        if lines is None:  # a thing has very many, of which a predicate may have few
            return self._looked_up(path, wanted, SortedLines.starting)[:]
        return [line for line in lines if line.startswith(wanted)] if predicate else lines[:]

    def _few(self, path: Path, start: bytes) -> list[bytes] | None:
        """All lines of a file that start like that; None of very many."""
        return self._looked_up(path, start, SortedLines.few_starting)

    def _looked_up(self, path: Path, start: bytes, look: Callable[[SortedLines, bytes], T]) -> T:
        """What a look at a file gives that was whole before it, and is the same after; not to be changed.

        What was read stays right whatever becomes of the file: a release does not change.
        """
        (cache, lock), key = self._recent, (path, start, look)
        with lock, suppress(KeyError):
            return cast("T", cache[key])
        while True:
            state = self._proven(path)
            with suppress(CutFileError):
                lines = look(self._open_lines(path, state), start)
                if self._proven(path) == state:
                    with lock, suppress(ValueError):  # larger than all the room there is
                        cache[key] = lines
                    return lines

    @cached_property
    def _recent(self) -> tuple[LRUCache[tuple[object, ...], Any], threading.Lock]:
        """The lines that were read last: one response looks several times at the same few things."""
        return LRUCache(_RECENT_BYTES, lambda lines: _OVERHEAD + sum(map(len, lines or ()))), threading.Lock()

    def encoded(self, decoded: str) -> str | None:
        """The first subject with percent-encoding in its IRI that is `decoded` once it is decoded, as servers do."""
        lines = self.numbered(self.folder.encoded)
        if lines is None:
            return next(iter(self._encoded.get(decoded, ())), None)
        numbers = lines.starting(f"{decoded}\t".encode())
        return lines[numbers[0]].decode().rpartition("\t")[2] if numbers else None

    @cached_property
    def _encoded(self) -> dict[str, list[str]]:
        """All of them, in a release that an earlier version made."""
        subjects: dict[str, list[str]] = defaultdict(list)
        path = self.folder.canonical
        for match in self._open_lines(path, self._proven(path)).matching(ENCODED):
            iri = match[1].decode()
            if iri not in subjects[unquote(iri)]:
                subjects[unquote(iri)].append(iri)
        return dict(subjects)

    def quads(self, iri: str, predicate: str = "") -> list[ox.Quad]:
        """The quads about `iri`, each in the graph of its source, as published; with one predicate, if it is given."""
        return list(ox.parse(b"\n".join(self.lines(iri, predicate)), format=ox.RdfFormat.N_QUADS))


def open_at(path: Path, base: str, *, live: bool = False, remote: RemoteSettings | None = None) -> Release:
    """Open the release in a folder, as it is there now.

    Args:
        path: the folder of the release.
        base: of the publication.
        live: whether it is the current one, whose reactivation counts.
        remote: the engine that answers its queries.

    Raises:
        FileNotFoundError: there is none.
        DamagedError: its folder has no manifest.
    """
    folder = ReleaseFolder(path)
    reactivated = folder.reactivated if live and live_description(folder) != folder else None
    try:
        files = [folder.manifest.stat(), *([reactivated.path.stat()] if reactivated else [])]
    except FileNotFoundError:
        if path.exists():
            raise DamagedError(folder.manifest, "missing") from None
        raise
    return Release(path, base, reactivated, tuple(n for file in files for n in (file.st_ino, file.st_ctime_ns)), remote)


def open_release(releases: Path, name: str, base: str, remote: RemoteSettings | None = None) -> Release:
    """Open a release by its digest or unambiguous start of it, or `current`, and look for each of its files.

    Raises:
        ReleaseError: there is no such release, or it was made with another base.
        DamagedError: a file is missing, or has another size.
    """
    current = ReleasesFolder(releases).current
    live, digest = name == current.name, named(releases, name)
    path = current.resolve() if live else releases / digest
    release = open_at(path, base, live=live, remote=remote)
    if release.manifest.base != base:
        raise OtherBaseError(
            "{path}: it was made with the base {before}, and the setting is {base}; build again, or set the base back;"
            " a server that runs needs a restart, and serves the release before",
            path=str(path),
            before=release.manifest.base,
            base=base,
        )
    release.check()
    return release


def named(releases: Path, name: str) -> str:
    """The digest of the release that is named by an unambiguous start of it, or by `current`.

    Raises:
        ReleaseError: there is no such release.
        DamagedError: the link to the current one leads nowhere.
    """
    folder = ReleasesFolder(releases)
    if name == folder.current.name and folder.current.is_symlink():
        if folder.live and folder.current.is_dir():
            return folder.live
        raise DamagedError(releases / folder.current.readlink().name, "missing")
    digits = re.fullmatch(r"[0-9a-f]{1,64}", name)
    starting = [release.path.name for release in folder.all() if digits and release.path.name.startswith(name)]
    if len(starting) == 1:
        return starting[0]
    sentence = _MANY if starting else _NONE
    raise ReleaseError(sentence, path=str(releases / name), n=len(starting))


_NONE: Final = message(
    "{path}: there is no such release; 'atmpgraph build' makes one, named by its 64 hexadecimal digits"
)
_MANY: Final = message("{path}: {n} releases start like that; write more of the 64 hexadecimal digits")


def is_sealed(releases: Path) -> bool:
    """Whether the files beside the releases must all be there, with their seals: this version made the live release.

    A folder with none of them was put together by hand.
    """
    folder = ReleasesFolder(releases)
    manifest = folder.current / MANIFEST
    try:
        sealed = _is_sealed(manifest, state_of_file(manifest))
    except DamagedError:
        sealed = folder.current.is_symlink()
    beside = (folder.history, folder.published, folder.file_dates, folder.stream.path, folder.removed("").parent)
    return sealed and any(path.exists() for path in beside)


@lru_cache(16)
def _is_sealed(manifest: Path, _: State) -> bool:
    return read_manifest(manifest).format >= SEALED


def _has_size(path: str, size: int) -> bool:
    """Whether a file is there and has a size; `difference_in_size` tells more of one that has not."""
    try:
        status = os.stat(path)  # noqa: PTH116 - of a thousand files
    except OSError:
        return False
    return status.st_size == size and stat.S_ISREG(status.st_mode)
