"""The quick check of tables says what the library alone says, error by error, for any table and schema."""

import csv
import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from unittest.mock import patch

import pytest
from frictionless import Checklist
from frictionless import Package as Described
from frictionless.resources import TableResource
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from atmpgraph.findings import Listed, Place, Severity
from atmpgraph.progress import SILENT
from atmpgraph.settings.groups import Build
from atmpgraph.sources.check import _for_library, _PackageCheck, check_tables
from atmpgraph.sources.code_lists import CodeLists
from atmpgraph.sources.package import Package, open_package
from atmpgraph.sources.table_check import check_rows

ALL = Build(max_listed_findings=100_000, jobs=1)


def alone(package: Package) -> dict[str, list[tuple[int, str, str]]]:
    """What the library alone says of each table: row, columns and kind of each error; a blank row is none of ours."""
    resources, blank = [], {}
    for described in package.read.checked["resources"]:
        if "data" in described:
            resources.append(described)
            continue
        with package.tables[described["path"]].path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        blank[described["name"]] = {number for number, cells in enumerate(rows, start=1) if not any(cells)}
        # Else it takes the first row that is about as wide as most for the header.
        dialect = {"header": True, "headerRows": [1]}
        resources.append({"name": described["name"], "data": rows, "schema": described["schema"], "dialect": dialect})
    said: dict[str, list[tuple[int, str, str]]] = {}
    for resource in Described({"resources": resources}).resources:
        report = cast(TableResource, resource).validate(Checklist(), limit_errors=100_000)
        found = [error.to_dict() for task in report.tasks for error in task.errors]
        said[f"{resource.name}.csv"] = [
            (error["rowNumber"], ", ".join(error.get("fieldNames") or [error.get("fieldName", "")]), error["type"])
            for error in found
            if "rowNumber" in error and error["rowNumber"] not in blank[str(resource.name)]
        ]
    return said


def ours(package: Package) -> dict[str, list[tuple[int, str, str]]]:
    """What the quick check says, in the same way."""
    check = _PackageCheck(package, Described(_for_library(package.read.checked)), ALL, SILENT, CodeLists())
    said = {}
    for path in package.tables:
        errors = check_rows(check._rows(path), check._find(path), 100_000, SILENT.advance).errors
        said[path] = [
            (error["rowNumber"], ", ".join(error.get("fieldNames") or [error.get("fieldName", "")]), error["type"])
            for error in errors
        ]
    return said


TEXTS = st.sampled_from(
    ["", "", "a", "a", "b", "c", "ab", "A-1", "n/a", "None", "é", "two words", 'q"q', "a,b", "two\nlines", " a", "a\n"]
)
# No NaN: two are the same key for us, as texts are, and not for the library.
NUMBERS = st.sampled_from(["1", "1", "01", "1.0", "1.50", "-2", "1e3", "inf", "1,5", " 1 ", "x", "", "٣", "1_0"])
DATES = st.sampled_from(["2024-01-17", "2024-02-29", "2023-02-29", "2024-1-7", "17/01/2024", "0000-01-01", "", "n/a"])
URIS = st.sampled_from(
    ["https://example.org/a", "https://example.org", "urn:x", "example", "", "https://é/", "http://a b/"]
)
BOOLEANS = st.sampled_from(["true", "True", "0", "1", "yes", ""])
YEARS = st.sampled_from(["2024", "0001", "24", "-024", "", "20 4"])
CELLS: dict[str, st.SearchStrategy[str]] = {
    "string": TEXTS,
    "uri": URIS,
    "number": NUMBERS,
    "integer": NUMBERS,
    "date": DATES,
    "boolean": BOOLEANS,
    "year": YEARS,
    "any": TEXTS,
}


@st.composite
def fields(draw: st.DrawFn, name: str) -> tuple[dict[str, Any], str]:
    """A field and the kind of its cells."""
    kind = draw(st.sampled_from(["string", "string", "string", *CELLS]))
    constraints: dict[str, Any] = {}
    if draw(st.booleans()):
        constraints["required"] = draw(st.booleans())
    if draw(st.integers(0, 4)) == 0:
        constraints["unique"] = True
    if kind in {"string", "uri"}:
        if draw(st.integers(0, 3)) == 0:
            constraints["pattern"] = draw(st.sampled_from(["^[a-z]+$", "[a-z]*", "a|b", "\\S+"]))
        if draw(st.integers(0, 3)) == 0:
            constraints["maxLength"] = draw(st.integers(0, 4))
        if draw(st.integers(0, 3)) == 0:
            constraints["minLength"] = draw(st.integers(0, 4))
        if draw(st.integers(0, 3)) == 0:
            constraints["enum"] = draw(st.lists(TEXTS, min_size=1, max_size=4, unique=True))
    elif kind in {"number", "integer"} and draw(st.integers(0, 2)) == 0:
        constraints["minimum"] = 1
    elif kind == "date" and draw(st.integers(0, 2)) == 0:
        constraints["maximum"] = "2024-02-01"
    field = {"name": name, "type": "string" if kind == "uri" else kind, "constraints": constraints}
    if kind == "uri":
        field["format"] = "uri"
    if draw(st.integers(0, 9)) == 0:
        field["missingValues"] = ["", "n/a"]
    return field, kind


@st.composite
def tables(draw: st.DrawFn, names: tuple[str, ...]) -> tuple[dict[str, Any], str]:
    """A schema without foreign keys, and the text of a table."""
    drawn = [draw(fields(name)) for name in names]
    schema: dict[str, Any] = {"fields": [field for field, _ in drawn]}
    if draw(st.booleans()):
        schema["primaryKey"] = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    if draw(st.integers(0, 3)) == 0:
        schema["missingValues"] = draw(st.sampled_from([["", "n/a"], ["", "None"]]))
    good = st.tuples(*(CELLS[kind] for _, kind in drawn)).map(list)
    rows = draw(st.lists(st.one_of(good, good, good, good, st.lists(TEXTS, max_size=5)), max_size=12))
    header = list(names) if draw(st.integers(0, 15)) else draw(st.permutations([*names, "other"]))
    text = io.StringIO()
    csv.writer(text, lineterminator=draw(st.sampled_from(["\n", "\r\n"]))).writerows([header, *rows])
    return schema, text.getvalue()


@st.composite
def packages(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, str]]:
    """A descriptor, and the texts of its tables."""
    one, first = draw(tables(("a", "b", "c")))
    two, second = draw(tables(("d", "e")))
    for schema, own in ((one, ("a", "b", "c")), (two, ("d", "e"))):
        keys = []
        for _ in range(draw(st.integers(0, 2))):
            target = draw(st.sampled_from([("", own), ("one", ("a", "b", "c")), ("two", ("d", "e"))]))
            size = draw(st.integers(1, 2))
            here = draw(st.permutations(own))[:size]
            there = draw(st.permutations(target[1]))[:size]
            keys.append({"fields": here, "reference": {"resource": target[0], "fields": there}})
        if keys:
            schema["foreignKeys"] = keys
    resources = [
        {"name": name, "path": f"{name}.csv", "encoding": "utf-8", "schema": schema}
        for name, schema in (("one", one), ("two", two))
    ]
    return {"resources": resources}, {"one.csv": first, "two.csv": second}


def written(folder: Path, descriptor: dict[str, Any], texts: dict[str, str]) -> Package:
    """A package in a folder."""
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return open_package(folder)


def without_number(package: Package, path: str) -> Callable[[int, str, str], bool]:
    """Whether an error is one of a key, of which a cell is NaN."""
    table = package.tables[path]
    rows, keys = dict(table.rows()), {"unique-error", "foreign-key", "primary-key"}

    def is_of_nan(row: int, columns: str, kind: str) -> bool:
        named = columns.split(", ") if columns else package.fields_of_key(path)
        cells = dict(zip(table.header(), rows.get(row, ()), strict=False))
        return kind in keys and any(cells.get(name, "").strip() == "NaN" for name in named)

    return is_of_nan


def one_table(kind: str, text: str, **schema: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """A package of a table with two columns of a kind."""
    fields = [{"name": name, "type": kind, "constraints": {"unique": True, "required": name == "e"}} for name in "de"]
    described = {"name": "two", "path": "two.csv", "encoding": "utf-8", "schema": {"fields": fields, **schema}}
    return {"resources": [described]}, {"two.csv": text}


OWN = {"foreignKeys": [{"fields": ["e"], "reference": {"resource": "", "fields": ["e"]}}]}


@example(one_table("string", "d,e\n,,,,a\n"), 1)
@example(one_table("string", "d,e\n,,a,a\n"), 1)
@example(one_table("string", "d,e\nn/a,n/a\n", missingValues=["", "n/a"], primaryKey=["d"]), 1)
@example(one_table("string", "d,e\nn/a\n", missingValues=["", "n/a"]), 1)
@example(one_table("number", "d,e\n,NaN\n1,NaN\n", **OWN), 1)
@example(one_table("number", "d,e\n1,1\n1,1,2\n", primaryKey=["d", "e"], **OWN), 1)
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(packages(), st.integers(1, 6))
def test_both_say_the_same(drawn: tuple[dict[str, Any], dict[str, str]], limit: int) -> None:
    with TemporaryDirectory() as folder:
        package = written(Path(folder), *drawn)
        checked = check_tables(package, ALL)
        if any(table.source.findings for table in package.tables.values()):
            return  # of a table that is not as it is described, the library says other things
        some = check_tables(package, Build(max_listed_findings=limit, jobs=1))
        assert len(some.findings) + some.more.get(Severity.VIOLATION, 0) == len(checked.findings)
        assert all(finding in checked.findings for finding in some.findings)
        if any(finding.places[0].row == 1 for finding in checked.findings):
            return  # nor of one with another header
        found, expected = ours(package), alone(package)
        for table, errors in expected.items():
            # It says nothing but “blank” of a row that has no cell but after the last column; there we say more.
            blank = {row for row, _, kind in errors if kind == "blank-row"}
            # And no number that is none (NaN) is equal to another one there, so that it is no key; here it is its text.
            nowhere = without_number(package, table)
            assert [one for one in found[table] if one[0] not in blank and not nowhere(*one)] == [
                one for one in errors if one[0] not in blank and not nowhere(*one)
            ]


FIELDS = [
    {"name": "slug", "type": "string", "constraints": {"required": True, "unique": True, "pattern": "^[a-z0-9-]+$"}},
    {"name": "n", "type": "number"},
    {"name": "d", "type": "date"},
    {"name": "part", "type": "string"},
]
SCHEMA = {
    "primaryKey": "slug",
    "fields": FIELDS,
    "foreignKeys": [{"fields": "part", "reference": {"resource": "", "fields": "slug"}}],
}
DESCRIPTOR = {"resources": [{"name": "t", "path": "t.csv", "encoding": "utf-8", "schema": SCHEMA}]}
ROWS = 5_000


def package_of(folder: Path, row: str) -> Package:
    """A package with a table of many rows, each made of its number."""
    rows = "".join(row.format(n=n, half=n // 2) for n in range(ROWS))
    return written(folder, DESCRIPTOR, {"t.csv": "slug,n,d,part\n" + rows})


@pytest.mark.parametrize(
    ("row", "errors"),
    [
        ("s-{n},{n}.5,2024-01-01,s-{half}\n", 0),
        ("s-{n},x{n},2024-01-01,\n", ROWS),
        ("S{n},x{n},2024-13-01,nowhere-{n}\n", 4 * ROWS),
        ("s-{half},{n},2024-01-01,\n", ROWS),  # half of the rows, as a value that is unique and as primary key
        ("s-{n},1,2024-01-01,,more\n", ROWS),
        (",,,\n", 0),  # a spreadsheet has blank rows
    ],
)
def test_the_library_is_not_run_over_many_errors(row: str, errors: int, tmp_path: Path) -> None:
    package = package_of(tmp_path, row)
    with patch("frictionless.resources.TableResource.validate", side_effect=AssertionError):
        listed = check_tables(package, Build(max_listed_findings=100))
    assert len(listed.findings) == min(errors, 100)
    assert len(listed.findings) + listed.more.get(Severity.VIOLATION, 0) == errors


def test_good_rows_take_few_bytes(tmp_path: Path) -> None:
    package = package_of(tmp_path, "s-{n},{n}.5,2024-01-01,s-{half}\n")
    check_tables(package, ALL)
    tracemalloc.start()
    check_tables(package, ALL)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000 + 250 * ROWS  # of a million rows with keys, 250 MB


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("row", [0, 150, 2_500])
def test_a_cell_that_is_too_long_is_told_with_its_place(quote: str, row: int, tmp_path: Path) -> None:
    lines = [f's-{n},{n},,"s-\n{n}"\n' for n in range(3_000)]
    lines[row] = f"long,1,{quote}{'x' * 100_000}{quote},\n"
    package = written(tmp_path, DESCRIPTOR, {"t.csv": "slug,n,d,part\n" + "".join(lines)})
    listed = check_tables(package, Build(max_cell_characters=1_000))
    (finding,) = listed.findings
    assert finding.places == (Place("t.csv", row + 2, "d"),)
    assert finding.message["en"] == (
        "the cell is longer than 1,000 characters; shorten it, or raise the setting [build] max_cell_characters"
    )
    assert set(finding.message) >= {"en", "fr", "nl", "de"}


def test_a_cell_of_100_megabytes_takes_no_memory(tmp_path: Path) -> None:
    package = written(tmp_path, DESCRIPTOR, {"t.csv": "slug,n,d,part\ns-1,1,,\n"})
    with (tmp_path / "t.csv").open("a", encoding="utf-8") as table:
        table.write('s-2,2,,"')
        for _ in range(100):
            table.write("x" * 1_000_000)
        table.write('"\n')
    check_tables(package, Build(max_cell_characters=1_000))
    tracemalloc.start()
    (finding,) = check_tables(package, Build(max_cell_characters=131_072)).findings
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert finding.places == (Place("t.csv", 3, "part"),)
    assert peak < 10_000_000


def test_a_long_cell_that_is_allowed_is_read(tmp_path: Path) -> None:
    package = written(tmp_path, DESCRIPTOR, {"t.csv": f"slug,n,d,part\n{'s' * 300_000},1,,\n"})
    assert check_tables(package, Build(max_cell_characters=300_000)) == Listed()
    assert check_tables(package, Build(max_cell_characters=299_999)).findings[0].places == (Place("t.csv", 2, "slug"),)


@pytest.mark.parametrize("character", ["\x07", "\ufffe", "\uffff"])
def test_what_xml_cannot_say_is_counted_too(tmp_path: Path, character: str) -> None:
    package = package_of(tmp_path, "s-{n},1,,\n")
    table = tmp_path / "t.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",\n", f",{character}\n"), encoding="utf-8")
    listed = check_tables(package, Build(max_listed_findings=10))
    assert len(listed.findings) == 20, "ten foreign keys and ten control characters"
    assert listed.more == {Severity.VIOLATION: 2 * ROWS - 20}


def test_a_row_that_begins_after_the_last_column_is_told_by_what_it_lacks(tmp_path: Path) -> None:
    """The library says that it is blank; here all that is counted is told."""
    descriptor, texts = one_table("string", "d,e\n,,a\n", primaryKey=["d"])
    listed = check_tables(written(tmp_path, descriptor, texts), ALL)
    assert [finding.places[0].column for finding in listed.findings] == ["e", None, "d"]
    assert not listed.more


def test_nobody_reads_a_cell_that_is_too_long_again(tmp_path: Path) -> None:
    package = written(tmp_path, DESCRIPTOR, {"t.csv": f"slug,n,d,part\n{'s' * 2_000},1,,\n"})
    first = check_tables(package, Build(max_cell_characters=1_000))
    assert [*package.tables["t.csv"].rows()] == []
    assert check_tables(package, Build(max_cell_characters=1_000)) == first


def test_a_cell_that_is_too_long_is_told_where_a_table_is_made_canonical(tmp_path: Path) -> None:
    resources = [{**each, "dialect": {"delimiter": ";"}} for each in DESCRIPTOR["resources"]]
    descriptor, limits = {**DESCRIPTOR, "resources": resources}, Build(max_cell_characters=1_000)
    written(tmp_path, descriptor, {"t.csv": f"slug;n;d;part\ns-1;1;;\n{'s' * 2_000};1;;\n"})
    (finding,) = check_tables(open_package(tmp_path, limits), limits).findings
    assert finding.places == (Place("t.csv", 3, "slug"),)
    assert "longer than 1,000 characters" in finding.message["en"]
