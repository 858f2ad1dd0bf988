"""Content codings (RFC 9110 §8.4.1, §12.5.3): zstd (RFC 8878) and gzip (RFC 1952), the same bytes every time."""

import gzip
import threading
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Protocol

import zstandard

from .negotiate import parse_weighted
from .remembered import remembered

ZSTD: Final = "zstd"
GZIP: Final = "gzip"
IDENTITY: Final = ""
OFFERED: Final = (ZSTD, GZIP)  # the server's own preference

_CHUNK: Final = 1 << 18
_LEVEL: Final = 6
_TURN: Final = threading.Lock()  # one thread packs at a time: any number of downloads take one core


@remembered
def choose_coding(accept_encoding: str | None) -> str:
    """The content coding of a response; IDENTITY when the client accepts none of ours, or prefers identity.

    `*` stands for gzip, which every client that sends it can read. A client that refuses everything gets identity, as
    §12.5.3 allows: a readable response is of more use than a 406 about compression.
    """
    weights = {"gzip" if n.lower() == "x-gzip" else n.lower(): q for n, q in parse_weighted(accept_encoding or "")}
    wanted = {coding: weights.get(coding, 0.0) for coding in OFFERED}
    if GZIP not in weights:
        wanted[GZIP] = weights.get("*", 0.0)
    best = max(OFFERED, key=wanted.__getitem__)
    return best if wanted[best] > 0 and wanted[best] >= weights.get("identity", 0.0) else IDENTITY


class _Packer(Protocol):
    """The common interface of both libraries for packing piece by piece."""

    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


def encode(body: bytes, coding: str) -> bytes:
    """A body under a coding."""
    if coding == ZSTD:
        return zstandard.ZstdCompressor().compress(body)
    return gzip.compress(body, _LEVEL, mtime=0) if coding == GZIP else body


def packed(pieces: Iterable[bytes], coding: str, size: int = -1) -> Iterator[bytes]:
    """A body under a coding, piece by piece; `size` is its length, or negative."""
    packer = _packer(coding, size)
    for piece in pieces:
        if out := _next(packer, piece) if packer else piece:
            yield out
    if packer:
        yield packer.flush()


def _next(packer: _Packer, piece: bytes) -> bytes:
    with _TURN:
        return packer.compress(piece)


def encoded_file(file: Path, coding: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """The bytes of a file from `start` to `stop` under a coding, piece by piece."""
    length = (stop if stop is not None else file.stat().st_size) - start
    return packed(_read(file, start, length), coding, length)


def _read(file: Path, start: int, left: int) -> Iterator[bytes]:
    with file.open("rb") as content:
        content.seek(start)
        while left > 0:
            chunk = content.read(min(_CHUNK, left))
            if not chunk:  # an end that looks like the end of the file would pass for the whole
                raise EOFError(f"{file}: cut while it was read")
            left -= len(chunk)
            yield chunk


def _packer(coding: str, size: int) -> _Packer | None:
    if coding == ZSTD:
        return zstandard.ZstdCompressor().compressobj(size=size)
    return zlib.compressobj(_LEVEL, wbits=31) if coding == GZIP else None
