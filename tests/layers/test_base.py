"""Another base than before: nothing is built unless the settings name the former one, and what stood under it answers."""

import shutil
from pathlib import Path

import pytest

from atmpgraph.errors import SettingsError
from atmpgraph.findings import Severity
from atmpgraph.publish.build import build
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.settings import Settings
from atmpgraph.web import create_app
from atmpgraph.web.core.former_bases import address_now

from ..conftest import changed
from ..http.conformance.targets import serving

OLD, NEW = "https://example.org/p/", "https://new.example/q/"


def rebase(settings: Settings, base: str, *previous: str) -> Settings:
    """The settings of the same publication with another base."""
    file = settings.path(Path("atmpgraph.toml"))
    text = file.read_text(encoding="utf-8").replace(f'base = "{settings.base}"', f'base = "{base}"')
    listed = ", ".join(f'"{each}"' for each in previous)
    file.write_text(text.replace("partnership =", f"previous_bases = [{listed}]\npartnership =", 1), encoding="utf-8")
    return Settings.load(file)


@pytest.fixture(scope="module")
def _moved(tmp_path_factory: pytest.TempPathFactory, _started: Path) -> Path:
    folder = tmp_path_factory.mktemp("moved") / "p"
    shutil.copytree(_started, folder, symlinks=True)
    built = build(rebase(Settings.load(folder / "atmpgraph.toml"), NEW, OLD))
    assert built.new, "\n".join(built.report.lines("en"))
    return folder


@pytest.fixture
def moved(_moved: Path) -> Settings:
    """A publication that was built under the former base, and again under the present one. Not to be changed."""
    return Settings.load(_moved / "atmpgraph.toml")


def test_a_base_that_changed_stops_the_build_with_the_remedy(started: Settings) -> None:
    live = ReleasesFolder(started.path(started.folders.releases)).live
    built = build(rebase(started, NEW))
    [finding] = built.report.of(Severity.VIOLATION)
    assert built.digest is None
    assert (finding.places[0].file, finding.value) == ("atmpgraph.toml", OLD)
    assert "previous_bases" in finding.message["fr"]
    assert ReleasesFolder(started.path(started.folders.releases)).live == live


def test_the_present_base_is_no_former_one(started: Settings) -> None:
    with pytest.raises(SettingsError, match="previous_bases"):
        rebase(started, NEW, NEW)


def test_the_data_link_each_thing_to_its_former_iri(moved: Settings) -> None:
    lines = (moved.path(moved.folders.releases) / "current" / "data.nq").read_text(encoding="utf-8").splitlines()
    same = [line.split(" ")[:3] for line in lines if "owl#sameAs" in line and OLD in line]
    assert [
        f"<{NEW}id/person/example-person>",
        "<http://www.w3.org/2002/07/owl#sameAs>",
        f"<{OLD}id/person/example-person>",
    ] in same
    assert all(old[1:-1].removeprefix(OLD) == new[1:-1].removeprefix(NEW) for new, _, old in same)
    assert len({new for new, _, _ in same}) == len(same) > 10
    assert not [line for line in lines if OLD in line and "owl#sameAs" not in line]
    assert not [new for new, _, _ in same if "/id/graph/" in new]


def test_the_same_input_makes_no_new_release(moved: Settings) -> None:
    assert not build(moved).new


def test_former_iris_are_no_external_links(moved: Settings) -> None:
    assert OLD not in (moved.path(moved.folders.releases) / "current" / "links.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("url", "to"),
    [
        ("https://example.org/p/id/person/x%2Fy?format=ttl", f"{NEW}id/person/x%2Fy?format=ttl"),
        ("https://example.org/p/auth/indicator", f"{NEW}auth/indicator"),
        ("http://127.0.0.1:8000/p/doc/person/x", f"{NEW}doc/person/x"),
        ("https://EXAMPLE.org:443/p/", NEW),
    ],
)
def test_a_former_iri_leads_to_that_of_today(moved: Settings, url: str, to: str) -> None:
    for method in ("GET", "HEAD", "POST"):
        response = create_app(moved).test_client().open(url, method=method)
        assert (response.status_code, response.headers["Location"]) == (308, to)


def test_behind_a_proxy_that_says_where_it_has_the_server(moved: Settings) -> None:
    client = create_app(changed(moved, proxy={"trusted": ("127.0.0.1",), "headers": "x-forwarded"})).test_client()
    fields = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Host": "example.org", "X-Forwarded-Prefix": "/p"}
    response = client.get("/id/person/x", headers=fields)
    assert (response.status_code, response.headers["Location"]) == (308, f"{NEW}id/person/x")
    fields |= {"X-Forwarded-Host": "new.example", "X-Forwarded-Prefix": "/q"}
    response = client.get("/id/person/example-person", headers=fields)
    assert (response.status_code, response.headers["Location"]) == (303, "/q/doc/person/example-person")


def test_what_is_not_a_former_iri_is_answered(moved: Settings) -> None:
    client = create_app(moved).test_client()
    assert client.get("/doc/person/example-person").status_code == 200
    assert client.get("/health/live").status_code == 200
    silent = create_app(changed(moved, server={"redirect_previous_bases": False})).test_client()
    assert silent.get("https://example.org/doc/person/example-person").status_code == 200


@pytest.mark.parametrize(
    ("before", "now", "host", "root", "path", "to"),
    [
        ("https://old.example/", "https://new.example/", "old.example", "", "/id/x", "id/x"),
        ("https://old.example/", "https://new.example/", "new.example", "", "/id/x", None),
        ("https://old.example/", "https://new.example/", "10.0.0.1:8000", "", "/id/x", None),
        # The former base is above the present one: a path under both is of the present one.
        ("https://h.example/", "https://h.example/sub/", "h.example", "/sub", "/id/x", None),
        ("https://h.example/", "https://h.example/sub/", "h.example", "", "/sub/id/x", None),
        ("https://h.example/", "https://h.example/sub/", "h.example", "", "/id/x", None),
        ("https://h.example/a/", "https://h.example/a/b/", "h.example", "", "/a/id/x", "id/x"),
        ("https://h.example/a/", "https://h.example/a/b/", "h.example", "", "/a/b/id/x", None),
        ("https://h.example/a/b/", "https://h.example/a/", "h.example", "", "/a/b/id/x", "id/x"),
    ],
)
def test_no_address_leads_in_a_circle(
    started: Settings, before: str, now: str, host: str, root: str, path: str, to: str | None
) -> None:
    settings = started.model_copy(update={"base": now, "previous_bases": (before,)})
    assert address_now(settings, host, root, path) == (None if to is None else now + to)


def test_a_server_that_runs_keeps_what_it_serves_and_says_so(
    started: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    client = create_app(started).test_client()
    before = client.get("/doc/person/example-person", headers={"Accept": "text/turtle"})
    assert client.get("/health/ready").text.count("\n") == 1
    after = rebase(started, NEW, OLD)
    assert build(after).new
    same = client.get("/doc/person/example-person", headers={"Accept": "text/turtle"})
    assert (same.status_code, same.data) == (200, before.data)
    ready = client.get("/health/ready")
    assert ready.status_code == 200
    assert "restart" in ready.text
    assert "release.other-base" in capfd.readouterr().err
    restarted = create_app(after).test_client()
    assert NEW in restarted.get("/doc/person/example-person", headers={"Accept": "text/turtle"}).text
    assert "restart" not in restarted.get("/health/ready").text


def test_over_the_server_and_its_cache(moved: Settings, tmp_path: Path) -> None:
    """What is answered under one host is not taken for another."""
    file = moved.path(Path("atmpgraph.toml"))
    copy = tmp_path / "p"
    shutil.copytree(file.parent, copy, symlinks=True)
    text = (
        (copy / "atmpgraph.toml")
        .read_text(encoding="utf-8")
        .replace(f'["{OLD}"]', f'["{OLD}", "https://old.example/"]')
    )
    (copy / "atmpgraph.toml").write_text(text, encoding="utf-8")
    path = "/doc/person/example-person"
    with serving(Settings.load(copy / "atmpgraph.toml"), tmp_path) as server:
        for _ in range(3):
            for host, status, to in (
                ("127.0.0.1", 200, ""),
                ("old.example", 308, f"{NEW}doc/person/example-person"),
                ("new.example", 200, ""),
            ):
                request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
                answer = server.send(request.encode())
                assert (answer.status, answer.field("Location")) == (status, to), host
        former = server.ask("/p/id/%C3%A9%20b?x=%20", "POST", body=b"a=b")
        assert (former.status, former.field("Location")) == (308, f"{NEW}id/%C3%A9%20b?x=%20")
        assert former.field("Access-Control-Allow-Origin") == "*"
