"""A report lists the first findings of a kind and counts all, in words and as JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from atmpgraph.findings import Finding, Listed, Place, Report, Severity
from atmpgraph.settings import Settings


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
