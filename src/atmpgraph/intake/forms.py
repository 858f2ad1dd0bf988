"""The forms of files that are recognised: the names of their columns, and what becomes of each (`forms/*.toml`)."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from .codes_of_others import plain
from .keys import key_of
from .layout import last_level

_BESIDE: Final = re.compile(r"\([^)]*\)|\d+")
_HERE: Final = Path(__file__).parent / "forms"
# What a cell of ours comes from: columns or a name, and what is done with it, one after another.
Cell: TypeAlias = str
_LANGUAGES: Final = ("_language", "_every", "_first")


@dataclass(frozen=True)
class RowForm:
    """A row of ours that a row of theirs gives.

    Attributes:
        table: the name of ours.
        cells: by column, what the cell comes from.
        when: the column of theirs that must be filled, if one must.
    """

    table: str
    cells: Mapping[str, Cell]
    when: str = ""

    def columns(self) -> set[str]:
        """The columns of theirs that it reads."""
        sources = [cell.partition("|") for cell in self.cells.values()]
        read = {name.strip() for before, _, _ in sources for name in before.split(",")}
        read |= {verb.removeprefix(" days to ").strip() for _, _, verb in sources if verb.startswith(" days to ")}
        return {name for name in read if not name.startswith(("@", "=", "#"))}


@dataclass(frozen=True)
class KeyForm:
    """What things of one kind are told apart and named by.

    Attributes:
        identity: the columns whose first filled one tells them apart.
        names: the columns whose first filled one gives the key its words.
        scheme: the registry of the identity, where an organisation may be there already by it.
    """

    identity: tuple[str, ...]
    names: tuple[str, ...]
    scheme: str = ""


@dataclass(frozen=True)
class Form:
    """A form of files.

    Attributes:
        name: for people.
        needs: the columns without which a file is not of this form.
        rows: what each row gives.
        source: the row of `sources` that stands for it; empty where the file itself is the source.
        titles: of the source, by language.
        headers: other headings of a column.
        keys: by kind of thing.
        guards: what a column must hold, or the row is one whose columns are shifted.
        language: of its texts.
        pattern: of the headings of columns that give rows of their own, if there are any.
        column_rows: what each cell of those gives.
        totals: what stands in the place of a name where a row sums up the others, as keys.
        parts: those of `totals` that begin no name of a thing.
        unmarked: what a column that gives rows of its own holds where it gives none.
        is_proposed: whether a person has to agree.
    """

    name: str
    needs: tuple[str, ...]
    rows: tuple[RowForm, ...]
    source: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    keys: Mapping[str, KeyForm] = field(default_factory=dict)
    guards: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    pattern: str = ""
    column_rows: tuple[RowForm, ...] = ()
    totals: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    unmarked: frozenset[str] = frozenset()
    is_proposed: bool = False

    def columns(self) -> list[str]:
        """The columns that it reads, in their order."""
        read = [name for row in self.rows for name in sorted(row.columns())]
        read += [name for key in self.keys.values() for name in (*key.identity, *key.names)]
        return list(dict.fromkeys([*self.needs, *self.headers, *read, *self.guards]))

    def placed(self, header: Sequence[str]) -> dict[str, int]:
        """Where each of its columns is, by the exact name or another heading; of two with one name the first counts."""
        places: dict[str, int] = {}
        for place, heading in enumerate(header):
            places.setdefault(plain(heading), place)
        return {
            column: places[name]
            for column in self.columns()
            for name in [next((plain(each) for each in self.names(column) if plain(each) in places), "")]
            if name
        }

    def names(self, column: str) -> tuple[str, ...]:
        """What a column is called."""
        return (column, *self.headers.get(column, ()))

    def amounts(self) -> set[str]:
        """The columns that hold amounts of money, in euros."""
        cells = [cell.split("|") for row in self.rows for cell in row.cells.values()]
        return {source.strip() for source, *steps in cells for step in steps if step.strip() in {"money", "amount"}}

    def naming(self) -> set[str]:
        """The columns with names of things."""
        return {name for key in self.keys.values() for name in key.names}

    def named(self) -> set[str]:
        """The columns with names that a row must have: words, and no numbers."""
        return self.naming() & {*self.needs} - self.guards.keys()

    def is_total(self, name: str) -> bool:
        """Whether the name of a row says that it sums up others, whatever stands in brackets, and in which year.

        A sum of a part may name it (“Sous-total Belgique”); “Total” is the beginning of names as well.
        """
        key = key_of(_BESIDE.sub(" ", name))
        return key in self.totals or any(key.startswith(f"{each}-") for each in self.totals & self.parts)

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a sheet with such headings is of this form."""
        return set(self.needs) <= self.placed(header).keys()

    def repeated(self, header: Sequence[str]) -> dict[int, str]:
        """The columns that give rows of their own, with the number in their heading."""
        if not self.pattern:
            return {}
        matches = [
            (place, re.match(self.pattern, last_level(heading).strip(), re.IGNORECASE))
            for place, heading in enumerate(header)
        ]
        return {place: match[1] for place, match in matches if match}


@cache
def forms() -> tuple[Form, ...]:
    """The forms that come with the software."""
    read = [tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(_HERE.glob("*.toml"))]
    return tuple(_form(content, one) for content in read for one in content["forms"])


def _form(content: Mapping[str, Any], one: Mapping[str, Any]) -> Form:
    shared: Mapping[str, Any] = content[one["like"]] if "like" in one else one
    source = dict(content.get("source", {}))
    titles = source.pop("title", {})
    renamed = {name: (other,) for name, other in one.get("rename", {}).items()}
    columns = one.get("columns", {})
    return Form(
        one["name"],
        tuple(one["needs"]),
        tuple(map(_row, shared["rows"])),
        source,
        titles,
        {**one.get("headers", {}), **renamed},
        {kind: _key(key) for kind, key in shared.get("keys", {}).items()},
        one.get("guards", {}),
        one.get("language", ""),
        columns.get("pattern", ""),
        tuple(map(_row, columns.get("rows", ()))),
        frozenset(map(key_of, one.get("totals", ()))),
        frozenset(map(key_of, one.get("parts", ()))),
        frozenset(map(plain, columns.get("unmarked", ()))),
        bool(one.get("proposed")),
    )


def _row(row: Mapping[str, str]) -> RowForm:
    cells = {name: cell for name, cell in row.items() if name not in {"table", "when"}}
    return RowForm(row["table"], cells, row.get("when", ""))


def _key(key: Mapping[str, Any]) -> KeyForm:
    return KeyForm(tuple(key["identity"]), tuple(key["names"]), key.get("scheme", ""))


def in_languages(column: str, language: str, languages: Sequence[str]) -> dict[str, str]:
    """The columns that a cell fills, each with its language: `title_language` that of the form, `label_every` all."""
    name, ending = next(
        ((column.removesuffix(each), each) for each in _LANGUAGES if column.endswith(each)), (column, "")
    )
    match ending:
        case "_language":
            return {f"{name}_{language}": language}
        case "_first":
            return {f"{name}_{languages[0]}": languages[0]}
        case "_every":
            return {f"{name}_{each}": each for each in languages}
    return {column: language}
