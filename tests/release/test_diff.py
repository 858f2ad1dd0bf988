"""What changed: statements, and the things they are about."""

from pathlib import Path

from atmpgraph.release.diff import diff

BASE = "https://example.org/p/"
G, ROWS = f"<{BASE}id/graph/a>", f"<{BASE}id/graph/tables>"


def release(folder: Path, *lines: str) -> Path:
    folder.mkdir()
    (folder / "data.nq").write_text("".join(sorted(f"{line} .\n" for line in lines)), encoding="utf-8")
    return folder


def test_things_are_added_removed_and_changed(tmp_path: Path) -> None:
    old = release(tmp_path / "old", f'<a> <p> "1" {G}', f'<b> <p> "1" {G}', f'<c> <p> "1" {G}', f"<d> <row> <1> {ROWS}")
    new = release(tmp_path / "new", f'<a> <p> "1" {G}', f'<b> <p> "2" {G}', f'<e> <p> "1" {G}', f"<d> <row> <2> {ROWS}")
    result = diff(old, new, BASE)
    assert result.things == {"b": "changed", "c": "removed", "e": "added"}
    assert result.removed == [f'<b> <p> "1" {G} .', f'<c> <p> "1" {G} .']
    assert result.added == [f'<b> <p> "2" {G} .', f'<e> <p> "1" {G} .']
    assert list(result.lines())[-1] == "things changed: 3; statements removed: 2, added: 2"
    assert next(iter(result.lines())) == "changed b"
    assert diff(old, new, BASE, rows=True).things["d"] == "changed"


def test_a_release_does_not_differ_from_itself(tmp_path: Path) -> None:
    old = release(tmp_path / "old", f'<a> <p> "1" {G}', f'<a> <p> "2" {G}')
    result = diff(old, old, BASE)
    assert result.as_json() == {"removed": [], "added": [], "things": {}}


def test_a_thing_that_gains_a_statement_is_changed(tmp_path: Path) -> None:
    old = release(tmp_path / "old", f'<a> <p> "1" {G}')
    new = release(tmp_path / "new", f'<a> <p> "1" {G}', f'<a> <p> "2" {G}')
    assert diff(old, new, BASE).things == {"a": "changed"}
