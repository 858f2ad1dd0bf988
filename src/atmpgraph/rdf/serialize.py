"""Triples and quads to bytes: sorted, with only the prefixes in use, literals as published; always the same bytes."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import pyoxigraph as ox

from ..formats import JSON_LD, RDF_XML, TURTLE, Format
from ..vocab import RDF, XSD, names_of_places, names_of_things, prefixes
from .expressible import expressible
from .jsonld import json_ld

_TYPE = RDF + "type"
# IRIs that every format shortens in its own way.
_UNWRITTEN = {_TYPE, RDF + "langString", RDF + "dirLangString", XSD + "string"}
_WITH_THINGS = {ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG}
_ESCAPED: Final = re.compile(r"[/#=?&%+,;:!$'()*~@]")  # with a backslash in a local name, which not every reader knows
_SHORTENED: Final = 1 << 11  # IRIs in memory of each table
_DECLARED: Final = len("@prefix : <> .\n")
_XML_NAMESPACE = re.compile(rb' xmlns:[\w.-]+="[^"]*"')


def _order(statement: ox.Triple | ox.Quad) -> tuple[str, str, bool, str, str]:
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


def used_prefixes(statements: Collection[ox.Triple | ox.Quad], table: Mapping[str, str]) -> dict[str, str]:
    """The prefixes that shorten at least one IRI of the statements.

    Of places, they also shorten the whole, and no name needs a backslash.

    Args:
        statements: sorted by graph, subject and predicate.
        table: of all prefixes that may be used.
    """
    prefix_in_table = _shortener(tuple(table.items()))
    iris, datatypes = _written(statements)
    used = {prefix_in_table(iri) for iri in {*iris, *datatypes} - _UNWRITTEN}
    places = {prefix: table[prefix] for prefix in names_of_places("") if prefix in used}
    if places:
        saved = Counter({prefix: -_DECLARED - len(prefix) - len(namespace) for prefix, namespace in places.items()})
        for iri in iris:
            if (prefix := prefix_in_table(iri)) in places:
                saved[prefix] += len(places[prefix]) + len("<>") - len(prefix + ":")
                if _ESCAPED.search(iri, len(places[prefix])):
                    used.discard(prefix)
        used -= {prefix for prefix in places if saved[prefix] < 0}
    return {prefix: namespace for prefix, namespace in table.items() if prefix in used}


@lru_cache(32)
def _shortener(table: tuple[tuple[str, str], ...]) -> Callable[[str], str]:
    """`prefix_of` by a table, which stays in memory of the terms that most documents have."""
    names = {namespace: prefix for prefix, namespace in table}
    return lru_cache(_SHORTENED)(lambda iri: prefix_of(iri, names))


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


def _written(statements: Iterable[ox.Triple | ox.Quad]) -> tuple[list[str], set[str]]:
    """The IRIs as often as Turtle writes them, a subject once and a predicate once for its objects; the datatypes."""
    iris, datatypes = list[str](), set[str]()
    before: tuple[object, ...] = (None, None, None)
    for statement in statements:
        *others, last = statement if isinstance(statement, ox.Triple) else (statement.graph_name, *statement.triple)
        now = (None, *others)[-3:]
        is_another = False
        for term, term_before in zip(now, before, strict=True):
            is_another = is_another or term != term_before
            if is_another and isinstance(term, ox.NamedNode):
                iris.append(term.value)
        if isinstance(last, ox.NamedNode):
            iris.append(last.value)
        elif isinstance(last, ox.Literal):
            datatypes.add(last.datatype.value)
        before = now
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
    ordered = sorted(expressible(distinct, fmt), key=_order)
    plain = fmt.engine in {ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS}
    used = {} if plain else used_prefixes(ordered, table)
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
