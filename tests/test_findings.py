"""A report lists the first findings of a kind and counts all, in words and as JSON."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from atmpgraph.findings import Finding, Listed, Place, Report, Severity
from atmpgraph.settings import Settings
from atmpgraph.spreadsheets import as_text


def findings(number: int, severity: Severity = Severity.VIOLATION) -> list[Finding]:
    return [Finding("table", severity, {"en": "wrong"}, (Place("t.csv", row),)) for row in range(2, number + 2)]


def test_the_others_are_counted_by_severity() -> None:
    listed = Listed.first(findings(5), 2) + Listed.first(findings(4, Severity.WARNING), 3) + Listed()
    report = Report(listed.findings, {"rows": 9}, listed.more)
    assert (report.total(Severity.VIOLATION), report.total(Severity.WARNING), report.total(Severity.INFO)) == (5, 4, 0)
    assert report.as_json()["unlisted"] == {"violation": 3, "warning": 1}
    assert len(report.as_json()["findings"]) == 5
    *_, cut, total = report.lines("en")
    assert cut == "the first 5 findings are listed; the others are only counted"
    assert total == "rows: 9 – 5 violations, 4 warnings"


def test_nothing_is_said_where_all_are_listed() -> None:
    listed = Listed.first(findings(2), 2)
    report = Report(listed.findings, {"rows": 9}, listed.more)
    assert "unlisted" not in report.as_json()
    assert [*report.lines("en")][1:] == ["violation: t.csv, row 3: wrong", "rows: 9 – 2 violations"]


def of_columns(number: int) -> list[Finding]:
    """Findings of one kind, whose messages name different rows and values, and one of another."""
    alike = [
        Finding(
            "table", Severity.VIOLATION, {"en": f"the same as in row {row}"}, (Place("t.csv", row, "slug"),), f"={row}"
        )
        for row in range(2, number + 2)
    ]
    return [*alike, Finding("table", Severity.WARNING, {"en": "odd"}, (Place("t.csv"),))]


def test_findings_of_one_kind_are_told_together() -> None:
    """Message, how many, the first places; `--all` lists each, and the sum is the same."""
    report = Report(tuple(of_columns(200)), {"rows": 300})
    lines = [*report.grouped("en")]
    assert lines == [
        "200 violations: the same as in row 2",
        "  t.csv, row 2, column slug [value '=2']",
        "  t.csv, row 3, column slug [value '=3']",
        "  t.csv, row 4, column slug [value '=4']",
        "  and 197 more",
        "warning: t.csv: odd",
        "--all lists each finding, --csv writes them for a spreadsheet",
        "rows: 300 – 200 violations, 1 warning",
    ]
    assert len([*report.lines("en")]) == 202
    assert [*Report(tuple(of_columns(3))).grouped("en")] == [*Report(tuple(of_columns(3))).lines("en")], (
        "few are listed"
    )


def test_findings_in_other_columns_or_of_other_rules_are_told_apart() -> None:
    wrong = {"en": "not a date"}
    both = [Finding("table", Severity.VIOLATION, wrong, (Place("t.csv", n, c),)) for c in ("a", "b") for n in range(9)]
    assert sum("9 violations" in line for line in Report(tuple(both)).grouped("en")) == 2


def test_a_spreadsheet_gets_every_finding_and_no_formula() -> None:
    report = Report(tuple(of_columns(200)), {"rows": 300})
    rows = [*csv.DictReader(io.StringIO(report.csv("en")))]
    assert len(rows) == 201
    assert rows[0] == {
        "severity": "violation",
        "file": "t.csv",
        "row": "2",
        "column": "slug",
        "value": "'=2",
        "message": "the same as in row 2",
        "node": "",
        "rule": "",
    }


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "＝1"])
def test_what_looks_like_a_formula_is_text(cell: str) -> None:
    assert as_text(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-2", "+3.5", "Université", "", "a=b", "2025-01-01"])
def test_other_cells_stay(cell: str) -> None:
    assert as_text(cell) == cell


def test_a_violation_that_is_not_listed_counts() -> None:
    assert not Report((), {}, {Severity.VIOLATION: 1}).conforms
    assert Report((), {}, {Severity.WARNING: 1, Severity.VIOLATION: 0}).conforms


@pytest.mark.parametrize(("table", "check"), [("organisations.csv", "table"), ("figures.csv", "mapping")])
def test_a_check_lists_as_many_as_the_setting_says(table: str, check: str, started: Settings) -> None:
    """One kind of error is for the check of the tables, the other for the mapping: NaN is a number, and no decimal."""
    path = started.path(started.folders.data) / table
    head, row = path.read_text(encoding="utf-8").splitlines()[:2]
    at = head.split(",").index("slug" if check == "table" else "value")
    rows = []
    for n in range(2_000):
        cells = row.split(",")
        cells[0] = f"row-{n}" if check == "mapping" else cells[0]
        cells[at] = f"bad slug {n}" if check == "table" else "NaN"
        rows.append(",".join(cells))
    path.write_text("\n".join([path.read_text(encoding="utf-8").rstrip("\n"), *rows, ""]), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "atmpgraph", "check", "--json"],
        cwd=started.path(Path()),
        env={**os.environ, "ATMPGRAPH_BUILD_MAX_LISTED_FINDINGS": "50"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert [finding["check"] for finding in report["findings"]] == [check] * 50
    assert report["unlisted"] == {"violation": 1_950}


def test_a_kind_of_which_others_may_be_only_counted_says_so() -> None:
    findings = tuple(of_columns(9))
    severity = findings[0].severity
    kinds = [line for line in Report(findings, more={severity: 5}).grouped("en") if "or more: " in line]
    assert [line.partition(": ")[0] for line in kinds] == ["9 violations or more"]
    assert not [line for line in Report(findings).grouped("en") if "or more" in line]
    others = {each: 5 for each in Severity if each is not severity}
    assert not [line for line in Report(findings, more=others).grouped("en") if "or more" in line]
