"""The nodes of which shapes may see something else, after some statements have come or gone.

What the shapes see from a node is what the steps of their paths lead to (`reach`). So the steps are gone back from each
statement: from one that came in the graph as it is, from one that went in the graph as it was.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, TypeAlias

import pyoxigraph as ox

from ..rdf.terms import term, without_graph
from ..store import Store
from .reach import Reach, State, Step

_MOST: Final = 20_000  # nodes in a state; the whole is checked in less time than more of them are looked for
_BATCH: Final = 500  # nodes of a query
_Place: TypeAlias = tuple[bytes, State]


def affected_nodes(reach: Reach, store: Store, lines: Iterable[bytes]) -> set[bytes] | None:
    """The nodes from which steps lead to some statements of a graph, as terms; None where they are too many.

    Args:
        reach: what the shapes see.
        store: of the graph.
        lines: the statements, canonical N-Quads; their subjects and objects are among the nodes.
    """
    states = _states(reach.start)
    nodes, seen = set[bytes](), set[_Place]()
    for line in set(map(without_graph, lines)):
        subject, predicate, rest = line.split(b" ", 2)
        nodes |= {subject, rest[:-3]}
        for state in states:
            for wanted, inverse in state.steps:
                if wanted in {None, predicate}:
                    seen.add((rest[:-3] if inverse else subject, state))
    leading = _leading(states)
    waiting = seen
    while waiting and len(seen) <= _MOST:
        by_step: dict[tuple[Step, State], list[bytes]] = defaultdict(list)
        for node, state in waiting:
            for step, before in leading[state]:
                by_step[step, before].append(node)
        waiting = {
            (node, before) for (step, before), ends in by_step.items() for node in _starts(store, step, ends)
        } - seen
        seen = seen | waiting
    if len(seen) > _MOST:
        return None
    return nodes | {node for node, state in seen if state is reach.start}


def _states(start: State) -> list[State]:
    """All states, the start first."""
    states, waiting = [start], [start]
    while waiting:
        for following in chain.from_iterable(waiting.pop().steps.values()):
            if following not in states:
                states.append(following)
                waiting.append(following)
    return states


def _leading(states: Iterable[State]) -> Mapping[State, list[tuple[Step, State]]]:
    """For each state the steps that lead to it, with the states that they begin in."""
    leading: dict[State, list[tuple[Step, State]]] = defaultdict(list)
    for state in states:
        for step, ends in state.steps.items():
            for end in ends:
                leading[end].append((step, state))
    return leading


def _starts(store: Store, step: Step, ends: Sequence[bytes]) -> Iterator[bytes]:
    """The nodes from which a step leads to one of some nodes."""
    predicate, inverse = step
    path = predicate.decode() if predicate else "?predicate"
    pattern = f"?end {path} ?start" if inverse else f"?start {path} ?end"
    for at in range(0, len(ends), _BATCH):
        values = b" ".join(ends[at : at + _BATCH]).decode()
        for row in store.select(f"SELECT DISTINCT ?start {{ VALUES ?end {{ {values} }} {pattern} }}"):
            if isinstance(row["start"], ox.NamedNode | ox.Literal):
                yield term(row["start"]).encode()
