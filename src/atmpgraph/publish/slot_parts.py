"""The parts of a release that a slot holds: each graph of it, and the union of them, as files of sorted N-Triples."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from ..rdf.canonical import merged_blocks, triple_blocks

_HELD_BYTES: Final = 1 << 25  # of all parts together, before they are written


@dataclass(frozen=True)
class Part:
    """A graph in a slot.

    Attributes:
        graph: its IRI.
        file: its triples, sorted and distinct.
        statements: their number.
        sha256: of the file, in hexadecimal.
    """

    graph: str
    file: Path
    statements: int
    sha256: str

    def pieces(self, after: int, size: int) -> Iterator[list[bytes]]:
        """Its lines but for the first ones, so many at once as have about a size in bytes."""
        with self.file.open("rb") as lines:
            for _ in islice(lines, after):
                pass
            while piece := lines.readlines(size):
                yield piece


def parts(canonical: Path, folder: Path, union_graph: str) -> list[Part]:
    """Part the statements of a release by their graphs; the union comes last.

    Args:
        canonical: its sorted N-Quads.
        folder: an empty one, which gets the files.
        union_graph: the IRI of the graph with the union.
    """
    writing = dict[bytes, _Writing]()
    union = _Writing(folder / "union")

    def parted() -> Iterator[list[bytes]]:
        for block in merged_blocks([canonical]):
            for line in block:
                end = line.rindex(b" <")
                graph = line[end + 2 : -len(b"> .\n")]
                if graph not in writing:
                    writing[graph] = _Writing(folder / str(len(writing)))
                writing[graph].add(line[:end] + b" .\n")
            if sum(each.size for each in writing.values()) > _HELD_BYTES:
                for each in writing.values():
                    each.flush()
            yield block

    for triples in triple_blocks(parted()):
        for triple in triples:
            union.add(triple)
        union.flush()
    named = [writing[graph].part(graph.decode()) for graph in sorted(writing)]
    return [*named, union.part(union_graph)]


class _Writing:
    """A file that is written in large pieces: there may be more graphs than files that a process may open."""

    def __init__(self, file: Path) -> None:
        self._file, self._digest = file, hashlib.sha256()
        self._lines, self._statements, self.size = list[bytes](), 0, 0
        file.touch()

    def add(self, line: bytes) -> None:
        self._lines.append(line)
        self.size += len(line)

    def flush(self) -> None:
        content = b"".join(self._lines)
        with self._file.open("ab") as out:
            out.write(content)
        self._digest.update(content)
        self._statements += len(self._lines)
        self._lines, self.size = [], 0

    def part(self, graph: str) -> Part:
        self.flush()
        return Part(graph, self._file, self._statements, self._digest.hexdigest())
