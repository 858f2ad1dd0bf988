"""What other programs leave in a table: marks of two versions, and letters of DOS and of an old Mac."""

from pathlib import Path
from typing import Any

import pytest

from atmpgraph.sources.check import check_tables

from .test_reading import found, opened, written

FIELDS: list[dict[str, Any]] = [
    {"name": "slug", "constraints": {"required": True, "unique": True}},
    {"name": "name"},
    {"name": "n", "type": "integer"},
]
TWO_VERSIONS = "slug,name,n\n<<<<<<< HEAD\na,Alpha,1\n||||||| base\n=======\nb,Beta,x\n>>>>>>> theirs\nc,Gamma,3\n"


READ: dict[str, dict[str, Any]] = {
    "as it lies there": {"schema": {"fields": FIELDS}},
    "in other words": {"dialect": {"delimiter": ";"}},
}


@pytest.mark.parametrize("how", READ)
def test_the_marks_of_two_versions_are_told_with_the_other_faults(how: str, tmp_path: Path) -> None:
    fill = written(TWO_VERSIONS.replace(",", ";") if "dialect" in READ[how] else TWO_VERSIONS)
    findings = found(tmp_path, fill, fields=FIELDS, **READ[how])
    told = [(each.places[0].row, "two versions" in each.message["en"]) for each in findings]
    assert sorted(told) == [(2, True), (4, True), (5, True), (6, False), (7, True)]
    assert all(each.message[tag] != each.message["en"] for each in findings for tag in ("fr", "nl", "de", "it"))


def test_a_mark_in_place_of_the_header_is_told_alone(tmp_path: Path) -> None:
    [finding] = found(tmp_path, written(f"<<<<<<< HEAD\n{TWO_VERSIONS}"), fields=FIELDS)
    assert finding.places[0].row == 1
    assert "two versions" in finding.message["en"]


@pytest.mark.parametrize(
    ("encoding", "likely"),
    [("cp1252", "windows-1252"), ("cp850", "cp850"), ("cp437", "cp850"), ("mac-roman", "mac-roman")],
)
@pytest.mark.parametrize("name", ["Université de Liège", "Universität Köln", "Hôpital français", "Straße und Übung"])
def test_the_encoding_that_is_offered_reads_the_words(encoding: str, likely: str, name: str, tmp_path: Path) -> None:
    """Code pages 437 and 850 have the same letters of French and German."""
    [finding] = found(tmp_path, written(f"slug,name,n\na,{name},1\n", encoding), fields=FIELDS)
    assert f"declare the encoding {likely}" in finding.message["en"]
    package = opened(tmp_path, fields=FIELDS, encoding=likely)
    assert check_tables(package).findings == ()
    assert [cells[1] for _, cells in package.tables["t.csv"].rows()] == [name]


def test_where_no_encoding_has_words_none_is_offered(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"slug,name,n\na,ab\x81\xff\xb0\xb1cd,1\n")
    [finding] = found(tmp_path, lambda _: None, fields=FIELDS)
    assert "such as windows-1252" in finding.message["en"]
