"""The page of an ontology or a code list: its terms in the reader's language, how often each is used, and an example.

Its other formats have all languages, and the source of each statement.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import pyoxigraph as ox

from ...i18n import message
from ...rdf.blank_nodes import is_genid
from ...rdf.statements import text_of
from ...release.incoming import Incoming
from ...vocab import DCT, LABELS, OWL, RDF, RDFS, SKOS, VOID
from ..core.context import Context
from ..core.description import PARTS, Description
from ..core.i18n import page_texts
from ..core.labels import Name, page_names
from ..core.paging import Paging
from .axioms import Axioms
from .diagram import Diagram, diagram
from .document import DATA_FORMATS, incoming_links
from .kind_page import best_texts

_VALUES: Final = 12  # of a property of a term
_MOST_SORTED: Final = 1_000  # uses of a property, the first of which is its example; of more there is none
_TYPE: Final = RDF + "type"
_DEFINITIONS: Final = (SKOS + "definition", DCT + "description", RDFS + "comment")
_CLASSES, _PROPERTIES, _CODES, _OTHERS, _AXIOMS = "classes", "properties", "codes", "others", "axioms"
_TITLES: Final = {
    _CLASSES: message("Classes"),
    _PROPERTIES: message("Properties"),
    _CODES: message("Codes"),
    _OTHERS: message("Other terms"),
    _AXIOMS: message("Axioms"),  # what blank nodes say of the terms
}
_GROUP_OF: Final = {
    **dict.fromkeys((OWL + "Class", RDFS + "Class"), _CLASSES),
    **dict.fromkeys(
        (RDF + "Property", OWL + "ObjectProperty", OWL + "DatatypeProperty", OWL + "AnnotationProperty"), _PROPERTIES
    ),
    SKOS + "Concept": _CODES,
}
_AXIOM: Final = message("Axiom {n}")
_TOP: Final = (SKOS + "hasTopConcept", SKOS + "topConceptOf")
# What lists of codes say of each other is no use of a code.
_OF_LISTS: Final = (
    *PARTS,
    *_TOP,
    *(
        SKOS + name
        for name in ("broader", "narrower", "member", "exactMatch", "closeMatch", "broadMatch", "narrowMatch")
    ),
)
_SHOWN_ELSEWHERE: Final = {_TYPE, *LABELS[:3], *_DEFINITIONS, *PARTS, *_TOP}
_COUNTS: Final = f"""SELECT ?term ?count ?example {{
  VALUES ?term {{ %s }}
  {{
    ?part <{VOID}class> ?term ; <{VOID}entities> ?count OPTIONAL {{ ?part <{VOID}exampleResource> ?example }}
  }} UNION
  {{ ?part <{VOID}property> ?term ; <{VOID}triples> ?count }}
}}"""
_EXAMPLES: Final = {
    _CLASSES: "{ SELECT (%s AS ?term) ?subject { ?subject a %s } ORDER BY STR(?subject) LIMIT 1 }",
    _PROPERTIES: "{ SELECT (%s AS ?term) ?subject ?object { ?subject %s ?object }"
    " ORDER BY STR(?subject) STR(?object) LIMIT 1 }",
}


class Use(NamedTuple):
    """How often the release uses a term, None where nothing counts that; what uses it and, of a property, the value."""

    times: int | None = None
    example: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Term:
    """A class, property or code.

    Attributes:
        iri: of it.
        definition: in the best language there is.
        facts: its other properties with their values, of texts those in that language.
        use: of it in the release.
    """

    iri: str
    definition: ox.Literal | None
    facts: list[tuple[str, list[Any]]]
    use: Use


@dataclass(frozen=True)
class VocabularyPage:
    """What the template of a vocabulary shows.

    Attributes:
        topic, document: of it.
        itself: the vocabulary, as a term.
        groups: title and terms of each.
        diagram: of its classes and the properties between them; None where there are none.
        sources: the graphs that state all this.
        incoming: the subjects that link to it, by predicate.
        paging: of these links.
        codes: the paging of its terms, where they have pages.
        names: of every IRI on the page.
        inner: the axioms that stand in others, which the contents leave out.
        formats: the page links to.
    """

    topic: str
    document: str
    itself: Term
    groups: list[tuple[str, list[Term]]]
    diagram: Diagram | None
    sources: list[str]
    incoming: list[tuple[str, list[str]]]
    paging: Paging | None
    codes: Paging | None
    names: dict[str, Name]
    inner: frozenset[str]
    formats: tuple[Any, ...] = DATA_FORMATS


def vocabulary_page(context: Context, described: Description) -> VocabularyPage:
    """The page of an ontology or a code list."""
    parts = described.parts
    kinds: dict[str, list[str]] = {name: [] for name in _TITLES}
    for iri, quads in parts.items():
        kinds[_AXIOMS if is_genid(iri) else _kind(quads)].append(iri)
    uses = {**_examples(context, kinds), **{iri: _links(context, iri) for iri in kinds[_CODES]}}
    terms = {iri: _term(context, iri, quads, uses.get(iri, Use())) for iri, quads in parts.items()}
    itself = _term(context, described.topic, described.quads, Use())
    sources = {text_of(quad.graph_name) for quads in (described.quads, *parts.values()) for quad in quads} - {""}
    incoming = incoming_links(described)
    linked = {iri for predicate, subjects in incoming for iri in (predicate, *subjects)}
    shown = (iri for term in (itself, *terms.values()) for iri in _iris(term))
    names = page_names(context, {*sources, *linked, *shown})
    texts, numbered = page_texts(), sorted(kinds[_AXIOMS])
    axioms = Axioms({iri: parts[iri] for iri in numbered}, {iri: name.text for iri, name in names.items()}, texts)
    names |= {
        iri: Name(axioms.words(iri) or texts.gettext(_AXIOM, n=str(number)))
        for number, iri in enumerate(numbered, start=1)
    }
    inner = axioms.inner()
    groups = [
        (
            _TITLES[kind],
            sorted((terms[iri] for iri in iris), key=lambda term: (term.iri in inner, *_place(names[term.iri].text))),
        )
        for kind, iris in kinds.items()
        if iris
    ]
    return VocabularyPage(
        described.topic,
        described.document,
        itself,
        groups,
        diagram({iri: quads for iri, quads in parts.items() if iri not in kinds[_AXIOMS]}, kinds[_PROPERTIES], names),
        sorted(sources),
        incoming,
        described.incoming,
        described.paging,
        names,
        inner,
    )


def _place(name: str) -> tuple[int, str]:
    """Shorter numbers first: axiom 2 before axiom 10."""
    number = name.rpartition(" ")[2]
    return int(number) if number.isdecimal() else 0, name.casefold()


def _kind(quads: Iterable[ox.Quad]) -> str:
    types = (text_of(quad.object) for quad in quads if quad.predicate.value == _TYPE)
    return next((_GROUP_OF[iri] for iri in types if iri in _GROUP_OF), _OTHERS)


def _term(context: Context, iri: str, quads: Iterable[ox.Quad], use: Use) -> Term:
    values: dict[str, dict[Any, None]] = defaultdict(dict)
    for quad in quads:
        if text_of(quad.subject) == iri and not text_of(quad.object).startswith(context.iris.tables):
            values[quad.predicate.value][quad.object] = None
    texts = [text for name in _DEFINITIONS for text in best_texts(list(values.get(name, ())), context.languages)]
    facts = [
        (name, best_texts(list(terms), context.languages)[:_VALUES])
        for name, terms in sorted(values.items())
        if name not in _SHOWN_ELSEWHERE
    ]
    return Term(iri, next(iter(texts), None), facts, use)


def _links(context: Context, code: str) -> Use:
    """How many links lead to a code, and from where the first does."""
    links = Incoming(context.release, code, without=_OF_LISTS)
    return Use(len(links), tuple(ox.NamedNode(subject) for _, subject in links[:1]))


def _examples(context: Context, kinds: Mapping[str, list[str]]) -> dict[str, Use]:
    """How many things of a class and statements with a property the catalogue counts (VoID §4.4), and one of each."""
    terms = {iri: kind for kind in _EXAMPLES for iri in kinds[kind]}
    if not terms:
        return {}
    release = context.release
    counted = release.catalogue_store.select(_COUNTS % " ".join(str(ox.NamedNode(iri)) for iri in terms))
    counts, examples = dict[str, int](), dict[str, tuple[Any, ...]]()
    for row in counted:
        counts[row["term"].value] = int(row["count"].value)
        if row["example"] is not None:
            examples[row["term"].value] = (row["example"],)
    branches = [
        _EXAMPLES[terms[iri]].replace("%s", str(ox.NamedNode(iri)))
        for iri, count in counts.items()
        if count <= _MOST_SORTED and iri not in examples
    ]
    if branches:
        query = f"SELECT ?term ?subject ?object {{ {' UNION '.join(branches)} }}"
        examples |= {row["term"].value: (row["subject"], row["object"]) for row in release.store.select(query)}
    return {iri: Use(counts.get(iri, 0), tuple(filter(None, examples.get(iri, ())))) for iri in terms}


def _iris(term: Term) -> Iterator[str]:
    yield term.iri
    for name, values in term.facts:
        yield name
        yield from (value.value for value in values if isinstance(value, ox.NamedNode))
    yield from (value.value for value in term.use.example if isinstance(value, ox.NamedNode))
