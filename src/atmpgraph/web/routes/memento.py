"""Documents as they were: the states in earlier releases, and the list of them (RFC 7089)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import pyoxigraph as ox
from flask import render_template

from ... import __version__
from ...formats import CITATIONS, HTML, JSON, STATEMENTS, Format, split_suffix
from ...http.links import Link, link_field
from ...http.memento import LINK_FORMAT, Memento, memento_links, timemap, timemap_json
from ...i18n import message
from ...rdf.statement_table import table
from ..core.citation import citation, work
from ..core.context import Context, created
from ..core.description import Description, describe, example_thing
from ..core.mementos import MEMENTO_FORMATS, DocumentState, DocumentStates
from ..core.resource import Maker, Resource, rdf
from ..core.response import Cache, Version
from ..pages.document import document_page

_LIST: Final = Format("Link format", "link", LINK_FORMAT, "text")


@dataclass(frozen=True)
class ShownState:
    """A state of a document, with its neighbours: `states[at]` is the one that is shown."""

    described: Description
    states: list[DocumentState]
    at: int

    @property
    def state(self) -> DocumentState:
        """The state that is shown."""
        return self.states[self.at]


def _load(context: Context, path: str) -> ShownState | None:
    around = DocumentStates(context, path).around(context.release.digest)
    if around is None:
        return None
    states, at = around
    described = describe(context, states[at].iri, context.iris.document(states[at].iri))
    return ShownState(described, states, at) if described else None


def _quads(context: Context, shown: ShownState) -> list[ox.Quad]:
    return shown.described.published(context.settings.licence)


def _page(context: Context, shown: ShownState) -> str:
    state, live = shown.state, _live(context, shown.state.switch.digest)
    past = {"digest": state.switch.digest, "live": live, "today": state.original(context.urls).url}
    cited = work(context, context.release, shown.described.topic)
    return render_template("document.html", page=document_page(context, shown.described), cited=cited, past=past)


def _live(context: Context, digest: str) -> list[tuple[str, str]]:
    """The periods in which a release was live, from and until; without end while it is."""
    switches = context.publication.history()
    ends = [switch.date for switch in switches[1:]] + [""]
    return [(switch.date, end) for switch, end in zip(switches, ends, strict=True) if switch.digest == digest]


def _citation(fmt: Format) -> Maker[ShownState]:
    return lambda context, shown: citation(work(context, context.release, shown.described.topic), fmt)


def _version(context: Context, shown: ShownState, fmt: Format) -> Version:
    state, release = shown.state, context.release
    live = str(_live(context, release.digest)) if fmt is HTML else ""
    parts = (state.iri, release.manifest_digest, context.base, context.settings.licence, __version__, live)
    return Version(parts, modified=max(state.switch.when, created(release)))  # the release may have been made twice


def _fields(context: Context, shown: ShownState) -> Mapping[str, str]:
    mementos = [state.memento(context.urls) for state in shown.states]
    links = memento_links(shown.state.original(context.urls), mementos, shown.at)
    licence = Link(context.settings.licence, "license")
    return {"Memento-Datetime": mementos[shown.at].date, "Link": link_field([*links, licence])}


def _load_states(context: Context, path: str) -> list[DocumentState] | None:
    """All states of a document, in the format that the path names by its suffix, if it does."""
    for stem, fmt in ((path, None), split_suffix(path, MEMENTO_FORMATS)):
        if states := list(DocumentStates(replace(context, fixed=fmt), stem)):
            return states
    return None


def _mementos(context: Context, states: list[DocumentState]) -> list[Memento]:
    return [state.memento(context.iris) for state in states]


def _timemap(context: Context, states: list[DocumentState]) -> str:
    return timemap(states[0].original(context.iris), _mementos(context, states))


def _timemap_json(context: Context, states: list[DocumentState]) -> str:
    content = timemap_json(states[0].original(context.iris), _mementos(context, states))
    return json.dumps(content, ensure_ascii=False, indent=1)


def _states_page(context: Context, states: list[DocumentState]) -> str:
    listed = [(state.switch, state.memento(context.urls).url) for state in states]
    return render_template("states.html", states=listed, today=states[0].original(context.urls).url)


_MAKERS: Final[Mapping[Format, Maker[ShownState]]] = {
    **rdf(_quads),
    STATEMENTS: lambda context, shown: table(_quads(context, shown)),
    HTML: _page,
    **{fmt: _citation(fmt) for fmt in CITATIONS},
}

RESOURCES = (
    Resource(
        endpoint="memento.document",
        path="/releases/<digest>/doc/<path:path>",
        summary="The state of a document in a release, which never changes (RFC 7089).",
        load=_load,
        missing=message("This release describes nothing under this address."),
        makers=_MAKERS,
        suffixes=MEMENTO_FORMATS,
        version=_version,
        cache=Cache.IMMUTABLE,
        fields=_fields,
        links_stay=True,
        examples=example_thing,
    ),
    Resource(
        endpoint="memento.states",
        path="/timemap/doc/<path:path>",
        summary="The list of the states of a document (RFC 7089).",
        load=_load_states,
        missing=message("No release describes this resource."),
        makers={_LIST: _timemap, JSON: _timemap_json, HTML: _states_page},
        version=lambda context, states, _: Version((str(_mementos(context, states)),)),
        examples=example_thing,
    ),
)
