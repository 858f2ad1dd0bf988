"""Searching: the page of results, suggestions as one types, and what a missing address may have meant."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from urllib.parse import unquote, urlencode

from flask import Flask, render_template, request

from ...errors import ReleaseError
from ...search import Hit, Results, Searcher, searcher_of
from ...vocab import prefixes
from ..core.context import Context, publication
from ..core.i18n import href, page_language
from ..core.labels import Name, names_of, page_names, shortened
from ..core.paging import Paging

SUGGESTED: Final = 8
_MEANT: Final = 5  # things that a missing address may mean
_ALIKE: Final = 50.0  # of 100, how alike a name and a missing address must be
_LONGEST_ADDRESS: Final = 100  # characters of its last part that are searched
_NO_WORDS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class SearchPage:
    """What a search finds, as far as one page shows it.

    Attributes:
        text: that was searched; empty for the form alone.
        kind: the class of the things that are wanted; None for all.
        things: that are searched.
        results: None for the form alone.
        paging: of the hits.
    """

    text: str
    kind: str | None
    things: int
    results: Results | None
    paging: Paging


def search_page(context: Context, page: SearchPage) -> str:
    """The page for people: hits by their kind, each with the reason."""
    results = page.results
    hits = results.hits if results else ()
    kinds = results.kinds if results else {}
    names = page_names(context, {*(hit.iri for hit in hits), *filter(None, kinds)})
    order = list(dict.fromkeys(hit.kind for hit in hits))
    grouped = groupby(sorted(hits, key=lambda hit: order.index(hit.kind)), key=lambda hit: hit.kind)
    return render_template(
        "search.html",
        page=page,
        results=results,
        groups=[(kind, list(its)) for kind, its in grouped],
        names=names,
        reasons={hit.iri: hit.reason(context.languages) for hit in hits},
        kind_urls={kind: _kind_url(context, page.text, kind) for kind in (None, *kinds)},
    )


def search_json(context: Context, page: SearchPage) -> str:
    """The same for programs, in no language: names and reasons say theirs."""
    results = page.results
    place = _kind_url(context, page.text, page.kind, context.iris.page("search"))
    content = {
        "query": page.text,
        "kind": page.kind,
        "way": results.way.value if results and results.count else None,
        "count": results.count if results else 0,
        "kinds": [{"iri": kind, "count": count} for kind, count in results.kinds.items()] if results else [],
        "results": [_hit(context, hit) for hit in results.hits] if results else [],
        "page": page.paging.as_json(place),
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def _hit(context: Context, hit: Hit) -> dict[str, Any]:
    reason = hit.reason(context.settings.languages)
    named = [text for text in hit.texts if text.field == "name"] or list(hit.texts[:1])
    return {
        "iri": hit.iri,
        "document": context.iris.document(hit.iri),
        "kind": hit.kind,
        "score": round(hit.score, 2),
        "names": [{"text": name.text, "language": name.language} for name in named],
        "reason": {
            "field": reason.field,
            "language": reason.language,
            "parts": [{"text": text, "matches": matches} for text, matches in reason.parts],
        },
    }


def suggestions(context: Context, searcher: Searcher, text: str) -> str:
    """What a text may become, in the form of OpenSearch: the text, names, kinds and addresses."""
    languages = tuple(dict.fromkeys((context.requested_language or "", *context.settings.languages)))
    hits = searcher.search(text, limit=SUGGESTED).hits
    kinds = names_of(context.release.store, {hit.kind for hit in hits if hit.kind}, languages)
    names = [_short(hit.name(languages).text) for hit in hits]
    described = [kinds[hit.kind].text if hit.kind else "" for hit in hits]
    return json.dumps([text, names, described, [href(hit.iri) for hit in hits]], ensure_ascii=False)


def whole_kind(base: str, text: str) -> str:
    """The IRI of a class that a URL names, with a prefix or whole."""
    prefix, _, rest = text.partition(":")
    namespace = prefixes(base).get(prefix)
    return f"{namespace}{rest}" if namespace else text


def _kind_url(context: Context, text: str, kind: str | None, place: str = "") -> str:
    """Where the hits of one kind are; of all for None."""
    of_kind = {"kind": shortened(kind, context.base)} if kind else {}
    language = {"lang": context.requested_language} if context.requested_language and not place else {}
    return f"{place}?{urlencode({'q': text, **of_kind, **language}, errors='replace')}"


def _short(text: str, longest: int = 100) -> str:
    return text if len(text) <= longest else f"{text[:longest].rpartition(' ')[0] or text[:longest]}…"


def meant() -> Iterator[tuple[str, Name]]:
    """Address and name of the things that the missing address of this request may mean: its last part is searched.

    None where no name is like it: the words of a text that happen to be alike are no address that somebody meant.
    """
    last = unquote(request.path).rstrip("/").rpartition("/")[2][:_LONGEST_ADDRESS]
    with suppress(ReleaseError):
        if searcher := searcher_of(publication().release()):
            languages = (page_language(), *publication().settings.languages)
            text = _NO_WORDS.sub(" ", last)
            if not any(each.score >= _ALIKE for each in searcher.candidates(text, limit=1)):
                return
            for hit in searcher.search(text, limit=_MEANT).hits:
                name = hit.name(languages)
                yield href(hit.iri) or hit.iri, Name(_short(name.text), name.language)


def _given() -> dict[str, Any]:
    """What the box of every page shows: the text that was searched, and how long one may be."""
    most = publication().settings.limits.search_characters
    return {"sought": request.args.get("q", "")[:most], "longest_search": most}


def register(app: Flask) -> None:
    """Add the box and what an address may mean to the templates."""
    app.jinja_env.globals.update(meant=meant)
    app.context_processor(_given)
