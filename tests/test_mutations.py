"""A wrong cell is caught where it stands: by the check of the tables where the schema can tell, else by a shape."""

import csv
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atmpgraph.findings import Severity, ViolationError
from atmpgraph.publish.build import check
from atmpgraph.settings import Settings
from atmpgraph.sources.check import check_tables
from atmpgraph.sources.package import Package

from .conftest import copy_publication, shared, tables_of

WORDS = st.text("abcdefghij", min_size=3, max_size=12)


def wrong_values(field: dict[str, Any], key: bool) -> st.SearchStrategy[str] | None:
    """Values that a cell of this field must not have, or None where any text is possible."""
    constraints = field.get("constraints", {})
    wrong = []
    if constraints.get("required"):
        wrong.append(st.just(""))
    if key or "enum" in constraints:
        wrong.append(WORDS.map("no-such-".__add__))
    if "pattern" in constraints:
        wrong.append(WORDS.map(lambda word: f"{word} / {word}"))
    if field["type"] == "number":
        wrong += [WORDS, st.integers(0, 999).map("1 000,{}".format)]
    if field["type"] == "date":
        wrong += [WORDS, st.integers(1, 28).map("{}/01/2024".format), st.just("2023-02-29")]
    if field.get("format") == "uri":
        wrong.append(WORDS)
    return st.one_of(wrong) if wrong else None


def mutations(package: Package) -> st.SearchStrategy[list[tuple[str, int, str, str]]]:
    """One wrong cell in each table that has rows: file, row, column, value."""
    choices = []
    for resource in package.descriptor["resources"]:
        keys = {foreign["fields"] for foreign in resource["schema"].get("foreignKeys", [])}
        fields = {field["name"]: wrong_values(field, field["name"] in keys) for field in resource["schema"]["fields"]}
        rows = [number for number, _ in package.tables[resource["path"]].rows()]
        if not rows:
            continue
        cells = [
            st.tuples(st.just(resource["path"]), st.sampled_from(rows), st.just(name), wrong)
            for name, wrong in fields.items()
            if wrong is not None
        ]
        choices.append(st.one_of(cells))
    return st.tuples(*choices).map(list)


def write(path: Path, row: int, column: str, value: str) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[row - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return tables_of(copy_publication(tmp_path_factory.mktemp("tables")))


@settings(max_examples=15, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_a_wrong_cell_of_any_class_is_told_where_it_stands(tables: Package, data: st.DataObject) -> None:
    wrong = data.draw(mutations(tables))
    before = {path: path.read_bytes() for path in tables.folder.glob("*.csv")}
    try:
        for file, row, column, value in wrong:
            write(tables.folder / file, row, column, value)
        places = {(f.places[0].file, f.places[0].row, f.places[0].column) for f in check_tables(tables).findings}
    finally:
        for path, content in before.items():
            path.write_bytes(content)
    untold = [cell for cell in wrong if not any(p[:2] == cell[:2] and cell[2] in (p[2] or cell[2]) for p in places)]
    assert untold == []


# What every table check lets pass, because each cell is possible by itself: only the meaning is wrong.
MEANINGS = [
    ("figures.csv", "granted-2023", "value", "24000000"),  # not the number that is printed
    ("figures.csv", "budget", "value", "81"),  # the number that is printed, without its millions
    ("figures.csv", "direct-jobs", "qualifier", "exact"),  # "plus de" is printed
    ("figures.csv", "service-companies", "qualifier", "more-than"),  # "15+" is printed
    ("figures.csv", "new-indirect-jobs", "status", "A"),  # the quotation speaks of estimates
    ("figures.csv", "market-2025", "status", "A"),  # the quotation speaks of what should come
    ("figures.csv", "partners", "value", "26.5"),  # half a partner
    ("figures.csv", "belgium-eu-jobs", "value", "780"),  # more than the whole
    ("figures.csv", "developers", "minimum", "14"),  # at least 15 is not at least 14
    ("figures.csv", "new-direct-jobs", "stated_as_fr", "plus de 480 emplois directs"),  # not in the quotation
    ("figures.csv", "contract-manufacturers", "quotation", "maidam-grant"),  # the quotation of another source
    ("figures.csv", "applicants", "about", "no-such-partnership"),  # about nothing
    ("quotations.csv", "pr-members", "exact_fr", "Il comprend 251 membres"),  # not in the text of the source
    ("periods.csv", "2019--2025", "start_year", "2026"),  # ends before it starts
    ("places.csv", "namur", "latitude", "150.4"),  # not on this planet
    ("identifiers.csv", "ulb", "same_as", "https://example.org/ulb"),  # not a registry
    ("funding.csv", "maidam-grant", "amount", "2500000"),  # not the amount that a figure states
    ("funding.csv", "exofasttrack-grant", "currency", ""),  # an amount of nothing
    ("topics.csv", "pit-atmp", "code", "telepathy"),  # not in the code list
    ("people.csv", "willy-borsus", "function_fr", "Ministre, +32 470 12 34 56"),  # a telephone number
]


def test_a_wrong_meaning_is_told_by_a_shape_with_its_row(publication: Path) -> None:
    shared("reference/press-release-2024-01-17.fr.txt")
    folder = publication.parent / "data"
    expected = {}
    for file, slug, column, value in MEANINGS:
        with (folder / file).open(encoding="utf-8", newline="") as lines:
            row = next(number for number, cells in enumerate(csv.reader(lines), start=1) if cells[0] == slug)
        write(folder / file, row, column, value)
        expected[file, slug] = row
    assert check_tables(tables_of(publication)).findings == ()
    with tempfile.TemporaryDirectory() as scratch, pytest.raises(ViolationError) as refusal:
        check(Settings.load(publication), Path(scratch))
    violations = refusal.value.report.of(Severity.VIOLATION)
    places = {(place.file, place.row) for violation in violations for place in violation.places}
    untold = [cell for cell, row in expected.items() if (cell[0], row) not in places]
    assert untold == []
    assert all(set(v.message) >= {"fr", "nl", "de", "en"} for v in violations)
