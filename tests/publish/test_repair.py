"""What is damaged is named by `atmpgraph verify` and made anew by `atmpgraph build`, with the bytes that it had."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from itertools import count, product
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from atmpgraph.cli import main
from atmpgraph.http.coding import OFFERED
from atmpgraph.i18n import texts
from atmpgraph.publish.build import build
from atmpgraph.publish.verify import verify
from atmpgraph.release.layout import ReleaseFolder, ReleasesFolder, write_json
from atmpgraph.release.manifest import read_manifest
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import edit
from ..long import often, some
from ..release.damages import DAMAGES, answers, copied, files


def run(settings: Settings, *arguments: str) -> tuple[int, str]:
    outcome = CliRunner().invoke(main, ["--settings", str(settings.path(Path("atmpgraph.toml"))), *arguments])
    return outcome.exit_code, outcome.stdout


PLACES: Final = ("history", "published", "since.json", "proven/stream.json", "stream/index.json", "current/data.nq")


def batched(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """So many files together; one that gives account of others, or has a copy in another, alone."""
    accounts = [name for name in names if name.endswith(("/internal.json", "/manifest.json")) or name.count("/") < 2]
    others = [name for name in names if name not in accounts]
    yield from ([name] for name in some(accounts, 4))
    yield from (others[start : start + size] for start in range(0, len(others), size))


def test_nothing_is_wrong_with_what_is_whole(whole: Settings) -> None:
    assert run(whole, "verify") == (0, "all files are whole\n")
    assert run(whole, "verify", "current") == (0, "all files are whole\n")
    assert json.loads(run(whole, "verify", "--json")[1]) == {"whole": True, "damaged": []}
    assert build(whole).repairs == []


@pytest.mark.parametrize("turn", range(often(1, len(DAMAGES))))
def test_every_file_is_named_and_made_anew(
    turn: int, whole: Settings, expected: dict[str, tuple[int, bytes]], tmp_path: Path
) -> None:
    """Damaged in all ways, each file in one of them, or in each in turn."""
    settings, ways = copied(whole, tmp_path / "p"), list(DAMAGES)
    folder, number = settings.path(settings.folders.releases), count(turn)
    for names in batched(files(whole), often(400, 30)):
        paths = {folder / name for name in names if (folder / name).exists()}  # a store made anew has other files
        for path in sorted(paths):
            DAMAGES[ways[next(number) % len(ways)]](path)
        assert paths <= {found.path for found in verify(folder, settings.base)}, names
        built = build(settings)
        assert paths <= {repair.damage.path for repair in built.repairs}, names
        assert [repair.damage for repair in built.repairs if not repair.done] == []
        assert list(verify(folder, settings.base)) == [], names
    client = create_app(settings).test_client()
    for url, answer in answers(client, list(expected)).items():
        assert answer == expected[url], url


def test_what_is_damaged_is_told_in_the_language_asked(whole: Settings, tmp_path: Path) -> None:
    """Whatever the damage, and whatever reads the file."""
    settings = copied(whole, tmp_path / "p")
    folder, told = settings.path(settings.folders.releases), set[str]()
    for number, damage in enumerate(DAMAGES):
        names = [*PLACES, *files(whole)[number :: 5 * len(DAMAGES)]]
        for path in {path for name in names if (path := folder / name).exists()}:
            if path.exists():  # two names of one file: that of the live release, and its own
                DAMAGES[damage](path)
        for found in verify(folder, settings.base):
            german, english = found.text(texts("de")), str(found)
            assert german.partition(": ")[2] != english.partition(": ")[2]
            told.add(english.partition(": ")[2])
        shutil.rmtree(tmp_path / "p")
        settings = copied(whole, tmp_path / "p")
    (folder / "current").unlink()
    (folder / "current").symlink_to("nowhere")
    [lost] = [found for found in verify(folder, settings.base) if found.path.name == "current"]
    assert lost.text(texts("de")).endswith("er führt zu nowhere, was hier nicht ist")
    assert len(told) > len(DAMAGES)


def test_a_release_that_is_gone_altogether_is_built_again(
    whole: Settings, expected: dict[str, tuple[int, bytes]], tmp_path: Path
) -> None:
    settings = copied(whole, tmp_path / "p")
    folder = ReleasesFolder(settings.path(settings.folders.releases))
    assert folder.live
    shutil.rmtree(folder.release(folder.live).path)
    client = create_app(settings).test_client()
    assert client.get("/").status_code == client.get("/health/ready").status_code == 503
    assert client.get(f"/releases/{folder.live}").status_code == 503
    assert str(folder.release(folder.live).path) in run(settings, "verify")[1]
    build(settings)
    assert client.get("/health/ready").status_code == 200
    for path in ("/doc/person/example-person.ttl", "/dumps/current/data.nq"):
        url = path.replace("current", str(folder.live))
        assert client.get(url).data == expected[url][1]


def test_what_nothing_tells_any_more_is_named_until_something_does(whole: Settings, tmp_path: Path) -> None:
    """All reports at once: that of the live release is made by its build, those of the others are in none."""
    settings = copied(whole, tmp_path / "p")
    folder = ReleasesFolder(settings.path(settings.folders.releases))
    earlier = [release for release in folder.all() if release.path.name != folder.live]
    content = {release: release.report.read_bytes() for release in folder.all()}
    for release in folder.all():
        release.report.write_bytes(b"{}")
    status, said = run(settings, "build")
    assert status == 0
    for release in earlier:
        assert f"{release.report} is damaged" in said
        assert "restore it from a backup" in said
        assert run(settings, "verify", release.path.name[:12])[0] == 1
    assert run(settings, "verify", "current")[0] == 0
    assert "is damaged" not in run(settings, "build")[1], "the same report is in the live release now"
    assert {release: release.report.read_bytes() for release in folder.all()} == content


def damaged_together(release: ReleaseFolder, *files: Path) -> None:
    """Some files of a release, and its store, so that its files are listed anew."""
    for path in (*files, sorted(release.store.glob("*.sst"))[0]):
        DAMAGES["overwritten"](path)


def test_what_cannot_be_made_anew_is_not_listed_as_it_is_now(whole: Settings, tmp_path: Path) -> None:
    """Look-ups are made from the report, which is in no other file; the store is made anew beside them."""
    settings = copied(whole, tmp_path / "p")
    folder = ReleasesFolder(settings.path(settings.folders.releases))
    release = next(release for release in folder.all() if release.path.name != folder.live)
    for each in folder.all():
        each.report.write_bytes(b"{}")
    damaged_together(release, release.incoming)
    outcomes = {repair.damage.path: repair.done for repair in build(settings).repairs if repair.damage.path.exists()}
    assert not outcomes[release.incoming]
    assert {release.report, release.incoming} <= {found.path for found in verify(folder.path, settings.base)}


@pytest.mark.parametrize("is_reversed", [False, True])
def test_what_is_made_from_another_damaged_release_waits_for_it(
    is_reversed: bool,
    whole: Settings,
    expected: dict[str, tuple[int, bytes]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whichever is mended first."""
    settings = copied(whole, tmp_path / "p")
    folder = ReleasesFolder(settings.path(settings.folders.releases))
    later = next(each for each in folder.all() if read_manifest(each.manifest).previous == folder.live)
    damaged_together(later, later.catalogue_links)
    before = folder.release(str(folder.live))
    damaged_together(before, before.reactivated.thing_dates)
    every = ReleasesFolder.all
    monkeypatch.setattr(ReleasesFolder, "all", lambda of: sorted(every(of), reverse=is_reversed, key=lambda r: r.path))
    assert all(repair.done for repair in build(settings).repairs)
    assert list(verify(folder.path, settings.base)) == []
    client = create_app(settings).test_client()
    for url, answer in answers(client, some(expected, 60)).items():
        assert answer == expected[url], url


def test_a_lost_listing_vouches_for_nothing(
    whole: Settings, expected: dict[str, tuple[int, bytes]], tmp_path: Path
) -> None:
    """What only it told of is made anew: a file may be another one, or gone."""
    settings = copied(whole, tmp_path / "p")
    folder = ReleasesFolder(settings.path(settings.folders.releases))
    for release in folder.all():
        release.listing.unlink()
        release.incoming.unlink()
        DAMAGES["overwritten"](release.coded("data.ttl", OFFERED[0]))
        DAMAGES["cut"](release.findings)
    assert all(repair.done for repair in build(settings).repairs)
    assert list(verify(folder.path, settings.base)) == []
    client = create_app(settings).test_client()
    for url, answer in answers(client, some(expected, 60)).items():
        assert answer == expected[url], url


@pytest.mark.parametrize(("place", "kind"), some(product(PLACES, ("folder", "pipe")), 4))
def test_what_is_no_file_gives_its_place_back(place: str, kind: str, whole: Settings, tmp_path: Path) -> None:
    settings = copied(whole, tmp_path / "p")
    path = settings.path(settings.folders.releases) / place
    path.unlink()
    if kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    assert "not a file" in run(settings, "verify")[1]
    status, said = run(settings, "build")
    assert status == 0
    assert "was damaged (not a file) and is made anew" in said
    assert run(settings, "verify")[0] == 0


def test_a_release_that_never_went_live_is_no_damage(started: Settings) -> None:
    """A first build that is killed between its two renames."""
    folder = ReleasesFolder(started.path(started.folders.releases))
    for path in (folder.current, folder.history, folder.published, folder.file_dates):
        path.unlink()
    shutil.rmtree(folder.stream.path)
    built = build(started)
    assert built.repairs == []
    assert (built.new, built.switched) == (False, True)


@pytest.mark.parametrize("name", ["checked.json", "origins.json", "build.json", "supplied.json", "proven/stream.json"])
def test_a_folder_in_the_place_of_a_note_is_taken_away(name: str, started: Settings) -> None:
    """It spares the next build some work, and says nothing of a release."""
    releases = started.path(started.folders.releases)
    proof = next((releases / "proven").glob("[0-9a-f]*.json"))
    for note in (releases / name, proof):
        note.unlink(missing_ok=True)
        note.mkdir()
        (note / "inside").touch()
    edit(started, "organisations.csv", "Example", "Other")
    built = build(started)
    assert built.new
    assert not (releases / name).is_dir()
    assert not proof.is_dir()


def test_a_file_that_cannot_be_replaced_is_named_as_people_know_it(tmp_path: Path) -> None:
    (tmp_path / "origins.json").mkdir()
    with pytest.raises(IsADirectoryError) as refused:
        write_json(tmp_path / "origins.json", {})
    assert refused.value.filename == str(tmp_path / "origins.json")
    assert [path.name for path in tmp_path.iterdir()] == ["origins.json"]
