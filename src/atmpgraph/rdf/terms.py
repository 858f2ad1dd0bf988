"""RDF terms as canonical N-Quads text (RDF 1.1 N-Quads §3.1, RDFC-1.0 §5).

A literal is written in the canonical form of its datatype, so that equal values are equal text and a store that
normalises literals returns the published text (`docs/decisions/literals.md`).
"""

import re
from functools import lru_cache
from urllib.parse import quote

import pyoxigraph as ox

from ..iris import fault
from ..vocab import XSD
from .datatypes import TermError, as_stored, form, literal_form, refusal

_ESCAPES = {i: f"\\u{i:04X}" for i in (*range(0x20), 0x7F)} | {
    0x08: "\\b",
    0x09: "\\t",
    0x0A: "\\n",
    0x0C: "\\f",
    0x0D: "\\r",
    0x22: '\\"',
    0x5C: "\\\\",
}
_TO_ESCAPE = re.compile(r'[\x00-\x1f\x7f"\\]')
_ABSOLUTE = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
_UNRESERVED_ASCII = re.compile(r"[A-Za-z0-9._~-]*")
# RFC 3987 §2.2: `ucschar`, without the private use areas and what is no character.
_PLANES = "".join(f"{chr(plane)}-{chr(plane + 0xFFFD)}" for plane in range(0x10000, 0xE0000, 0x10000))
_BEYOND_ASCII = f"\xa0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef{_PLANES}\U000e1000-\U000efffd"
_NOT_UNRESERVED = re.compile(f"[^A-Za-z0-9._~{_BEYOND_ASCII}-]+")
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")


def escape(text: str) -> str:
    """The text of a literal, escaped for its place between quotes."""
    return text.translate(_ESCAPES) if _TO_ESCAPE.search(text) else text


@lru_cache(maxsize=65_536)
def encode(value: str) -> str:
    """`value` made IRI-safe: all but unreserved characters percent-encoded (R2RML §7.3, RFC 3987 iunreserved)."""
    if _UNRESERVED_ASCII.fullmatch(value):
        return value
    return _NOT_UNRESERVED.sub(lambda run: quote(run[0], safe="~", errors="replace"), value)


def iri(value: str, base: str) -> str:
    """An IRI from a cell: absolute, or relative to the base by concatenation (R2RML §7.3).

    Raises:
        TermError: the store does not take it for an IRI.
    """
    return judged(value if _ABSOLUTE.match(value) else base + value)


def judged(iri: str) -> str:
    """An absolute IRI as it is.

    Raises:
        TermError: the store does not take it for an IRI.
    """
    if wrong := fault(iri):
        raise TermError(wrong[0], **wrong[1])
    return iri


def language_tag(tag: str) -> str:
    """A well-formed language tag (BCP 47 §2.1), in lower case as RDF 1.1 §3.3 recommends."""
    if not _LANGUAGE.fullmatch(tag):
        raise TermError("not the tag of a language (BCP 47): {tag}", tag=repr(tag))
    return tag.lower()


def literal(text: str, datatype: str) -> str:
    """A typed literal in canonical form.

    Raises:
        TermError: `text` is not of the datatype.
        KeyError: the datatype is not one that may be published.
    """
    canonical = escape(literal_form(text, datatype))
    return f'"{canonical}"' if datatype == XSD + "string" else f'"{canonical}"^^<{datatype}>'


def term(value: ox.NamedNode | ox.Literal) -> str:
    """A parsed term as canonical text; one of a derived datatype of XSD as the store gives it back.

    Raises:
        ValueError: a literal that is not of its datatype, or whose datatype may not be published.
    """
    if isinstance(value, ox.NamedNode):
        return f"<{value.value}>"
    if value.language:
        return f'"{escape(value.value)}"@{language_tag(value.language)}'
    text, datatype = as_stored(value.value, value.datatype.value)
    if form(datatype) is None:
        raise refusal(datatype)
    return literal(text, datatype)


def line(quad: ox.Quad) -> str:
    """A parsed quad as a line of canonical N-Quads, with its line end."""
    if not isinstance(quad.graph_name, ox.NamedNode):
        raise TermError("every statement stands in a named graph")
    subject, obj = quad.subject, quad.object
    if isinstance(obj, ox.Triple) or isinstance(subject, ox.Triple):
        raise TermError("quoted triples are not published")
    if isinstance(subject, ox.BlankNode) or isinstance(obj, ox.BlankNode):
        raise TermError("blank nodes are not published: give an IRI to the one in {quad}", quad=str(quad))
    return f"<{subject.value}> <{quad.predicate.value}> {term(obj)} <{quad.graph_name.value}> .\n"


def without_graph(line: bytes) -> bytes:
    """A line of canonical N-Quads as one of N-Triples."""
    return line[: line.rindex(b" <")] + b" .\n"
