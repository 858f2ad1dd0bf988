"""Where a release is queried: an embedded store, opened read-only."""

from .embedded import EmbeddedStore as Store
from .embedded import build_store, memory_store, open_store

__all__ = ["Store", "build_store", "memory_store", "open_store"]
