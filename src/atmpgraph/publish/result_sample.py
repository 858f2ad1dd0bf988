"""Literals of each datatype in the results of queries: an engine may write them there otherwise than in a whole graph.

Virtuoso reads a graph back with `"true"^^xsd:boolean`, and has `"1"^^xsd:integer` in its rows.
"""

import hashlib
import heapq
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final
from zlib import crc32

from .slot_parts import Part

_TYPED: Final = re.compile(rb'"\^\^<([^<>]+)> \.\n$')
_EACH: Final = 200  # properties of things that have values of a datatype


def sample(part: Part, file: Path) -> Part:
    """All values of some properties of things, so that each datatype is there.

    Args:
        part: which they are taken from.
        file: to be written.
    """
    chosen = dict[bytes, list[tuple[int, list[bytes]]]]()
    for key, lines in _properties(part.file):
        rank = crc32(key)  # the same ones each time, from everywhere
        for datatype in {match[1] for line in lines if (match := _TYPED.search(line))}:
            smallest = chosen.setdefault(datatype, [])
            if len(smallest) < _EACH:
                heapq.heappush(smallest, (-rank, lines))
            elif -smallest[0][0] > rank:
                heapq.heapreplace(smallest, (-rank, lines))
    content = sorted({line for groups in chosen.values() for _, lines in groups for line in lines})
    file.write_bytes(b"".join(content))
    return Part(part.graph, file, len(content), hashlib.sha256(b"".join(content)).hexdigest())


def properties(part: Part) -> list[tuple[str, str]]:
    """The things and the properties in a part, as IRIs in angle brackets."""
    pairs = (key.decode().split(" ") for key, _ in _properties(part.file))
    return [(thing, predicate) for thing, predicate in pairs]


def _properties(file: Path) -> Iterator[tuple[bytes, list[bytes]]]:
    """The lines of each property of each thing, which are neighbours."""
    with file.open("rb") as lines:
        for key, group in groupby(lines, lambda line: line[: line.index(b" ", line.index(b" ") + 1)]):
            yield key, list(group)
