"""The catalogue of a release: DCAT-AP 3.0.1, without blank nodes, all context inside (docs/catalogue.md).

The publication's own description stands in its graph `id/graph/catalogue`; the queries in `dcat/`, in the order of
their names, add what follows from the data and from the files.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..addresses import Addresses
from ..rdf.sorted_lines import SortedLines
from ..rdf.statements import quad_of, triple, typed
from ..release.manifest import File
from ..store import memory_store
from ..vocab import DCAT, DCT, PROV, RDF
from .authority import authority, formats
from .curated import SOURCE_DATASETS
from .dates import dates
from .facts import FACT, GRAPHS, facts
from .texts import filled

_HERE: Final = Path(__file__).parent
# The graph of what the queries before have constructed.
_CONSTRUCTED: Final = "urn:atmpgraph:constructed"
_SOURCE: Final = f"<{PROV}hadPrimarySource> ".encode()
_DCAT: Final = f"<{DCAT}".encode()
_TIMES: Final = frozenset({DCT + "temporal", DCAT + "startDate", DCAT + "endDate"})
_BLOCK: Final = 1 << 16  # bytes of lines that are read at once
_SIZE: Final = DCAT + "byteSize"


@dataclass(frozen=True)
class History:
    """The place of a release in the sequence of releases.

    Attributes:
        digest: of the release.
        created: its date (xsd:dateTime).
        previous: digest of the one before; empty for the first.
        before: the catalogue of that one.
    """

    digest: str
    created: str
    previous: str = ""
    before: frozenset[ox.Triple] = field(default=frozenset(), repr=False)


def catalogued(canonical: Path, base: str) -> list[bytes]:
    """The statements of a release that its catalogue is made from.

    They are those about the things that the publication's own description is about, about graphs with a source and
    these sources, and about whatever the data state of catalogues: a few, however many statements there are.

    Args:
        canonical: the file of all statements.
        base: of the publication.
    """
    addresses, things = Addresses(base), set[bytes]()
    graph, own = f"<{addresses.graph('')}".encode(), f" <{addresses.graph('catalogue')}> .\n".encode()
    with canonical.open("rb", buffering=1 << 20) as file:
        while block := file.readlines(_BLOCK):
            content = b"".join(block)
            if not (_SOURCE in content or _DCAT in content or own in content):  # most, at the speed of C
                continue
            for line in block:
                if (_SOURCE in line and line.startswith(graph)) or _DCAT in line or line.endswith(own):
                    things.update(term for term in line.split(b" ", 3)[:3] if term.startswith(b"<"))
    lines = SortedLines.open(canonical)
    return [stated + b"\n" for thing in sorted(things) for stated in lines.starting(thing + b" ")]


def catalogue(
    lines: Iterable[bytes],
    files: Mapping[str, File],
    base: str,
    history: History,
    languages: Sequence[str],
    statistics: Callable[[], Iterable[ox.Triple]] = tuple,
) -> set[ox.Triple]:
    """The catalogue of a release.

    Args:
        lines: its canonical lines, as far as they are `catalogued`.
        files: `bytes` and `sha256` of its files by path, as in the manifest.
        base: of the publication.
        history: the release and the one before.
        languages: of the publication.
        statistics: the VoID description, which knows the time that each source is about.
    """
    store = memory_store(lines, base)
    concepts = (quad_of(t) for triples in authority().values() for t in triples)
    if store.query(f"ASK {{ <{Addresses(base).catalogue}> <{PROV}wasInfluencedBy> <{SOURCE_DATASETS}> }}"):
        store.add(quad_of(t) for t in statistics() if t.predicate.value in _TIMES)
    else:
        files = {path: file for path, file in files.items() if not path.startswith(GRAPHS)}
    store.add((*facts(files, formats(), base), *concepts))
    described: set[ox.Triple] = set()
    for query in sorted((_HERE / "dcat").glob("*.rq")):
        triples = set(store.construct(filled(query.read_text(encoding="utf-8"), languages)))
        store.add(quad_of(t, _CONSTRUCTED) for t in triples)
        described |= set(map(with_size, triples))
    described |= set(_version(base, history))
    described |= set(dates(described, history.before, history.created, history.digest[:12]))
    return set(_in_languages(described | set(_context(described)), languages))


def _in_languages(described: Iterable[ox.Triple], languages: Sequence[str]) -> Iterator[ox.Triple]:
    """Without texts in other languages than the publication's, where there are some in those."""
    triples = list(described)
    own = {
        (t.subject, t.predicate) for t in triples if isinstance(t.object, ox.Literal) and t.object.language in languages
    }
    for t in triples:
        tag = t.object.language if isinstance(t.object, ox.Literal) else None
        if not tag or tag in languages or (t.subject, t.predicate) not in own:
            yield t


def with_size(stated: ox.Triple) -> ox.Triple:
    """A triple with a size as xsd:nonNegativeInteger, which the engine does not know (`docs/decisions/literals.md`)."""
    if stated.predicate.value != _SIZE or not isinstance(stated.object, ox.Literal):
        return stated
    return ox.Triple(stated.subject, stated.predicate, typed(stated.object.value, "nonNegativeInteger"))


def _version(base: str, history: History) -> Iterator[ox.Triple]:
    """The versions of the whole graph (DCAT 3 §11): no datasets of the catalogue, which portals would harvest."""
    addresses = Addresses(base)
    linked = {"hasCurrentVersion": history.digest, "previousVersion": history.previous}
    for name, digest in linked.items():
        if digest:
            release = addresses.release(digest)
            yield triple(addresses.dataset(), DCAT + name, release)
            yield triple(release, RDF + "type", DCAT + "Resource")


def _context(described: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """Types and labels of the concepts of others that a catalogue uses, and of their schemes."""
    concepts, seen = authority(), set[str]()
    wanted = [t.object.value for t in described if isinstance(t.object, ox.NamedNode)]
    while wanted:
        iri = wanted.pop()
        if iri in seen:
            continue
        seen.add(iri)
        for stated in concepts.get(iri, ()):
            if not stated.predicate.value.startswith(FACT):
                yield stated
                if isinstance(stated.object, ox.NamedNode):
                    wanted.append(stated.object.value)
