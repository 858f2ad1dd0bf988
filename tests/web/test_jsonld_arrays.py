"""JSON-LD as programs read it without its algorithms: a member is always an array, and each name is in the context."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from atmpgraph.rdf.jsonld import FORMS
from atmpgraph.release.release import Release

from .rules import BROWSER
from .test_representations import KINDS, every

LD: Final = "application/ld+json"
CONSTRUCT: Final = "CONSTRUCT { ?s ?p ?o } WHERE { ?s a <https://w3id.org/atmpgraph/ns#Workpackage> ; ?p ?o }"
OTHERS: Final = [
    *("/", "/catalogue.jsonld", "/.well-known/void", "/quality", "/releases/", "/stream", "/ns/shapes"),
    *("/releases/current", "/linksets/ror.jsonld", "/dumps/current/data.jsonld", "/queries/members-graph.jsonld"),
    *("/things/Organization.jsonld", "/partners.jsonld", "/workpackages.jsonld", "/funding.jsonld", "/figures.jsonld"),
    *("/sources.jsonld", "/doc/dataset/partnership.jsonld", "/data?graph=https://w3id.org/atmp-wallonia/id/graph/rtl-2024-01-17"),
    f"/sparql?query={quote(CONSTRUCT)}",
    f"/sparql?query={quote('DESCRIBE <https://w3id.org/atmp-wallonia/id/workpackage/maidam>')}",
]  # fmt: skip
# What JSON-LD says of itself: no statement, so one value is enough (JSON-LD 1.1 §9.2).
SINGLE: Final = {"id", "@id", "@value", "@language", "@direction", "@type"}


def faults(document: Any) -> Iterator[str]:
    """What is no array, or has a name that no context explains."""
    context: dict[str, Any] = {}
    if isinstance(document, dict):
        context = {**document.get("@context", {})}
        document = document.get("@graph", [{k: v for k, v in document.items() if k != "@context"}])
    for node in document:
        yield from _of_node(node, context)


def _of_node(node: dict[str, Any], context: dict[str, Any]) -> Iterator[str]:
    for name, value in node.items():
        if name == "@value" or (name in SINGLE and isinstance(value, str)):
            continue
        if name not in {"@graph", "@type", "@reverse"}:
            yield from _of_name(name, context)
        if name == "@reverse":
            yield from _of_node(value, context)
        elif isinstance(value, list):
            for each in value:
                yield from _of_node(each, context) if isinstance(each, dict) else ()
        elif isinstance(value, dict) and "@language" in (context.get(name) or {}).get("@container", ()):
            yield from (f"{name} in {tag}" for tag, texts in value.items() if not isinstance(texts, list))
        else:
            yield f"{name} is no array"


def _of_name(name: str, context: dict[str, Any]) -> Iterator[str]:
    defined = context.get(name)
    if defined is None:
        prefix, colon, _ = name.partition(":")
        if not (colon and context.get(prefix)) and (context or "://" not in name):
            yield f"{name} is not in the context"
    elif isinstance(defined, dict) and "@set" not in defined.get("@container", ()):
        yield f"{name} may be no array"


def check(client: FlaskClient, path: str, accept: str = LD) -> set[str]:
    """The faults of what is delivered under a path."""
    response = client.get(path, headers={"Accept": accept}, follow_redirects=True)
    assert response.status_code == 200, path
    assert response.mimetype == LD, path
    return {f"{path}: {fault}" for fault in faults(json.loads(response.data))}


def test_of_every_thing(client: FlaskClient, release: Release) -> None:
    things = {row["s"].value for row in release.store.select("SELECT DISTINCT ?s { ?s ?p ?o }")}
    paths = sorted(iri.removeprefix(release.base) for iri in things if iri.startswith(release.base + "id/"))
    assert len(paths) > 400
    wrong = set()
    for path in paths:
        response = client.get("/" + path, headers={"Accept": LD})
        if response.status_code == 303:  # an agent of the catalogue has no document of its own
            wrong |= check(client, response.headers["Location"])
    assert wrong == set()


@pytest.mark.parametrize("path", KINDS)
def test_in_every_profile_and_form(path: str, client: FlaskClient, release: Release) -> None:
    wrong = set()
    for url, media_type, _ in every(client, path):
        if media_type == LD:
            wrong |= check(client, "/" + url.removeprefix(release.base))
    for form in FORMS:
        wrong |= check(client, path, f'{LD};profile="{form}"')
    assert wrong == set()


@pytest.mark.parametrize("path", OTHERS)
def test_of_catalogue_lists_and_answers(path: str, client: FlaskClient) -> None:
    assert check(client, path) == set()


@pytest.mark.parametrize("path", ["/", "/doc/organisation/ulb", "/doc/figure/budget"])
def test_in_a_page(path: str, client: FlaskClient) -> None:
    blocks = re.findall(rf'<script type="{re.escape(LD)}">(.*?)</script>', client.get(path, headers=BROWSER).text, re.S)
    documents = [json.loads(block) for block in blocks]
    assert documents
    ours = [each for each in documents if each["@context"] != "https://schema.org/"]  # that one is for search engines
    assert [fault for each in ours for fault in faults(each)] == []


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({"@context": {"title": {"@id": "dct:title"}}, "title": ["a"]}, "title may be no array"),
        ({"@context": {"dct": "http://e/"}, "dct:title": "a"}, "dct:title is no array"),
        ({"@context": {"dct": "http://e/"}, "@graph": [{"name": ["a"]}]}, "name is not in the context"),
    ],
)
def test_a_fault_is_seen(document: dict[str, Any], fault: str) -> None:
    assert list(faults(document)) == [fault]
