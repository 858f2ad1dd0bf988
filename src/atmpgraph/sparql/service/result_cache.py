"""A cache of results: the least recently used leave, so that all fit into some bytes."""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict

from cachetools import LRUCache

from .messages import QueryJob

_ENTRY = 1_000  # bytes that an entry takes beside its content
_SHARE = 4  # no result takes more than a quarter of the cache


def cache_key(job: QueryJob) -> bytes:
    """What a result depends on: the store, whose address has the digest of its release, the query, and the format."""
    return hashlib.sha256(json.dumps(asdict(job), sort_keys=True).encode()).digest()


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
