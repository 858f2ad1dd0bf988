"""What the release says about one thing, with what its document says about itself."""

from dataclasses import dataclass

import pyoxigraph as ox

from ..release.opened import Release
from ..vocab import DCT, FOAF, RDF, RDFS, SKOS

_PARTS = f"SELECT DISTINCT ?part {{ ?part <{RDFS}isDefinedBy>|<{SKOS}inScheme> %s }}"
_INCOMING = "SELECT DISTINCT ?subject ?predicate { ?subject ?predicate %s } LIMIT %d"


@dataclass(frozen=True)
class Description:
    """A thing and its document.

    Attributes:
        topic: IRI of the thing.
        document: IRI of the document about it; an ontology or code list is its own document.
        quads: what is stated about the thing, each in the graph of its source.
        parts: what is stated about the terms or concepts that the thing defines, by their IRI.
    """

    topic: str
    document: str
    quads: list[ox.Quad]
    parts: dict[str, list[ox.Quad]]

    def published(self, licence: str) -> list[ox.Quad]:
        """All quads of the document, its own description included, which no source states: the default graph."""
        quads = [*self.quads, *(quad for part in self.parts.values() for quad in part)]
        document = ox.NamedNode(self.document)
        if self.document == self.topic:
            licensed = any(q.subject == document and q.predicate.value == DCT + "license" for q in quads)
            return (
                quads if licensed else [*quads, ox.Quad(document, ox.NamedNode(DCT + "license"), ox.NamedNode(licence))]
            )
        about = {RDF + "type": FOAF + "Document", FOAF + "primaryTopic": self.topic, DCT + "license": licence}
        return quads + [ox.Quad(document, ox.NamedNode(p), ox.NamedNode(o)) for p, o in about.items()]


def describe(release: Release, topic: str, document: str) -> Description | None:
    """The description of a thing; None when the release does not know it."""
    quads = release.quads(topic)
    if not quads:
        return None
    parts = {}
    if document == topic:
        found = release.store.select(_PARTS % ox.NamedNode(topic))
        parts = {iri: release.quads(iri) for iri in sorted(row["part"].value for row in found) if iri != topic}
    return Description(topic, document, quads, parts)


def incoming(release: Release, topic: str, most: int) -> tuple[list[tuple[str, str]], bool]:
    """Pairs of predicate and subject that lead to a thing, sorted, and whether there are more than `most`."""
    rows = release.store.select(_INCOMING % (ox.NamedNode(topic), most + 1))
    found = [(row["predicate"].value, row["subject"].value) for row in rows]
    return sorted(found[:most]), len(found) > most
