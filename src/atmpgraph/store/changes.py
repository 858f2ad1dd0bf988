"""What statements that came or went change of the solutions of queries.

What went is looked for in the graph as it was, what came in the graph as it is: a solution that differs has such a
statement in one of its places, and all else that it matches is in the same graph.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import pyoxigraph as ox

from ..sparql.syntax.taking_part import IS, IS_BLANK, Place, Triple
from .base import Store

_MOST_MATCHES: Final = 1_000  # of statements in a query; with more of them it is quicker to run it
_MOST: Final = 2_000  # values that are touched
_Match: TypeAlias = tuple[Place, Mapping[str, str], Store]


@dataclass(frozen=True)
class Changes:
    """Two graphs and how they differ.

    Attributes:
        before, after: stores of them.
        gone, come: the lines of canonical N-Quads that only the former has, and that only the latter has.
    """

    before: Store
    after: Store
    gone: Sequence[bytes]
    come: Sequence[bytes]

    @cached_property
    def predicates(self) -> frozenset[str]:
        """The predicates of the statements."""
        return frozenset(line.split(b" ", 2)[1][1:-1].decode() for line in (*self.gone, *self.come))

    def concern(self, places: Iterable[Place] | None) -> bool:
        """Whether a query may have other solutions, by its places; None where they are not known."""
        matches = self._matches(places)
        if matches is None:
            return True
        return any(store.query(f"ASK {{ {_where(place, values)} }}") for place, values, store in matches)

    def touched(self, places: Iterable[Place] | None, variable: str) -> frozenset[str] | None:
        """The IRIs that a variable has in the solutions that may have come or gone, by the places of a query.

        None where others may have come or gone too, or where they are too many.
        """
        matches, touched, name = self._matches(places), set[str](), f"?{variable}"
        if matches is None:
            return None
        for place, values, store in matches:
            where = _where(place, values)
            if not place.alone or (f"{name} " not in f"{where} " and name not in values):
                if store.query(f"ASK {{ {where} }}"):
                    return None
            elif name in values:
                touched |= {values[name][1:-1]} if store.query(f"ASK {{ {where} }}") else set()
            else:
                for row in store.select(f"SELECT DISTINCT {name} {{ {where} }}"):
                    value = row[0]
                    if not isinstance(value, ox.NamedNode) or len(touched) > _MOST:
                        return None
                    touched.add(value.value)
        return frozenset(touched)

    def _matches(self, places: Iterable[Place] | None) -> list[_Match] | None:
        """The places that statements match, each with the values of its variables and the store; None if too many."""
        matches = list[_Match]()
        if places is None:
            return None
        of_predicate = defaultdict[str | None, list[Place]](list)
        for place in places:
            predicate = place.triple[1]
            of_predicate[predicate if predicate.startswith("<") else None].append(place)
        anywhere = of_predicate.pop(None, [])
        for lines, store in ((self.gone, self.before), (self.come, self.after)):
            for line in lines:
                subject, predicate, rest = line.decode("utf-8", "surrogatepass").split(" ", 2)
                value = rest[: rest.index("> ") + 1] if rest.startswith("<") else ""
                for place in (*of_predicate.get(predicate, ()), *anywhere):
                    values = _values(place.triple, (subject, predicate, value))
                    if values is not None:
                        matches.append((place, values, store))
                if len(matches) > _MOST_MATCHES:
                    return None
        return matches


def _values(triple: Triple, terms: Triple) -> dict[str, str] | None:
    """The values of the variables of a pattern in a statement, of those that are IRIs; None if it does not match.

    A literal, for which there is no text, is left to the store: it may have another spelling in the pattern.
    """
    values = dict[str, str]()
    for wanted, term in zip(triple, terms, strict=True):
        if term and wanted != term and (not wanted.startswith("?") or values.setdefault(wanted, term) != term):
            return None
        if not term and wanted.startswith("<"):
            return None
    return values


def _where(place: Place, values: Mapping[str, str]) -> str:
    """What is matched where a statement is in its place, as far as it hangs together."""
    triples, reached, rest = [place.triple], set(place.triple), dict.fromkeys(place.others)
    while near := [each for each in rest if any(term in reached for term in each if term.startswith("?"))]:
        triples += near
        reached.update(term for triple in near for term in triple if term.startswith("?"))
        for each in near:
            del rest[each]
    return " . ".join(_condition(*(values.get(term, term) for term in triple)) for triple in triples)


def _condition(subject: str, path: str, value: str) -> str:
    if path == IS_BLANK:
        return f"FILTER(isBlank({subject}))"
    if path == IS:
        return f"FILTER(sameTerm({subject}, {value}))"
    return f"{subject} {path} {value}"
