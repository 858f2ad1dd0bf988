"""Run a query on a release and send its result in the best format for its kind (SPARQL 1.1 Protocol §2.1.5, §2.1.6)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

import pyoxigraph as ox

from ..errors import QueryError
from ..http.formats import GRAPHS, HTML, RESULTS, Format
from ..http.problem import Problem, ProblemError
from ..http.serialize import serialize
from ..store import Store
from . import guard
from .protocol import Query

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Results: TypeAlias = ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean


@contextmanager
def _evaluation() -> Iterator[None]:
    """Errors of the engine as problems: a query it cannot parse, or cannot evaluate (an unknown function)."""
    try:
        yield
    except QueryError as error:
        raise guard.syntax_problem(str(error)) from None
    except RuntimeError as error:
        raise ProblemError(Problem(400, "The query cannot be evaluated: {reason}", values={"reason": error})) from None


@dataclass(frozen=True)
class Answer:
    """The result of a query, to be serialised once."""

    results: Results

    @property
    def offered(self) -> tuple[Format, ...]:
        """The formats that this kind of result has, the server's favourite first."""
        return (*GRAPHS, HTML) if isinstance(self.results, ox.QueryTriples) else RESULTS

    def body(self, fmt: Format, prefixes: Mapping[str, str]) -> bytes:
        """The result in `fmt`, which is one of `offered` but not HTML.

        Raises:
            ProblemError: 400 the query cannot be evaluated to its end.
        """
        with _evaluation():
            return self._serialized(fmt, prefixes)

    def rows(self, most: int) -> list[list[Term | None]]:
        """The first solutions of a SELECT query, a value or None for each variable.

        Raises:
            ProblemError: 400 the query cannot be evaluated that far.
        """
        assert isinstance(self.results, ox.QuerySolutions)  # noqa: S101 - asked of SELECT only
        names = [variable.value for variable in self.results.variables]
        with _evaluation():
            return [[row[name] for name in names] for row in islice(self.results, most)]

    def _serialized(self, fmt: Format, prefixes: Mapping[str, str]) -> bytes:
        if isinstance(self.results, ox.QueryTriples):
            return serialize((ox.Quad(t.subject, t.predicate, t.object) for t in self.results), fmt, prefixes)
        assert isinstance(fmt.engine, ox.QueryResultsFormat)  # noqa: S101 - offered only
        if isinstance(self.results, ox.QueryBoolean) and fmt.suffix in {"csv", "tsv"}:
            return b"true\n" if self.results else b"false\n"  # undefined by the standard; one line says it
        return self.results.serialize(format=fmt.engine) or b""


def run(store: Store, query: Query) -> Answer:
    """Run `query` on the store.

    Raises:
        ProblemError: 400 the query is not SPARQL or names a graph by no IRI; 403 it has a SERVICE clause.
    """
    guard.check(query.text, store.base)
    given = bool(query.default_graphs or query.named_graphs)
    with _evaluation():
        return Answer(
            store.query(
                query.text,
                default_graphs=list(query.default_graphs) if given else None,
                named_graphs=list(query.named_graphs) if given else None,
            )
        )
