"""Charts as things: a page with all that belongs to the picture, files in the reader's language, a page for frames."""

import csv
import html
import io
import re
from urllib.parse import urlsplit

import pytest
from flask import render_template_string
from flask.testing import FlaskClient

from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import LANGUAGES
from .rules import check_headers, check_page

CHARTS = ("claims", "coverage", "timeline", "places")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHARTS)
def test_a_page_has_all_that_belongs_to_the_picture(name: str, language: str, client: FlaskClient) -> None:
    response = client.get(f"/charts/{name}?lang={language}")
    check_headers(response)
    check_page(response, language)
    assert len(response.data) < 100_000
    data = client.get(f"/charts/{name}.json?lang={language}").json
    assert data is not None
    page = html.unescape(response.text)
    for words in (data["title"], data["description"], data["text"], data["query"]):
        assert words in page
    assert page.count("<tr>") == len(data["rows"]) + 1
    for suffix in ("svg", "png", "csv", "json"):
        path = f"/charts/{name}.{suffix}?lang={language}"
        assert f'href="{path}"' in page
        assert client.get(path).status_code == 200
    assert f'property="og:image" content="http://localhost/charts/{name}.png?lang={language}"' in page
    assert f'<meta name="description" content="{data["description"]}">' in page


def test_no_row_and_no_column_is_missing_from_the_table_for_spreadsheets(client: FlaskClient) -> None:
    data = client.get("/charts/claims.json?lang=nl").json
    assert data is not None
    head, *rows = csv.reader(io.StringIO(client.get("/charts/claims.csv?lang=nl").text))
    assert sorted(head) == sorted(column["label"] for column in data["columns"])
    assert len(rows) == len(data["rows"])
    value = head.index("Waarde")
    assert [float(row[value]) for row in rows] == [row["value"] for row in data["rows"]]


def test_a_file_without_a_language_is_in_the_first_whatever_the_reader_prefers(client: FlaskClient) -> None:
    first = client.get("/charts/claims.svg", headers={"Accept-Language": "en"})
    assert first.data == client.get(f"/charts/claims.svg?lang={LANGUAGES[0]}").data
    assert "accept-language" not in {field.lower() for field in first.vary}


def test_the_thing_leads_to_its_page(client: FlaskClient) -> None:
    for path, target in (
        ("/id/chart/claims", "/charts/claims"),
        ("/id/chart/claims?lang=de", "/charts/claims?lang=de"),
        ("/id/chart/claims.svg", "/charts/claims.svg"),
    ):
        response = client.get(path)
        assert (response.status_code, response.location) == (303, target)


def test_only_its_frame_and_its_picture_may_be_embedded(client: FlaskClient) -> None:
    for path, ancestors in (
        ("/charts/claims", "'none'"),
        ("/charts/", "'none'"),
        ("/embed/claims", "*"),
        ("/charts/claims.svg", "*"),
    ):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert f"frame-ancestors {ancestors}" in policy
        assert "unsafe" not in policy


def test_the_code_to_embed_leads_to_the_frame(client: FlaskClient) -> None:
    page = html.unescape(client.get("/charts/claims?lang=de").text)
    code = re.search(r'<iframe src="([^"]+)" title="([^"]+)"', page)
    assert code
    address = urlsplit(code[1])
    frame = client.get(f"{address.path}?{address.query}")
    assert frame.status_code == 200
    assert 'lang="de"' in frame.text
    assert '/charts/claims?lang=de" target="_top"' in frame.text
    assert len(frame.data) < 5_000


def test_charts_are_in_the_sitemap(client: FlaskClient) -> None:
    sitemap = client.get("/sitemap.xml").text
    maps = [urlsplit(each) for each in re.findall(r"<loc>([^<]+)</loc>", sitemap)]
    listed = sitemap + "".join(client.get(f"{each.path}?{each.query}").text for each in maps if "sitemap" in each.path)
    for name in CHARTS:
        assert f"/charts/{name}</loc>" in listed


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/charts/nothing",
            "/charts/claims.gif",
            "/charts/..%2Fclaims",
            "/charts/claims.en",
            "/charts/%00",
            "/charts/%FF",
        ),
        *("/embed/nothing", "/embed/%3Cscript%3E", "/id/chart/nothing", f"/charts/{'x' * 900}", "/charts/index"),
    ],
)
def test_what_is_not_there_is_a_helpful_404(path: str, client: FlaskClient) -> None:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 404
    assert "<script>" not in response.text


def test_another_page_shows_a_chart_where_there_is_one(released: Settings) -> None:
    app = create_app(released)
    template = '{% from "chart_macros.html" import chart_figure with context %}{{ chart_figure(name) }}'
    with app.test_request_context("/charts/claims?lang=en"):
        app.view_functions["charts.chart"](name="claims")
        assert '<figure class="chart">' in render_template_string(template, name="claims")
        assert "<figure" not in render_template_string(template, name="nothing")


def test_a_damaged_picture_is_not_served(started: Settings) -> None:
    client = create_app(started).test_client()
    listed = client.get("/charts/", headers={"Accept": "application/json"}).json
    assert listed is not None
    name = listed["charts"][0]["url"].rpartition("/")[2]
    folder = started.path(started.folders.releases) / "current" / "charts"
    file = next(folder.glob(f"{name}.*.svg"))
    language = file.name.split(".")[-2]
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content[:-1] + b" ")
    assert client.get(f"/charts/{name}.svg?lang={language}").status_code == 503


def test_the_head_of_a_column_of_numbers_stands_over_them(client: FlaskClient) -> None:
    page = check_page(client.get("/charts/places?lang=nl"), "nl")
    heads = [head.get("class", "") for head in page.all("th")]
    assert heads == [cell.get("class", "") for cell in page.all("td")[: len(heads)]]
    assert "number" in heads
