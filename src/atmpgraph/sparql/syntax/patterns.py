"""Which statements the solutions of a query depend on: those that match one of its triple patterns (SPARQL 1.1 §18).

What a query makes of a graph is a function of the matches of its patterns, so it stays the same when no statement that
matches one comes or goes. A property path counts as the patterns of its steps.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from rdflib import URIRef
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

from .matching import Pattern

_ANYTHING: Final[Pattern] = (None, None, None)
# What gives another answer over the same graph.
_VOLATILE: Final = frozenset(f"Builtin_{name}" for name in ("NOW", "RAND", "UUID", "STRUUID", "BNODE"))


@lru_cache(maxsize=256)
def patterns(text: str, base: str) -> frozenset[Pattern]:
    """The triple patterns of a query, those of EXISTS too; one that matches anything where this cannot be told."""
    try:
        query = prepareQuery(text, base=base)
    except Exception:  # whatever that parser raises: the engine reads more
        return frozenset({_ANYTHING})
    return frozenset(_patterns(query.algebra))


def _patterns(part: object) -> Iterator[Pattern]:
    if isinstance(part, CompValue):
        if part.name in _VOLATILE or part.name == "ServiceGraphPattern":
            yield _ANYTHING
        if part.name == "Graph" and not _has_triples(part):  # the graphs that there are
            yield _ANYTHING
        for name, child in part.items():
            if name == "triples":
                terms = _flat(child)
                for subject, path, obj in zip(terms[::3], terms[1::3], terms[2::3], strict=True):
                    yield from _steps(_constant(subject), path, _constant(obj))
            elif name not in {"_vars", "template"}:
                yield from _patterns(child)
    elif isinstance(part, list | tuple):
        for child in part:
            yield from _patterns(child)


def _has_triples(part: object) -> bool:
    if isinstance(part, CompValue):
        return bool(dict.get(part, "triples")) or any(
            _has_triples(each) for name, each in part.items() if name != "_vars"
        )
    return isinstance(part, list | tuple) and any(map(_has_triples, part))


def _flat(triples: Sequence[object]) -> list[object]:
    """Triple patterns, which rdflib holds in two ways, as their terms one after the other."""
    return [term for each in triples for term in (each if isinstance(each, list | tuple) else (each,))]


def _steps(subject: bytes | None, path: object, obj: bytes | None) -> Iterator[Pattern]:
    if isinstance(path, URIRef):
        yield subject, _constant(path), obj
    elif isinstance(path, InvPath):
        yield from _steps(obj, path.arg, subject)
    elif isinstance(path, AlternativePath):
        for each in path.args:
            yield from _steps(subject, each, obj)
    elif isinstance(path, SequencePath):
        for place, each in enumerate(path.args, 1):
            yield from _steps(subject if place == 1 else None, each, obj if place == len(path.args) else None)
    elif isinstance(path, MulPath) and path.mod == "+":
        yield from _steps(None, path.path, None)
    else:  # a variable, all but some predicates, or no step at all, from any node
        yield _ANYTHING


def _constant(term: object) -> bytes | None:
    return f"<{term}>".encode() if isinstance(term, URIRef) else None
