"""A manifest is read by every later version: what it lacks is filled in, what nobody knows survives, a later one is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from atmpgraph.errors import ReleaseError
from atmpgraph.release.layout import LAYOUT
from atmpgraph.release.listing import FilesIn
from atmpgraph.release.manifest import File, Manifest, Score, Summary, read_manifest, read_summary, write_manifest
from atmpgraph.release.release import Release

# As the first version wrote it.
FIRST: dict[str, Any] = {
    "digest": "ab" * 32,
    "created": "2026-01-01T00:00:00Z",
    "previous": None,
    "version": "0.1.0",
    "base": "https://example.org/p/",
    "statements": 7,
    "graphs": {"https://example.org/p/id/graph/a": 7},
    "coverage": [{"indicator": "https://example.org/p/id/indicator/x", "declared": 2, "described": 1, "sources": 1}],
    "files": {"data.nq": {"bytes": 7, "sha256": "ab" * 32}},
}


def test_what_is_written_is_what_is_read(release: Release) -> None:
    written = json.loads(release.folder.manifest.read_text(encoding="utf-8"))
    manifest = Manifest.from_json(written)
    assert json.loads(json.dumps(manifest.as_json())) == written
    assert list(manifest.as_json()) == list(written), "in the same order"
    assert (manifest.format, written["format"]) == (LAYOUT, LAYOUT)


def test_what_the_first_version_lacked_is_filled_in() -> None:
    manifest = Manifest.from_json(FIRST)
    assert (manifest.format, manifest.files_created, manifest.software) == (1, manifest.created, "0.1.0")
    assert (manifest.changes, manifest.measures, manifest.score) == (None, (), None)
    assert manifest.files == {"data.nq": File(7, "ab" * 32)}
    assert manifest.coverage[0].declared == 2
    assert json.loads(json.dumps(manifest.as_json())) == FIRST | {"changes": None, "measures": [], "score": None}


def test_languages_are_those_of_before_unless_it_says_others() -> None:
    assert Manifest.from_json(FIRST).languages == ("fr", "nl", "de", "en")
    italian = Manifest.from_json(FIRST | {"languages": ["it", "en"]})
    assert italian.languages == ("it", "en")
    assert italian.as_json()["languages"] == ["it", "en"]


def test_what_nobody_knows_here_survives() -> None:
    content = FIRST | {"signature": {"by": "x"}, "format": LAYOUT}
    assert Manifest.from_json(content).as_json()["signature"] == {"by": "x"}
    assert Summary.from_json(content).as_json()["signature"] == {"by": "x"}
    files = {"data.nq": FIRST["files"]["data.nq"] | {"media": "x/y"}}
    assert Manifest.from_json(content | {"files": files}).files == {"data.nq": File(7, "ab" * 32)}


def test_a_release_that_was_made_a_second_time_has_two_dates() -> None:
    content = FIRST | {"made": "2026-02-01T00:00:00Z"}
    assert (
        Manifest.from_json(content).files_created
        == Manifest.from_json(content).as_json()["made"]
        == "2026-02-01T00:00:00Z"
    )


def test_the_summary_outlives_the_release(tmp_path: Path) -> None:
    summary = Manifest.from_json(FIRST).summary()
    write_manifest(tmp_path / "x.json", summary)
    assert read_summary(tmp_path / "x.json") == summary
    assert list(summary.as_json()) == ["digest", "created", "previous", "version", "base", "statements", "changes"]


def test_a_score_is_the_sum_of_its_metrics(release: Release) -> None:
    score = release.manifest.score
    assert score
    assert score.as_json()["points"] == score.points == sum(metric.points for metric in score.metrics)
    assert Score(()).points == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            json.dumps(FIRST | {"format": LAYOUT + 1}),
            f"format {LAYOUT + 1}, and {LAYOUT} is the latest that this version reads; update",
        ),
        (
            json.dumps({name: value for name, value in FIRST.items() if name != "digest"}),
            "not a manifest: .*digest.*build' makes it anew",
        ),
        (json.dumps(FIRST | {"files": []}), "not a manifest"),
        ("[]", "not a JSON object"),
        ('{"digest"', "not JSON"),
    ],
)
def test_a_later_format_and_damage_are_refused_by_a_sentence(content: str, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ReleaseError, match=rf"^{file}: .*{sentence}"):
        read_manifest(file)


def test_files_of_a_folder_are_by_their_paths(tmp_path: Path) -> None:
    named = {"data.nq": File(1, "0" * 64), "graphs/one.ttl": File(2, "1" * 64)}
    files = FilesIn(tmp_path, named)
    assert dict(files) == {tmp_path / name: file for name, file in named.items()}
    assert (files[tmp_path / "graphs" / "one.ttl"], len(files)) == (named["graphs/one.ttl"], 2)
    assert not [
        path for path in (tmp_path / "other", tmp_path, tmp_path.parent / "data.nq", Path("data.nq")) if path in files
    ]


def test_opening_a_release_makes_no_path_of_each_file(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """The history of a thing opens many releases, and reads one file of each."""
    fresh = Release(release.path, release.base)
    monkeypatch.setattr(FilesIn, "__iter__", lambda _: pytest.fail("all paths are made"))
    assert fresh.stated(f"{release.base}id/organisation/biowin")
