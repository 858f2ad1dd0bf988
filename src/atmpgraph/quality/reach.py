"""What shapes can see of a graph from their focus nodes: the steps that their paths take, as a graph of states.

A focus node is in the start state. Each property path, value class and SPARQL pattern adds steps from there. What the
steps do not lead to has no influence on the results of the node (SHACL §3.4, §4, §5): so the rest of the graph need not
be there while it is checked.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, Literal, TypeAlias

from rdflib import RDF, RDFS, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node, Variable

from ..sparql.syntax.algebra import flat
from .constraint_query import constraint_query
from .results import TARGETS

# A predicate between angle brackets, or None for each; and whether it leads from the object to the subject.
Step: TypeAlias = tuple[bytes | None, bool]
# A part of a query whose variables are bound in it alone, inside of others: the number of its clause, and of its side
# where that is a UNION, which binds what both sides bind; else none.
Scope: TypeAlias = tuple[tuple[int, int | None], ...]

THIS: Final = Variable("this")
_ANY: Final[Step] = (None, False)
# What a constraint reads of a value itself, and what is no constraint.
_OF_THE_VALUE: Final = {
    *(SH.path, SH.message, SH.severity, SH.deactivated, SH.name, SH.description, SH.order, SH.group, SH.defaultValue),
    *(SH.datatype, SH.nodeKind, SH.minCount, SH.maxCount, SH.minExclusive, SH.minInclusive, SH.maxExclusive),
    *(SH.maxInclusive, SH.minLength, SH.maxLength, SH.pattern, SH.flags, SH.languageIn, SH.uniqueLang, SH.hasValue),
    *(SH["in"], SH.ignoredProperties, SH.qualifiedMinCount, SH.qualifiedMaxCount, SH.qualifiedValueShapesDisjoint),
    *TARGETS,
}
_OF_THE_FOCUS_NODE: Final = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
_SHAPES: Final = {SH.node, SH.property, SH["not"], SH.qualifiedValueShape}
_LISTS: Final = (SH["and"], SH["or"], SH.xone)
# Parts of a query whose solutions depend on those of the whole graph.
_UNBOUNDED: Final = {"Graph", "ServiceGraphPattern", "ToMultiSet", "SubSelect", "Slice"}
# What binds nothing outside of it: sides of clauses, and tests.
_APART: Final = {("LeftJoin", "p2"), ("LeftJoin", "expr"), ("Minus", "p2")}
_EXISTS: Final = {"Builtin_EXISTS", "Builtin_NOTEXISTS"}
_LOOPS: Final[dict[Node, Literal["*", "+", "?"]]] = {
    SH.zeroOrMorePath: "*",
    SH.oneOrMorePath: "+",
    SH.zeroOrOnePath: "?",
}


class UnboundedError(Exception):
    """What a shape can see cannot be told from it."""


@dataclass(eq=False)
class State:
    """A place on the way of the paths, with the steps that go on from it."""

    steps: dict[Step, list["State"]] = field(default_factory=dict)
    _next: dict[Step, "State"] = field(default_factory=dict, repr=False)

    def after(self, step: Step) -> "State":
        """The state after a step, the same each time."""
        if step not in self._next:
            self._next[step] = State()
            self.steps.setdefault(step, []).append(self._next[step])
        return self._next[step]

    def lead(self, step: Step, state: "State") -> None:
        """Let a step lead to a state besides."""
        states = self.steps.setdefault(step, [])
        if state not in states:
            states.append(state)


class Reach:
    """The states of several shapes, merged: what one of them can see, all may."""

    def __init__(self, shapes: Graph) -> None:
        """Start with what no shape sees.

        Args:
            shapes: the graph of all shapes.
        """
        self.start, self._shapes = State(), shapes

    def add(self, shape: Node) -> None:
        """Add what a shape with targets sees.

        Raises:
            UnboundedError: that cannot be told; nothing is added then.
        """
        self._shape(shape, [State()], set())
        for predicate in self._shapes.objects(shape, SH.targetObjectsOf):
            self.start.after((_name(predicate), True))
        self._shape(shape, [self.start], set())

    def inverse(self) -> set[bytes]:
        """The predicates that a step follows from the object to the subject."""
        predicates: set[bytes] = set()
        seen, waiting = {self.start}, [self.start]
        while waiting:
            for (predicate, inverse), states in waiting.pop().steps.items():
                if inverse and predicate:
                    predicates.add(predicate)
                waiting += [state for state in states if state not in seen]
                seen.update(states)
        return predicates

    def _shape(self, shape: Node, starts: Sequence[State], seen: set[tuple[Node, State]]) -> None:
        """Add what a shape sees from nodes in some states."""
        if all((shape, start) in seen for start in starts):
            return
        seen.update((shape, start) for start in starts)
        path = self._shapes.value(shape, SH.path)
        values = list(starts) if path is None else _follow(_path(self._shapes, path), starts)
        for predicate, obj in self._shapes.predicate_objects(shape):
            if predicate in _OF_THE_FOCUS_NODE:
                _follow(obj, starts)
            elif predicate in _SHAPES:
                self._shape(obj, values, seen)
            elif predicate in _LISTS:
                for member in Collection(self._shapes, obj):
                    self._shape(member, values, seen)
            elif predicate not in _OF_THE_VALUE:
                self._constraint(predicate, obj, values)

    def _constraint(self, predicate: Node, obj: Node, values: Sequence[State]) -> None:
        """Add what a constraint reads of the values beside themselves."""
        if predicate == SH["class"]:
            _follow(RDF.type, values)
        elif predicate == SH.closed:
            for state in values:
                state.after(_ANY)
        elif predicate == SH.sparql:
            self._sparql(obj, values)
        elif not self._is_remark(predicate):
            raise UnboundedError(f"the constraint {predicate}")

    def _is_remark(self, predicate: Node) -> bool:
        """Whether a property of a shape is none of SHACL, nor the parameter of a constraint component."""
        parameters = self._shapes.subjects(SH.path, predicate)
        is_parameter = any((None, SH.parameter, parameter) in self._shapes for parameter in parameters)
        return not str(predicate).startswith(str(SH)) and not is_parameter

    def _sparql(self, constraint: Node, values: Sequence[State]) -> None:
        """Add the patterns of a query: those that steps from subject to object lead to from `$this`."""
        query = constraint_query(self._shapes, constraint)
        if query is None:
            raise UnboundedError(f"the query of {constraint}")
        states: dict[Node, Sequence[State]] = {THIS: values}
        bound = defaultdict[Node, set[Scope]](set, {THIS: {()}})
        waiting, begun = list(_patterns(query.algebra, (), count())), set[Node]()
        while waiting:
            near = [pattern for pattern in waiting if _is_bound(bound[pattern[0]], pattern[3])]
            if not near:
                raise UnboundedError(f"a pattern of {constraint}")
            for subject, path, obj, scope in near:
                begun.add(subject)
                ends = _follow(path, states[subject])
                if not isinstance(obj, Variable) or obj == THIS:  # which has its value before any pattern
                    continue
                if obj in begun:  # where another branch binds it, its patterns would start from there too
                    raise UnboundedError(f"a variable of {constraint}")
                states[obj] = [*states.get(obj, ()), *ends]
                _bind(bound[obj], scope)
            waiting = [pattern for pattern in waiting if pattern not in near]


def _is_bound(scopes: Set[Scope], scope: Scope) -> bool:
    """Whether a variable that is bound in some scopes is bound in another one."""
    return any(scope[: len(each)] == each for each in scopes)


def _bind(scopes: set[Scope], scope: Scope) -> None:
    """Note that a variable is bound in a scope; so it is round a UNION both sides of which bind it."""
    scopes.add(scope)
    while scope and scope[-1][1] is not None and (*scope[:-1], (scope[-1][0], 1 - scope[-1][1])) in scopes:
        scope = scope[:-1]
        scopes.add(scope)


def _name(predicate: Node) -> bytes:
    return f"<{predicate}>".encode()


def _path(shapes: Graph, node: Node) -> Path | URIRef:
    """A path of SHACL (§2.3.1) as a path of SPARQL."""
    if isinstance(node, URIRef):
        return node
    if (inner := shapes.value(node, SH.inversePath)) is not None:
        return InvPath(_path(shapes, inner))
    if (inner := shapes.value(node, SH.alternativePath)) is not None:
        return AlternativePath(*(_path(shapes, member) for member in Collection(shapes, inner)))
    for predicate, mark in _LOOPS.items():
        if (inner := shapes.value(node, predicate)) is not None:
            return MulPath(_path(shapes, inner), mark)
    return SequencePath(*(_path(shapes, member) for member in Collection(shapes, node)))


def _follow(path: Any, starts: Sequence[State], inverse: bool = False) -> list[State]:  # noqa: ANN401 - of rdflib
    """The states after a path."""
    if isinstance(path, URIRef):
        return [start.after((_name(path), inverse)) for start in starts]
    if isinstance(path, InvPath):
        return _follow(path.arg, starts, not inverse)
    if isinstance(path, AlternativePath):
        return [state for arg in path.args for state in _follow(arg, starts, inverse)]
    if isinstance(path, SequencePath):
        states = list(starts)
        for arg in reversed(path.args) if inverse else path.args:
            states = _follow(arg, states, inverse)
        return states
    if isinstance(path, MulPath):
        return _loop(path, starts, inverse)
    if isinstance(path, Variable) and not inverse:
        return [start.after(_ANY) for start in starts]
    raise UnboundedError(f"the path {path}")


def _loop(path: MulPath, starts: Sequence[State], inverse: bool) -> list[State]:
    """One state for all that a repeated path leads to: each of its steps, in any order and number."""
    once, loop = State(), State()
    _follow(path.path, [once], inverse)
    for step in _steps(once):
        for state in (*starts, loop):
            state.lead(step, loop)
    return [*starts, loop]


def _steps(state: State) -> Iterator[Step]:
    """The steps from a state and from all after it, which lead nowhere back."""
    for step, states in state.steps.items():
        yield step
        for following in states:
            yield from _steps(following)


def _patterns(part: object, scope: Scope, numbers: Iterator[int]) -> Iterator[tuple[Node, Any, Node, Scope]]:
    """The triple patterns of a query, those in EXISTS too, each with its scope.

    What OPTIONAL, MINUS and EXISTS match binds nothing outside of them (SPARQL 1.1 §18.2, §18.6).

    Raises:
        UnboundedError: something depends on more than the matches of patterns near the focus node.
    """
    if isinstance(part, CompValue):
        if part.name in _UNBOUNDED:
            raise UnboundedError(part.name)
        number = next(numbers)
        for name, child in part.items():
            if name == "triples":
                terms: list[Any] = flat(child)
                for subject, path, obj in zip(terms[::3], terms[1::3], terms[2::3], strict=True):
                    yield subject, path, obj, scope
            elif name != "_vars":
                yield from _patterns(child, _inner(part.name, name, scope, number), numbers)
    elif isinstance(part, list | tuple):
        for child in part:
            yield from _patterns(child, scope, numbers)


def _inner(clause: str, side: str, scope: Scope, number: int) -> Scope:
    if clause == "Union":
        return (*scope, (number, int(side == "p2")))
    return (*scope, (number, None)) if (clause, side) in _APART or clause in _EXISTS else scope


def shapes_with_targets(shapes: Graph) -> Iterator[Node]:
    """The shapes that validation starts from (SHACL §2.1.3), in a fixed order."""
    classes = (shape for shape in shapes.subjects(RDF.type, RDFS.Class) if _is_shape(shapes, shape))
    yield from sorted({*classes, *(shape for target in TARGETS for shape in shapes.subjects(target))}, key=str)


def _is_shape(shapes: Graph, node: Node) -> bool:
    return any((node, RDF.type, kind) in shapes for kind in (SH.NodeShape, SH.PropertyShape))
