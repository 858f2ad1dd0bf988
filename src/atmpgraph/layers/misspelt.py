"""What is misspelt in the publication's own Turtle and queries: terms of well-known vocabularies, and identifiers.

A term counts as misspelt where its vocabulary has none of this name and another one is near: a newer version of a
vocabulary may have terms that are not known here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from rdflib import namespace

from ..findings import Finding, Place, Severity
from ..i18n import every_language
from ..quality.shape_texts import filled
from ..settings import Settings
from ..settings.layers import Kind, supplied
from ..sources.code_lists import CodeLists
from ..sources.wrong_identifiers import IdentifierCheck
from ..vocab import ADMS, SKOS
from .terms import named

# Vocabularies with closed lists of terms.
_CLOSED: Final = (
    namespace.DCAT, namespace.DCTERMS, namespace.FOAF, namespace.ORG, namespace.OWL, namespace.PROV, namespace.QB,
    namespace.RDF, namespace.RDFS, namespace.SDO, namespace.SH, namespace.SKOS, namespace.TIME,
)  # fmt: skip
_NEAR: Final = 0.8
_FOLDERS: Final[Mapping[Kind, str]] = {
    "ontology": "*.ttl",
    "mapping": "*.ttl",
    "shapes": "*.ttl",
    "queries": "*.rq",
    "charts": "*.rq",
    "datasets": "*.rq",
    "rules": "*.rq",
}


@cache
def _terms_by_space() -> Mapping[str, frozenset[str]]:
    """The names that each vocabulary has, with those that the software uses: it may know a newer version."""
    spaces = {
        str(vocabulary): {str(term).rpartition(str(vocabulary))[2] for term in dir(vocabulary)}
        for vocabulary in _CLOSED
    }
    for kind, pattern in _FOLDERS.items():
        for file in supplied(kind).rglob(pattern):
            for _, iri in named(file.read_text("utf-8-sig")):
                if space := _space(iri, spaces):
                    spaces[space].add(iri.removeprefix(space))
    return {space: frozenset(names) for space, names in spaces.items()}


def _space(iri: str, spaces: Mapping[str, object]) -> str:
    return next((space for space in spaces if iri.startswith(space) and iri != space), "")


def nearest_common(iri: str) -> str:
    """The term of a well-known vocabulary that is meant; empty where it is one, or none is near."""
    space = _space(iri, _terms_by_space())
    name = iri.removeprefix(space)
    if not space or name in _terms_by_space()[space]:
        return ""
    close = get_close_matches(name, _terms_by_space()[space], 1, _NEAR)
    return space + close[0] if close else ""


def _own_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    for kind, pattern in _FOLDERS.items():
        for file in filter(Path.is_file, sorted(settings.layered(kind).own.rglob(pattern))):
            yield f"{kind}/{file.name}", file
    catalogue = settings.path(settings.folders.data) / "catalogue.ttl"
    if catalogue.is_file():
        yield catalogue.name, catalogue


def misspelt(settings: Settings, codes: CodeLists) -> Iterator[Finding]:
    """A warning for each misspelt term, and a finding for each identifier whose check digits do not fit.

    Args:
        settings: of the publication.
        codes: with the registries.
    """
    check = IdentifierCheck(codes)
    for name, file in _own_files(settings):
        text = file.read_text("utf-8-sig", errors="replace")
        for start, iri in named(text):
            place = Place(name, text.count("\n", 0, start) + 1)
            if near := nearest_common(iri):
                message = every_language("the vocabulary has no such term; is {iri} meant?", iri=near)
                yield Finding("files", Severity.WARNING, message, (place,), iri)
            elif wrong := check.address(iri):
                yield replace(wrong, places=(place,))
        if file.suffix == ".ttl":
            yield from (replace(wrong, places=(Place(name),)) for wrong in _notations(text, settings, check))


def _notations(text: str, settings: Settings, check: IdentifierCheck) -> Iterator[Finding]:
    """The identifiers (adms:Identifier) whose check digits do not fit."""
    try:
        text = filled(text, settings.base, settings.languages)
        quads = list(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=settings.base))
    except (SyntaxError, ValueError):
        return  # another check says it
    agencies = {quad.subject: quad.object.value for quad in quads if quad.predicate.value == f"{ADMS}schemaAgency"}
    for quad in quads:
        code = agencies.get(quad.subject) if quad.predicate.value == f"{SKOS}notation" else None
        if code and (wrong := check.identifier(code, quad.object.value)):
            yield wrong
