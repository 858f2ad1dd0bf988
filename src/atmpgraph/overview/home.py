"""What the home page shows: of every kind of thing the first by importance, and how many there are.

The queries in `home_queries/` use the terms of the ontology only. A release keeps the result (`release/layout.py`).
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cache
from heapq import nsmallest
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from ..rdf.statements import text_of
from ..store import Store
from ..vocab import RDF
from .figures import by_subject

# A solution, as JSON too: an IRI as a string, a literal as [value, language, datatype].
Row: TypeAlias = dict[str, Any]

LONGEST: Final = 200  # rows of a section in a release; a page shows no more
_PREFIX: Final = re.compile(r"^PREFIX ([\w-]+): <([^>]+)>$", re.MULTILINE)
_SHORTENED: Final = re.compile(r"(?<![\w<?$-])([a-z][\w-]*):([A-Za-z]\w*)")
_DETAILS: Final = ("by", "quotation", "words", "row")
_QUERIES: Final = Path(__file__).parent / "home_queries"


@dataclass(frozen=True)
class Section:
    """The rows of one section.

    Attributes:
        rows: the most important first, as JSON, each with its place in the order of the page.
        count: of all rows there are.
    """

    rows: list[tuple[int, Row]]
    count: int

    def shown(self, whole: int, first: int) -> list[Row]:
        """All rows if there are no more than `whole`, else the `first` most important; in the order of the page."""
        chosen = self.rows[: whole if self.count <= whole else first]
        return [_row(row) for _, row in sorted(chosen, key=lambda pair: pair[0])]


@dataclass(frozen=True)
class Group:
    """Rows that belong together: the members of a work package, the claims of an indicator.

    Attributes:
        key: IRIs of that.
        rows: the first, as JSON until they are `read`.
        count: of all.
        disputed: no value is common to all sources.
    """

    key: tuple[str, ...]
    rows: list[Row]
    count: int
    disputed: bool = False

    def read(self, most: int) -> "Group":
        """The group with its first rows."""
        return replace(self, rows=list(map(_row, self.rows[:most])))


def _amount(row: Row) -> Decimal:
    try:
        return -Decimal(row["value"].value) if row["value"] is not None else Decimal(0)
    except InvalidOperation:
        return Decimal(0)


# How important a row is, given its place in the order of the page; the first by default.
_RANKS: Final[Mapping[str, Callable[[int, Row], Any]]] = {
    "coverage": lambda _, row: -int(row["sources"].value),
    "events": lambda place, _: -place,  # the newest
    "funding": lambda _, row: _amount(row),  # the largest
    "sources": lambda place, _: -place,
}
SECTIONS: Final = ("roles", "funding", "events", "coverage", "sources", "topics", "money", "budget")


def home(store: Store, partnership: str) -> dict[str, Any]:
    """What the home page of a partnership shows, as JSON.

    Args:
        store: of the release.
        partnership: its IRI.
    """
    sections = {name: _section(store, name, partnership) for name in SECTIONS}
    return {
        "partnership": partnership,
        "sections": {name: {"count": section.count, "rows": section.rows} for name, section in sections.items()},
        "figures": _groups(list(_figures(store, partnership))),
        "members": _groups(_members(store, partnership)),
    }


def predicates(base: str) -> frozenset[str]:
    """The properties that `home` reads, and other IRIs; statements with other properties do not change it."""
    mentioned: set[str] = set()
    for query in _QUERIES.glob("*.rq"):
        text = query.read_text(encoding="utf-8-sig")
        prefixes = dict(_PREFIX.findall(text))
        mentioned |= {prefixes[name] + local for name, local in _SHORTENED.findall(text) if name in prefixes}
    return frozenset({RDF + "type", *(iri if ":" in iri else base + iri for iri in mentioned)})


def read_sections(content: Mapping[str, Any]) -> dict[str, Section]:
    """The sections in the JSON of `home`."""
    return {name: Section(section["rows"], section["count"]) for name, section in content["sections"].items()}


def read_groups(content: Mapping[str, Any], name: str) -> tuple[list[Group], int, int]:
    """The groups `figures` or `members`, the most important first; how many groups there are, and how many rows."""
    stored = content[name]
    groups = [Group(tuple(each["key"]), each["rows"], each["count"], each["disputed"]) for each in stored["groups"]]
    return groups, stored["count"], stored["rows"]


@cache
def _text(name: str) -> str:
    return (_QUERIES / f"{name}.rq").read_text(encoding="utf-8-sig")


def _rows(store: Store, name: str, partnership: str) -> Iterator[Row]:
    """The solutions of a query, in which `$partnership` is the partnership."""
    solutions = store.select(_text(name).replace("$partnership", f"<{partnership}>"))
    terms: dict[object, object] = {}  # equal ones are one object: there may be very many rows
    for row in solutions:
        yield {name: terms.setdefault(term, term) for name, term in zip(solutions.variables, row, strict=True)}


def _section(store: Store, name: str, partnership: str) -> Section:
    rows = list(enumerate(_rows(store, name, partnership)))
    if len(rows) > 1 and (rank := _RANKS.get(name)):
        rows.sort(key=lambda pair: (rank(*pair), pair[0]))
    return Section([(place, _json(row)) for place, row in rows[:LONGEST]], len(rows))


def _figures(store: Store, partnership: str) -> Iterator[Group]:
    """The figures by subject and indicator: the partnership's own first."""
    own = {row["subject"] for row in _rows(store, "own", partnership)}
    rows = {row["figure"]: {**row, **dict.fromkeys(_DETAILS)} for row in _rows(store, "figures", partnership)}
    for detail in _rows(store, "figure-details", partnership):
        if (row := rows.get(detail["figure"])) is None:
            continue
        names = [name for name in _DETAILS if detail[name] is not None]
        if _texts(detail, names) < _texts(row, names) or row[names[0]] is None:
            row.update({name: detail[name] for name in names})  # together: a quotation has its own words
    for topic in by_subject(list(rows.values()), {term.value for term in own}, partnership):
        for indicator in topic.indicators:
            claims, key = indicator.claims, (topic.subject, indicator.indicator)
            yield Group(key, claims[:LONGEST], len(claims), indicator.disputed)


def _texts(row: Row, names: list[str]) -> list[str]:
    return ["" if row[name] is None else text_of(row[name]) for name in names]


def _members(store: Store, partnership: str) -> list[Group]:
    """The members by work package, in the order of their IRIs; if there are many, the largest ones."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(store, "members", partnership):
        rows[row["workpackage"].value].append(row)
    order = itemgetter("role", "organisation", "source")
    groups = [
        Group((workpackage,), nsmallest(LONGEST, members, lambda row: list(map(text_of, order(row)))), len(members))
        for workpackage, members in sorted(rows.items())
    ]
    return sorted(groups, key=lambda group: -group.count) if len(groups) > LONGEST else groups


def _groups(groups: list[Group]) -> dict[str, Any]:
    """Groups as JSON, with no more than `LONGEST` rows in all but for the first of each."""
    chosen, room = [], LONGEST
    for group in groups[:LONGEST]:
        rows = group.rows[: max(room, 3)]
        room = max(room - len(rows), 0)
        chosen.append(
            {"key": group.key, "rows": list(map(_json, rows)), "count": group.count, "disputed": group.disputed}
        )
    return {"count": len(groups), "rows": sum(group.count for group in groups), "groups": chosen}


def _json(row: Row) -> Row:
    return {name: _term_json(term) for name, term in row.items()}


def _term_json(term: object) -> str | list[str] | None:
    if isinstance(term, ox.Literal):
        return [term.value, term.language or "", term.datatype.value]
    return None if term is None else text_of(term)


def _row(row: Row) -> Row:
    return {name: _term(term) for name, term in row.items()}


def _term(term: str | list[str] | None) -> ox.NamedNode | ox.Literal | None:
    if isinstance(term, list):
        value, language, datatype = term
        return ox.Literal(value, language=language) if language else ox.Literal(value, datatype=ox.NamedNode(datatype))
    return None if term is None else ox.NamedNode(term)
