"""Names in memory: most that a page shows, of classes, properties, codes and sources, the page before showed too."""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from cachetools import LRUCache

if TYPE_CHECKING:
    from .labels import Name

_MOST: Final = 8_192  # names, each of some 300 bytes with its IRI


class NameCache:
    """As many names as there is room for, shared by the threads of a process; a release never names a thing anew."""

    def __init__(self, most: int = _MOST) -> None:
        """Hold at most so many."""
        self._names = LRUCache[tuple[str, tuple[str, ...], str], "Name | None"](most)
        self._lock = threading.Lock()

    def get_or_find(
        self,
        digest: str,
        languages: tuple[str, ...],
        iris: Iterable[str],
        find: Callable[[list[str]], Mapping[str, "Name"]],
    ) -> dict[str, "Name"]:
        """The names of those things that have one in a release.

        Args:
            digest: of the release.
            languages: of the reader, in the order of preference.
            iris: of the things.
            find: gives the names of those that are not here.
        """
        keys = {iri: (digest, languages, iri) for iri in iris}
        with self._lock:
            here = {iri: self._names[key] for iri, key in keys.items() if key in self._names}
        if missing := [iri for iri in keys if iri not in here]:
            new = find(missing)
            here |= {iri: new.get(iri) for iri in missing}
            with self._lock:
                for iri in missing:
                    self._names[keys[iri]] = here[iri]
        return {iri: name for iri, name in here.items() if name}
