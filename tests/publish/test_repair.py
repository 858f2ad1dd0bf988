"""What is damaged is named by `atmpgraph verify` and made anew by `atmpgraph build`, with the bytes that it had."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from atmpgraph.cli import main
from atmpgraph.publish.build import build
from atmpgraph.publish.verify import verify
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..release.damages import DAMAGES, addresses, answers, copied, files, publish_history


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The publication, not to be changed."""
    return publish_history(tmp_path_factory.mktemp("whole") / "p")


@pytest.fixture(scope="module")
def expected(whole: Settings) -> dict[str, tuple[int, bytes]]:
    return answers(create_app(whole).test_client(), addresses(whole))


def run(settings: Settings, *arguments: str) -> tuple[int, str]:
    outcome = CliRunner().invoke(main, ["--settings", str(settings.path(Path("atmpgraph.toml"))), *arguments])
    return outcome.exit_code, outcome.stdout


def test_nothing_is_wrong_with_what_is_whole(whole: Settings) -> None:
    assert run(whole, "verify") == (0, "all files are whole\n")
    assert run(whole, "verify", "current") == (0, "all files are whole\n")
    assert json.loads(run(whole, "verify", "--json")[1]) == {"whole": True, "damaged": []}
    assert build(whole).repairs == []


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_file_is_named_and_made_anew(
    damage: str, whole: Settings, expected: dict[str, tuple[int, bytes]], tmp_path: Path
) -> None:
    settings, number = copied(whole, tmp_path / "p"), list(DAMAGES).index(damage)
    folder = settings.path(settings.folders.releases)
    for name in files(whole)[number :: len(DAMAGES)]:
        DAMAGES[damage](folder / name)
        assert str(folder / name) in {str(found.path) for found in verify(folder, settings.base)}, name
        built = build(settings)
        assert folder / name in {repair.damage.path for repair in built.repairs}
        assert all(repair.done for repair in built.repairs), built.lines("en")
        assert list(verify(folder, settings.base)) == [], name
    client = create_app(settings).test_client()
    for url, answer in answers(client, list(expected)).items():
        assert answer == expected[url], url


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


def test_what_nothing_tells_any_more_is_named_until_it_is_restored(whole: Settings, tmp_path: Path) -> None:
    settings = copied(whole, tmp_path / "p")
    folder = ReleasesFolder(settings.path(settings.folders.releases))
    earlier = next(release for release in folder.all() if release.path.name != folder.live)
    content = earlier.report.read_bytes()
    for release in folder.all():
        if release.path.name != folder.live and release.report.read_bytes() == content:
            release.report.write_bytes(b"{}")
    live = folder.release(str(folder.live)).report
    same = live.read_bytes() == content
    status, said = run(settings, "build")
    assert status == 0
    assert ("was damaged" in said) == same
    if not same:
        assert f"{earlier.report} is damaged" in said
        assert "restore it from a backup" in said
    assert run(settings, "verify", earlier.path.name[:12])[0] == (0 if same else 1)
    earlier.report.write_bytes(content)
    assert run(settings, "verify", earlier.path.name[:12])[0] == 0
