"""Patterns that every value in a graph keeps to: constraints that need not be run over it.

pyshifty compiles a pattern anew for each value, which takes a tenth of a millisecond; a query compiles it once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH
from rdflib.term import Node

_FLAGS: Final = frozenset("im")  # those that mean the same to both (`patterns`)
# A value of which the query cannot say whether it matches is left to the engine: a blank node, and a literal of another
# type than text, which a store may keep as a value and not as it is written.
_BROKEN: Final = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
ASK {{
  VALUES ?p {{ {predicates} }}
  ?s ?p ?v
  FILTER((isLiteral(?v) && DATATYPE(?v) NOT IN (xsd:string, rdf:langString)) || COALESCE({test}, true))
}}
"""


@dataclass(frozen=True)
class PatternConstraint:
    """That the values of some predicates match a pattern, or that they do not.

    Attributes:
        statement: that which states it.
        predicates: of the values, as terms.
        broken: a query that is false of a graph whose values all keep to it.
    """

    statement: tuple[Node, Node, Node]
    predicates: tuple[str, ...]
    broken: str

    def is_unbroken(self, data: ox.Store) -> bool:
        """Whether no value in a graph breaks it."""
        try:
            return not data.query(self.broken)
        except SyntaxError:  # an IRI that is none; the engine says so
            return False


def pattern_constraints(shapes: Graph) -> Iterator[PatternConstraint]:
    """Those of property shapes, beside all other constraints, which have patterns as pyshifty reads them."""
    for shape in set(shapes.subjects(SH.path)):
        if not (predicates := _predicates(shapes, shape)):
            continue
        for pattern in shapes.objects(shape, SH.pattern):
            if test := _match(shapes, shape, pattern):
                yield PatternConstraint((shape, SH.pattern, pattern), predicates, _broken(predicates, f"!{test}"))
        for refused in shapes.objects(shape, SH["not"]):
            unmatched = shapes.value(refused, SH.pattern)
            alone = set(shapes.predicates(refused)) <= {SH.pattern, SH.flags}
            if unmatched and alone and (test := _match(shapes, refused, unmatched)):
                yield PatternConstraint((shape, SH["not"], refused), predicates, _broken(predicates, test))


def unbroken(constraints: Sequence[PatternConstraint], data: Path) -> frozenset[PatternConstraint]:
    """Those that every value keeps to.

    Args:
        constraints: of some shapes.
        data: canonical N-Triples.
    """
    read, values = {name.encode() for each in constraints for name in each.predicates}, set[bytes]()
    with data.open("rb") as lines:
        for line in lines:
            predicate, _, rest = line.partition(b" ")[2].partition(b" ")
            if predicate in read:
                values.add(b"_:any %b %b" % (predicate, rest))  # whose they are does not matter
    store = ox.Store()
    store.bulk_load(b"".join(values), format=ox.RdfFormat.N_TRIPLES)
    return frozenset(each for each in constraints if each.is_unbroken(store))


def _predicates(shapes: Graph, shape: Node) -> tuple[str, ...]:
    """The predicates of which a path takes one; none for another path."""
    path = shapes.value(shape, SH.path)
    choices = shapes.value(path, SH.alternativePath)
    steps = [path] if choices is None else list(Collection(shapes, choices))
    names = tuple(step.n3() for step in steps if isinstance(step, URIRef))
    return names if len(names) == len(steps) else ()


def _match(shapes: Graph, shape: Node, pattern: Node) -> str:
    """The test that a value matches the pattern of a shape; empty where the query might read it otherwise."""
    patterns, flags = list(shapes.objects(shape, SH.pattern)), "".join(map(str, shapes.objects(shape, SH.flags)))
    if len(patterns) != 1 or not _FLAGS.issuperset(flags):
        return ""
    return f"REGEX(STR(?v), {Literal(str(pattern)).n3()}, {Literal(flags).n3()})"


def _broken(predicates: Sequence[str], test: str) -> str:
    return _BROKEN.format(predicates=" ".join(predicates), test=test)
