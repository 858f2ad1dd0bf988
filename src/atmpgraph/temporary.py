"""Folders for temporary files of processes that are killed: they go with the command, or with the next one."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from .interrupts import undisturbed

_PREFIX: Final = "atmpgraph-"
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
            fcntl.flock(lock, fcntl.LOCK_EX)
            new.rename(folder / _LOCK)  # only now: one that is not locked lets the folder go
            yield folder
    finally:
        with undisturbed():
            if folder:
                shutil.rmtree(folder, ignore_errors=True)


def sweep(place: Path) -> None:
    """Remove the folders of commands that were killed: nobody holds their locks any more."""
    for path in place.glob(f"{_PREFIX}*/{_LOCK}"):
        with suppress(OSError):
            if not path.is_symlink() and path.is_file():
                with path.open("rb") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(path.parent, ignore_errors=True)
