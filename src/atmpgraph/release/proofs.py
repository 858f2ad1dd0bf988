"""Proofs that outlive the process: in which state each large file of a release was whole when it was last read.

A build reads all that it wrote, and notes the states (`integrity.State`), so that a server need not read all of a
release before its first answer. A file in another state, on another disk after a copy for instance, is read again; so
is everything where the note is missing or damaged.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..errors import ReleaseError
from .integrity import State, is_settled, prove
from .layout import ReleasesFolder
from .manifest import File
from .sealed import read_sealed, write_sealed

_SMALL: Final = 1 << 16  # bytes; smaller files take less time to read than to note


def note_proofs(release: Path, files: Mapping[Path, File]) -> None:
    """Read the large files of a release, and note in which states they are whole.

    Args:
        release: its folder.
        files: all that it lists.

    Raises:
        DamagedError: one is not.
    """
    states = {path: prove(path, file) for path, file in files.items() if file.bytes >= _SMALL}
    noted = {_name(release, path): [files[path].sha256, *state] for path, state in states.items() if is_settled(state)}
    note = ReleasesFolder(release.parent).proofs(release.name)
    note.parent.mkdir(exist_ok=True)
    write_sealed(note, {"files": noted})


def noted_proofs(release: Path, files: Mapping[Path, File]) -> dict[Path, State]:
    """The states in which files of a release are whole, as far as they are noted; the arguments as above."""
    try:
        noted = read_sealed(ReleasesFolder(release.parent).proofs(release.name), must=True)["files"]
        proofs = {release.parent / name: (sha256, tuple(state)) for name, (sha256, *state) in noted.items()}
        return {
            path: state for path, (sha256, state) in proofs.items() if path in files and files[path].sha256 == sha256
        }
    except (FileNotFoundError, ReleaseError, AttributeError, KeyError, TypeError, ValueError):
        return {}


def _name(release: Path, path: Path) -> str:
    return path.relative_to(release.parent).as_posix()
