"""The feed of releases is what readers of Atom take (RFC 4287 §4.1)."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

from flask.testing import FlaskClient

from atmpgraph.publish.build import build
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import changed, edit

_ATOM = "{http://www.w3.org/2005/Atom}"


def _read(client: FlaskClient, language: str = "en") -> ET.Element:
    answer = client.get(f"/feed.atom?lang={language}")
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    return ET.fromstring(answer.data)


def test_each_time_that_a_release_went_live_is_an_entry(started: Settings) -> None:
    client = create_app(started).test_client()
    [first] = _read(client).findall(f"{_ATOM}entry")
    table = started.path(Path("data/organisations.csv"))
    before = table.read_text(encoding="utf-8")
    edit(started, "organisations.csv", "Example Company", "Another Company")
    build(started)
    table.write_text(before, encoding="utf-8")
    build(started)
    feed = _read(client)
    for name in ("id", "title", "updated", "author"):
        assert feed.find(f"{_ATOM}{name}") is not None
    entries = feed.findall(f"{_ATOM}entry")
    names = [entry.findtext(f"{_ATOM}id") for entry in entries]
    assert len(set(names)) == len(names) == 3, "a release that comes back is news"
    assert names[-1] == first.findtext(f"{_ATOM}id")
    dates = [entry.findtext(f"{_ATOM}updated") or "" for entry in entries]
    assert dates == sorted(dates, reverse=True)
    assert feed.findtext(f"{_ATOM}updated") == dates[0]
    for entry in entries:
        link = entry.find(f"{_ATOM}link")
        assert link is not None
        assert client.get(link.attrib["href"].replace(started.base, "/")).status_code == 200


def test_it_speaks_the_language_that_is_asked_for(started: Settings) -> None:
    client = create_app(started).test_client()
    titles = {language: _read(client, language).findtext(f"{_ATOM}title") for language in ("fr", "en")}
    assert titles["fr"] != titles["en"]


def test_a_thing_has_a_history_and_a_feed_of_it(started: Settings) -> None:
    client = create_app(started).test_client()
    pages = {"headers": {"Accept": "text/html"}}
    assert "4 million" in client.get("/doc/figure/budget?lang=en", **pages).text
    assert 'id="history"' not in client.get("/doc/figure/budget?lang=en", **pages).text
    edit(started, "figures.csv", "4000000,CCY_EUR,,,exact", "4000000,CCY_EUR,,,approximately")
    assert build(started).release
    edit(started, "organisations.csv", "Example Company", "Another Company")  # another thing
    build(started)
    page = client.get("/doc/figure/budget?lang=en", **pages).text
    section = page.split('id="history"')[1].split("</section>")[0]
    assert re.findall(r">([^<]*€4[^<]*)<", section) == ["about €4\u00a0million", "€4\u00a0million"]
    assert "/history/figure/budget.atom" in page
    history = client.get("/history/figure/budget?lang=en", **pages).text
    assert history.count('<span class="when">') == 2
    feed = ET.fromstring(client.get("/history/figure/budget.atom?lang=en").data)
    titles = [entry.findtext(f"{_ATOM}title") or "" for entry in feed.findall(f"{_ATOM}entry")]
    assert [title.split(":")[0] for title in titles] == ["Changed", "Added"]
    for entry in feed.findall(f"{_ATOM}entry"):
        link = entry.find(f"{_ATOM}link")
        assert link is not None
        assert client.get(link.attrib["href"].replace(started.base, "/"), **pages).status_code == 200


def test_the_history_of_a_thing_has_pages(started: Settings) -> None:
    for before, name in pairwise(("Example Company", "Company A", "Company B")):
        edit(started, "organisations.csv", before, name)
        assert build(started).new
    client = create_app(changed(started, limits={"list_page_releases": 1})).test_client()
    pages = {"headers": {"Accept": "text/html"}}
    first, last = (client.get(f"/history/organisation/example-company?page={n}", **pages).text for n in (1, 3))
    assert "page=2" in first
    assert "page=2" in last
    assert client.get("/history/organisation/example-company?page=4").status_code == 404
    assert client.get("/history/organisation/example-company?page=x").status_code == 404
    assert client.get("/history/organisation/nobody").status_code == 404
    assert 'rel="next"' in client.get("/history/organisation/example-company.atom").text
