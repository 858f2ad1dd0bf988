"""The workplace of a build: a lock on the folder of the releases, and a temporary folder in it."""

import fcntl
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import ReleaseError
from ..interrupts import undisturbed
from ..reasons import is_full
from ..release.layout import ReleasesFolder
from ..temporary import temporary_folder


def _full(places: Collection[Path], named: str | None) -> Path:
    """What is named of a disk that is full: the place of the file that could not be written, else the fullest place."""
    if not named:
        return min(places, key=_free)
    within = [place for place in places if Path(named).is_relative_to(place)]
    return max(within, key=lambda place: len(place.parts), default=Path(named))


def _free(path: Path) -> int:
    return shutil.disk_usage(path).free


@contextmanager
def exclusive(releases: ReleasesFolder) -> Iterator[None]:
    """Let one build run at a time; the lock goes with the process, however it ends.

    Raises:
        ReleaseError: another build is running.
    """
    with releases.lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ReleaseError(
                "{path}: another build is running here; wait for it to end", path=str(releases.path)
            ) from None
        for path in releases.abandoned():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
        yield


@contextmanager
def workplace(releases: ReleasesFolder) -> Iterator[Path]:
    """A folder on the same file system as the releases, so that one rename publishes a folder in it.

    It goes with the block, however it ends.
    """
    folder: Path | None = None
    try:
        with _naming_full(releases.path):
            with undisturbed():
                folder = Path(tempfile.mkdtemp(prefix=releases.building().name, dir=releases.path))
            yield folder
    finally:
        with undisturbed():
            if folder:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder where temporary files are, that goes with the block, however it ends."""
    with _naming_full(), temporary_folder() as folder:
        yield folder


@contextmanager
def _naming_full(*places: Path) -> Iterator[None]:
    """Name the folder that is full, one of these or that of temporary files: in the end it is full no more."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            error.filename = str(_full({*places, Path(tempfile.gettempdir())}, error.filename))
        raise
