"""The release that is served: none yet, another one, the same one."""

from pathlib import Path

import pytest
from flask import Flask

from atmpgraph.errors import SettingsError
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from .rules import BROWSER, check_headers, check_page


@pytest.fixture
def unbuilt(released: Settings, tmp_path: Path) -> Settings:
    """Settings whose folder of releases is empty."""
    settings = released.model_copy(update={"releases": tmp_path})
    settings._root = released._root
    return settings


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
    there = released.path(released.releases)
    digest = (there / "current").readlink().name
    (tmp_path / digest).symlink_to(there / digest)
    (tmp_path / "current").symlink_to(digest)
    assert client.get("/health/ready").text == f"ready {digest}\n"
    first = app.extensions["atmpgraph"].release()
    assert app.extensions["atmpgraph"].release() is first
    (tmp_path / "current").unlink()
    assert client.get("/health/ready").status_code == 503


def test_the_settings_file_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ATMPGRAPH_SETTINGS", str(tmp_path / "none.toml"))
    with pytest.raises(SettingsError, match=r"none\.toml"):
        create_app()


def test_an_unforeseen_error_is_a_problem_without_a_trace(
    app: Flask, released: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    broken = create_app(released)

    @broken.get("/broken")
    def _broken() -> str:
        raise KeyError("secret")

    response = broken.test_client().get("/broken")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "secret" in caplog.text
