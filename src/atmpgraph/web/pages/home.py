"""The home page, from the results of the queries in `home_queries/`, which use the terms of the ontology only."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pyoxigraph as ox

from ...formats import Format
from ...vocab import DCT, SKOS
from ..core.context import Context
from ..core.description import Description
from ..core.labels import Name, page_names
from .document import DATA_FORMATS
from .figures import Topic, by_subject

Row: TypeAlias = dict[str, Any]
_QUERIES = Path(__file__).parent / "home_queries"


@dataclass(frozen=True)
class HomePage:
    """What the template shows.

    Attributes:
        topic: the partnership.
        descriptions, aliases: of it, in each language; its short names.
        topics: of it, by code list.
        figures: by subject, the partnership's own first.
        members: workpackage → rows of organisation, role and source.
        tables: rows of the other queries, by name.
        sources: the row of each source, by its IRI.
    """

    topic: str
    descriptions: list[ox.Literal]
    aliases: list[str]
    topics: dict[str, list[str]]
    figures: list[Topic]
    members: dict[str, list[Row]]
    tables: dict[str, list[Row]]
    sources: dict[str, Row]
    names: dict[str, Name]
    formats: tuple[Format, ...] = DATA_FORMATS


@cache
def _text(name: str) -> str:
    return (_QUERIES / f"{name}.rq").read_text(encoding="utf-8")


def _rows(context: Context, name: str, partnership: str) -> list[Row]:
    """The solutions of a query, in which `$partnership` is the partnership."""
    solutions = context.release.store.select(_text(name).replace("$partnership", f"<{partnership}>"))
    return [{name: row[name] for name in solutions.variables} for row in solutions]


def home_page(context: Context, described: Description) -> HomePage:
    """The home page of the partnership."""
    topic = described.topic
    tables = {name: _rows(context, name, topic) for name in ("roles", "funding", "events", "coverage", "sources")}
    figure_rows, member_rows, topic_rows = (_rows(context, name, topic) for name in ("figures", "members", "topics"))
    members: dict[str, list[Row]] = defaultdict(list)
    for row in member_rows:
        members[row["workpackage"].value].append(row)
    topics: dict[str, list[str]] = defaultdict(list)
    for row in topic_rows:
        topics[row["scheme"].value].append(row["topic"].value)
    everything = [*figure_rows, *member_rows, *topic_rows, *(row for rows in tables.values() for row in rows)]
    iris = {topic} | {t.value for row in everything for t in row.values() if isinstance(t, ox.NamedNode)}
    texts = [(q.predicate.value, q.object) for q in described.quads if isinstance(q.object, ox.Literal)]
    return HomePage(
        topic,
        [text for predicate, text in texts if predicate == DCT + "description"],
        sorted({text.value for predicate, text in texts if predicate == SKOS + "altLabel"}),
        dict(topics),
        by_subject(figure_rows, topic),
        dict(members),
        tables,
        {row["source"].value: row for row in tables["sources"]},
        page_names(context, iris),
    )
