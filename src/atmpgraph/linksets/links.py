"""The links of a release by registry: a list in which each is found by its number, and a summary.

Both are written at build, so that a linkset of any length is read from its place on disk, in pieces.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, NamedTuple

from ..rdf.canonical import CanonicalWriter
from ..rdf.numbered_lines import NumberedLines, write_lines
from ..release.layout import ReleaseFolder
from ..release.release import Release
from ..store import Store
from ..vocab import OWL, RDFS, SCHEMA, SKOS
from .registries import Registry, Spaces, read_registries

PROPERTIES: Final = (
    f"{OWL}sameAs",
    f"{SKOS}exactMatch",
    f"{SCHEMA}sameAs",
    *(f"{SKOS}{kind}Match" for kind in ("close", "broad", "narrow", "related")),
    f"{RDFS}seeAlso",
)
_PROPERTIES: Final = frozenset(f"<{iri}>".encode() for iri in PROPERTIES)
_PIECE: Final = 1_000  # links that are read at once


class Link(NamedTuple):
    """One link, by the IRIs of the thing, the property and the thing elsewhere."""

    subject: str
    property: str
    object: str


@dataclass(frozen=True)
class Linkset:
    """The links to one registry.

    Attributes:
        registry: that they lead to.
        properties: how many links have each property.
    """

    registry: Registry
    properties: dict[str, int]

    @property
    def total(self) -> int:
        """How many links there are."""
        return sum(self.properties.values())


def write_linksets(folder: ReleaseFolder, store: Store, scratch: Path) -> None:
    """Write the links of a release to registries, and how many there are.

    Args:
        folder: of the release, which has its statements.
        store: of them.
        scratch: a folder for intermediate files.
    """
    registries = {each.code: each for each in read_registries(store)}
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def counted(lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            code, _, link = line.partition(b"\t")
            counts[code.decode()][link.split(b" ", 2)[1][1:-1].decode()] += 1
            yield line

    folder.lookups.mkdir(exist_ok=True)
    with CanonicalWriter(scratch) as sorted_links:
        with folder.canonical.open("rb") as lines:
            for line in _links(lines, store.base, Spaces(registries.values())):
                sorted_links.add(line)
        write_lines(folder.linksets, counted(sorted_links.lines()))
    summary = [
        asdict(Linkset(registries[code], {iri: its[iri] for iri in PROPERTIES if its[iri]}))
        for code, its in sorted(counts.items())
    ]
    folder.linksets_summary.write_text(json.dumps(summary, ensure_ascii=False), encoding="utf-8")


def _links(lines: Iterable[bytes], base: str, spaces: Spaces) -> Iterator[str]:
    """The links among the statements about our things, each after the code of its registry."""
    ours = f"<{base}".encode()
    for line in lines:
        if not line.startswith(ours):
            continue
        subject, predicate, rest = line.split(b" ", 2)
        if predicate in _PROPERTIES and rest.startswith(b"<"):
            other = rest[1 : rest.index(b">")].decode()
            if not other.startswith(base) and (code := spaces.code(other)):
                yield f"{code}\t{subject.decode()} {predicate.decode()} <{other}> .\n"


def read_summary(path: Path) -> list[Linkset]:
    """The linksets of a summary; none where a release of an earlier version has no such file."""
    if not path.is_file():
        return []
    return [
        Linkset(Registry(**{**each["registry"], "spaces": tuple(each["registry"]["spaces"])}), each["properties"])
        for each in json.loads(path.read_bytes())
    ]


def linksets(release: Release) -> list[Linkset]:
    """The linksets of a release.

    Raises:
        DamagedError: the file is not whole.
    """
    path = release.folder.linksets_summary
    return read_summary(release.whole(path)) if path in release.files else []


@dataclass(frozen=True)
class Links:
    """The links of one linkset, read from disk when they are needed."""

    lines: NumberedLines
    numbers: range

    def part(self, first: int, last: int) -> list[Link]:
        """Neighbouring links, by their numbers in the linkset."""
        return [Link(*_iris(line)) for line in self._read(first, last)]

    def __iter__(self) -> Iterator[Link]:
        """All of them."""
        for start in range(0, len(self.numbers), _PIECE):
            yield from self.part(start, start + _PIECE)

    def triples(self) -> Iterator[bytes]:
        """All of them as N-Triples, in pieces."""
        for start in range(0, len(self.numbers), _PIECE):
            lines = self._read(start, start + _PIECE)
            yield b"".join(line.partition(b"\t")[2] + b"\n" for line in lines)

    def _read(self, first: int, last: int) -> list[bytes]:
        numbers = self.numbers[first:last]
        return self.lines[numbers.start : numbers.stop] if numbers else []


def links_of(release: Release, linkset: Linkset) -> Links:
    """The links of a linkset.

    Raises:
        DamagedError: the list is not whole.
    """
    lines = release.numbered(release.folder.linksets)
    assert lines is not None  # noqa: S101 - it was written with the summary
    return Links(lines, lines.starting(f"{linkset.registry.code}\t".encode()))


def _iris(line: bytes) -> list[str]:
    return [term[1:-1] for term in line.decode().partition("\t")[2].split(" ")[:3]]
