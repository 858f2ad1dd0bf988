"""The page of the changes between two releases."""

from collections import defaultdict
from dataclasses import dataclass

import pyoxigraph as ox

from ...release.diff import Diff
from ..core.context import Context
from ..core.labels import Name, names_of


@dataclass(frozen=True)
class ChangesPage:
    """What the template shows.

    Attributes:
        digest: of the release.
        previous: digest of the one before; None for the first.
        since: the same if the URL names it.
        counts: how many statements and things.
        things: by kind of change, each with its statements.
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


def changes_page(context: Context, changes: Diff, previous: str | None, since: str | None) -> ChangesPage:
    """The page of a release's changes; of more things than it may list, the first of each kind."""
    most = context.settings.limits.listed_changes
    things = {kind: [t for t, k in changes.things.items() if k == kind] for kind in ("added", "removed", "changed")}
    statements = _statements(changes, set(things["changed"][:most]))
    listed = {kind: [(iri, _sorted(statements[iri])) for iri in iris[:most]] for kind, iris in things.items()}
    quads = [quad for stated in statements.values() for _, quad in stated]
    iris = {iri for kind in listed.values() for iri, _ in kind} | {quad.predicate.value for quad in quads}
    iris |= {quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode)}
    cut = any(len(iris) > most for iris in things.values())
    digest, names = context.release.digest, _names(context, previous, iris)
    return ChangesPage(digest, previous, since, changes.counts(), listed, names, cut)


def _statements(changes: Diff, things: set[str]) -> dict[str, list[tuple[str, ox.Quad]]]:
    """The statements that were removed from and added to things."""
    statements: dict[str, list[tuple[str, ox.Quad]]] = defaultdict(list)
    for sign, lines in (("−", changes.removed), ("+", changes.added)):
        for line in lines:
            thing = line[1 : line.index("> ")]
            if thing in things:
                [quad] = ox.parse(line, format=ox.RdfFormat.N_QUADS)
                statements[thing].append((sign, quad))
    return statements


def _sorted(statements: list[tuple[str, ox.Quad]]) -> list[tuple[str, ox.Quad]]:
    """A removed value beside the one that replaces it."""
    return sorted(statements, key=lambda s: (s[1].predicate.value, getattr(s[1].object, "language", "") or ""))


def _names(context: Context, previous: str | None, iris: set[str]) -> dict[str, Name]:
    """Names in the release; of what it no longer describes, in the one before."""
    gone = {iri for iri in iris if not context.release.lines(iri)}
    before = context.publication.open(previous) if previous else None
    names = names_of(context.release.store, iris, context.languages)
    return names | names_of(before.store, gone, context.languages) if before and gone else names
