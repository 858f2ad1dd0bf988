"""The page of the shapes: each rule in words, its targets, and its constraints in full."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ...quality.shapes_document import written
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


def shapes_page(context: Context, described: Description) -> list[Rule]:
    """The rules in the order of the document."""
    return [_rule(context, described, iri) for iri in described.parts]


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
