"""Things and the documents about them: `/id/`, `/doc/`, `/ns/`, `/auth/`, and the tables that they come from."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import quote, urlencode

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ...addresses import iri_to_path
from ...formats import CITATIONS, CSV, DATACITE, JSON_LD, LINK_SET
from ...http.links import Link, link_field
from ...http.memento import accept_datetime
from ...http.problem import Problem, ProblemError
from ...i18n import message
from ...profiles.registry import MODEL
from ...rdf.jsonld_context import Context as JsonLdContext
from ...release.thing_state import State, may_end, state_of, undescribed
from ...vocab import OWL, SKOS, prefixes
from ..core.citation import requested_citation, respond_with_citation, work
from ..core.context import Context
from ..core.description import ROWS, Description, describe, example_thing, resolve_iri
from ..core.i18n import note_arguments
from ..core.mementos import MEMENTO_FORMATS, DocumentStates, original
from ..core.representations import represent
from ..core.resource import Navigation, Resource, query_parameter
from ..core.response import Cache, Version, vary
from ..pages.document import document_page
from ..pages.linking import Lookup
from ..pages.vocabulary import vocabulary_page

_VERSION: Final = re.compile(r"[0-9a-f]{16}")
_MISSING: Final = message("The current release describes nothing under this address.")
_QUERY: Final = "!$%&'()*+,/:;=?@~"  # what a query may hold unencoded (RFC 3986 §3.4)
_SUFFIXES: Final = (*MODEL.formats, LINK_SET, DATACITE, *CITATIONS)
_EXAMPLE: Final = "Thu, 01 Jan 2026 00:00:00 GMT"
_ACCEPT_DATETIME: Final = {
    "name": "Accept-Datetime",
    "in": "header",
    "description": "A date of HTTP: leads to the state of that day (RFC 7089).",
    "schema": {"type": "string"},
    "example": _EXAMPLE,
}
_PAGE: Final = query_parameter("page", "Number of the page, where a property or a code list is long.", example="1")
_INCOMING: Final = query_parameter(
    "incoming", "Number of the page of the links to the thing, on its page for people.", example="1"
)
_ROWS: Final = query_parameter(ROWS, "Number of the page of the tables on its page for people.", example="1")
Loaded: TypeAlias = "Description | AnyResponse | None"


def _thing(context: Context, kind: str, path: str, space: str) -> str | AnyResponse | None:
    """The IRI of a path; a redirection if the thing was renamed; None if nothing was ever described under it.

    Args:
        context: of the request.
        kind: the first segment of the IRI's path.
        path: the rest, decoded.
        space: the first segment of the URL's path.

    Raises:
        ProblemError: 410 only an earlier release described it.
    """
    if iri := resolve_iri(context, kind, path):
        thing = state_of(context.release, iri)
    else:
        thing = undescribed(context.release, context.iris.page(f"{kind}/{path}"))
    if thing.state is State.RENAMED:
        return redirect(_url(context, thing.successors[0], kind, space), 308)
    if thing.state is State.GONE:
        raise _gone(thing.successors)
    return iri if thing.state is State.DESCRIBED else None


def _may_end(context: Context, ending: str) -> bool:
    """Whether the name of a thing may end so. To look for a thing with the whole name takes a tenth of a document."""
    return may_end(context.release.path.parent, ending)


def _gone(successors: tuple[str, ...]) -> ProblemError:
    """410, with the successors of the thing (RFC 9110 §15.5.11)."""
    detail = "An earlier release described this resource; the current one does not."
    links = ", ".join(f'<{iri}>; rel="successor-version"' for iri in successors)
    extra = {"isReplacedBy": list(successors)} if successors else {}
    return ProblemError(Problem(410, detail, extra=extra, headers={"Link": links} if links else {}))


def _url(context: Context, iri: str, kind: str, space: str) -> str:
    """The URL of an IRI under `kind` in a space (`id`, `doc`), with the suffix and the query of the request."""
    path = iri_to_path(context.iris.page(f"{kind}/"), context.iris.served(iri)) or ""
    place = "catalogue" if space == "doc" and _is_elsewhere(context, iri) else f"{space}/{path}"
    suffix = f".{context.fixed.suffix}" if context.fixed else ""
    query = f"?{quote(request.query_string, safe=_QUERY)}" if request.query_string else ""
    return context.urls.page(f"{place}{suffix}{query}")


def _is_elsewhere(context: Context, iri: str) -> bool:
    """Whether a thing is the catalogue, which is a document with its datasets; as DataCite it is one of the others."""
    return iri == context.iris.catalogue and context.fixed is not DATACITE


def _load_thing(context: Context, path: str) -> str | AnyResponse | None:
    return _thing(context, "id", path, "id") or _identified(context, path)


def _identified(context: Context, kind: str) -> AnyResponse | None:
    """The way to the things of a kind that have the identifiers of the URL: `/id/organisation?ror=…`."""
    lookup = Lookup(context, kind)
    if "/" in kind or not lookup.given:
        return None
    note_arguments(**lookup.given)
    things = lookup.things(lookup.given)
    if len(things) == 1 and not lookup.strange:
        return redirect(lookup.location(things[0]), 303)
    strange = {name: request.args[name] for name in lookup.strange}  # which the look-up names
    return redirect(context.urls.page(f"lookup?{urlencode({**lookup.given, **strange, 'kind': kind})}"), 307)


def _see_other(context: Context, iri: str) -> AnyResponse:
    """A thing cannot be sent; its document can, in the same fixed format (httpRange-14)."""
    return redirect(_url(context, iri, "id", "doc"), 303)


def _load_document(context: Context, path: str) -> Loaded:
    return _state_at(context, path) or _moved(context, path) or _describe(context, "id", path, "doc")


def _moved(context: Context, path: str) -> AnyResponse | None:
    """The way to the catalogue itself."""
    iri = context.iris.page(f"id/{path}")
    return redirect(_url(context, iri, "id", "doc"), 308) if _is_elsewhere(context, iri) else None


def _loader(kind: str) -> Callable[..., Loaded]:
    """For what is its own document."""
    return lambda context, path: _describe(context, kind, path, kind)


def _describe(context: Context, kind: str, path: str, space: str) -> Loaded:
    iri = _thing(context, kind, path, space)
    return describe(context, iri, context.iris.document(iri)) if isinstance(iri, str) else iri


def _state_at(context: Context, path: str) -> AnyResponse | None:
    """The way to the state at the date in Accept-Datetime (RFC 7089 §4.1, pattern 1.1), if there is one.

    Raises:
        ProblemError: 400 it is no such date.
    """
    field = request.headers.get("Accept-Datetime")
    if field is None:
        return None
    vary("Accept-Datetime")
    date = accept_datetime(field)
    if date is None:
        detail = "Accept-Datetime must be an HTTP date, such as {example}."
        raise ProblemError(Problem(400, detail, values={"example": _EXAMPLE}))
    possible = context.fixed is None or context.fixed in MEMENTO_FORMATS
    state = DocumentStates(context, path).at(date) if possible else None
    if state is None:
        return None
    query = request.query_string.decode("latin-1")
    response = redirect(state.memento(context.urls).url + (f"?{query}" if query else ""), 302)
    response.headers["Link"] = link_field(state.original(context.urls).links())
    return response


def _respond_with_timegate(context: Context, described: Description) -> Response:
    """A document with earlier states: its URL is its own TimeGate."""
    vary("Accept-Datetime")
    path = iri_to_path(context.iris.things, described.topic) or ""
    return _respond(context, described, original(context.urls, path).links())


def _respond(context: Context, described: Description, links: Sequence[Link] = ()) -> Response:
    """The description of a thing in the profile and format that the client wants, or its citation."""
    url = context.urls.page(iri_to_path(context.base, described.document) or "")
    beside = described.paging.links(url) if described.paging else []
    if fmt := requested_citation(context):
        return respond_with_citation(context, described.topic, fmt)
    template, page = ("vocabulary.html", vocabulary_page) if described.parts else ("document.html", document_page)
    return represent(
        context,
        described,
        lambda _, blocks, heads: render_template(
            template,
            page=page(context, described),
            cited=work(context, context.release, described.topic),
            data_blocks=blocks,
            links=heads,
        ),
        links=[*links, *beside],
    )


def _context_document(context: Context, _: object) -> str:
    document = {"@context": _json_ld_context(context).document()}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _json_ld_context(context: Context) -> JsonLdContext:
    return JsonLdContext(prefixes(context.base))


def _load_context(context: Context, version: str) -> str | AnyResponse | None:
    """A version of the context; the way to the one of today, which reads all that earlier ones do, from another."""
    if not _VERSION.fullmatch(version):
        return None
    if version != _json_ld_context(context).version:
        return redirect(context.urls.page("ns/context.jsonld"), 307)
    return version


def _versioned(context: Context, _: object) -> Mapping[str, str]:
    """The link from the context of today to its version, which never changes."""
    url = context.urls.page(f"ns/context/{_json_ld_context(context).version}.jsonld")
    return {"Link": link_field([Link(url, "latest-version", {"type": JSON_LD.media_type})])}


def _load_table(context: Context, name: str) -> Path | None:
    file = context.release.table(f"{name}.csv")
    return context.release.whole(file) if file else None


def _example_of(kind: str, concept: str) -> Callable[[Context], Mapping[str, str]]:
    """The first of the publication's own ontologies or code lists."""

    def example(context: Context) -> Mapping[str, str]:
        start = context.iris.page(f"{kind}/")
        rows = context.release.store.select(f"SELECT DISTINCT ?iri {{ ?iri a <{concept}> }} ORDER BY ?iri")
        iris = (context.iris.served(row["iri"].value) for row in rows)
        return next(({"path": iri_to_path(start, iri) or ""} for iri in iris if iri.startswith(start)), {})

    return example


def _example_table(context: Context) -> Mapping[str, str]:
    return {"name": min((file.stem for file in context.release.folder.tables.glob("*.csv")), default="")}


RESOURCES = (
    Resource(
        endpoint="documents.thing",
        path="/id/<path:path>",
        summary="A thing: redirects to its document, in the same fixed format (httpRange-14).",
        load=_load_thing,
        missing=_MISSING,
        handler=_see_other,
        suffixes=_SUFFIXES,
        may_end=_may_end,
        examples=example_thing,
    ),
    Resource(
        endpoint="documents.document",
        path="/doc/<path:path>",
        summary="The document about a thing; with Accept-Datetime, redirects to its state at that date.",
        load=_load_document,
        missing=_MISSING,
        handler=_respond_with_timegate,
        formats=MODEL.formats,
        suffixes=_SUFFIXES,
        may_end=_may_end,
        parameters=(
            _ACCEPT_DATETIME,
            _PAGE,
            _INCOMING,
            _ROWS,
        ),
        examples=example_thing,
    ),
    Resource(
        endpoint="documents.vocabulary",
        path="/ns/<path:path>",
        summary="An ontology, which is a document itself.",
        load=_loader("ns"),
        missing=_MISSING,
        handler=_respond,
        formats=MODEL.formats,
        suffixes=_SUFFIXES,
        navigation=Navigation("foot", 5, message("Ontology"), {"path": "atmpgraph"}),
        parameters=(_PAGE, _INCOMING),
        examples=_example_of("ns", f"{OWL}Ontology"),
    ),
    Resource(
        endpoint="documents.code_list",
        path="/auth/<path:path>",
        summary="A code list or a code, which is a document itself.",
        load=_loader("auth"),
        missing=_MISSING,
        handler=_respond,
        formats=MODEL.formats,
        suffixes=_SUFFIXES,
        parameters=(_PAGE, _INCOMING),
        examples=_example_of("auth", f"{SKOS}ConceptScheme"),
    ),
    Resource(
        endpoint="documents.context",
        path="/ns/context.jsonld",
        summary="The context of the JSON-LD of this service (JSON-LD 1.1 §3.1).",
        makers={JSON_LD: _context_document},
        fields=_versioned,
    ),
    Resource(
        endpoint="documents.context_version",
        path="/ns/context/<version>.jsonld",
        summary="A version of the context, which never changes; for documents that name their context.",
        load=_load_context,
        missing=message("There is no such version of the context; /ns/context.jsonld is that of today."),
        makers={JSON_LD: _context_document},
        version=lambda _, version, __: Version((version,)),
        cache=Cache.IMMUTABLE,
        examples=lambda context: {"version": _json_ld_context(context).version},
    ),
    Resource(
        endpoint="documents.table",
        path="/doc/table/<name>.csv",
        summary="A table of the release as it was written; `dct:source` points to its rows (RFC 7111).",
        load=_load_table,
        missing=_MISSING,
        makers={CSV: lambda _, file: file.read_bytes()},
        examples=_example_table,
    ),
)
