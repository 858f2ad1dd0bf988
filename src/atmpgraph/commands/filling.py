"""What fills the tables: `tables`, `template`, `import`, `link`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..i18n import message
from ..interrupts import interruptible
from ..settings import Settings
from .call import as_json_option, command, progress_of, progress_option, release_of, settings_of, usage, words_of_call
from .spoken import argument, option

if TYPE_CHECKING:
    from ..intake.proposal import Proposal

_NO_WORKBOOK = message("{file}: the workbook is one of Office Open XML; give it a name that ends in .xlsx")
_NO_TABLE = message("{name}: no such table; 'atmpgraph tables' lists them")
_NO_TABLE_CLOSE = message("{name}: no such table (did you mean {near}?); 'atmpgraph tables' lists them")


@command("tables")
@argument("name", required=False)
def describe(context: click.Context, name: str | None) -> None:
    """Say what each table is for; of the table NAME, what each column holds."""
    from ..publish.tables import descriptions
    from ..sources.declared import closest
    from ..sources.listing import columns_of, overview

    tables, words = descriptions(settings_of(context)), words_of_call()
    by_name = {table.name: table for table in tables}
    wanted = name.removesuffix(".csv") if name else ""
    if wanted and wanted not in by_name:
        near = closest(wanted, list(by_name))
        raise usage(_NO_TABLE_CLOSE if near else _NO_TABLE, name=name, near=near)
    for line in columns_of(by_name[wanted], words) if wanted else overview(tables, words):
        click.echo(line)


@command()
@argument("file", type=click.Path(path_type=Path), default="tables.xlsx")
@option("--xlsx", is_flag=True, help="The form of the workbook: Office Open XML, which is the only one.")
@option("--table", "names", multiple=True, help="Only this table; may be repeated.")
@option("--filled", is_flag=True, help="With the rows that there are.")
def template(context: click.Context, file: Path, xlsx: bool, names: tuple[str, ...], filled: bool) -> None:  # noqa: ARG001
    """Write a workbook to be filled in (FILE, by default tables.xlsx); `atmpgraph import` reads it back.

    A sheet a table; headings and notes are in the language of --language.
    """
    from ..intake.run import rows_of
    from ..intake.template import write_template
    from ..publish.tables import descriptions, open_tables, read_codes

    settings, words = settings_of(context), words_of_call()
    tables = [table for table in descriptions(settings) if not names or table.name in names]
    if unknown := sorted(set(names) - {table.name for table in tables}):
        raise usage(_NO_TABLE, name=", ".join(unknown))
    if file.suffix.lower() != ".xlsx":
        raise usage(_NO_WORKBOOK, file=str(file))
    if file.exists():
        raise usage("{file} is there already; name another file, since nothing is overwritten", file=str(file))
    rows = rows_of(open_tables(settings, read_codes(settings))) if filled else {}
    write_template(file, tables, settings.languages, words, rows)
    sheets = words.ngettext("{n} sheet", "{n} sheets", len(tables))
    click.echo(f"{file}{words.colon}{sheets}")


@command("import")
@argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@option("--map", "map_file", type=click.Path(path_type=Path), help="A file (TOML) that says which column goes where.")
@option("--project", "projects", multiple=True, help="Only this project, by its number; may be repeated.")
@option("--name", default="", help="What the partnership is called, where the files do not say it.")
@option(
    "--texts-in",
    "texts_in",
    default="",
    help="Language of names and texts in the files, one of the publication; by default that of --language, where it is"
    " given, else the first one.",
)
@option("--yes", "agrees", is_flag=True, help="Agree with what is proposed.")
@option("--dry-run", is_flag=True, help="Say what would be written; write nothing.")
def take_over(
    context: click.Context,
    files: tuple[Path, ...],
    map_file: Path | None,
    projects: tuple[str, ...],
    name: str,
    texts_in: str,
    agrees: bool,
    dry_run: bool,
) -> None:
    """Take rows over from FILES of others: CORDIS, a sheet of participants, a filled-in template.

    Rows that are there stay as they are; what has no place is kept in the folder `imports`, with the reason.
    """
    from ..intake.run import Wish, propose, take
    from ..publish.tables import descriptions, open_tables, read_codes

    settings, words = settings_of(context), words_of_call()
    wish = Wish(files, map_file, projects, name, _language_of_files(context, settings, texts_in.lower()))
    tables = descriptions(settings)

    def agree(proposals: Sequence["Proposal"]) -> bool:
        for one in proposals:
            click.echo(one.as_map())
        question = words.gettext("Do these columns go there?")
        if any(one.missing for one in proposals):
            return False
        return agrees or dry_run or (sys.stdin.isatty() and click.confirm(question))

    proposals = propose(settings, wish, tables, agree)
    lists = read_codes(settings)
    root, package = Path(context.obj["file"]).resolve().parent, open_tables(settings, lists)
    outcome = take(settings, root, package, tables, lists.labels, wish, proposals)
    if not dry_run:
        outcome.write(context.obj["language"])
    for line in outcome.lines(context.obj["language"]):
        click.echo(line)
    if dry_run:
        click.echo(words.gettext("nothing is written: --dry-run"))


def _language_of_files(context: click.Context, settings: Settings, named: str) -> str:
    """The language in which files are written, as far as a person says it."""
    if named and named not in settings.languages:
        listed = ", ".join(settings.languages)
        raise usage(
            "--texts-in {language}: not a language of the publication; it has {listed}", language=named, listed=listed
        )
    return named or (context.obj["language"] if context.obj["is_asked"] else "")


@command()
@argument("file", type=click.Path(path_type=Path))
@option("--least", type=click.IntRange(1, 100), default=70, show_default=True, help="The lowest score.")
@option("--dry-run", is_flag=True, help="Say what would be proposed; write nothing.")
@as_json_option
@progress_option
def link(context: click.Context, file: Path, least: int, dry_run: bool, as_json: bool, display: str) -> None:
    """Propose which records of FILE, a registry's, are our organisations: ROR (JSON), CORDIS, any table, or RDF.

    The proposals go into `link-candidates.csv`; a person accepts or rejects them there, and a build publishes the
    accepted ones. What is decided stays as it is.
    """
    from ..discovery.run import discover

    settings, language = settings_of(context), context.obj["language"]
    store, folder = release_of(settings).store, settings.path(settings.folders.data)
    with interruptible(), progress_of(context, display) as progress:
        outcome = discover(file, store, folder, least, language, progress)
    if not dry_run:
        outcome.write()
    if as_json:
        click.echo(json.dumps(outcome.as_json(), ensure_ascii=False, indent=1))
        return
    for line in outcome.lines(language):
        click.echo(line)
    if dry_run:
        click.echo(words_of_call().gettext("nothing is written: --dry-run"))
