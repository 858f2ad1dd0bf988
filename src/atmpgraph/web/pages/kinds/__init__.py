"""What pages of things show, by their kind: `kinds.toml`, and a query for each section of a page."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from ....sparql.query_head import QueryHead
from ....vocab import prefixes

_FOLDER: Final = Path(__file__).parent
_HEAD: Final = re.compile(r"^#\+ .*\n", re.MULTILINE)
_INCOMING: Final = re.compile(r"^#\+ incoming: (\S+)$", re.MULTILINE)
WORDS: Final = "words"  # the query of what the sources say of the thing, word for word


@dataclass(frozen=True)
class SectionQuery:
    """A section of a page.

    Attributes:
        name: of its file.
        text: of the query, in which `$topic` is the thing, and `$items` some of those that link to it.
        head: its title, and the labels of its columns.
        incoming: the property of these links; empty for a query that needs none.
    """

    name: str
    text: str
    head: QueryHead
    incoming: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The variables of the answer."""
        return self.head.columns

    @property
    def is_limited(self) -> bool:
        """Whether there may be more rows than the answer has."""
        return "LIMIT" in self.text


@dataclass(frozen=True)
class Kind:
    """A kind of things.

    Attributes:
        name: of it.
        classes: of its things, those that people know best first.
        template: of its page, in the folder `kinds`.
        facts: the properties that say what it is, in the order of the page.
        sections: of its page.
    """

    name: str
    classes: tuple[str, ...]
    template: str
    facts: tuple[str, ...]
    sections: tuple[SectionQuery, ...]


def kind_of(types: Sequence[str]) -> Kind | None:
    """The first kind that a thing of some classes is of; None for a class that nobody thought of."""
    return next((kind for kind in _kinds() if not set(kind.classes).isdisjoint(types)), None)


@cache
def section_query(name: str) -> SectionQuery:
    """The query of a section."""
    text = (_FOLDER / f"{name}.rq").read_text(encoding="utf-8")
    incoming = _INCOMING.search(text)
    return SectionQuery(name, _HEAD.sub("", text), QueryHead(text), _iri(incoming[1]) if incoming else "")


@cache
def _kinds() -> list[Kind]:
    declared: Mapping[str, Mapping[str, list[str]]] = tomllib.loads((_FOLDER / "kinds.toml").read_text("utf-8"))
    return [
        Kind(
            name,
            tuple(map(_iri, kind["classes"])),
            f"kinds/{kind.get('template', 'thing.html')}",
            tuple(map(_iri, kind["facts"])),
            tuple(map(section_query, kind["sections"])),
        )
        for name, kind in declared.items()
    ]


def _iri(shortened: str) -> str:
    prefix, _, local = shortened.partition(":")
    return f"{prefixes('')[prefix]}{local}"
