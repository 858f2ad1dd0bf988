"""Documents as they were: the way to the state of a past day, these states, and the list of them (RFC 7089)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from .. import __version__
from ..http.formats import CITATIONS, HTML, JSON, STATEMENTS, Format, split_suffix
from ..http.iris import candidates, iri_to_path
from ..http.links import Link, link_field
from ..http.memento import (
    LINK_FORMAT,
    Memento,
    Resource,
    accept_datetime,
    choose_memento,
    memento_links,
    timemap,
    timemap_json,
)
from ..http.problem import Problem, ProblemError
from ..http.profiles import MODEL
from ..http.serialize import serialize
from ..http.statements import table
from ..release.history import Switch
from ..release.opened import Release
from ..release.succession import State, fate
from ..vocab import prefixes
from .citation import work, written
from .current import current, known, release, settings
from .describe import Description, describe
from .pages import document_page
from .releases import opened
from .respond import negotiate, send, vary

blueprint = Blueprint("memento", __name__)
_LIST = Format("Link format", "link", LINK_FORMAT, "text")
_OFFERED = (*MODEL.formats, *CITATIONS)
_EXAMPLE = "Thu, 01 Jan 2026 00:00:00 GMT"


@dataclass(frozen=True)
class Past:
    """What a release said under a path.

    Attributes:
        switch: when the release first went live.
        iri: of the thing.
        fixed: the format of the path's suffix.
    """

    switch: Switch
    iri: str
    fixed: Format | None

    def name(self) -> str:
        """The path of the document in its space, encoded."""
        stem = iri_to_path(f"{settings().base}id/", self.iri) or ""
        return stem + (f".{self.fixed.suffix}" if self.fixed else "")

    def memento(self, root: str) -> Memento:
        """Where it stands, under `root`."""
        return Memento(self.switch.when, f"{root}releases/{self.switch.digest}/doc/{self.name()}")

    def resource(self, root: str) -> Resource:
        """What it is a state of: the document, whatever its format."""
        name = iri_to_path(f"{settings().base}id/", self.iri) or ""
        return Resource(f"{root}doc/{name}", f"{root}timemap/doc/{name}")


def links_of_today(iri: str) -> list[Link]:
    """The links of a document that leads to its past; notes that its URL heeds Accept-Datetime."""
    vary("Accept-Datetime")
    return Past(Switch("", ""), iri, None).resource(f"{request.script_root}/").links()


def asked_past(path: str) -> AnyResponse | None:
    """The way to the state of the day that Accept-Datetime names (§4.1, pattern 1.1); None when none is named or known.

    Raises:
        ProblemError: 400 it is no such date.
    """
    field = request.headers.get("Accept-Datetime")
    if field is None:
        return None
    vary("Accept-Datetime")
    asked = accept_datetime(field)
    if asked is None:
        detail = "Accept-Datetime must be a date of HTTP, such as {example}."
        raise ProblemError(Problem(400, detail, values={"example": _EXAMPLE}))
    past = list(_past(path))
    if not past:
        return None
    root = f"{request.script_root}/"
    mementos = [state.memento(root) for state in past]
    live = [switch for switch in current().history() if switch.when <= asked]  # a return to an older release counts
    exact = next((m for m, state in zip(mementos, past, strict=True) if _is_live(state, live)), None)
    query = request.query_string.decode("latin-1")
    response = redirect((exact or choose_memento(mementos, asked)).url + (f"?{query}" if query else ""), 302)
    response.headers["Link"] = link_field(past[0].resource(root).links())
    return response


def _is_live(state: Past, live: list[Switch]) -> bool:
    return bool(live) and live[-1].digest == state.switch.digest


def _past(path: str) -> Iterator[Past]:
    """What the releases that are kept say under a path, by when they first went live."""
    base, seen = settings().base, set()
    stems = [(stem, fmt, _iris(stem)) for stem, fmt in ((path, None), split_suffix(path, _OFFERED))]
    for switch in current().history():
        found = current().open(switch.digest) if switch.digest not in seen else None
        seen.add(switch.digest)
        if found and found.manifest["base"] == base:
            states = (Past(switch, iri, fmt) for _, fmt, iris in stems for iri in iris if _describes(found, iri))
            yield from islice(states, 1)


def _iris(stem: str) -> list[str]:
    """What a path may stand for: as the current release writes it, and as others may."""
    found = known("id", stem, start="doc/")
    return list(dict.fromkeys([*([found] if found else []), *candidates(settings().base, f"id/{stem}")]))


def _describes(release: Release, iri: str) -> bool:
    return bool(release.lines(iri)) and fate(release, iri).state is State.DESCRIBED


@blueprint.get("/releases/<digest>/doc/<path:path>")
def document(digest: str, path: str) -> Response:
    """A document as a release had it: it never changes."""
    found, past = opened(digest), list(_past(path))
    shown = next((at for at, state in enumerate(past) if state.switch.digest == digest), None)
    if shown is None:
        raise ProblemError(Problem(404, "This release describes nothing under this address."))
    state, root = past[shown], f"{request.script_root}/"
    mementos = [each.memento(root) for each in past]
    g.release, g.memento = found, digest
    base, licence = settings().base, settings().licence
    described = describe(found, state.iri, f"{base}doc/{state.iri.removeprefix(f'{base}id/')}")
    if described is None:
        raise ProblemError(Problem(404, "This release describes nothing under this address."))
    chosen, live = negotiate(_OFFERED, state.fixed), _live(digest)
    salt = "\n".join((state.iri, digest, base, licence, __version__, str(live) if chosen[0] is HTML else ""))
    response = send(chosen, lambda: _body(described, chosen[0], state, live), salt=salt, immutable=state.switch.when)
    response.headers["Memento-Datetime"] = mementos[shown].date
    links = [*memento_links(state.resource(root), mementos, shown), Link(licence, "license")]
    response.headers["Link"] = link_field(links)
    return response


def _body(described: Description, fmt: Format, state: Past, live: list[tuple[str, str]]) -> bytes | str:
    if fmt in CITATIONS:
        return written(work(release(), described.topic), fmt)
    quads = described.published(settings().licence)
    if fmt is HTML:
        past = {"digest": state.switch.digest, "live": live, "today": state.resource(f"{request.script_root}/").url}
        cited = work(release(), described.topic)
        return render_template("document.html", page=document_page(described), cited=cited, past=past)
    return table(quads) if fmt is STATEMENTS else serialize(quads, fmt, prefixes(settings().base))


def _live(digest: str) -> list[tuple[str, str]]:
    """From when until when a release was live, each time; without end when it is."""
    switches = current().history()
    ends = [switch.date for switch in switches[1:]] + [""]
    return [(switch.date, end) for switch, end in zip(switches, ends, strict=True) if switch.digest == digest]


@blueprint.get("/timemap/doc/<path:path>")
def states(path: str) -> Response:
    """The list of the states of a document that are kept."""
    past, base = list(_past(path)), settings().base
    if not past:
        raise ProblemError(Problem(404, "No release that is kept describes this."))
    chosen, resource = negotiate((_LIST, JSON)), past[0].resource(base)
    mementos = [state.memento(base) for state in past]

    def body() -> str:
        if chosen[0] is JSON:
            return json.dumps(timemap_json(resource, mementos), ensure_ascii=False, indent=1)
        return timemap(resource, mementos)

    return send(chosen, body, salt=str(mementos))
