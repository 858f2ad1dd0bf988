"""Answers that are kept to be given again: the least recently used are forgotten, so that all fit into some bytes."""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict

from cachetools import LRUCache

from .messages import QueryJob

_ENTRY = 1_000  # bytes that an answer takes beside its own
_SHARE = 4  # no answer takes more than a quarter of the room


def key(job: QueryJob) -> bytes:
    """What an answer depends on: the store, whose address has the digest of its release, the query, and the format."""
    return hashlib.sha256(json.dumps(asdict(job), sort_keys=True).encode()).digest()


class ResultCache(LRUCache[bytes, tuple[bytes, ...]]):
    """Answers by key, each in pieces."""

    def __init__(self, room: int) -> None:
        """Keep at most `room` bytes."""
        super().__init__(room, lambda pieces: _ENTRY + sum(map(len, pieces)))
        self.largest = room // _SHARE

    def put(self, name: bytes, pieces: tuple[bytes, ...]) -> None:
        """Keep an answer, if it fits."""
        with suppress(ValueError):
            self[name] = pieces
