"""What makes a release: `check`, `build`, `push`."""

import json
from typing import Any

import click

from ..errors import AtmpgraphError
from ..findings import Finding, ViolationError
from ..interrupts import interruptible
from ..settings import Settings
from .call import as_json_option, command, jobs_option, judged_settings, progress_of, progress_option, settings_of
from .reports import Shape, all_option, csv_option, shape_of, write_report
from .spoken import argument, option


@command()
@as_json_option
@all_option
@csv_option
@jobs_option
@progress_option
def check(context: click.Context, as_json: bool, lists_all: bool, as_csv: bool, jobs: int | None, display: str) -> None:
    """Check settings, tables, mapping and shapes; change nothing."""
    settings, wrong = judged_settings(context, jobs)
    _check(context, settings, wrong, shape_of(as_json, as_csv, lists_all), display)


def _check(context: click.Context, settings: Settings, wrong: list[Finding], shape: Shape, display: str) -> None:
    """Report what is wrong, after what is wrong with the settings."""
    from ..publish.build import check as run
    from ..publish.workplace import scratch

    with interruptible(), scratch() as folder:
        try:
            with progress_of(context, display) as progress:
                candidate = run(settings, folder, progress)
        except ViolationError as refusal:
            write_report(context, refusal.report.after(wrong), [], {}, shape)
        except AtmpgraphError:
            for finding in wrong:
                click.echo(f"atmpgraph: {finding.text(context.obj['language'])}", err=True)
            raise
        else:
            write_report(context, candidate.report.after(wrong), candidate.lines(context.obj["language"]), {}, shape)


@command()
@as_json_option
@all_option
@jobs_option
@progress_option
@option("--push", "pushes", is_flag=True, help="With a remote store: load the release into it, and switch to it.")
def build(context: click.Context, as_json: bool, lists_all: bool, jobs: int | None, display: str, pushes: bool) -> None:
    """Check everything, build a release and switch to it; with a remote store it waits for `atmpgraph push`."""
    from ..publish.build import build as run
    from ..publish.observation import observed_build

    settings, wrong = judged_settings(context, jobs)
    if wrong:  # nothing is built by them, and one run says all that is to be mended
        _check(context, settings, wrong, shape_of(as_json, False, lists_all), display)
    with interruptible(), observed_build(settings) as observed, progress_of(context, display) as progress:
        built = observed.built = run(settings, progress)
    outcome: dict[str, Any] = {}
    if built.digest:
        outcome = {"release": built.digest, "new": built.new, "switched": built.switched, "waiting": built.waiting}
    write_report(
        context,
        built.report,
        built.lines(context.obj["language"]),
        outcome,
        shape_of(as_json and not pushes, False, lists_all),
    )
    if pushes:
        _push(context, settings, built.digest or "", False, as_json, display)


@command()
@argument("release", required=False)
@option("--anew", is_flag=True, help="Send everything, whatever the store holds.")
@as_json_option
@progress_option
def push(context: click.Context, release: str | None, anew: bool, as_json: bool, display: str) -> None:
    """Load RELEASE (the start of its digest; without it, the last one built) into the remote store; switch to it."""
    _push(context, settings_of(context), release or "", anew, as_json, display)


def _push(context: click.Context, settings: Settings, release: str, anew: bool, as_json: bool, display: str) -> None:
    from ..publish.observation import observed_push
    from ..publish.push import push as run

    with interruptible(), observed_push(settings) as observed, progress_of(context, display) as progress:
        pushed = observed.pushed = run(settings, progress, release, anew=anew)
    if as_json:
        click.echo(json.dumps(pushed.as_json(), ensure_ascii=False, indent=1))
        return
    for line in pushed.lines(context.obj["language"]):
        click.echo(line)
