"""A small client of the stream: it follows relations, remembers what it has read, and keeps the latest versions."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

import pyoxigraph as ox
from flask.testing import FlaskClient

LDES: Final = "https://w3id.org/ldes#"
TREE: Final = "https://w3id.org/tree#"
RDF_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
FORMATS: Final = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}


@dataclass
class Reader:
    """A copy of the data, kept up to date from the stream.

    Attributes:
        client: of the server.
        base: of the publication.
        accept: the format it reads.
        done: pages that never change any more, which it does not ask for again.
        bodies: their bytes.
        seen: members it has processed.
        latest: the date of the version it has of each thing.
        state: statements, by thing; without graph in formats that have none.
    """

    client: FlaskClient
    base: str
    accept: str = "application/n-quads"
    done: set[str] = field(default_factory=set)
    bodies: dict[str, bytes] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    latest: dict[str, str] = field(default_factory=dict)
    state: dict[str, set[str]] = field(default_factory=dict)

    def read(self) -> set[str]:
        """Read what is new; returns the state."""
        root, _ = self._get(f"{self.base}stream")
        [(events, view)] = [(q.subject.value, q.object.value) for q in root if q.predicate.value == TREE + "view"]
        assert view == f"{self.base}stream"
        paths = {name: self._one(root, events, LDES + name) for name in ("timestampPath", "versionOfPath")}
        paths |= {n: self._one(root, events, LDES + n) for n in ("versionDeletePath", "versionDeleteObject")}
        pages = {q.object.value for q in root if q.predicate.value == TREE + "node"}
        for relation in {q.object.value for q in root if q.predicate.value == TREE + "relation"}:
            assert self._one(root, relation, TREE + "path") == paths["timestampPath"]
        for page in pages - self.done:
            self._read_page(page, paths)
        return {line for lines in self.state.values() for line in lines}

    def _read_page(self, page: str, paths: dict[str, str]) -> None:
        quads, immutable = self._get(page)
        said = self._any(quads, page, LDES + "immutable")
        assert bool(said) == immutable
        if immutable:
            self.done.add(page)
        own: dict[str, list[Any]] = defaultdict(list)
        for quad in quads:
            own[quad.subject.value].append(quad)
        for member in {q.object.value for q in quads if q.predicate.value == TREE + "member"} - self.seen:
            self.seen.add(member)
            date, thing = (self._one(own[member], member, paths[name]) for name in ("timestampPath", "versionOfPath"))
            if date < self.latest.get(thing, ""):
                continue
            assert date > self.latest.get(thing, ""), "two versions of a thing at a time"
            self.latest[thing] = date
            gone = any(
                (q.predicate.value, q.object.value) == (paths["versionDeletePath"], paths["versionDeleteObject"])
                for q in own[member]
            )
            told = {paths["timestampPath"], paths["versionOfPath"]}
            stated = [] if gone else [q for q in own[member] if q.predicate.value not in told]
            self.state[thing] = {str(ox.Quad(ox.NamedNode(thing), *list(q)[1:])) for q in stated}

    def _get(self, iri: str) -> tuple[list[Any], bool]:
        response = self.client.get(f"/{iri.removeprefix(self.base)}", headers={"Accept": self.accept})
        assert response.status_code == 200, (iri, response.text)
        assert response.content_type.partition(";")[0] == self.accept
        immutable = "immutable" in response.headers["Cache-Control"]
        if immutable:
            assert self.bodies.setdefault(iri, response.data) == response.data
        return list(ox.parse(response.data, format=FORMATS[self.accept], base_iri=iri)), immutable

    @staticmethod
    def _any(quads: list[Any], subject: str, predicate: str) -> list[str]:
        return [q.object.value for q in quads if (q.subject.value, q.predicate.value) == (subject, predicate)]

    def _one(self, quads: list[Any], subject: str, predicate: str) -> str:
        [found] = self._any(quads, subject, predicate)
        return found
