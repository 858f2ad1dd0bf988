"""The query library as data, from which SPARQL editors fill their examples and prefixes.

`sh:SPARQLExecutable` (SHACL §5, SHACL Advanced Features §4) with `sh:declare` (SHACL §5.2.1), as the SIB's
`sparql-examples` use them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from ..addresses import Addresses
from ..rdf.statements import about, typed
from ..vocab import OWL, RDF, RDFS, SCHEMA, SH
from .library import LibraryQuery
from .syntax.query_form import form

_EXECUTABLES: Final = {"SELECT": ("Select", "select"), "ASK": ("Ask", "ask"), "CONSTRUCT": ("Construct", "construct")}


def examples(
    library: Iterable[LibraryQuery], prefixes: Mapping[str, str], base: str, languages: Sequence[str]
) -> Iterator[ox.Quad]:
    """The queries of the library and the prefixes, for the endpoint of a publication in some languages."""
    declarations = Addresses(base).page("sparql#prefixes")
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
        yield from _example(query, declarations, base, languages)


def _example(query: LibraryQuery, declarations: str, base: str, languages: Sequence[str]) -> Iterator[ox.Quad]:
    text = query.runnable(base, head=False)
    kind = _EXECUTABLES.get(form(text) or "")
    if kind is None:  # SHACL has no word for DESCRIBE
        return
    texts = [
        (RDFS + predicate, ox.Literal(text, language=language))
        for key, predicate in (("title", "label"), ("description", "comment"))
        for text, language in (query.text(key, (language,)) for language in languages)
        if language
    ]
    addresses = Addresses(base)
    yield from about(
        addresses.query(query.name),
        (RDF + "type", SH + "SPARQLExecutable"),
        (RDF + "type", f"{SH}SPARQL{kind[0]}Executable"),
        (SH + kind[1], ox.Literal(text)),
        (SH + "prefixes", declarations),
        (SCHEMA + "target", addresses.page("sparql")),
        *texts,
    )
