"""Bodies in memory, by all that they are made from: what was unused longest makes room."""

import hashlib
import threading
from collections.abc import Callable
from contextlib import suppress

from cachetools import LRUCache

from ...observability import metrics

_OVERHEAD = 512  # bytes that an entry takes beside its body


class BodyCache:
    """As many bodies as there is room for, shared by the threads of a process."""

    def __init__(self, room: int) -> None:
        """Hold at most `room` bytes."""
        self._bodies = LRUCache[str, bytes](room, getsizeof=lambda body: len(body) + _OVERHEAD)
        self._lock = threading.Lock()

    def get(self, *parts: str) -> bytes | None:
        """The body that is made from `parts`, if it is here."""
        with self._lock:
            body = self._bodies.get(_key(parts))
        metrics.cache_looked_up("bodies", hit=body is not None)
        return body

    def put(self, body: bytes, *parts: str) -> bytes:
        """Hold a body, unless it is larger than all the room there is."""
        with self._lock, suppress(ValueError):
            self._bodies[_key(parts)] = body
        metrics.cache_size("bodies", int(self._bodies.currsize))
        return body

    def get_or_make(self, make: Callable[[], bytes], *parts: str) -> bytes:
        """The body that is made from `parts`, made now if it is not here."""
        body = self.get(*parts)
        return self.put(make(), *parts) if body is None else body


def _key(parts: tuple[str, ...]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
