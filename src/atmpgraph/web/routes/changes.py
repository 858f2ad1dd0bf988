"""What a release changed against the one before it: a page, text, JSON, and RDF Patch from the old to the new."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from flask import render_template, request

from ...formats import HTML, JSON, RDF_PATCH, TEXT
from ...http.problem import Problem, ProblemError
from ...release.diff import Diff, read_changes
from ..core.context import Context, created
from ..core.i18n import href, note_arguments
from ..core.resource import Resource, query_parameter
from ..core.response import Cache, Version
from ..pages.changes import changes_page


@dataclass(frozen=True)
class Changes:
    """The changes of the release of the request.

    Attributes:
        whole: rows of tables included.
        shown: without them, for people.
        previous: digest of the release before; None for the first.
        since: the same if the URL names it.
    """

    whole: Diff
    shown: Diff
    previous: str | None
    since: str | None


def _load(context: Context) -> Changes | None:
    release, since = context.release, request.args.get("since")
    if since is not None:
        if (since, release.digest) not in pairwise(switch.digest for switch in context.publication.history()):
            return None
        note_arguments(since=since)
    whole = read_changes(release, since)
    if whole is None:
        raise ProblemError(
            Problem(410, "The previous release was removed, and the changes since then are not recorded.")
        )
    return Changes(whole, whole.without_rows(context.base), since or release.manifest.previous, since)


def _page(context: Context, changes: Changes) -> str:
    previous = changes.previous if changes.previous and context.publication.open(changes.previous) else None
    page = changes_page(context, changes.shown, changes.previous, changes.since)
    return render_template("changes.html", page=page, before=partial(href, release=previous))


def _patch(context: Context, changes: Changes) -> str:
    """With rows: it makes the new release of the old one."""
    old = context.iris.release(changes.previous) if changes.previous else None
    return _lines(changes.whole.patch(old, context.iris.release(context.release.digest)))


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _json(context: Context, changes: Changes) -> str:
    content = {"release": context.release.digest, "previous": changes.previous, "counts": changes.shown.counts()}
    return json.dumps(content | changes.shown.as_json(), ensure_ascii=False, indent=1)


def _version(context: Context, changes: Changes, *_: object) -> Version:
    release = context.release
    return Version((release.manifest_digest, str(changes.since), context.base), modified=created(release))


RESOURCES = (
    Resource(
        endpoint="changes.changes",
        path="/releases/<digest>/changes",
        summary="The changes against the release before; `?since=` names another one that it followed.",
        load=_load,
        makers={JSON: _json, TEXT: lambda _, changes: _lines(changes.shown.lines()), RDF_PATCH: _patch, HTML: _page},
        suffixes=(JSON, TEXT, RDF_PATCH, HTML),
        version=_version,
        cache=Cache.IMMUTABLE,
        parameters=(query_parameter("since", "Digest of the release that was live before."),),
    ),
)
