"""Turn rows of theirs into rows of ours, by a form; what has no place is kept with the reason."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..i18n import counting, message, texts
from ..sources.canonical import listed
from ..sources.descriptions import TableDescription
from ..vocab import COUNTRIES
from . import verbs
from .codes_of_others import Codes, plain
from .forms import Form, RowForm, in_languages
from .keys import Keys, key_of
from .layout import NUMBER
from .sheets import LISTS_SHEET, Sheet
from .units import in_euros
from .verbs import UnplacedError

_EDITORIAL: Final = "editorial"
_RECORD: Final = "record"  # of several the first one is named
_UNSTATED: Final = "unstated"  # the shapes of figures name it
_NOT_STATED: Final = {
    "places": message("Area not stated by the source"),
    "periods": message("Date not stated by the source"),
}
SHIFTED: Final = message("the row is shifted, or a cell of it is not what its column holds: {column}")
_HIDDEN_ROWS: Final = counting(
    "{n} row of the sheet {sheet} is hidden, and is taken over all the same: {listed}. Is it confidential? Then delete"
    " it here",
    "{n} rows of the sheet {sheet} are hidden, and are taken over all the same: {listed}. Are they confidential? Then"
    " delete their rows here",
)
_HIDDEN: Final = message("the sheet {sheet} is hidden, and is not read; show it, if it counts")
_ODD: Final = message("the row has more cells than there are headings")
_TOTAL: Final = message("the row sums up the others, and is none of them")
_OTHER_TABLE: Final = message(
    "below an empty row, and no cell is what its column holds: another table; put it on a sheet of its own"
)
_NAMELESS: Final = message("its row has no name, and so no place; write the name, and give the file again")
_GROUP: Final = message("a country alone, where a name is meant: a heading of the rows below, and no row")
NO_COLUMN: Final = message("no column of ours")
_UNIT: Final = message(
    "an amount in another unit than euros, as its heading or the words above it say; write it in euros"
)
_NOTE: Final = message("words about the table, and no row of it")
_OTHERWISE: Final = message("a row before it says otherwise")
_GUARDS: Final[dict[str, Callable[[str], object]]] = {
    "digits": lambda cell: cell.isascii() and cell.isdigit(),
    "word": lambda cell: not cell or cell.isalpha(),
    "date": lambda cell: not cell or verbs.day(cell),
    "amount": lambda cell: not cell or verbs.amount(cell),
}


@dataclass(frozen=True)
class Left:
    """A cell, or a row, that has no place.

    Attributes:
        file, sheet, row: where it is, as people see it.
        column: the heading; empty for a whole row.
        value: what stands there.
        reason: a sentence of the interface, with `values`.
    """

    file: str
    sheet: str
    row: int
    column: str
    value: str
    reason: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Publication:
    """What an import must know of the publication.

    Attributes:
        tables: by name.
        languages: of it.
        partnership: whose participants a sheet lists that does not say so.
        rows: those that are there, by table.
        codes: what codes of others are here.
        labels: of each code of our lists, in any language, by the IRI of the list.
    """

    tables: Mapping[str, TableDescription]
    languages: Sequence[str]
    partnership: str
    rows: Mapping[str, Sequence[Mapping[str, str]]]
    codes: Codes
    labels: Mapping[str, Mapping[str, Sequence[str]]]


@dataclass
class Taken:
    """What some files give.

    Attributes:
        rows: new ones by table and key.
        left: what has no place.
        present: how many rows were there already.
        passed: how many rows are of projects that were not asked for.
    """

    rows: dict[str, dict[tuple[str, ...], dict[str, str]]] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    present: int = 0
    passed: int = 0


class Taking:
    """Takes sheets over, one after another."""

    def __init__(self, publication: Publication, keys: Keys, projects: Sequence[str] = ()) -> None:
        """Begin.

        Args:
            publication: that gets the rows.
            keys: that there are.
            projects: the numbers of those that are wanted; all, where none is named.
        """
        self.taken = Taken()
        self._sources: dict[str, dict[str, str]] = {}
        self._publication, self._keys, self._projects = publication, keys, frozenset(projects)
        self._there = {
            name: {tuple(row.get(column, "") for column in publication.tables[name].key) for row in rows}
            for name, rows in publication.rows.items()
        }

    def source(self, form: Form, sheet: Sheet) -> str:
        """The key of the source of a sheet; its row is written with the first row that names it."""
        stem = sheet.file.rpartition(".")[0]
        slug = form.source.get("slug") or key_of(stem) or "import"
        if not form.source and slug in {row.get("slug") for row in self._publication.rows.get("partnerships", ())}:
            slug = f"{slug}-file"
        languages, codes = self._publication.languages, self._publication.codes
        row = {"kind": "Dataset", "confidence": "medium", **form.source, "slug": slug}
        row.setdefault("language", codes.ours("language", languages[0].partition("-")[0]) or "ENG")
        for language in languages:
            if title := form.titles.get(language) if form.titles else stem:
                row[f"title_{language}"] = title
        self._sources[slug] = row
        return slug

    def _note(self, sheet: Sheet) -> None:
        """What a person does not see in a sheet, or sees otherwise, and what has no value."""
        self.taken.left += [
            Left(sheet.file, hidden, 0, "", "", _HIDDEN, {"sheet": hidden})
            for hidden in sheet.hidden
            if hidden != LISTS_SHEET
        ]
        if rows := sheet.hidden_rows:
            values = {"sheet": sheet.name, "n": len(rows), "listed": listed(rows)}
            self.taken.left.append(Left(sheet.file, sheet.name, rows[0], "", "", _HIDDEN_ROWS, values))
        for sentence, at in sheet.otherwise.items():
            self.taken.left.append(Left(sheet.file, sheet.name, at[0], "", "", sentence, {"n": len(at), "row": at[0]}))
        for number, place, reason in sheet.lost:
            self.taken.left.append(Left(sheet.file, sheet.name, number, sheet.header[place], "", reason))

    def sheet(self, sheet: Sheet, form: Form, placed: Mapping[str, int]) -> None:
        """Take a sheet over.

        Args:
            sheet: of another file.
            form: what becomes of its columns.
            placed: where each column of the form is.
        """
        source, repeated = self.source(form, sheet), form.repeated(sheet.header)
        self._note(sheet)
        for number, cells in sheet.odd:
            self._leave_row(sheet, number, cells, _ODD)
        for number, cells in sheet.notes:
            self._leave_row(sheet, number, filter(None, cells), _NOTE)
        before, is_other = 0, False
        for number, cells in sheet.rows:
            theirs = _Theirs(sheet, number, {column: cells[place] for column, place in placed.items()}, source)
            theirs.refuse_no_names(form.naming(), form.named())
            is_next = number == before + 1
            is_other = is_other if is_next else bool(before) and self._fits_nothing(form, theirs)
            before = number
            if self._is_passed(form, theirs):
                self.taken.passed += 1
            elif reason := self._why_no_row(form, theirs, cells, is_other=is_other):
                self._leave_row(sheet, number, cells, reason)
            elif shifted := _shifted(form, theirs):
                self._leave_row(sheet, number, cells, SHIFTED, column=sheet.header[placed[shifted]])
            else:
                self._row(form, theirs, {place: cells[place] for place in repeated}, repeated)
                self._leave(form, sheet, theirs, placed)
                places_of_form = {*placed.values(), *repeated}
                for place, cell in enumerate(cells):
                    if cell and place not in places_of_form:
                        heading = sheet.header[place]
                        is_amount = NUMBER.fullmatch(cell) and not in_euros(heading, sheet.captions)
                        reason = _UNIT if is_amount else NO_COLUMN
                        self.taken.left.append(Left(sheet.file, sheet.name, number, heading, cell, reason))

    def finish(self) -> Taken:
        """All that was taken, with the rows that stand for a place or period that nobody states."""
        named = self.taken.rows.get("project-participants", {}).values()
        for table, column in (("places", "area"), ("periods", "period")):
            is_there = (_UNSTATED,) in self._there.get(table, ())
            if not is_there and any(row.get(column) == _UNSTATED for row in named):
                languages = self._publication.languages
                labels = {f"label_{language}": texts(language).gettext(_NOT_STATED[table]) for language in languages}
                source = _EDITORIAL if (_EDITORIAL,) in self._there.get("sources", ()) else self._any_source()
                row = {"slug": _UNSTATED, **labels, "source": source}
                self.taken.rows.setdefault(table, {})[(_UNSTATED,)] = row
        return self.taken

    def _any_source(self) -> str:
        return next(iter(self._sources))

    def _why_no_row(self, form: Form, theirs: "_Theirs", cells: Sequence[str], *, is_other: bool) -> str:
        """Why a row is none of the table; empty where it is one."""
        if any(form.is_total(theirs.cells.get(column, "")) for column in form.needs):
            return _TOTAL
        return _OTHER_TABLE if is_other else _GROUP if self._is_group(form, theirs, cells) else ""

    def _is_group(self, form: Form, theirs: "_Theirs", cells: Sequence[str]) -> bool:
        """Whether a row is a country alone, in the place of a name: a heading of the rows below."""
        filled = [cell for cell in cells if cell]
        is_name = len(filled) == 1 and any(theirs.cells.get(column) == filled[0] for column in form.naming())
        return is_name and self._publication.codes.country(filled[0]) is not None

    def _fits_nothing(self, form: Form, theirs: "_Theirs") -> bool:
        """Whether some cells of a row, and none beside its names, are what their columns hold."""
        seen = _Theirs(theirs.sheet, theirs.number, theirs.cells, theirs.source)
        for row in form.rows:
            for cell in row.cells.values():
                if "@" not in cell:
                    self._cell(form, cell, seen, self._publication.languages[0])
        names = {*form.naming(), *form.needs}
        return len(seen.problems.keys() - names) > 1 and not seen.placed - names

    def _is_passed(self, form: Form, theirs: "_Theirs") -> bool:
        key = form.keys.get("partnership")
        return bool(self._projects and key) and theirs.first(key.identity if key else ())[1] not in self._projects

    def _row(self, form: Form, theirs: "_Theirs", marks: Mapping[int, str], repeated: Mapping[int, str]) -> None:
        for row in form.rows:
            if not row.when or theirs.cells.get(row.when):
                self._give(form, row, theirs)
        for place, mark in marks.items():
            if mark and plain(mark) not in form.unmarked:
                heading = theirs.sheet.header[place]
                theirs.own = {"cell": mark, "identifier": heading, "slug": f"wp{repeated[place]}", "heading": heading}
                for row in form.column_rows:
                    self._give(form, row, theirs)
                theirs.own = {}

    def _give(self, form: Form, row: RowForm, theirs: "_Theirs") -> None:
        table = self._publication.tables[row.table]
        cells: dict[str, str] = {}
        before = set(theirs.placed), set(theirs.keyed)
        for column, cell in row.cells.items():
            for name, language in in_languages(column, form.language, self._publication.languages).items():
                if value := self._cell(form, cell, theirs, language):
                    cells[name] = value
        names = {column.name for column in table.columns}
        if "source" in names:
            cells["source"] = self._named(row, cells, theirs)
        key = tuple(cells.get(column, "") for column in table.key)
        if not all(key) or row.when in theirs.problems:  # there is no row of ours, and nothing of theirs in it
            theirs.placed, theirs.keyed = before
            return
        if key in self._there.get(table.name, ()):
            self.taken.present += 1
            theirs.placed |= row.columns()
            return
        if cells.get("source") in self._sources and (cells["source"],) not in self._there.get("sources", ()):
            self.taken.rows.setdefault("sources", {}).setdefault((cells["source"],), self._sources[cells["source"]])
        first = self.taken.rows.setdefault(table.name, {}).setdefault(key, cells)
        for name, value in cells.items():
            is_other = first.setdefault(name, value) != value and name != _RECORD
            if is_other and (column := _column_of(row, name, theirs)):
                theirs.problems[column] = (UnplacedError(_OTHERWISE), theirs.cells[column])
                theirs.contradicted.add(column)

    def _named(self, row: RowForm, cells: Mapping[str, str], theirs: "_Theirs") -> str:
        """The source that a row of ours names: what its cell says, else the sheet."""
        sources = {*self._there.get("sources", ()), *self.taken.rows.get("sources", ())}
        if row.cells.get("source") == f"={_EDITORIAL}" and (_EDITORIAL,) not in sources:
            return theirs.source
        return cells.get("source") or theirs.source

    def _cell(self, form: Form, expression: str, theirs: "_Theirs", language: str) -> str:
        """A cell of ours; empty where theirs has no place."""
        source, *steps = (part.strip() for part in expression.split("|"))
        fallback = steps.pop().removeprefix("else ") if steps and steps[-1].startswith("else ") else ""
        column, whole = self._value(form, source, theirs)
        value = whole
        try:
            for step in steps if value else ():
                value = self._step(step, value, theirs, language)
        except UnplacedError as error:
            theirs.problems.setdefault(column, (error, whole))
            value = ""
        if value and column:
            theirs.placed.add(column)
        return value or (self._value(form, fallback, theirs)[1] if fallback.startswith("@") else fallback)

    def _value(self, form: Form, source: str, theirs: "_Theirs") -> tuple[str, str]:
        """The column that a cell comes from, if it is one, and what stands there."""
        match source[:1]:
            case "=":
                return "", source[1:]
            case "#":
                return (f"#{theirs.value('heading')}" if source == "#cell" else ""), theirs.value(source[1:])
            case "@":
                kind = source[1:]
                if kind not in form.keys:
                    return "", self._publication.partnership if kind == "partnership" else ""
                key = form.keys[kind]
                names = [theirs.cells.get(name, "") for name in key.names]
                theirs.keyed |= {theirs.first(key.identity)[0], *(name for name in key.names if theirs.cells.get(name))}
                return "", self._keys.key(kind, theirs.first(key.identity)[1], names)
        return theirs.first([name.strip() for name in source.split(",")])

    def _step(self, step: str, value: str, theirs: "_Theirs", language: str) -> str:
        codes = self._publication.codes
        verb, _, rest = step.partition(" ")
        match verb, rest:
            case "codes", name:
                return verbs.listed(value, name, codes)
            case "choice", name:
                return self._choice(value, *name.split("."))
            case "country", _:
                return self._country(value, rest, language)
            case "days", _:
                end = rest.removeprefix("to ")
                theirs.placed.add(end)
                return verbs.days(value, theirs.cells.get(end, ""), language)
            case "key", "":
                return value if verbs.is_key(value) else key_of(value)
            case "key", _:
                return self._keys.same(rest.removeprefix("of "), value) or verbs.text(value)
            case "row", _:
                table = rest.removeprefix("of ")
                return value if (value,) in {*self._there.get(table, ()), *self.taken.rows.get(table, ())} else ""
        return verbs.SIMPLE[verb](value)

    def _country(self, value: str, form: str, language: str) -> str:
        """A country: its code of three letters, or what the step says."""
        codes = self._publication.codes
        match form:
            case "of two letters":
                return verbs.country(value, "two", codes)
            case "name":
                return verbs.country_name(value, language, codes)
        start = COUNTRIES if form == "of the European Union" else ""
        return start + verbs.country(value, "ours", codes)

    def _choice(self, value: str, table: str, column: str) -> str:
        """One of our codes."""
        ours = next(each for each in self._publication.tables[table].columns if each.name == column)
        return verbs.chosen(value, ours, self._publication.labels)

    def _leave(self, form: Form, sheet: Sheet, theirs: "_Theirs", placed: Mapping[str, int]) -> None:
        """Keep the cells of a row that have no place."""
        for column, (error, value) in theirs.problems.items():
            if column in theirs.placed and column not in theirs.contradicted:
                continue
            heading = sheet.header[placed[column]] if column in placed else column.removeprefix("#")
            self.taken.left.append(
                Left(sheet.file, sheet.name, theirs.number, heading, value, error.reason, error.values)
            )
        reason = _NAMELESS if form.named() and not any(theirs.cells.get(each) for each in form.named()) else NO_COLUMN
        had = theirs.placed | theirs.keyed | theirs.problems.keys()
        places = {placed[column] for column in had if column in placed}  # one column may have two names in a form
        for column, cell in theirs.cells.items():
            if cell and column not in had and placed[column] not in places:
                heading = sheet.header[placed[column]]
                self.taken.left.append(Left(sheet.file, sheet.name, theirs.number, heading, cell, reason))

    def _leave_row(self, sheet: Sheet, number: int, cells: Iterable[str], reason: str, **values: object) -> None:
        row = " | ".join(cells)
        self.taken.left.append(Left(sheet.file, sheet.name, number, "", row, reason, values))


@dataclass
class _Theirs:
    """A row of theirs while it is taken over.

    Attributes:
        cells: by the column of the form.
        own: of the cell of a repeated column.
        placed: the columns that something of ours has.
        keyed: the columns that a key of ours is made of.
        problems: by column, why it has no place.
        contradicted: the columns that a row before says otherwise.
    """

    sheet: Sheet
    number: int
    cells: dict[str, str]
    source: str
    own: Mapping[str, str] = field(default_factory=dict)
    placed: set[str] = field(default_factory=set)
    keyed: set[str] = field(default_factory=set)
    problems: dict[str, tuple[UnplacedError, str]] = field(default_factory=dict)
    contradicted: set[str] = field(default_factory=set)

    def first(self, columns: Sequence[str]) -> tuple[str, str]:
        """The first filled one of some columns, and its cell."""
        filled = [(name, self.cells[name]) for name in columns if self.cells.get(name)]
        return filled[0] if filled else (columns[0] if columns else "", "")

    def refuse_no_names(self, columns: Iterable[str], words: Container[str]) -> None:
        """Take out the names that are dates; of those that are to be words, also what is none."""
        for column in columns:
            cell = self.cells.get(column, "")
            error = UnplacedError(verbs.DATE) if verbs.is_day(cell) else None
            if cell and not error and column in words:
                try:
                    verbs.name(cell)
                except UnplacedError as why:
                    error = why
            if error:
                self.problems[column] = (error, cell)
                self.cells[column] = ""

    def value(self, name: str) -> str:
        """What the row itself, or its repeated column, is called or holds."""
        return str(self.number) if name == "row" else self.own.get(name, "")


def _shifted(form: Form, theirs: _Theirs) -> str:
    """The first column that does not hold what it must, so that the row may be shifted."""
    for column, guard in form.guards.items():
        if column in theirs.cells and not _holds(guard, theirs.cells[column]):
            return column
    return ""


def _holds(guard: str, cell: str) -> bool:
    try:
        return bool(_GUARDS[guard](cell))
    except UnplacedError:
        return False


def _column_of(row: RowForm, name: str, theirs: _Theirs) -> str:
    """The column of theirs that a cell of ours comes from."""
    for column, cell in row.cells.items():
        if name == column or name.startswith(column.rpartition("_")[0] + "_"):
            source = cell.partition("|")[0].strip()
            if source[:1] not in {"=", "@", "#"}:
                return theirs.first([each.strip() for each in source.split(",")])[0]
    return ""
