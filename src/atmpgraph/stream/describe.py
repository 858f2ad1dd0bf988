"""The stream in the terms of LDES and TREE (https://w3id.org/ldes/specification, https://w3id.org/tree/specification)."""

from collections.abc import Iterator

import pyoxigraph as ox

from ..addresses import Addresses
from ..rdf.statements import about, boolean, date, integer, statement
from ..vocab import DCT, LDES, RDF, TREE
from .members import CREATED, DELETE, VERSION_OF
from .pages import Page, Stream


def root(stream: Stream, licence: str, titles: dict[str, str], *, latest_only: bool) -> list[ox.Quad]:
    """The entry point: how to read the stream, and a link to each page with the dates of its members.

    Args:
        stream: the stream.
        licence: of the data.
        titles: of the publication, by language.
        latest_only: whether pages are removed when each of their versions has a newer one.
    """
    view, events = _iris(stream)
    quads = [
        *about(
            events,
            (RDF + "type", LDES + "EventStream"),
            (TREE + "view", view),
            (LDES + "timestampPath", CREATED),
            (LDES + "versionOfPath", VERSION_OF),
            (LDES + "versionDeletePath", RDF + "type"),
            (LDES + "versionDeleteObject", DELETE),
            (DCT + "license", licence),
            *((DCT + "title", ox.Literal(text, language=tag)) for tag, text in titles.items()),
        ),
        statement(view, RDF + "type", TREE + "Node"),
    ]
    if latest_only:
        policy = f"{view}#retention"
        quads.append(statement(view, LDES + "retentionPolicy", policy))
        quads += about(policy, (RDF + "type", LDES + "RetentionPolicy"), (LDES + "versionAmount", integer(1)))
    return [*quads, *(quad for page in stream.pages for quad in _relations(stream, page))]


def node(stream: Stream, page: Page, content: bytes) -> list[ox.Quad]:
    """A page with its members, whose lines are `content`; a closed page is immutable."""
    iri, (_, events) = Addresses(stream.base).stream(page.number), _iris(stream)
    quads = [statement(iri, RDF + "type", TREE + "Node"), statement(events, RDF + "type", LDES + "EventStream")]
    quads += about(events, *((TREE + "member", f"{iri}#{number}") for number in range(1, page.members + 1)))
    if stream.closed(page):
        quads.append(statement(iri, LDES + "immutable", boolean(True)))
    return [*quads, *ox.parse(content, format=ox.RdfFormat.N_QUADS)]


def _relations(stream: Stream, page: Page) -> Iterator[ox.Quad]:
    """The date of the first member of a page and, once the page is closed, of the last."""
    view, _ = _iris(stream)
    bounds = [("from", "GreaterThanOrEqualToRelation", page.first)]
    bounds += [("to", "LessThanOrEqualToRelation", page.last)] if stream.closed(page) else []
    for name, kind, bound in bounds:
        relation = f"{view}#{name}-{page.number}"
        yield statement(view, TREE + "relation", relation)
        yield from about(
            relation,
            (RDF + "type", TREE + kind),
            (TREE + "node", Addresses(stream.base).stream(page.number)),
            (TREE + "path", CREATED),
            (TREE + "value", date(bound)),
        )


def _iris(stream: Stream) -> tuple[str, str]:
    """The root node, which is the view of the stream, and the stream itself."""
    view = Addresses(stream.base).stream()
    return view, f"{view}#events"
