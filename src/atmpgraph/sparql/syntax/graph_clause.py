"""`GRAPH ?g { … }`, graph by graph: what is inside is evaluated once in each named graph (SPARQL 1.1 §18.6, Graph).

`GRAPH <iri> { … }` is empty where the dataset has no such graph, also if it would not be looked up there.

An engine that takes the clause for a join with the names of the graphs evaluates once what it does not look up in a
graph: a subquery, `VALUES`, the right side of `MINUS`, another `GRAPH`. Such a clause is written out, a branch for each
graph. One with triple patterns and filters alone is left to the engine, for which it is quicker.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import pyoxigraph as ox

from .dataset_clause import read_prologue
from .tokenizer import Token, closing, mentions, words

MOST_BRANCHES: Final = 2_000  # that are written out for all clauses of a query
_EVALUATED_ONCE: Final = ("SELECT", "VALUES", "MINUS", "GRAPH")
_NAMES: Final = frozenset({"variable", "iri", "prefixed"})


class ManyGraphsError(ValueError):
    """A clause would have too many branches.

    Attributes:
        graphs: how many graphs there are.
    """

    def __init__(self, graphs: int) -> None:
        """Tell how many."""
        super().__init__(graphs)
        self.graphs = graphs


def graph_by_graph(query: str, base: str, graphs: Callable[[], Sequence[str]]) -> str:
    """The same query with each clause written out that an engine may evaluate once for all graphs.

    Args:
        query: with or without such clauses, and with or without errors.
        base: of its relative IRIs.
        graphs: the IRIs of the named graphs of its dataset.

    Raises:
        ManyGraphsError: there would be too many branches.
    """
    if not mentions(query, "GRAPH"):
        return query
    every = words(query)
    if not any(_is_evaluated_once(every, clause) for clause in _clauses(every)):
        return query
    return _Writer(query, every, tuple(graphs()), base).text(0, len(every))


class _Clause(NamedTuple):
    """Where a clause stands: the numbers of the words `GRAPH` and the two braces."""

    start: int
    first: int
    last: int


def _clauses(every: Sequence[Token], start: int = 0, end: int | None = None) -> list[_Clause]:
    """The clauses outside of one another."""
    clauses: list[_Clause] = []
    at, end = start, len(every) if end is None else end
    while at < end - 2:
        word, name, brace = every[at : at + 3]
        if word.is_word("GRAPH") and name.kind in _NAMES and brace.is_sign("{"):
            if (last := closing(every, at + 2, end)) is None:
                return clauses  # the engine says that it does not end
            clauses.append(_Clause(at, at + 2, last))
            at = last
        at += 1
    return clauses


def _is_evaluated_once(every: Sequence[Token], clause: _Clause) -> bool:
    """Whether something inside does not depend on a look-up in the graph, or mentions the variable of the graph."""
    name = every[clause.start + 1].text[1:] if every[clause.start + 1].kind == "variable" else ""
    inside = every[clause.first + 1 : clause.last]
    return any(
        word.text[1:] == name if word.kind == "variable" else any(map(word.is_word, _EVALUATED_ONCE)) for word in inside
    )


class _Writer:
    """Writes clauses out."""

    def __init__(self, query: str, every: Sequence[Token], graphs: Sequence[str], base: str) -> None:
        self._query, self._every, self._graphs, self._branches = query, every, graphs, 0
        self._prologue = read_prologue(query, every, base)

    def text(self, start: int, end: int, suffix: str = "") -> str:
        """The text of some words, their clauses written out; a suffix makes the blank nodes of each branch its own."""
        pieces, at = list[str](), start
        for clause in _clauses(self._every, start, end):
            if _is_evaluated_once(self._every, clause):
                is_many = self._every[clause.start + 1].kind == "variable"
                written = self._branched(clause, suffix) if is_many else self._of_one(clause, suffix)
                pieces += [self._words(at, clause.start, suffix), written]
                at = clause.last + 1
        return "".join([*pieces, self._words(at, end, suffix)])

    def _of_one(self, clause: _Clause, suffix: str) -> str:
        """A clause that names its graph; what is inside keeps its columns where the graph is none."""
        name, inside = self._every[clause.start + 1], self.text(clause.first + 1, clause.last, suffix)
        try:
            is_graph = self._prologue.iris([name])[0] in self._graphs
        except (SyntaxError, IndexError):  # the engine says what is wrong with it
            is_graph = True
        written = f"GRAPH {name.text} {{ {inside} }}"
        return f" {written} " if is_graph else f" {{ {written} FILTER(false) }} "

    def _branched(self, clause: _Clause, suffix: str) -> str:
        variable = self._every[clause.start + 1].text
        branches = []
        for graph in self._graphs:
            self._branches += 1
            if self._branches > MOST_BRANCHES:
                raise ManyGraphsError(len(self._graphs))
            inside = self.text(clause.first + 1, clause.last, f"{suffix}.{self._branches}")
            name = _term(graph)
            branches.append(f"{{ GRAPH {name} {{ {inside} }} VALUES {variable} {{ {name} }} }}")
        return f" {_united(branches) if branches else '{ FILTER(false) }'} "

    def _words(self, start: int, end: int, suffix: str) -> str:
        """Words as they stand, with what is between them and after the last one."""
        if start >= end:
            return ""
        stop = self._every[end].start if end < len(self._every) else len(self._query)
        pieces, at = list[str](), self._every[start].start if start else 0
        for word in self._every[start:end]:
            if suffix and word.kind == "blank":
                pieces += [self._query[at : word.end], suffix]
                at = word.end
        return "".join([*pieces, self._query[at:stop]])


def _united(branches: Sequence[str]) -> str:
    """The union of branches as a balanced tree: engines go down it by recursion."""
    if len(branches) == 1:
        return branches[0]
    half = len(branches) // 2
    return f"{{ {_united(branches[:half])} UNION {_united(branches[half:])} }}"


@lru_cache(1 << 12)
def _term(iri: str) -> str:
    return str(ox.NamedNode(iri))
