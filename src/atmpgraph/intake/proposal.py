"""Which form a sheet has, and where its columns go: recognised by name, or proposed, for a person to agree."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rapidfuzz import fuzz

from ..i18n import Sentence, TranslatedError, message, texts, written
from ..languages import PLACEHOLDER
from ..reasons import reason_of
from ..sources.descriptions import ColumnDescription, TableDescription
from .codes_of_others import plain
from .forms import Form, RowForm, forms
from .layout import last_level
from .quoting import quoted
from .sheets import Sheet
from .units import LONGEST, UNIT, in_euros

# What a sheet need not have: it is made, or the publication knows it.
_GIVEN: Final = frozenset({"slug", "partnership", "source"})
# Whose names stand for their keys.
_REFERENCES: Final = {"organisations": "organisation", "partnerships": "partnership"}
_VERBS: Final = {"date": "date", "number": "money", "integer": "whole", "boolean": "codes truth"}
_NOT_A_MAP: Final = message(
    "{file}: not a map of columns: {reason}. `atmpgraph import` without it shows one to begin with"
)
_NO_MAP: Final = message("there is no such file")
_NO_SHEETS: Final = message("it is a list of [[sheets]], each with a form and its columns")
_NO_FORM: Final = message("{file}: there is no form or table {form}; there are {forms}")
_NO_COLUMN: Final = message("{file}: the form {form} has no column {column}; it has {columns}")
_NO_HEADING: Final = message("{file}: the sheet has no heading {heading}; correct the map")


@dataclass(frozen=True)
class Proposal:
    """Where the columns of a sheet go.

    Attributes:
        sheet: the sheet.
        form: what becomes of its columns.
        placed: where each column of the form is.
        scores: how alike, in per cent, the names are; empty where they are the same, or a person said so.
    """

    sheet: Sheet
    form: Form
    placed: Mapping[str, int]
    scores: Mapping[str, int]

    @property
    def missing(self) -> list[str]:
        """The columns that the form needs and that are nowhere."""
        return [column for column in self.form.needs if column not in self.placed]

    @property
    def is_sure(self) -> bool:
        """Whether nobody has to agree."""
        return not self.scores and not self.form.is_proposed

    def as_map(self) -> str:
        """The proposal as a part of a map file (TOML), to be corrected."""
        columns = {place: column for column, place in self.placed.items()}
        lines = ["[[sheets]]", f"file = {quoted(self.sheet.file)}"]
        lines += [f"sheet = {quoted(self.sheet.name)}"] if self.sheet.name else []
        listed, repeated = ", ".join(self.form.columns()), self.form.repeated(self.sheet.header)
        lines += [f"form = {quoted(self.form.name)}", "", "[sheets.columns]", f"# {listed}"]
        for place, heading in enumerate(self.sheet.header):
            if heading and place not in repeated:
                column = columns.get(place, "")
                alike = f"  # {self.scores[column]}%" if column in self.scores else ""
                lines.append(f"{quoted(heading)} = {quoted(column)}{alike}")
        return "\n".join([*lines, ""])


def recognised(sheet: Sheet, tables: Iterable[TableDescription], languages: Sequence[str]) -> Proposal | None:
    """The form that a sheet surely has: a known export, or one of our own tables by the names of sheet and columns."""
    for form in forms():
        if not form.is_proposed and form.fits(sheet.header):
            return Proposal(sheet, form, form.placed(sheet.header), {})
    names = {plain(sheet.name), plain(sheet.file.rpartition(".")[0])}
    for table in tables:
        if names & {plain(name) for name in (table.name, *in_all_languages(table.title))}:
            own = form_of_table(table, languages, is_ours=True)
            placed = own.placed(sheet.header)
            if set(own.needs) <= placed.keys():
                return Proposal(sheet, own, placed, {})
    return None


def proposed(sheet: Sheet, tables: Iterable[TableDescription], languages: Sequence[str], least: int) -> Proposal | None:
    """The form whose columns are most like those of a sheet; None where none comes near.

    Args:
        sheet: of another file.
        tables: ours.
        languages: of the publication.
        least: how alike names must be, in per cent.
    """
    candidates = [form for form in forms() if form.is_proposed]
    candidates += [form_of_table(table, languages) for table in tables]
    alike = [(form, _matched(sheet, form, least)) for form in candidates]
    enough = min(2, sum(map(bool, sheet.header)))
    alike = [(form, matched) for form, matched in alike if len(matched) >= enough]
    fitting = [(form, matched) for form, matched in alike if set(form.needs) <= matched.keys()] or alike
    if not fitting:
        return None
    form, matched = max(fitting, key=lambda pair: sum(score for _, score in pair[1].values()))
    placed = {column: place for column, (place, _) in matched.items()}
    return Proposal(sheet, form, placed, {column: score for column, (_, score) in matched.items()})


def _why(error: Exception) -> Sentence:
    """Why a file is no map."""
    if isinstance(error, OSError):
        return Sentence(_NO_MAP)
    return reason_of(error) if isinstance(error, ValueError | RecursionError) else Sentence(_NO_SHEETS)


def mapped(sheet: Sheet, tables: Iterable[TableDescription], languages: Sequence[str], file: Path) -> Proposal | None:
    """What a map file says of a sheet; None where it says nothing.

    Raises:
        TranslatedError: it is no map, or names what there is not.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        entries = [
            (each.get("file"), each.get("sheet", sheet.name), each["form"], dict(each["columns"]))
            for each in content["sheets"]
        ]
    except (
        OSError,
        UnicodeDecodeError,
        tomllib.TOMLDecodeError,
        KeyError,
        TypeError,
        AttributeError,
        ValueError,
        RecursionError,
    ) as error:
        raise TranslatedError(_NOT_A_MAP, file=str(file), reason=_why(error)) from None
    for name, title, wanted, columns in entries:
        if name in {None, sheet.file} and title == sheet.name:
            every = {form.name: form for form in (*forms(), *(form_of_table(table, languages) for table in tables))}
            if wanted not in every:
                raise TranslatedError(_NO_FORM, file=str(file), form=str(wanted), forms=", ".join(every))
            return Proposal(
                sheet, replace(every[wanted], is_proposed=False), _places(sheet, every[wanted], columns, file), {}
            )
    return None


def _places(sheet: Sheet, form: Form, columns: Mapping[str, str], file: Path) -> dict[str, int]:
    places = {plain(heading): place for place, heading in reversed([*enumerate(sheet.header)])}
    columns_of_form, placed = form.columns(), dict[str, int]()
    for heading, column in columns.items():
        if plain(heading) not in places:
            raise TranslatedError(_NO_HEADING, file=str(file), heading=heading)
        if column and column not in columns_of_form:
            listed = ", ".join(columns_of_form)
            raise TranslatedError(_NO_COLUMN, file=str(file), form=form.name, column=str(column), columns=listed)
        if column:
            placed[column] = places[plain(heading)]
    return placed


def _matched(sheet: Sheet, form: Form, least: int) -> dict[str, tuple[int, int]]:
    """The columns of a form that some headings are like: the most alike ones first, each column and heading once."""
    repeated, amounts = form.repeated(sheet.header), form.amounts()
    alike = [
        (max(_likeness(heading, name) for name in form.names(column)), place, column)
        for place, heading in enumerate(sheet.header)
        if heading and place not in repeated
        for column in form.columns()
        if column not in amounts or in_euros(heading, sheet.captions)
    ]
    matched: dict[str, tuple[int, int]] = {}
    taken = set[int]()
    for score, place, column in sorted(alike, key=lambda one: -one[0]):
        if score >= least and column not in matched and place not in taken:
            matched[column] = (place, score)
            taken.add(place)
    return matched


_WORD: Final = re.compile(r"\w+")
_ABBREVIATED: Final = 95


def _likeness(heading: str, name: str) -> int:
    """How alike a heading and a name are, in per cent; what a heading says of its unit does not count.

    An abbreviation that stands in the heading says more than the letters of all its words.
    """
    whole = heading[:LONGEST]
    if len(name) > 2 and name.isupper() and name in _WORD.findall(whole):
        return _ABBREVIATED if whole.strip() != name else 100
    last = last_level(whole)
    parts = (whole, last, UNIT.sub("", last) or last)
    return round(max(fuzz.ratio(plain(each), plain(name)) for each in parts))


def form_of_table(table: TableDescription, languages: Sequence[str], *, is_ours: bool = False) -> Form:
    """The form of one of our own tables, with headings in any language.

    Args:
        table: ours.
        languages: of the publication.
        is_ours: whether the sheet is that table, so that numbers are written as there.
    """
    cells, headers = dict[str, str](), dict[str, tuple[str, ...]]()
    for column in table.columns:
        names = in_all_languages(column.title)
        for tag in languages if PLACEHOLDER in column.name else ("",):
            name = column.name.replace(PLACEHOLDER, tag)
            cells[name] = f"{name} | {_verb(table, column, is_ours=is_ours)}"
            headers[name] = tuple(heading(each, column.name, tag) for each in names)
    needs = tuple(
        column.name
        for column in table.columns
        if column.is_required and column.name in cells and column.name not in _GIVEN
    )
    if "slug" in cells:
        cells["slug"] = f"{', '.join(['slug', *_naming(table, languages)])} | key"
    if "partnership" in cells:
        cells["partnership"] = f"{cells['partnership']} | else @partnership"
    for repeated in _repeated(headers):
        headers = {
            name: tuple(_told_apart(each, name) if plain(each) == repeated else each for each in listed)
            for name, listed in headers.items()
        }
    return Form(table.name, needs, (RowForm(table.name, cells),), headers=headers)


def _naming(table: TableDescription, languages: Sequence[str]) -> list[str]:
    """The columns that a key can be made of, where a sheet has none."""
    names = {column.name for column in table.columns}
    in_languages = [f"{stem}_{PLACEHOLDER}" for stem in ("name", "label", "short", "title")]
    listed = [name for name in ("name", "identifier") if name in names]
    return listed + [name.replace(PLACEHOLDER, tag) for name in in_languages if name in names for tag in languages]


def heading(title: str, name: str, tag: str) -> str:
    """What a column is called in a sheet: the title, and the language where there is a column for each."""
    return f"{title} ({tag})" if tag and PLACEHOLDER in name else title


def _told_apart(title: str, name: str) -> str:
    """A heading that two columns of a table would share, with the name."""
    return f"{title} [{name}]"


def _repeated(headers: Mapping[str, Sequence[str]]) -> set[str]:
    seen, repeated = dict[str, str](), set[str]()
    for name, listed in headers.items():
        for each in {plain(each) for each in listed}:
            if seen.setdefault(each, name) != name:
                repeated.add(each)
    return repeated


def in_all_languages(title: str) -> list[str]:
    """A title in each language that it is written in."""
    return list(dict.fromkeys([title, *(texts(language).gettext(title) for language in written())]))


def _verb(table: TableDescription, column: ColumnDescription, *, is_ours: bool) -> str:
    if column.codes:
        return f"choice {table.name}.{column.name}"
    if column.refers_to in _REFERENCES:
        return f"key of {_REFERENCES[column.refers_to]}"
    if is_ours and column.type == "number":
        return "decimal"
    return "iri" if column.format == "uri" else _VERBS.get(column.type, "text")
