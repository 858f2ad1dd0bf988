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


def _full(places: Collection[Path], named: str | None) -> Path:
    """The folder on a disk that is full: where the file lies that could not be written, else that with least room."""
    within = [place for place in places if named and Path(named).is_relative_to(place)]
    return max(within, key=lambda place: len(place.parts), default=min(places, key=_free))


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
    """A temporary folder on the same file system as the releases, so that one rename publishes a folder in it."""
    with scratch(releases.path, releases.building().name) as folder:
        yield folder


@contextmanager
def scratch(parent: Path | None = None, prefix: str | None = None) -> Iterator[Path]:
    """A temporary folder that goes with the block, however it ends.

    Args:
        parent: where it is; None: where temporary files are.
        prefix: of its name.
    """
    folder: Path | None = None
    places = {parent or Path(tempfile.gettempdir()), Path(tempfile.gettempdir())}
    try:
        with undisturbed():
            folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        yield folder
    except OSError as error:
        if is_full(error):  # after this it is full no more
            error.filename = str(_full(places, error.filename))
        raise
    finally:
        with undisturbed():
            if folder:
                shutil.rmtree(folder, ignore_errors=True)
