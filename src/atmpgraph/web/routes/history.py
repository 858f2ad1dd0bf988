"""The history of a thing: what each release changed of it, as a page and as a feed (Atom, RFC 4287)."""

from dataclasses import replace

from flask import render_template

from ...addresses import iri_to_path
from ...formats import HTML
from ...http.links import Link, link_field
from ...i18n import message, texts
from ..core.context import Context
from ..core.description import example_thing, resolve_iri
from ..core.labels import page_names
from ..core.mementos import DocumentStates
from ..core.resource import Resource, query_parameter
from ..core.response import Version
from ..core.thing_history import ThingHistory, thing_history
from ..core.words import WORDS
from ..pages.history import figure_names, readings
from .feed import ATOM


def _load(context: Context, path: str) -> ThingHistory | None:
    iri = resolve_iri(context, "id", path, start="history/")
    if iri is None:  # an earlier release may have had it
        state = next(iter(DocumentStates(replace(context, fixed=None), path)), None)
        iri = state.iri if state else None
    return thing_history(context, iri) if iri else None


def _page(context: Context, history: ThingHistory) -> str:
    names = page_names(context, {history.iri, *figure_names(history)})
    path = iri_to_path(context.iris.things, history.iri)
    return render_template("history.html", history=history, names=names, readings=readings(history, names), path=path)


def _feed(context: Context, history: ThingHistory) -> str:
    language = context.requested_language or context.settings.languages[0]
    context = replace(context, language=language)
    return render_template(
        "thing_feed.xml",
        history=history,
        name=page_names(context, {history.iri})[history.iri].text,
        title=context.settings.title.best((language, *context.settings.languages)),
        language=language,
        words=texts(language),
        codes=WORDS,
        iris=context.iris,
        path=iri_to_path(context.iris.things, history.iri),
        updated=history.changes[0].switch.date if history.changes else context.publication.history()[-1].date,
        licence=context.settings.licence,
    )


def _fields(context: Context, history: ThingHistory) -> dict[str, str]:
    path = iri_to_path(context.iris.things, history.iri)
    links = history.paging.links(context.urls.page(f"history/{path}"))
    return {"Link": link_field([Link(context.settings.licence, "license"), *links])}


RESOURCES = (
    Resource(
        endpoint="history.thing",
        path="/history/<path:path>",
        summary="What each release changed of a thing, the newest first; also as a feed (Atom, RFC 4287).",
        load=_load,
        missing=message("No release describes this resource."),
        makers={HTML: _page, ATOM: _feed},
        suffixes=(ATOM,),
        version=lambda _, history, __: Version((str([(c.switch, c.counts) for c in history.changes]),)),
        fields=_fields,
        parameters=(query_parameter("page", "Number of the page, where the releases have pages.", example="1"),),
        examples=example_thing,
    ),
)
