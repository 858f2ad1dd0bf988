"""A large graph checked part by part, of which what is as it was when it was checked last is not checked again."""

from pathlib import Path

from rdflib import Graph

from ..i18n import message
from ..progress import Progress
from ..settings.groups import Build
from ..store import BACKENDS
from ..store.changes import Changes
from .affected import affected_nodes
from .checked_parts import CheckedParts
from .kept_plan import kept_plan
from .listing import Listing
from .neighbourhoods import SUBCLASS, lay_out
from .parts import Job, Same, check_whole, run
from .patterns import Engine, for_engine
from .validate import GraphToCheck


def check_large(
    graph: GraphToCheck,
    shapes: Graph,
    limits: Build,
    folder: Path,
    listing: Listing,
    parts: CheckedParts,
    progress: Progress,
) -> None:
    """Check a graph against shapes.

    Args:
        graph: the graph.
        shapes: all shapes.
        limits: the size of a part, and how much is listed.
        folder: an empty one, which gets files.
        listing: gets what is found.
        parts: gets the outcome of each part.
        progress: advances by the bytes that are checked.
    """
    if (ready := graph.prepared) and ready.recipe == graph.recipe:
        how, triples = ready.plan, ready.triples()
    else:
        how = kept_plan(for_engine(shapes, Engine.QUICK), graph.recipe, with_store=graph.store is not None)
        triples = lay_out(graph.triples(), how.reach.inverse(), folder)
    job = Job(
        how,
        triples,
        graph.store,
        graph.base,
        graph.recipe,
        graph.checked,
        limits.part_bytes,
        limits.max_listed_findings,
    )
    same = _same(graph, job, limits)
    for outcome in run(job, folder, limits.processes, parts, progress, same):
        listing.add(outcome.results, outcome.others)
    if how.far:
        progress.step(message("checking the whole graph against some shapes"))
        listing.add(check_whole(how, triples.file))
    parts.graph = "" if how.far else graph.name(limits)  # of which nothing is noted


def _same(graph: GraphToCheck, job: Job, limits: Build) -> Same | None:
    """What is as it was in the graph before, if that is the one that was checked last."""
    before, store = graph.before, graph.store
    digests = CheckedParts(graph.checked).digests(graph.name(limits, before.digest)) if before else None
    if not (before and store and digests):
        return None
    predicates = {line.split(b" ", 2)[1] for line in (*before.gone, *before.come)}
    if SUBCLASS in predicates:  # which every part sees
        return None
    nodes, open_store = set[bytes](), BACKENDS[store.kind].open
    earlier, now = open_store(before.store, graph.base), open_store(store, graph.base)
    for each, lines in ((earlier, before.gone), (now, before.come)):
        affected = affected_nodes(job.plan.reach, each, lines)
        if affected is None:
            return None
        nodes |= affected
    return Same(digests, sorted(nodes), Changes(earlier, now, before.gone, before.come))
