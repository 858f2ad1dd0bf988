"""Sealed files: they carry the digest of their own content, so that damage shows.

JSON has it as the last member, `sha256`: of the name of the file, a line end, and the other members, keys sorted,
without white space. A list of lines has it in its first line, `# sha256 <hexadecimal>`: of the name, a line end, and
all bytes after that line. So no sealed file passes for another one.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from ..errors import DamagedError
from ..reasons import lacks_descriptors, refusal_of
from .layout import replacing, write_json

SEAL: Final = "sha256"
_START: Final = f"# {SEAL} ".encode()
_HEAD: Final = len(_START) + 64 + 1  # bytes of the first line
_PIECE: Final = 1 << 20


def write_sealed(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON object with its seal, at once or not at all."""
    write_json(path, {**content, SEAL: _digest(path, content)})


def seal(path: Path, default: Mapping[str, Any]) -> None:
    """Seal a JSON object that an earlier version wrote; write `default` where there is none."""
    try:
        write_sealed(path, read_sealed(path, must=False))
    except FileNotFoundError:
        write_sealed(path, default)


def read_sealed(path: Path, *, must: bool) -> dict[str, Any]:
    """Read a JSON object, without its seal.

    Args:
        path: of the file.
        must: whether it must have a seal; those of earlier versions have none.

    Raises:
        FileNotFoundError: there is no such file.
        DamagedError: it is not what was written.
    """
    return unsealed(path, content_of(path), must=must)


def content_of(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        FileNotFoundError: there is none.
        DamagedError: something else stands there, such as a folder or a pipe, or it cannot be read.
    """
    expect_file(path)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        if lacks_descriptors(error):
            raise
        raise DamagedError(path, "{reason}", reason=refusal_of(error)) from None


def expect_file(path: Path) -> None:
    """Make sure that no folder or pipe stands in the place of a file: to open a pipe would wait for its other end.

    Raises:
        DamagedError: one does.
    """
    if path.exists() and not path.is_file():
        raise DamagedError(path, "not a file")


def unsealed(path: Path, text: bytes, *, must: bool | Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
    """The same of the bytes of a file; its content may decide whether it must have a seal."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise DamagedError(path, "not JSON: {words}", words=str(error)) from None
    if not isinstance(content, dict):
        raise DamagedError(path, "not a JSON object")
    seal = content.pop(SEAL, None)
    needed = must(content) if callable(must) else must
    if (needed or seal is not None) and seal != _digest(path, content):
        raise DamagedError(path, "its content is not what its seal says")
    return content


def _begun(path: Path) -> "hashlib._Hash":
    return hashlib.sha256(path.name.encode() + b"\n")


def _digest(path: Path, content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = _begun(path)
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


class _Sealing:
    """A file that notes the digest of what is written."""

    def __init__(self, file: IO[bytes], digest: "hashlib._Hash") -> None:
        self._file, self.digest = file, digest

    def write(self, content: bytes) -> int:
        self.digest.update(content)
        return self._file.write(content)


@contextmanager
def sealing_lines(path: Path) -> Iterator[_Sealing]:
    """Replace a list of lines, sealed, when the block ends without an error."""
    with replacing(path) as file:
        file.write(bytes(_HEAD))
        out = _Sealing(file, _begun(path))
        yield out
        file.seek(0)
        file.write(_START + out.digest.hexdigest().encode() + b"\n")


def check_lines(path: Path, *, must: bool) -> None:
    """Make sure that a list of lines is what was written.

    Args:
        path: of the file.
        must: whether it must have a seal; those of earlier versions have none.

    Raises:
        FileNotFoundError: there is no such file.
        DamagedError: it is not.
    """
    expect_file(path)
    with path.open("rb") as file:
        head, digest = file.read(_HEAD), _begun(path)
        if not head.startswith(_START):
            if must or not head:
                raise DamagedError(path, "it has no seal")
            return
        while piece := file.read(_PIECE):
            digest.update(piece)
    if head != _START + digest.hexdigest().encode() + b"\n":
        raise DamagedError(path, "its content is not what its seal says")


def is_seal(line: bytes) -> bool:
    """Whether a line of a list is its seal."""
    return line.startswith(_START)
