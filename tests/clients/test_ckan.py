"""ckanext-dcat, the harvester of CKAN, reads the catalogue that is served: its own parser, with its profile of DCAT-AP 3.

It lives in an environment of its own (`make test-clients` makes it), because it asks for other versions than we do.
"""

import json
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.request import Request, urlopen

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

from atmpgraph.release.release import Release
from atmpgraph.settings import Settings

from ..catalogue.conftest import DCAT, things
from ..conftest import BASE, LANGUAGES, ROOT, absent
from .tools import HERE, run

pytestmark = pytest.mark.clients
CKAN: Final = ROOT / ".venv-ckan" / "bin" / "python"
FORMATS: Final = {"turtle": "text/turtle", "xml": "application/rdf+xml", "json-ld": "application/ld+json"}
Datasets: TypeAlias = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def served(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The catalogue as it is served, a file for each format."""
    folder, files = tmp_path_factory.mktemp("catalogues"), {}
    for form, media_type in FORMATS.items():
        request = Request(endpoint.removesuffix("sparql") + "catalogue", headers={"Accept": media_type})
        with urlopen(request, timeout=300) as response:
            assert response.headers["Content-Type"].startswith(media_type)
            files[form] = folder / form
            files[form].write_bytes(response.read())
    return files


@pytest.fixture(scope="module")
def harvested(served: dict[str, Path]) -> dict[str, dict[str, Datasets]]:
    """The datasets that CKAN would keep by their IRI, in each format and language."""
    if not CKAN.exists():
        absent("CKAN is not installed: make test-clients")
    arguments = [f"{file}:{form}" for form, file in served.items()]
    found = json.loads(run(str(CKAN), "-P", str(HERE / "read_catalogue.py"), *arguments, seconds=900))
    return {
        form: {tag: {extra(dataset, "uri"): dataset for dataset in listed} for tag, listed in by_language.items()}
        for form, by_language in found.items()
    }


@pytest.fixture(scope="module", params=FORMATS)
def portal(request: pytest.FixtureRequest, harvested: dict[str, dict[str, Datasets]]) -> dict[str, Datasets]:
    """What it reads in one format, by language."""
    return harvested[request.param]


@pytest.fixture(scope="module")
def catalogue(served: dict[str, Path]) -> Graph:
    """The catalogue, as rdflib reads it."""
    return Graph().parse(served["turtle"], format="turtle")


def extra(dataset: dict[str, Any], key: str) -> str:
    (value,) = [each["value"] for each in dataset["extras"] if each["key"] == key]
    return str(value)


def test_every_dataset_and_file_becomes_one(portal: dict[str, Datasets], catalogue: Graph) -> None:
    for datasets in portal.values():
        assert set(datasets) == set(map(str, things(catalogue, DCAT.Dataset)))
        for iri, dataset in datasets.items():
            files = {str(file) for file in catalogue.objects(URIRef(iri), DCAT.distribution)}
            assert {resource["uri"] for resource in dataset["resources"]} == files
    assert len(portal) == len(LANGUAGES)


def test_titles_and_descriptions_are_in_the_language_of_the_portal(
    portal: dict[str, Datasets], catalogue: Graph
) -> None:
    for language, datasets in portal.items():
        for iri, dataset in datasets.items():
            for key, predicate in (("title", DCTERMS.title), ("notes", DCTERMS.description)):
                texts = list(catalogue.objects(URIRef(iri), predicate))
                (expected,) = [t for t in texts if isinstance(t, Literal) and t.language == language]
                assert dataset[key] == str(expected)
    whole = f"{BASE}id/dataset/partnership"
    assert len({datasets[whole]["title"] for datasets in portal.values()}) == len(LANGUAGES)


def test_licence_contact_and_publisher_are_there(
    portal: dict[str, Datasets], catalogue: Graph, released: Settings
) -> None:
    vcard, foaf = "http://www.w3.org/2006/vcard/ns#", "http://xmlns.com/foaf/0.1/"
    contact, agent = URIRef(f"{BASE}id/contact/data"), URIRef(f"{BASE}id/agent/publisher")
    mailbox = str(catalogue.value(contact, URIRef(f"{vcard}hasEmail"))).removeprefix("mailto:")
    for language, datasets in portal.items():
        names = {
            str(name) for thing, word in ((contact, f"{vcard}fn"), (agent, f"{foaf}name"))
            for name in catalogue.objects(thing, URIRef(word)) if getattr(name, "language", "") == language
        }  # fmt: skip
        for dataset in datasets.values():
            assert {resource["license"] for resource in dataset["resources"]} == {released.licence}
            assert (extra(dataset, "contact_uri"), extra(dataset, "contact_email")) == (str(contact), mailbox)
            assert extra(dataset, "publisher_uri") == str(agent)
            assert {extra(dataset, "contact_name"), extra(dataset, "publisher_name")} == names


def test_sizes_and_checksums_are_those_of_the_files(portal: dict[str, Datasets], release: Release) -> None:
    expected = {f"{BASE}dumps/current/{name}": file for name, file in release.manifest.files.items()}
    for datasets in portal.values():
        resources = [resource for dataset in datasets.values() for resource in dataset["resources"]]
        assert len(resources) > 30
        for resource in resources:
            file = expected[resource["download_url"]]
            assert (resource["size"], resource["hash"]) == (file.bytes, file.sha256)
            assert resource["hash_algorithm"].endswith("sha256")
