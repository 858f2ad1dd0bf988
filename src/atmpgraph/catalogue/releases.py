"""The releases as data: what each is, its files where they stay, and the list of them (DCAT 3 §5.4, §5.5).

The catalogue of a release tells of the files under the addresses that portals keep; here each has the address that
never changes. The queries in `releases/` say how it is written.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from ..formats import DOCUMENTS
from ..store import memory_store
from ..vocab import XSD
from .dcat import typed
from .facts import FACT

_Fact: TypeAlias = tuple[ox.NamedNode, str, ox.NamedNode | ox.Literal]
_HERE: Final = Path(__file__).parent
_IANA: Final = "https://www.iana.org/assignments/media-types/"
_TYPES: Final = {fmt.suffix: fmt.media_type for fmt in DOCUMENTS} | {
    "csv": "text/csv",
    "json": "application/json",
    "txt": "text/plain",
}


def media_type(name: str) -> str:
    """The media type of a file of a release, by the end of its name."""
    return _TYPES.get(name.rpartition(".")[2], "application/octet-stream")


@dataclass(frozen=True)
class Listed:
    """A release to be described.

    Attributes:
        digest: of it.
        manifest: its own, or what is left of it; None when nothing is.
        live: when it first went live (xsd:dateTime), to have it in the list; empty for a description alone.
        removed: it is not here any more.
    """

    digest: str
    manifest: Mapping[str, Any] | None
    live: str = ""
    removed: bool = False


def release_quads(releases: Iterable[Listed], base: str, licence: str) -> list[ox.Quad]:
    """What there is to say of releases.

    Args:
        releases: which.
        base: of the publication.
        licence: IRI of the licence of its data.
    """
    store, default = memory_store((), base), ox.DefaultGraph()
    store.engine.extend(
        ox.Quad(subject, ox.NamedNode(FACT + name), value, default)
        for release in releases
        for subject, name, value in _facts(release, base, licence)
    )
    queries = [query.read_text(encoding="utf-8") for query in sorted((_HERE / "releases").glob("*.rq"))]
    made = (typed(triple) for query in queries for triple in store.construct(query))
    return [ox.Quad(triple.subject, triple.predicate, triple.object) for triple in made]


def _facts(release: Listed, base: str, licence: str) -> Iterator[_Fact]:
    """What is known of a release and its files, about the URLs under which they stay."""
    iri, manifest = ox.NamedNode(f"{base}releases/{release.digest}"), release.manifest
    if release.live:
        yield iri, "live", _date(release.live)
    if manifest is None:
        return
    yield iri, "digest", ox.Literal(release.digest)
    yield iri, "created", _date(manifest["created"])
    yield iri, "licence", ox.NamedNode(licence)
    if release.removed:
        yield iri, "removed", ox.Literal(True)
    if "statements" in manifest:
        yield iri, "statements", _number(manifest["statements"])
    if manifest.get("previous"):
        yield iri, "previous", ox.NamedNode(f"{base}releases/{manifest['previous']}")
    yield from _changed(iri, manifest.get("changes") or {})
    yield from _files(iri, f"{base}dumps/{release.digest}/", manifest.get("files", {}))


def _changed(iri: ox.NamedNode, counts: Mapping[str, int]) -> Iterator[_Fact]:
    """How much a release changed."""
    for name, count in counts.items():
        part = ox.NamedNode(f"{iri.value}/changes#{name}")
        yield iri, "changed", part
        yield part, "name", ox.Literal(name)
        yield part, "count", _number(count)


def _files(iri: ox.NamedNode, place: str, files: Mapping[str, Mapping[str, Any]]) -> Iterator[_Fact]:
    """The files of a release, which stand under `place`."""
    for name, file in files.items():
        url = ox.NamedNode(place + name)
        yield iri, "file", url
        yield url, "bytes", _number(file["bytes"])
        yield url, "sha256", ox.Literal(file["sha256"], datatype=ox.NamedNode(f"{XSD}hexBinary"))
        yield url, "media", ox.NamedNode(_IANA + media_type(name))


def _number(count: int) -> ox.Literal:
    return ox.Literal(str(count), datatype=ox.NamedNode(f"{XSD}integer"))


def _date(text: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(f"{XSD}dateTime"))
