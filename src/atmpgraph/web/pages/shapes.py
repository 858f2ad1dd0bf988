"""The page of the shapes: each rule in words, what it is asked of, and what exactly it asks."""

from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ...quality.shapes_document import written
from ...vocab import RDF, SH, prefixes
from ..core.context import settings
from ..core.description import Description
from ..core.i18n import fallback
from ..core.labels import shortened
from .filters import fragment

_TYPE: Final = RDF + "type"
_MESSAGE: Final = SH + "message"


@dataclass(frozen=True)
class Rule:
    """One shape or constraint.

    Attributes:
        iri, kind: of it.
        message: what it says when it is broken, in the best language there is.
        lines: property as it is written, and its values: what they are, and where a name of ours leads.
    """

    iri: str
    kind: str
    message: ox.Literal | None
    lines: list[tuple[str, list[tuple[str, str]]]]


def rules_page(described: Description) -> list[Rule]:
    """The rules in the order of the document."""
    base, languages = settings().base, fallback()
    names = prefixes(base)
    return [_rule(iri, quads, described.parts, names, languages) for iri, quads in described.parts.items()]


def _rule(
    iri: str, quads: list[ox.Quad], known: Container[str], names: dict[str, str], languages: tuple[str, ...]
) -> Rule:
    lines: dict[str, list[tuple[str, str]]] = defaultdict(list)
    messages, kind = [], ""
    for quad in quads:
        if quad.subject != ox.NamedNode(iri):
            continue
        predicate, term = quad.predicate.value, quad.object
        if predicate == _MESSAGE and isinstance(term, ox.Literal):
            messages.append(term)
        elif predicate == _TYPE and isinstance(term, ox.NamedNode):
            kind = shortened(term.value, settings().base)
        else:
            anchor = f"#{fragment(term.value)}" if isinstance(term, ox.NamedNode) and term.value in known else ""
            lines[shortened(predicate, settings().base)].append((written(term, quads, names), anchor))
    messages.sort(key=lambda text: languages.index(text.language) if text.language in languages else len(languages))
    said = [(name, sorted(values)) for name, values in sorted(lines.items())]
    return Rule(iri, kind, next(iter(messages), None), said)
