"""Parts of a graph: some focus nodes with all that the shapes can see from them.

The triples lie on disk, sorted by subject; so do, by object, those that a step follows backwards. A part is a range of
nodes in that order. Its focus nodes are marked (`targets`): other nodes may be there with less than belongs to them.
"""

import hashlib
import os
from binascii import crc32
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, islice
from pathlib import Path
from typing import Final, TypeAlias

from rdflib import RDFS

from ..rdf.canonical import CanonicalWriter
from ..rdf.sorted_lines import SortedLines
from .reach import Reach, State
from .targets import Targets

SUBCLASS: Final = f"<{RDFS.subClassOf}>".encode()
_BLOCK: Final = 8_192  # lines that are taken apart at once
_CUTS: Final = 8  # a part ends after one subject in so many, chosen by its hash: an added row moves few ends
_REMEMBERED: Final = 20_000  # nodes outside a part whose triples are read once for several
_TURNS: Final = 1 << 17  # lines at which searches turn: all of a file of 2 GB; a part searches ten thousand times


@dataclass(frozen=True)
class Triples:
    """A graph on disk.

    Attributes:
        file: canonical N-Triples, sorted and distinct.
        links: sorted lines `object predicate subject` of the triples that are followed backwards.
        classes: the lines that say which class is part of which; they belong to each part.
        digests: of the triples with each predicate, by the latter as a term.
        may_have_blank: whether there may be a blank node.
    """

    file: Path
    links: Path
    classes: tuple[bytes, ...]
    digests: Mapping[bytes, str]
    may_have_blank: bool = True

    def narrower(self) -> dict[str, set[str]]:
        """For each class those that are part of it, directly or not (SHACL §2.1.3.2)."""
        wider = defaultdict[str, set[str]](set)
        for line in self.classes:
            narrow, _, wide = line.removesuffix(b" .").split(b" ")
            wider[narrow[1:-1].decode()].add(wide[1:-1].decode())
        narrower = defaultdict[str, set[str]](set)
        for each in list(wider):
            waiting, seen = [each], set[str]()
            while waiting:
                following = wider.get(waiting.pop(), set()) - seen
                seen |= following
                waiting += following
            for one in seen:
                narrower[one].add(each)
        return dict(narrower)


def lay_out(lines: Iterable[bytes], backwards: Iterable[bytes], folder: Path) -> Triples:
    """Write a graph.

    Args:
        lines: canonical N-Triples, sorted; equal ones are neighbours.
        backwards: the predicates that are followed from object to subject.
        folder: gets the files.
    """
    followed = set(backwards)
    file, links, classes = folder / "triples.nt", folder / "links", list[bytes]()
    digests, may_have_blank = defaultdict[bytes, "hashlib._Hash"](hashlib.sha256), False
    with file.open("wb") as out, CanonicalWriter(folder) as writer:
        distinct = (line for line, _ in groupby(lines))
        while block := list(islice(distinct, _BLOCK)):
            content = b"".join(block)
            out.write(content)
            may_have_blank = may_have_blank or b" _:" in content or b"\n_:" in b"\n" + content
            by_predicate = defaultdict[bytes, list[bytes]](list)
            for line in block:
                by_predicate[line.split(b" ", 2)[1]].append(line)
            for predicate, some in by_predicate.items():
                digests[predicate].update(b"".join(some))
                for line in some if predicate in followed else ():
                    subject, _, rest = line.decode().split(" ", 2)
                    writer.add(f"{rest[:-3]} {predicate.decode()} {subject}\n")
            classes += [line.rstrip(b"\n") for line in by_predicate[SUBCLASS]]
        with links.open("wb") as sorted_links:
            sorted_links.writelines(writer.lines())
    hexadecimal = {each: digest.hexdigest() for each, digest in digests.items()}
    return Triples(file, links, tuple(classes), hexadecimal, may_have_blank)


@dataclass(frozen=True)
class Range:
    """Neighbouring nodes, from one to before another, and where the triples about them stand in the file.

    Attributes:
        first: the first node as a term; empty for the first of all.
        last: the one after the last; None for no end.
        start, end: the first byte and the one after the last.
    """

    first: bytes
    last: bytes | None
    start: int
    end: int

    def __contains__(self, node: object) -> bool:
        """Whether a node is in the range."""
        return isinstance(node, bytes) and self.first <= node and (self.last is None or node < self.last)


def ranges(file: Path, size: int) -> Iterator[Range]:
    """Cut a graph into ranges of at least `size` bytes, between subjects that are chosen by their content."""
    first, start, whole = b"", 0, file.stat().st_size
    with file.open("rb") as lines:
        while start + size < whole:
            lines.seek(start + size)
            lines.readline()
            place = lines.tell()
            before = b""
            while line := lines.readline():
                subject = line.partition(b" ")[0]
                if before and subject != before and crc32(before) % _CUTS == 0:
                    break
                before = subject
                place = lines.tell()
            if not line:
                break
            yield Range(first, subject, start, place)
            first, start = subject, place
    yield Range(first, None, start, whole)


_States: TypeAlias = tuple[State, ...]


@dataclass(frozen=True)
class _Node:
    """A node: the lines about it, and by predicate the subjects of the triples that lead to it."""

    lines: Sequence[bytes]
    links: Mapping[bytes, Sequence[bytes]]


def _by_predicate(links: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    """The subjects of links by predicate."""
    by: dict[bytes, list[bytes]] = {}
    for link in links:
        _, predicate, subject = link.rsplit(b" ", 2)
        by.setdefault(predicate, []).append(subject)
    return by


class Neighbourhoods:
    """What shapes can see from nodes of a graph."""

    def __init__(self, triples: Triples, reach: Reach, targets: Targets) -> None:
        """Open the files.

        Args:
            triples: the graph.
            reach: what the shapes see.
            targets: of the shapes.
        """
        self._triples, self._start, self._targets = triples, reach.start, targets
        self._file, self._links = (SortedLines.open(file, _TURNS) for file in (triples.file, triples.links))
        self._lines_about = lru_cache(_REMEMBERED)(lambda node: self._file.starting(node + b" "))
        self._links_to = lru_cache(_REMEMBERED)(lambda node: _by_predicate(self._links.starting(node + b" ")))

    def of_range(self, part: Range) -> bytes:
        """The nodes of a range, marked, with their neighbourhood; N-Triples."""
        with self._triples.file.open("rb", buffering=0) as file:
            own = os.pread(file.fileno(), part.end - part.start, part.start).splitlines()
        described = {subject: list(lines) for subject, lines in groupby(own, lambda line: line.partition(b" ")[0])}
        by_node = groupby(self._links.between(part.first, part.last), lambda link: link.rsplit(b" ", 2)[0])
        linked = {node: _by_predicate(links) for node, links in by_node}
        nodes = dict.fromkeys((*described, *linked, *self._targets.nodes(part)))
        return self._collect({node: _Node(described.get(node, []), linked.get(node, {})) for node in nodes})

    def of(self, nodes: Iterable[bytes]) -> bytes:
        """Some nodes, marked, with their neighbourhood."""
        return self._collect({node: _Node(self._lines_about(node), self._links_to(node)) for node in nodes})

    def _collect(self, nodes: Mapping[bytes, "_Node"]) -> bytes:
        """The marks of some nodes, and all lines that steps from them lead to."""
        # In an order, for what is sorted for the most part is sorted quickly.
        lines = dict.fromkeys(line for about in nodes.values() for line in about.lines)
        lines.update(dict.fromkeys(self._triples.classes))
        for node, about in nodes.items():
            lines.update(dict.fromkeys(self._targets.marks(node, about.lines, about.links)))
        seen = set[tuple[bytes, State]]()
        waiting = [(node, self._start) for node in nodes]
        while waiting:
            place = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            waiting += self._steps(*place, nodes.get(place[0]), lines)
        return b"\n".join(sorted(lines)) + b"\n"

    def _steps(
        self, node: bytes, state: State, own: "_Node | None", lines: dict[bytes, None]
    ) -> list[tuple[bytes, State]]:
        """Where the steps from a node lead to and go on.

        Args:
            node: as a term.
            state: in which it is.
            own: what is known of it, where it is of the part; its lines are in `lines` then.
            lines: gets those of the steps.
        """
        places = list[tuple[bytes, State]]()
        forward, other_forward, backwards = _by_direction(state)
        if forward or other_forward is not None:
            for line in own.lines if own else self._lines_about(node):
                _, predicate, rest = line.split(b" ", 2)
                states = forward.get(predicate, other_forward)
                if states is None:
                    continue
                if not own:
                    lines[line] = None
                if states:
                    places += [(rest[:-2], following) for following in states]
        if backwards:
            links = own.links if own else self._links_to(node)
            for predicate in backwards.keys() & links.keys():
                for subject in links[predicate]:
                    lines[b"%b %b %b ." % (subject, predicate, node)] = None
                    places += [(subject, following) for following in backwards[predicate]]
        return places


@lru_cache(1 << 12)
def _by_direction(state: State) -> tuple[dict[bytes, _States], _States | None, dict[bytes, _States]]:
    """The states that steps lead to and that have steps themselves, by their predicates.

    Returns:
        Those of steps forwards; those of such steps with any other predicate, None where there is none; backwards.
    """
    on = {step: tuple(following for following in states if following.steps) for step, states in state.steps.items()}
    other = on.get((None, False))
    forward = {name: (*states, *(other or ())) for (name, inverse), states in on.items() if name and not inverse}
    return forward, other, {name: states for (name, inverse), states in on.items() if name and inverse}
