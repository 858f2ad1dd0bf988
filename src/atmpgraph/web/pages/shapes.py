"""The pages of the shapes: all rules in words, and those of one shape with their targets and constraints in full."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ...quality.shapes_document import groups, written
from ...rdf.statements import text_of
from ...vocab import RDF, SH, prefixes
from ..core.context import Context
from ..core.description import Description
from ..core.labels import shortened
from .filters import fragment

_TYPE: Final = RDF + "type"
_MESSAGE: Final = SH + "message"


@dataclass(frozen=True)
class Rule:
    """One shape or constraint.

    Attributes:
        iri, kind: of it.
        message: for data that break it, in the best language there is.
        lines: each property with its values, and with the anchor of a value that is on the page.
    """

    iri: str
    kind: str
    message: ox.Literal | None
    lines: list[tuple[str, list[tuple[str, str]]]]


@dataclass(frozen=True)
class ShapesPage:
    """What the template of the shapes shows.

    Attributes:
        shape: the fragment of the one whose page it is; empty for the page of all.
        groups: of rules that belong together, the first of each names it.
    """

    shape: str
    groups: list[list[Rule]]


def shapes_page(context: Context, described: Description, shape: str) -> ShapesPage:
    """The rules in the order of the document."""
    return ShapesPage(
        shape,
        [[_rule(context, described, iri) for iri in members] for members in groups(described.parts).values()],
    )


def _rule(context: Context, described: Description, iri: str) -> Rule:
    quads, base, names = described.parts[iri], context.base, prefixes(context.base)
    lines: dict[str, list[tuple[str, str]]] = defaultdict(list)
    messages, kind = [], ""
    for quad in quads:
        if quad.subject != ox.NamedNode(iri):
            continue
        predicate, term = quad.predicate.value, quad.object
        if predicate == _MESSAGE and isinstance(term, ox.Literal):
            messages.append(term)
        elif predicate == _TYPE and isinstance(term, ox.NamedNode):
            kind = shortened(term.value, base)
        else:
            here = isinstance(term, ox.NamedNode) and term.value in described.parts
            anchor = f"#{fragment(text_of(term))}" if here else ""
            lines[shortened(predicate, base)].append((written(term, quads, names), anchor))
    order = context.languages
    messages.sort(key=lambda text: order.index(text.language) if text.language in order else len(order))
    return Rule(
        iri, kind, next(iter(messages), None), [(name, sorted(values)) for name, values in sorted(lines.items())]
    )
