"""The links to registries, for them to take over: `/linksets/`, and each in pieces, however long it is."""

from collections.abc import Mapping
from typing import Final

import pyoxigraph as ox

from ...formats import BEACON, HTML, JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, STATEMENTS, TRIG, TURTLE, Format
from ...i18n import message
from ...linksets.forms import beacon_pieces, csv_pieces
from ...linksets.links import Linkset, links_of, linksets
from ...rdf.statements import statement
from ..core.context import Context
from ..core.resource import Maker, Navigation, Resource, Sitemap, query_parameter, rdf
from ..core.response import Body
from ..pages.linksets import linkset_page, linkset_paging, linksets_page

_MISSING: Final = message("There are no links to such a registry.")


def _load(context: Context) -> list[Linkset]:
    return linksets(context.release)


def _load_one(context: Context, registry: str) -> Linkset | None:
    listed = (each for whole in linksets(context.release) for each in (whole, *whole.parts))
    linkset = next((each for each in listed if each.code == registry), None)
    if linkset:
        linkset_paging(context, linkset)  # 404 for a page that does not exist
    return linkset


def _is_small(context: Context, linkset: Linkset) -> bool:
    """Whether all formats exist; a long linkset has those of lines alone, which stream."""
    return linkset.total <= context.settings.limits.graph_statements


def _offered(context: Context, linkset: Linkset) -> tuple[Format, ...]:
    return tuple(_MAKERS) if _is_small(context, linkset) else (*_LINES, HTML)


def _quads(context: Context, linkset: Linkset) -> list[ox.Quad]:
    return [statement(*link) for link in links_of(context.release, linkset)]


def _description(context: Context, listed: list[Linkset]) -> list[ox.Quad]:
    """What the catalogue says of the linksets; the whole is a document of its own."""
    return [
        ox.Quad(quad.subject, quad.predicate, quad.object)
        for linkset in listed
        for quad in context.release.quads(context.iris.linkset(linkset.registry.code))
    ]


def _triples(context: Context, linkset: Linkset) -> Body:
    return Body(links_of(context.release, linkset).triples())


def _csv(context: Context, linkset: Linkset) -> Body:
    return Body(csv_pieces(links_of(context.release, linkset)))


def _beacon(context: Context, linkset: Linkset) -> Body:
    home = context.iris.linkset_page(linkset.code)
    return Body(beacon_pieces(linkset, links_of(context.release, linkset), context.base, home))


# N-Triples are Turtle as they stand.
_LINES: Final[Mapping[Format, Maker[Linkset]]] = {
    TURTLE: _triples,
    N_TRIPLES: _triples,
    STATEMENTS: _csv,
    BEACON: _beacon,
}
_MAKERS: Final[Mapping[Format, Maker[Linkset]]] = {
    TURTLE: _triples,
    **rdf(_quads, (JSON_LD, RDF_XML)),
    N_TRIPLES: _triples,
    **rdf(_quads, (TRIG, N_QUADS)),
    **_LINES,
    HTML: linkset_page,
}
_ALL: Final[Mapping[Format, Maker[list[Linkset]]]] = {**rdf(_description), HTML: linksets_page}

RESOURCES = (
    Resource(
        endpoint="linksets.linksets",
        path="/linksets/",
        summary="The registries that we link to, and how many links there are (VoID §5).",
        load=_load,
        makers=_ALL,
        navigation=Navigation("foot", 4, message("Links to registries")),
        sitemap=Sitemap(),
    ),
    Resource(
        endpoint="linksets.linkset",
        path="/linksets/<registry>",
        summary="The links to one registry: as RDF, CSV and BEACON, for the registry to take over.",
        load=_load_one,
        missing=_MISSING,
        makers=_MAKERS,
        offered=_offered,
        suffixes=tuple(_MAKERS),
        sitemap=Sitemap(lambda context: [{"registry": each.registry.code} for each in linksets(context.release)]),
        parameters=(
            query_parameter("page", "Number of the page of the list for people, where it has pages.", example="1"),
        ),
        examples=lambda context: {"registry": next((each.registry.code for each in linksets(context.release)), "")},
    ),
)
