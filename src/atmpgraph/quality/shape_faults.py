"""What is wrong with the shapes of a publication: every fault at once, each with its file and shape (SHACL §1.4)."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from ..findings import Finding, Place, Severity
from ..i18n import Sentence, every_language, message, texts
from ..rdf.datatypes import TermError, as_stored, literal_form
from ..reasons import reason_of
from ..settings.layers import Layered
from ..sparql.syntax.complexity import expect_shallow
from .constraint_text import constraint_text
from .patterns import Engine, PatternError, engine_pattern, patterns_in
from .shape_texts import filled

Check = Callable[[Graph, Node], bool]

_KINDS: Final = frozenset(
    SH[name] for name in ("IRI", "Literal", "BlankNode", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")
)
_SEVERITIES: Final = frozenset({SH.Violation, SH.Warning, SH.Info})
_STEPS: Final = (SH.inversePath, SH.alternativePath, SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath)
# Variables that the engine fills in before it runs a query (SHACL §5.3.1), and clauses that then have no meaning.
_FILLED_IN: Final = re.compile(r"[$?]PATH\b")
_NOT_WITH_VALUES: Final = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|<[^<>\s]*>|#[^\n]*|\b(?P<word>MINUS|VALUES|SERVICE)\b", re.IGNORECASE
)
_TAG: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
# The prefixes of names, and what a colon stands in besides.
_NAMES: Final = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|<[^<>\s]*>|#[^\n]*|_:\w+|(?<![\w?$:.-])(?P<prefix>[A-Za-z][\w.-]*|):"
)


def _is_count(_: Graph, value: Node) -> bool:
    return isinstance(value, Literal) and value.datatype == XSD.integer and str(value).lstrip("+").isdecimal()


def _is_boolean(_: Graph, value: Node) -> bool:
    return isinstance(value, Literal) and value.datatype == XSD.boolean and str(value) in {"true", "false"}


def _is_iri(_: Graph, value: Node) -> bool:
    return isinstance(value, URIRef)


def _is_node(_: Graph, value: Node) -> bool:
    return isinstance(value, URIRef | BNode)


def _is_literal(_: Graph, value: Node) -> bool:
    return isinstance(value, Literal)


def _is_text(_: Graph, value: Node) -> bool:
    return isinstance(value, Literal) and value.datatype in {None, XSD.string, RDF.langString}


def _is_string(_: Graph, value: Node) -> bool:
    return isinstance(value, Literal) and value.datatype in {None, XSD.string} and value.language is None


def _is_target(_: Graph, value: Node) -> bool:
    return not isinstance(value, BNode)


def _is_list(graph: Graph, value: Node) -> bool:
    visited = set[Node]()
    while value != RDF.nil:
        if value in visited or len([*graph.objects(value, RDF.first)]) != 1:
            return False
        visited.add(value)
        rest = [*graph.objects(value, RDF.rest)]
        if len(rest) != 1:
            return False
        value = rest[0]
    return True


def _are_shapes(graph: Graph, value: Node) -> bool:
    return value != RDF.nil and _is_list(graph, value) and all(_is_node(graph, each) for each in graph.items(value))


def _are_properties(graph: Graph, value: Node) -> bool:
    return _is_list(graph, value) and all(_is_iri(graph, each) for each in graph.items(value))


def _is_severity(_: Graph, value: Node) -> bool:
    return isinstance(value, URIRef) and (not value.startswith(str(SH)) or value in _SEVERITIES)


def _are_tags(graph: Graph, value: Node) -> bool:
    return _is_list(graph, value) and all(
        _is_string(graph, each) and _TAG.fullmatch(str(each)) for each in graph.items(value)
    )


def _is_datatype(_: Graph, value: Node) -> bool:
    return isinstance(value, URIRef) and (not value.startswith(str(XSD)) or value.removeprefix(str(XSD)) in XSD)


@dataclass(frozen=True)
class _Value:
    """What the values of some properties are: whether one is right, and the sentence if not."""

    names: tuple[str, ...]
    is_right: Check
    sentence: str


_VALUES: Final = (
    _Value(
        ("minCount", "maxCount", "minLength", "maxLength", "qualifiedMinCount", "qualifiedMaxCount"),
        _is_count,
        message("sh:{name} needs a whole number from 0"),
    ),
    _Value(
        ("uniqueLang", "closed", "deactivated", "qualifiedValueShapesDisjoint"),
        _is_boolean,
        message("sh:{name} needs true or false, without quotation marks"),
    ),
    _Value(
        (
            *("class", "equals", "disjoint", "lessThan", "lessThanOrEquals"),
            *("targetClass", "targetSubjectsOf", "targetObjectsOf"),
        ),
        _is_iri,
        message("sh:{name} needs an IRI"),
    ),
    _Value(
        ("severity",),
        _is_severity,
        message("sh:{name} needs an IRI: sh:Violation, sh:Warning or sh:Info, or one of your own"),
    ),
    _Value(("targetNode",), _is_target, message("sh:{name} needs an IRI or a literal")),
    _Value(
        ("node", "property", "not", "qualifiedValueShape", "sparql", "prefixes", "declare"),
        _is_node,
        message("sh:{name} needs an IRI, or its content in square brackets"),
    ),
    _Value(
        ("in",),
        _is_list,
        message("sh:{name} needs a list: its members in round brackets"),
    ),
    _Value(
        ("ignoredProperties",),
        _are_properties,
        message("sh:{name} needs a list: properties in round brackets"),
    ),
    _Value(
        ("and", "or", "xone"),
        _are_shapes,
        message("sh:{name} needs a list of shapes: one or more in round brackets"),
    ),
    _Value(
        ("languageIn",),
        _are_tags,
        message('sh:{name} needs a list of tags of languages, such as ("fr" "nl")'),
    ),
    _Value(
        ("datatype",),
        _is_datatype,
        message("sh:{name} needs the IRI of a datatype, such as xsd:date"),
    ),
    _Value(
        ("minInclusive", "maxInclusive", "minExclusive", "maxExclusive"),
        _is_literal,
        message("sh:{name} needs a literal, such as a number or a date"),
    ),
    _Value(("pattern", "flags", "select", "ask"), _is_string, message("sh:{name} needs a text without a language")),
    _Value(("message", "name", "description"), _is_text, message("sh:{name} needs a text")),
    _Value(
        ("nodeKind",),
        lambda _, value: value in _KINDS,
        message(
            "sh:{name} needs one of sh:IRI, sh:Literal, sh:BlankNode, sh:BlankNodeOrIRI, sh:BlankNodeOrLiteral and"
            " sh:IRIOrLiteral"
        ),
    ),
)
_RULES: Final[Mapping[Node, _Value]] = {SH[name]: rule for rule in _VALUES for name in rule.names}
_ONCE: Final = tuple(
    SH[name]
    for name in (
        *("minCount", "maxCount", "minLength", "maxLength", "qualifiedMinCount", "qualifiedMaxCount", "datatype"),
        *("nodeKind", "uniqueLang", "closed", "deactivated", "in", "languageIn", "flags", "severity", "path"),
        *("minInclusive", "maxInclusive", "minExclusive", "maxExclusive", "qualifiedValueShape", "select"),
    )
)
# What says nothing unless one of the others is said beside it.
_BESIDE: Final = (
    ("flags", ("pattern",)),
    ("qualifiedValueShape", ("qualifiedMinCount", "qualifiedMaxCount")),
    ("qualifiedMinCount", ("qualifiedValueShape",)),
    ("qualifiedMaxCount", ("qualifiedValueShape",)),
    ("qualifiedValueShapesDisjoint", ("qualifiedValueShape",)),
    ("ignoredProperties", ("closed",)),
)
_ORDERED: Final = (
    *(("minCount", "maxCount"), ("minLength", "maxLength"), ("qualifiedMinCount", "qualifiedMaxCount")),
    *((f"min{least}", f"max{most}") for least in ("Inclusive", "Exclusive") for most in ("Inclusive", "Exclusive")),
)
# What is about the values of a path (SHACL §4: “property shapes only”), or names other shapes, or is never run.
_OF_PATHS: Final = (
    *("minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals"),
    *("qualifiedValueShape", "qualifiedMinCount", "qualifiedMaxCount"),
)
_OF_SHAPES: Final = ("node", "property", "not", "qualifiedValueShape")
_LISTS_OF_SHAPES: Final = ("and", "or", "xone")
_NOT_RUN: Final = ("rule", "expression")

_NOT_TURTLE: Final = message("not Turtle in UTF-8: {reason}")
_NO_PATH: Final = message("a property shape needs one sh:path, the property or path whose values it checks")
_WRONG_PATH: Final = message(
    "not a path of SHACL: a property, a list of two steps or more, or one of sh:inversePath, sh:alternativePath,"
    " sh:zeroOrMorePath, sh:oneOrMorePath and sh:zeroOrOnePath in square brackets"
)
_TWICE: Final = message("sh:{name} may stand only once in a shape")
_SWAPPED: Final = message("sh:{least} is larger than sh:{most}, so nothing can conform")
_SCRIPT: Final = message("sh:{name} is a script, which is not run: say it as sh:sparql")
_ADVANCED: Final = message("sh:{name} is of SHACL Advanced Features, which are not run")
_NOT_OF_NODES: Final = message("sh:{name} is about the values of a path: it stands in a property shape, beside sh:path")
_NOWHERE: Final = message("no file of shapes says anything about this shape, which sh:{name} names")
_NO_PATH_FOR: Final = message("$PATH is the path of a property shape, and this shape has none")
_ALONE: Final = message("sh:{name} says nothing here without {beside}")
_UNKNOWN: Final = message("SHACL has no property sh:{name}")
_NEAR: Final = message("SHACL has no property sh:{name}; is sh:{near} meant?")
_PATTERN: Final = message("not a pattern of XPath, which SHACL has: {reason}")
_QUERY: Final = message("not a query that can be run: {reason}")
_PREFIX: Final = message("the prefix {prefix} is not declared by what sh:prefixes names, nor in the query")
_NO_QUERY: Final = message("a SPARQL constraint needs one sh:select, its query")
_PROJECTION: Final = message("the query must select $this, the node that is checked")
_CLAUSE: Final = message("SHACL allows no {clause} in a query, since $this has a value before it runs")


def shape_faults(place: Layered, base: str, languages: Sequence[str]) -> list[Finding]:
    """A violation for each fault in the publication's own files of shapes; the supplied ones have a test.

    Args:
        place: of the shapes.
        base: of the publication.
        languages: of the publication.
    """
    own = [file for file in place.rglob("*.ttl") if not file.is_relative_to(place.supplied)]
    if not own:
        return []
    graphs, faults = dict[Path, Graph](), list[Finding]()
    for file in place.rglob("*.ttl"):
        graph = _read(file, base, languages)
        if isinstance(graph, Graph):
            graphs[file] = graph
        elif file in own:
            faults.append(_finding(file, graph.lineno, _NOT_TURTLE, reason=reason_of(graph)))
    whole = Graph()
    for graph in graphs.values():
        whole += graph
    for file in own:
        if file in graphs:
            faults += _Faults(file, graphs[file], whole).all()
    return faults


def faults_of(graph: Graph, file: Path, whole: Graph | None = None) -> list[Finding]:
    """The faults of the shapes in one file.

    Args:
        graph: of the file.
        file: its name, for the findings.
        whole: the shapes of all files, in which prefixes may be declared.
    """
    return [*_Faults(file, graph, graph if whole is None else whole).all()]


def _read(file: Path, base: str, languages: Sequence[str]) -> Graph | SyntaxError:
    try:
        text = filled(file.read_text("utf-8-sig"), base, languages)
        for _ in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=base):
            pass
        return Graph().parse(data=text, format="turtle", publicID=base)
    except SyntaxError as error:
        return error
    except Exception as error:  # the other reader has errors of many kinds
        return SyntaxError(str(error))


def _finding(
    file: Path, line: int | None, sentence: str, shape: str | None = None, value: str | None = None, **values: object
) -> Finding:
    words = every_language(sentence, **values)
    return Finding("shape", Severity.VIOLATION, words, (Place(file.name, line),), value, shape=shape)


def _reason(error: Exception, before: int) -> Sentence:
    """What a reader of SPARQL says, with the place in the query as it is written."""
    reason = reason_of(error)
    line = reason.values.get("line")
    return Sentence(reason.text, {**reason.values, "line": max(line - before, 1)}) if isinstance(line, int) else reason


def _wrong_form(literal: Literal) -> TermError | None:
    """Why the text of a literal is none of its datatype; None if it is, or where nothing is known of the datatype."""
    try:
        literal_form(*as_stored(str(literal), str(literal.datatype or XSD.string)))
    except TermError as error:
        return error
    except KeyError:
        pass
    return None


def _is_larger(low: Node | None, high: Node | None) -> bool:
    """Whether no value is between two bounds: they are numbers, or of one datatype."""
    if not isinstance(low, Literal) or not isinstance(high, Literal) or _wrong_form(low) or _wrong_form(high):
        return False
    numbers = all(isinstance(bound.value, int | Decimal | float) for bound in (low, high))
    return (numbers or low.datatype == high.datatype) and bool(low > high)


class _Faults:
    """The faults of one file."""

    def __init__(self, file: Path, graph: Graph, whole: Graph) -> None:
        self._file, self._graph, self._whole = file, graph, whole

    def all(self) -> Iterator[Finding]:
        """Every fault, in the order of the shapes' names."""
        for subject in sorted(set(self._graph.subjects()), key=lambda node: (self._name(node) or "", str(node))):
            yield from self._values(subject)
            yield from self._counts(subject)
            yield from self._pattern(subject)
            yield from self._place(subject)
        for shape in sorted(self._property_shapes(), key=lambda node: (self._name(node) or "", str(node))):
            yield from self._path(shape)
        for constraint in sorted(self._constraints(), key=lambda node: (self._name(node) or "", str(node))):
            yield from self._query(constraint)

    def _fault(self, node: Node, sentence: str, value: Node | str | None = None, **values: object) -> Finding:
        text = None if value is None or isinstance(value, BNode) else str(value)
        return _finding(self._file, None, sentence, self._name(node), text, **values)

    def _name(self, node: Node) -> str | None:
        """The IRI of a shape, or of the one that it stands in."""
        visited = set[Node]()
        while isinstance(node, BNode) and node not in visited:
            visited.add(node)
            node = next(iter(sorted(self._graph.subjects(None, node), key=str)), node)
        return str(node) if isinstance(node, URIRef) else None

    def _values(self, subject: Node) -> Iterator[Finding]:
        for predicate, value in sorted(self._graph.predicate_objects(subject)):
            name = str(predicate).removeprefix(str(SH))
            if name != str(predicate) and name not in SH:
                near = next(
                    iter(get_close_matches(name, [*SH.__annotations__, "in", "or", "and", "not", "class"], 1)), ""
                )
                yield self._fault(subject, _NEAR if near else _UNKNOWN, name=name, **({"near": near} if near else {}))
            elif predicate == SH.js:
                yield self._fault(subject, _SCRIPT, name=name)
            elif name in _NOT_RUN and name != str(predicate):
                yield self._fault(subject, _ADVANCED, name=name)
            elif (rule := _RULES.get(predicate)) and not rule.is_right(self._graph, value):
                yield self._fault(subject, rule.sentence, value, name=name)
            elif isinstance(value, Literal) and (wrong := _wrong_form(value)):
                yield self._fault(subject, wrong.sentence, value, **wrong.values)

    def _counts(self, subject: Node) -> Iterator[Finding]:
        for predicate in _ONCE:
            if len(set(self._graph.objects(subject, predicate))) > 1:
                yield self._fault(subject, _TWICE, name=predicate.removeprefix(str(SH)))
        for name, others in _BESIDE:
            if (subject, SH[name], None) in self._graph and not any(
                (subject, SH[other], None) in self._whole for other in others
            ):
                yield self._fault(subject, _ALONE, name=name, beside=" / ".join(f"sh:{other}" for other in others))
        for least, most in _ORDERED:
            low, high = (self._graph.value(subject, SH[name]) for name in (least, most))
            if _is_larger(low, high):
                yield self._fault(subject, _SWAPPED, f"{low} > {high}", least=least, most=most)

    def _place(self, subject: Node) -> Iterator[Finding]:
        """What stands in a shape that has no path, and the shapes that are nowhere."""
        if (subject, SH.path, None) not in self._whole and subject not in self._property_shapes():
            for name in _OF_PATHS:
                if (subject, SH[name], None) in self._graph:
                    yield self._fault(subject, _NOT_OF_NODES, name=name)
        named = [(name, shape) for name in _OF_SHAPES for shape in self._graph.objects(subject, SH[name])]
        for name in _LISTS_OF_SHAPES:
            for shapes in self._graph.objects(subject, SH[name]):
                if _is_list(self._graph, shapes):
                    named += [(name, shape) for shape in self._graph.items(shapes)]
        for name, shape in sorted(named, key=str):
            if isinstance(shape, URIRef) and (shape, None, None) not in self._whole:
                yield self._fault(subject, _NOWHERE, shape, name=name)

    def _pattern(self, subject: Node) -> Iterator[Finding]:
        flags = str(self._graph.value(subject, SH.flags) or "")
        for pattern in sorted(self._graph.objects(subject, SH.pattern), key=str):
            try:
                engine_pattern(str(pattern), flags, Engine.REFERENCE)
            except PatternError as error:
                yield self._wrong_pattern(subject, pattern, error)

    def _wrong_pattern(self, node: Node, pattern: Node | str, error: PatternError) -> Finding:
        reasons = every_language(error.sentence, what=error.what)
        words = {language: texts(language).gettext(_PATTERN, reason=reason) for language, reason in reasons.items()}
        place = (Place(self._file.name),)
        return Finding("shape", Severity.VIOLATION, words, place, str(pattern), shape=self._name(node))

    def _property_shapes(self) -> set[Node]:
        """Those that the file has statements about, or an empty pair of brackets."""
        named = {shape for shape in self._graph.objects(None, SH.property) if not isinstance(shape, Literal)}
        here = {shape for shape in named if isinstance(shape, BNode) or (shape, None, None) in self._graph}
        typed = set(self._graph.subjects(RDF.type, SH.PropertyShape)) | set(self._graph.subjects(SH.path))
        return here | typed

    def _path(self, shape: Node) -> Iterator[Finding]:
        paths = [*self._whole.objects(shape, SH.path)]
        if not paths:
            yield self._fault(shape, _NO_PATH)
        for path in paths:
            if not self._is_path(path, 0):
                yield self._fault(shape, _WRONG_PATH, path)

    def _is_path(self, path: Node, depth: int) -> bool:
        """SHACL §2.3.1."""
        if isinstance(path, URIRef):
            return path != RDF.nil
        if not isinstance(path, BNode) or depth > 50:  # a path may contain itself
            return False
        steps = [(step, value) for step in _STEPS for value in self._graph.objects(path, step)]
        if (path, RDF.first, None) in self._graph:
            return not steps and self._are_steps(path, depth)
        if len(steps) != 1:
            return False
        [(step, value)] = steps
        if step == SH.alternativePath:
            return self._are_steps(value, depth)
        return self._is_path(value, depth + 1)

    def _are_steps(self, path: Node, depth: int) -> bool:
        if not _is_list(self._graph, path):
            return False
        steps = [*self._graph.items(path)]
        return len(steps) > 1 and all(self._is_path(step, depth + 1) for step in steps)

    def _constraints(self) -> set[Node]:
        named = {node for node in self._graph.objects(None, SH.sparql) if (node, None, None) in self._graph}
        return named | set(self._graph.subjects(SH.select)) | set(self._graph.subjects(SH.ask))

    def _query(self, constraint: Node) -> Iterator[Finding]:
        queries = [*self._graph.objects(constraint, SH.select), *self._graph.objects(constraint, SH.ask)]
        yield from self._of_shape(constraint, queries)
        for query in queries:
            if not isinstance(query, Literal):
                continue
            for _, pattern in patterns_in(str(query)):
                try:
                    engine_pattern(pattern, "", Engine.REFERENCE)
                except PatternError as error:
                    yield self._wrong_pattern(constraint, pattern, error)
            clauses = {match["word"].upper() for match in _NOT_WITH_VALUES.finditer(str(query)) if match["word"]}
            for clause in sorted(clauses):
                yield self._fault(constraint, _CLAUSE, clause=clause)
            is_select = (constraint, SH.select, query) in self._graph
            wrong = self._syntax(constraint, query, is_select=is_select)
            if unknown := self._unknown_prefixes(constraint, str(query)) if wrong else []:
                yield from (self._fault(constraint, _PREFIX, prefix=f"{prefix}:") for prefix in unknown)
            elif wrong:
                yield self._fault(constraint, _QUERY, reason=wrong)
            elif is_select and not re.search(r"[$?]this\b|\*", str(query).partition("{")[0]):
                yield self._fault(constraint, _PROJECTION)

    def _of_shape(self, constraint: Node, queries: Sequence[Node]) -> Iterator[Finding]:
        """What a constraint lacks as one of its shape: a SELECT, or a path for $PATH."""
        shapes = [*self._whole.subjects(SH.sparql, constraint)]
        if not queries or (shapes and (constraint, SH.select, None) not in self._graph):
            yield self._fault(constraint, _NO_QUERY)
        if any((shape, SH.path, None) not in self._whole for shape in shapes) and any(
            _FILLED_IN.search(str(query)) for query in queries
        ):
            yield self._fault(constraint, _NO_PATH_FOR)

    def _syntax(self, constraint: Node, query: Literal, *, is_select: bool) -> Sentence | None:
        """Why either reader of SPARQL refuses a query; None if none does."""
        from rdflib.plugins.sparql import prepareQuery  # loads slowly, and few publications have queries of their own

        graph = self._whole if is_select else self._as_select(constraint, query)
        text = _FILLED_IN.sub("<urn:path>", constraint_text(graph, constraint))
        before = text[: len(text) - len(_FILLED_IN.sub("<urn:path>", str(query)))].count("\n")
        try:
            expect_shallow(text)
            ox.Store().query(text.replace("$this", "?this"))
            prepareQuery(text)
        except Exception as error:  # rdflib has bare ones, for unknown prefixes and functions
            return _reason(error, before)
        return None

    def _unknown_prefixes(self, constraint: Node, query: str) -> list[str]:
        """The prefixes that a query has and that are not declared for it."""
        declared = set(re.findall(r"(?i)\bPREFIX\s+([\w.-]*):", constraint_text(self._whole, constraint) or query))
        used = {match["prefix"] for match in _NAMES.finditer(query) if match["prefix"] is not None}
        return sorted(used - declared)

    def _as_select(self, constraint: Node, query: Literal) -> Graph:
        graph = Graph()
        for triple in self._whole:
            graph.add(triple)
        graph.add((constraint, SH.select, query))
        return graph
