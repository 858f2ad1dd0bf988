"""Nothing that is harvested tells where the server stands: every address is under the base. See also `web.leaks`."""

import pytest

from .conftest import BASE, Site
from .web import HOST, leaks

PATHS = [
    "",
    "?_mediatype=text/turtle",
    "catalogue",
    *(f"catalogue.{suffix}" for suffix in ("ttl", "rdf", "jsonld", "nt", "trig", "nq", "html", "linkset.json")),
    ".well-known/void",
    ".well-known/api-catalog",
    "robots.txt",
    "sitemap.xml",
    "openapi.json",
    "sparql",
    "stream",
    "stream/1",
    "releases/",
    "releases/current",
    "id/dataset/figures",
    "doc/dataset/figures",
    *(f"doc/dataset/partnership.{suffix}" for suffix in ("ttl", "jsonld", "html", "linkset.json")),
    "doc/dataset/partnership?_profile=schema",
    "doc/dataset/partnership?_profile=croissant",
    "doc/dataset/partnership?_profile=datacite",
    "dumps/current/data.ttl",
    "nothing",
]
# What a client, or a proxy that is not trusted, may say of the address.
OTHERS = [
    {"Host": "localhost:8000"},
    {"Host": HOST, "X-Forwarded-Host": "localhost", "X-Forwarded-Proto": "http", "X-Forwarded-Prefix": "/localhost"},
    {"Host": HOST, "Forwarded": "host=localhost;proto=http"},
]


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
@pytest.mark.parametrize("path", PATHS)
def test_an_answer_is_the_same_under_any_host(path: str, accept: str, site: Site) -> None:
    site.live(1)
    answer, *others = (
        site.server.ask(f"/{path}", fields=fields | {"Accept": accept}) for fields in [{"Host": HOST}, *OTHERS]
    )
    assert not leaks(answer)
    for other in others:
        assert (other.status, other.body) == (answer.status, answer.body)
        assert [f for f in other.headers if f[0] != "date"] == [f for f in answer.headers if f[0] != "date"]


def test_what_is_told_about_things_is_under_the_base(site: Site) -> None:
    site.live(1)
    web = site.web()
    assert BASE in web.ask(f"{BASE}sitemap.xml", {}).body.decode()
    assert f"Sitemap: {BASE}sitemap.xml" in web.ask(f"{BASE}robots.txt", {}).body.decode()
