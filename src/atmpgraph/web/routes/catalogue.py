"""The catalogue for portals: one document in every format, or pages (`[limits] catalogue_page_datasets`)."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

import pyoxigraph as ox
from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from ...catalogue.paging import page, pages
from ...formats import CITATIONS, LINK_SET, Format, by_suffix
from ...http.links import Link
from ...http.problem import Problem, ProblemError
from ...profiles.registry import MODEL
from ...release.release import Release
from ...vocab import DCAT, DCT
from ..core.citation import asked_citation, send_citation, work
from ..core.context import release, settings
from ..core.description import Description
from ..core.i18n import understood
from ..core.labels import Name
from ..core.representations import send_representation
from ..pages.document import name_all

blueprint = Blueprint("catalogue", __name__)
_ENTRIES = f"""
SELECT ?entry ?service ?modified ?file ?url ?format ?size {{
  {{ <id/catalogue> <{DCAT}dataset> ?entry }}
  UNION {{ <id/catalogue> <{DCAT}service> ?entry BIND(true AS ?service) }}
  OPTIONAL {{ ?entry <{DCT}modified> ?modified }}
  OPTIONAL {{ ?entry <{DCAT}endpointURL> ?url }}
  OPTIONAL {{
    ?entry <{DCAT}distribution> ?file .
    ?file <{DCAT}downloadURL> ?url ; <{DCT}format> ?format ; <{DCAT}byteSize> ?size
  }}
}} ORDER BY ?entry ?file"""
_ABOUT = f"""
SELECT ?entry ?text {{
  <id/catalogue> <{DCAT}dataset>|<{DCAT}service> ?entry . ?entry <{DCT}description> ?text
}} ORDER BY ?entry ?text"""
_SOURCE = "id/dataset/graph-"  # the start of the datasets that are each what one source states


@dataclass(frozen=True)
class Entry:
    """A dataset or service on the page.

    Attributes:
        iri: of the thing.
        part: of the page: `datasets`, `services`, or `sources` for a dataset that is what one source states.
        modified: the day of the last change.
        about: its descriptions.
        files: address, format and size in bytes of each; of a service, its address alone.
    """

    iri: str
    part: str
    modified: str
    about: list[ox.Literal] = field(default_factory=list)
    files: list[tuple[str, str, int]] = field(default_factory=list)


@blueprint.get("/catalogue")
def catalogue() -> Response:
    """The catalogue in the format asked for, or its citation."""
    return _send(None)


@blueprint.get("/catalogue.<suffix>")
def fixed(suffix: str) -> Response:
    """The catalogue in a fixed format, or its citation."""
    fmt = by_suffix(suffix, (*MODEL.formats, LINK_SET, *CITATIONS))
    if fmt is None:
        raise _not_found()
    return _send(fmt)


def described_catalogue(document: str) -> Description:
    """The whole catalogue, as what a document says.

    Raises:
        ProblemError: 404 the release has none.
    """
    topic, opened = f"{settings().base}id/catalogue", release()
    if not opened.in_catalogue(topic):
        raise _not_found()
    return Description(topic, document, _stated(opened), {}, embedded=[])


@lru_cache(maxsize=1)
def _stated(opened: Release) -> list[ox.Quad]:
    """What the catalogue states, read once: harvesters come for it in every format and page."""
    return opened.graph("catalogue")


def _send(fmt: Format | None) -> Response:
    base = settings().base
    topic = f"{base}id/catalogue"
    if cited := asked_citation(fmt):
        return send_citation(topic, cited)

    def page_of(_: Description, blocks: list[Markup], links: list[Link]) -> str:
        view, whole = _view(), work(release(), topic)
        return render_template("catalogue.html", data_blocks=blocks, links=links, cited=whole, **view)

    found, size = described_catalogue(f"{base}catalogue"), settings().limits.catalogue_page_datasets
    count = pages(found.quads, size)
    number = _number(count)
    if count:
        found = replace(found, quads=page(found.quads, number, size, base))
    response = send_representation(found, fmt, page_of)
    place = response.headers.get("Content-Location")
    if place and number > 1:
        response.headers["Content-Location"] = f"{place}{'&' if '?' in place else '?'}page={number}"
    return response


def _number(count: int) -> int:
    """The page asked for; the first where none is.

    Raises:
        ProblemError: 404 there is no such page.
    """
    asked = request.args.get("page", "1")
    if not asked.isdecimal() or len(asked) > 9 or not 1 <= int(asked) <= max(count, 1):
        raise _not_found()
    if int(asked) > 1:
        understood(page=str(int(asked)))
    return int(asked)


def _view() -> dict[str, object]:
    """What the page shows."""
    entries: dict[str, Entry] = {}
    for row in release().catalogue_store.select(_ENTRIES):
        iri = row["entry"].value
        part = "services" if row["service"] else "sources" if iri.startswith(settings().base + _SOURCE) else "datasets"
        entry = entries.setdefault(iri, Entry(iri, part, row["modified"].value[:10] if row["modified"] else ""))
        if row["url"]:
            size = int(row["size"].value) if row["size"] else 0
            entry.files.append((row["url"].value, row["format"].value if row["format"] else "", size))
    for row in release().catalogue_store.select(_ABOUT):
        entries[row["entry"].value].about.append(row["text"])
    names: dict[str, Name] = name_all({*entries, *(f for e in entries.values() for _, f, _ in e.files if f)})
    largest = sorted(entries.values(), key=lambda entry: -len(entry.files))
    parts = {part: [entry for entry in largest if entry.part == part] for part in ("datasets", "services", "sources")}
    return {"parts": parts, "names": names, "score": release().manifest.score}


def _not_found() -> ProblemError:
    return ProblemError(Problem(404, "The current release describes nothing under this address."))
