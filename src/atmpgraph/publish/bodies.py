"""The lines of a chunk as a part of a document in each format: head, bodies and foot are the document.

A body depends on its lines and the prefixes alone, so it is the same in whichever process, and of whichever build, it
is made. Every prefix that fits is used; the head declares those that fit somewhere in the document.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import pyoxigraph as ox

from ..errors import NotExpressibleError, UnpublishableError
from ..formats import JSON_LD, N_TRIPLES, RDF_XML, TRIG, TURTLE, Format
from ..i18n import Sentence
from ..rdf.chunks import Chunk
from ..rdf.expressible import expressible
from ..rdf.serialize import prefix_of, prefixes_for, tidy
from ..vocab import names_of_places

# Another text as soon as other bytes come of the same lines.
RECIPE: Final = f"2, pyoxigraph {ox.__version__}"
FORMATS: Final = {fmt.suffix: fmt for fmt in (N_TRIPLES, TURTLE, RDF_XML, JSON_LD)}
_SEPARATORS: Final = {TURTLE.suffix: b"\n", TRIG.suffix: b"\n", JSON_LD.suffix: b",\n"}
_ROOT, _END = b">\n", b"\n</rdf:RDF>"
_NAMESPACE: Final = re.compile(rb"<([^>\s]*[/#])")
_NAMESPACE_IN_QUADS: Final = re.compile(rb"<([^>\s]*[/#])[^>\s]*>")
_NODE: Final = b'{"@id":"'


@dataclass(frozen=True)
class Part:
    """Chunks of N-Quads or N-Triples that are written at once.

    Attributes:
        chunks: of sorted lines.
        suffixes: of the formats that they are written in; in TriG, as a part of one graph.
        base: of the publication.
    """

    chunks: tuple[Chunk, ...]
    suffixes: tuple[str, ...]
    base: str


def used_prefixes(part: Part) -> list[tuple[str, ...]]:
    """Of each chunk: the prefixes whose namespace an IRI in it starts with."""
    names = {iri: prefix for prefix, iri in all_prefixes(part.base).items()}
    used = []
    for chunk in part.chunks:
        starts = {prefix_of(start.decode(), names) for start in _starts(chunk.read())}
        used.append(tuple(sorted(starts - {""})))
    return used


def _starts(lines: bytes) -> set[bytes]:
    """The IRIs up to their last slash or hash, but those of graphs; of equal words one is read, for they are many."""
    first = next(iter(ox.parse(lines[: lines.index(b"\n") + 1], format=ox.RdfFormat.N_QUADS)))
    pattern, statements = _NAMESPACE, lines.split(b" .\n")[:-1]
    if not isinstance(first.graph_name, ox.DefaultGraph):
        pattern, statements = _NAMESPACE_IN_QUADS, [each[: each.rindex(b" <")] for each in statements]
    words = set(b" ".join(statements).split(b" "))
    return set(pattern.findall(b" ".join(word for word in words if b"<" in word)))


def all_prefixes(base: str) -> Mapping[str, str]:
    """The prefixes of all formats; none of places, for each chunk is written by itself (`rdf.serialize`)."""
    return _prefixes(TURTLE, base)


@cache
def _prefixes(fmt: Format, base: str) -> Mapping[str, str]:
    places = names_of_places(base)
    return {prefix: iri for prefix, iri in prefixes_for(fmt, base).items() if prefix not in places}


def bodies(part: Part) -> list[list[bytes]]:
    """Of each chunk: its body in each format.

    Raises:
        ReleaseError: a format cannot express a statement.
    """
    return [_bodies(chunk.read(), part.suffixes, part.base) for chunk in part.chunks]


def _bodies(lines: bytes, suffixes: Iterable[str], base: str) -> list[bytes]:
    # Equal triples of two graphs are neighbours: a space ends a term, and sorts below all that could go on in it.
    triples = list(dict.fromkeys(quad.triple for quad in ox.parse(lines, format=ox.RdfFormat.N_QUADS)))
    written: dict[str, bytes] = {}
    for suffix in suffixes:
        if suffix == TRIG.suffix:
            turtle = written.get(TURTLE.suffix) or _body(triples, TURTLE, base)
            written[suffix] = (b"\t" + turtle[:-1].replace(b"\n", b"\n\t")).replace(b"\n\t\n", b"\n\n") + b"\n"
        else:
            written[suffix] = _body(triples, FORMATS[suffix], base)
    return list(written.values())


def _body(triples: list[ox.Triple], fmt: Format, base: str) -> bytes:
    try:
        text = _written(expressible(triples, fmt), fmt, {} if fmt is N_TRIPLES else _prefixes(fmt, base))
    except NotExpressibleError as error:
        reason = Sentence(error.sentence, error.values)
        raise UnpublishableError(
            "{file} is published too, but: {reason} Change the mapping or the cell",
            file=f"data.{fmt.suffix}",
            reason=reason,
        ) from None
    if fmt is TURTLE:
        return text[_end_of_prefixes(text) :].replace(b" .\n", b" .\n\n")[
            :-1
        ]  # the engine escapes line ends in literals
    if fmt is RDF_XML:
        start = text.index(_ROOT, text.index(b"<rdf:RDF")) + len(_ROOT)
        return text[start : text.rindex(_END) + 1]
    if fmt is JSON_LD:  # only a thing has arrays; a quotation mark in a text has a backslash before it
        return text.strip()[1:-1].replace(b"]}," + _NODE, b"]},\n" + _NODE)
    return text


def _written(triples: Iterable[ox.Triple], fmt: Format, prefixes: Mapping[str, str]) -> bytes:
    assert isinstance(fmt.engine, ox.RdfFormat)  # noqa: S101 - all of `FORMATS` are RDF
    return ox.serialize(triples, format=fmt.engine, prefixes=dict(prefixes)) or b""


def _end_of_prefixes(text: bytes) -> int:
    start = 0
    while text.startswith(b"@prefix ", start):
        start = text.index(b"\n", start) + 1
    return start


def separator(suffix: str) -> bytes:
    """What stands between two bodies."""
    return _SEPARATORS.get(suffix, b"")


def head_and_foot(suffix: str, used: Mapping[str, str], base: str) -> tuple[bytes, bytes]:
    """What stands before and after the bodies.

    Args:
        suffix: of the format.
        used: prefixes in use, of any format.
        base: of the publication.
    """
    if suffix in {TURTLE.suffix, TRIG.suffix}:
        declared = b"".join(sorted(f"@prefix {name}: <{iri}> .\n".encode() for name, iri in used.items()))
        return declared + (b"\n" if declared else b""), b""
    if suffix == RDF_XML.suffix:
        its = {name: used[name] for name in prefixes_for(RDF_XML, base) if name in used}
        head, _, foot = tidy(_written((), RDF_XML, its), RDF_XML).rpartition(_END[1:])
        return head, _END[1:] + foot
    return (b"[\n", b"\n]\n") if suffix == JSON_LD.suffix else (b"", b"")
