"""The Reconciliation Service API 0.2 over a release, without HTTP: what each of its requests is answered with."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pyoxigraph as ox

from ..errors import LinkingError
from ..i18n import message
from ..search import Searcher
from ..search.collect import Text
from ..search.fields import NAMES, fields
from ..search.reason import in_order
from ..store import Store
from ..vocab import EU_AUTHORITY, XSD, prefixes
from .batch import Vocabulary, json_object, property_named, refuse, type_named
from .matching import Match, Sought, matches
from .names import Name
from .properties import Property, Value, properties, values

Names = Callable[[Iterable[str]], Mapping[str, str]]

VERSIONS: Final = ("0.1", "0.2")
_SUGGESTED: Final = 10
_MOST_VALUES: Final = 100  # of a cell that is taken over
_SHOWN: Final = 5  # values of a property of a thing in small
NOT_EXTENSION: Final = message(
    "“extend” must be an object with “ids”, a list of texts, and “properties”, a list of objects with “id”."
)
TOO_MANY_IDS: Final = message(
    "There are {count} things or properties to extend; at most {most} may be. Send several requests."
)
TOO_LATE: Final = message("The queries took longer than {most} seconds; send fewer at a time.")
_NUMBERS: Final = {f"{XSD}integer": int, f"{XSD}int": int, f"{XSD}decimal": float, f"{XSD}double": float}
_DATES: Final = frozenset({f"{XSD}date", f"{XSD}dateTime"})


class TooLateError(LinkingError):
    """A batch takes too long."""


@dataclass(frozen=True)
class Service:
    """What a release knows, for those who match their names with it.

    Attributes:
        searcher, store: of the release.
        base: of the publication.
        languages: of names, the best first.
        names: gives the names of terms and things in these languages, by their IRIs.
        most_queries, most_characters: bounds of a batch and of its texts.
        seconds: that a batch may take.
    """

    searcher: Searcher
    store: Store
    base: str
    languages: Sequence[str]
    names: Names
    most_queries: int
    most_characters: int
    seconds: float

    @property
    def start(self) -> str:
        """What the IRI of a thing begins with; its id is the rest."""
        return f"{self.base}id/"

    @cached_property
    def types(self) -> Mapping[str, str]:
        """The kinds of things by their ids, those of `fields.toml` first and in its order."""
        kinds = [kind for kind in self.searcher.kinds() if kind]
        order = {kind: place for place, kind in enumerate(fields().first)}
        return {self._short(kind): kind for kind in sorted(kinds, key=lambda kind: (order.get(kind, len(order)), kind))}

    @cached_property
    def properties(self) -> Mapping[str, Property]:
        """The properties by their ids."""
        return properties(self.store)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What queries may name."""
        either = {**self.types, **{iri: iri for iri in self.types.values()}}
        return Vocabulary(either, self.properties, self.most_queries, self.most_characters)

    @cached_property
    def _type_names(self) -> Mapping[str, str]:
        return self.names(self.types.values())

    @cached_property
    def _property_names(self) -> Mapping[str, str]:
        return self.names([each.term for each in self.properties.values()])

    def _short(self, iri: str) -> str:
        """A class as requests name it: with a prefix where there is one."""
        named = ((prefix, its) for prefix, its in prefixes(self.base).items() if iri.startswith(its))
        return next((f"{prefix}:{iri.removeprefix(its)}" for prefix, its in named if iri != its), iri)

    def type(self, iri: str) -> dict[str, str]:
        """A type in answers."""
        return {"id": self._short(iri), "name": self._type_names.get(iri, iri)}

    def property(self, wanted: Property) -> dict[str, str]:
        """A property in answers."""
        return {"id": wanted.name, "name": self._property_names.get(wanted.term, wanted.name)}

    def results(self, queries: Mapping[str, Sought]) -> dict[str, Any]:
        """The candidates of each query (§5.3).

        Raises:
            TooLateError: they take too long.
        """
        end = time.monotonic() + self.seconds
        answers = {}
        for name, sought in queries.items():
            if time.monotonic() > end:
                raise TooLateError(TOO_LATE, most=f"{self.seconds:g}")
            by_thing = matches(self.searcher, self.store, sought, self.start)
            answers[name] = {"result": [self._candidate(match) for match in by_thing]}
        return answers

    def _candidate(self, match: Match) -> dict[str, Any]:
        return {
            "id": match.iri.removeprefix(self.start),
            "name": self.name(match.texts).text,
            "description": self._description(match.texts),
            "type": [self.type(match.kind)] if match.kind else [],
            "score": match.score,
            "match": match.is_match,
            "features": [{"id": name, "value": value} for name, value in match.features.items()],
        }

    def name(self, of: Sequence[Text]) -> Text:
        """The name of a thing, in the first of the languages that it has one in."""
        return in_order([text for text in of if text.field == "name"] or list(of), self.languages)[0]

    def _description(self, of: Sequence[Text]) -> str:
        """The other names of a thing: by them people tell it from others."""
        name = self.name(of).text
        others = dict.fromkeys(text.text for text in of if text.field in NAMES and text.text != name)
        return " · ".join(list(others)[:3])

    def suggested_things(self, prefix: str, skipped: int = 0) -> list[dict[str, Any]]:
        """Things whose names begin with a text or have its words, after some that the client has already (§7)."""
        most, text = skipped + _SUGGESTED, prefix[: self.most_characters]
        hits = self.searcher.search(text, limit=most * 3).hits if text.strip() else ()
        things = [hit for hit in hits if hit.iri.startswith(self.start)][skipped:most]
        return [
            {
                "id": hit.iri.removeprefix(self.start),
                "name": self.name(hit.texts).text,
                "description": self._description(hit.texts),
                "notable": [self.type(hit.kind)] if hit.kind else [],
            }
            for hit in things
        ]

    def suggested_types(self, prefix: str, skipped: int = 0) -> list[dict[str, str]]:
        """Types whose ids or names have a text."""
        return _having(prefix, [self.type(iri) for iri in self.types.values()])[skipped:]

    def suggested_properties(self, prefix: str, skipped: int = 0) -> list[dict[str, str]]:
        """Properties whose ids or names have a text."""
        return _having(prefix, [self.property(each) for each in self.properties.values()])[skipped:]

    def proposals(self, kind: str, most: int | None = None) -> dict[str, Any]:
        """The properties that the table of somebody may be extended by (§8.1); no more than are wanted.

        Raises:
            LinkingError: there is no such type.
        """
        if kind:
            type_named(kind, self.vocabulary)
        listed = [self.property(each) for each in self.properties.values()][:most]
        return {"properties": listed, "limit": len(listed)} | ({"type": kind} if kind else {})

    def extension(self, text: str) -> dict[str, Any]:
        """The values of properties of some things (§8.2).

        Raises:
            LinkingError: the request is malformed or names something unknown, or there is too much of it.
        """
        content = json_object("extend", text)
        ids, listed = content.get("ids"), content.get("properties")
        if not (isinstance(ids, list) and isinstance(listed, list) and all(isinstance(each, str) for each in ids)):
            refuse(NOT_EXTENSION)
        if (count := max(len(ids), len(listed))) > self.most_queries:
            refuse(TOO_MANY_IDS, count=count, most=self.most_queries)
        wanted = [self._wanted(each) for each in listed]
        rows: dict[str, dict[str, list[Any]]] = {each: {} for each in ids}
        for column, most in wanted:
            cells = self._cells(ids, column, most)
            for each in rows:
                rows[each][column.name] = cells.get(each, [])
        return {"meta": [self.property(column) for column, _ in wanted], "rows": rows}

    def _wanted(self, given: object) -> tuple[Property, int]:
        """A property to extend by, and how many of its values are wanted."""
        if not isinstance(given, dict) or not isinstance(given.get("id"), str):
            refuse(NOT_EXTENSION)
        wish = given.get("settings")
        limit = str(wish.get("limit", "")) if isinstance(wish, dict) else ""
        most = int(limit) if limit.isdecimal() and len(limit) <= len(str(_MOST_VALUES)) else 0
        return property_named(given["id"], self.vocabulary), min(most or _MOST_VALUES, _MOST_VALUES)

    def _cells(self, ids: Sequence[str], column: Property, most: int) -> dict[str, list[Any]]:
        iris = {each: self.iri(each) for each in ids}
        by_thing = values(self.store, filter(None, dict.fromkeys(iris.values())), column)
        listed = {thing: its[:most] for thing, its in by_thing.items()}
        named = self.names({value.value for its in listed.values() for value in its if isinstance(value, ox.NamedNode)})
        return {each: [self._cell(value, named) for value in listed.get(iri, ())] for each, iri in iris.items()}

    def _cell(self, value: Value, named: Mapping[str, str]) -> dict[str, Any]:
        """A value in the forms of §8.2."""
        if isinstance(value, ox.NamedNode):
            name = named.get(value.value, value.value)
            if value.value.startswith(self.start):
                return {"id": value.value.removeprefix(self.start), "name": name}
            return {"str": value.value if value.value.endswith(name) else name}
        datatype = value.datatype.value
        if datatype == f"{XSD}boolean":
            return {"bool": value.value in {"true", "1"}}
        if number := _NUMBERS.get(datatype):
            return {"int" if number is int else "float": number(value.value)}
        return {"date" if datatype in _DATES else "str": value.value}

    def iri(self, name: str) -> str:
        """The IRI of a thing by its id, or by itself; empty for what is no id."""
        iri = name if name.startswith(self.start) else f"{self.start}{name}"
        try:
            return ox.NamedNode(iri).value if name else ""
        except ValueError:
            return ""

    def facts(self, iri: str) -> list[tuple[str, list[str]]]:
        """What is known of a thing, for people: the name of each property that it has, with its values."""
        order = sorted(self.properties.values(), key=lambda each: each.is_identifier)
        by_thing = ((each, values(self.store, [iri], each).get(iri, ())) for each in order)
        described = [(each, its[:_SHOWN]) for each, its in by_thing if its]
        named = self.names({value.value for _, its in described for value in its if isinstance(value, ox.NamedNode)})
        return [(self.property(each)["name"], [_shown(value, named) for value in its]) for each, its in described]


def _shown(value: Value, named: Mapping[str, str]) -> str:
    """A value for people; a code of the European Union without its address."""
    text = value.value.rpartition("/")[2] if value.value.startswith(EU_AUTHORITY) else value.value
    return text if text != value.value else named.get(value.value, value.value)


def _having(prefix: str, listed: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Those that have a text in their id or name; all for no text, none for one without a letter or digit."""
    wanted = Name.of(prefix).squeezed
    if prefix.strip() and not wanted:
        return []
    return [each for each in listed if any(wanted in Name.of(text).squeezed for text in each.values())]
