"""An opened release: what is served. Immutable, read-only, safe to share between threads.

Documents come from the canonical file, which holds every literal as it was published; a subject's quads stand
together there because the file is sorted, so a binary search finds them. Queries go to the store.
"""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..errors import ReleaseError
from ..store import Store, open_store
from .sorted_lines import SortedLines

CANONICAL = "data.nq"
MANIFEST = "manifest.json"
STORE = "store"


@dataclass(frozen=True)
class Release:
    """One release, opened.

    Attributes:
        path: the folder of the release.
        base: the base IRI of the publication at that release.
    """

    path: Path
    base: str

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Digest, date, counts and files of the release, as written at build."""
        manifest: dict[str, Any] = json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))
        return manifest

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical N-Quads, in hexadecimal: the identity of the release."""
        return str(self.manifest["digest"])

    @cached_property
    def store(self) -> Store:
        """The store of the release, opened read-only."""
        return open_store(self.path / STORE, self.base)

    @cached_property
    def _canonical(self) -> SortedLines:
        return SortedLines(self.path / CANONICAL)

    def lines(self, iri: str) -> list[bytes]:
        """The canonical N-Quads lines whose subject is `iri`, sorted, without their line ends."""
        return self._canonical.starting(f"<{iri}> ".encode())

    def quads(self, iri: str) -> list[ox.Quad]:
        """What the release states about `iri`: its quads, each in the graph of its source, as published."""
        return list(ox.parse(b"\n".join(self.lines(iri)), format=ox.RdfFormat.N_QUADS))


def open_release(releases: Path, release: str, base: str) -> Release:
    """Open a release by its digest or unambiguous start of it, or `current`.

    Raises:
        ReleaseError: there is no such release.
    """
    known = re.fullmatch(r"current|[0-9a-f]{1,64}", release) is not None
    found = sorted(releases.glob(f"{release}*")) if known else []
    if len(found) == 1 and found[0].is_dir():
        return Release(found[0].resolve(), base)
    problem = "there is no such release" if len(found) < 2 else f"{len(found)} releases start like that"
    raise ReleaseError(
        f"{releases / release}: {problem}; 'atmpgraph build' makes one, named by its 64 hexadecimal digits"
    )
