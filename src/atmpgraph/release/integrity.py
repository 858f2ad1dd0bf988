"""Whether files are whole: each is read once, and again when the system says that it changed.

Inode, size and times of a file (stat(2)) tell at each use whether it may have changed since its digest was computed; a
process cannot set its `ctime`. What a disk forgets by itself does not show there: `atmpgraph verify` reads everything.
"""

import hashlib
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from cachetools import LRUCache

from ..errors import DamagedError
from ..i18n import Sentence, counting, message
from ..reasons import lacks_descriptors, refusal_of
from .manifest import File

# Inode, size and times of a file.
State: TypeAlias = tuple[int, ...]

MISSING: Final = message("missing")
OTHER: Final = message("its content is not what its digest says")
_SIZE: Final = counting("{n} byte instead of {wanted}", "{n} bytes instead of {wanted}")
_REMEMBERED: Final = 1 << 16  # files
_SETTLED_NS: Final = 50_000_000  # a file that changed later than this before the check may change again unseen
_outcomes: LRUCache[tuple[Path, str], tuple[State, Sentence | None]] = LRUCache(_REMEMBERED)
_digests: LRUCache[tuple[int, State], str] = LRUCache(_REMEMBERED)  # by device and state
_lock, _reading = threading.Lock(), threading.Lock()


def prove(path: Path, file: File) -> State:
    """Make sure that a file is the one that a manifest lists; returns its state.

    Raises:
        DamagedError: it is missing, or another one.
    """

    def check() -> None:
        if reason := _difference(path, file, known_sha256):
            raise DamagedError(path, reason)

    return prove_once(path, file.sha256, check)


def prove_once(path: Path, identity: str, check: Callable[[], object]) -> State:
    """Check a file, unless it has been checked as it is now; returns its state.

    Args:
        path: of the file.
        identity: of the check.
        check: reads the file, and raises `DamagedError` if it is not whole.

    Raises:
        DamagedError: it is missing or not whole.
    """
    key = path, identity
    state, (before, reason) = state_of_file(path), _outcome(key)
    if before != state:
        with _reading:  # others may have checked it meanwhile
            state, (before, reason) = state_of_file(path), _outcome(key)
            if before != state:
                state, reason = _checked(path, check)
                _remember(key, state, reason)
    if reason:
        raise DamagedError(path, reason)
    return state


def was_checked(path: Path, identity: str) -> bool:
    """Whether this process has checked a file, in whatever state."""
    return _outcome((path, identity))[0] != ()


def trust(path: Path, identity: str, state: State) -> None:
    """Take it that a file is whole in a state, in which another process has read it."""
    _remember((path, identity), state, None)


def trust_file(path: Path, sha256: str, state: State) -> None:
    """The same of a whole file, whose digest is known then under any name.

    Raises:
        OSError: there is none.
    """
    trust(path, sha256, state)
    with _lock:
        _digests[path.stat().st_dev, state] = sha256


@contextmanager
def linking(*files: Path) -> Iterator[None]:
    """Know the digests of files after a block that gives them other names: this changes their `ctime` (link(2)) alone.

    That it is recent then hides no change of content, which would give another `mtime` too.
    """
    before = {path: _key(path) for path in files}
    yield
    for path, (device, state) in before.items():
        now = _key(path)
        with _lock:
            if now[1][:-1] == state[:-1] and (digest := _digests.get((device, state))):
                _digests[now] = digest


def _key(path: Path) -> tuple[int, State]:
    """By what the digest of a file is known, whatever its name."""
    return path.stat().st_dev, state_of_file(path)


def _checked(path: Path, check: Callable[[], object]) -> tuple[State, Sentence | None]:
    """The state of a file that did not change while it was checked, and why it is not whole."""
    while True:
        before = state_of_file(path)
        reason: Sentence | None = None
        try:
            check()
        except DamagedError as error:
            reason = error.reason
        except OSError as error:
            reason = _words(error)
        if (state := state_of_file(path)) == before:
            return state, reason


def state_of_file(path: Path) -> State:
    """The state of a file.

    Raises:
        DamagedError: there is none.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 - at each use of a file: half the time of Path.stat
    except OSError as error:
        raise DamagedError(path, _words(error)) from None
    if not stat.S_ISREG(status.st_mode):  # to open a pipe would wait for its other end
        raise DamagedError(path, "not a file")
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def is_settled(state: State) -> bool:
    """Whether a file that changes from now on gets another state."""
    return time.time_ns() - max(state[2:]) > _SETTLED_NS


def _outcome(key: tuple[Path, str]) -> tuple[State, Sentence | None]:
    with _lock:
        return _outcomes.get(key, ((), None))


def _remember(key: tuple[Path, str], state: State, reason: Sentence | None) -> None:
    if is_settled(state):
        with _lock:
            _outcomes[key] = state, reason


def difference(path: Path, file: File) -> Sentence | None:
    """How a file differs from the one that a manifest lists, by all its bytes; None when it does not."""
    return _difference(path, file, sha256)


def _difference(path: Path, file: File, digest: Callable[[Path], str]) -> Sentence | None:
    if reason := difference_in_size(path, file):
        return reason
    try:
        return None if digest(path) == file.sha256 else Sentence(OTHER)
    except OSError as error:
        return _words(error)


def known_difference(path: Path, file: File) -> Sentence | None:
    """The same, as long as the file does not change without computing it again."""
    try:
        prove(path, file)
    except DamagedError as error:
        return error.reason
    return None


def difference_in_size(path: Path, file: File) -> Sentence | None:
    """The same by existence and size alone."""
    try:
        size = state_of_file(path)[1]
    except DamagedError as error:
        return error.reason
    return None if size == file.bytes else Sentence(_SIZE, {"n": size, "wanted": file.bytes})


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def known_sha256(path: Path) -> str:
    """The same, of a file that has not changed without computing it again, whatever its name is now.

    Raises:
        DamagedError: there is none.
    """
    key = _key(path)
    with _lock:
        digest = _digests.get(key)
    if digest is None:
        settled = is_settled(key[1])
        digest = sha256(path)
        if settled and _key(path) == key:
            with _lock:
                _digests[key] = digest
    return digest


def _words(error: OSError) -> Sentence:
    """Why a file is not whole.

    Raises:
        OSError: it is not the file that is at fault.
    """
    if lacks_descriptors(error):
        raise error
    return Sentence(MISSING) if isinstance(error, FileNotFoundError) else refusal_of(error)
