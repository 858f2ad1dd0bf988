"""The links of a release by registry: a list in which each is found by its number, and a summary.

Both are written at build, so that a linkset of any length is read from its place on disk, in pieces.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

from ..rdf.canonical import CanonicalWriter
from ..rdf.numbered_lines import NumberedLines, write_lines
from ..release.layout import ReleaseFolder
from ..release.release import Release
from ..store import Store
from ..vocab import OWL, RDFS, SCHEMA, SKOS, prefixes
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
    """The links to one registry, or those of them with one property.

    Attributes:
        registry: that they lead to.
        properties: how many links have each property.
        space: what the address of each begins with; empty where they have nothing in common.
        part: the property, where it is one of several.
    """

    registry: Registry
    properties: dict[str, int]
    space: str = ""
    part: str = ""

    @property
    def total(self) -> int:
        """How many links there are."""
        return sum(self.properties.values())

    @property
    def code(self) -> str:
        """Its name in addresses."""
        its = self.registry.code
        return f"{its}--{property_name(self.part).replace(':', '-')}" if self.part else its

    @property
    def parts(self) -> list["Linkset"]:
        """One for each property, where there are several."""
        if len(self.properties) == 1:
            return []
        return [replace(self, properties={iri: count}, part=iri) for iri, count in self.properties.items()]


def property_name(iri: str) -> str:
    """A property with its prefix."""
    named = ((prefix, space) for prefix, space in prefixes("").items() if space and iri.startswith(space))
    return next((f"{prefix}:{iri.removeprefix(space)}" for prefix, space in named), iri)


def write_linksets(folder: ReleaseFolder, store: Store, scratch: Path) -> None:
    """Write the links of a release to registries, and how many there are.

    Args:
        folder: of the release, which has its statements.
        store: of them.
        scratch: a folder for intermediate files.
    """
    registries = {each.code: each for each in read_registries(store)}
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    elsewhere: set[str] = set()  # registries that some links do not reach by the first beginning

    def counted(lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            code, property_, link = line.decode().split("\t")
            counts[code][property_] += 1
            if not link.split(" ", 2)[2].startswith(f"<{registries[code].spaces[0]}"):
                elsewhere.add(code)
            yield line

    folder.lookups.mkdir(exist_ok=True)
    with CanonicalWriter(scratch) as sorted_links:
        with folder.canonical.open("rb") as lines:
            for line in _links(lines, store.base, Spaces(registries.values())):
                sorted_links.add(line)
        write_lines(folder.linksets, counted(sorted_links.lines()))
    summary = [
        asdict(
            Linkset(
                registries[code],
                {iri: its[iri] for iri in PROPERTIES if its[iri]},
                "" if code in elsewhere else registries[code].spaces[0],
            )
        )
        for code, its in sorted(counts.items())
    ]
    folder.linksets_summary.unlink(missing_ok=True)  # it may be that of another release too, by a link
    folder.linksets_summary.write_text(json.dumps(summary, ensure_ascii=False), encoding="utf-8")


def may_link(line: bytes) -> bool:
    """Whether a statement may be a link to a registry."""
    return line.split(b" ", 2)[1] in _PROPERTIES


def _links(lines: Iterable[bytes], base: str, spaces: Spaces) -> Iterator[str]:
    """The links among the statements about our things, each after the code of its registry and its property."""
    ours = f"<{base}".encode()
    for line in lines:
        if not line.startswith(ours):
            continue
        subject, predicate, rest = line.split(b" ", 2)
        if predicate in _PROPERTIES and rest.startswith(b"<"):
            other = rest[1 : rest.index(b">")].decode()
            if not other.startswith(base) and (code := spaces.code(other)):
                property_ = predicate.decode()
                yield f"{code}\t{property_[1:-1]}\t{subject.decode()} {property_} <{other}> .\n"


def read_summary(path: Path) -> list[Linkset]:
    """The linksets of a summary; none where a release of an earlier version has no such file."""
    if not path.is_file():
        return []
    return [
        Linkset(
            Registry(**{**each["registry"], "spaces": tuple(each["registry"]["spaces"])}),
            each["properties"],
            each.get("space", ""),
        )
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
            yield b"".join(line.rpartition(b"\t")[2] + b"\n" for line in lines)

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
    start = f"{linkset.registry.code}\t{linkset.part}" + ("\t" if linkset.part else "")
    return Links(lines, lines.starting(start.encode()))


def _iris(line: bytes) -> list[str]:
    return [term[1:-1] for term in line.decode().rpartition("\t")[2].split(" ")[:3]]
