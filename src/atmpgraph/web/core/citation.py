"""Citations of things and releases: `.bib`, `.csl.json`, `.cff`, or by Accept."""

import json

from flask import Response, request

from ...addresses import iri_to_path
from ...citation import Work
from ...formats import BIBTEX, CITATIONS, CSL, LINK_SET, Format
from ...http.negotiate import choose
from ...profiles.registry import MODEL
from ...release.release import Release
from ...settings import LANGUAGES
from ...vocab import DCT
from .context import release, settings
from .i18n import asked_language
from .labels import names
from .response import send, vary


def asked_citation(fixed: Format | None) -> Format | None:
    """The form of citation that the URL's suffix or Accept names, if one does."""
    if fixed:
        return fixed if fixed in CITATIONS else None
    asked = request.args.get("_mediatype")
    if asked is None:
        vary("Accept")
        asked = request.headers.get("Accept")
    else:
        asked = asked.replace(" ", "+")  # the plus sign of a media type, left as it is, is a blank in a query
    chosen = choose(asked, (*MODEL.formats, LINK_SET, *CITATIONS))
    return chosen[0] if chosen and chosen[0] in CITATIONS else None


def work(found: Release, topic: str = "") -> Work:
    """What is cited: a thing as a release has it, or the release."""
    base, licence = settings().base, settings().licence
    order = tuple(dict.fromkeys(filter(None, (asked_language(), *LANGUAGES))))
    stated = found.quads(f"{base}id/catalogue")
    publishers = sorted({str(getattr(q.object, "value", "")) for q in stated if q.predicate.value == DCT + "publisher"})
    named = names(found.store, [*publishers, *([topic] if topic else [])], order)
    title = str(getattr(settings().title, order[0]))
    publisher = ", ".join(named[iri].text for iri in publishers) or title
    date, state = found.manifest.created[:10], f"{base}releases/{found.digest}"
    if not topic:
        return Work(title, publisher, date, found.digest, state, state, licence)
    path = iri_to_path(f"{base}id/", topic)
    state = f"{state}/doc/{path}" if path else state
    name = named[topic].text
    return Work(name, publisher, date, found.digest, topic, state, licence, title if title != name else "")


def written(cited: Work, fmt: Format) -> str:
    """A citation in one of the forms."""
    if fmt is CSL:
        return json.dumps(cited.csl(), ensure_ascii=False, indent=1) + "\n"
    return cited.bibtex() if fmt is BIBTEX else cited.cff()


def send_citation(topic: str, fmt: Format) -> Response:
    """The citation of a thing in the release of this request."""
    return send((fmt, fmt.media_type), lambda: written(work(release(), topic), fmt), salt=topic)
