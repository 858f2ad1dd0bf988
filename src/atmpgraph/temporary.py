"""Folders for temporary files of processes that are killed: they go with the command, or with the next one."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from .interrupts import undisturbed

_PREFIX: Final = "atmp-"  # short, as the path of a socket must be
_LOCK: Final = ".in-use"  # which the command that has the folder holds


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder, where temporary files are, that goes with the block, whatever is in it then.

    Those of commands that were killed go first.
    """
    folder: Path | None = None
    try:
        with undisturbed():
            sweep(Path(tempfile.gettempdir()))
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        with (new := folder / f"{_LOCK}.new").open("wb") as lock:
            with suppress(OSError):  # no locks there: whatever a killed command leaves stays
                fcntl.flock(lock, fcntl.LOCK_EX)
                new.rename(folder / _LOCK)  # only now: one that is not locked lets the folder go
            yield folder
    finally:
        with undisturbed():
            if folder:
                _remove(folder)


def sweep(place: Path) -> None:
    """Remove the folders of commands that were killed: nobody holds their locks any more."""
    for path in place.glob(f"{_PREFIX}*/{_LOCK}"):
        with suppress(OSError):
            if not path.is_symlink() and path.is_file():
                with path.open("r+b") as lock:  # for writing, as NFS has it
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    _remove(path.parent)


def _remove(folder: Path) -> None:
    """Remove a folder, the file of its lock last: without it nobody would remove what is left by a kill meanwhile."""
    with suppress(OSError):
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != _LOCK:
                path.unlink()
        shutil.rmtree(folder, ignore_errors=True)
