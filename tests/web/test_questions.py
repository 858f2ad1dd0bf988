"""The questions of the library whose answers are another each time."""

from pathlib import Path
from re import findall

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


LONG = f"""SELECT ?n (STRLANG(?longest, "he") AS ?text) {{
  VALUES ?n {{ {" ".join(map(str, range(20)))} }}
  BIND ("0123456789 <b>&\u05d0" AS ?short)
  BIND (CONCAT({", ".join(["?short"] * 20)}) AS ?long)
  BIND (CONCAT({", ".join(["?long"] * 20)}) AS ?longest)
}}"""
SIZES = {
    "texts": LONG,
    "names": "SELECT ?a ?b ?p ?c { ?a a ?b . ?c ?p ?a } ORDER BY ?a ?p ?c",
    "graph": "CONSTRUCT WHERE { ?s ?p ?o }",
}


@pytest.mark.parametrize("name", SIZES)
def test_a_page_has_no_more_rows_than_it_has_space_for(released: Settings, tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.rq").write_text(SIZES[name], encoding="utf-8")
    client = create_app(changed(released, folders={"queries": tmp_path})).test_client()
    page = client.get(f"/queries/{name}", headers=BROWSER)
    assert page.status_code == 200
    assert 30_000 < len(page.data) < 100_000
    assert 'rel="next"' in page.text
    assert "<b>&" not in page.text


@pytest.mark.parametrize(("language", "unit"), [("nl", "meer dan"), ("de", "mehr als")])
def test_codes_are_words_in_the_language_of_the_page(client: FlaskClient, language: str, unit: str) -> None:
    page = client.get(f"/queries/figures?lang={language}", headers=BROWSER).text
    qualifiers = findall(r'data-value="[^"]*/auth/value-qualifier/more-than"><a [^>]*>([^<]+)</a>', page)
    assert set(qualifiers) == {unit}
