"""Sorted lines in chunks of some thousands, cut by content: what is inserted changes the chunk that it falls into.

A chunk begins where the hash of a subject says so, and never parts the lines of one. So two files that have most of
their lines in common have most of their chunks in common too, wherever these stand (`docs/decisions/building.md`).
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zlib import crc32

from .canonical import subject_of

_LEAST: Final = 6_000  # lines before the next cut
_MOST: Final = 40_000  # lines, unless they are about one subject
_ONE_IN: Final = 512  # subjects that begin a chunk


@dataclass(frozen=True)
class Chunk:
    """Neighbouring lines of a file, with the first and the last about their subjects.

    Attributes:
        path: of the file.
        offset, length: of the lines, in bytes.
        digest: SHA-256 of the lines, in hexadecimal.
    """

    path: Path
    offset: int
    length: int
    digest: str

    def read(self) -> bytes:
        """The lines."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.length)


def chunks(path: Path) -> Iterator[Chunk]:
    """The chunks of a file of sorted lines, in their order."""
    offset = 0
    with path.open("rb", buffering=1 << 20) as file:
        for lines in _cut(file):
            content = b"".join(lines)
            yield Chunk(path, offset, len(content), hashlib.sha256(content).hexdigest())
            offset += len(content)


def _cut(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The lines of each chunk."""
    subject, held = b"", list[bytes]()
    for line in lines:
        if not line.startswith(subject) or not subject:
            subject = subject_of(line)
            if len(held) >= _LEAST and (crc32(subject) % _ONE_IN == 0 or len(held) >= _MOST):
                yield held
                held = []
        held.append(line)
    if held:
        yield held
