"""What `benchmarks/generate.py` makes is a publication like any other, whatever its size."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from benchmarks.generate import LEAST, TABLES, Grower, events, generate, periods, sources

from atmpgraph.findings import Report, Severity
from atmpgraph.publish.build import check
from atmpgraph.settings import Settings

from ..long import often

ROWS = 300


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A publication of a few hundred rows."""
    return generate(ROWS, tmp_path_factory.mktemp("grown") / "publication")


def _column(settings: Settings, table: str, name: str) -> list[str]:
    path = settings.path(settings.folders.data) / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [row[name] for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def report(grown: Settings, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Of the check of its tables, graph and catalogue."""
    return check(grown, tmp_path_factory.mktemp("checked")).report


def test_it_keeps_to_the_shapes(report: Report) -> None:
    """A missing translation of a title is a warning and meant."""
    assert report.conforms
    assert not [finding for finding in report.findings if finding.severity is Severity.VIOLATION]
    assert report.counts["rows"] > ROWS


def test_quotations_name_what_they_are_cited_for(report: Report) -> None:
    """Of the warnings about a quotation, which most shapes are, there is none."""
    assert not [each for each in report.findings if "quotation" in each.text("en").lower()]


@pytest.mark.parametrize("rows", [LEAST, 1_000, 4_321, 100_000])
def test_it_has_as_many_rows_as_asked_for(rows: int) -> None:
    assert sum(sum(1 for _ in table(Grower(rows))) for table in TABLES) == rows


def test_no_figure_is_stated_twice() -> None:
    """Data Cube, IC-12: where many figures are about few things, too."""
    used = Counter(
        tuple(row[name] for name in ("indicator", "about", "area", "period", "source"))
        for row, _, _ in Grower(20_000).statements()
    )
    assert max(used.values()) == 1


@pytest.mark.parametrize("rows", [20_000, often(200_000, 1_000_000)])
def test_nothing_is_later_than_the_source_that_states_it(rows: int) -> None:
    """A violation of the shapes, which a publication too small for them does not show."""
    grower = Grower(rows)
    issued = {row["slug"]: str(row["issued_date"]) for row in sources(grower)}
    months = {row["slug"]: str(row["end_month"]) for row in periods(grower)}
    stated = [row for row, _, _ in grower.statements()] + list(events(grower))
    assert not [row["slug"] for row in stated if months[row["period"]] >= issued[str(row["source"])][:7]]


def test_the_same_rows_give_the_same_bytes(grown: Settings, tmp_path: Path) -> None:
    again = generate(ROWS, tmp_path / "again")
    folders = [settings.path(settings.folders.data) for settings in (grown, again)]
    files = [{path.name: path.read_bytes() for path in folder.glob("*.csv")} for folder in folders]
    assert files[0] == files[1]


def test_a_few_have_many_and_most_have_few(tmp_path: Path) -> None:
    settings = generate(5_000, tmp_path / "publication")
    for name in ("organisation", "workpackage", "source"):
        times = [number for _, number in Counter(_column(settings, "participations", name)).most_common()]
        assert times[0] > 5 * times[len(times) // 2], name
    assert len(set(_column(settings, "sources", "slug"))) > 25
    assert set(_column(settings, "sources", "language")) == {"FRA", "NLD", "DEU", "ENG"}


def test_too_few_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 100"):
        generate(LEAST - 1, tmp_path / "publication")
    assert not (tmp_path / "publication").exists()
