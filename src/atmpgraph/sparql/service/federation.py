"""Federation (SPARQL 1.1 Federated Query) with the services that the settings allow, asked before the query runs.

A caller does it, a process that can be killed at any moment (`caller`).

The engine calls nobody. A `SERVICE` clause is sent as a query of its own, and the rows that come back take its place in
the text. What is not understood here stays a `SERVICE` clause, which the guard refuses.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ...http.outbound import Outbound, OutboundError
from ...http.problem import Problem, ProblemError
from ..syntax.dataset_clause import Prologue, read_prologue
from ..syntax.tokenizer import Token, tokens
from .result_writers import Term

_JSON: Final = "application/sparql-results+json"
_FIELDS: Final = {"Content-Type": "application/sparql-query", "Accept": _JSON, "User-Agent": "atmpgraph"}


@dataclass(frozen=True)
class Clause:
    """A `SERVICE` clause.

    Attributes:
        start, end: its place in the text.
        service: the name of the service.
        silent: whether an error counts as one solution without bindings (§2.4).
        pattern: its group graph pattern, braces included.
    """

    start: int
    end: int
    service: Token
    silent: bool
    pattern: str


@dataclass(frozen=True)
class Federation:
    """Which services may be asked, and how.

    Attributes:
        allowed: their IRIs.
        clauses: most clauses of one query.
        outbound: how requests go out.
    """

    allowed: frozenset[str]
    clauses: int
    outbound: Outbound

    def resolved(self, query: str, base: str) -> str:
        """The query with the rows of the services in it; the query itself where it names none.

        Raises:
            ProblemError: 400 too many clauses; 403 a service that is not allowed; 502 a service that does not answer.
        """
        words = list(tokens(query))
        found = list(_clauses(query, words))
        if len(found) > self.clauses:
            detail = "The query has {count} SERVICE clauses; {most} are allowed."
            raise ProblemError(Problem(400, detail, values={"count": len(found), "most": self.clauses}))
        prologue = read_prologue(query, words, base)
        try:
            services = prologue.iris([clause.service for clause in found])
        except SyntaxError:
            return query  # the engine will say where
        for service in services:
            if service not in self.allowed:
                detail = "SERVICE is not allowed for {service}, only for {allowed}."
                values = {"service": service, "allowed": ", ".join(sorted(self.allowed))}
                raise ProblemError(Problem(403, detail, {"allowed": sorted(self.allowed)}, values=values))
        for clause, service in reversed(list(zip(found, services, strict=True))):
            query = query[: clause.start] + self._rows(clause, service, prologue) + query[clause.end :]
        return query

    def _rows(self, clause: Clause, service: str, prologue: Prologue) -> str:
        query = f"BASE <{prologue.base}>\n{prologue.text}\nSELECT * WHERE {clause.pattern}"
        try:
            return _values(self.outbound.post(service, query.encode(), _FIELDS), self.outbound.longest)
        except OutboundError as error:
            if clause.silent:
                return "{}"
            values = {"service": service, "reason": error}
            raise ProblemError(
                Problem(502, "The service {service} gave no usable answer: {reason}.", values=values)
            ) from None


def _clauses(query: str, words: Sequence[Token]) -> Iterator[Clause]:
    """The clauses of a query; those within another one are the business of that service."""
    closing, end = _closing(words), 0
    for at, word in enumerate(words):
        if word.start < end or not word.is_word("SERVICE"):
            continue
        after = list(words[at + 1 : at + 4])
        silent = bool(after) and after[0].is_word("SILENT")
        service, opening = [*after[silent:], None, None][:2]
        if service and opening and opening.start in closing and service.kind in {"iri", "prefixed"}:
            end = closing[opening.start]
            yield Clause(word.start, end, service, silent, query[opening.start : end])


def _closing(words: Sequence[Token]) -> dict[int, int]:
    """Where the group ends that begins at a place."""
    ends: dict[int, int] = {}
    open_: list[int] = []
    for word in words:
        if word.kind == "other" and word.text == "{":
            open_.append(word.start)
        elif word.kind == "other" and word.text == "}" and open_:
            ends[open_.pop()] = word.end
    return ends


def _values(content: bytes, longest: int) -> str:
    """Rows in JSON as inline data (SPARQL 1.1 §10.2.2), which is no longer unless many values are missing."""
    lines: list[str] = []
    try:
        found = ox.parse_query_results(content, format=ox.QueryResultsFormat.JSON)
        if not isinstance(found, ox.QuerySolutions):
            raise OutboundError("its answer has no rows")
        names = " ".join(str(variable) for variable in found.variables)
        for row in found:
            longest -= len(line := f"({' '.join(map(_inline, row))})")
            if longest < 0:
                raise OutboundError("its rows have too many variables without a value")
            lines.append(line)
    except (SyntaxError, ValueError) as error:
        raise OutboundError(f"its answer is not {_JSON}: {error}") from None
    return f"{{ VALUES ({names}) {{ {' '.join(lines)} }} }}"


def _inline(term: Term | None) -> str:
    if isinstance(term, ox.BlankNode | ox.Triple):
        raise OutboundError("its answer has blank nodes, which mean nothing here")
    return "UNDEF" if term is None else str(term)
