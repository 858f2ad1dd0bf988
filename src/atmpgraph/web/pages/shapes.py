"""The pages of the shapes: all rules in words, and those of one shape with their targets and constraints in full."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pyoxigraph as ox

from ...quality.shapes_document import groups, written
from ...rdf.statements import text_of
from ...vocab import RDF, RDFS, SH
from ..core.context import Context
from ..core.description import Description
from ..core.labels import Name, page_names, shortened
from .filters import fragment

_TYPE: Final = RDF + "type"
_MESSAGE: Final = SH + "message"
_LABELS: Final = (f"{RDFS}label", f"{SH}name")
_CLASS: Final = SH + "targetClass"
_SUBJECTS: Final = tuple(SH + each for each in ("targetSubjectsOf", "targetObjectsOf", "targetNode", "path"))
_MOST: Final = 3  # things that name what a shape is about
_SUFFIX: Final = re.compile(r" shape$")


@dataclass(frozen=True)
class Rule:
    """One shape or constraint.

    Attributes:
        iri, kind: of it.
        name: what it is about, in words: its label, else the names of its targets or of its path.
        message: for data that break it, in the best language there is.
        lines: each property with its values, and with the anchor of a value that is on the page.
    """

    iri: str
    kind: str
    name: Name
    message: ox.Literal | None
    lines: list[tuple[str, list[tuple[str, str]]]]


@dataclass(frozen=True)
class ShapesPage:
    """What the template of the shapes shows.

    Attributes:
        shape: the fragment of the one whose page it is; empty for the page of all.
        sections: by the class that it is about, the groups of rules that belong together; the first of a group names
            it. Those about no class come last, under no name.
    """

    shape: str
    sections: list[tuple[Name | None, list[list[Rule]]]]


def shapes_page(context: Context, described: Description, shape: str) -> ShapesPage:
    """The rules by what they are about, by the alphabet, those of one class in the order of the document."""
    names, classes = _names(context, described.parts)
    sections: dict[str, list[list[Rule]]] = defaultdict(list)
    for members in groups(described.parts).values():
        about = classes.get(members[0])
        sections[about.text if about else ""].append([_rule(context, described, iri, names[iri]) for iri in members])
    listed = sorted(sections, key=lambda text: (not text, text.casefold()))
    shown = {about.text: about for about in classes.values()}
    return ShapesPage(shape, [(shown.get(text), sections[text]) for text in listed])


def _names(context: Context, parts: Mapping[str, Iterable[ox.Quad]]) -> tuple[dict[str, Name], dict[str, Name]]:
    """What each shape and constraint is about; and the class of those that are about one."""
    labels, ends = dict[str, Name](), dict[str, dict[bool, list[str]]]()
    for iri, quads in parts.items():
        rule = ox.NamedNode(iri)
        own = [quad for quad in quads if quad.subject == rule]
        stated = [quad.object for quad in own if quad.predicate.value in _LABELS]
        if words := _in_language([term for term in stated if isinstance(term, ox.Literal)], context.languages):
            labels[iri] = Name(words.value, words.language or "")
        ends[iri] = {
            is_class: sorted(text_of(q.object) for q in own if q.predicate.value in wanted and _is_named(q.object))
            for is_class, wanted in ((True, (_CLASS,)), (False, _SUBJECTS))
        }
    of_ends = {iri for each in ends.values() for iris in each.values() for iri in iris}
    called = page_names(context, of_ends | {iri for iri in parts if iri not in labels and not any(ends[iri].values())})
    classes = {
        iri: _capital(min((called[end] for end in each[True]), key=lambda name: name.text.casefold()))
        for iri, each in ends.items()
        if each[True]
    }
    names = {
        iri: labels.get(iri)
        or classes.get(iri)
        or _joined([called[end] for end in ends[iri][False][:_MOST]])
        or _plain(called[iri])
        for iri in parts
    }
    return names, classes


def _is_named(term: object) -> bool:
    return isinstance(term, ox.NamedNode)


def _joined(names: Sequence[Name]) -> Name | None:
    """Several names as one; None for none."""
    different = list({name.text.casefold(): name for name in names}.values())
    languages = {name.language for name in different}
    text = ", ".join(name.text for name in different)
    return _capital(Name(text, languages.pop() if len(languages) == 1 else "")) if different else None


def _plain(name: Name) -> Name:
    """The words of an address without that it is a shape."""
    return _capital(replace(name, text=_SUFFIX.sub("", name.text)))


def _capital(name: Name) -> Name:
    return replace(name, text=name.text[:1].upper() + name.text[1:])


def _in_language(texts: list[ox.Literal], languages: Sequence[str]) -> ox.Literal | None:
    """The text in the first of the languages that has one, else any."""
    order = {tag: place for place, tag in enumerate(languages)}
    return min(texts, key=lambda text: order.get(text.language or "", len(order)), default=None)


def _rule(context: Context, described: Description, iri: str, name: Name) -> Rule:
    quads, base, rule = described.parts[iri], context.base, ox.NamedNode(iri)
    lines: dict[str, list[tuple[str, str]]] = defaultdict(list)
    messages, kind = [], ""
    for quad in quads:
        if quad.subject != rule:
            continue
        predicate, term = quad.predicate.value, quad.object
        if predicate == _MESSAGE and isinstance(term, ox.Literal):
            messages.append(term)
        elif predicate == _TYPE and isinstance(term, ox.NamedNode):
            kind = shortened(term.value, base)
        else:
            here = isinstance(term, ox.NamedNode) and term.value in described.parts
            anchor = f"#{fragment(text_of(term))}" if here else ""
            lines[shortened(predicate, base)].append((written(term, quads, base), anchor))
    stated = [(line, sorted(values)) for line, values in sorted(lines.items())]
    return Rule(iri, kind, name, _in_language(messages, context.languages), stated)
