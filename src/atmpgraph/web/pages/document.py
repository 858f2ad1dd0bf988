"""The page of a thing as data: its properties by the source that states them, what links to it, and all names."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import pyoxigraph as ox

from ...formats import HTML, Format
from ...profiles.registry import MODEL
from ...vocab import DCT, LABELS, RDF, SKOS
from ..core.context import release, settings
from ..core.description import Description, incoming
from ..core.i18n import fallback
from ..core.labels import Name, names, shortened

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | ox.DefaultGraph

_FIRST = [RDF + "type", *LABELS, DCT + "description", SKOS + "definition"]
# The formats that a page links to: each is the thing whole, the page apart.
FORMATS: tuple[Format, ...] = tuple(f for f in MODEL.formats if f is not HTML)


@dataclass(frozen=True)
class Section:
    """What one source states: its graph, when it was issued, how far it is trusted, and values by property."""

    graph: str
    issued: str
    confidence: str
    properties: list[tuple[str, list[Term]]]


@dataclass(frozen=True)
class Page:
    """All that the template of a document shows."""

    topic: str
    document: str
    types: list[str]
    sections: list[Section]
    rows: list[tuple[str, str, str]]
    parts: dict[str, list[Section]]
    incoming: list[tuple[str, list[str]]]
    cut: bool
    most: int
    names: dict[str, Name]
    formats: tuple[Format, ...] = FORMATS


def name_all(iris: Iterable[str]) -> dict[str, Name]:
    """Names in the language of the page."""
    languages, wanted = fallback(), list(iris)
    opened = release()
    found = names(opened.store, wanted, languages)
    unnamed = [iri for iri, name in found.items() if name.text == shortened(iri, opened.base)]
    own = [iri for iri in unnamed if opened.in_catalogue(iri)]
    return found | names(opened.catalogue_store, own, languages) if own else found


def document_page(described: Description) -> Page:
    """The page of a description."""
    base, topic = settings().base, described.topic
    rows = sorted(_row(_text(q.object)) for q in described.quads if _is_row(q, base))
    sections = _sections([q for q in described.quads if not _is_row(q, base)])
    parts = {iri: _sections([q for q in quads if not _is_row(q, base)]) for iri, quads in described.parts.items()}
    links, cut = incoming(release(), topic, settings().limits.incoming_links)
    by_predicate: dict[str, list[str]] = defaultdict(list)
    for predicate, subject in links:
        if subject not in parts:
            by_predicate[predicate].append(subject)
    types = [_text(q.object) for q in described.quads if q.predicate.value == _FIRST[0]]
    iris = {topic, *parts, *(iri for pair in links for iri in pair)}
    for section in [*sections, *(s for part in parts.values() for s in part)]:
        iris |= {section.graph, section.confidence, *(p for p, _ in section.properties)} - {""}
        iris |= {t.value for _, values in section.properties for t in values if isinstance(t, ox.NamedNode)}
    return Page(
        topic,
        described.document,
        list(dict.fromkeys(types)),
        sections,
        rows,
        parts,
        sorted(by_predicate.items()),
        cut,
        settings().limits.incoming_links,
        name_all(iris),
    )


def _text(term: Term) -> str:
    """The IRI or the words of a term."""
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


def _is_row(quad: ox.Quad, base: str) -> bool:
    return quad.predicate.value == DCT + "source" and _text(quad.object).startswith(f"{base}doc/table/")


def _row(iri: str) -> tuple[str, str, str]:
    """The IRI of a row, its table and its number: `…/organisations.csv#row=5` (RFC 7111 §2)."""
    table, _, number = iri.rpartition("/")[2].partition("#row=")
    return iri, table, number


def _sections(quads: list[ox.Quad]) -> list[Section]:
    by_graph: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        by_graph[_text(quad.graph_name)][quad.predicate.value].append(quad.object)
    return sorted(
        (_section(graph, properties) for graph, properties in by_graph.items()),
        key=lambda s: (not s.issued, s.issued, "/.well-known/" in s.graph, s.graph),  # counts come last
    )


def _section(graph: str, properties: dict[str, list[Term]]) -> Section:
    about = {quad.predicate.value: _text(quad.object) for quad in release().quads(graph)}
    for values in properties.values():
        values.sort(key=_by_language)
    ordered = sorted(properties.items(), key=lambda p: (_FIRST.index(p[0]) if p[0] in _FIRST else len(_FIRST), p[0]))
    confidence = about.get(f"{settings().base}ns/atmp#confidence", "")
    return Section(graph, about.get(DCT + "issued", ""), confidence, ordered)


def _by_language(term: Term) -> int:
    """The reader's language first; stable for all else."""
    languages = fallback()
    tag = term.language if isinstance(term, ox.Literal) else None
    return languages.index(tag) if tag in languages else len(languages)
