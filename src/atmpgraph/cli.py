"""The command line. Exit status: 0 done; 1 the data are wrong, or there is nothing to work on; 2 the call is wrong."""

import errno
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import wraps
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click
import pyoxigraph as ox
from click.core import ParameterSource

from . import __version__
from .addresses import Addresses
from .call_texts import language_first, language_of, speak
from .errors import AtmpgraphError, DamagedError, EvaluationError, QueryError, SettingsError
from .findings import Finding, Place, Report, Severity, ViolationError
from .formats import RESULT_FORMATS
from .i18n import SOURCE, Texts, every_language, message, own_texts, texts, written
from .interrupts import Interrupted, interruptible
from .languages import closest, is_tag
from .observability.stream import fill_standard_descriptors
from .progress import Display, Progress, shown
from .reasons import refusal_of
from .release.release import Release, named, open_release
from .settings import FILE_NAME, Settings
from .settings.faults import WrongSettingsError
from .store import Results, Store, remote_settings

if TYPE_CHECKING:
    from .intake.proposal import Proposal

P = ParamSpec("P")
T = TypeVar("T")

_RESULTS = tuple(fmt.suffix for fmt in RESULT_FORMATS)
_GRAPHS = {"turtle": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "rdf": ox.RdfFormat.RDF_XML}
_BUILD = {"frictionless", "pyshacl", "python_calamine", "rapidfuzz", "rdflib", "xlsxwriter"}
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_jobs = click.option("--jobs", type=click.IntRange(1, 256), help="Processes that work at the same time; a setting.")
_progress = click.option(
    "--progress",
    "display",
    type=click.Choice([*(display.value for display in Display), "auto"]),
    default="auto",
    show_default=True,
    help="On standard error: one line that is rewritten, plain lines, or none. By default the first on a terminal, the"
    " second in a file or the journal, and nothing for another program.",
)
_NO_SPACE = message("{place}: no space is left; free some, and run the command again")
_INTERRUPTED = message("interrupted; what was begun is put away, and the release that was live still is")
_NO_TAG = message("{option}: not the tag of a language; it is one of BCP 47, such as fr or pt-BR")
_NO_TEXTS = message("--language {language}: there are no texts in it; there are in {listed}, and {file} adds another")
_NO_TABLE = message("{name}: no such table; 'atmpgraph tables' lists them")
_NO_TABLE_CLOSE = message("{name}: no such table (did you mean {near}?); 'atmpgraph tables' lists them")
_json = click.option("--json", "as_json", is_flag=True, help="The report as JSON on standard output.")
_all = click.option("--all", "lists_all", is_flag=True, help="Each finding on a line, not those of one kind together.")
_csv = click.option("--csv", "as_csv", is_flag=True, help="The findings as CSV on standard output, for a spreadsheet.")


def _command(function: Callable[P, T]) -> Callable[P, T]:
    """Show an error of ours as its message alone: 2 for a wrong setting, 1 for everything else."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except KeyboardInterrupt as error:
            number = error.number if isinstance(error, Interrupted) else signal.SIGINT
            click.echo(f"atmpgraph: {_words().gettext(_INTERRUPTED)}", err=True)
            sys.exit(128 + number)
        except AtmpgraphError as error:
            text = error.text(_language())
            if kwargs.get("as_json"):  # a program reads the report
                sentences = {tag: error.text(tag) for tag in written()}
                finding = {"check": "call", "severity": "violation", "message": sentences}
                click.echo(json.dumps({"conforms": False, "findings": [finding]}, ensure_ascii=False, indent=1))
            click.echo(f"atmpgraph: {text}", err=True)
            sys.exit(2 if isinstance(error, SettingsError) else 1)
        except BrokenPipeError:  # the reader of the output has enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except OSError as error:
            click.echo(f"atmpgraph: {_sentence(error)}", err=True)
            sys.exit(1)
        except ModuleNotFoundError as error:
            if error.name not in _BUILD:
                raise
            missing = _words().gettext("{name} is missing; install atmpgraph[build] to make releases", name=error.name)
            click.echo(f"atmpgraph: {missing}", err=True)
            sys.exit(2)
        except UnicodeDecodeError:  # of the query that was given
            click.echo(f"atmpgraph: {_words().gettext('the query is not in UTF-8; save it in UTF-8')}", err=True)
            sys.exit(2)

    return run


def _language() -> str:
    """The language of reports."""
    context = click.get_current_context(silent=True)
    return context.obj["language"] if context and context.obj else SOURCE


def _words() -> Texts:
    return texts(_language())


def _usage(sentence: str, **values: object) -> click.UsageError:
    """That the call is wrong."""
    return click.UsageError(_words().gettext(sentence, **values))


def _sentence(error: OSError) -> str:
    """What the system refused, where, and the remedy."""
    words = error.strerror or " ".join(map(str, error.args))  # the engine gives words and no number
    if error.errno in _FULL or os.strerror(errno.ENOSPC) in words:
        return _words().gettext(_NO_SPACE, place=error.filename or "/")
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{_words().sentence(refusal_of(error))}"


class _Main(click.Group):
    """The command, in the language that is asked for wherever it stands in the call, its own words included."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the language first: all that may be wrong with the call is said in it."""
        args = language_first(args)
        speak(language_of(args))
        return super().parse_args(ctx, args)


@click.group(cls=_Main, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--settings",
    "file",
    type=click.Path(path_type=Path),
    default=FILE_NAME,
    envvar="ATMPGRAPH_SETTINGS",
    show_default=True,
    help="The settings of the publication.",
)
@click.option("--language", default=SOURCE, show_default=True, help="Language of reports, by its tag (BCP 47).")
@click.version_option(__version__)
@click.pass_context
def main(context: click.Context, file: Path, language: str) -> None:
    """Publish a partnership's tables as checked, citable linked data."""
    fill_standard_descriptors()
    if not is_tag(language):
        raise _usage(_NO_TAG, option=f"--language {language}")
    is_asked = context.get_parameter_source("language") is not ParameterSource.DEFAULT
    context.obj = {"file": file, "language": language.lower(), "is_asked": is_asked}


def _settings(context: click.Context, jobs: int | None = None) -> Settings:
    return _ready(context, Settings.load(context.obj["file"]), jobs)


def _judged_settings(context: click.Context, jobs: int | None) -> tuple[Settings, list[Finding]]:
    """The settings that are right, and what is wrong with the others, so that one run judges all there is."""
    file = context.obj["file"]
    try:
        return _settings(context, jobs), []
    except WrongSettingsError as error:
        if not isinstance(error.rest, Settings):
            raise
        wrong = [
            Finding(
                "settings",
                Severity.VIOLATION,
                every_language(fault.sentence.text, **fault.sentence.values),
                (Place(fault.variable or file.name, fault.row),),
                fault.value,
            )
            for fault in error.faults
        ]
        return _ready(context, error.rest, jobs), wrong


def _ready(context: click.Context, settings: Settings, jobs: int | None) -> Settings:
    own_texts(settings.path(settings.folders.texts))
    if not closest(context.obj["language"], written()):
        listed, folder = ", ".join(written()), settings.folders.texts
        raise _usage(_NO_TEXTS, language=context.obj["language"], listed=listed, file=f"{folder}/<language>.po")
    return settings.with_jobs(jobs) if jobs else settings


def _release(settings: Settings, name: str = "current") -> Release:
    """A release by the start of its digest."""
    remote = remote_settings(settings) if name == "current" else None
    return open_release(settings.path(settings.folders.releases), name, settings.base, remote)


@contextmanager
def _shown(context: click.Context, display: str) -> Iterator[Progress]:
    """Progress as it was asked for, until the block ends."""
    progress = shown(None if display == "auto" else Display(display), context.obj["language"])
    try:
        yield progress
    finally:
        progress.end()


@main.command()
@_json
@_all
@_csv
@_jobs
@_progress
@click.pass_context
@_command
def check(context: click.Context, as_json: bool, lists_all: bool, as_csv: bool, jobs: int | None, display: str) -> None:
    """Check settings, tables, mapping and shapes; change nothing."""
    settings, wrong = _judged_settings(context, jobs)
    _check(context, settings, wrong, _shape(as_json, as_csv, lists_all), display)


def _check(context: click.Context, settings: Settings, wrong: list[Finding], shape: "_Shape", display: str) -> None:
    """Report what is wrong, after what is wrong with the settings."""
    from .publish.build import check as run
    from .publish.workplace import scratch

    with interruptible(), scratch() as folder:
        try:
            with _shown(context, display) as progress:
                candidate = run(settings, folder, progress)
        except ViolationError as refusal:
            _report(context, refusal.report.after(wrong), [], {}, shape)
        except AtmpgraphError:
            for finding in wrong:
                click.echo(f"atmpgraph: {finding.text(context.obj['language'])}", err=True)
            raise
        else:
            _report(context, candidate.report.after(wrong), candidate.lines(context.obj["language"]), {}, shape)


@main.command()
@_json
@_all
@_jobs
@_progress
@click.option("--push", "pushes", is_flag=True, help="With a remote store: load the release into it, and switch to it.")
@click.pass_context
@_command
def build(context: click.Context, as_json: bool, lists_all: bool, jobs: int | None, display: str, pushes: bool) -> None:
    """Check everything, build a release and switch to it; with a remote store it waits for `atmpgraph push`."""
    from .publish.build import build as run
    from .publish.observation import observed_build

    settings, wrong = _judged_settings(context, jobs)
    if wrong:  # nothing is built by them, and one run says all that is to be mended
        _check(context, settings, wrong, _shape(as_json, False, lists_all), display)
    with interruptible(), observed_build(settings) as observed, _shown(context, display) as progress:
        built = observed.built = run(settings, progress)
    outcome: dict[str, Any] = {}
    if built.digest:
        outcome = {"release": built.digest, "new": built.new, "switched": built.switched, "waiting": built.waiting}
    _report(
        context,
        built.report,
        built.lines(context.obj["language"]),
        outcome,
        _shape(as_json and not pushes, False, lists_all),
    )
    if pushes:
        _push(context, settings, built.digest or "", False, as_json, display)


@main.command()
@click.argument("release", required=False)
@click.option("--anew", is_flag=True, help="Send everything, whatever the store holds.")
@_json
@_progress
@click.pass_context
@_command
def push(context: click.Context, release: str | None, anew: bool, as_json: bool, display: str) -> None:
    """Load RELEASE (the start of its digest; without it, the last one built) into the remote store; switch to it."""
    _push(context, _settings(context), release or "", anew, as_json, display)


def _push(context: click.Context, settings: Settings, release: str, anew: bool, as_json: bool, display: str) -> None:
    from .publish.observation import observed_push
    from .publish.push import push as run

    with interruptible(), observed_push(settings) as observed, _shown(context, display) as progress:
        pushed = observed.pushed = run(settings, progress, release, anew=anew)
    if as_json:
        click.echo(json.dumps(pushed.as_json(), ensure_ascii=False, indent=1))
        return
    for line in pushed.lines(context.obj["language"]):
        click.echo(line)


class _Shape(StrEnum):
    """How a report is written."""

    JSON = "json"
    CSV = "csv"
    ALL = "all"
    GROUPED = "grouped"


def _shape(as_json: bool, as_csv: bool, lists_all: bool) -> _Shape:
    if sum((as_json, as_csv, lists_all)) > 1:
        raise _usage("--json, --csv and --all are three forms of one report; choose one")
    return _Shape.JSON if as_json else _Shape.CSV if as_csv else _Shape.ALL if lists_all else _Shape.GROUPED


def _report(
    context: click.Context, report: Report, coverage: list[str], outcome: dict[str, Any], shape: _Shape
) -> None:
    language = context.obj["language"]
    if shape is _Shape.JSON:
        content = {**report.as_json(), "coverage": coverage, **outcome}
        click.echo(json.dumps(content, ensure_ascii=False, indent=1))
    elif shape is _Shape.CSV:
        click.echo(report.csv(language), nl=False)
    else:
        lines = report.lines(language) if shape is _Shape.ALL else report.grouped(language)
        for line in [*lines, *coverage]:
            click.echo(line)
        if outcome:
            words, digest = texts(context.obj["language"]), outcome["release"]
            if outcome["waiting"]:
                click.echo(words.gettext("release {digest} waits: 'atmpgraph push' switches to it", digest=digest))
            elif outcome["new"]:
                click.echo(words.gettext("release {digest}", digest=digest))
            elif outcome["switched"]:
                click.echo(words.gettext("release {digest} (live again)", digest=digest))
            else:
                click.echo(words.gettext("release {digest} (unchanged)", digest=digest))
    if not report.conforms:
        sys.exit(1)


@main.command()
@click.option("--host", help="Address to listen on; overrides the setting.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; overrides the setting.")
@click.pass_context
@_command
def serve(context: click.Context, host: str | None, port: int | None) -> None:
    """Serve the current release."""
    from .server.listen import address_text, listen
    from .server.serve import serve as run

    settings = _settings(context)
    try:
        _release(settings)
    except DamagedError as error:  # answered with 503 until a build has made it whole
        click.echo(f"atmpgraph: {error.text(_language())}", err=True)
    host, port = host or settings.server.host, port or settings.server.port
    listening = listen(host, port)
    run(settings, context.obj["file"], listening, f"http://{address_text(host, port)}/")


@main.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--format", "format_", type=click.Choice(["table", *_RESULTS, *_GRAPHS]), default="table")
@click.option(
    "--release", default="current", show_default=True, help="The start of the release's digest, or `current`."
)
@click.pass_context
@_command
def query(context: click.Context, file: str, format_: str, release: str) -> None:
    """Run the query in FILE (or `-`) on a release."""
    try:
        with click.open_file(file, encoding="utf-8-sig") as stream:
            text = stream.read()
    except OSError as error:
        raise click.UsageError(_sentence(error)) from None
    store = _release(_settings(context), release).store
    try:
        click.echo(_rendered(store, store.query(text), format_), nl=False)
    except EvaluationError as error:
        raise QueryError("the query cannot be evaluated: {reason}", reason=error.reason) from None


def _rendered(store: Store, results: Results, format_: str) -> bytes | str:
    """The results of a query in a format that fits their kind."""
    if isinstance(results, ox.QueryTriples):
        if format_ in _RESULTS:
            raise _usage("the result is a graph; choose one of {formats}", formats=", ".join(_GRAPHS))
        return ox.serialize(store.reading(results), format=_GRAPHS.get(format_, ox.RdfFormat.TURTLE)) or b""
    if format_ in _GRAPHS:
        formats = ", ".join(("table", *_RESULTS))
        raise _usage("the result is not a graph; choose one of {formats}", formats=formats)
    if isinstance(results, ox.QueryBoolean):
        if format_ == "table":
            return "yes\n" if results else "no\n"
        from .sparql.service.result_writers import WRITERS

        return WRITERS[format_].boolean(bool(results))
    names = [variable.value for variable in results.variables]
    if format_ != "table":
        from .sparql.service.result_writers import whole_result

        return "".join(whole_result(names, store.reading(results), format_))
    rows = [[getattr(row[name], "value", "") for name in names] for row in store.reading(results)]
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    table = [names, ["-" * width for width in widths], *rows]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table)
    return "".join(f"{line}\n" for line in lines)


@main.command()
@click.argument("old")
@click.argument("new", default="current")
@click.option("--rows", is_flag=True, help="Count a changed row number as a change too.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "patch", "json"]),
    default="text",
    show_default=True,
    help="Text for people, an RDF Patch that turns OLD into NEW (rows included), or JSON.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_context
@_command
def diff(context: click.Context, old: str, new: str, rows: bool, format_: str, as_json: bool) -> None:
    """Show what changed between the releases OLD and NEW (the start of each digest, or `current`)."""
    from .release.diff import diff as run

    settings = _settings(context)
    before, after = (_release(settings, name) for name in (old, new))
    result = run(before.path, after.path, settings.base, rows=rows or format_ == "patch")
    if as_json or format_ == "json":
        click.echo(json.dumps(result.as_json(), ensure_ascii=False, indent=1))
        return
    iris = [Addresses(settings.base).release(release.digest) for release in (before, after)]
    for line in result.patch(*iris) if format_ == "patch" else result.lines():
        click.echo(line)


@main.command()
@_json
@click.pass_context
@_command
def links(context: click.Context, as_json: bool) -> None:
    """Check the external links of the current release; `/quality` shows the results."""
    from .quality.link_check import check_links

    settings = _settings(context)
    canonical = _release(settings).folder.canonical
    checked = check_links(canonical, settings, lambda link: click.echo(str(link), err=True))
    if as_json:
        click.echo(json.dumps(checked.as_json(), ensure_ascii=False, indent=1))
        return
    for line in checked.lines():
        click.echo(line)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--least", type=click.IntRange(1, 100), default=70, show_default=True, help="The lowest score.")
@click.option("--dry-run", is_flag=True, help="Say what would be proposed; write nothing.")
@_json
@_progress
@click.pass_context
@_command
def link(context: click.Context, file: Path, least: int, dry_run: bool, as_json: bool, display: str) -> None:
    """Propose which records of FILE, a registry's, are our organisations: ROR (JSON), CORDIS, any table, or RDF.

    The proposals go into `link-candidates.csv`; a person accepts or rejects them there, and a build publishes the
    accepted ones. What is decided stays as it is.
    """
    from .discovery.run import discover

    settings, language = _settings(context), context.obj["language"]
    store, folder = _release(settings).store, settings.path(settings.folders.data)
    with interruptible(), _shown(context, display) as progress:
        outcome = discover(file, store, folder, least, language, progress)
    if not dry_run:
        outcome.write()
    if as_json:
        click.echo(json.dumps(outcome.as_json(), ensure_ascii=False, indent=1))
        return
    for line in outcome.lines(language):
        click.echo(line)
    if dry_run:
        click.echo(_words().gettext("nothing is written: --dry-run"))


@main.command()
@click.argument("release", required=False)
@_json
@click.pass_context
@_command
def verify(context: click.Context, release: str | None, as_json: bool) -> None:
    """Read every file of RELEASE (the start of its digest, or `current`), or of all and what is beside them.

    With a remote store, what its slots hold as well.
    """
    from .publish.slot_check import verify_slots
    from .publish.verify import verify as run

    settings = _settings(context)
    releases = settings.path(settings.folders.releases)
    damaged, digest = [], named(releases, release) if release else None
    slots = verify_slots(settings, digest) if settings.store.graph_store else ()
    for damage in chain(run(releases, settings.base, digest), slots):
        damaged.append(damage)
        if not as_json:
            click.echo(damage.text(_words()))
    if as_json:
        listed = [{"path": str(damage.path), "reason": damage.reason} for damage in damaged]
        click.echo(json.dumps({"whole": not damaged, "damaged": listed}, ensure_ascii=False, indent=1))
    else:
        words, whole = texts(context.obj["language"]), not damaged
        number = words.ngettext("{n} damaged file", "{n} damaged files", len(damaged))
        click.echo(words.gettext("all files are whole") if whole else number)
    if damaged:
        sys.exit(1)


@main.command("tables")
@click.argument("name", required=False)
@click.pass_context
@_command
def describe(context: click.Context, name: str | None) -> None:
    """Say what each table is for; of the table NAME, what each column holds."""
    from .publish.tables import descriptions
    from .sources.declared import closest
    from .sources.listing import columns_of, overview

    tables, words = descriptions(_settings(context)), _words()
    by_name = {table.name: table for table in tables}
    wanted = name.removesuffix(".csv") if name else ""
    if wanted and wanted not in by_name:
        near = closest(wanted, list(by_name))
        raise _usage(_NO_TABLE_CLOSE if near else _NO_TABLE, name=name, near=near)
    for line in columns_of(by_name[wanted], words) if wanted else overview(tables, words):
        click.echo(line)


@main.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--map", "map_file", type=click.Path(path_type=Path), help="A file (TOML) that says which column goes where."
)
@click.option("--project", "projects", multiple=True, help="Only this project, by its number; may be repeated.")
@click.option("--name", default="", help="What the partnership is called, where the files do not say it.")
@click.option(
    "--texts-in",
    "texts_in",
    default="",
    help="Language of names and texts in the files, one of the publication; by default that of --language, where it is"
    " given, else the first one.",
)
@click.option("--yes", "agrees", is_flag=True, help="Agree with what is proposed.")
@click.option("--dry-run", is_flag=True, help="Say what would be written; write nothing.")
@click.pass_context
@_command
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
    from .intake.run import Wish, propose, take
    from .publish.tables import descriptions, open_tables, read_codes

    settings, words = _settings(context), _words()
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
    package = open_tables(settings, read_codes(settings))
    outcome = take(settings, Path(context.obj["file"]).resolve().parent, package, tables, wish, proposals)
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
        raise _usage(
            "--texts-in {language}: not a language of the publication; it has {listed}", language=named, listed=listed
        )
    return named or (context.obj["language"] if context.obj["is_asked"] else "")


@main.command()
@click.argument("file", type=click.Path(path_type=Path), default="tables.xlsx")
@click.option("--xlsx", is_flag=True, help="The form of the workbook: Office Open XML, which is the only one.")
@click.option("--table", "names", multiple=True, help="Only this table; may be repeated.")
@click.option("--filled", is_flag=True, help="With the rows that there are.")
@click.pass_context
@_command
def template(context: click.Context, file: Path, xlsx: bool, names: tuple[str, ...], filled: bool) -> None:  # noqa: ARG001
    """Write a workbook to be filled in (FILE, by default tables.xlsx); `atmpgraph import` reads it back.

    A sheet a table; headings and notes are in the language of --language.
    """
    from .intake.run import rows_of
    from .intake.template import write_template
    from .publish.tables import descriptions, open_tables, read_codes

    settings, words = _settings(context), _words()
    tables = [table for table in descriptions(settings) if not names or table.name in names]
    if unknown := sorted(set(names) - {table.name for table in tables}):
        raise _usage(_NO_TABLE, name=", ".join(unknown))
    if file.exists():
        raise _usage("{file} is there already; name another file, since nothing is overwritten", file=str(file))
    rows = rows_of(open_tables(settings, read_codes(settings))) if filled else {}
    write_template(file, tables, settings.languages, words, rows)
    sheets = words.ngettext("{n} sheet", "{n} sheets", len(tables))
    click.echo(f"{file}{words.colon}{sheets}")


@main.command("texts")
@click.argument("language")
@click.pass_context
@_command
def translate(context: click.Context, language: str) -> None:
    """Write the texts of the interface that LANGUAGE (a tag of BCP 47) lacks into a file, to be translated."""
    from .layers.languages import write_texts

    if not is_tag(language):
        raise _usage(_NO_TAG, option=language)
    file, number = write_texts(_settings(context), language)
    click.echo(
        _words().ngettext("{file}: {n} text to translate", "{file}: {n} texts to translate", number, file=str(file))
    )


@main.command()
@click.option("--apply", "applies", is_flag=True, help="Put right what can be; without it, nothing changes.")
@_json
@click.pass_context
@_command
def upgrade(context: click.Context, applies: bool, as_json: bool) -> None:
    """Say what this version of the software changes in the publication, and what no longer fits."""
    from .layers.upgrade import upgrade as run

    settings, language = _settings(context), context.obj["language"]
    root = Path(context.obj["file"]).resolve().parent
    steps = run(settings, root)
    if applies:
        steps.apply()
        left = run(settings, root)
        steps = type(steps)(steps.news, steps.repairs, left.findings)
    if as_json:
        click.echo(json.dumps({**steps.as_json(), "applied": applies}, ensure_ascii=False, indent=1))
    else:
        words = texts(language)
        for line in [
            *(step.line(language) for step in (*steps.news, *steps.repairs)),
            *(finding.text(language) for finding in steps.findings),
        ]:
            click.echo(line)
        if steps.repairs and not applies:
            click.echo(words.gettext("nothing is changed yet: 'atmpgraph upgrade --apply' does it"))
        elif not (steps.news or steps.repairs or steps.findings):
            click.echo(words.gettext("nothing to do"))
    if steps.findings:
        sys.exit(1)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--base", default="https://example.org/partnership/", show_default=True, help="Base of the new IRIs.")
@click.option("--languages", default="", help="Some of fr,nl,de,en, as in de,en; all by default.")
@_command
def init(folder: Path, base: str, languages: str) -> None:
    """Start another partnership in FOLDER, from a small example, marked as fictional, that builds as it is."""
    from .starter import LANGUAGES, start

    tags = list(dict.fromkeys(tag.strip().lower() for tag in languages.split(",") if tag.strip()))
    if other := [tag for tag in tags if tag not in LANGUAGES]:
        raise _usage(
            "--languages {language}: the example is in {listed}; after the first import atmpgraph.toml may name any"
            " language",
            language=other[0],
            listed=", ".join(LANGUAGES),
        )
    start(folder, base, tags)
    commands = f"cd {folder} && atmpgraph build && atmpgraph serve"
    click.echo(_words().gettext("{folder} is ready: {commands}", folder=str(folder), commands=commands))
