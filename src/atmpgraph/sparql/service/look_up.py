"""Answer a look-up in the process that has read it, from the indexes of its store, without the engine's evaluation.

That evaluation has no end that somebody else could set, so it runs in a process that can be killed (`worker`). A
look-up (`syntax.look_up`) needs none: it reads step by step what is stated of the things that it names, and counts.
One that reads too much is given up, and the query service runs it.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from time import perf_counter
from typing import Final, TypeAlias, cast

import pyoxigraph as ox

from ...errors import NotExpressibleError, ReleaseError
from ...store import EMBEDDED, StoreAddress
from ...store.base import NAMES
from ...store.embedded import EmbeddedStore
from ..syntax.look_up import Constant, Group, Language, LookUp, Pattern, read_look_up
from .client import Result
from .messages import QueryJob
from .names import Names
from .result_writers import Term
from .short_result import GivenUpError, boolean_result, graph_result, is_allowed, rows_result

Solution: TypeAlias = list[Term | None]

_STEP: Final = 4  # statements that are read in the time in which an index is entered
_CHARACTERS: Final = 1 << 10  # of a text that count as one statement more
_PART: Final = "query"  # of Server-Timing
_NAMES: Final = tuple(map(ox.NamedNode, NAMES))
_SUBJECTS: Final = (ox.NamedNode, ox.BlankNode, type(None))
_PREDICATES: Final = (ox.NamedNode, type(None))
_PARTS: Final = tuple(map(attrgetter, ("subject", "predicate", "object")))


@dataclass
class _Reader:
    """Reads a store, and counts.

    Attributes:
        matching: gives the statements of the default graph.
        left: statements that may still be read.
    """

    matching: Callable[..., Iterator[ox.Quad]]
    left: int

    def read(self, subject: Term | None, predicate: Term | None, value: Term | None) -> list[ox.Quad]:
        """The statements that match.

        Raises:
            GivenUpError: there are too many, or their texts are too long.
        """
        statements, left = list[ox.Quad](), self.left - _STEP
        if left < 0:
            raise GivenUpError
        for statement in self.matching(subject, predicate, value):
            text = statement.object if value is None else value
            left -= 1 + len(text.value) // _CHARACTERS if isinstance(text, ox.Literal) else 1
            if left < 0:
                raise GivenUpError
            statements.append(statement)
        self.left = left
        return statements


@dataclass
class _Open:
    """An open store, and the names in it that are remembered."""

    address: StoreAddress
    store: EmbeddedStore
    names: Names


class LookUps:
    """Answers look-ups on one store at a time, which it keeps open. Safe to share between threads."""

    def __init__(self, most: int) -> None:
        """Read so many statements for one; a look into an index counts as four."""
        self._most = most
        self._open: _Open | None = None
        self._unreadable: StoreAddress | None = None  # a repair gives it another address
        self._lock = threading.Lock()

    def result(self, job: QueryJob) -> Result | None:
        """The result of a query on a store of this machine; None if the query service must give it."""
        if not self._most or job.store.kind != EMBEDDED.kind or job.offset or job.default_graphs or job.named_graphs:
            return None
        started = perf_counter()
        if (read := read_look_up(job.query)) is None:
            return None
        look_up, constants = read
        if not is_allowed(look_up, constants, job) or (open_store := self._open_store(job.store, job.base)) is None:
            return None
        try:
            body, rows = self._answer(look_up, constants, open_store, job)
        except (GivenUpError, NotExpressibleError):
            return None
        except (RuntimeError, OSError):  # files are damaged: the query service says so
            self._open, self._unreadable = None, job.store
            return None
        return Result(iter((body,)), len(body), rows, "", {_PART: (perf_counter() - started) * 1000}, {})

    def _open_store(self, address: StoreAddress, base: str) -> _Open | None:
        open_store = self._open
        if open_store and open_store.address == address:
            return open_store
        with self._lock:
            if self._open and self._open.address == address:
                return self._open
            if self._unreadable == address:
                return None
            try:
                store = EMBEDDED.open(address, base)
            except ReleaseError:
                self._unreadable = address
                return None
            assert isinstance(store, EmbeddedStore)  # noqa: S101 - no other is opened here
            self._open = _Open(address, store, Names(store))
            return self._open

    def _answer(self, look_up: LookUp, constants: Sequence[str], open_store: _Open, job: QueryJob) -> tuple[bytes, int]:
        """A result and how many rows or triples it has."""
        terms = [_term(each, constants) for each in look_up.terms]
        reader = _Reader(open_store.store.matching, self._most)
        most = job.rows or self._most
        if look_up.limit is not None:
            most = min(most, int(constants[look_up.limit]))
        if not most:
            raise GivenUpError  # of no solution an answer, or a description, is another
        if look_up.form == "DESCRIBE":
            with self._lock:  # the names are not safe to share
                return graph_result(_described(terms[0], reader, open_store.names), job)
        solutions = _solutions(look_up, terms, constants, reader)
        if look_up.form == "ASK":
            return boolean_result(bool(solutions), job)
        if look_up.form == "CONSTRUCT":
            if len(solutions) > most:
                raise GivenUpError
            return graph_result(_constructed(look_up.template, solutions), job)
        return rows_result([name for name, _ in look_up.columns], _rows(look_up, solutions), job, most)


def _term(constant: Constant, constants: Sequence[str]) -> Term:
    """A term.

    Raises:
        GivenUpError: it is none, or is resolved to another one: `/a/../b` means `/b`.
    """
    if constant.number is None:
        return _node(constant.local)
    text = constants[constant.number]
    if text[0] == "<":
        if "/." in text or ":." in text:
            raise GivenUpError
        try:
            return _node(text[1:-1] + constant.local) if constant.local else ox.NamedNode(text[1:-1])
        except ValueError:
            raise GivenUpError from None
    value, _, tag = text.rpartition(text[0])
    return ox.Literal(value[1:], language=tag[1:].lower()) if tag else ox.Literal(value[1:])


_node = lru_cache(1_024)(ox.NamedNode)


def _solutions(look_up: LookUp, terms: Sequence[Term], constants: Sequence[str], reader: _Reader) -> list[Solution]:
    """The solutions (SPARQL 1.1 §18.5), each with the terms of the query at its end."""
    solutions: list[Solution] = [[*[None] * look_up.variables, *terms]]
    solutions = _within(look_up.group, solutions, constants, reader)
    for group in look_up.optional:
        solutions = [each for one in solutions for each in _within(group, [one], constants, reader) or [one]]
    return solutions


def _within(group: Group, solutions: list[Solution], constants: Sequence[str], reader: _Reader) -> list[Solution]:
    """The solutions that some become in a group."""
    for pattern in group.patterns:
        solutions = [each for one in solutions for each in _extended(one, pattern, reader)]
    for language in group.languages:
        text = constants[language.number]
        tag = text[1:].partition(text[0])
        if tag[2]:  # a text with a language equals no tag
            raise GivenUpError
        solutions = [each for each in solutions if _speaks(each[language.text], tag[0].lower(), language)]
    return solutions


def _extended(solution: Solution, pattern: Pattern, reader: _Reader) -> Iterator[Solution]:
    """A solution with what a pattern adds to it."""
    places = subject, predicate, value = pattern
    terms = solution[subject], solution[predicate], solution[value]
    if not (isinstance(terms[0], _SUBJECTS) and isinstance(terms[1], _PREDICATES)):
        return
    unbound = [(place, part) for place, term, part in zip(places, terms, _PARTS, strict=True) if term is None]
    for statement in reader.read(*terms):
        new = solution.copy()
        for place, part in unbound:
            new[place] = part(statement)
        yield new


def _speaks(term: Term | None, tag: str, language: Language) -> bool:
    """Whether a text is in a language (SPARQL 1.1 §17.4.2.6, §17.4.3.12)."""
    if not isinstance(term, ox.Literal):
        return False
    own = term.language or ""
    if not language.ranges:
        return own == tag
    return bool(own) if tag == "*" else own == tag or own.startswith(f"{tag}-")


def _rows(look_up: LookUp, solutions: Iterable[Solution]) -> Sequence[tuple[Term | None, ...]]:
    """The rows of SELECT."""
    places = [place for _, place in look_up.columns]
    rows = [tuple([solution[place] for place in places]) for solution in solutions]
    return list(dict.fromkeys(rows)) if look_up.distinct else rows


def _constructed(template: Iterable[Pattern], solutions: Iterable[Solution]) -> list[ox.Triple]:
    """The triples of CONSTRUCT; what is none is left out (SPARQL 1.1 §16.2)."""
    triples = dict[ox.Triple, None]()
    patterns = list(template)
    for solution in solutions:
        for places in patterns:
            subject, predicate, value = (solution[place] for place in places)
            if value and isinstance(subject, ox.NamedNode | ox.BlankNode) and isinstance(predicate, ox.NamedNode):
                triples[ox.Triple(subject, predicate, value)] = None
    return list(triples)


def _described(thing: Term, reader: _Reader, names: Names) -> list[ox.Triple]:
    """What is stated of a thing, and the names of everything that it mentions.

    Raises:
        GivenUpError: it mentions a thing without an IRI, of which more is to be told.
    """
    triples = [statement.triple for statement in reader.read(thing, None, None)]
    mentioned = {term.value for triple in triples for term in triple if isinstance(term, ox.NamedNode)}
    if any(isinstance(triple.object, ox.BlankNode) for triple in triples):
        raise GivenUpError
    for iri in sorted(mentioned - {cast("ox.NamedNode", thing).value} if triples else ()):
        labels = names.remembered(iri)
        triples += names.remember(iri, _labels(ox.NamedNode(iri), reader)) if labels is None else labels
    return triples


def _labels(thing: ox.NamedNode, reader: _Reader) -> Iterator[ox.Triple]:
    """The triples that name a thing, in the order of `Store.labels`."""
    for name in _NAMES:
        yield from sorted((each.triple for each in reader.read(thing, name, None)), key=lambda each: str(each.object))
