"""`/tables`: what each table and column of a release holds, for people in their language and for programs."""

import json
import re

import pytest
from flask.testing import FlaskClient

from atmpgraph.release.release import Release

from ..conftest import LANGUAGES
from .rules import BROWSER, check_headers, check_page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_and_column_of_the_release_is_described(
    client: FlaskClient, release: Release, language: str
) -> None:
    response = client.get("/tables", headers={**BROWSER, "Accept-Language": language})
    check_headers(response)
    check_page(response, language)
    text = response.get_data(as_text=True)
    descriptor = json.loads((release.folder.tables / "datapackage.json").read_text(encoding="utf-8"))
    for resource in descriptor["resources"]:
        part = text.partition(f'<article class="part" id="{resource["name"]}">')[2].partition("</article>")[0]
        described = re.findall(r'<th scope="row"><code>([^<]+)</code></th><td><strong>[^<]+</strong> – [^<]+', part)
        assert described == [field["name"] for field in resource["schema"]["fields"]], resource["name"]
        assert f"/doc/table/{resource['name']}.csv" in part


def test_the_words_follow_the_language(client: FlaskClient) -> None:
    text = client.get("/tables?lang=fr").get_data(as_text=True)
    assert "Nom court que les autres tables citent" in text
    assert "Short name that other tables refer to" not in text


def test_a_list_of_codes_is_led_to(client: FlaskClient) -> None:
    text = client.get("/tables?lang=en").get_data(as_text=True)
    assert client.get("/auth/organisation-kind").status_code == 200
    assert re.search(r'href="[^"]*organisation-kind[^"]*"[^>]*>one of: university', text), re.findall(
        ".*one of: univ.*", text
    )


def test_programs_get_the_data_package(client: FlaskClient, release: Release) -> None:
    for response in (client.get("/tables.json"), client.get("/tables", headers={"Accept": "application/json"})):
        assert response.data == (release.folder.tables / "datapackage.json").read_bytes()
