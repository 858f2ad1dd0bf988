"""What all commands have in common: their language, settings and progress, and how an error ends them."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from ..errors import AtmpgraphError, SettingsError
from ..findings import Finding, Place, Severity
from ..i18n import SOURCE, Texts, every_language, message, own_texts, texts, written
from ..interrupts import Interrupted
from ..languages import closest
from ..progress import Display, Progress, shown
from ..reasons import is_full, refusal_of
from ..release.release import Release, open_release
from ..settings import Settings
from ..settings.faults import WrongSettingsError
from ..store import remote_settings
from .spoken import SpokenCommand, option

P = ParamSpec("P")
T = TypeVar("T")

_BUILD = {"frictionless", "pyshacl", "python_calamine", "rapidfuzz", "rdflib", "xlsxwriter"}
_NO_SPACE = message("{place}: no space is left; free some, and run the command again")
_INTERRUPTED = message("interrupted; what was begun is put away, and the release that was live still is")
NO_TAG = message("{option}: not the tag of a language; it is one of BCP 47, such as fr or pt-BR")
_NO_TEXTS = message("--language {language}: there are no texts in it; there are in {listed}, and {file} adds another")
jobs_option = option("--jobs", type=click.IntRange(1, 256), help="Processes that work at the same time; a setting.")
progress_option = option(
    "--progress",
    "display",
    type=click.Choice([*(display.value for display in Display), "auto"]),
    default="auto",
    show_default=True,
    help="On standard error: one line that is rewritten, plain lines, or none. By default the first on a terminal, the"
    " second in a file or the journal, and nothing for another program.",
)
as_json_option = option("--json", "as_json", is_flag=True, help="The report as JSON on standard output.")


def command(name: str | None = None) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command of a function that takes the context first; its help is the text of the function."""
    return lambda function: click.command(name, cls=SpokenCommand)(click.pass_context(_ending(function)))


def _ending(function: Callable[P, T]) -> Callable[P, T]:
    """Show an error of ours as its message alone: 2 for a wrong setting, 1 for everything else."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except KeyboardInterrupt as error:
            number = error.number if isinstance(error, Interrupted) else signal.SIGINT
            click.echo(f"atmpgraph: {words_of_call().gettext(_INTERRUPTED)}", err=True)
            sys.exit(128 + number)
        except AtmpgraphError as error:
            text = error.text(words_of_call())
            if kwargs.get("as_json"):  # a program reads the report
                sentences = {tag: error.text(texts(tag)) for tag in written()}
                finding = {"check": "call", "severity": "violation", "message": sentences}
                click.echo(json.dumps({"conforms": False, "findings": [finding]}, ensure_ascii=False, indent=1))
            click.echo(f"atmpgraph: {text}", err=True)
            sys.exit(2 if isinstance(error, SettingsError) else 1)
        except BrokenPipeError:  # the reader of the output has enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except OSError as error:
            click.echo(f"atmpgraph: {refusal_text(error)}", err=True)
            sys.exit(1)
        except ModuleNotFoundError as error:
            if error.name not in _BUILD:
                raise
            missing = words_of_call().gettext(
                "{name} is missing; install atmpgraph[build] to make releases", name=error.name
            )
            click.echo(f"atmpgraph: {missing}", err=True)
            sys.exit(2)

    return run


def language_of_call() -> str:
    """The language of reports."""
    context = click.get_current_context(silent=True)
    return context.obj["language"] if context and context.obj else SOURCE


def words_of_call() -> Texts:
    return texts(language_of_call())


def usage(sentence: str, **values: object) -> click.UsageError:
    """That the call is wrong."""
    return click.UsageError(words_of_call().gettext(sentence, **values))


def refusal_text(error: OSError) -> str:
    """What the system refused, where, and the remedy."""
    if is_full(error):
        return words_of_call().gettext(_NO_SPACE, place=error.filename or "/")
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{words_of_call().sentence(refusal_of(error))}"


def settings_of(context: click.Context, jobs: int | None = None) -> Settings:
    return _ready(context, Settings.load(context.obj["file"]), jobs)


def judged_settings(context: click.Context, jobs: int | None) -> tuple[Settings, list[Finding]]:
    """The settings that are right, and what is wrong with the others, so that one run judges all there is."""
    file = context.obj["file"]
    try:
        return settings_of(context, jobs), []
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
        raise usage(_NO_TEXTS, language=context.obj["language"], listed=listed, file=f"{folder}/<language>.po")
    return settings.with_jobs(jobs) if jobs else settings


def release_of(settings: Settings, name: str = "current") -> Release:
    """A release by the start of its digest."""
    remote = remote_settings(settings) if name == "current" else None
    return open_release(settings.path(settings.folders.releases), name, settings.base, remote)


@contextmanager
def progress_of(context: click.Context, display: str) -> Iterator[Progress]:
    """Progress as it was asked for, until the block ends."""
    progress = shown(None if display == "auto" else Display(display), context.obj["language"])
    try:
        yield progress
    finally:
        progress.end()
