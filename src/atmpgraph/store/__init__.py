"""Where a release is queried: what a store is (`base`), and the backends, each in a module of its own."""

from typing import Final

from .base import Backend, Features, Results, Store, StoreAddress
from .embedded import EMBEDDED, MemoryStore, memory_store

BACKENDS: Final[dict[str, Backend]] = {EMBEDDED.kind: EMBEDDED}

__all__ = [
    "BACKENDS",
    "EMBEDDED",
    "Backend",
    "Features",
    "MemoryStore",
    "Results",
    "Store",
    "StoreAddress",
    "memory_store",
]
