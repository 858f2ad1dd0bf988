"""CKAN with ckanext-dcat, by its description: HEAD and GET of each page, datasets by IRI, deleted when they are gone."""

from dataclasses import dataclass, field
from typing import Any, Final

from rdflib import RDF, Graph, URIRef
from rdflib.namespace import DCTERMS

from .graphs import DCAT, HYDRA, SPDX, files, one, parse, things, words
from .web import Web

FIELDS: Final = {"User-Agent": "python-requests/2.34.2", "Accept-Encoding": "gzip, deflate", "Accept": "*/*"}
_MOST: Final = 50 * 1024 * 1024


@dataclass
class Changes:
    """What one run did to the datasets of the portal."""

    created: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)


@dataclass
class Ckan:
    """A portal.

    Attributes:
        web: how it reads.
        address: of the catalogue, as its administrator typed it.
        language: of the portal.
        packages: what it holds, by the IRI of the dataset.
        pages: how many pages the last run read.
        graph: what they say together.
    """

    web: Web
    address: str
    language: str = "fr"
    packages: dict[str, dict[str, Any]] = field(default_factory=dict)
    pages: int = 0
    graph: Graph = field(default_factory=Graph, repr=False)

    def harvest(self) -> Changes:
        """One run: gather all datasets, create, update or delete packages."""
        found: dict[str, dict[str, Any]] = {}
        self.pages, self.graph, url = 0, Graph(bind_namespaces="none"), self.address
        while url:
            body, media_type = self._content(url)
            page = parse(body, media_type)
            self.graph += page
            new = {dataset: self._package(page, dataset) for dataset in things(page, DCAT.Dataset)}
            assert new.keys() - found.keys(), f"{url} has nothing new: a circle"
            found |= new
            self.pages, url = self.pages + 1, self._next(page)
        both = found.keys() & self.packages.keys()
        changes = Changes(
            found.keys() - self.packages.keys(),
            {dataset for dataset in both if found[dataset] != self.packages[dataset]},
            self.packages.keys() - found.keys(),
        )
        self.packages = found
        return changes

    def _content(self, url: str) -> tuple[bytes, str]:
        head = self.web.ask(url, FIELDS, "HEAD")
        assert head.status < 400, head  # 400 and 405 would be forgiven; we give no cause
        assert int(head.field("Content-Length") or 0) < _MOST
        answer = self.web.ask(url, FIELDS)
        assert answer.status in {200, 304}, answer
        told = {name: head.field(name) for name in ("ETag", "Last-Modified", "Vary")}
        assert answer.status == 304 or told == {name: answer.field(name) for name in told}, "HEAD and GET differ"
        assert len(answer.body) < _MOST
        answer.body.decode("utf-8")
        return answer.body, head.media_type

    @staticmethod
    def _next(page: Graph) -> str:
        """The next page; its address may be an IRI or a literal, and its view of either class."""
        views = {
            view
            for kind in ("PartialCollectionView", "PagedCollection")
            for view in page.subjects(RDF.type, HYDRA[kind])
        }
        assert len(views) < 2
        for view in views:
            for name in ("next", "nextPage"):
                for address in page.objects(view, HYDRA[name]):
                    return str(address)
        return ""

    def _package(self, page: Graph, dataset: str) -> dict[str, Any]:
        """A dataset as CKAN keeps it."""
        node = URIRef(dataset)
        return {
            "title": words(page, dataset, DCTERMS.title, self.language),
            "notes": words(page, dataset, DCTERMS.description, self.language),
            "tags": {str(word) for word in page.objects(node, DCAT.keyword)},
            "theme": {str(theme) for theme in page.objects(node, DCAT.theme)},
            "language": {str(language) for language in page.objects(node, DCTERMS.language)},
            "issued": one(page, dataset, DCTERMS.issued),
            "modified": one(page, dataset, DCTERMS.modified),
            "identifier": one(page, dataset, DCTERMS.identifier),
            "publisher": one(page, dataset, DCTERMS.publisher),
            "contact": one(page, dataset, DCAT.contactPoint),
            "resources": {file: self._resource(page, file) for file in files(page, dataset)},
        }

    @staticmethod
    def _resource(page: Graph, file: str) -> dict[str, Any]:
        return {
            "url": one(page, file, DCAT.downloadURL),
            "access_url": one(page, file, DCAT.accessURL),
            "mimetype": one(page, file, DCAT.mediaType),
            "size": int(one(page, file, DCAT.byteSize)),
            "hash": one(page, one(page, file, SPDX.checksum), SPDX.checksumValue),
            "license": one(page, file, DCTERMS.license),
            "modified": one(page, file, DCTERMS.modified),
        }
