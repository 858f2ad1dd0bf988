"""Where crawlers, portals and API clients look first: `/.well-known/`, the sitemap, `robots.txt`."""

from collections.abc import Iterable

from flask import Blueprint, Response, request

from ...catalogue.discovery import api_catalog, documents, robots, sitemap
from ...formats import GRAPHS, LINK_SET, N_QUADS, TEXT, TRIG, Format
from ...http.links import Link, link_field
from ...http.problem import KINDS, Problem, ProblemError
from ...rdf.serialize import serialize
from ...release.thing_dates import thing_dates
from ...sparql.library import read_library
from ...vocab import DCAT, DCT, FOAF, prefixes
from ..core.context import release, settings
from ..core.response import negotiate, send

blueprint = Blueprint("discovery", __name__)
_XML = Format("XML", "xml", "application/xml", "text")
# The pages of a release that are about no single thing.
_PAGES = ("", "catalogue", "data", "ns/shapes", "quality", "queries/", "releases/", "sparql", "stream")
# A page shows all that is said of its thing, of which the record keeps the date; that of a dataset is of its bytes.
_DATED = f"""
SELECT ?thing ?date {{
  {{ ?record <{FOAF}primaryTopic> ?thing }} UNION {{ ?record a <{DCAT}Catalog> BIND(?record AS ?thing) }}
  ?record <{DCT}modified> ?date
}}"""


@blueprint.get("/.well-known/void")
def void() -> Response:
    """What the graph holds, in numbers (VoID §7.2, RFC 8615)."""
    name, chosen = ".well-known/void", negotiate((*GRAPHS, TRIG, N_QUADS))
    return send(chosen, lambda: serialize(release().graph(name), chosen[0], prefixes(settings().base)))


@blueprint.get("/.well-known/api-catalog")
def api() -> Response:
    """The interfaces for programs (RFC 9727)."""
    base = settings().base
    response = send(negotiate((LINK_SET,), LINK_SET), lambda: api_catalog(base))
    response.headers["Link"] = link_field([Link(f"{base}.well-known/api-catalog", "api-catalog")])
    return response


@blueprint.get("/robots.txt")
def robots_txt() -> Response:
    """What crawlers may read (RFC 9309)."""
    root = f"{request.script_root}/"
    return send(negotiate((TEXT,), TEXT), lambda: robots(settings().base, root), salt=root)


@blueprint.get("/sitemap.xml")
def sitemap_xml() -> Response:
    """The pages, each with the day it last changed (sitemaps.org); an index of parts when there are many."""
    part = request.args.get("part")
    if part is not None and (not part.isdecimal() or len(part) > 9):
        raise _no_part()
    questions = list(read_library(settings().path(settings().folders.queries)))
    number = int(part) if part else None
    salt = "\n".join((str(number), *questions))
    return send(negotiate((_XML,), _XML), lambda: _sitemap(number, questions), salt=salt)


def _sitemap(part: int | None, questions: Iterable[str]) -> str:
    base, opened = settings().base, release()
    dates = dict(thing_dates(opened.description))
    for row in opened.catalogue_store.select(_DATED):
        thing, date = row["thing"].value, row["date"].value
        dates[thing] = max(date, dates.get(thing, date))
    newest = max(dates.values(), default=opened.manifest.created)
    addresses = [
        *((base + page, newest) for page in (*_PAGES, *(f"queries/{name}" for name in questions))),
        *documents(dates.items(), base),
        *((f"{base}problems/{name}", "") for name in ("", *KINDS.values())),  # of the software: no release dates them
    ]
    text = sitemap(addresses, f"{base}sitemap.xml", part)
    if text is None:
        raise _no_part()
    return text


def _no_part() -> ProblemError:
    return ProblemError(Problem(404, "The current release describes nothing under this address."))
