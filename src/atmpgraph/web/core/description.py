"""What the release says about one thing, with what its document says about itself."""

from dataclasses import dataclass

import pyoxigraph as ox

from ...addresses import Addresses
from ...rdf.statements import about
from ...release.release import Release
from ...vocab import DCT, FOAF, RDF, RDFS, SKOS, VOID

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
        embedded: what its page carries as data, where that is not the whole.
        dataset: IRI of the dataset that the document belongs to (VoID §7.1).
    """

    topic: str
    document: str
    quads: list[ox.Quad]
    parts: dict[str, list[ox.Quad]]
    embedded: list[ox.Quad] | None = None
    dataset: str = ""

    def published(self, licence: str) -> list[ox.Quad]:
        """All quads of the document, its own description included, which no source states: the default graph."""
        quads = [*self.quads, *(quad for part in self.parts.values() for quad in part)]
        document = ox.NamedNode(self.document)
        stated = {DCT + "license": licence, VOID + "inDataset": self.dataset}
        if self.document != self.topic:
            stated |= {RDF + "type": FOAF + "Document", FOAF + "primaryTopic": self.topic}
        elif any(q.subject == document and q.predicate.value == DCT + "license" for q in quads):
            del stated[DCT + "license"]
        return [*quads, *about(self.document, *((name, iri) for name, iri in stated.items() if iri))]


def describe(release: Release, topic: str, document: str) -> Description | None:
    """The description of a thing; None when the release does not know it."""
    quads = release.quads(topic)
    if not quads:
        return None
    parts = {}
    if document == topic:
        found = release.store.select(_PARTS % ox.NamedNode(topic))
        parts = {iri: release.quads(iri) for iri in sorted(row["part"].value for row in found) if iri != topic}
    return Description(topic, document, quads, parts, dataset=Addresses(release.base).dataset())


def incoming(release: Release, topic: str, most: int) -> tuple[list[tuple[str, str]], bool]:
    """Pairs of predicate and subject that lead to a thing, sorted, and whether there are more than `most`."""
    query = _INCOMING % (ox.NamedNode(topic), most + 1)
    rows = (row for store in release.stores(topic) for row in store.select(query))
    found = list({(row["predicate"].value, row["subject"].value) for row in rows})
    return sorted(found[:most]), len(found) > most
