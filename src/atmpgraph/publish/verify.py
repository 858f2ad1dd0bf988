"""Reading everything: which files of the releases, and beside them, are not what was written."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from ..errors import DamagedError, ReleaseError
from ..i18n import Sentence, Texts, message
from ..quality.links import read_links
from ..reasons import lacks_descriptors, reason_of, refusal_of
from ..release.history import existing_releases, history, switches_in
from ..release.integrity import MISSING, difference
from ..release.layout import SEALED, ReleaseFolder, ReleasesFolder
from ..release.listing import copied_manifest, is_lost, read_listing
from ..release.manifest import File, read_manifest, read_summary
from ..release.release import is_sealed
from ..release.sealed import check_lines, read_sealed
from ..release.slots import read_held
from ..store import EMBEDDED, StoreAddress
from ..stream.pages import Page, Stream, read_stream

# How a file differs from the listed one; None when it does not.
Check: TypeAlias = Callable[[Path, File], Sentence | None]
ReadPage: TypeAlias = Callable[[Stream, Page], object]
T = TypeVar("T")
# What reading a file that is not what was written ends in.
_UNREADABLE: Final = (ReleaseError, OSError, KeyError, TypeError, ValueError)
_ANOTHER: Final = message("of another release")
_NOWHERE: Final = message("it leads to {place}, which is not here")
_NO_LINK: Final = message("not a link")
_NO_RELEASE: Final = message("not a link to a release")


@dataclass(frozen=True)
class Damage:
    """A file that is not what was written, and how it differs."""

    path: Path
    reason: Sentence

    @classmethod
    def of(cls, path: Path, error: Exception) -> "Damage":
        """What an error says of a file that was read.

        Raises:
            OSError: it is not the file that is at fault.
        """
        if lacks_descriptors(error):
            raise error
        match error:
            case DamagedError():
                return cls(error.path, error.reason)
            case FileNotFoundError():
                return cls(path, Sentence(MISSING))
            case OSError():
                return cls(path, refusal_of(error))
        return cls(path, reason_of(error))

    def __str__(self) -> str:
        """Both, for people."""
        return f"{self.path}: {self.reason}"

    def text(self, words: Texts) -> str:
        """In a language."""
        return f"{self.path}{words.colon}{words.sentence(self.reason)}"


def verify(releases: Path, base: str, digest: str | None = None) -> Iterator[Damage]:
    """Read all files of the releases and beside them, and all statements in their stores.

    Args:
        releases: the folder.
        base: of the publication.
        digest: of the one release to read; None for all, and what is beside them.
    """
    folder = ReleasesFolder(releases)
    for release in [folder.release(digest)] if digest else folder.all():
        yield from damages(release)
        store = StoreAddress(EMBEDDED.kind, str(release.store), release.path.name)
        try:
            EMBEDDED.verify(store)
        except ReleaseError as error:
            yield Damage.of(release.store, error)
    if not digest:
        yield from damages_beside(releases, base)


def damages(folder: ReleaseFolder, check: Check = difference) -> Iterator[Damage]:
    """The damaged files of a release, those of its reactivation included."""
    wrong, files = list[Damage](), dict[Path, File]()

    def read(path: Path, reader: Callable[[Path], T]) -> T | None:
        try:
            return reader(path)
        except _UNREADABLE as error:
            wrong.append(Damage.of(path, error))
        return None

    manifest = read(folder.manifest, read_manifest)
    if manifest and manifest.digest != folder.path.name:
        wrong.append(Damage(folder.manifest, Sentence(_ANOTHER)))
        manifest = None
    if manifest is None or manifest.format >= SEALED:
        copy = read(folder.listing, lambda _: copied_manifest(folder))
        files |= read_listing(folder.listing) if copy else {}
        manifest = manifest or copy
    elif unopened := _unopened(folder):
        wrong.append(unopened)
    if is_lost(folder.reactivated):
        yield Damage(folder.reactivated.listing, Sentence(MISSING))
    if folder.reactivated.listing.exists():
        files |= read(folder.reactivated.listing, read_listing) or {}
    files |= {folder.path / name: file for name, file in manifest.files.items()} if manifest else {}
    yield from wrong
    yield from (Damage(path, reason) for path, file in sorted(files.items()) if (reason := check(path, file)))


def _unopened(folder: ReleaseFolder) -> Damage | None:
    """Why a store whose files are not listed cannot be read; None when it can."""
    try:
        EMBEDDED.open(StoreAddress(EMBEDDED.kind, str(folder.store), folder.path.name), "urn:none").query("ASK {}")
    except ReleaseError as error:
        return Damage.of(folder.store, error)
    return None


def damages_beside(releases: Path, base: str, read: ReadPage = Stream.content) -> Iterator[Damage]:
    """The damaged files beside the releases: history, published IRIs, dates, links, stream, summaries.

    Args:
        releases: the folder.
        base: of the publication.
        read: reads a page of the stream, which is long.
    """
    folder, must = ReleasesFolder(releases), is_sealed(releases)
    if folder.current.is_symlink() and not folder.current.is_dir():
        yield Damage(folder.current, Sentence(_NOWHERE, {"place": folder.current.readlink()}))
    elif not folder.current.is_symlink() and (folder.current.exists() or any(_recorded(folder))):
        yield Damage(folder.current, Sentence(_NO_LINK))
    elif folder.current.is_symlink() and not folder.live:
        yield Damage(folder.current, Sentence(_NO_RELEASE))
    if folder.waiting and not folder.next.is_dir():
        yield Damage(folder.next, Sentence(_NOWHERE, {"place": folder.waiting}))
    steps: tuple[tuple[Path, Callable[[], object]], ...] = (
        (folder.history, lambda: history(releases)),
        (folder.history, lambda: existing_releases(releases, history(releases))),
        (folder.published, lambda: check_lines(folder.published, must=must)),
        (folder.file_dates, lambda: read_sealed(folder.file_dates, must=must)["files"]),
        (folder.links, lambda: read_links(folder.links)),
        *((path, partial(read_sealed, path, must=True)) for path in sorted(folder.proofs("").parent.glob("*.json"))),
        *((path, partial(read_held, path)) for path in folder.slots.all()),
        *((path, partial(read_summary, path)) for path in sorted(folder.removed("").parent.glob("[0-9a-f]*.json"))),
    )
    for path, step in steps:
        try:
            step()
        except _UNREADABLE as error:
            if must or not isinstance(error, FileNotFoundError):
                yield Damage.of(path, error)
    yield from _damages_of_stream(releases, base, read)


def _recorded(folder: ReleasesFolder) -> Iterator[object]:
    """The switches in the file of the history, damaged or not: a release that is there may never have gone live."""
    with suppress(FileNotFoundError, DamagedError):
        yield from switches_in(folder.history, lenient=True)


def _damages_of_stream(releases: Path, base: str, read: ReadPage) -> Iterator[Damage]:
    try:
        stream = read_stream(releases, base)
    except DamagedError as error:
        yield Damage.of(error.path, error)
        return
    for page in stream.pages:
        with suppress(FileNotFoundError):  # removed meanwhile
            try:
                read(stream, page)
            except DamagedError as error:
                yield Damage.of(error.path, error)
