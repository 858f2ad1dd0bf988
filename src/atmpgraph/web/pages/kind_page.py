"""What the page of a thing says before its statements: facts, the words of sources, tables of what belongs to it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from ...i18n import SOURCE
from ...rdf.statements import text_of
from ...release.incoming import Incoming
from ...sparql.library import Labels, column_labels
from ...vocab import PROV, RDF
from ..core.context import Context
from ..core.description import ROWS, Description
from ..core.labels import Name
from ..core.paging import Paging, paged
from .kinds import WORDS, Kind, SectionQuery, section_query

Row: TypeAlias = tuple[Any, ...]
_SIZE: Final = 12  # rows of a table on a page
_LIMIT: Final = 20  # of the queries that limit their rows
_VALUES: Final = 12  # of a fact on a page


@dataclass(frozen=True)
class Table:
    """A section: rows of terms, and None where there is no value.

    Attributes:
        name: for links to it.
        title, language: what it shows, and the language of that.
        columns: the labels of those that have values.
        rows: the rows of the page.
        is_cut: there may be more rows, which the page does not lead to.
    """

    name: str
    title: str
    language: str
    columns: list[str]
    rows: list[Row]
    is_cut: bool


@dataclass(frozen=True)
class KindPage:
    """What the template of a kind shows.

    Attributes:
        kind: of the thing.
        type: the class that makes it one of this kind.
        facts: its properties with their values, of every source.
        sources: that state them.
        words: what sources say, word for word: rows of quotation, words, source, place and speaker.
        tables: of what belongs to it.
        paging: of all tables at once.
        position: latitude and longitude.
    """

    kind: Kind
    type: str
    facts: list[tuple[str, list[Any]]]
    sources: list[str]
    words: list[Row]
    tables: list[Table]
    paging: Paging
    position: tuple[str, str] | None

    @property
    def iris(self) -> Iterator[str]:
        """All that need a name."""
        yield from (self.type, *self.sources)
        for predicate, values in self.facts:
            yield predicate
            yield from (text_of(value) for value in values if isinstance(value, ox.NamedNode))
        for row in [*self.words, *(row for table in self.tables for row in table.rows)]:
            yield from (term.value for term in row if isinstance(term, ox.NamedNode))

    def sorted(self, names: dict[str, Name]) -> "KindPage":
        """The same with the rows of each table in the order of their names."""
        return replace(self, tables=[replace(t, rows=sorted(t.rows, key=_order(names))) for t in self.tables])


def kind_page(context: Context, described: Description, kind: Kind) -> KindPage:
    """What a thing of a kind shows.

    Raises:
        ProblemError: 404 there is no such page.
    """
    release, topic = context.release, described.topic
    links = {query: Incoming(release, topic, only=query.incoming) for query in kind.sections if query.incoming}
    paging = paged(max(map(len, links.values()), default=0), _SIZE, ROWS)
    labels = column_labels(context.settings.layered("queries"))
    tables = []
    for query in kind.sections:
        linked = links.get(query)
        subjects = (
            [subject for _, subject in linked[paging.first : paging.first + _SIZE]] if linked is not None else None
        )
        if subjects or (subjects is None and paging.number == 1):
            rows = _answer(context, query, topic, subjects or ())
            if rows:
                tables.append(_table(context, query, rows, labels))
    facts, sources = _facts(context, described, kind)
    words = _answer(context, section_query(WORDS), topic, ()) if paging.number == 1 else []
    types = {text_of(q.object) for q in described.quads if q.predicate.value == RDF + "type"}
    named = next(name for name in kind.classes if name in types)
    return KindPage(kind, named, facts, sources, words, tables, paging, _position(described))


def _answer(context: Context, query: SectionQuery, topic: str, items: Iterable[str]) -> list[Row]:
    """The rows of a section, in an order that is the same on every engine."""
    values = " ".join(str(ox.NamedNode(item)) for item in items)
    text = query.text.replace("$topic", str(ox.NamedNode(topic))).replace("$items", values)
    rows = (tuple(row[name] for name in query.columns) for row in context.release.store.select(text))
    return sorted(rows, key=lambda row: list(map(str, row)))


def _table(context: Context, query: SectionQuery, rows: list[Row], labels: Labels) -> Table:
    tags = (*context.languages, SOURCE)
    title, tag = next((query.head.texts["title", t], t) for t in tags if ("title", t) in query.head.texts)
    filled = [place for place in range(len(query.columns)) if any(row[place] is not None for row in rows)]
    texts = query.head.texts
    columns = [
        next(
            label
            for label in (
                *(texts.get((f"column.{query.columns[place]}", t)) for t in tags),
                *(labels.get((query.columns[place], t)) for t in tags),
                query.columns[place],
            )
            if label
        )
        for place in filled
    ]
    shown = list(dict.fromkeys(tuple(row[place] for place in filled) for row in rows))
    return Table(query.name, title, tag, columns, shown, query.is_limited and len(rows) >= _LIMIT)


def _facts(context: Context, described: Description, kind: Kind) -> tuple[list[tuple[str, list[Any]]], list[str]]:
    """The values of the properties of a kind; of texts in several languages that of the reader."""
    values: dict[str, dict[Any, None]] = {predicate: {} for predicate in kind.facts}
    graphs = dict.fromkeys(text_of(q.graph_name) for q in described.quads if q.predicate.value in values)
    for quad in described.quads:
        values.get(quad.predicate.value, {})[quad.object] = None
    facts = [
        (predicate, best_texts(list(linked), context.languages)[:_VALUES])
        for predicate, linked in values.items()
        if linked
    ]
    return facts, list(dict.fromkeys(_source(context, graph) for graph in sorted(graphs)))


def _source(context: Context, graph: str) -> str:
    """The source whose statements a graph has; the graph itself, if it names none."""
    lines = context.release.quads(graph, PROV + "hadPrimarySource")
    return next((text_of(quad.object) for quad in lines), graph)


def best_texts(values: list[Any], languages: tuple[str, ...]) -> list[Any]:
    """All values that have no language, and the texts in the first language that there are any in."""
    tagged = [value for value in values if isinstance(value, ox.Literal) and value.language]
    rank = {tag: place for place, tag in enumerate(languages)}
    best = min((rank.get(text.language or "", len(languages)) for text in tagged), default=0)
    return [v for v in values if v not in tagged or rank.get(v.language or "", len(languages)) == best]


def _position(described: Description) -> tuple[str, str] | None:
    """Where a thing is (WGS 84), as every source says that it is."""
    at = {
        name: text_of(quad.object)
        for quad in described.quads
        for name in ("lat", "long")
        if quad.predicate.value == f"http://www.w3.org/2003/01/geo/wgs84_pos#{name}"
    }
    return (at["lat"], at["long"]) if len(at) == 2 else None


def _order(names: dict[str, Name]) -> Callable[[Row], list[str]]:
    """The key of a row: the names of its terms, which stand for them."""

    def key(row: Row) -> list[str]:
        return ["" if t is None else (names[t.value].text if t.value in names else text_of(t)).casefold() for t in row]

    return key
