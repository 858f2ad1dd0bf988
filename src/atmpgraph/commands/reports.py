"""How the findings of a check are written: for people, for a spreadsheet, for programs."""

import json
import sys
from enum import StrEnum
from typing import Any

import click

from ..findings import Report
from ..i18n import texts
from .call import usage
from .spoken import option

all_option = option("--all", "lists_all", is_flag=True, help="Each finding on a line, not those of one kind together.")
csv_option = option("--csv", "as_csv", is_flag=True, help="The findings as CSV on standard output, for a spreadsheet.")


class Shape(StrEnum):
    """How a report is written."""

    JSON = "json"
    CSV = "csv"
    ALL = "all"
    GROUPED = "grouped"


def shape_of(as_json: bool, as_csv: bool, lists_all: bool) -> Shape:
    if sum((as_json, as_csv, lists_all)) > 1:
        raise usage("--json, --csv and --all are three forms of one report; choose one")
    return Shape.JSON if as_json else Shape.CSV if as_csv else Shape.ALL if lists_all else Shape.GROUPED


def write_report(
    context: click.Context, report: Report, coverage: list[str], outcome: dict[str, Any], shape: Shape
) -> None:
    language = context.obj["language"]
    if shape is Shape.JSON:
        content = {**report.as_json(), "coverage": coverage, **outcome}
        click.echo(json.dumps(content, ensure_ascii=False, indent=1))
    elif shape is Shape.CSV:
        click.echo(report.csv(language), nl=False)
    else:
        lines = report.lines(language) if shape is Shape.ALL else report.grouped(language)
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
