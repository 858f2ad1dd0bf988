"""The stream in the terms of LDES and TREE (https://w3id.org/ldes/specification, https://w3id.org/tree/specification)."""

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from ..vocab import DCT, LDES, RDF, TREE, XSD
from .members import CREATED, DELETE, VERSION_OF
from .pages import Page, Stream

_TRUE: Final = ox.Literal("true", datatype=ox.NamedNode(XSD + "boolean"))


def root(stream: Stream, licence: str, titles: dict[str, str], *, latest_only: bool) -> list[ox.Quad]:
    """The entry point: how the stream is to be read, and the way to each page with the dates that are on it.

    Args:
        stream: of which.
        licence: of the data.
        titles: of the publication, by language.
        latest_only: whether pages are removed when each of their versions has a newer one.
    """
    view, events = f"{stream.base}stream", f"{stream.base}stream#events"
    about = [
        (RDF + "type", LDES + "EventStream"),
        (TREE + "view", view),
        (LDES + "timestampPath", CREATED),
        (LDES + "versionOfPath", VERSION_OF),
        (LDES + "versionDeletePath", RDF + "type"),
        (LDES + "versionDeleteObject", DELETE),
        (DCT + "license", licence),
    ]
    quads = [_quad(events, predicate, value) for predicate, value in about]
    quads += [_quad(events, DCT + "title", ox.Literal(text, language=tag)) for tag, text in titles.items()]
    quads.append(_quad(view, RDF + "type", TREE + "Node"))
    if latest_only:
        policy = f"{view}#retention"
        one = ox.Literal("1", datatype=ox.NamedNode(XSD + "integer"))
        quads += [_quad(view, LDES + "retentionPolicy", policy), _quad(policy, LDES + "versionAmount", one)]
        quads.append(_quad(policy, RDF + "type", LDES + "RetentionPolicy"))
    return [*quads, *(quad for page in stream.pages for quad in _relations(stream, page))]


def node(stream: Stream, page: Page, content: bytes) -> list[ox.Quad]:
    """A page: its members, of which `content` are the lines; it says so when it is never to change."""
    iri, events = f"{stream.base}stream/{page.number}", f"{stream.base}stream#events"
    members = list(ox.parse(content, format=ox.RdfFormat.N_QUADS))
    quads = [_quad(iri, RDF + "type", TREE + "Node"), _quad(events, RDF + "type", LDES + "EventStream")]
    quads += [_quad(events, TREE + "member", f"{iri}#{number}") for number in range(1, page.members + 1)]
    if stream.closed(page):
        quads.append(_quad(iri, LDES + "immutable", _TRUE))
    return quads + members


def _relations(stream: Stream, page: Page) -> Iterator[ox.Quad]:
    """From when a page is and, once it is closed, until when."""
    view, iri = f"{stream.base}stream", f"{stream.base}stream/{page.number}"
    bounds = [("from", "GreaterThanOrEqualToRelation", page.first)]
    bounds += [("to", "LessThanOrEqualToRelation", page.last)] if stream.closed(page) else []
    for name, kind, date in bounds:
        relation = f"{view}#{name}-{page.number}"
        yield _quad(view, TREE + "relation", relation)
        yield _quad(relation, RDF + "type", TREE + kind)
        yield _quad(relation, TREE + "node", iri)
        yield _quad(relation, TREE + "path", CREATED)
        yield _quad(relation, TREE + "value", ox.Literal(date, datatype=ox.NamedNode(XSD + "dateTime")))


def _quad(subject: str, predicate: str, value: str | ox.Literal) -> ox.Quad:
    term = ox.NamedNode(value) if isinstance(value, str) else value
    return ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), term)
