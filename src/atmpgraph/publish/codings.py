"""The large files for download under each content coding, made once at build instead of at each request.

They have the bytes that the server would send if it coded while it sends (`http/coding.py`), so a tag names the same
bytes either way: of a release that an earlier version made too.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeAlias

from ..errors import ReleaseError
from ..http.coding import OFFERED, encoded_file
from ..parallel import Beside, here
from ..release.integrity import known_difference
from ..release.layout import ReleaseFolder
from ..release.listing import read_listing
from ..release.manifest import File, read_manifest
from .reuse import link

LEAST: Final = 1 << 16  # bytes; a smaller file is coded in less time than it takes to send it
_Task: TypeAlias = tuple[Path, str, Path]


def begin_coding(folder: ReleaseFolder, run: Beside = here, before: ReleaseFolder | None = None) -> Callable[[], None]:
    """Begin to write those that are not there yet into the folder of a release; returns what completes it.

    Args:
        folder: of the release.
        run: begins to code a file.
        before: another release, whose coded files of the same content are linked.
    """
    offer, sizes = _Offer(before), dict[_Task, int]()
    for name, path in folder.downloads().items():
        size = path.stat().st_size
        if size < LEAST:
            continue
        for coding in OFFERED:
            coded = folder.coded(name, coding)
            coded.parent.mkdir(parents=True, exist_ok=True)
            if not coded.exists() and not offer.link(name, path, coding, coded):
                sizes[path, coding, coded] = size
    begun = [run(_code, task) for task in sorted(sizes, key=lambda task: -sizes[task])]

    def complete() -> None:
        for wait in reversed(begun):  # the other end of what is not begun yet
            wait()

    return complete


def code(paths: Iterable[Path], folder: ReleaseFolder, source: ReleaseFolder) -> None:
    """Make some coded files anew.

    Args:
        paths: of the files in the folder of a release.
        folder: where they go, in the same places.
        source: the release.
    """
    wanted = set(paths)
    for name, path in source.downloads().items():
        for coding in OFFERED:
            if source.coded(name, coding) in wanted:
                coded = folder.coded(name, coding)
                coded.parent.mkdir(parents=True, exist_ok=True)
                _code((path, coding, coded))


def _code(task: _Task) -> None:
    path, coding, coded = task
    with coded.open("wb") as out:
        out.writelines(encoded_file(path, coding))


class _Offer:
    """The coded files of another release."""

    def __init__(self, release: ReleaseFolder | None) -> None:
        self._release = release
        self._files: Mapping[str, File] = {}
        self._listed: Mapping[Path, File] = {}
        if release:
            with suppress(FileNotFoundError, ReleaseError):
                self._files, self._listed = read_manifest(release.manifest).files, read_listing(release.listing)

    def link(self, name: str, path: Path, coding: str, coded: Path) -> bool:
        """Whether it has the same file under the same coding, which is now in the place of that too."""
        if self._release is None or name not in self._files:
            return False
        file, theirs = self._files[name], self._release.coded(name, coding)
        if theirs not in self._listed or known_difference(theirs, self._listed[theirs]):
            return False
        return not known_difference(path, file) and link(theirs, coded)
