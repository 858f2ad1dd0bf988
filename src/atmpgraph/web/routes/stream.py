"""The change stream: its entry point, and its pages, which never change once they are closed (LDES).

Programs are told the same whatever changes around it; people get a page, with the names that things have today.
"""

from datetime import datetime

from flask import Blueprint, Response, render_template

from ... import __version__
from ...formats import DOCUMENTS, HTML, Format, by_suffix, split_suffix
from ...http.problem import Problem, ProblemError
from ...rdf.serialize import serialize
from ...settings import LANGUAGES
from ...stream.describe import node, root
from ...stream.members import versions
from ...stream.pages import Page, Stream, read_stream
from ...vocab import prefixes
from ..core.context import created, release, settings
from ..core.response import negotiate, send
from ..pages.stream import Newest, OnePage, named, newest, one_page

blueprint = Blueprint("stream", __name__)
_OFFERED = DOCUMENTS
_FORMATS = tuple(fmt for fmt in DOCUMENTS if fmt is not HTML)


def _stream() -> Stream:
    return read_stream(settings().path(settings().folders.releases), settings().base)


def _modified(stream: Stream) -> datetime:
    """When something came to the stream; before, when its release was made."""
    return datetime.fromisoformat(stream.date) if stream.date else created(release())


@blueprint.get("/stream")
@blueprint.get("/stream.<suffix>")
def events(suffix: str | None = None) -> Response:
    """The change stream: what it is and the way to its pages."""
    fixed = by_suffix(suffix, _OFFERED) if suffix else None
    if suffix and not fixed:
        raise ProblemError(Problem(404, "There is nothing at this address."))
    found, chosen = _stream(), negotiate(_OFFERED, fixed)
    titles = {language: getattr(settings().title, language) for language in LANGUAGES}
    if chosen[0] is HTML:
        return _page(chosen, "stream.html", found, newest(found))

    def body() -> bytes:
        quads = root(found, settings().licence, titles, latest_only=_latest_only())
        return serialize(quads, chosen[0], prefixes(settings().base))

    return send(chosen, body, salt=f"{found.date} {found.pages}", modified=_modified(found))


@blueprint.get("/stream/<name>")
def page(name: str) -> Response:
    """A page of the change stream: versions of things."""
    number, fixed = split_suffix(name, _OFFERED)
    found = _stream()
    wanted = found.page(int(number)) if _is_number(number) else None
    if wanted is None:
        if _is_number(number) and found.had(int(number)):
            raise _removed()
        raise ProblemError(Problem(404, "There is no such page of the stream."))
    chosen, closed = negotiate(_OFFERED, fixed), found.closed(wanted)
    if chosen[0] is HTML:
        return _page(chosen, "stream_page.html", found, one_page(found, wanted, versions(_content(found, wanted))))

    def body() -> bytes:
        return serialize(node(found, wanted, _content(found, wanted)), chosen[0], prefixes(found.base))

    last = datetime.fromisoformat(wanted.last)
    salt = f"{found.base} {wanted} {closed} {__version__}"
    return send(chosen, body, salt=salt, modified=last, immutable=last if closed else None)


def _page(chosen: tuple[Format, str], template: str, found: Stream, shown: Newest | OnePage) -> Response:
    """A page for people."""
    known = {"stream": found, "formats": _FORMATS, "latest": _latest_only()}
    return send(
        chosen,
        lambda: render_template(template, page=shown, names=named(shown), **known),
        salt=f"{found.date} {shown}",
    )


def _latest_only() -> bool:
    return settings().history.stream_versions == "latest"


def _content(found: Stream, page: Page) -> bytes:
    """The members of a page.

    Raises:
        ProblemError: 410 it was removed since the index was read.
    """
    try:
        return found.content(page)
    except FileNotFoundError:
        raise _removed() from None


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdecimal() and len(name) < 10 and not name.startswith("0")


def _removed() -> ProblemError:
    return ProblemError(Problem(410, "This page of the stream was removed: everything on it has a newer version."))
