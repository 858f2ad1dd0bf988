"""`atmpgraph import`: read files, see what they are, take them over, write; all is judged before a file changes."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..i18n import TranslatedError, counted, message, texts
from ..settings import FILE_NAME, Settings
from ..sources.descriptions import TableDescription
from ..sources.package import Package
from .codes_of_others import Codes
from .example import ASIDE, is_untouched, replacements, system_sources
from .forms import Form
from .keys import Keys, key_of, note_rows
from .proposal import Proposal, mapped, proposed, recognised
from .sheets import Sheet, read_sheets, turned
from .take import NO_COLUMN, Publication, Taken, Taking
from .vocabularies import SUFFIXES, codes_of, content_of
from .write import free, left_content, require_plain, write, written_tables

FOLDER: Final = "imports"
_NOTHING: Final = message(
    "{file}: no heading of it is like a column of ours; 'atmpgraph tables' lists them, and --map says which one each is"
)
_ONE: Final = message(
    "{file}: its one heading is “{heading}”, which is like no column of ours; are the columns parted by something else"
    " than a semicolon, a comma, a tab or |? Save the table as CSV in UTF-8 or .xlsx"
)
_TURNED: Final = message(
    "{file}: the headings stand one below the other; turn the table, so that each is a column: copy it, and paste it"
    " transposed"
)
_SHOWN: Final = 80  # characters of a heading
_NO_FORM: Final = Form("", (), ())  # of a sheet beside others, none of whose cells has a place
_EMPTY: Final = message("{file}: there is no sheet with headings and rows in it")
_LACKING: Final = message(
    "{file}: of the form {form} the columns {columns} are missing; save what is shown above as map.toml, write the"
    " name of each behind its heading, and give the file with --map map.toml"
)
_NOT_AGREED: Final = message(
    "nothing is written: agree with --yes, or save what is proposed in a file, correct it, and give it with --map"
)
_NOT_WANTED: Final = message("no row is of the projects {projects}; nothing is written")
_ROWS: Final = counted("{n} row", "{n} rows")
_PRESENT: Final = counted(
    "{n} row was there already, and stays as it is", "{n} rows were there already, and stay as they are"
)
_PASSED: Final = counted("{n} row is of another project", "{n} rows are of other projects")
_CODES: Final = counted("{n} code", "{n} codes")
_OWN_COLUMN: Final = message(
    "what no column of ours has is kept there, and is not published: --map names a column for it, and docs/extend.md"
    " says how to add one of your own"
)
_LEFT: Final = counted("{n} cell or row has no place", "{n} cells and rows have no place")


@dataclass(frozen=True)
class Wish:
    """What a person asks for.

    Attributes:
        files: to be read.
        map: a file that says where columns go.
        projects: the numbers of the wanted ones; all, where none is named.
        name: of the partnership, where the files do not say it.
        language: of names and texts in the files, where those do not say it; empty: the first of the publication.
    """

    files: Sequence[Path]
    map: Path | None = None
    projects: Sequence[str] = ()
    name: str = ""
    language: str = ""

    def languages(self, settings: Settings) -> tuple[str, ...]:
        """Those of the publication, that of the files first."""
        return tuple(sorted(settings.languages, key=lambda tag: tag != self.language))

    @property
    def sheets(self) -> list[Path]:
        """The files with rows."""
        return [file for file in self.files if file not in self.vocabularies]

    @property
    def vocabularies(self) -> list[Path]:
        """The files with the codes and addresses of a vocabulary."""
        return [file for file in self.files if file.suffix.lower() in SUFFIXES]


@dataclass(frozen=True)
class Outcome:
    """What an import gives, before and after it is written.

    Attributes:
        taken: rows, and what has no place.
        files: what is written.
        aside: the files of the example, and where they go.
        left_file: where that which has no place is kept.
        codes: how many codes of vocabularies are kept, by list.
    """

    taken: Taken
    files: Mapping[Path, str]
    aside: Mapping[Path, Path]
    left_file: Path | None
    codes: Mapping[str, int] = field(default_factory=dict)

    def write(self, language: str) -> None:
        """Write it all."""
        left = {self.left_file: left_content(self.taken.left, language)} if self.left_file else {}
        write({**left, **self.files}, self.aside)

    def lines(self, language: str) -> Iterator[str]:
        """What it does, for people."""
        words = texts(language)
        for name, number in self.codes.items():
            yield f"{FOLDER}/codes/{name}.csv{words.colon}{words.ngettext(*_CODES, number)}"
        for table, new in self.taken.rows.items():
            yield f"{table}{words.colon}{words.ngettext(*_ROWS, len(new))}"
        if self.taken.present:
            yield words.ngettext(*_PRESENT, self.taken.present)
        if self.taken.passed:
            yield words.ngettext(*_PASSED, self.taken.passed)
        if self.aside:
            yield words.gettext("the example of 'atmpgraph init' goes into the folder {folder}", folder=ASIDE)
        if self.left_file:
            sum_of_left = words.ngettext(*_LEFT, len(self.taken.left))
            yield f"{sum_of_left}{words.colon}{self.left_file.parent.name}/{self.left_file.name}"
        alike = Counter((one.file, one.column, one.reason, tuple(one.values.items())) for one in self.taken.left)
        for (file, column, reason, values), number in alike.items():
            place = words.gettext("{table}, column {column}", table=file, column=column) if column else file
            yield f"  {place}{words.colon}{words.gettext(reason, **dict(values))} ({words.number(number)})"
        if any(one.reason == NO_COLUMN for one in self.taken.left):
            yield words.gettext(_OWN_COLUMN)


def propose(
    settings: Settings, wish: Wish, tables: Sequence[TableDescription], agree: Callable[[list[Proposal]], bool]
) -> list[Proposal]:
    """Where the columns of all sheets go.

    Args:
        settings: of the publication.
        wish: the files.
        tables: ours.
        agree: shows proposals to a person, and gives the answer.

    Raises:
        TranslatedError: a file cannot be read, or nobody knows what it is, or the person does not agree.
    """
    proposals: list[Proposal] = []
    for file in wish.sheets:
        sheets = read_sheets(file, settings.imports, settings.build)
        filled = [sheet for sheet in sheets if sheet.rows or sheet.odd]
        seen = [_proposal(settings, wish, tables, sheet) for sheet in filled]
        if not any(seen):
            is_turned = any(_proposal(settings, wish, tables, turned(sheet)) for sheet in filled)
            if not is_turned and [len(sheet.header) for sheet in filled] == [1]:
                raise TranslatedError(_ONE, file=str(file), heading=filled[0].header[0][:_SHOWN])
            raise TranslatedError(_TURNED if is_turned else _NOTHING if filled else _EMPTY, file=str(file))
        proposals += [each or Proposal(sheet, _NO_FORM, {}, {}) for sheet, each in zip(filled, seen, strict=True)]
    if lacking := next((each for each in proposals if each.missing), None):
        agree([lacking])
        names = ", ".join(lacking.missing)
        raise TranslatedError(_LACKING, file=lacking.sheet.file, form=lacking.form.name, columns=names)
    unsure = [each for each in proposals if not each.is_sure]
    if unsure and not agree(unsure):
        raise TranslatedError(_NOT_AGREED)
    return proposals


def _proposal(settings: Settings, wish: Wish, tables: Sequence[TableDescription], sheet: Sheet) -> Proposal | None:
    languages = settings.languages
    return (
        (mapped(sheet, tables, languages, wish.map) if wish.map else None)
        or recognised(sheet, tables, languages)
        or proposed(sheet, tables, languages, settings.imports.min_similarity)
    )


def take(
    settings: Settings,
    root: Path,
    package: Package,
    tables: Sequence[TableDescription],
    labels: Mapping[str, Mapping[str, Sequence[str]]],
    wish: Wish,
    proposals: Sequence[Proposal],
) -> Outcome:
    """Take the sheets over; nothing is written yet.

    Args:
        settings: of the publication.
        root: the folder of the settings.
        package: the tables that are there.
        tables: what each table is.
        labels: of the codes of each list.
        wish: what is asked for.
        proposals: where the columns of the sheets go.

    Raises:
        TranslatedError: nothing is of the wanted projects, or a table cannot be written.
    """
    folder = root / FOLDER / "codes"
    codes = Codes(folder, dict(codes_of(file, settings.imports) for file in wish.vocabularies))
    lists = {folder / f"{name}.csv": content_of(given, folder / f"{name}.csv") for name, given in codes.given.items()}
    numbers = {name: len(given) for name, given in codes.given.items()}
    if not wish.sheets:
        return Outcome(Taken(), lists, {}, None, numbers)
    by_name, is_example = {table.name: table for table in tables}, is_untouched(settings, root)
    there = {"sources": system_sources(settings.languages)} if is_example else rows_of(package)
    name = wish.name or wish.sheets[0].stem
    partnership = key_of(name) if is_example else settings.partnership
    publication = Publication(by_name, wish.languages(settings), partnership, there, codes, labels)
    keys = Keys()
    note_rows(keys, there)
    taking = Taking(publication, keys, wish.projects)
    for each in sorted(proposals, key=lambda one: _order(one, by_name)):
        taking.sheet(each.sheet, each.form, each.placed)
    taken = taking.finish()
    if wish.projects and not taken.present and not set(taken.rows) - {"sources"}:
        raise TranslatedError(_NOT_WANTED, projects=", ".join(wish.projects))
    if is_example and "partnerships" not in taken.rows:
        taken.rows["partnerships"] = {(partnership,): _partnership(partnership, name, taken, publication.languages[0])}
    rows = {table: list(new.values()) for table, new in taken.rows.items()}
    data = settings.path(settings.folders.data)
    left_file = free(root / FOLDER, f"{key_of(wish.sheets[0].stem)}-left", ".csv") if taken.left else None
    if not is_example:
        require_plain(package, rows, by_name)
        return Outcome(taken, lists | written_tables(data, by_name, rows), {}, left_file, numbers)
    aside_to = free(root, ASIDE, "")
    aside = {
        file: aside_to / file.relative_to(root)
        for file in [*sorted(data.glob("*.csv")), data / "catalogue.ttl", root / FILE_NAME]
    }
    rows["sources"] = [*system_sources(settings.languages), *rows.get("sources", ())]
    first = rows["partnerships"][0]
    title = wish.name or next((first[column] for column in first if column.startswith(("acronym_", "title_"))), name)
    period = next(iter(rows.get("periods", ())), {})
    days = [period.get("start_date", ""), period.get("end_date", "")]
    rows.setdefault("figures", [])  # the description for portals names the table
    files = replacements(settings, root, first["slug"], title, days) | written_tables(data, by_name, rows, anew=True)
    return Outcome(taken, lists | files, aside, left_file, numbers)


def _order(one: Proposal, tables: Mapping[str, TableDescription]) -> tuple[int, int]:
    """Projects first, since others name them; our own tables in the order of the package."""
    names = [*tables]
    is_project = bool(one.form.source) and "projects" in {row.table for row in one.form.rows}
    return (0 if is_project else 1, names.index(one.form.name) if one.form.name in tables else 0)


def _partnership(slug: str, name: str, taken: Taken, language: str) -> dict[str, str]:
    source = next((row["slug"] for row in taken.rows.get("sources", {}).values()), "editorial")
    return {"slug": slug, "source": source, f"title_{language}": name, "record": slug}


def rows_of(package: Package) -> dict[str, list[dict[str, str]]]:
    """The rows of the tables that are there."""
    return {
        table.name: [dict(zip(table.header(), cells, strict=False)) for _, cells in table.rows()]
        for path, table in package.tables.items()
        if not package.is_absent(path)
    }
