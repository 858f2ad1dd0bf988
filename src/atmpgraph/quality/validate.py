"""Run the SHACL shapes over a graph and trace each result to the rows that it comes from.

A small graph is checked by the reference engine, a larger one by the quick engine, as a whole or in parts; the findings
are the same (`docs/decisions/shacl.md`).
"""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from heapq import merge
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rdflib import Graph

from ..findings import Listed, Place
from ..mapping.compile import Mapper
from ..progress import SILENT, Progress
from ..rdf.terms import without_graph
from ..settings.groups import Build
from ..store import StoreAddress
from .checked_parts import RECIPE, CheckedParts, Outcome
from .engines import quick_results
from .listing import Listing
from .results import Result, Traced
from .shapes import held_texts

if TYPE_CHECKING:  # what parses SPARQL takes as long to load as a small graph to check, which needs none of it
    from .neighbourhoods import Triples
    from .validation_plan import ValidationPlan

LINE: Final = 200  # bytes of N-Triples for a statement, about


@dataclass(frozen=True)
class CheckedBefore:
    """Another graph, which may have been checked.

    Attributes:
        digest: distinguishes it, as `GraphToCheck.digest` does.
        store: of it, or of it and more.
        gone, come: the lines of canonical N-Quads that only it has, and that only the graph to be checked has.
    """

    digest: str
    store: StoreAddress
    gone: Sequence[bytes]
    come: Sequence[bytes]


@dataclass(frozen=True)
class Prepared:
    """What was prepared elsewhere for the check of a large graph.

    Attributes:
        plan: for its shapes, with a store.
        recipe: of these shapes, which may no longer be those of the check (`GraphToCheck.recipe`).
        triples: waits for the graph as it is laid out.
    """

    plan: "ValidationPlan"
    recipe: str
    triples: "Callable[[], Triples]"


@dataclass(frozen=True)
class GraphToCheck:
    """A graph, and what is known about it.

    Attributes:
        lines: canonical N-Quads, sorted.
        statements: how many there are, about.
        store: of the same statements; None for none, and then nothing is one query over it.
        recipe: distinguishes the shapes, from which the file `checked` has the outcomes of earlier checks.
        texts: text by slug of the source, where it is held; checked against, never published.
        mappers: the mapping that the statements come from.
        base: of the publication.
        digest: distinguishes the graph from others; empty where nobody will ask.
        before: the graph that it follows, if there is one.
        prepared: what of its check is prepared, if anything is.
    """

    lines: Iterable[bytes]
    statements: int
    base: str
    store: StoreAddress | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    mappers: Sequence[Mapper] = ()
    recipe: str = ""
    checked: Path | None = None
    digest: str = ""
    before: CheckedBefore | None = None
    prepared: Prepared | None = None

    def triples(self) -> Iterable[bytes]:
        """The union of all graphs as N-Triples, sorted, and the held texts."""
        held = sorted(text.encode() for text in held_texts(self.texts, self.base))
        return merge(map(without_graph, self.lines), held)

    def is_for_reference(self, limits: Build) -> bool:
        """Whether the reference engine checks it, which has words of its own."""
        return self.statements <= limits.max_reference_statements

    def name(self, limits: Build, digest: str | None = None) -> str:
        """What tells all that its results depend on, or those of a graph with another digest; empty without one."""
        digest = self.digest if digest is None else digest
        held = "".join(held_texts(self.texts, self.base))
        content = (
            f"{digest} {self.recipe} {RECIPE} {self.is_for_reference(limits)} {limits.max_listed_findings}\n{held}"
        )
        return sha256(content.encode()).hexdigest() if digest else ""


@dataclass(frozen=True)
class Validation:
    """What a check tells.

    Attributes:
        listed: the findings, in no order.
        parts: the outcome of each part, for the next check.
    """

    listed: Listed
    parts: CheckedParts


def validate(
    graph: GraphToCheck, shapes: Graph, limits: Build, scratch: Path, progress: Progress = SILENT
) -> Validation:
    """Check the union of all graphs.

    Args:
        graph: the graph.
        shapes: all shapes.
        limits: up to which size the reference engine checks, the size of a part, and how much is listed.
        scratch: a folder that gets files.
        progress: advances by the bytes that are checked.

    Raises:
        AtmpgraphError: the shapes cannot be run.
    """
    listing, parts = Listing(limits.max_listed_findings), CheckedParts()
    name, noted = graph.name(limits), CheckedParts(graph.checked)
    if digests := noted.digests(name):
        parts.take(noted, name)
        for digest in digests.values():
            if outcome := noted.outcome(digest):
                listing.add(outcome.results, outcome.others)
    else:
        with tempfile.TemporaryDirectory(prefix="check-", dir=scratch) as folder:
            if are_few(graph.statements, limits):
                listing.add(dict.fromkeys(_of_whole(graph, shapes, limits, Path(folder) / "data.nt")))
                if name:
                    parts.graph = name
                    parts.add("", name, Outcome(tuple(listing.results), listing.others))
            else:
                from .large import check_large

                check_large(graph, shapes, limits, Path(folder), listing, parts, progress)
    results = listing.results
    places = _trace({result.node for result in results}, graph.mappers)
    findings = tuple(result.finding(places.get(result.node, [])) for result in results)
    return Validation(Listed(findings, listing.others), parts)


def are_few(statements: int, limits: Build) -> bool:
    """Whether so many statements are checked as a whole."""
    return statements <= max(limits.max_reference_statements, limits.part_bytes // LINE)


def _of_whole(graph: GraphToCheck, shapes: Graph, limits: Build, data: Path) -> Iterable[Result]:
    """The results of a graph that one engine checks as a whole, from a file that it writes."""
    with data.open("wb") as out:
        out.writelines(graph.triples())
    if graph.is_for_reference(limits):
        from .reference import reference_results as engine
    else:
        engine = quick_results
    return engine(data, shapes)


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
