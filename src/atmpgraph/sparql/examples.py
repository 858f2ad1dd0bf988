"""The query library as data: what SPARQL editors fill their examples and prefixes from.

`sh:SPARQLExecutable` (SHACL §5, SHACL Advanced Features §4) with `sh:declare` (SHACL §5.2.1), as the SIB's
`sparql-examples` use them.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from ..rdf.statements import about, typed
from ..settings import LANGUAGES
from ..vocab import OWL, RDF, RDFS, SCHEMA, SH
from .library import LibraryQuery
from .syntax.query_form import form

_OWL: Final = "http://www.w3.org/2002/07/owl#"
_SH: Final = "http://www.w3.org/ns/shacl#"
_EXECUTABLES: Final = {"SELECT": ("Select", "select"), "ASK": ("Ask", "ask"), "CONSTRUCT": ("Construct", "construct")}


def examples(library: Iterable[LibraryQuery], prefixes: Mapping[str, str], base: str) -> Iterator[ox.Quad]:
    """The queries of the library and the prefixes, for the endpoint `{base}sparql`."""
    declarations = f"{base}sparql#prefixes"
    yield from about(declarations, (RDF + "type", OWL + "Ontology"))
    for prefix, namespace in prefixes.items():
        iri = f"{declarations}-{prefix}"
        yield from about(declarations, (SH + "declare", iri))
        yield from about(
            iri,
            (RDF + "type", SH + "PrefixDeclaration"),
            (SH + "prefix", ox.Literal(prefix)),
            (SH + "namespace", typed(namespace, "anyURI")),
        )
    for query in library:
        yield from _example(query, declarations, base)


def _example(query: LibraryQuery, declarations: str, base: str) -> Iterator[ox.Quad]:
    text = query.runnable(base, head=False)
    kind = _EXECUTABLES.get(form(text) or "")
    if kind is None:  # SHACL has no word for DESCRIBE
        return
    words = [
        (RDFS + predicate, ox.Literal(found[0], language=language))
        for key, predicate in (("title", "label"), ("description", "comment"))
        for language in LANGUAGES
        if (found := query.text(key, (language,)))[1] == language
    ]
    yield from about(
        f"{base}queries/{query.name}",
        (RDF + "type", SH + "SPARQLExecutable"),
        (RDF + "type", f"{SH}SPARQL{kind[0]}Executable"),
        (SH + kind[1], ox.Literal(text)),
        (SH + "prefixes", declarations),
        (SCHEMA + "target", f"{base}sparql"),
        *words,
    )
