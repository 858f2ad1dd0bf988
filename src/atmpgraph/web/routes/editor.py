"""What the editor of queries needs: terms to complete, questions to choose, the words and formats of its page."""

import json
from typing import Any, Final

import pyoxigraph as ox
from flask import Blueprint, Response, request, url_for

from ... import __version__
from ...formats import DOCUMENTS, HTML, JSON, RESULTS, Format
from ...http.problem import Problem, ProblemError
from ...i18n import texts
from ...release.release import Release
from ...settings import LANGUAGES
from ...sparql.library import read_library
from ...vocab import UNIT, VOID, prefixes
from ..core.context import created, publication, release, settings
from ..core.files import static_url
from ..core.i18n import asked_language, fallback, link, page_language, page_texts
from ..core.labels import names
from ..core.response import negotiate, send
from ..core.terms import terms as terms_of
from ..pages.editor_texts import editor_texts

blueprint = Blueprint("editor", __name__)

# The catalogue has counted them (VoID §4.4). A release of before it had is read as a whole, however large.
_TERMS: Final = {kind: f"SELECT DISTINCT ?term {{ [] <{VOID}{kind}> ?term }}" for kind in ("class", "property")}
_ALL_TERMS: Final = {
    "class": "SELECT DISTINCT ?term { [] a ?term }",
    "property": "SELECT DISTINCT ?term { [] ?term [] }",
}


@blueprint.get("/terms/<digest>.json")
def terms(digest: str) -> Response:
    """The classes, properties and graphs of a release with their labels, to be completed while one types."""
    found = publication().open(digest)
    if found is None:
        raise ProblemError(Problem(404, "There is no such release."))
    return send(
        negotiate((JSON,), JSON), lambda: _terms(found), salt=f"{digest} {__version__}", immutable=created(found)
    )


def _terms(found: Release) -> str:
    store, listed = found.store, {}
    for kind, iris in {**_used(found), "graph": sorted(found.manifest.graphs)}.items():
        labels = {tag: names(store, iris, (tag,)) for tag in LANGUAGES}
        listed[kind] = [{"iri": iri, "labels": {tag: labels[tag][iri].text for tag in LANGUAGES}} for iri in iris]
    return json.dumps(listed, ensure_ascii=False, separators=(",", ":"))


def _used(found: Release) -> dict[str, list[str]]:
    """The classes and the properties that a release uses."""
    counted = found.in_catalogue(f"{found.base}id/catalogue")
    store, queries = (found.catalogue_store, _TERMS) if counted else (found.store, _ALL_TERMS)
    terms = {kind: [row["term"] for row in store.select(query)] for kind, query in queries.items()}
    return {kind: sorted(t.value for t in used if isinstance(t, ox.NamedNode)) for kind, used in terms.items()}


def _questions() -> list[dict[str, str]]:
    """The questions of the library in the reader's language."""
    found = []
    for query in read_library(settings().path(settings().folders.queries)).values():
        title, language = query.text("title", fallback())
        page = link("queries.question", name=query.name)
        text = link("queries.question", name=f"{query.name}.rq", lang=page_language())
        found.append({"title": title, "language": language, "page": page, "text": text})
    return found


def _page_data(**of_page: Any) -> dict[str, Any]:  # noqa: ANN401 - what JSON may hold
    """What the scripts of a page know: prefixes, where our things are, words and formats; and what the page adds."""
    labels = terms_of(page_language())
    return {
        "base": settings().base,
        "root": f"{request.script_root}/",
        "prefixes": prefixes(settings().base),
        "units": {iri: label for iri, label in labels.items() if iri.startswith(UNIT)},
        "terms": url_for("editor.terms", digest=release().digest),
        "lang": page_language(),
        "asked": asked_language(),
        "formats": {"results": _formats(RESULTS), "graph": _formats(DOCUMENTS)},
        "tabs": [str(editor_texts(texts(language))["tab"]) for language in LANGUAGES],
        "t": editor_texts(page_texts()),
        **of_page,
    }


def _formats(offered: tuple[Format, ...]) -> list[dict[str, str]]:
    return [{"name": f.name, "suffix": f.suffix, "media_type": f.media_type} for f in offered if f is not HTML]


@blueprint.app_context_processor
def _context() -> dict[str, Any]:
    return {"questions": _questions, "page_data": _page_data, "static_url": static_url}
