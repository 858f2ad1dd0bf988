"""The pages of the links to registries: all registries, and the links to one, some at a time."""

from flask import render_template

from ...formats import BEACON, JSON_LD, N_TRIPLES, RDF_XML, STATEMENTS, TURTLE
from ...linksets.links import Linkset, links_of
from ..core.context import Context
from ..core.labels import page_names
from ..core.paging import Paging, paged

_LINES = (TURTLE, N_TRIPLES, STATEMENTS, BEACON)


def linkset_paging(context: Context, linkset: Linkset) -> Paging:
    """The page that the URL names."""
    return paged(linkset.total, context.settings.limits.list_page_graphs)


def linksets_page(context: Context, listed: list[Linkset]) -> str:
    """All registries, for people."""
    names = page_names(context, {each.registry.iri for each in listed})
    return render_template("linksets.html", linksets=listed, names=names, formats=_LINES)


def linkset_page(context: Context, linkset: Linkset) -> str:
    """The links to one registry, for people."""
    paging = linkset_paging(context, linkset)
    links = links_of(context.release, linkset).part(*paging.part)
    named = {linkset.registry.iri, *linkset.properties, *(link.subject for link in links)}
    formats = _LINES if linkset.total > context.settings.limits.graph_statements else (*_LINES, JSON_LD, RDF_XML)
    return render_template(
        "linkset.html",
        linkset=linkset,
        iri=context.iris.linkset(linkset.code),
        shown=links,
        paging=paging,
        names=page_names(context, named),
        formats=formats,
    )
