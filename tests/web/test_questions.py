"""The questions of the library whose answers are another each time."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import changed
from .rules import BROWSER


@pytest.fixture
def asking(released: Settings, tmp_path: Path) -> FlaskClient:
    """A client of the release with another library."""
    (tmp_path / "now.rq").write_text("SELECT (NOW() AS ?now) {}", encoding="utf-8")
    (tmp_path / "same.rq").write_text("SELECT (1 AS ?one) {}", encoding="utf-8")
    settings = changed(released, folders={"queries": tmp_path})
    return create_app(settings).test_client()


@pytest.mark.parametrize("path", ["now", "now.csv", "now.xml"])
@pytest.mark.parametrize("headers", [{}, BROWSER])
def test_a_volatile_answer_is_neither_kept_nor_validated(
    asking: FlaskClient, path: str, headers: dict[str, str]
) -> None:
    response = asking.get(f"/queries/{path}", headers=headers)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert not {"ETag", "Last-Modified"} & {name for name, _ in response.headers}
    again = asking.get(f"/queries/{path}", headers=headers | {"If-Modified-Since": "Sun, 22 Nov 2099 12:00:00 GMT"})
    assert again.status_code == 200


@pytest.mark.parametrize("path", ["now.rq", "same", "same.csv"])
def test_what_stays_the_same_is_validated(asking: FlaskClient, path: str) -> None:
    first = asking.get(f"/queries/{path}")
    assert asking.get(f"/queries/{path}", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
