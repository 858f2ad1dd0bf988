"""The feed of releases is what readers of Atom take (RFC 4287 §4.1)."""

import xml.etree.ElementTree as ET
from pathlib import Path

from flask.testing import FlaskClient

from atmpgraph.publish.build import build
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import edit

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
