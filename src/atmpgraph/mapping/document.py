"""Read RML documents: the tabular core, and a clear error for everything else.

Both vocabularies are read: that of the Community Group (`http://w3id.org/rml/`), and the older one on top of R2RML
(`http://www.w3.org/ns/r2rml#`, `http://semweb.mmlab.be/ns/rml#`), which more engines run. Their local names agree.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

import pyoxigraph as ox
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.term import Node

from ..i18n import Sentence, message
from ..languages import PLACEHOLDER
from ..rdf.datatypes import TermError, form, refusal
from ..rdf.terms import language_tag
from ..reasons import reason_of
from ..settings.layers import Folder
from ..vocab import ATMPGRAPH, XSD
from .faults import MappingError

_NAMESPACES = ("http://w3id.org/rml/", "http://www.w3.org/ns/r2rml#", "http://semweb.mmlab.be/ns/rml#")
_CSV = {"http://w3id.org/rml/CSV", "http://semweb.mmlab.be/ns/ql#CSV"}
# Our words in a subject map: which rows have the subject. A class is said of each subject, and RML has no other way to
# say that a row has none.
_WHERE_FILLED = URIRef(f"{ATMPGRAPH}whereFilled")
_WHERE_VALUE = {f"{ATMPGRAPH}where": True, f"{ATMPGRAPH}whereNot": False}
_OUR_WORDS = {_WHERE_FILLED, *map(URIRef, _WHERE_VALUE)}
_BASE = re.compile(r"^@base\s+<([^>]*)>\s*\.", re.MULTILINE)

# The properties that each part of a document may have; all others are outside the subset, and an error.
_TERM = {"constant", "reference", "template", "termType"}
_ALLOWED = {
    "triples map": {"logicalSource", "subjectMap", "subject", "predicateObjectMap"},
    "logical source": {"source", "referenceFormulation"},
    "subject map": _TERM | {"class", "graphMap", "graph"},
    "predicate object map": {"predicate", "predicateMap", "object", "objectMap", "graphMap", "graph"},
    "predicate map": _TERM,
    "graph map": _TERM,
    "object map": _TERM | {"datatype", "language"},
    "condition": {"reference"},
}


_NO_MAPPING = message("no mapping; one RML document a table, named <table>.rml.ttl, is expected here")
_NOT_TURTLE = message("not Turtle; correct it: {reason}")
_UNREADABLE = message("the file cannot be read; mend the link, or the rights")
_NO_MAP = message("no triples map; add one, or remove the file")


class Kind(StrEnum):
    """How a term map makes its term (R2RML §7)."""

    CONSTANT = "constant"
    REFERENCE = "reference"
    TEMPLATE = "template"


@dataclass(frozen=True)
class TermMap:
    """One term map.

    Attributes:
        kind: constant, reference or template.
        parts: for a constant its one text; for a reference its one column; for a template texts and columns in turn,
            beginning with a text.
        literal: whether the term is a literal; else it is an IRI.
        datatype, language: of a literal; a literal with neither is a plain string.
    """

    kind: Kind
    parts: tuple[str, ...]
    literal: bool = False
    datatype: str = XSD + "string"
    language: str | None = None

    @property
    def in_languages(self) -> bool:
        """Whether it stands for one term map a language: `rml:reference "x_{language}" ; rr:language "{language}"`."""
        return self.kind is Kind.REFERENCE and self.language == PLACEHOLDER and PLACEHOLDER in self.parts[0]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the term depends on."""
        return {Kind.CONSTANT: (), Kind.REFERENCE: self.parts, Kind.TEMPLATE: self.parts[1::2]}[self.kind]


@dataclass(frozen=True)
class PredicateObject:
    """Predicates × objects, in the graphs of the subject map and its own."""

    predicates: tuple[TermMap, ...]
    objects: tuple[TermMap, ...]
    graphs: tuple[TermMap, ...]


@dataclass(frozen=True)
class Condition:
    """The rows whose cell in a column is one of some values, or is none of them."""

    column: str
    values: tuple[str, ...]
    is_one: bool


@dataclass(frozen=True)
class TriplesMap:
    """One triples map: statements about one subject for each row of `table` that `filled` and `conditions` admit."""

    name: str
    file: str
    table: str
    subject: TermMap
    classes: tuple[str, ...]
    graphs: tuple[TermMap, ...]
    statements: tuple[PredicateObject, ...]
    filled: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()


def rebased(document: str, base: str) -> str:
    """A mapping document whose own `@base`, in that line, in IRIs and in templates, is `base`."""
    own = _BASE.search(document)
    return re.sub(rf'(?<=[<"]){re.escape(own.group(1))}', lambda _: base, document) if own else document


def read_mapping(folder: Folder, base: str) -> list[TriplesMap]:
    """Read all `*.rml.ttl` in `folder`, in the order of their names.

    A document names its base in an `@base` line, so that any RML engine runs it as it is; where the publication has
    another base, that one takes its place in the document's IRIs and templates.

    Raises:
        MappingError: a document is not Turtle or leaves the subset; the message names file, map and term.
    """
    files = documents(folder)
    if not files:
        raise MappingError(str(folder), "", Sentence(_NO_MAPPING))
    return [triples_map for file in files for triples_map in read_document(file, base)]


def documents(folder: Folder) -> list[Path]:
    """The documents of a mapping, in the order of their names."""
    return sorted(folder.glob("*.rml.ttl"), key=lambda file: file.name)


def read_document(file: Path, base: str) -> tuple[TriplesMap, ...]:
    """Read one document; once as long as it stays the same.

    Raises:
        MappingError: it is not Turtle or leaves the subset; the message names file, map and term.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise MappingError(file.name, "", Sentence(_NOT_TURTLE, {"reason": reason_of(error)})) from None
    except OSError:
        raise MappingError(file.name, "", Sentence(_UNREADABLE)) from None
    return _read(file.name, text, base)


@lru_cache(maxsize=256)
def _read(name: str, text: str, base: str) -> tuple[TriplesMap, ...]:
    return tuple(_Reader(name, text, base).read())


class _Reader:
    """Reads one document."""

    def __init__(self, file: str, text: str, base: str) -> None:
        self.file = file
        self._visited: set[Node] = set()
        self.graph = Graph()
        try:
            for _ in ox.parse(rebased(text, base), format=ox.RdfFormat.TURTLE, base_iri=base):
                pass
            self.graph.parse(data=rebased(text, base), format="turtle", publicID=base)
        except Exception as error:  # the second reader has errors of many kinds
            raise MappingError(file, "", Sentence(_NOT_TURTLE, {"reason": reason_of(error)})) from None

    def read(self) -> list[TriplesMap]:
        """The triples maps of the document, sorted by name."""
        terms = [*_ALLOWED["triples map"], "TriplesMap"]
        own = [URIRef(namespace + term) for namespace in _NAMESPACES for term in terms]
        typed = {subject for term in own for subject in self.graph.subjects(RDF.type, term)}
        maps = typed | {subject for term in own for subject in self.graph.subjects(term)}
        if not maps:
            raise MappingError(self.file, "", Sentence(_NO_MAP))
        read = [self._triples_map(node) for node in sorted(maps, key=str)]
        for subject, predicate in self.graph.subject_predicates():
            if subject not in self._visited and str(predicate).startswith(_NAMESPACES):
                self._fail(
                    subject,
                    message("{property} stands where no triples map uses it; correct or remove it"),
                    property=f"<{predicate}>",
                )
        return read

    def _fail(self, node: Node, sentence: str, **values: object) -> NoReturn:
        name = self.graph.qname(node) if isinstance(node, URIRef) and "#" not in node else str(node).rpartition("#")[2]
        raise MappingError(self.file, name, Sentence(sentence, values))

    def _refuse(self, node: Node, error: TermError) -> NoReturn:
        self._fail(node, error.sentence, **error.values)

    def _values(self, node: Node, part: str, owner: Node) -> dict[str, list[Node]]:
        """The properties of a part of the document by local name; anything outside the subset is an error."""
        self._visited.add(node)
        values: dict[str, list[Node]] = {}
        for predicate, value in sorted(self.graph.predicate_objects(node), key=str):
            namespace = next((n for n in _NAMESPACES if str(predicate).startswith(n)), None)
            local = str(predicate)[len(namespace) :] if namespace else ""
            ours = {"subject map": _OUR_WORDS, "condition": {RDF.value}}.get(part, set())
            if predicate == RDF.type or predicate in ours:
                continue
            if local not in _ALLOWED[part]:
                allowed = ", ".join(sorted(_ALLOWED[part]))
                self._fail(
                    owner,
                    message("{part}: {property} is not supported; supported are {allowed}"),
                    part=part,
                    property=f"<{predicate}>",
                    allowed=allowed,
                )
            values.setdefault(local, []).append(value)
        return values

    def _triples_map(self, node: Node) -> TriplesMap:
        values = self._values(node, "triples map", node)
        table = self._table(self._one(values, "logicalSource", node), node)
        if len(values.get("subjectMap", []) + values.get("subject", [])) != 1:
            self._fail(node, message("exactly one subject map is expected"))
        subject_maps = values.get("subjectMap", [])
        subject_values = self._values(subject_maps[0], "subject map", node) if subject_maps else {}
        subject = self._terms(values, "subject", node)[0]
        graphs = self._terms(subject_values, "graph", node)
        classes = []
        for class_ in subject_values.get("class", []):
            if not isinstance(class_, URIRef):
                self._fail(node, message("a class must be an IRI, not {value}"), value=str(class_))
            classes.append(str(class_))
        statements = tuple(self._statements(pom, node) for pom in values.get("predicateObjectMap", []))
        if not graphs and (classes or not all(s.graphs for s in statements)):
            self._fail(node, message("no graph map: every statement belongs to the graph of its source; add one"))
        filled = tuple(
            sorted(str(column) for each in subject_maps for column in self.graph.objects(each, _WHERE_FILLED))
        )
        conditions = tuple(sorted(self._conditions(subject_maps, node), key=repr))
        name = str(node).rpartition("#")[2]
        return TriplesMap(
            name, self.file, table, subject, tuple(sorted(classes)), graphs, statements, filled, conditions
        )

    def _conditions(self, subject_maps: list[Node], owner: Node) -> Iterator[Condition]:
        for subject_map in subject_maps:
            for predicate, condition in self.graph.predicate_objects(subject_map):
                is_one = _WHERE_VALUE.get(str(predicate))
                if is_one is None:
                    continue
                column = self._one(self._values(condition, "condition", owner), "reference", owner)
                values = tuple(sorted(str(value) for value in self.graph.objects(condition, RDF.value)))
                if not values:
                    self._fail(owner, message("a condition on {column} needs a value (rdf:value)"), column=str(column))
                yield Condition(str(column), values, is_one)

    def _one(self, values: dict[str, list[Node]], name: str, owner: Node) -> Node:
        nodes = values.get(name, [])
        if len(nodes) != 1:
            self._fail(owner, message("exactly one {name} is expected, not {n}"), name=name, n=len(nodes))
        return nodes[0]

    def _table(self, node: Node, owner: Node) -> str:
        values = self._values(node, "logical source", owner)
        source = self._one(values, "source", owner)
        formulation = self._one(values, "referenceFormulation", owner)
        if str(formulation) not in _CSV or not isinstance(source, Literal):
            self._fail(
                owner,
                message("the logical source must be the name of a table (CSV), not {source} as {formulation}"),
                source=str(source),
                formulation=f"<{formulation}>",
            )
        return str(source)

    def _statements(self, node: Node, owner: Node) -> PredicateObject:
        values = self._values(node, "predicate object map", owner)
        predicates = self._terms(values, "predicate", owner)
        objects = self._terms(values, "object", owner)
        if not predicates or not objects:
            self._fail(owner, message("a predicate object map needs a predicate and an object"))
        return PredicateObject(predicates, objects, self._terms(values, "graph", owner))

    def _terms(self, values: dict[str, list[Node]], position: str, owner: Node) -> tuple[TermMap, ...]:
        """The term maps in one position: constants by the shortcut, and full maps."""
        shortcuts = [self._constant(value, position, owner) for value in values.get(position, [])]
        maps = [self._term(node, position, owner) for node in values.get(f"{position}Map", [])]
        return tuple(sorted(shortcuts + maps, key=repr))

    def _constant(self, value: Node, position: str, owner: Node) -> TermMap:
        if isinstance(value, URIRef):
            if str(value).endswith("defaultGraph") and str(value).startswith(_NAMESPACES):
                self._fail(
                    owner,
                    message("the default graph is not supported; every statement belongs to the graph of its source"),
                )
            return TermMap(Kind.CONSTANT, (str(value),))
        if not isinstance(value, Literal) or position != "object":
            self._fail(
                owner, message("{part}: a constant must be an IRI, not {value}"), part=position, value=value.n3()
            )
        datatype = str(value.datatype or XSD + "string")
        return self._checked(TermMap(Kind.CONSTANT, (str(value),), True, datatype, value.language), owner)

    def _term(self, node: Node, position: str, owner: Node) -> TermMap:
        values = self._values(node, f"{position} map", owner)
        kinds = [kind for kind in Kind if kind.value in values]
        if len(kinds) != 1 or len(values[kinds[0].value]) != 1:
            self._fail(
                owner,
                message("{part}: exactly one of constant, reference and template is needed"),
                part=f"{position} map",
            )
        kind, value = kinds[0], values[kinds[0].value][0]
        if kind is Kind.CONSTANT:
            if extra := values.keys() & {"datatype", "language", "termType"}:
                self._fail(
                    owner,
                    message("{value}: {extra} of a constant is not supported; write it with the term"),
                    value=str(value),
                    extra=", ".join(sorted(extra)),
                )
            return self._constant(value, position, owner)
        parts = (str(value),) if kind is Kind.REFERENCE else self._template(str(value), owner)
        datatypes, languages = values.get("datatype", []), values.get("language", [])
        if len(datatypes) + len(languages) > 1:
            self._fail(owner, message("{value}: a literal has one datatype or one language"), value=str(value))
        term_types = {str(t).rpartition("#")[2].rpartition("/")[2] for t in values.get("termType", [])}
        plain = "Literal" if position == "object" and (kind is Kind.REFERENCE or datatypes or languages) else "IRI"
        term_type = (term_types or {plain}).pop()
        if term_type not in ("IRI", "Literal") or term_types or (term_type == "Literal" and position != "object"):
            self._fail(
                owner,
                message("{value}: the term type {type} is not supported here; use IRI or, for objects, Literal"),
                value=str(value),
                type=term_type,
            )
        if term_type == "IRI":
            if datatypes or languages:
                self._fail(owner, message("{value}: an IRI has no datatype and no language"), value=str(value))
            return TermMap(kind, parts)
        datatype = str(datatypes[0]) if datatypes else XSD + "string"
        return self._checked(TermMap(kind, parts, True, datatype, str(languages[0]) if languages else None), owner)

    def _checked(self, term: TermMap, owner: Node) -> TermMap:
        if form(term.datatype) is None and not term.language:
            self._refuse(owner, refusal(term.datatype))
        try:
            language = language_tag(term.language) if term.language and not term.in_languages else term.language
        except TermError as error:
            self._refuse(owner, error)
        return TermMap(term.kind, term.parts, True, term.datatype, language)

    def _template(self, template: str, owner: Node) -> tuple[str, ...]:
        r"""Texts and columns in turn; `\{`, `\}` and `\\` stand for themselves (R2RML §7.3)."""
        parts = [""]
        for token in re.finditer(
            r"\{(?P<column>(?:[^{}\\]|\\[{}\\])+)\}|(?P<text>\\[{}\\]|[^{}\\]+)|(?P<bad>.)", template
        ):
            if token["bad"]:
                self._fail(
                    owner,
                    message("{template}: a lone {character}; write \\{character} for the character itself"),
                    template=repr(template),
                    character=token["bad"],
                )
            if token["column"]:
                parts += [_unescape(token["column"]), ""]
            else:
                parts[-1] += _unescape(token["text"])
        if len(parts) == 1:
            self._fail(
                owner,
                message("{template} is a template without a column in braces; use a constant"),
                template=repr(template),
            )
        return tuple(parts)


def _unescape(text: str) -> str:
    return re.sub(r"\\([{}\\])", r"\1", text)
