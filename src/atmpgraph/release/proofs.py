"""Proofs that outlive the process: in which state each large file of a release was whole when it was last read.

A build reads all that it wrote, and notes the states (`integrity.State`), so that a server need not read all of a
release before its first answer. A file in another state, on another disk after a copy for instance, is read again; so
is everything where the note is missing or damaged. The next build, which reads all releases, notes what it found.
"""

from collections.abc import Mapping, Set
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeAlias

from ..errors import DamagedError, ReleaseError
from .integrity import State, is_settled, prove, state_of_file, trust_file
from .layout import ReleasesFolder
from .manifest import File
from .sealed import read_sealed, write_sealed

Proof: TypeAlias = tuple[str, State]  # SHA-256 of a file, and a state in which it was whole
Proofs: TypeAlias = dict[str, Proof]  # by the name under the folder of releases
_SMALL: Final = 1 << 16  # bytes; smaller files take less time to read than to note


def note_proofs(release: Path, files: Mapping[Path, File]) -> None:
    """Read the large files of a release, and note in which states they are whole.

    Args:
        release: its folder.
        files: all that it lists.

    Raises:
        DamagedError: one is not.
    """
    write_proofs(release, _proven(files))


def renew_proofs(release: Path, files: Mapping[Path, File], noted: Set[Proof]) -> None:
    """The same, unless of all large files that can be noted it is noted already.

    Args:
        release: its folder.
        files: all that it lists.
        noted: of any release.

    Raises:
        DamagedError: one is not whole.
    """
    proven = _proven({path: file for path, file in files.items() if is_settled(state_of_file(path))})
    if not noted >= set(proven.values()):
        write_proofs(release, proven)


def _proven(files: Mapping[Path, File]) -> dict[Path, Proof]:
    return {path: (file.sha256, prove(path, file)) for path, file in files.items() if file.bytes >= _SMALL}


def write_proofs(release: Path, proven: Mapping[Path, Proof]) -> None:
    """Note in which states files are whole.

    Args:
        release: its folder, or another one beside it.
        proven: SHA-256 and state of each.
    """
    noted = {_name(release, path): [sha256, *state] for path, (sha256, state) in proven.items() if is_settled(state)}
    note = ReleasesFolder(release.parent).proofs(release.name)
    note.parent.mkdir(exist_ok=True)
    write_sealed(note, {"files": noted})


def noted_proofs(release: Path) -> Proofs:
    """What is noted of the files of a release, or of another folder beside it."""
    return _read(ReleasesFolder(release.parent).proofs(release.name))


def noted_state(proofs: Proofs, release: Path, path: Path, file: File) -> State | None:
    """The state in which a file of the release is whole; None where none is noted."""
    sha256, state = proofs.get(_name(release, path), ("", None))
    return state if sha256 == file.sha256 else None


def trust_proofs(releases: ReleasesFolder) -> Set[Proof]:
    """Spare this process all files of releases that are as noted, or are the same file as one that is.

    Returns all notes.

    A file that a later release has too, by a link, is in another state since; the later one noted it.
    """
    noted = {release.path: _read(releases.proofs(release.path.name)) for release in releases.all()}
    whole = {(sha256, state) for proofs in noted.values() for sha256, state in proofs.values()}
    for release, proofs in noted.items():
        for name, (sha256, _) in proofs.items():
            with suppress(DamagedError):
                path = release.parent / name
                if (sha256, state := state_of_file(path)) in whole:
                    trust_file(path, sha256, state)
    return whole


def _read(note: Path) -> Proofs:
    try:
        files = read_sealed(note, must=True)["files"]
        return {name: (sha256, tuple(state)) for name, (sha256, *state) in files.items()}
    except (FileNotFoundError, ReleaseError, AttributeError, KeyError, TypeError, ValueError):
        return {}


def _name(release: Path, path: Path) -> str:
    return path.relative_to(release.parent).as_posix()
