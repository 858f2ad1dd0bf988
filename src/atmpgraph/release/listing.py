"""Listings: which files there must be beside those that a manifest lists, with their sizes and digests."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import DamagedError, ReleaseError
from .integrity import known_sha256, prove
from .layout import DescriptionFolder, ReactivatedFolder, ReleaseFolder, ReleasesFolder
from .manifest import File, Manifest
from .sealed import read_sealed, write_sealed


def list_internal(
    folder: ReleaseFolder, manifest: Manifest, listed: Mapping[Path, File] | None = None, code: str = ""
) -> None:
    """List the files of a release that are not for download; the manifest, which is written last, as a copy.

    Args:
        folder: of the release.
        manifest: of the release.
        listed: files that stay listed as they are, whatever stands in their place now.
        code: digest of the code that made them; empty where several have.
    """
    files = {**_listing(folder.path, set(folder.internal()) - {*(listed or ())}), **_named(folder.path, listed or {})}
    write_sealed(folder.listing, {"files": dict(sorted(files.items())), "manifest": manifest.as_json(), "code": code})


def made_by(folder: ReleaseFolder) -> str:
    """The digest of the code that made the files of a release; empty where that is not known.

    Raises:
        DamagedError: the listing is missing, or not what was written.
    """
    return str(_read(folder.listing).get("code", ""))


def list_reactivated(folder: ReactivatedFolder, created: str) -> None:
    """List the files about a reactivated release, and when they were made (xsd:dateTime)."""
    paths = (path for path in folder.path.rglob("*") if path.is_file() and path != folder.listing)
    write_sealed(folder.listing, {"files": _listing(folder.path, paths), "created": created})


def reactivated_at(folder: ReactivatedFolder) -> str:
    """When the files about a reactivated release were made (xsd:dateTime).

    Raises:
        DamagedError: the listing is missing, or not what was written.
    """
    try:
        return str(_read(folder.listing)["created"])
    except KeyError:
        raise DamagedError(folder.listing, "without a date") from None


class FilesIn(Mapping[Path, File]):
    """Files of a folder by their path, made of their names when it is asked for: of very many, few are."""

    def __init__(self, folder: Path, named: Mapping[str, File]) -> None:
        """Files by their names in the folder."""
        self._folder, self._start, self._named = folder, f"{folder.as_posix()}/", named

    def __getitem__(self, path: Path) -> File:
        """A file."""
        text = path.as_posix()
        if not text.startswith(self._start):
            raise KeyError(path)
        return self._named[text.removeprefix(self._start)]

    def __iter__(self) -> Iterator[Path]:
        """All paths."""
        return (self._folder / name for name in self._named)

    def texts(self) -> Iterator[tuple[str, File]]:
        """All paths as texts, with the files: to make paths of very many takes longer than to look at the files."""
        return ((self._start + name, file) for name, file in self._named.items())

    def __len__(self) -> int:
        """How many there are."""
        return len(self._named)


def read_listing(path: Path) -> FilesIn:
    """The listed files by their path.

    Raises:
        DamagedError: the listing is missing, or not what was written.
    """
    try:
        listed = _read(path)["files"]
        return FilesIn(path.parent, {name: File(file["bytes"], file["sha256"]) for name, file in listed.items()})
    except (AttributeError, KeyError, TypeError) as error:
        raise DamagedError(path, "not a listing: {words}", words=repr(error)) from None


def copied_manifest(folder: ReleaseFolder) -> Manifest:
    """The copy of the manifest of a release.

    Raises:
        DamagedError: the listing is missing, or not what was written.
    """
    try:
        manifest = Manifest.from_json(_read(folder.listing)["manifest"])
    except (KeyError, ValueError, ReleaseError) as error:
        raise DamagedError(folder.listing, "without a manifest: {words}", words=str(error)) from None
    if manifest.digest != folder.path.name:
        raise DamagedError(folder.listing, "of another release")
    return manifest


def read_listed(path: Path, listing: Path) -> bytes | None:
    """The content of a file; None where there is no such file, and none is listed.

    Raises:
        DamagedError: the file or the listing is not whole.
    """
    file = read_listing(listing).get(path) if listing.exists() else None
    if file:
        prove(path, file)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def live_description(release: ReleaseFolder) -> DescriptionFolder:
    """The folder of the description of a release while it is live.

    Raises:
        DamagedError: the listing is missing, or not what was written.
    """
    reactivated = release.reactivated
    if is_lost(reactivated):
        raise DamagedError(reactivated.listing, "missing")
    listed = read_listing(reactivated.listing) if reactivated.listing.exists() else {}
    return reactivated if reactivated.catalogue.is_file() or reactivated.catalogue in listed else release


def is_lost(folder: ReactivatedFolder) -> bool:
    """Whether a release is live after a reactivation, and what was written about that is gone."""
    if folder.listing.exists():
        return False
    try:
        last = read_sealed(ReleasesFolder(folder.path.parents[1]).file_dates, must=True)
    except (FileNotFoundError, DamagedError):
        return False
    return last.get("digest") == folder.path.name and bool(last.get("again"))


def _listing(folder: Path, paths: Iterable[Path]) -> dict[str, Any]:
    return _named(folder, {path: File(path.stat().st_size, known_sha256(path)) for path in sorted(paths)})


def _named(folder: Path, files: Mapping[Path, File]) -> dict[str, Any]:
    return {path.relative_to(folder).as_posix(): asdict(file) for path, file in files.items()}


def _read(path: Path) -> dict[str, Any]:
    try:
        return read_sealed(path, must=True)
    except FileNotFoundError:
        raise DamagedError(path, "missing") from None
