"""The releases as data: what each is, its files where they stay, and the list of them (DCAT 3 §5.4, §5.5).

The catalogue of a release tells of the files under the addresses that portals keep; here each has the address that
never changes. The queries in `releases/` say how it is written.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from ..http.formats import DOCUMENTS
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
        manifest: its own; None when it was removed.
        live: when it first went live (xsd:dateTime), to have it in the list; empty for a description alone.
    """

    digest: str
    manifest: Mapping[str, Any] | None
    live: str = ""


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
    if manifest.get("previous"):
        yield iri, "previous", ox.NamedNode(f"{base}releases/{manifest['previous']}")
    for name, file in manifest["files"].items():
        url = ox.NamedNode(f"{base}dumps/{release.digest}/{name}")
        yield iri, "file", url
        yield url, "bytes", ox.Literal(str(file["bytes"]), datatype=ox.NamedNode(f"{XSD}integer"))
        yield url, "sha256", ox.Literal(file["sha256"], datatype=ox.NamedNode(f"{XSD}hexBinary"))
        yield url, "media", ox.NamedNode(_IANA + media_type(name))


def _date(text: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(f"{XSD}dateTime"))
