"""What a check says of a chart: no row is lost, and a fault of a specification names its file."""

from pathlib import Path
from typing import Any

import pytest

from atmpgraph.charts.declared import chart_faults
from atmpgraph.charts.draw import ChartFiles
from atmpgraph.publish.build import build
from atmpgraph.settings import Settings

from ..conftest import own_file
from .conftest import LANGUAGES, SPECIFICATION, Drawing, written

BASE = "https://example.org/"


def encoded(**channels: Any) -> dict[str, Any]:
    """The specification with other channels."""
    return {**SPECIFICATION, "encoding": {**SPECIFICATION["encoding"], **channels}}


LAYERED = {"usermeta": SPECIFICATION["usermeta"], "encoding": SPECIFICATION["encoding"], "layer": [{"mark": "bar"}]}


@pytest.mark.parametrize(
    ("values", "specification", "column", "said"),
    [
        ('("a" 3) ("b" UNDEF) ("c" UNDEF)', SPECIFICATION, "n", "2 of 3 rows, such as row 2"),
        ('("a" 3) (UNDEF 4)', SPECIFICATION, "name", "1 of 2 rows, such as row 2"),
        ('("a" 3) ("b" "many")', SPECIFICATION, "n", "row 2"),
        ('("a" 3) ("b" 4)', encoded(x={"field": "n", "type": "temporal"}), "n", "row 1"),
        ('("a" 3) ("b" 0)', encoded(x={"field": "n", "type": "quantitative", "scale": {"type": "log"}}), "n", "row 2"),
        ('("a" 3) ("b" UNDEF)', LAYERED, "n", "row 2"),
        ('("a" 3) ("b" "NaN"^^<http://www.w3.org/2001/XMLSchema#double>)', SPECIFICATION, "n", "row 2"),
    ],
)
def test_no_row_is_lost(values: str, specification: dict[str, Any], column: str, said: str, drawing: Drawing) -> None:
    _, wrong = drawing(values, specification)
    assert [finding.places[0].file for finding in wrong] == ["own.vl.json"]
    assert wrong[0].places[0].column == column
    assert said in wrong[0].sentence("en")
    assert "COALESCE" in wrong[0].sentence("fr")


def test_too_many_rows_are_refused(drawing: Drawing) -> None:
    _, wrong = drawing(" ".join(f'("{number}" {number})' for number in range(600)))
    assert "LIMIT" in wrong[0].sentence("en")


def test_what_vega_lite_does_not_take_names_the_file(drawing: Drawing) -> None:
    _, wrong = drawing('("a" 3) ("b" 4)', {**SPECIFICATION, "mark": "pie of the day"})
    assert wrong[0].places[0].file == "own.vl.json"
    assert wrong[0].sentence("en").startswith("Vega-Lite cannot draw this")


@pytest.mark.parametrize(
    ("specification", "said"),
    [
        ("{", "no JSON object"),
        ("[1]", "no JSON object"),
        ({**SPECIFICATION, "usermeta": []}, "no JSON object"),
        ({**SPECIFICATION, "usermeta": {"row": "{name}", "query": "nothing"}}, "no query nothing.rq"),
        ({**SPECIFICATION, "usermeta": {}}, "nothing tells the rows in words"),
        (encoded(color={"field": "colour", "type": "nominal"}), "has no column colour; it has name, n"),
        ({**SPECIFICATION, "transform": [{"filter": "datum.n > 3"}]}, "“filter” leaves rows out"),
        ({**SPECIFICATION, "mark": {"type": "bar", "clip": True}}, "“clip” leaves rows out"),
    ],
)
def test_a_fault_of_a_file_is_told(specification: object, said: str, tmp_path: Path) -> None:
    files = written(tmp_path / "own", '("a" 3)', specification)
    faults = chart_faults(files.charts, files.library, BASE, LANGUAGES)
    assert [finding.places[0].file for finding in faults] == ["own.vl.json"]
    assert said in faults[0].sentence("en")


def test_a_theme_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    files = written(tmp_path / "own", '("a" 3)')
    (tmp_path / "own" / "theme.json").write_text('{"config": 1}')
    faults = chart_faults(files.charts, files.library, BASE, LANGUAGES)
    assert [finding.places[0].file for finding in faults] == ["theme.json"]


def test_the_supplied_ones_have_no_fault(files: ChartFiles) -> None:
    assert chart_faults(files.charts, files.library, BASE, ("fr", "nl", "de", "en", "it")) == []


def test_a_build_refuses_a_chart_that_loses_rows_and_takes_one_of_ones_own(started: Settings) -> None:
    query = own_file(started, "charts", "own.rq")
    query.write_text("#+ title@en: Own\nSELECT ?a ?b { VALUES (?a ?b) { (1 2) (2 UNDEF) } }\n", encoding="utf-8")
    specification = query.with_name("own.vl.json")
    specification.write_text(
        '{"usermeta": {"row": "{a}"}, "mark": "point", "encoding": {"x": {"field": "b", "type": "quantitative"}}}'
    )
    refused = build(started)
    assert refused.release is None
    assert any(finding.check == "chart" and "row 2" in finding.sentence("en") for finding in refused.report.findings)
    query.write_text(query.read_text(encoding="utf-8").replace("UNDEF", "3"), encoding="utf-8")
    built = build(started)
    assert built.new
    assert (started.path(started.folders.releases) / "current" / "charts" / "own.en.svg").is_file()
