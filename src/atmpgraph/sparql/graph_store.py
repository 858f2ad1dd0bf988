"""The SPARQL 1.1 Graph Store HTTP Protocol, reading only (§4.2, §5.2): which part of the release, in which formats.

The statements are those of the canonical file, each literal as it was published. N-Triples and N-Quads are lines of
that file, sent as they are; the other formats are serialised in memory, so a large part does not exist in them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..formats import HTML, N_QUADS, N_TRIPLES, RDF_FORMATS, TRIG, Format
from ..http.problem import Problem, ProblemError
from ..rdf.serialize import prefixes_for, serialize
from ..rdf.terms import without_graph
from .protocol import parameters

_LINES: Final = (N_TRIPLES, N_QUADS)
_CHUNK: Final = 2_000  # lines


@dataclass(frozen=True)
class Part:
    """A part of a release: a named graph, the default graph, or all graphs when it is neither.

    Attributes:
        graph: the name of the graph, empty for none.
        default: whether it is the default graph, the union of the named graphs.
    """

    graph: str = ""
    default: bool = False

    def statements(self, graphs: Mapping[str, int]) -> int:
        """An upper bound of its statements, from the statements of each graph.

        Raises:
            ProblemError: 404 there is no such graph (§5.2).
        """
        if self.graph and self.graph not in graphs:
            raise ProblemError(Problem(404, "There is no such graph; without parameters, this address lists them all."))
        return graphs[self.graph] if self.graph else sum(graphs.values())

    def offered(self, small: bool) -> tuple[Format, ...]:
        """The formats that it exists in: triples also in those of quads, where they stand in no graph."""
        if self.graph or self.default:
            return RDF_FORMATS if small else _LINES
        return (TRIG, N_QUADS, HTML) if small else (N_QUADS, HTML)

    def lines(self, canonical: Path) -> Iterator[bytes]:
        """Its statements as sorted lines of N-Triples, or of N-Quads when it is all graphs."""
        with canonical.open("rb") as file:
            if self.graph:
                end = f" <{self.graph}> .\n".encode()
                yield from (without_graph(line) for line in file if line.endswith(end))
            elif self.default:
                yield from (line for line, _ in groupby(map(without_graph, file)))
            else:
                yield from file

    def pieces(self, canonical: Path) -> Iterator[bytes]:
        """Its lines in pieces of many lines."""
        lines = self.lines(canonical)
        return iter(lambda: b"".join(islice(lines, _CHUNK)), b"")

    def body(self, canonical: Path, fmt: Format, base: str) -> bytes:
        """Its representation in one of the `offered` formats, HTML apart."""
        lines = b"".join(self.lines(canonical))
        if fmt in _LINES:
            return lines
        return serialize(ox.parse(lines, format=ox.RdfFormat.N_QUADS), fmt, prefixes_for(fmt, base))


def parse(query_string: str) -> Part:
    """The part that a URL names (§4.2).

    Raises:
        ProblemError: 400 both parameters, several graphs, or a name that is no absolute IRI.
    """
    arguments = parameters(query_string.encode("latin-1"))
    names = set(arguments.get("graph", ()))
    if len(names) + ("default" in arguments) > 1:
        raise ProblemError(Problem(400, "Name one graph or the default graph; name neither to get them all."))
    for name in names:
        try:
            ox.NamedNode(name)
        except ValueError:
            detail = "{name} takes an absolute IRI, not {value}"
            raise ProblemError(Problem(400, detail, values={"name": "graph", "value": name[:200]})) from None
    return Part(next(iter(names), ""), "default" in arguments)
