"""No answer is made from a damaged file: it is the right one, or 503."""

import os
import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import pytest

from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..long import often
from ..release.damages import DAMAGES, answers, copied, files

EVERY: Final = often(24, 4)  # each file with two of the eight ways, or each third one with one


@pytest.mark.parametrize("mode", ["before the start", "while it is served"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_never_makes_a_wrong_answer(
    damage: str, mode: str, whole: Settings, expected: dict[str, tuple[int, bytes]], tmp_path: Path
) -> None:
    chance, number = random.Random(f"{damage}{mode}"), 2 * list(DAMAGES).index(damage) + (mode == "while it is served")
    settings = copied(whole, tmp_path / "p")
    folder = settings.path(settings.folders.releases)
    live = ReleasesFolder(folder).live
    for name in files(whole)[number % EVERY :: EVERY]:
        file = folder / name
        content = file.read_bytes()
        client = create_app(settings).test_client()
        if mode == "while it is served":
            answers(client, chance.sample(list(expected), 10))
        DAMAGES[damage](file)
        asked = chance.sample(list(expected), 12)
        for url, answer in answers(client, asked).items():
            assert answer == expected[url] or answer[0] == 503, (name, url, answer[0], expected[url][0])
        if name.startswith(f"{live}/") and not name.endswith("internal.json"):
            assert client.get("/health/ready").status_code == 503, name
        file.write_bytes(content)
        assert client.get("/health/ready").status_code == 200, f"{name} is whole again"


def test_damage_is_reported_once_and_without_names(
    whole: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = copied(whole, tmp_path / "p")
    folder = ReleasesFolder(settings.path(settings.folders.releases))
    client = create_app(settings).test_client()
    assert client.get("/health/ready").status_code == 200
    folder.current.joinpath("data.nq").unlink()
    responses = [client.get(path) for path in ("/", "/health/ready", "/doc/person/example-person")]
    assert {response.status_code for response in responses} == {503}
    assert all(str(folder.path) not in response.text for response in responses)
    lines = [line for line in capfd.readouterr().err.splitlines() if "release.damaged" in line]
    assert len(lines) == 1
    assert "data.nq: missing" in lines[0]


def test_a_damaged_release_is_not_served_after_a_switch_either(whole: Settings, tmp_path: Path) -> None:
    settings = copied(whole, tmp_path / "p")
    folder = ReleasesFolder(settings.path(settings.folders.releases))
    client = create_app(settings).test_client()
    other = next(release for release in folder.all() if release.path.name != folder.live)
    assert client.get("/health/ready").status_code == 200
    other.dump("ttl").unlink()
    folder.switch(other.path.name)
    assert client.get("/").status_code == client.get("/health/ready").status_code == 503


def test_no_date_is_later_than_the_answer(whole: Settings, tmp_path: Path) -> None:
    """RFC 9110 §8.8.2.1: a clock that was wrong when the link was set."""
    settings = copied(whole, tmp_path / "p")
    folder = ReleasesFolder(settings.path(settings.folders.releases))
    future = (datetime.now(UTC) + timedelta(days=400)).timestamp()
    os.utime(folder.current, (future, future), follow_symlinks=False)
    client = create_app(settings).test_client()
    for path in (
        "/",
        "/doc/person/example-person.ttl",
        "/dumps/current/data.ttl",
        "/dumps/current/manifest.json",
        "/stream",
    ):
        response = client.get(path)
        modified = parsedate_to_datetime(response.headers["Last-Modified"])
        assert modified <= datetime.now(UTC), path
        again = client.get(path, headers={"If-Modified-Since": response.headers["Last-Modified"]})
        assert again.status_code in {200, 304}
