"""What portals ask for: the catalogue, its files, VoID, sitemap and the other places where crawlers look first."""

import hashlib
import json
import re
import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import DCTERMS, FOAF

from atmpgraph import vocab
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.web import create_app
from atmpgraph.web.core.terms import terms

from ..catalogue.conftest import DCAT, SPDX, VOID, things
from ..catalogue.test_official import EXCEPTIONS, SETS, results
from ..conftest import ROOT, changed
from ..http.conformance.tables import CITATIONS, HTML, RESOURCES
from .rules import BROWSER, check_headers, check_page

HYDRA = "http://www.w3.org/ns/hydra/core#"
SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld"}


def local(url: object, base: str) -> str:
    """The path of one of our addresses."""
    assert str(url).startswith(base)
    return "/" + str(url).removeprefix(base)


def read(client: FlaskClient, path: str, accept: str = "*/*") -> Graph:
    """The graph at a path, read as Turtle."""
    response = client.get(path, headers={"Accept": accept})
    assert response.status_code == 200, path
    return Graph().parse(data=response.data, format="turtle")


@pytest.mark.parametrize("path", ["/catalogue", "/"])
@pytest.mark.parametrize("headers", [{}, {"Accept": "*/*"}, {"Accept": "*/*", "User-Agent": "python-requests/2.34.2"}])
def test_a_harvester_that_says_nothing_gets_turtle(path: str, headers: dict[str, str], client: FlaskClient) -> None:
    """CKAN asks HEAD, then GET; data.gov.be tells the syntax from the first bytes."""
    head, answer = client.head(path, headers=headers), client.get(path, headers=headers)
    assert answer.status_code == head.status_code == 200
    assert answer.data.startswith(b"@prefix ")
    assert answer.content_type == "text/turtle; charset=utf-8"
    assert (head.data, head.headers["ETag"]) == (b"", answer.headers["ETag"])
    assert head.headers["Content-Type"] == answer.content_type
    again = client.get(path, headers=headers | {"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    check_headers(answer)


def test_every_format_is_the_same_catalogue(client: FlaskClient, catalogue_of: Graph) -> None:
    for suffix, name in FORMATS.items():
        found = Graph().parse(data=client.get(f"/catalogue.{suffix}").data, format=name)
        document = {t for t in found if str(t[0]).endswith("/catalogue") and "/id/" not in str(t[0])}
        assert set(found) - document == set(catalogue_of)


@pytest.fixture(scope="module")
def catalogue_of(release: Release) -> Graph:
    """The catalogue of the release."""
    quads = release.graph("catalogue")
    return Graph().parse(data="".join(f"{q.triple} .\n" for q in quads), format="nt")


def test_the_bytes_are_the_same_each_time(released: Settings) -> None:
    """data.europa.eu compares by hash."""
    for path in ("/catalogue.ttl", "/catalogue.rdf", "/catalogue.jsonld", "/.well-known/void", "/sitemap.xml"):
        assert len({create_app(released).test_client().get(path).data for _ in range(2)}) == 1


@pytest.mark.parametrize("name", SETS)
def test_what_is_served_conforms(name: str, client: FlaskClient) -> None:
    assert {found[:2] for found in results(read(client, "/catalogue"), SETS[name])} == EXCEPTIONS[name]


def test_every_file_is_served_as_it_is_described(client: FlaskClient, release: Release) -> None:
    """Sizes and checksums are those of the bytes under no content coding."""
    graph = read(client, "/catalogue")
    for file in things(graph, DCAT.Distribution):
        path = local(graph.value(file, DCAT.downloadURL), release.base)
        answer = client.get(path, follow_redirects=True, headers={"Accept-Encoding": "identity"})
        (checksum,) = graph.objects(file, SPDX.checksum)
        assert answer.status_code == 200, path
        assert len(answer.data) == int(str(graph.value(file, DCAT.byteSize)))
        assert hashlib.sha256(answer.data).hexdigest() == str(graph.value(checksum, SPDX.checksumValue))
        assert str(graph.value(file, DCAT.mediaType)).endswith(f"/{answer.mimetype}")


def test_every_entry_leads_to_its_page(client: FlaskClient, release: Release) -> None:
    graph = read(client, "/catalogue")
    entries = [*things(graph, DCAT.Dataset), *things(graph, DCAT.DataService), *things(graph, DCAT.CatalogRecord)]
    for entry in (*entries, *things(graph, DCAT.Catalog)):
        answer = client.get(local(entry, release.base), headers=BROWSER)
        assert answer.status_code == 303, entry
        check_page(client.get(answer.headers["Location"], headers=BROWSER), "fr")


def test_the_page_of_the_catalogue_names_every_dataset(client: FlaskClient, release: Release) -> None:
    graph = read(client, "/catalogue")
    for language in ("fr", "nl", "de", "en"):
        page = check_page(client.get(f"/catalogue.html?lang={language}", headers=BROWSER), language)
        linked = {urlsplit(str(a["href"])).path for a in page.all("a")}
        for dataset in things(graph, DCAT.Dataset):
            assert local(dataset, release.base).replace("/id/", "/doc/") in linked
        assert "405" in page.words


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_every_term_of_the_catalogue_has_a_word_on_the_pages(language: str, release: Release) -> None:
    words = terms(language)
    described = [*release.graph("catalogue"), *release.graph(".well-known/void")]
    types = {quad.object.value for quad in described if quad.predicate.value == str(RDF.type)}  # type: ignore[union-attr]
    used = types | {quad.predicate.value for quad in described}
    assert sorted(iri for iri in used if iri not in words and not iri.startswith((vocab.SKOS, vocab.RDF))) == []


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en", "it"])
def test_every_property_and_class_of_the_data_has_a_word_on_the_pages(language: str, release: Release) -> None:
    named = "FILTER NOT EXISTS { ?term <http://www.w3.org/2000/01/rdf-schema#label> ?label }"
    unnamed = release.store.select(f"SELECT DISTINCT ?term {{ {{ ?s ?term ?o }} UNION {{ ?s a ?term }} {named} }}")
    iris = {row["term"].value for row in unnamed}
    assert sorted(iris - terms(language).keys()) == []


def test_a_part_of_the_dataset_is_called_by_the_property_that_it_has(client: FlaskClient) -> None:
    page = client.get("/doc/dataset/partnership?lang=fr", headers=BROWSER).text
    path = re.search(r'href="(/doc/partition/property-accessRights-[^"]+)"><span>droits d’accès</span>', page)
    assert path, "its name in the list"
    assert "<h1><span>droits d’accès</span></h1>" in client.get(path[1], headers=BROWSER).text


# --- pages of a big catalogue ---


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_a_catalogue_in_pages_is_walked_to_its_end(size: int, released: Settings, catalogue_of: Graph) -> None:
    client = create_app(changed(released, limits={"catalogue_page_datasets": size})).test_client()
    path, seen, whole = "/catalogue", [], Graph()
    while path:
        assert path not in seen, "a circle"
        seen.append(path)
        graph = read(client, path)
        views = things(graph, URIRef(f"{HYDRA}PartialCollectionView"))
        assert len(views) == (size < 1000), "one view a page, none where all is in one"
        assert 1 <= len(things(graph, DCAT.Dataset)) <= size
        assert things(graph, DCAT.Catalog)
        whole += graph
        next_ = graph.value(views[0], URIRef(f"{HYDRA}next")) if views else None
        path = local(next_, released.base) if next_ else ""
    document = {t for t in whole if "/catalogue" in str(t[0]) and "/id/" not in str(t[0])}
    assert set(whole) - document == set(catalogue_of)
    assert client.get(f"/catalogue?page={len(seen) + 1}").status_code == 404


@pytest.mark.parametrize("suffix", ["rdf", "jsonld", "nt", "ttl", "html"])
def test_the_pages_keep_the_format_that_the_url_names(suffix: str, released: Settings) -> None:
    """Harvesters ask with the address alone; none of the links leads through a redirection."""
    client = create_app(changed(released, limits={"catalogue_page_datasets": 1})).test_client()
    path, types = f"/catalogue.{suffix}", list[str]()
    for page in (1, 2, 3):
        answer = client.get(path)
        assert answer.status_code == 200
        types.append(str(answer.mimetype))
        link = re.search(r'<([^>]*)>; rel="next"', answer.headers["Link"])
        if suffix != "html":
            format_ = {"rdf": "xml", "jsonld": "json-ld"}.get(suffix, suffix)
            graph = Graph().parse(data=answer.data, format=format_)
            view = URIRef(f"{released.base}catalogue.{suffix}?page={page}")
            for kind, name in (("PartialCollectionView", "next"), ("PagedCollection", "nextPage")):
                assert things(graph, URIRef(HYDRA + kind)) == [view] or set(things(graph, URIRef(HYDRA + kind))) == {
                    view
                }
                found = graph.value(view, URIRef(HYDRA + name))
                assert (local(found, released.base) if found else None) == (link[1] if link else None)
        path = link[1] if link else ""
    assert len(set(types)) == 1
    assert not path


@pytest.mark.parametrize("path", ["/id/catalogue", "/doc/catalogue"])
def test_the_iri_of_the_catalogue_leads_to_the_catalogue(path: str, client: FlaskClient, catalogue_of: Graph) -> None:
    """A harvester that is given it would remove every dataset if it found none there."""
    for suffix, mimetype in (("", "text/turtle"), (".rdf", "application/rdf+xml"), (".jsonld", "application/ld+json")):
        answer = client.get(f"{path}{suffix}", headers={"Accept": "text/turtle"}, follow_redirects=True)
        assert (answer.status_code, answer.mimetype) == (200, mimetype)
        assert answer.request.path == f"/catalogue{suffix}"
        found = Graph().parse(
            data=answer.data, format={"text/turtle": "turtle", "application/rdf+xml": "xml"}.get(mimetype, "json-ld")
        )
        assert set(things(found, DCAT.Dataset)) == set(things(catalogue_of, DCAT.Dataset))


@pytest.mark.parametrize("page", ["0", "-1", "2", "x", "", "9" * 20])
def test_there_is_no_other_page(page: str, client: FlaskClient) -> None:
    assert client.get(f"/catalogue?page={page}").status_code == 404


def test_a_page_is_a_catalogue_by_itself(released: Settings) -> None:
    client = create_app(changed(released, limits={"catalogue_page_datasets": 2})).test_client()
    for name in ("Full", "Full1"):
        assert results(read(client, "/catalogue?page=2"), SETS[name]) == set()
    answer = client.get("/catalogue?page=2")
    there = client.get(answer.headers["Content-Location"])
    assert there.data == answer.data
    assert there.data != client.get("/catalogue").data


def test_the_home_address_gives_the_catalogue_whole(released: Settings, catalogue_of: Graph) -> None:
    """For harvesters that follow no pages: none of it is a page, whatever the size of those of `/catalogue`."""
    client = create_app(changed(released, limits={"catalogue_page_datasets": 2})).test_client()
    assert set(catalogue_of) <= set(read(client, "/"))
    assert not things(read(client, "/"), URIRef(f"{HYDRA}PartialCollectionView"))
    answer, asked = client.get("/"), client.get("/?page=2")
    assert asked.data == answer.data
    assert asked.headers["Content-Location"] == answer.headers["Content-Location"]


# --- the catalogue as a whole is cited ---


@pytest.mark.parametrize("suffix", CITATIONS)
def test_the_catalogue_is_cited(suffix: str, client: FlaskClient, release: Release) -> None:
    answer = client.get(f"/catalogue.{suffix}")
    assert (answer.status_code, answer.content_type) == (200, CITATIONS[suffix])
    assert client.get("/catalogue", headers={"Accept": CITATIONS[suffix]}).data == answer.data
    assert answer.data == client.get(f"/doc/catalogue.{suffix}", follow_redirects=True).data
    assert f"{release.base}id/catalogue" in answer.text
    page = check_page(client.get("/catalogue?lang=nl", headers=BROWSER), "nl")
    assert f"/catalogue.{suffix}?lang=nl" in [str(a["href"]) for a in page.all("a")]
    if suffix == "csl.json":
        (item,) = json.loads(answer.data)
        assert "container-title" not in item, "it is not a part of itself"
        assert client.get(local(item["archive_location"], release.base)).status_code == 200


# --- VoID, Service Description, DCAT ---


def test_void_service_description_and_catalogue_agree(client: FlaskClient, release: Release) -> None:
    void, endpoint = read(client, "/.well-known/void"), read(client, "/sparql", "text/turtle")
    whole = URIRef(f"{release.base}id/dataset/partnership")
    dataset = endpoint.value(URIRef(f"{release.base}sparql"), URIRef(f"{SD}defaultDataset"))
    default = endpoint.value(dataset, URIRef(f"{SD}defaultGraph"))
    assert endpoint.value(default, VOID.triples) == void.value(whole, VOID.triples)
    graphs = {
        str(name): endpoint.value(endpoint.value(name, URIRef(f"{SD}graph")), VOID.triples)
        for name in endpoint.objects(dataset, URIRef(f"{SD}namedGraph"))
    }
    assert graphs == {
        name: void.value(URIRef(name.replace("/id/graph/", "/id/dataset/graph-")), VOID.triples) for name in graphs
    }
    assert {name: int(str(count)) for name, count in graphs.items()} == release.manifest.graphs
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    (row,) = release.store.select(query)
    assert int(row["n"].value) == int(str(void.value(whole, VOID.triples)))


def test_every_document_says_which_dataset_it_belongs_to(client: FlaskClient, release: Release) -> None:
    for path in ("/doc/organisation/ulb", "/ns/atmpgraph", "/auth/confidence/high", "/doc/dataset/figures"):
        graph = read(client, f"{path}.ttl")
        assert (
            URIRef(release.base + path[1:]),
            VOID.inDataset,
            URIRef(f"{release.base}id/dataset/partnership"),
        ) in graph


def test_what_a_dataset_was_made_with_is_told_and_no_link(client: FlaskClient) -> None:
    """A digest is a name, not an address (RFC 6920)."""
    page = client.get("/doc/dataset/figures?lang=en", headers=BROWSER).text
    assert re.search(r"produced with.*\n?.*ni:///sha-256;[\w-]{43}<", page)
    assert 'href="ni:' not in page


# --- where crawlers look first ---


def test_the_sitemap_lists_documents_that_are_there(client: FlaskClient, release: Release) -> None:
    answer = client.get("/sitemap.xml")
    assert answer.mimetype == "application/xml"
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    found = {
        str(url.findtext("s:loc", namespaces=space)): url.findtext("s:lastmod", "", namespaces=space)
        for url in ET.fromstring(answer.data).findall("s:url", space)  # our own answer
    }
    assert {release.base, f"{release.base}catalogue", f"{release.base}doc/dataset/figures"} <= set(found)
    assert len(found) > 300
    for url, date in list(found.items())[::10]:
        assert client.head(local(url, release.base), headers=BROWSER).status_code == 200, url
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}T[\d:]{8}Z", date) or re.search("/(problems|docs|pages)/", url)
    assert client.get("/sitemap.xml?part=1").data == answer.data
    for part in ("0", "2", "x", "-1"):
        assert client.get(f"/sitemap.xml?part={part}").status_code == 404


def test_the_sitemap_has_every_page(client: FlaskClient, release: Release) -> None:
    """Each address that has a page for people, but those that repeat what another says in a format, a day or a query."""
    repeated = re.compile(
        r"\.html$|[?]|^/stream/|\{digest\}|^/doc/odd/|^/timemap/|^/[.]well-known/|^/embed/|^/things/.|^/reconcile/$|^/history/"
    )
    pages = {page.path for page in RESOURCES if HTML in page.types and not repeated.search(page.path)}
    questions = {f"/queries/{file.stem}" for file in (ROOT / "queries").glob("*.rq")}
    found = {
        local(url.text, release.base)
        for url in ET.fromstring(client.get("/sitemap.xml").data).iter()
        if url.tag.endswith("loc")
    }
    assert len(questions) > 20
    assert (pages | questions) - found == set()


def test_robots_find_the_sitemap(client: FlaskClient, release: Release) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    assert "User-agent: *" in lines
    assert f"Sitemap: {release.base}sitemap.xml" in lines
    under = client.get("/robots.txt", environ_overrides={"SCRIPT_NAME": "/lod"}).text
    assert "Disallow: /lod/sparql?" in under


def test_people_read_the_interfaces_as_a_page(client: FlaskClient, release: Release) -> None:
    """A browser asks for a page; whoever takes anything gets the link set of RFC 9727 §4."""
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
    page = client.get("/.well-known/api-catalog", headers={"Accept": browser, "Accept-Language": "nl"})
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "Interfaces voor programma’s" in page.text
    links = set(re.findall(r'<a href="/?([^"]+)" type=', page.text))
    assert {"openapi.json", "stream.ttl", "catalogue.ttl"} <= {link.removeprefix(release.base) for link in links}
    for accept in ("*/*", "text/csv, */*;q=0.1", "application/linkset+json", "application/json;q=0.9, */*"):
        assert client.get("/.well-known/api-catalog", headers={"Accept": accept}).mimetype == "application/linkset+json"
    as_json = client.get("/.well-known/api-catalog", headers={"Accept": "application/json"})
    assert (as_json.status_code, as_json.mimetype) == (200, "application/json")
    assert json.loads(as_json.data)["linkset"]


def test_the_interfaces_are_listed(client: FlaskClient, release: Release) -> None:
    """RFC 9727 §2, §4.1: every target answers, HEAD names the list itself."""
    answer = client.get("/.well-known/api-catalog")
    assert answer.mimetype == "application/linkset+json"
    assert 'rel="api-catalog"' in client.head("/.well-known/api-catalog").headers["Link"]
    contexts = {context.pop("anchor"): context for context in json.loads(answer.data)["linkset"]}
    items = {item["href"] for item in contexts[f"{release.base}.well-known/api-catalog"]["item"]}
    assert items == set(contexts) - {f"{release.base}.well-known/api-catalog"}
    for item in items:
        assert contexts[item]["service-desc"]
        for link in (link for targets in contexts[item].values() for link in targets):
            found = client.get(local(link["href"], release.base), headers={"Accept": link["type"]})
            assert (found.status_code, found.mimetype) == (200, link["type"])


# --- the dataset in the terms of others ---


def block(client: FlaskClient, path: str) -> dict[str, Any]:
    """What search engines read in a page."""
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(path).text, re.DOTALL)
    (found,) = [found for text in blocks if (found := json.loads(text))["@context"] == "https://schema.org/"]
    return dict(found)


def test_search_engines_for_datasets_find_what_they_ask_for(client: FlaskClient) -> None:
    for language, word in (("en", "knowledge graph"), ("nl", "kennisgraaf")):
        found = block(client, f"/doc/dataset/partnership.html?lang={language}")
        assert found["@type"] == "Dataset"
        assert word in found["name"]
        assert 50 <= len(found["description"]) <= 5000
        assert found["license"].endswith("CC_BY_4_0")
        assert found["creator"]["@type"] == "Organization"
        assert found["temporalCoverage"] == "2019-01-01/2035-12-31"
        assert found["isAccessibleForFree"] is True
        assert found["includedInDataCatalog"]["@type"] == "DataCatalog"
        assert {place["@type"] for place in found["spatialCoverage"]} == {"Place"}
        for file in found["distribution"]:
            assert {"@type", "name", "contentUrl", "encodingFormat", "contentSize", "sha256"} <= set(file)
    assert block(client, "/catalogue.html?lang=en")["@type"] == "DataCatalog"
    assert block(client, "/?_mediatype=text/html&lang=en")["@type"] == "DataCatalog"


def test_croissant_names_files_and_columns(client: FlaskClient, release: Release) -> None:
    answer = client.get("/doc/dataset/partnership?_profile=croissant", headers={"Accept-Language": "en"})
    assert answer.headers["Content-Profile"] == "<http://mlcommons.org/croissant/1.0>"
    found = json.loads(answer.data)
    assert (found["@type"], found["conformsTo"]) == ("sc:Dataset", "http://mlcommons.org/croissant/1.0")
    files = {file["@id"]: file for file in found["distribution"]}
    for file in files.values():
        path = local(file["contentUrl"], release.base)
        content = client.get(path, follow_redirects=True, headers={"Accept-Encoding": "identity"}).data
        assert (file["@type"], file["sha256"]) == ("cr:FileObject", hashlib.sha256(content).hexdigest())
    assert {"organisations", "sources"} <= {records["name"] for records in found["recordSet"]}
    for records in found["recordSet"]:
        for field in records["field"]:
            source = files[field["source"]["fileObject"]["@id"]]["contentUrl"]
            header = (release.path / "tables" / str(source).rpartition("/")[2]).read_text("utf-8").splitlines()[0]
            assert field["source"]["extract"]["column"] in header.split(",")
    graph = Graph().parse(data=answer.data, format="json-ld")
    assert (URIRef(f"{release.base}id/dataset/partnership"), RDF.type, URIRef("https://schema.org/Dataset")) in graph


def test_a_profile_in_json_is_served_as_json(client: FlaskClient) -> None:
    """And JSON without a profile is JSON-LD, as everywhere."""
    for profile in ("datacite", "croissant", "schema"):
        answer = client.get(f"/doc/dataset/partnership?_profile={profile}", headers={"Accept": "application/json"})
        assert (answer.status_code, answer.mimetype) == (200, "application/json"), profile
    named = client.get("/doc/dataset/partnership?_profile=datacite&_mediatype=application/json")
    assert "schemaVersion" in named.get_data(as_text=True)
    plain = client.get("/doc/dataset/partnership", headers={"Accept": "application/json"}).get_json()
    assert "@context" in plain


def test_datacite_has_what_its_schema_asks_for(client: FlaskClient, release: Release) -> None:
    """F-UJI asks for this very type."""
    accept = {"Accept": "application/vnd.datacite.datacite+json"}
    answer = client.get("/doc/dataset/partnership", headers=accept | {"Accept-Language": "en"})
    assert answer.mimetype == accept["Accept"]
    assert answer.headers["Content-Location"].startswith("/doc/dataset/partnership.datacite.json?_profile=datacite")
    found = json.loads(answer.data)
    # DataCite 4.5: what must be there, and all that may (its JSON schema has no other members).
    required = {"creators", "titles", "publisher", "publicationYear", "types", "schemaVersion"}
    allowed = {
        "alternateIdentifiers",
        "dates",
        "descriptions",
        "formats",
        "geoLocations",
        "rightsList",
        "subjects",
        "url",
    }
    assert required <= set(found) <= required | allowed | {"version"}
    assert set(found["types"]) == {"resourceType", "resourceTypeGeneral"}
    assert re.fullmatch(r"\d{4}", found["publicationYear"])
    assert {date["dateType"] for date in found["dates"]} == {"Issued", "Updated", "Other"}
    assert found["types"]["resourceTypeGeneral"] == "Dataset"
    assert str(found["publicationYear"]) == release.manifest.created[:4]
    assert found["version"] == release.digest[:12]


@pytest.mark.parametrize(
    "named",
    [".datacite.json", "?_mediatype=application/vnd.datacite.datacite%2Bjson", ".datacite.json?_profile=datacite"],
)
def test_its_format_names_the_profile_of_datacite(client: FlaskClient, named: str) -> None:
    answer = client.get(f"/doc/dataset/figures{named}")
    assert (answer.status_code, answer.mimetype) == (200, "application/vnd.datacite.datacite+json")
    assert client.get(f"/doc/organisation/ulb{named}").status_code in {404, 406}


def test_croissant_has_a_semantic_version_and_a_citation(client: FlaskClient, release: Release) -> None:
    found = json.loads(client.get("/doc/dataset/figures?_profile=croissant").data)
    number = r"(0|[1-9]\d*)"
    assert re.fullmatch(rf"{number}\.{number}\.{number}\+[0-9a-f]{{12}}", found["version"])
    assert found["citeAs"].endswith(f"{release.base}id/dataset/figures")
    assert found["@context"]["citeAs"] == "cr:citeAs"


def test_a_dataset_leads_to_its_files_and_they_to_it(client: FlaskClient, release: Release) -> None:
    """FAIR Signposting: `item` and `author` in the header and the link set, `collection` on each file."""
    answer = client.get("/doc/dataset/figures")
    assert re.search(r'<[^>]*id/agent/publisher>; rel="?author', answer.headers["Link"])
    linked = re.findall(r'<([^>]*)>; rel="?item"?; type="?([\w/+.-]+)', answer.headers["Link"])
    (context, *_) = json.loads(client.get("/doc/dataset/figures.linkset.json").data)["linkset"]
    items = {item["href"]: item["type"] for item in context["item"]}
    assert [url for url, _ in linked if "/dumps/" in url][:4] == [url for url, _ in linked[:4]], "files come first"
    assert set(linked) <= set(items.items())
    files = {url: mimetype for url, mimetype in items.items() if "/dumps/" in url}
    assert len(files) > 2
    for url, mimetype in files.items():
        there = client.get(local(url, release.base))
        assert there.mimetype == mimetype
        assert f'<{release.base}doc/dataset/figures>; rel="collection"; type="text/html"' in there.headers["Link"]
    assert "Link" not in client.get("/dumps/current/report.json").headers


def test_only_datasets_have_the_profiles_of_datasets(client: FlaskClient) -> None:
    for token in ("croissant", "datacite"):
        assert client.get(f"/doc/organisation/ulb?_profile={token}").status_code == 404
        assert client.get(f"/doc/dataset/figures?_profile={token}").status_code == 200


def test_the_home_page_stays_about_the_partnership(client: FlaskClient, release: Release) -> None:
    page = check_page(client.get("/", headers=BROWSER), "fr")
    assert "PIT ATMP" in page.words
    graph = read(client, "/")
    assert (URIRef(release.base), FOAF.primaryTopic, URIRef(f"{release.base}id/catalogue")) in graph
    assert graph.value(URIRef(f"{release.base}id/catalogue"), DCTERMS.title) is not None
