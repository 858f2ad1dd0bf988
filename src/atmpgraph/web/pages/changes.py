"""The page of the changes between two releases."""

from collections import defaultdict
from dataclasses import dataclass

import pyoxigraph as ox

from ...release.diff import KINDS, Diff
from ..core.context import Context
from ..core.labels import Name, names_of
from ..core.paging import Paging


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
        paging: of the things.
    """

    digest: str
    previous: str | None
    since: str | None
    counts: dict[str, int]
    things: dict[str, list[tuple[str, list[tuple[str, ox.Quad]]]]]
    names: dict[str, Name]
    paging: Paging


def changes_page(
    context: Context, difference: Diff, counts: dict[str, int], paging: Paging, previous: str | None, since: str | None
) -> ChangesPage:
    """The page of a release's changes: those of some things, and the counts of all."""
    things = {kind: [t for t, k in difference.things.items() if k == kind] for kind in KINDS}
    statements = _statements(difference, set(things["changed"]))
    listed = {str(kind): [(iri, _sorted(statements[iri])) for iri in iris] for kind, iris in things.items()}
    quads = [quad for stated in statements.values() for _, quad in stated]
    iris = {iri for kind in listed.values() for iri, _ in kind} | {quad.predicate.value for quad in quads}
    iris |= {quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode)}
    digest, names = context.release.digest, _names(context, previous, iris)
    return ChangesPage(digest, previous, since, counts, listed, names, paging)


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
