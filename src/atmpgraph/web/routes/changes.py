"""What a release changed against the one before it: a page, text, JSON, and RDF Patch from the old to the new."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice, pairwise
from typing import Final

from flask import render_template, request

from ...formats import HTML, JSON, RDF_PATCH, TEXT
from ...http.links import link_field
from ...http.problem import Problem, ProblemError
from ...release.changed import ChangedThings, Computed, stored_changes
from ...release.diff import Diff, new_patch, read_changes
from ...release.release import Release
from ..core.context import Context, created
from ..core.i18n import href, note_arguments
from ..core.paging import Paging, paged
from ..core.resource import Resource, query_parameter
from ..core.response import Body, Cache, Version
from ..pages.changes import changes_page

_LINES: Final = 1_000  # in one piece of a patch


@dataclass(frozen=True)
class Changes:
    """The changes of the release of the request.

    Attributes:
        release: which.
        base: of the publication.
        previous: digest of the release before; None for the first.
        since: the same if the URL names it.
    """

    release: Release
    base: str
    previous: str | None
    since: str | None

    @cached_property
    def whole(self) -> Diff:
        """All of them, rows of tables included.

        Raises:
            ProblemError: 410 nothing tells them any more.
        """
        whole = read_changes(self.release, self.since)
        if whole is None:
            raise ProblemError(
                Problem(410, "The previous release was removed, and the changes since then are not recorded.")
            )
        return whole

    @cached_property
    def listed(self) -> ChangedThings:
        """The things that changed, without rows, for people: as the release keeps them, else computed."""
        return (None if self.since else stored_changes(self.release)) or Computed(self.whole.without_rows(self.base))

    def patch(self, old: str | None, new: str) -> Iterator[str]:
        """All of them as RDF Patch, read while it is sent where everything is new."""
        if self.previous:
            return self.whole.patch(old, new)
        return new_patch(new, self.release.whole(self.release.folder.canonical))


def _load(context: Context) -> Changes | None:
    release, since = context.release, request.args.get("since")
    if since is not None:
        if (since, release.digest) not in pairwise(switch.digest for switch in context.publication.history()):
            return None
        note_arguments(since=since)
    changes = Changes(release, context.base, since or release.manifest.previous, since)
    paged(len(changes.listed), context.settings.limits.listed_changes)
    return changes


def _part(context: Context, changes: Changes) -> tuple[Diff, Paging]:
    """The changes on the page that the URL names."""
    paging = paged(len(changes.listed), context.settings.limits.listed_changes)
    return changes.listed.part(*paging.part), paging


def _page(context: Context, changes: Changes) -> str:
    previous = changes.previous if changes.previous and context.publication.open(changes.previous) else None
    difference, paging = _part(context, changes)
    page = changes_page(context, difference, changes.listed.counts, paging, changes.previous, changes.since)
    return render_template("changes.html", page=page, before=partial(href, release=previous))


def _patch(context: Context, changes: Changes) -> Body:
    """With rows, and whole: it makes the new release of the old one."""
    old = context.iris.release(changes.previous) if changes.previous else None
    lines = changes.patch(old, context.iris.release(context.release.digest))
    pieces = iter(lambda: "".join(f"{line}\n" for line in islice(lines, _LINES)).encode(), b"")
    return Body(pieces)


def _text(context: Context, changes: Changes) -> str:
    return "".join(f"{line}\n" for line in _part(context, changes)[0].lines(changes.listed.counts))


def _json(context: Context, changes: Changes) -> str:
    difference, paging = _part(context, changes)
    content = {"release": context.release.digest, "previous": changes.previous, "counts": changes.listed.counts}
    url = f"{context.iris.release(context.release.digest)}/changes.{JSON.suffix}"
    content |= {"page": paging.as_json(url)} if paging.count > 1 and not changes.since else {}
    return json.dumps(content | difference.as_json(), ensure_ascii=False, indent=1)


def _fields(context: Context, changes: Changes) -> dict[str, str]:
    links = _part(context, changes)[1].links(f"{context.urls.release(context.release.digest)}/changes")
    return {"Link": link_field(links)} if links and not changes.since else {}


def _version(context: Context, changes: Changes, *_: object) -> Version:
    release = context.release
    return Version((release.manifest_digest, str(changes.since), context.base), modified=created(release))


RESOURCES = (
    Resource(
        endpoint="changes.changes",
        path="/releases/<digest>/changes",
        summary="The changes against the release before; `?since=` names another one that it followed.",
        load=_load,
        makers={JSON: _json, TEXT: _text, RDF_PATCH: _patch, HTML: _page},
        suffixes=(JSON, TEXT, RDF_PATCH, HTML),
        version=_version,
        cache=Cache.IMMUTABLE,
        fields=_fields,
        parameters=(
            query_parameter("since", "Digest of the release that was live before."),
            query_parameter("page", "Number of the page, where many things changed; a patch is whole.", example="1"),
        ),
        examples=lambda context: {"since": context.release.manifest.previous or ""},
    ),
)
