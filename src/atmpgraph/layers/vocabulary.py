"""A publication's own vocabulary: terms of no described ontology, and properties that no shape looks at."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..findings import Finding, Place, Severity
from ..i18n import every_language
from ..mapping.document import rebased
from ..quality.shape_texts import filled
from ..settings import Settings
from ..settings.layers import supplied
from ..vocab import OWL, RDF, RDFS, SH

_TERMS: Final = frozenset(
    {
        *(f"{OWL}{name}" for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")),
        *(f"{RDFS}Class", f"{RDF}Property"),
    }
)
_ONTOLOGY: Final = f"{OWL}Ontology"
_PREDICATE: Final = re.compile(r"(http://w3id\.org/rml/|http://www\.w3\.org/ns/r2rml#)predicate")


def vocabulary_findings(settings: Settings) -> Iterator[Finding]:
    """A warning for each file of terms without an ontology, and for each property of a mapping without a shape."""
    yield from _without_ontology(settings)
    yield from _without_shape(settings)


def _without_ontology(settings: Settings) -> Iterator[Finding]:
    """Files that define terms under the base, where no file says of which ontology they are."""
    own = settings.layered("ontology").own
    files = {file: _read(file, settings.base) for file in sorted(own.rglob("*.ttl")) if file.is_file()}
    if any(_ONTOLOGY in _classes(quads) for quads in files.values()):
        return
    message = every_language(
        "these terms belong to no ontology: describe it (owl:Ontology) with a title, its creator and its licence, so"
        " that people can find and cite it"
    )
    for file, quads in files.items():
        if _TERMS & _classes(quads):
            yield Finding("files", Severity.WARNING, message, (Place(f"ontology/{file.name}"),))


def _classes(quads: list[ox.Quad]) -> set[str]:
    """The classes of the things in a file."""
    typings = (quad.object for quad in quads if quad.predicate.value == f"{RDF}type")
    return {term.value for term in typings if isinstance(term, ox.NamedNode)}


def _without_shape(settings: Settings) -> Iterator[Finding]:
    """Properties of the publication's own mapping that no shape names and that nothing supplied uses."""
    own = settings.layered("mapping").own
    places: dict[str, Path] = {}
    for file in filter(Path.is_file, sorted(own.rglob("*.rml.ttl"))):
        for iri in _predicates(file, settings.base):
            places.setdefault(iri, file)
    if not places:
        return
    folder = supplied("mapping")
    used = {iri for file in folder.rglob("*.rml.ttl") for iri in _predicates(file, settings.base)}
    shapes = "\n".join(
        filled(file.read_text("utf-8-sig"), settings.base, settings.languages)
        for file in settings.layered("shapes").rglob("*.ttl")
    )
    named = _named(settings)
    message = every_language(
        "no shape looks at this property, so that a wrong value or a wrong letter in its IRI is never told: add a shape"
        " for it, or correct the IRI"
    )
    for iri, file in sorted(places.items()):
        if iri not in used and iri not in named and f"<{iri}>" not in shapes:
            yield Finding("files", Severity.WARNING, message, (Place(f"mapping/{file.name}"),), iri)


def _named(settings: Settings) -> set[str]:
    """The IRIs that shapes name, in their statements and as names with a prefix in their queries."""
    named, prefixes, queries = set[str](), dict[str, str](), list[str]()
    for file in settings.layered("shapes").rglob("*.ttl"):
        parts = dict[str, dict[str, str]]()
        for quad in _read(file, settings.base, settings.languages):
            named |= {term.value for term in (quad.subject, quad.object) if isinstance(term, ox.NamedNode)}
            if isinstance(quad.object, ox.Literal):
                if quad.predicate.value in {f"{SH}prefix", f"{SH}namespace"}:
                    parts.setdefault(str(quad.subject), {})[quad.predicate.value] = quad.object.value
                elif quad.predicate.value in {f"{SH}select", f"{SH}ask"}:
                    queries.append(quad.object.value)
        prefixes |= {part[f"{SH}prefix"]: part[f"{SH}namespace"] for part in parts.values() if len(part) > 1}
    for prefix, local in re.findall(r"\b([A-Za-z][\w-]*):(\w[\w-]*)", "\n".join(queries)):
        if prefix in prefixes:
            named.add(prefixes[prefix] + local)
    return named


def _predicates(file: Path, base: str) -> Iterator[str]:
    """The properties of a mapping document."""
    try:
        text = rebased(file.read_text("utf-8-sig"), base)
        for quad in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=base):
            if _PREDICATE.fullmatch(quad.predicate.value) and isinstance(quad.object, ox.NamedNode):
                yield quad.object.value
    except (SyntaxError, ValueError):
        return  # the mapping says it


def _read(file: Path, base: str, languages: list[str] | tuple[str, ...] = ()) -> list[ox.Quad]:
    """The statements of a file; none where it cannot be read, which others say."""
    try:
        text = file.read_text("utf-8-sig")
        text = filled(text, base, languages) if languages else text
        return list(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=base))
    except (SyntaxError, ValueError):
        return []
