"""The page of a thing: its properties by the source that states them, incoming links, and all names."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

import pyoxigraph as ox

from ...addresses import iri_to_path
from ...formats import HTML, Format
from ...profiles.registry import MODEL
from ...rdf.statements import text_of
from ...vocab import ATMPGRAPH, DCT, LABELS, RDF, SKOS
from ..core.context import Context
from ..core.description import Description
from ..core.labels import Name, page_names
from ..core.made_names import table_name
from ..core.paging import Paging
from .history import earlier_readings
from .kind_page import KindPage, kind_page
from .kinds import kind_of

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | ox.DefaultGraph

_TYPE: Final = RDF + "type"
_FIRST: Final = (_TYPE, *LABELS, DCT + "description", SKOS + "definition")
_TEXTS: Final = (DCT + "description", SKOS + "definition")
_SECTIONS: Final = 12  # sources on a page
_VALUES: Final = 10  # of a property in the statements of a thing whose kind has a page
# The formats that a page links to: each has the whole description.
DATA_FORMATS: Final[tuple[Format, ...]] = tuple(f for f in MODEL.formats if f is not HTML)


@dataclass(frozen=True)
class Section:
    """What one source states: graph, date, confidence, values by property, and how many of a property are left out."""

    graph: str
    issued: str
    confidence: str
    properties: list[tuple[str, list[Term]]]
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DocumentPage:
    """What the template of a document shows.

    Attributes:
        topic, document, types: of the thing.
        sections: its properties.
        more_sources: how many more state something, of a thing of which very many do.
        rows: of the tables that it comes from: IRI, table and number of each.
        incoming: the subjects that link to it, by predicate.
        paging: of the incoming links.
        codes: the paging of its values, where they have pages.
        names: of every IRI on the page.
        about: what its kind of things shows; None for a class that has no page of its own.
        earlier: of a figure what it was from when on, with the release, if it was ever anything else.
        history_path: of the thing in the URL of its history; empty where it has none.
        formats: the page links to.
    """

    topic: str
    document: str
    types: list[str]
    sections: list[Section]
    more_sources: int
    rows: list[tuple[str, str, str]]
    incoming: list[tuple[str, list[str]]]
    paging: Paging | None
    codes: Paging | None
    names: dict[str, Name]
    about: KindPage | None = None
    earlier: Sequence[tuple[str, str, str]] = ()
    history_path: str = ""
    formats: tuple[Format, ...] = DATA_FORMATS

    def summary(self, language: str) -> str:
        """What search engines and messengers show of the page: a text about the thing, else name and class."""
        texts = [
            value
            for section in self.sections
            for predicate, values in section.properties
            if predicate in _TEXTS
            for value in values
            if isinstance(value, ox.Literal)
        ]
        best = min(texts, key=lambda text: text.language != language, default=None)
        if best is not None:
            return best.value
        if self.about and self.about.words:
            return text_of(self.about.words[0][1])
        shown = [self.topic, *([self.about.type] if self.about else self.types[:1])]
        return " – ".join(self.names[iri].text for iri in shown if iri in self.names)


def document_page(context: Context, described: Description) -> DocumentPage:
    """The page of a description."""
    topic = described.topic
    rows = sorted(_row(context, text_of(q.object)) for q in described.quads if _is_row(context, q))
    graphs = _by_graph(context, described.quads)
    sections = _sections(context, dict(list(graphs.items())[:_SECTIONS]))
    incoming = incoming_links(described)
    types = [text_of(q.object) for q in described.quads if q.predicate.value == _TYPE]
    kind = kind_of(types)
    about = kind_page(context, described, kind) if kind else None
    if about:  # its tables have all that is much, in pages
        sections = [_first_values(section) for section in sections]
    iris = {topic, *types, *(iri for predicate, subjects in incoming for iri in (predicate, *subjects))}
    for section in sections:
        iris |= {section.graph, section.confidence, *(p for p, _ in section.properties)} - {""}
        iris |= {t.value for _, values in section.properties for t in values if isinstance(t, ox.NamedNode)}
    iris |= {*about.iris, *(iri for iri, _, _ in rows)} if about else set()
    names = page_names(context, iris)
    return DocumentPage(
        topic,
        described.document,
        list(dict.fromkeys(types)),
        sections,
        len(graphs) - len(sections),
        rows,
        incoming,
        described.incoming,
        described.paging,
        names,
        about.sorted(names) if about else None,
        earlier_readings(context, described),
        (iri_to_path(context.iris.things, topic) or "") if context.iris.is_thing(topic) else "",
    )


def incoming_links(described: Description) -> list[tuple[str, list[str]]]:
    """The subjects on the page of the links to a thing, by predicate."""
    shown = described.links[described.incoming.first : described.incoming.last] if described.incoming else []
    by_predicate: dict[str, list[str]] = defaultdict(list)
    for predicate, subject in shown:
        if subject not in described.parts:
            by_predicate[predicate].append(subject)
    return sorted(by_predicate.items())


def _is_row(context: Context, quad: ox.Quad) -> bool:
    return quad.predicate.value == DCT + "source" and text_of(quad.object).startswith(context.iris.tables)


def _row(context: Context, iri: str) -> tuple[str, str, str]:
    """The IRI of a row, its table and its number: `…/organisations.csv#row=5` (RFC 7111 §2)."""
    file, _, number = iri.rpartition("/")[2].partition("#row=")
    return iri, table_name(file, context.release.table_titles, context.language), number


def _by_graph(context: Context, quads: Iterable[ox.Quad]) -> dict[str, dict[str, list[Term]]]:
    """The values of each property by their source, rows of tables left out; counts come last."""
    by_graph: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        if not _is_row(context, quad):
            by_graph[text_of(quad.graph_name)][quad.predicate.value].append(quad.object)
    return {graph: by_graph[graph] for graph in sorted(by_graph, key=lambda graph: ("/.well-known/" in graph, graph))}


def _sections(context: Context, by_graph: Mapping[str, dict[str, list[Term]]]) -> list[Section]:
    """The statements by their source, the oldest first."""
    return sorted(
        (_section(context, graph, properties) for graph, properties in by_graph.items()),
        key=lambda s: (not s.issued, s.issued, "/.well-known/" in s.graph, s.graph),
    )


def _first_values(section: Section) -> Section:
    """A section with the first values of each property."""
    left_out = {name: len(terms) - _VALUES for name, terms in section.properties if len(terms) > _VALUES}
    return replace(
        section, properties=[(name, terms[:_VALUES]) for name, terms in section.properties], left_out=left_out
    )


def _section(context: Context, graph: str, properties: dict[str, list[Term]]) -> Section:
    about = {quad.predicate.value: text_of(quad.object) for quad in context.release.quads(graph)}
    for values in properties.values():
        values.sort(key=lambda term: _by_language(term, context.languages))
    ordered = sorted(properties.items(), key=lambda p: (_FIRST.index(p[0]) if p[0] in _FIRST else len(_FIRST), p[0]))
    confidence = about.get(ATMPGRAPH + "confidence", "")
    return Section(graph, about.get(DCT + "issued", ""), confidence, ordered)


def _by_language(term: Term, languages: tuple[str, ...]) -> int:
    """The reader's language first; stable for all else."""
    tag = term.language if isinstance(term, ox.Literal) else None
    return languages.index(tag) if tag in languages else len(languages)
