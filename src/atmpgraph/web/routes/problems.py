"""The kinds of problems: what each means, and what to do about it (RFC 9457 §3.1.1)."""

from collections.abc import Mapping
from typing import Final

import pyoxigraph as ox
from flask import render_template

from ...formats import DOCUMENTS, HTML, Format
from ...http.problem import KINDS, type_iri
from ...i18n import SOURCE, message, texts
from ...rdf.statements import about
from ...vocab import RDF, SKOS
from ..core.context import Context
from ..core.problem_texts import EXPLANATIONS, HEADING
from ..core.resource import Maker, Resource, Sitemap, rdf

Statuses = list[int]


def _load(_: Context, name: str) -> Statuses | None:
    return [status for status, kind in KINDS.items() if kind == name] or None


def _page(context: Context, statuses: Statuses) -> str:
    translate = texts(context.language).gettext
    kinds = [(status, KINDS[status], *map(translate, EXPLANATIONS[KINDS[status]])) for status in statuses]
    return render_template("problems.html", kinds=kinds, heading=translate(HEADING))


def _quads(context: Context, statuses: Statuses) -> list[ox.Quad]:
    """The kinds as concepts, with their explanation in every language."""
    quads: list[ox.Quad] = []
    for status in statuses:
        kind = type_iri(status, context.base)
        quads += about(kind, (RDF + "type", SKOS + "Concept"), (SKOS + "notation", ox.Literal(str(status))))
        for language in dict.fromkeys((SOURCE, *context.settings.languages)):
            explained = map(texts(language).gettext, EXPLANATIONS[KINDS[status]])
            title, text = (ox.Literal(sentence, language=language) for sentence in explained)
            quads += about(kind, (SKOS + "prefLabel", title), (SKOS + "definition", text))
    return quads


_MAKERS: Final[Mapping[Format, Maker[Statuses]]] = {**rdf(_quads), HTML: _page}

RESOURCES = (
    Resource(
        endpoint="problems.kinds",
        path="/problems/",
        summary="The kinds of problems.",
        load=lambda _: sorted(KINDS),
        makers=_MAKERS,
        sitemap=Sitemap(dated=False),
    ),
    Resource(
        endpoint="problems.kind",
        path="/problems/<name>",
        summary="A kind of problem, named by the `type` of a problem: what it means and what to do about it.",
        load=_load,
        missing=message("There is no such kind of problem."),
        makers=_MAKERS,
        suffixes=DOCUMENTS,
        sitemap=Sitemap(lambda _: [{"name": name} for name in KINDS.values()], dated=False),
        examples=lambda _: {"name": KINDS[404]},
    ),
)
