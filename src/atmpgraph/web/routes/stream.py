"""The change stream: its entry point, and its pages, which never change once they are closed (LDES).

The pages for people have the names that things have in the current release; the data are the same whatever changes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import pyoxigraph as ox
from flask import render_template

from ... import __version__
from ...formats import DOCUMENTS, HTML, RDF_FORMATS, Format
from ...http.problem import Problem, ProblemError
from ...i18n import message
from ...stream.describe import node, root
from ...stream.members import versions
from ...stream.pages import Page, Stream, read_stream
from ..core.context import Context, created
from ..core.resource import Resource, Sitemap, rdf
from ..core.response import Cache, Version
from ..pages.stream import MembersPage, StreamPage, members_page, stream_page, thing_names


@dataclass(frozen=True)
class Root:
    """The entry point of the stream, and its page for people."""

    context: Context
    stream: Stream

    @cached_property
    def for_people(self) -> StreamPage:
        """The newest changes."""
        return stream_page(self.context, self.stream)


@dataclass(frozen=True)
class Members:
    """A page of the stream, and the same for people."""

    context: Context
    stream: Stream
    page: Page

    @cached_property
    def content(self) -> bytes:
        """The members, in N-Quads.

        Raises:
            ProblemError: 410 the page was removed since the index was read.
        """
        try:
            return self.stream.content(self.page)
        except FileNotFoundError:
            raise _removed() from None

    @cached_property
    def for_people(self) -> MembersPage:
        """The changes, the newest first."""
        return members_page(self.context, self.stream, self.page, versions(self.content))


def _load_root(context: Context) -> Root:
    return Root(context, _stream(context))


def _stream(context: Context) -> Stream:
    return read_stream(context.settings.path(context.settings.folders.releases), context.base)


def _removed() -> ProblemError:
    return ProblemError(Problem(410, "This page of the stream was removed: everything on it has a newer version."))


def _load(context: Context, number: str) -> Members | None:
    """A page by its number.

    Raises:
        ProblemError: 410 it was removed.
    """
    if not number.isascii() or not number.isdecimal() or len(number) > 9 or number.startswith("0"):
        return None
    stream = _stream(context)
    page = stream.page(int(number))
    if page is None and stream.had(int(number)):
        raise _removed()
    return Members(context, stream, page) if page else None


def _is_latest_only(context: Context) -> bool:
    return context.settings.history.stream_versions == "latest"


def _root_page(context: Context, entry: Root) -> str:
    return _render(context, "stream.html", entry)


def _page(context: Context, members: Members) -> str:
    return _render(context, "stream_page.html", members)


def _render(context: Context, template: str, shown: Root | Members) -> str:
    page, latest = shown.for_people, _is_latest_only(context)
    names = thing_names(context, page)
    return render_template(template, page=page, names=names, stream=shown.stream, formats=RDF_FORMATS, latest=latest)


def _root_quads(context: Context, entry: Root) -> Iterable[ox.Quad]:
    return root(
        entry.stream, context.settings.licence, context.settings.title.root, latest_only=_is_latest_only(context)
    )


def _quads(_: Context, members: Members) -> Iterable[ox.Quad]:
    return node(members.stream, members.page, members.content)


def _root_version(context: Context, entry: Root, fmt: Format) -> Version:
    stream = entry.stream
    modified = datetime.fromisoformat(stream.date) if stream.date else created(context.release)
    return Version((stream.date, str(entry.for_people if fmt is HTML else stream.pages)), modified)


def _version(_: Context, members: Members, fmt: Format) -> Version:
    stream, page = members.stream, members.page
    if fmt is HTML:
        return Version((stream.date, str(members.for_people)))
    parts = (stream.base, str(page), str(stream.closed(page)), __version__)
    return Version(parts, modified=datetime.fromisoformat(page.last))


def _cache(_: Context, members: Members, __: Format) -> Cache:
    return Cache.IMMUTABLE if members.stream.closed(members.page) else Cache.CURRENT


def _example(context: Context) -> dict[str, str]:
    return {"number": next((str(page.number) for page in _stream(context).pages), "")}


RESOURCES = (
    Resource(
        endpoint="stream.events",
        path="/stream",
        summary="The change stream: its description and the links to its pages (LDES).",
        load=_load_root,
        makers={**rdf(_root_quads), HTML: _root_page},
        suffixes=DOCUMENTS,
        version=_root_version,
        sitemap=Sitemap(),
    ),
    Resource(
        endpoint="stream.page",
        path="/stream/<number>",
        summary="A page of the change stream, with versions of things.",
        load=_load,
        missing=message("There is no such page of the stream."),
        makers={
            **rdf(_quads),
            HTML: _page,
        },
        suffixes=DOCUMENTS,
        version=_version,
        cache=_cache,
        examples=_example,
    ),
)
