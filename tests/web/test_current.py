"""The release that is served: none yet, another one, the same one."""

import hashlib
from base64 import b64encode
from pathlib import Path

import pytest
from flask import Flask

from atmpgraph.errors import SettingsError
from atmpgraph.release.history import prune
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import changed
from ..release.fixtures import named, publish, trial
from .rules import BROWSER, check_headers, check_page


@pytest.fixture
def unbuilt(released: Settings, tmp_path: Path) -> Settings:
    """Settings whose folder of releases is empty."""
    return changed(released, folders={"releases": tmp_path})


def test_before_the_first_build_the_process_lives_but_is_not_ready(unbuilt: Settings) -> None:
    client = create_app(unbuilt).test_client()
    assert client.get("/health/live").status_code == 200
    for path in ("/", "/doc/x", "/sparql?query=ASK{}", "/health/ready", "/queries/"):
        response = client.get(path)
        assert response.status_code == 503, path
        assert response.headers["Retry-After"]
        check_headers(response)
    check_page(client.get("/", headers=BROWSER), "fr")


def test_a_switch_is_seen_by_the_next_request(unbuilt: Settings, released: Settings, tmp_path: Path) -> None:
    app = create_app(unbuilt)
    client = app.test_client()
    assert client.get("/health/ready").status_code == 503
    there = released.path(released.folders.releases)
    digest = (there / "current").readlink().name
    (tmp_path / digest).symlink_to(there / digest)
    (tmp_path / "current").symlink_to(digest)
    assert client.get("/health/ready").text == f"ready {digest}\n"
    first = app.extensions["atmpgraph"].release()
    assert app.extensions["atmpgraph"].release() is first
    (tmp_path / "current").unlink()
    assert client.get("/health/ready").status_code == 503


@pytest.mark.parametrize("asked", [True, False])
def test_a_release_that_was_removed_and_made_again_is_told_as_it_is_now(asked: bool, tmp_path: Path) -> None:
    """By a server that runs all the while, whether or not it was asked in between."""
    app = create_app(trial(tmp_path))
    client, tags = app.test_client(), dict[str, set[str]]()
    digests = []
    for day, name in enumerate("abcab", start=1):
        digests.append(publish(tmp_path, named("x", name), f"2026-01-0{day}T00:00:00Z"))
        prune(tmp_path, 2)
        if day in (2, 3) and not asked:
            continue
        for place in (digests[-1], "current"):
            path = f"/dumps/{place}/manifest.json"
            answer = client.get(path)
            digest = b64encode(hashlib.sha256(answer.data).digest()).decode()
            assert answer.data == (tmp_path / digests[-1] / "manifest.json").read_bytes()
            assert answer.headers["Repr-Digest"] == f"sha-256=:{digest}:"
        for path in (f"/releases/{digests[-1]}.json", f"/releases/{digests[-1]}/changes.json"):
            answer = client.get(path)
            assert answer.headers["ETag"] not in tags.setdefault(path, set())
            tags[path].add(answer.headers["ETag"])
            assert f"2026-01-0{day}" in answer.text or "/changes" in path
    assert digests[3:] == digests[:2]


def test_the_settings_file_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ATMPGRAPH_SETTINGS", str(tmp_path / "none.toml"))
    with pytest.raises(SettingsError, match=r"none\.toml"):
        create_app()


def test_an_unforeseen_error_is_a_problem_without_a_trace(
    app: Flask, released: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = create_app(released)

    @broken.get("/broken")
    def _broken() -> str:
        raise KeyError("secret")

    response = broken.test_client().get("/broken")
    assert response.status_code == 500
    assert "secret" not in response.text
    (line,) = [line for line in capfd.readouterr().err.splitlines() if " request.failed " in line]
    assert " error request.failed " in line
    assert "status=500 method=GET path=/broken" in line
    assert "KeyError: 'secret'" in line
    assert "Traceback" in line
