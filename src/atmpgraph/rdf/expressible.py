"""What a format cannot say is refused before it is written, because the engine would write it wrong.

RDF/XML has properties as names of elements (RDF/XML §2.2, §5.1), and none for some IRIs; XML has not all characters
(XML 1.0 §2.2). JSON-LD 1.1 has no triple terms.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, TypeVar

import pyoxigraph as ox

from ..errors import NotExpressibleError
from ..formats import JSON_LD, RDF_XML, Format
from ..vocab import RDF

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TYPE: Final = ox.NamedNode(RDF + "type")
# Namespaces in XML 1.0 §3, NCName.
_START: Final = (
    r"A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff"
    r"\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_REVERSED_NAME: Final = re.compile(rf"[{_START}.0-9\xb7\u0300-\u036f\u203f\u2040-]*?[{_START}]")
# RDF/XML §5.1, and those that RDF 1.2 adds: they stand for something else there.
_SYNTAX: Final = frozenset(
    RDF + name
    for name in (
        *("RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "Description", "li"),
        *("aboutEach", "aboutEachPrefix", "bagID", "annotation", "annotationNodeID", "version"),
    )
)

S = TypeVar("S", ox.Triple, ox.Quad)


def expressible(statements: Iterable[S], fmt: Format) -> Iterator[S]:
    """The same statements, as long as the format can say them.

    Raises:
        NotExpressibleError: it cannot say this one.
    """
    check = {RDF_XML: _check_xml, JSON_LD: _check_json}.get(fmt)
    for statement in statements:
        if check:
            check(statement)
        yield statement


def _check_xml(statement: ox.Triple | ox.Quad) -> None:
    term = statement.object
    _check_name(statement.predicate.value)
    if isinstance(term, ox.Triple):
        _check_xml(term)
    elif isinstance(term, ox.Literal):
        check_xml_text(term.value, RDF_XML)
    elif isinstance(term, ox.NamedNode) and statement.predicate == _TYPE and term.value not in _SYNTAX:
        _check_name(term.value)  # the engine writes the first type of a thing as an element


def check_xml_text(text: str, fmt: Format) -> None:
    """Pass a text that XML can hold (XML 1.0 §2.2).

    Raises:
        NotExpressibleError: a format in XML cannot say it.
    """
    if outside := _NOT_XML.search(text):
        code = f"U+{ord(outside[0]):04X}"
        raise NotExpressibleError("XML does not allow the character {code}, which a literal contains.", fmt, code=code)


@lru_cache(1_000)
def _check_name(iri: str) -> None:
    if iri in _SYNTAX or not _REVERSED_NAME.match(iri[::-1]):
        raise NotExpressibleError("RDF/XML cannot abbreviate {iri}.", RDF_XML, iri=iri[:200])


def _check_json(statement: ox.Triple | ox.Quad) -> None:
    if isinstance(statement.object, ox.Triple):
        raise NotExpressibleError("{format} does not support triple terms.", JSON_LD, format=JSON_LD.name)
