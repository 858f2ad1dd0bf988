"""What a release changed against the one before it: a page, text, JSON, and RDF Patch from the old to the new."""

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import pyoxigraph as ox
from flask import Blueprint, Response, g, render_template, request

from ...formats import HTML, JSON, RDF_PATCH, TEXT, by_suffix
from ...http.problem import Problem, ProblemError
from ...release.diff import Diff, read_changes
from ...release.release import Release
from ..core.context import created, publication, settings
from ..core.i18n import fallback, href, understood
from ..core.labels import Name, names
from ..core.response import negotiate, send
from .releases import opened

blueprint = Blueprint("changes", __name__)
_OFFERED = (JSON, TEXT, RDF_PATCH, HTML)


@dataclass(frozen=True)
class ChangesPage:
    """What the template shows.

    Attributes:
        digest: of the release.
        previous: digest of the one before; None for the first.
        since: the same when the URL names it.
        counts: how many statements and things.
        things: by what happened to them, each with its statements.
        names: of things and terms.
        cut: there are more than are listed.
    """

    digest: str
    previous: str | None
    since: str | None
    counts: dict[str, int]
    things: dict[str, list[tuple[str, list[tuple[str, ox.Quad]]]]]
    names: dict[str, Name]
    cut: bool


@blueprint.get("/releases/<digest>/changes")
@blueprint.get("/releases/<digest>/changes.<suffix>")
def changes(digest: str, suffix: str | None = None) -> Response:
    """What changed against the release before; against another one that it came back after, by `?since=`."""
    found, since = opened(digest), _since(digest)
    fixed = by_suffix(suffix, _OFFERED) if suffix else None
    if suffix and not fixed:
        raise ProblemError(Problem(404, "There is nothing at this address."))
    difference = read_changes(found, since)
    if difference is None:
        raise ProblemError(
            Problem(410, "The previous release was removed, and the changes since then are not recorded.")
        )
    chosen = negotiate(_OFFERED, fixed)
    base, previous = settings().base, since or found.manifest.previous
    shown = difference.without_rows(base)

    def body() -> bytes | str:
        if chosen[0] is HTML:
            kept = previous if previous and publication().open(previous) else None
            before = partial(href, past=kept)  # what was removed is still described there
            return render_template("changes.html", page=_page(found, shown, previous, since), before=before)
        if chosen[0] is RDF_PATCH:  # rows included: it makes the new release of the old one
            old = f"{base}releases/{previous}" if previous else None
            return "".join(f"{line}\n" for line in difference.patch(old, f"{base}releases/{digest}"))
        if chosen[0] is TEXT:
            return "".join(f"{line}\n" for line in shown.lines())
        content = {"release": digest, "previous": previous, "counts": shown.counts(), **shown.as_json()}
        return json.dumps(content, ensure_ascii=False, indent=1)

    g.release = found
    return send(chosen, body, salt=f"{found.manifest_digest} {since} {base}", immutable=created(found))


def _since(digest: str) -> str | None:
    """The release that the URL names to compare with.

    Raises:
        ProblemError: 404 it was never live just before this one.
    """
    since = request.args.get("since")
    if since is None:
        return None
    if (since, digest) not in pairwise(switch.digest for switch in publication().history()):
        raise ProblemError(Problem(404, "There is nothing at this address."))
    understood(since=since)
    return since


def _page(found: Release, shown: Diff, previous: str | None, since: str | None) -> ChangesPage:
    """The page of a release's changes; of more things than it may list, the first of each kind."""
    most = settings().limits.listed_changes
    things = {kind: [t for t, k in shown.things.items() if k == kind] for kind in ("added", "removed", "changed")}
    statements: dict[str, list[tuple[str, ox.Quad]]] = defaultdict(list)
    wanted = set(things["changed"][:most])
    for sign, lines in (("−", shown.removed), ("+", shown.added)):
        for line in lines:
            if line[1 : line.index("> ")] in wanted:
                [quad] = ox.parse(line, format=ox.RdfFormat.N_QUADS)
                statements[line[1 : line.index("> ")]].append((sign, quad))
    listed = {kind: [(iri, _sorted(statements[iri])) for iri in iris[:most]] for kind, iris in things.items()}
    quads = [quad for stated in statements.values() for _, quad in stated]
    iris = {iri for kind in listed.values() for iri, _ in kind} | {quad.predicate.value for quad in quads}
    iris |= {quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode)}
    cut = any(len(iris) > most for iris in things.values())
    return ChangesPage(found.digest, previous, since, shown.counts(), listed, _names(found, previous, iris), cut)


def _sorted(statements: list[tuple[str, ox.Quad]]) -> list[tuple[str, ox.Quad]]:
    """A value that went beside the one that came in its place."""
    return sorted(statements, key=lambda s: (s[1].predicate.value, getattr(s[1].object, "language", "") or ""))


def _names(found: Release, previous: str | None, iris: set[str]) -> dict[str, Name]:
    """Names in the release; for what it does not know any more, in the one before."""
    languages = fallback()
    gone = {iri for iri in iris if not found.lines(iri)}
    before = publication().open(previous) if previous else None
    named = names(found.store, iris, languages)
    return named | names(before.store, gone, languages) if before and gone else named
