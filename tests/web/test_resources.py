"""A resource needs one declaration: here one is added, and everything that reads declarations knows it."""

import json
import re
from types import ModuleType
from typing import Any

import pyoxigraph as ox
import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from atmpgraph.formats import HTML, JSON, TURTLE
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.web import create_app, route_modules
from atmpgraph.web.core.context import Context
from atmpgraph.web.core.resource import Navigation, Pool, Resource, Sitemap, query_parameter, rdf
from atmpgraph.web.core.response import Cache, Version
from atmpgraph.web.core.serving import resource_at

from .rules import BROWSER, check_headers, check_page

PAGE = '{% extends "base.html" %}{% block main %}<h1>{{ things }}</h1>{% endblock %}'


def _load(context: Context, name: str) -> int | None:
    return len(context.release.manifest.graphs) if name == "graphs" else None


def _quads(context: Context, count: int) -> list[ox.Quad]:
    return [ox.Quad(ox.NamedNode(context.iris.page("counts/graphs")), ox.NamedNode("urn:n"), ox.Literal(str(count)))]


def module(**changes: Any) -> ModuleType:
    """The module of a new resource: all that is written for it, its template and its texts aside."""
    added = ModuleType("counts")
    declared: dict[str, Any] = {
        "endpoint": "counts.count",
        "path": "/counts/<name>",
        "summary": "How many of something there are.",
        "load": _load,
        "missing": "There is no such release.",
        "makers": {
            **rdf(_quads, (TURTLE,)),
            HTML: lambda _, count: render_template_string(PAGE, things=count),
            JSON: lambda _, count: json.dumps(count),
        },
        "suffixes": (TURTLE, JSON),
        "version": lambda _, count, __: Version((str(count),)),
        "pool": Pool.QUERIES,
        "navigation": Navigation("head", 9, "Quality", {"name": "graphs"}),
        "sitemap": Sitemap(lambda _: [{"name": "graphs"}]),
        "parameters": (query_parameter("unit", "The unit."),),
        "examples": lambda _: {"name": "graphs"},
    }
    added.RESOURCES = (Resource(**declared | changes),)  # type: ignore[attr-defined]
    return added


@pytest.fixture(scope="module")
def app(released: Settings) -> Flask:
    """The application with the new resource; the order of modules has no meaning."""
    return create_app(released, [module(), *reversed([*route_modules()])])


def test_it_is_negotiated(client: FlaskClient) -> None:
    for accept, media_type in (
        ("*/*", "text/turtle"),
        ("application/json", "application/json"),
        (BROWSER["Accept"], "text/html"),
    ):
        response = client.get("/counts/graphs", headers={"Accept": accept})
        assert (response.status_code, response.content_type.partition(";")[0]) == (200, media_type)
        assert {field.lower() for field in response.vary} == {"accept", "accept-language", "accept-encoding"}
        check_headers(response)
    refused = client.get("/counts/graphs", headers={"Accept": "image/png"})
    assert refused.status_code == 406
    assert refused.json is not None
    assert refused.json["available"] == ["text/turtle", "text/html", "application/json"]


def test_a_suffix_fixes_the_format(client: FlaskClient, release: Release) -> None:
    response = client.get("/counts/graphs.json", headers={"Accept": "text/turtle"})
    assert response.json == len(release.manifest.graphs)
    assert {field.lower() for field in response.vary} == {"accept-encoding"}
    assert client.get("/counts/graphs.ttl").content_type == "text/turtle; charset=utf-8"
    for path in ("/counts/graphs.html", "/counts/graphs.png", "/counts/none", "/counts/none.json", "/counts/"):
        assert client.get(path).status_code == 404, path
    missing = client.get("/counts/none", headers={"Accept-Language": "fr"}).json
    assert missing is not None
    assert missing["detail"] == "Cette version n’existe pas."


def test_it_has_validators(client: FlaskClient) -> None:
    first = client.get("/counts/graphs.json")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    for headers in ({"If-None-Match": first.headers["ETag"]}, {"If-Modified-Since": first.headers["Last-Modified"]}):
        again = client.get("/counts/graphs.json", headers=headers)
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get("/counts/graphs.json", headers={"If-Match": '"other"'}).status_code == 412
    tags = {client.get("/counts/graphs", headers={"Accept": t}).headers["ETag"] for t in ("text/turtle", "text/html")}
    assert len(tags | {first.headers["ETag"]}) == 3


def test_methods(client: FlaskClient) -> None:
    assert {*client.options("/counts/graphs").headers["Allow"].split(", ")} == {"GET", "HEAD", "OPTIONS"}
    assert client.post("/counts/graphs").status_code == 405
    head, get = client.head("/counts/graphs.json"), client.get("/counts/graphs.json")
    assert (head.data, dict(head.headers)) == (b"", dict(get.headers))


def test_its_page_stands_in_the_navigation_and_runs_scripts(client: FlaskClient, release: Release) -> None:
    response = client.get("/counts/graphs?lang=nl", headers=BROWSER)
    page = check_page(response, "nl")
    assert str(len(release.manifest.graphs)) in page.words
    assert ("Kwaliteit", "/counts/graphs?lang=nl") in page.links
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert ("Qualité", "/counts/graphs") in check_page(client.get("/", headers=BROWSER), "fr").links


def test_it_is_in_the_sitemap_and_in_openapi(client: FlaskClient, release: Release) -> None:
    assert f"<loc>{release.base}counts/graphs</loc><lastmod>" in client.get("/sitemap.xml").text
    description = client.get("/openapi.json").json
    assert description is not None
    item = description["paths"]["/counts/{name}"]
    assert item["parameters"][0]["example"] == "graphs"
    assert item["get"]["summary"] == "How many of something there are."
    assert [parameter["name"] for parameter in item["get"]["parameters"]] == ["lang", "unit"]


def test_the_server_runs_it_in_its_pool(app: Flask) -> None:
    for path, pool in (
        ("/counts/graphs", Pool.QUERIES),
        ("/sparql", Pool.QUERIES),
        ("/queries/figures.csv", Pool.QUERIES),
        ("/queries/", Pool.PAGES),
        ("/doc/sparql", Pool.PAGES),
        ("/health/ready", Pool.HEALTH),
        ("/health/live", Pool.LOOP),
    ):
        resource = resource_at(app, path, "GET")
        assert resource is not None
        assert resource.pool is pool, path
    assert resource_at(app, "/nothing", "GET") is None


@pytest.mark.parametrize(("cache", "directives"), [(Cache.IMMUTABLE, "immutable"), (Cache.NEVER, "no-store")])
def test_how_long_it_may_be_reused(cache: Cache, directives: str, released: Settings) -> None:
    client = create_app(released, [*route_modules(), module(cache=cache)]).test_client()
    response = client.get("/counts/graphs.json")
    assert directives in response.headers["Cache-Control"]
    assert ("ETag" in response.headers) is (cache is Cache.IMMUTABLE)
    page = client.get("/counts/graphs", headers=BROWSER)
    assert "immutable" not in page.headers["Cache-Control"]


def test_two_of_a_name_or_path_are_refused(released: Settings) -> None:
    for changes in ({"endpoint": "home.home"}, {"path": "/"}):
        with pytest.raises(ValueError, match="twice"):
            create_app(released, [*route_modules(), module(**changes)])


# --- examples come from the release ---


def test_every_path_of_openapi_answers_with_its_examples(started: Settings) -> None:
    """In any publication: here that of the starter, which knows nothing of the first one."""
    client = create_app(started).test_client()
    description = client.get("/openapi.json").json
    assert description is not None
    for path, item in description["paths"].items():
        for parameter in item.get("parameters", []):
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
        assert not re.search(r"[{}]", path)
        for method in set(item) & {"get", "head"}:
            assert client.open(path, method=method.upper()).status_code < 400, (method, path)
