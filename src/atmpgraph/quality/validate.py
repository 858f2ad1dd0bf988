"""Run the SHACL shapes over a graph and trace each result to the rows that it comes from.

A small graph is checked by the reference engine as a whole, a larger one in parts by the quick engine; the findings are
the same (`docs/decisions/shacl.md`).
"""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from pathlib import Path

from rdflib import Graph

from ..findings import Listed, Place
from ..mapping.compile import Mapper
from ..progress import SILENT, Progress
from ..rdf.terms import without_graph
from ..settings.groups import Build
from ..store import Store
from .engines import reference_results
from .listing import Listing
from .neighbourhoods import lay_out
from .parts import check_parts, check_whole
from .results import Traced
from .set_wide import set_wide_results
from .shapes import held_texts
from .validation_plan import ValidationPlan, plan


@dataclass(frozen=True)
class GraphToCheck:
    """A graph, and what is known about it.

    Attributes:
        lines: canonical N-Quads, sorted.
        statements: how many there are, about.
        store: of the same statements; None for none, and then nothing is one query over it.
        texts: text by slug of the source, where it is held; checked against, never published.
        mappers: the mapping that the statements come from.
        base: of the publication.
    """

    lines: Iterable[bytes]
    statements: int
    base: str
    store: Store | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    mappers: Sequence[Mapper] = ()

    def triples(self) -> Iterable[bytes]:
        """The union of all graphs as N-Triples, sorted, and the held texts."""
        held = sorted(text.encode() for text in held_texts(self.texts, self.base))
        return merge(map(without_graph, self.lines), held)


def validate(graph: GraphToCheck, shapes: Graph, limits: Build, scratch: Path, progress: Progress = SILENT) -> Listed:
    """Check the union of all graphs.

    Args:
        graph: the graph.
        shapes: all shapes.
        limits: up to which size the reference engine checks, the size of a part, and how much is listed.
        scratch: a folder that gets files.
        progress: advances by the bytes that are checked.

    Returns:
        The findings that are listed, in no order.

    Raises:
        AtmpgraphError: the shapes cannot be run.
    """
    listing = Listing(limits.max_listed_findings)
    with tempfile.TemporaryDirectory(prefix="check-", dir=scratch) as folder:
        if graph.statements <= limits.max_reference_statements:
            data = Path(folder) / "data.nt"
            with data.open("wb") as out:
                out.writelines(graph.triples())
            listing.add(dict.fromkeys(reference_results(data, shapes)))
        else:
            _check_large(
                graph, plan(shapes, with_store=graph.store is not None), limits, Path(folder), listing, progress
            )
    results = listing.results
    places = _trace({result.node for result in results}, graph.mappers)
    more = listing.counts - Counter(result.level for result in results)
    return Listed(tuple(result.finding(places.get(result.node, [])) for result in results), more)


def _check_large(
    graph: GraphToCheck, how: ValidationPlan, limits: Build, folder: Path, listing: Listing, progress: Progress
) -> None:
    triples = lay_out(graph.triples(), how.reach.inverse(), folder)
    if how.near:
        for outcome in check_parts(
            how, triples, limits.part_bytes, limits.max_listed_findings, folder, limits.processes, progress
        ):
            listing.add(outcome.results, outcome.others)
    if how.far:
        listing.add(check_whole(how, triples.file))
    for shape, constraint in how.set_wide:
        assert graph.store is not None  # noqa: S101 - so it was planned
        listing.add(set_wide_results(graph.store, how.shapes, shape, constraint, triples.narrower()))


def _trace(nodes: set[str], mappers: Sequence[Mapper]) -> dict[str, list[Traced]]:
    """For each node, the lines about it with their rows, and whether the row describes it.

    The mapping runs a second time for the few nodes at fault, so the first run need not store the rows of all lines.
    """
    lines: dict[str, list[Traced]] = defaultdict(list)
    for mapper in mappers if nodes else ():
        for row, line in mapper.traced(nodes):
            subject = line[1 : line.index("> ")]
            lines[subject].append((line, Place(mapper.map.table, row), bool(mapper.map.classes)))
    return lines
