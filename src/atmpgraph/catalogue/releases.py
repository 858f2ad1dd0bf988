"""The releases as data: each with its permanent files, and the list of them (DCAT 3 §5.4, §5.5).

The catalogue of a release describes the files under the addresses of the current release, which portals store; here
each file has the address that never changes. The queries in `releases/` construct the description.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..addresses import Addresses
from ..formats import DOCUMENTS
from ..rdf.statements import Value, about, boolean, date, integer, quad_of, typed
from ..release.manifest import Manifest, Summary
from ..store import memory_store
from ..vocab import IANA
from .dcat import with_size
from .facts import FACT

_HERE: Final = Path(__file__).parent
_TYPES: Final = {fmt.suffix: fmt.media_type for fmt in DOCUMENTS} | {
    "csv": "text/csv",
    "json": "application/json",
    "txt": "text/plain",
}


def media_type(name: str) -> str:
    """The media type of a file of a release, by the end of its name."""
    return _TYPES.get(name.rpartition(".")[2], "application/octet-stream")


@dataclass(frozen=True)
class ReleaseEntry:
    """A release to be described.

    Attributes:
        digest: of the release.
        summary: its manifest, or what is left of it once it was removed; None when nothing is.
        live: when it first went live (xsd:dateTime), which lists it; empty for a description alone.
        removed: whether its files were removed.
    """

    digest: str
    summary: Summary | None
    live: str = ""
    removed: bool = False


def release_quads(releases: Iterable[ReleaseEntry], base: str, licence: str) -> list[ox.Quad]:
    """The description of releases.

    Args:
        releases: which.
        base: of the publication.
        licence: IRI of the licence of its data.
    """
    store = memory_store((), base)
    store.add(fact for release in releases for fact in _facts(release, Addresses(base), licence))
    queries = [query.read_text(encoding="utf-8") for query in sorted((_HERE / "releases").glob("*.rq"))]
    return [quad_of(with_size(triple)) for query in queries for triple in store.construct(query)]


def _facts(release: ReleaseEntry, addresses: Addresses, licence: str) -> Iterator[ox.Quad]:
    """The facts of a release and its files, about their permanent URLs."""
    iri, summary = addresses.release(release.digest), release.summary
    if release.live:
        yield from _stated(iri, live=date(release.live))
    if summary is None:
        return
    yield from _stated(iri, digest=ox.Literal(release.digest), created=date(summary.created), licence=licence)
    if release.removed:
        yield from _stated(iri, removed=boolean(True))
    yield from _stated(iri, statements=integer(summary.statements))
    if summary.previous:
        yield from _stated(iri, previous=addresses.release(summary.previous))
    for name, count in (summary.changes or {}).items():
        part = f"{iri}/changes#{name}"
        yield from _stated(iri, changed=part)
        yield from _stated(part, name=ox.Literal(name), count=integer(count))
    for name, file in summary.files.items() if isinstance(summary, Manifest) else ():
        url = addresses.dump(name, release.digest)
        yield from _stated(iri, file=url)
        sha256 = typed(file.sha256, "hexBinary")
        yield from _stated(url, bytes=integer(file.bytes), sha256=sha256, media=IANA + media_type(name))


def _stated(subject: str, **values: Value) -> Iterator[ox.Quad]:
    """Facts by the short name of their property."""
    return about(subject, *((FACT + name, value) for name, value in values.items()))
