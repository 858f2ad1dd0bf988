"""Triples and quads to bytes: sorted, with only the prefixes in use, literals as published; always the same bytes."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, AnyStr

import pyoxigraph as ox

from ..formats import JSON_LD, RDF_XML, TURTLE, Format
from ..vocab import RDF, XSD, names_of_things, prefixes
from .expressible import expressible
from .jsonld import json_ld

_TYPE = RDF + "type"
# IRIs that every format shortens in its own way.
_UNWRITTEN = {_TYPE, RDF + "langString", RDF + "dirLangString", XSD + "string"}
_WITH_THINGS = {ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG}
_XML_NAMESPACE = re.compile(rb' xmlns:[\w.-]+="[^"]*"')


def _order(statement: ox.Triple | ox.Quad) -> tuple[str, str, bool, str, str]:
    """By graph and subject; the type of a thing comes first."""
    graph = str(statement.graph_name) if isinstance(statement, ox.Quad) else ""
    predicate = statement.predicate.value
    return graph, str(statement.subject), predicate != _TYPE, predicate, str(statement.object)


def _iris(statements: Iterable[ox.Triple | ox.Quad]) -> Iterator[str]:
    for statement in statements:
        for term in statement:
            if isinstance(term, ox.NamedNode):
                yield term.value
            elif isinstance(term, ox.Literal):
                yield term.datatype.value


@lru_cache(32)
def prefixes_for(fmt: Format, base: str) -> Mapping[str, str]:
    """The prefixes that a format has: those of things too, where it can write any name with them (Turtle and TriG)."""
    return {**prefixes(base), **names_of_things(base)} if fmt.engine in _WITH_THINGS else prefixes(base)


def used_prefixes(statements: Iterable[ox.Triple | ox.Quad], table: Mapping[str, str]) -> dict[str, str]:
    """The prefixes that shorten at least one IRI of the statements."""
    iris = sorted(set(_iris(statements)) - _UNWRITTEN)
    return {p: namespace for p, namespace in table.items() if any_starts(iris, namespace)}


def any_starts(iris: Sequence[AnyStr], namespace: AnyStr) -> bool:
    """Whether one of the IRIs, which are sorted, starts with a namespace."""
    place = bisect_left(iris, namespace)
    return place < len(iris) and iris[place].startswith(namespace)


def serialize(
    quads: Iterable[ox.Quad],
    fmt: Format,
    table: Mapping[str, str],
    *,
    form: str = "",
    root: str = "",
) -> bytes:
    """The quads in `fmt`; a format of kind `graph` gets the union of their graphs as triples.

    Args:
        quads: in any order.
        fmt: one with an RDF engine.
        table: prefixes, of which those in use are declared.
        form: of JSON-LD, one of `jsonld.FORMS`; compacted when empty.
        root: the thing that framed JSON-LD starts from.

    Raises:
        NotExpressibleError: the format cannot say one of them.
    """
    distinct: set[Any] = {q if fmt.kind == "dataset" else q.triple for q in quads}  # all of one kind
    statements = sorted(expressible(distinct, fmt), key=_order)
    plain = fmt.engine in {ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS}
    used = {} if plain else used_prefixes(statements, table)
    if fmt is JSON_LD:
        return json_ld(statements, used, form, root)
    assert isinstance(fmt.engine, ox.RdfFormat)  # noqa: S101 - callers offer only RDF formats
    body = ox.serialize(statements, format=fmt.engine, prefixes=None if plain else used)
    return tidy(body or b"", fmt, plain=plain)


def tidy(body: bytes, fmt: Format, *, plain: bool = False) -> bytes:
    """Sort the prefixes, whose order the engine loses, and put an empty line between the things."""
    if plain:
        return body
    if fmt is RDF_XML:
        head, root, rest = body.partition(b"<rdf:RDF")
        attributes, end, tail = rest.partition(b">")
        return head + root + b"".join(sorted(_XML_NAMESPACE.findall(attributes))) + end + tail
    lines = body.splitlines(keepends=True)
    count = next((i for i, line in enumerate(lines) if not line.startswith(b"@prefix")), len(lines))
    rest = b"".join(lines[count:])
    if fmt is TURTLE:  # no line break stands inside a literal: the engine escapes it
        rest = rest.replace(b" .\n", b" .\n\n")[: -1 if rest else None]
    return b"".join(sorted(lines[:count])) + (b"\n" if count else b"") + rest
