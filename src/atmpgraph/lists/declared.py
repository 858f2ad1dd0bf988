"""The declarations of lists, `lists/<slug>.toml`: what is listed, and what is shown of it (docs/lists.md).

A pattern is SPARQL: `things` binds `?thing`, a column's `value` binds `?thing` and `?value` and, where it names them,
`?unit`, `?currency` and `?qualifier` of a number. The prefixes of `vocab.py` need no declaration.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import pyoxigraph as ox

from ..errors import QueryError, SettingsError
from ..findings import Finding, Place, Severity
from ..i18n import every_language, message
from ..reasons import reason_of
from ..sparql.syntax.complexity import expect_shallow
from ..vocab import prefixes

if TYPE_CHECKING:  # a worker starts faster without
    from ..settings.layers import Folder

Facet: TypeAlias = Literal["", "value", "year"]

THINGS: Final = "things"  # the list of all things, which has those of any class
CLASS: Final = "type"  # its column with the class
DETAILS: Final = ("unit", "currency", "qualifier")  # of a number
RESERVED: Final = frozenset({"page", "sort", "lang", "all", "format", "output"})  # parameters of a list's URL
_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)$")
_NAME: Final = re.compile(r"[a-z][a-z0-9-]*")
_FACETS: Final[tuple[Facet, ...]] = ("", "value", "year")
_KEYS: Final = {
    "list": {"title", "description", "menu", "things", "sort", "columns"},
    "column": {"label", "value", "facet", "sort", "shown", "absent"},
}


class DeclarationError(ValueError):
    """What is wrong with a declaration: a sentence in English and its values, and the place in the file."""

    def __init__(self, sentence: str, at: str = "", **values: object) -> None:
        """Say what is wrong at a text of the file."""
        super().__init__(sentence)
        self.sentence, self.at, self.values = sentence, at, values


@dataclass(frozen=True)
class Column:
    """A column of a list.

    Attributes:
        name: in URLs.
        label: in each language.
        value: the pattern of its values; empty for the thing itself.
        facet: what one filters by: not at all, its values, or their years.
        sorts: whether the list can be sorted by it.
        shown: whether it is a column of the table, and not a filter alone.
        absent: what the page says, in each language, of a thing that has no value; nothing if empty.
    """

    name: str
    label: Mapping[str, str]
    value: str = ""
    facet: Facet = ""
    sorts: bool = True
    shown: bool = True
    absent: Mapping[str, str] = field(default_factory=dict)

    @property
    def details(self) -> list[str]:
        """The variables of a number that the pattern binds besides."""
        return [name for name in DETAILS if re.search(rf"[?$]{name}\b", self.value)]

    @property
    def query(self) -> str:
        """Its values, of everything."""
        return f"SELECT ?thing ?value {' '.join(f'?{name}' for name in self.details)} WHERE {{ {self.value} }}"


@dataclass(frozen=True)
class Declaration:
    """A list.

    Attributes:
        slug: the path of its page.
        title, description: in each language.
        things: the pattern of what is listed.
        menu: its place in the menu; 0 for none.
        sort: the column that it is sorted by; with a minus sign, the largest first.
        columns: the first one leads to the thing.
    """

    slug: str
    title: Mapping[str, str]
    things: str
    description: Mapping[str, str] = field(default_factory=dict)
    menu: int = 0
    sort: str = ""
    columns: tuple[Column, ...] = ()

    @property
    def query(self) -> str:
        """What is listed."""
        return f"SELECT DISTINCT ?thing WHERE {{ {self.things} }}"

    def as_json(self) -> dict[str, Any]:
        """What a release keeps of it."""
        columns = [
            {
                "name": column.name,
                "label": column.label,
                "facet": column.facet,
                "sorts": column.sorts,
                "shown": column.shown,
                "details": column.details,
                **({"absent": column.absent} if column.absent else {}),
            }
            for column in self.columns
        ]
        return {
            "slug": self.slug,
            "title": self.title,
            "description": self.description,
            "menu": self.menu,
            "sort": self.sort,
            "columns": columns,
        }


def prologue() -> str:
    """The prefixes that each pattern may use."""
    return "".join(f"PREFIX {name}: <{namespace}>\n" for name, namespace in prefixes("").items() if ":" in namespace)


def declarations(folder: "Folder", base: str) -> list[Declaration]:
    """The lists of a publication, by their place in the menu.

    Raises:
        SettingsError: a file declares none.
    """
    lists = []
    for file in sorted(folder.glob("*.toml"), key=lambda path: path.stem):
        try:
            lists.append(_read(file, base))
        except DeclarationError as fault:
            raise SettingsError("{file}: {reason}", file=str(file), reason=reason_of(fault)) from None
    return sorted(lists, key=lambda each: (each.menu == 0, each.menu, each.slug))


def declaration_findings(folder: "Folder", base: str, languages: Sequence[str]) -> Iterator[Finding]:
    """What is wrong with the files of a folder: each with its first fault, and the languages that it lacks."""
    for file in sorted(folder.glob("*.toml"), key=lambda path: path.stem):
        try:
            declared = _read(file, base)
        except DeclarationError as fault:
            texts = every_language(fault.sentence, **fault.values)
            yield Finding("lists", Severity.VIOLATION, texts, (Place(f"lists/{file.name}", _line(file, fault)),))
            continue
        for what in (declared.title, *(column.label for column in declared.columns)):
            if lacking := [tag for tag in languages if tag not in what]:
                word = next(iter(what.values()))
                texts = every_language(
                    "“{word}” has no translation here for {languages}; add it", word=word, languages=", ".join(lacking)
                )
                yield Finding("lists", Severity.WARNING, texts, (Place(f"lists/{file.name}"),))


def _line(file: Path, fault: DeclarationError) -> int | None:
    if isinstance(fault.values.get("line"), int):
        return int(str(fault.values["line"]))
    text = file.read_text("utf-8-sig", errors="replace")
    place = text.find(fault.at) if fault.at else -1
    return text.count("\n", 0, place) + 1 if place >= 0 else None


def _read(file: Path, base: str) -> Declaration:
    """The list that a file declares.

    Raises:
        DeclarationError: it does not.
    """
    try:
        content = tomllib.loads(file.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise DeclarationError(message("the file is not in UTF-8; save it in UTF-8")) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        match = _LINE.search(str(error))
        line = int(match[1]) if match else 1
        raise DeclarationError(message("not TOML: {reason}"), reason=reason_of(error), line=line) from None
    if not _NAME.fullmatch(file.stem):
        raise DeclarationError(
            message("the name of the file is the path of the list: small letters, digits and hyphens")
        )
    _only(content, "list")
    columns = content.get("columns", {})
    if not isinstance(columns, dict) or not columns:
        raise DeclarationError(message("a list has columns: a table [columns.<name>] for each"))
    declared = Declaration(
        slug=file.stem,
        title=_texts(content, "title", "title"),
        description=_texts(content, "description", "description") if "description" in content else {},
        things=_text(content, "things", "things"),
        menu=content["menu"] if isinstance(content.get("menu"), int) else 0,
        sort=str(content.get("sort", "")),
        columns=tuple(_column(name, column) for name, column in columns.items()),
    )
    _check_query(declared.query, "things", base)
    for column in declared.columns:
        if column.value:
            _check_query(column.query, f"[columns.{column.name}]", base)
    sortable = [column.name for column in declared.columns if column.sorts]
    if declared.sort and declared.sort.removeprefix("-") not in sortable:
        raise DeclarationError(
            message("sorted by {name}, which is none of {names}"), "sort", name=declared.sort, names=sortable
        )
    if declared.slug == THINGS and not any(each.name == CLASS and each.facet for each in declared.columns):
        raise DeclarationError(message("the list of all things has a column “{name}” with a facet"), name=CLASS)
    return declared


def _column(name: str, content: object) -> Column:
    at = f"[columns.{name}]"
    if not isinstance(content, dict):
        raise DeclarationError(message("a column is a table [columns.<name>]"), name)
    if not _NAME.fullmatch(name) or name in RESERVED:
        raise DeclarationError(message("“{name}” cannot be the name of a column"), at, name=name)
    _only(content, "column", at)
    facet = content.get("facet", "")
    if facet not in _FACETS:
        raise DeclarationError(message("a facet is one of {names}"), at, names=", ".join(filter(None, _FACETS)))
    value = _text(content, "value", at) if "value" in content else ""
    return Column(
        name,
        _texts(content, "label", at),
        value,
        facet,
        bool(content.get("sort", True)),
        bool(content.get("shown", True)),
        _texts(content, "absent", at) if "absent" in content else {},
    )


def _only(content: Mapping[str, Any], kind: str, at: str = "") -> None:
    for name in content:
        if name not in _KEYS[kind]:
            names = ", ".join(sorted(_KEYS[kind]))
            raise DeclarationError(
                message("“{name}” says nothing here; there are {names}"), at or name, name=name, names=names
            )


def _text(content: Mapping[str, Any], name: str, at: str) -> str:
    text = content.get(name)
    if not isinstance(text, str) or not text.strip():
        raise DeclarationError(message("a text “{name}” is missing"), at, name=name)
    return text


def _texts(content: Mapping[str, Any], name: str, at: str) -> dict[str, str]:
    texts = content.get(name)
    if not isinstance(texts, dict) or not texts or not all(isinstance(text, str) and text for text in texts.values()):
        raise DeclarationError(message("“{name}” has a text for each language, by its tag"), at, name=name)
    return {str(tag).lower(): text for tag, text in texts.items()}


def _check_query(query: str, at: str, base: str) -> None:
    """Make sure that a query can be run, and binds what it selects."""
    try:
        expect_shallow(query)
        ox.Store().query(prologue() + query, base_iri=base)
    except (SyntaxError, ValueError, QueryError) as error:
        raise DeclarationError(message("not a pattern of SPARQL: {reason}"), at, reason=reason_of(error)) from None
    for name in re.findall(r"\?(\w+)", query.partition("WHERE")[0]):
        if not re.search(rf"[?$]{name}\b", query.partition("WHERE")[2]):
            raise DeclarationError(message("the pattern does not bind ?{name}"), at, name=name)
