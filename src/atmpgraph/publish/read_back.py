"""Reading a slot back: whether each graph is the published one, and which literals the engine gives back otherwise.

A typed literal may come back in another form or with another datatype: engines keep values, not texts. It is counted,
and documents carry the published form all the same. A string, an IRI or a statement that differs is an error.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..rdf.canonical import CanonicalWriter, aligned
from ..rdf.terms import escape
from ..release.slots import GraphHeld, LiteralChange
from ..vocab import RDF, XSD
from .slot_parts import Part

_TEXTS: Final = frozenset({XSD + "string", RDF + "langString"})
_EXAMPLE: Final = 300  # characters of a line that a sentence quotes


@dataclass(frozen=True)
class Returned:
    """A graph as an engine gives it back.

    Attributes:
        held: what is recorded of it.
        changes: the literals that come back in another way.
        missing, foreign: how many statements are not there, and are there and not of the release.
        example: such a line; empty where there is none.
    """

    held: GraphHeld
    changes: tuple[LiteralChange, ...] = ()
    missing: int = 0
    foreign: int = 0
    example: str = ""

    @property
    def whole(self) -> bool:
        """Whether it is the published graph, literals that change apart."""
        return not self.missing and not self.foreign


def read_back(part: Part, triples: Iterable[ox.Triple], scratch: Path) -> Returned:
    """Compare a part of a release with what an engine gives back of it.

    Args:
        part: as published.
        triples: of the engine, in any order.
        scratch: a folder for sorted runs.
    """
    digest, statements = hashlib.sha256(), 0
    with CanonicalWriter(scratch) as returned:
        for triple in triples:
            returned.add(_line(triple))
        for line in returned.lines():
            digest.update(line)
            statements += 1
        held = GraphHeld(statements, part.sha256, digest.hexdigest())
        if held.returned == held.published:
            return Returned(held)
        with part.file.open("rb") as published:
            return _compared(held, aligned([published, returned.lines()], subjects=True))


def _compared(held: GraphHeld, blocks: Iterable[list[list[bytes]]]) -> Returned:
    """What differs, statement by statement; blocks have all lines of a subject."""
    counts, examples = Counter[tuple[str, str]](), dict[tuple[str, str], tuple[str, str]]()
    missing, foreign, example = 0, 0, ""
    for was, comes in blocks:
        before, after = set(was), set(comes)
        for lost, new in _by_property(before - after, after - before):
            pairs = [(_literal(line), _literal(other)) for line, other in zip(lost, new, strict=False)]
            if len(lost) != len(new) or not all(_may_change(*pair) for pair in pairs):
                missing, foreign = missing + len(lost), foreign + len(new)
                example = example or (*lost, *new)[0].decode().rstrip()[:_EXAMPLE]
                continue
            for one, other in pairs:
                if one and other:
                    kind = one.datatype.value, other.datatype.value
                    counts[kind] += 1
                    examples.setdefault(kind, (str(one), str(other)))
    changes = tuple(LiteralChange(*kind, count, examples[kind]) for kind, count in sorted(counts.items()))
    return Returned(held, changes, missing, foreign, example)


def _by_property(lost: set[bytes], new: set[bytes]) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """Lines of the same subject and property, sorted."""
    groups = defaultdict[bytes, tuple[list[bytes], list[bytes]]](lambda: ([], []))
    for number, lines in enumerate((lost, new)):
        for line in sorted(lines):
            groups[b" ".join(line.split(b" ", 2)[:2])][number].append(line)
    yield from groups.values()


def _literal(line: bytes) -> ox.Literal | None:
    term = next(iter(ox.parse(line, format=ox.RdfFormat.N_TRIPLES))).object
    return term if isinstance(term, ox.Literal) else None


def _may_change(published: ox.Literal | None, returned: ox.Literal | None) -> bool:
    return published is not None and returned is not None and published.datatype.value not in _TEXTS


def _line(triple: ox.Triple) -> str:
    """A triple as a line of canonical N-Triples, with the literal as it is."""
    term = triple.object
    if isinstance(term, ox.Literal):
        text = f'"{escape(term.value)}"'
        if term.language:
            text += f"@{term.language.lower()}"
        elif term.datatype.value not in _TEXTS:
            text += f"^^<{term.datatype.value}>"
    else:
        text = str(term)
    return f"{triple.subject} <{triple.predicate.value}> {text} .\n"


def summed(changes: Iterable[LiteralChange]) -> tuple[LiteralChange, ...]:
    """The changes of several graphs together."""
    counts, examples = Counter[tuple[str, str]](), dict[tuple[str, str], tuple[str, str]]()
    for change in changes:
        counts[change.datatype, change.returned] += change.literals
        examples.setdefault((change.datatype, change.returned), change.example)
    return tuple(LiteralChange(*kind, count, examples[kind]) for kind, count in sorted(counts.items()))
