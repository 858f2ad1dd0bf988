"""A picture of a vocabulary: its classes on the left, the classes that properties lead to on the right."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ...rdf.statements import text_of
from ...vocab import RDF, RDFS, XSD
from ..core.labels import Name

_VALUES: Final = (XSD, RDF + "langString", RDFS + "Literal")  # are no classes of things
_ROW: Final = 30  # units a property
_LETTERS: Final = 30  # of a name


@dataclass(frozen=True)
class Box:
    """As much of a name as there is room for, its language, and the middle of its place from above."""

    text: str
    language: str
    y: float


@dataclass(frozen=True)
class Diagram:
    """What the picture shows.

    Attributes:
        height: of the picture.
        left, right: the classes.
        rows: a property each, with the heights of the classes that it leads from and to.
    """

    height: int
    left: list[Box]
    right: list[Box]
    rows: list[tuple[Box, float, float]]


def diagram(
    parts: Mapping[str, Iterable[ox.Quad]], properties: Iterable[str], names: Mapping[str, Name]
) -> Diagram | None:
    """The picture of the properties that have a class at both ends; None where there are none.

    Args:
        parts: the statements about each term.
        properties: those to be drawn.
        names: of all.
    """
    edges = [
        (domain, iri, target)
        for iri in properties
        for domain in _ends(parts[iri], "domain")
        for target in _ends(parts[iri], "range")
        if not target.startswith(_VALUES)
    ]
    if not edges:
        return None
    edges.sort(key=lambda edge: [names[iri].text.casefold() for iri in edge])
    height, left, right = len(edges) * _ROW, defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    for place, (domain, _, target) in enumerate(edges):
        left[domain].append(middle := (place + 0.5) * _ROW)
        right[target].append(middle)
    start = {iri: sum(rows) / len(rows) for iri, rows in left.items()}  # the rows of a class are neighbours
    order = sorted(right, key=lambda iri: sum(right[iri]) / len(right[iri]))
    end = {iri: (place + 0.5) * height / len(order) for place, iri in enumerate(order)}
    rows = [
        (_box(names[iri], (place + 0.5) * _ROW), start[domain], end[target])
        for place, (domain, iri, target) in enumerate(edges)
    ]
    classes, targets = ([_box(names[iri], y) for iri, y in side.items()] for side in (start, end))
    return Diagram(height, classes, targets, rows)


def _ends(quads: Iterable[ox.Quad], name: str) -> list[str]:
    return [text_of(quad.object) for quad in quads if quad.predicate.value == RDFS + name]


def _box(name: Name, y: float) -> Box:
    text = name.text if len(name.text) <= _LETTERS else f"{name.text[: _LETTERS - 1].rstrip()}…"
    return Box(text, name.language, y)
