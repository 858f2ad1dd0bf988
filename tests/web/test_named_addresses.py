"""Every address of ours that a description names is answered, whatever files a publication has of its own."""

from typing import get_args

import pyoxigraph as ox
from flask.testing import FlaskClient

from atmpgraph.publish.build import build
from atmpgraph.settings import Settings
from atmpgraph.settings.layers import Kind, Layered, supplied
from atmpgraph.web import create_app

from ..conftest import own_file
from .rules import BROWSER

BASE = "https://example.org/p/"
DESCRIPTIONS = ("/quality.ttl", "/catalogue.ttl", "/.well-known/void", "/", "/ns/shapes")
TURTLE = {"Accept": "text/turtle, application/trig;q=0.9, */*;q=0.1"}


def replace_one_of_each_kind(settings: Settings) -> list[str]:
    """Give a publication a file of its own for one supplied file of each kind; the names that findings have for them."""
    names = []
    for kind in get_args(Kind):
        place = settings.layered(kind)
        assert isinstance(place, Layered)
        name = "" if supplied(kind).is_file() else next(each for each in place.files() if not each.startswith("_"))
        with own_file(settings, kind, name).open("a", encoding="utf-8") as file:
            file.write("\n")
        names.append(f"{kind}/{name}" if name else place.own.name)
    return names


def named_by(client: FlaskClient, path: str) -> set[str]:
    """The addresses of ours that a description names, without fragments; none where it is no RDF."""
    response = client.get(path, headers=TURTLE, follow_redirects=True)
    assert response.status_code == 200, path
    if response.mimetype != "text/turtle":
        return set()
    quads = ox.parse(response.data, format=ox.RdfFormat.TURTLE, base_iri=f"{BASE}{path[1:]}")
    iris = {term.value for quad in quads for term in quad.triple if isinstance(term, ox.NamedNode)}
    return {iri.partition("#")[0] for iri in iris if iri.startswith(BASE)}


def test_every_address_that_a_description_names_is_answered(started: Settings) -> None:
    replaced = replace_one_of_each_kind(started)
    built = build(started)
    assert built.digest, "\n".join(built.report.lines("en"))
    client = create_app(started).test_client()
    told = {
        place["file"] for each in client.get("/quality.json").get_json()["findings"] for place in each.get("places", ())
    }
    assert len(told & set(replaced)) > 8, told  # the report names them

    named = set[str]().union(*(named_by(client, path) for path in DESCRIPTIONS))
    things = {iri for iri in named if iri.startswith((f"{BASE}id/", f"{BASE}doc/"))}
    assert len(things) > 20
    named |= set[str]().union(*(named_by(client, f"/{iri.removeprefix(BASE)}") for iri in things))
    answers = {iri: client.get(f"/{iri.removeprefix(BASE)}", headers=TURTLE) for iri in named}
    assert {iri: each.status_code for iri, each in answers.items() if each.status_code not in {200, 303}} == {}

    page = client.get("/quality?lang=en", headers=BROWSER).text
    assert [name for name in replaced if f"doc/table/{name}" in page] == []
