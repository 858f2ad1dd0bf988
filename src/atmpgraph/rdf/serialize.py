"""Triples and quads to bytes: sorted, with only the prefixes in use, literals as published; always the same bytes."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from ..formats import JSON_LD, RDF_XML, TURTLE, Format
from ..vocab import RDF, XSD, names_of_places, names_of_things, prefixes
from .expressible import expressible
from .jsonld import json_ld

# Graph and subject; whether it states anything but a type; predicate, without brackets; object.
_Terms: TypeAlias = tuple[str, str, bool, str, str]

_TYPE = RDF + "type"
# IRIs that every format shortens in its own way.
_UNWRITTEN = {_TYPE, RDF + "langString", RDF + "dirLangString", XSD + "string"}
_WITH_THINGS = {ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG}
_ESCAPED: Final = re.compile(r"[/#=?&%+,;:!$'()*~@]")  # with a backslash in a local name, which not every reader knows
_NAMESPACES: Final = 1 << 11  # in memory for each table
_DECLARED: Final = len("@prefix : <> .\n")
_XML_NAMESPACE = re.compile(rb' xmlns:[\w.-]+="[^"]*"')


def _order(statement: ox.Triple | ox.Quad) -> _Terms:
    """By graph and subject; the type of a thing comes first."""
    graph = str(statement.graph_name) if isinstance(statement, ox.Quad) else ""
    predicate = statement.predicate.value
    return graph, str(statement.subject), predicate != _TYPE, predicate, str(statement.object)


@lru_cache(32)
def prefixes_for(fmt: Format, base: str) -> Mapping[str, str]:
    """The prefixes that a format has: those of things too, where it can write any name with them (Turtle and TriG)."""
    if fmt.engine in _WITH_THINGS:
        return {**prefixes(base), **names_of_things(base), **names_of_places(base)}
    return prefixes(base)


def _used_prefixes(statements: Iterable[_Terms], table: Mapping[str, str]) -> dict[str, str]:
    """The prefixes that shorten at least one IRI of the statements.

    Of places, they also shorten the whole, and no name needs a backslash.

    Args:
        statements: in their order.
        table: of all prefixes that may be used.
    """
    prefix_in_table = _shortener(tuple(table.items()))
    iris, datatypes = _written(statements)
    used = {prefix_in_table(iri) for iri in {*iris, *datatypes} - _UNWRITTEN}
    places = {prefix: table[prefix] for prefix in names_of_places("") if prefix in used}
    if places:
        saved = Counter({prefix: -_DECLARED - len(prefix) - len(namespace) for prefix, namespace in places.items()})
        in_places = tuple(places.values())
        for iri in iris:
            if iri.startswith(in_places) and (prefix := prefix_in_table(iri)) in places:
                saved[prefix] += len(places[prefix]) + len("<>") - len(prefix + ":")
                if _ESCAPED.search(iri, len(places[prefix])):
                    used.discard(prefix)
        used -= {prefix for prefix in places if saved[prefix] < 0}
    return {prefix: namespace for prefix, namespace in table.items() if prefix in used}


@lru_cache(32)
def _shortener(table: tuple[tuple[str, str], ...]) -> Callable[[str], str]:
    """`prefix_of` by a table: of the namespaces that IRIs are in, which are few, it stays in memory."""
    names = {namespace: prefix for prefix, namespace in table}
    of_namespace = lru_cache(_NAMESPACES)(lambda iri: prefix_of(iri, names))

    def prefix(iri: str) -> str:
        slash, mark = iri.rfind("/"), iri.rfind("#")
        return of_namespace(iri[: (slash if slash > mark else mark) + 1])  # `max` takes as long as all else

    return prefix


def prefix_of(iri: str, names: Mapping[str, str]) -> str:
    """The prefix of the longest namespace that an IRI starts with, as the engine chooses it; empty for none.

    Args:
        iri: in full, or up to a slash or a hash.
        names: prefix by namespace, which ends with one of them.
    """
    end = len(iri)
    while (end := max(iri.rfind("/", 0, end), iri.rfind("#", 0, end))) > 0:
        if prefix := names.get(iri[: end + 1]):
            return prefix
    return ""


def _written(statements: Iterable[_Terms]) -> tuple[list[str], set[str]]:
    """The IRIs as often as Turtle writes them, a subject once and a predicate once for its objects; the datatypes.

    Terms are in the form of N-Triples: an IRI in angle brackets; a literal in quotation marks, with a tag, or with `^^`
    and its datatype, or with neither.
    """
    iris, datatypes = list[str](), set[str]()
    last_graph = last_subject = last_predicate = ""
    for graph, subject, _, predicate, value in statements:
        if graph != last_graph:
            last_graph, last_subject = graph, ""
            if graph[0] == "<":
                iris.append(graph[1:-1])
        if subject != last_subject:
            last_subject, last_predicate = subject, ""
            if subject[0] == "<":
                iris.append(subject[1:-1])
        if predicate != last_predicate:
            last_predicate = predicate
            iris.append(predicate)
        if value[0] == "<":
            if " " not in value:  # a triple has some
                iris.append(value[1:-1])
        elif value[-1] == ">":
            datatypes.add(value[value.rindex("<") + 1 : -1])
    return iris, datatypes


def _quads(statements: Iterable[ox.Quad | ox.Triple]) -> Iterator[Any]:
    return (each if isinstance(each, ox.Quad) else ox.Quad(*each) for each in statements)


def _triples(statements: Iterable[ox.Quad | ox.Triple]) -> Iterator[Any]:
    return (each.triple if isinstance(each, ox.Quad) else each for each in statements)


def serialize(
    statements: Iterable[ox.Quad | ox.Triple],
    fmt: Format,
    table: Mapping[str, str],
    *,
    form: str = "",
    root: str = "",
) -> bytes:
    """The statements in `fmt`; a format of kind `graph` gets the union of their graphs as triples.

    Args:
        statements: in any order.
        fmt: one with an RDF engine.
        table: prefixes, of which those in use are declared.
        form: of JSON-LD, one of `jsonld.FORMS`; compacted when empty.
        root: the thing that framed JSON-LD starts from.

    Raises:
        NotExpressibleError: the format cannot say one of them.
    """
    distinct = set(_quads(statements) if fmt.kind == "dataset" else _triples(statements))
    sortable = sorted([(_order(each), each) for each in expressible(distinct, fmt)], key=itemgetter(0))
    ordered = [each for _, each in sortable]
    plain = fmt.engine in {ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS}
    used = {} if plain else _used_prefixes([terms for terms, _ in sortable], table)
    if fmt is JSON_LD:
        return json_ld(ordered, used, form, root)
    assert isinstance(fmt.engine, ox.RdfFormat)  # noqa: S101 - callers offer only RDF formats
    body = ox.serialize(ordered, format=fmt.engine, prefixes=None if plain else used)
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
