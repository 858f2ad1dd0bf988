"""A cache of results: the least recently used leave, so that all fit into some bytes."""

import hashlib
from contextlib import suppress

from cachetools import LRUCache

_ENTRY = 1_000  # bytes that an entry takes beside its content
_SHARE = 4  # no result takes more than a quarter of the cache


def cache_key(job: bytes) -> bytes:
    """What a result depends on: the store, whose address has the digest of its release, the query, and the format.

    Args:
        job: encoded.
    """
    return hashlib.sha256(job).digest()


class ResultCache(LRUCache[bytes, tuple[bytes, ...]]):
    """Results by key, each in pieces."""

    def __init__(self, size: int) -> None:
        """Cache at most `size` bytes."""
        super().__init__(size, lambda pieces: _ENTRY + sum(map(len, pieces)))
        self.largest = size // _SHARE

    def put(self, key: bytes, pieces: tuple[bytes, ...]) -> None:
        """Cache a result, if it fits."""
        with suppress(ValueError):
            self[key] = pieces
