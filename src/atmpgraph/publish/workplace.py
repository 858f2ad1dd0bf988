"""Where a build works: alone in the folder of the releases, in a folder of its own that vanishes with it."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import ReleaseError
from ..release.layout import ReleasesFolder


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
            raise ReleaseError(f"{releases.path}: another build is running here; wait for it to end") from None
        for path in releases.abandoned():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
        yield


@contextmanager
def workplace(releases: ReleasesFolder) -> Iterator[Path]:
    """A folder beside the releases, so that a rename makes a release of what is in it."""
    folder = Path(tempfile.mkdtemp(prefix=releases.building().name, dir=releases.path))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
