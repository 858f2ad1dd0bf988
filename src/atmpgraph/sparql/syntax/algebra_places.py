"""The places of a query (`taking_part`), read from its algebra: with a parser, which loads slowly."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count, product
from typing import Any, Final, TypeAlias

from rdflib import BNode, Literal, URIRef, Variable
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.plugins.sparql.parserutils import CompValue

from .algebra import flat, prepared
from .taking_part import IS, IS_BLANK, Place, Triple

_CONDITIONS: Final = frozenset({IS_BLANK, IS})
_MOST_ALTERNATIVES: Final = 64
_GIVEN: Final = object()  # among names: some variables have their values from outside
_Context: TypeAlias = tuple[Triple, ...]
_Names: TypeAlias = Mapping[Any, str]

# What gives another answer over the same graph.
_VOLATILE: Final = frozenset(f"Builtin_{name}" for name in ("NOW", "RAND", "UUID", "STRUUID", "BNODE"))
_EXISTS: Final = frozenset({"Builtin_EXISTS", "Builtin_NOTEXISTS"})
_FORMS: Final = frozenset({"SelectQuery", "AskQuery", "ConstructQuery"})
_THROUGH: Final = frozenset({"Project", "Distinct", "Reduced", "Extend", "Filter", "OrderBy"})


class AnythingError(Exception):
    """Any statement may change the solutions, as far as can be told."""


_Reader: TypeAlias = Callable[[CompValue, _Context, _Names, bool], Iterator[Place]]


def places_in(text: str, base: str | None) -> tuple[Place, ...]:
    """The places of a query.

    Raises:
        AnythingError: any statement may matter.
    """
    return tuple(dict.fromkeys(_Reading(text).places(prepared(text, base).algebra, (), {}, True)))


def certain_in(text: str, base: str | None) -> tuple[Triple, ...]:
    """Patterns that each solution of a query matches."""
    return tuple(_Reading(text).certain(prepared(text, base).algebra, {}))


class _Reading:
    """Reads one query. Names of variables are those of the query, or new ones where another is meant by them."""

    def __init__(self, text: str) -> None:
        stem = next(stem for stem in (f"new{number}_" for number in count()) if stem not in text)
        self._names = (f"{stem}{number}" for number in count())
        self._blank_nodes: dict[BNode, str] = {}
        self._within: dict[int, _Names] = {}  # new names in subselects
        self._in_graph = False
        self._parts: dict[str, _Reader] = {
            **dict.fromkeys(_THROUGH, self._of_one),
            **dict.fromkeys(_FORMS, self._of_form),
            **dict.fromkeys(("LeftJoin", "Minus"), self._of_compared),
            "BGP": self._of_triples,
            "Join": self._of_join,
            "Union": self._of_union,
            "Graph": self._of_graph,
            "ToMultiSet": self._of_rows,
            "Slice": self._of_slice,
            "AggregateJoin": self._of_groups,
        }

    def places(self, part: CompValue, context: _Context, names: _Names, alone: bool) -> Iterator[Place]:
        """The places of a part of a query.

        Args:
            part: of the algebra.
            context: patterns that are matched where the part is.
            names: of variables that are others in this part than outside.
            alone: as in a place.
        """
        if part.name not in self._parts:
            raise AnythingError
        return self._parts[part.name](part, context, names, alone)

    def certain(self, part: CompValue, names: _Names) -> Iterator[Triple]:
        """Patterns that each solution of a part matches."""
        match part.name:
            case "BGP":
                for subject, path, value in _triples(part):
                    yield self._term(subject, names), self._path(path, names), self._term(value, names)
            case "Join":
                yield from self.certain(part.p1, names)
                yield from self.certain(part.p2, names)
            case "LeftJoin" | "Minus":
                yield from self.certain(part.p1, names)
            case "ToMultiSet" if part.p.name != "values":
                yield from self.certain(part.p, self._inside(part.p, names))
            case "AggregateJoin" if part.p.expr:  # without keys there is a group of nothing
                yield from self.certain(part.p.p, self._of_group(part, names))
            case "SelectQuery" | "AskQuery" | "ConstructQuery" | "Graph" | "Slice":
                yield from self.certain(part.p, names)
            case name if name in _THROUGH:
                yield from self.certain(part.p, names)
                yield from self._conditions(part, names)

    def _of_form(self, part: CompValue, context: _Context, names: _Names, alone: bool) -> Iterator[Place]:
        if part.datasetClause:
            raise AnythingError
        return self.places(part.p, context, names, alone)

    def _of_join(self, part: CompValue, context: _Context, names: _Names, alone: bool) -> Iterator[Place]:
        """Of a join; one of a union is a union of joins, each with its own context."""
        sides = [_alternatives(part.p1), _alternatives(part.p2)]
        if len(sides[0]) * len(sides[1]) > _MOST_ALTERNATIVES:
            sides = [[part.p1], [part.p2]]
        for one, other in product(*sides):
            first, second = (tuple(self.certain(each, names)) for each in (one, other))
            yield from self.places(one, (*context, *second), names, alone)
            yield from self.places(other, (*context, *first), names, alone)

    def _of_union(self, part: CompValue, context: _Context, names: _Names, alone: bool) -> Iterator[Place]:
        yield from self.places(part.p1, context, names, alone)
        yield from self.places(part.p2, context, names, alone)

    def _of_compared(self, part: CompValue, context: _Context, names: _Names, alone: bool) -> Iterator[Place]:
        """Of OPTIONAL and MINUS: where the second part is not matched, the solution may be another one."""
        yield from self.places(part.p1, context, names, alone)
        matched, inner = tuple(self.certain(part.p1, names)), self._apart(part.p1, part.p2, names)
        yield from self.places(part.p2, (*context, *matched), inner, alone)
        if part.name == "LeftJoin":
            both = (*context, *matched, *self.certain(part.p2, inner))
            yield from self._of_expressions(part.expr, part.p1, both, names, alone)

    def _of_graph(self, part: CompValue, context: _Context, names: _Names, alone: bool) -> Iterator[Place]:
        if not _matches(part.p):  # the graphs that there are
            raise AnythingError
        before, self._in_graph = self._in_graph, True
        inside = [*self.places(part.p, context, names, alone)]
        self._in_graph = before
        yield from inside

    def _of_rows(self, part: CompValue, context: _Context, names: _Names, alone: bool) -> Iterator[Place]:
        """Of VALUES, which has none, and of a subselect."""
        if part.p.name == "values":
            return
        inner = self._inside(part.p, names)
        if _is_plain(part.p):
            yield from self.places(part.p, context, inner, alone)
        else:
            yield from self.places(part.p, (), inner, False)

    def _of_slice(self, part: CompValue, _: _Context, names: _Names, alone: bool) -> Iterator[Place]:  # noqa: ARG002 - as the others
        return self.places(part.p, (), names, False)

    def _of_groups(self, part: CompValue, context: _Context, names: _Names, alone: bool) -> Iterator[Place]:
        """Of groups: a variable that is no key is another one than that of the same name outside."""
        matched = tuple(self.certain(part.p.p, names))
        yield from self._of_expressions([part.A, part.p.expr], part.p.p, matched, names, alone)
        yield from self.places(part.p.p, context, self._of_group(part, names), alone)

    def _of_group(self, part: CompValue, names: _Names) -> _Names:
        """The names in groups."""
        keys = {each for each in part.p.expr or () if isinstance(each, Variable)}
        return {**names, **{each: next(self._names) for each in _variables(part.p.p) - keys}}

    def _of_one(self, part: CompValue, context: _Context, names: _Names, alone: bool) -> Iterator[Place]:
        yield from self.places(part.p, (*context, *self._conditions(part, names)), names, alone)
        matched = (*context, *self.certain(part.p, names))
        yield from self._of_expressions(part.get("expr"), part.p, matched, names, alone)

    def _conditions(self, part: CompValue, names: _Names) -> Iterator[Triple]:
        for each in _parts_of_and(part.expr) if part.name == "Filter" else ():
            if each.name == "Builtin_isBLANK" and isinstance(each.arg, Variable):
                yield self._term(each.arg, names), IS_BLANK, self._term(each.arg, names)
            elif each.name == "Builtin_EXISTS":
                yield from self.certain(each.graph, self._in_exists(part.p, each.graph, names))
        if part.name == "Extend" and isinstance(part.expr, URIRef) and _GIVEN not in names:
            yield self._term(part.var, names), IS, self._term(part.expr, names)

    def _of_triples(self, part: CompValue, context: _Context, names: _Names, alone: bool) -> Iterator[Place]:
        triples = _triples(part)
        texts = [(self._term(s, names), self._path(p, names), self._term(o, names)) for s, p, o in triples]
        for at, (_, path, _) in enumerate(triples):
            others = (*context, *texts[:at], *texts[at + 1 :])
            subject, _, value = texts[at]
            for triple, steps in self._steps(subject, path, value, others, names):
                yield Place(triple, (*others, *steps), alone)

    def _steps(
        self, subject: str, path: object, value: str, others: Sequence[Triple], names: _Names
    ) -> Iterator[tuple[Triple, _Context]]:
        """The steps of a path, each with the others that go with it."""
        match path:
            case URIRef() | Variable():
                yield (subject, self._path(path, names), value), ()
            case InvPath():
                yield from self._steps(value, path.arg, subject, others, names)
            case AlternativePath():
                for each in path.args:
                    yield from self._steps(subject, each, value, others, names)
            case SequencePath():
                ends = [subject, *(self._new() for _ in path.args[1:]), value]
                texts = [(ends[at], self._path(each, names), ends[at + 1]) for at, each in enumerate(path.args)]
                for at, each in enumerate(path.args):
                    beside = (*texts[:at], *texts[at + 1 :])
                    for triple, steps in self._steps(ends[at], each, ends[at + 1], (*others, *beside), names):
                        yield triple, (*beside, *steps)
            case MulPath():
                yield from self._repeated(subject, path, value, others, names)
            case _:  # all but some predicates
                raise AnythingError

    def _repeated(
        self, subject: str, path: MulPath, value: str, others: Sequence[Triple], names: _Names
    ) -> Iterator[tuple[Triple, _Context]]:
        """The steps of a path that is taken several times: each with as many before and after it."""
        is_there = not self._in_graph and (_is_there(subject, others) or _is_there(value, others))
        if path.mod != "+" and not is_there:
            raise AnythingError  # no step at all, from any node
        before, after, any_number = self._new(), self._new(), f"({self._path(path.path, names)})*"
        around = ((subject, any_number, before), (after, any_number, value))
        for triple, steps in self._steps(before, path.path, after, (*others, *around), names):
            yield triple, (*around, *steps)

    def _of_expressions(
        self, expression: object, part: CompValue, context: _Context, names: _Names, alone: bool
    ) -> Iterator[Place]:
        """The places of what stands in EXISTS in an expression over a part."""
        if isinstance(expression, CompValue):
            if expression.name in _VOLATILE:
                raise AnythingError
            if expression.name in _EXISTS:
                inner = self._in_exists(part, expression.graph, names)
                yield from self.places(expression.graph, context, inner, alone)
                return
            for name, child in expression.items():
                if name != "_vars":
                    yield from self._of_expressions(child, part, context, names, alone)
        elif isinstance(expression, list | tuple):
            for child in expression:
                yield from self._of_expressions(child, part, context, names, alone)

    def _inside(self, part: CompValue, names: _Names) -> _Names:
        """The names in a subselect: what it does not select is known in it alone."""
        if id(part) not in self._within:
            shown = set(_projected(part))
            self._within[id(part)] = {each: next(self._names) for each in _variables(part) - shown}
        return {**names, **self._within[id(part)]}

    def _apart(self, outer: CompValue, inner: CompValue, names: _Names) -> _Names:
        """The names in a part that is compared with the solutions of another, which surely bind only some of them."""
        shared = {text for triple in self.certain(outer, names) for text in triple}
        own = {each for each in _variables(inner) if self._term(each, names) not in shared}
        return {**names, **{each: next(self._names) for each in own}}

    def _in_exists(self, outer: CompValue, inner: CompValue, names: _Names) -> _Names:
        """The names in EXISTS, where an engine may take another value of a variable for that of the solution."""
        return {**self._apart(outer, inner, names), _GIVEN: ""}

    def _term(self, term: object, names: _Names) -> str:
        if isinstance(term, BNode):  # its label may be that of a variable
            if term not in names and term not in self._blank_nodes:
                self._blank_nodes[term] = next(self._names)
            return f"?{names.get(term) or self._blank_nodes[term]}"
        if isinstance(term, Variable):
            return f"?{names.get(term, term)}"
        if isinstance(term, URIRef):
            if ":" not in term:  # the store resolves a relative one
                raise AnythingError
            return f"<{term}>"
        if isinstance(term, Literal) and term.datatype is None and not term.language:
            return term.n3()
        return self._new()  # rdflib may write the same number in another way

    def _path(self, path: object, names: _Names) -> str:
        match path:
            case URIRef() | Variable():
                return self._term(path, names)
            case InvPath():
                return f"^({self._path(path.arg, names)})"
            case AlternativePath():
                return "|".join(f"({self._path(each, names)})" for each in path.args)
            case SequencePath():
                return "/".join(f"({self._path(each, names)})" for each in path.args)
            case MulPath():
                return f"({self._path(path.path, names)}){path.mod}"
        raise AnythingError

    def _new(self) -> str:
        return f"?{next(self._names)}"


def _matches(part: CompValue) -> bool:
    """Whether each solution of a part matches some pattern in the graph that the part is about."""
    match part.name:
        case "BGP":
            return bool(part.triples)
        case "Join":
            return _matches(part.p1) or _matches(part.p2)
        case "Union":
            return _matches(part.p1) and _matches(part.p2)
        case "LeftJoin" | "Minus":
            return _matches(part.p1)
        case "AggregateJoin":
            return bool(part.p.expr) and _matches(part.p.p)
        case "ToMultiSet":
            return part.p.name != "values" and _matches(part.p)
        case name:
            return name in {*_THROUGH, "SelectQuery", "Slice"} and _matches(part.p)


def _parts_of_and(expression: object) -> Iterator[CompValue]:
    """The expressions that all hold wherever a condition does."""
    if isinstance(expression, CompValue):
        if expression.name == "ConditionalAndExpression":
            for each in (expression.expr, *expression.other):
                yield from _parts_of_and(each)
        else:
            yield expression


def _alternatives(part: CompValue) -> list[CompValue]:
    """The parts of a union."""
    return [*_alternatives(part.p1), *_alternatives(part.p2)] if part.name == "Union" else [part]


def _triples(part: CompValue) -> list[tuple[Any, Any, Any]]:
    terms = flat(part.triples)
    return list(zip(terms[::3], terms[1::3], terms[2::3], strict=True))


def _is_there(term: str, others: Sequence[Triple]) -> bool:
    """Whether a node is one that another pattern has as subject or object.

    A constant alone is not: a path of no step leads from it to itself (SPARQL 1.1 §18.4), but Oxigraph finds that one
    only if the graph has the constant.
    """
    return any(
        term in {subject, value} and path not in _CONDITIONS and ")*" not in path and ")?" not in path
        for subject, path, value in others
    )


def _is_plain(part: CompValue) -> bool:
    """Whether a subselect only selects; what it computes of a solution changes with that solution alone."""
    while part.name in {"SelectQuery", "Project", "Distinct", "Reduced", "Extend", "Filter"}:
        part = part.p
    return part.name not in {"Slice", "OrderBy", "AggregateJoin"}


def _projected(part: CompValue) -> list[Variable]:
    while "PV" not in part and "p" in part:
        part = part.p
    return list(part["PV"]) if "PV" in part else []


def _variables(part: object) -> set[Any]:
    """All variables, and blank nodes, which stand for some."""
    if isinstance(part, Variable | BNode):
        return {part}
    if isinstance(part, CompValue):
        return set().union(*(_variables(child) for name, child in part.items() if name != "_vars"))
    if isinstance(part, Mapping):
        return set().union(*map(_variables, part))
    if isinstance(part, list | tuple | set):
        return set().union(*map(_variables, part))
    return set()
