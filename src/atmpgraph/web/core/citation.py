"""Citations of things and releases: `.bib`, `.csl.json`, `.cff`, or by Accept."""

import json
from typing import Final

from flask import Response, request

from ...addresses import iri_to_path
from ...citation import Work
from ...formats import BIBTEX, CITATIONS, CSL, DATACITE, LINK_SET, Format
from ...http.negotiate import choose
from ...profiles.registry import MODEL
from ...rdf.statements import text_of
from ...release.release import Release
from ...vocab import DCT
from .context import Context
from .labels import data_names
from .response import Version, named_in_url, respond, vary

_ALL: Final = (*MODEL.formats, LINK_SET, DATACITE, *CITATIONS)


def requested_citation(context: Context) -> Format | None:
    """The form of citation that the URL's suffix, `?_mediatype=`, `?format=` or Accept names, if one does.

    Raises:
        ProblemError: 400 no format is called as the URL says.
    """
    accept = request.args.get("_mediatype")
    fixed = context.fixed or (named_in_url(_ALL) if accept is None else None)
    if fixed:
        return fixed if fixed in CITATIONS else None
    if accept is None:
        vary("Accept")
        accept = request.headers.get("Accept")
    else:
        accept = accept.replace(" ", "+")  # an unencoded plus sign of a media type is a blank in a query
    chosen = choose(accept, (*MODEL.formats, LINK_SET, *CITATIONS))
    return chosen[0] if chosen and chosen[0] in CITATIONS else None


def work(context: Context, release: Release, topic: str = "") -> Work:
    """What a citation is of: a thing in a release, or the release itself."""
    settings, iris = context.settings, context.iris
    languages = tuple(dict.fromkeys(filter(None, (context.requested_language, *settings.languages))))
    publishers = sorted({text_of(quad.object) for quad in release.quads(iris.catalogue, DCT + "publisher")})
    names = data_names(context, release, [*publishers, *([topic] if topic else [])], languages)
    title = settings.title.best(languages)
    publisher = ", ".join(names[iri].text for iri in publishers) or title
    date, state = release.manifest.created[:10], iris.release(release.digest)
    if not topic:
        return Work(title, publisher, date, release.digest, state, state, settings.licence)
    path = iri_to_path(iris.things, topic)
    state = iris.memento(path, release.digest) if path else state
    name = names[topic].text
    return Work(name, publisher, date, release.digest, topic, state, settings.licence, title if title != name else "")


def citation(cited: Work, fmt: Format) -> str:
    """A citation in one of the forms."""
    if fmt is CSL:
        return json.dumps(cited.csl(), ensure_ascii=False, indent=1) + "\n"
    return cited.bibtex() if fmt is BIBTEX else cited.cff()


def respond_with_citation(context: Context, topic: str, fmt: Format) -> Response:
    """The citation of a thing in the release of the request."""
    return respond(
        context,
        (fmt, fmt.media_type),
        lambda: citation(work(context, context.release, topic), fmt),
        Version((topic,)),
    )
