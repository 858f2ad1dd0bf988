"""Where a release is queried: what a store is (`base`), and the backends, each in a module of its own."""

from typing import Final

from .base import Backend, Features, Results, Store, StoreAddress
from .embedded import EMBEDDED, MemoryStore, memory_store
from .remote import REMOTE, RemoteSettings, remote_settings

BACKENDS: Final[dict[str, Backend]] = {EMBEDDED.kind: EMBEDDED, REMOTE.kind: REMOTE}

__all__ = [
    "BACKENDS",
    "EMBEDDED",
    "REMOTE",
    "Backend",
    "Features",
    "MemoryStore",
    "RemoteSettings",
    "Results",
    "Store",
    "StoreAddress",
    "memory_store",
    "remote_settings",
]
