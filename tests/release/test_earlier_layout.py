"""Releases of an earlier version keep answering, byte for byte, and new ones follow them.

`earlier/` has folders of releases that version 0.1 wrote at two moments: before manifest and layout had a number, two
releases, the first of which was reactivated; and with the third layout, one release in the vocabulary that each
publication had of its own (`ns/atmp`). Beside each is what that version answered over it, asked with Flask's test client.
"""

import hashlib
import json
import os
import shutil
import tarfile
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from atmpgraph.publish.build import build
from atmpgraph.release.diff import diff
from atmpgraph.release.history import history, prune
from atmpgraph.release.layout import LAYOUT, ReleasesFolder
from atmpgraph.release.release import open_release
from atmpgraph.settings import Settings
from atmpgraph.starter import start
from atmpgraph.stream.members import replay
from atmpgraph.stream.pages import read_stream
from atmpgraph.web import create_app

EARLIER = Path(__file__).parent / "earlier"
ANSWERS: dict[str, dict[str, dict[str, Any]]] = {
    name: json.loads((EARLIER / f"{name}.json").read_text(encoding="utf-8"))
    for name in ("releases-0.1", "releases-0.1-sealed")
}
ACCEPT = "application/json, application/n-triples;q=0.9, */*;q=0.1"
# Whose bytes follow from more than the release; the rest of their answers is compared.
NOT_OF_THE_RELEASE = {
    "/sitemap.xml": "it names the queries of the publication and the kinds of problem of the software",
    **dict.fromkeys(
        ("/data?default", "/.well-known/void"),
        "its names are shortened by the prefixes of the software, which had others",
    ),
}


def unpacked(name: str, folder: Path) -> Settings:
    """A publication that was served."""
    with tarfile.open(EARLIER / f"{name}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    # The date of the link is when the release went live; `tarfile` does not restore that of a link.
    switched = parsedate_to_datetime(ANSWERS[name]["/catalogue.nt"]["last-modified"]).timestamp()
    os.utime(folder / "releases" / "current", (switched, switched), follow_symlinks=False)
    return Settings.load(folder / "atmpgraph.toml")


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The publication of the first layout. Not to be changed."""
    return unpacked("releases-0.1", tmp_path_factory.mktemp("earlier"))


@pytest.fixture(scope="module")
def clients(earlier: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, FlaskClient]:
    sealed = unpacked("releases-0.1-sealed", tmp_path_factory.mktemp("sealed"))
    served = {"releases-0.1": earlier, "releases-0.1-sealed": sealed}
    return {name: create_app(settings).test_client() for name, settings in served.items()}


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, answers in ANSWERS.items() for path in answers])
def test_it_answers_as_it_did(name: str, path: str, clients: dict[str, FlaskClient]) -> None:
    response, expected = clients[name].get(path, headers={"Accept": ACCEPT}), dict(ANSWERS[name][path])
    found = {
        "status": response.status_code,
        "type": response.mimetype,
        "last-modified": response.headers.get("Last-Modified"),
        "sha256": hashlib.sha256(response.data).hexdigest(),
    }
    expected["type"] = expected["type"].partition(";")[0]  # the software says which charset
    for name in ("sha256",) if path in NOT_OF_THE_RELEASE else ():
        del found[name], expected[name]
    assert found == expected


def test_a_build_over_it_goes_on(earlier: Settings, tmp_path: Path) -> None:
    """A new release follows the old ones: history, stream, differences, dates; and the old ones can be removed."""
    start(tmp_path / "p", earlier.base)
    settings = Settings.load(tmp_path / "p" / "atmpgraph.toml")
    releases = settings.path(settings.folders.releases)
    shutil.copytree(earlier.path(earlier.folders.releases), releases, symlinks=True)
    before, stream = history(releases), read_stream(releases, settings.base)
    people = settings.path(settings.folders.data) / "people.csv"
    people.write_text(people.read_text(encoding="utf-8").replace("example-person", "later-person"), encoding="utf-8")

    built = build(settings)
    assert built.new
    new, old = (open_release(releases, name, settings.base) for name in ("current", before[-1].digest))
    assert (new.digest, new.manifest.previous, new.manifest.format) == (built.digest, old.digest, LAYOUT)
    assert old.manifest.format == 1
    assert [switch.digest for switch in history(releases)] == [*(switch.digest for switch in before), new.digest]

    difference = diff(old.path, new.path, settings.base)
    assert difference.things[f"{settings.base}id/person/later-person"] == "added"
    assert difference.things[f"{settings.base}id/person/example-person"] == "removed"
    longer = read_stream(releases, settings.base)
    assert longer.content(longer.pages[0]).startswith(stream.content(stream.pages[0]))
    assert replay(map(longer.content, longer.pages)) == new.folder.canonical.read_bytes().splitlines(keepends=True)

    assert set(prune(releases, 1)) == {switch.digest for switch in before}
    response = create_app(settings).test_client().get(f"/releases/{old.digest}", headers={"Accept": "application/json"})
    assert response.status_code == 410
    assert json.loads(response.data)["release"] == old.manifest.summary().as_json()
    assert not ReleasesFolder(releases).release(old.digest).reactivated.path.exists()
