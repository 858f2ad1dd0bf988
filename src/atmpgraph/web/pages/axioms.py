"""Axioms in words: « member: at least one of the kind person or group » (OWL 2 Mapping to RDF Graphs §2.1).

What a restriction, a union or a list says is read from its statements; what has no words here keeps its number.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

import pyoxigraph as ox

from ...i18n import Counting, Texts, counting, message
from ...rdf.statements import text_of
from ...vocab import OWL, RDF, XSD

_DEEPEST: Final = 4  # axioms within axioms that are said in words
_MOST: Final = 12  # members of a list
_MORE: Final = "…"
_ONE: Final = message("at least one")
_AT_LEAST: Final = message("at least {n}")
_AT_MOST: Final = message("at most {n}")
_EXACTLY: Final = message("exactly {n}")
_NONE: Final = message("not one")
_ONLY: Final = message("only of the kind {kind}")
_VALUE: Final = message("always {value}")
_ITSELF: Final = message("always with itself")
_OF_KIND: Final = message("{number} of the kind {kind}")
_RESTRICTION: Final = message("{property}: {words}")
_LIST: Final = message("list: {values}")
_NOT: Final = message("not {term}")
_ONE_OF: Final = message("one of {values}")
_INVERSE: Final = message("the inverse of {term}")
_RANGE: Final = message("{kind}, {limits}")
_DISJOINT: Final = message("no two have anything in common: {values}")
_DIFFERENT: Final = message("no two are the same: {values}")
_NEVER: Final = message("never: {subject} → {property} → {value}")
_ABOUT: Final = message("about: {subject} → {property} → {value}")
_LENGTH: Final = counting("{n} character", "{n} characters")
_PATTERN: Final = message("of the form {value}")

_CARDINALITIES: Final = {
    OWL + name: pattern
    for names, pattern in {
        ("minCardinality", "minQualifiedCardinality"): _AT_LEAST,
        ("maxCardinality", "maxQualifiedCardinality"): _AT_MOST,
        ("cardinality", "qualifiedCardinality"): _EXACTLY,
    }.items()
    for name in names
}
_FACETS: Final = {
    XSD + name: pattern
    for name, pattern in {
        "minInclusive": _AT_LEAST,
        "maxInclusive": _AT_MOST,
        "minExclusive": message("more than {n}"),
        "maxExclusive": message("less than {n}"),
        "length": _LENGTH,
        "minLength": counting("at least {n} character", "at least {n} characters"),
        "maxLength": counting("at most {n} character", "at most {n} characters"),
    }.items()
}
# By the property that only an axiom of this form has: its words, of one term (`term`) or of a list in some style.
_OF_TERM: Final = {
    OWL + "complementOf": _NOT,
    OWL + "datatypeComplementOf": _NOT,
    OWL + "inverseOf": _INVERSE,
}
_Style: TypeAlias = Literal["", "or", "standard"]
_OF_LIST: Final[dict[str, tuple[str, _Style]]] = {
    OWL + "unionOf": ("{values}", "or"),
    OWL + "intersectionOf": ("{values}", "standard"),
    OWL + "oneOf": (_ONE_OF, ""),
    OWL + "members": (_DISJOINT, ""),
    OWL + "distinctMembers": (_DIFFERENT, ""),
}
_OF_STATEMENT: Final = {
    OWL + "sourceIndividual": (_NEVER, OWL + "assertionProperty", (OWL + "targetIndividual", OWL + "targetValue")),
    OWL + "annotatedSource": (_ABOUT, OWL + "annotatedProperty", (OWL + "annotatedTarget",)),
}
_Values: TypeAlias = dict[str, list[Any]]


class Axioms:
    """The axioms of a document, to be said in a language."""

    def __init__(self, quads: Mapping[str, Iterable[ox.Quad]], names: Mapping[str, str], texts: Texts) -> None:
        """Take the statements about each, by its IRI.

        Args:
            quads: by the subject.
            names: what other IRIs are called.
            texts: of the language.
        """
        self._values: dict[str, dict[str, list[Any]]] = {}
        for iri, stated in quads.items():
            values = self._values.setdefault(iri, {})
            for quad in stated:
                values.setdefault(quad.predicate.value, []).append(quad.object)
        self._names, self._texts = names, texts

    def words(self, iri: str) -> str:
        """What an axiom says; nothing where no words are known for it."""
        words = self._axiom(iri, _DEEPEST)
        return self._sentence(_LIST, values=words) if words and RDF + "first" in self._values[iri] else words

    def inner(self) -> frozenset[str]:
        """Those that stand in others."""
        within = (text_of(each) for values in self._values.values() for every in values.values() for each in every)
        return frozenset(self._values.keys() & within)

    def _axiom(self, iri: str, depth: int) -> str:
        values = self._values[iri]
        if RDF + "first" in values:
            return self._list(iri, "", depth)
        if OWL + "onProperty" in values:
            return self._restriction(values, depth)
        for name in values.keys() & _OF_TERM.keys():
            return self._sentence(_OF_TERM[name], term=self._term(values[name][0], depth))
        for name in values.keys() & _OF_LIST.keys():
            pattern, style = _OF_LIST[name]
            if OWL + "AllDifferent" in map(text_of, values.get(RDF + "type", ())):
                pattern = _DIFFERENT
            listed = self._list(text_of(values[name][0]), style, depth)
            return listed and self._sentence(pattern, values=listed)
        for name in values.keys() & _OF_STATEMENT.keys():
            return self._statement(name, values, depth)
        return self._range(values, depth) if OWL + "onDatatype" in values else self._facets(values)

    def _restriction(self, values: _Values, depth: int) -> str:
        words = self._quantity(values, depth)
        name = self._term(values[OWL + "onProperty"][0], depth)
        return words and self._sentence(_RESTRICTION, property=name, words=words)

    def _range(self, values: _Values, depth: int) -> str:
        limits = values.get(OWL + "withRestrictions", [""])
        words = self._list(text_of(limits[0]), "standard", depth)
        return words and self._sentence(_RANGE, kind=self._term(values[OWL + "onDatatype"][0], depth), limits=words)

    def _quantity(self, values: _Values, depth: int) -> str:
        if some := values.get(OWL + "someValuesFrom"):
            return self._sentence(_OF_KIND, number=self._sentence(_ONE), kind=self._term(some[0], depth))
        if only := values.get(OWL + "allValuesFrom"):
            return self._sentence(_ONLY, kind=self._term(only[0], depth))
        if value := values.get(OWL + "hasValue"):
            return self._sentence(_VALUE, value=self._term(value[0], depth))
        if OWL + "hasSelf" in values:
            return self._sentence(_ITSELF)
        for predicate, pattern in _CARDINALITIES.items():
            if predicate in values:
                number = self._number(pattern, text_of(values[predicate][0]))
                kind = values.get(OWL + "onClass") or values.get(OWL + "onDataRange")
                return self._sentence(_OF_KIND, number=number, kind=self._term(kind[0], depth)) if kind else number
        return ""

    def _number(self, pattern: str, number: str) -> str:
        if pattern != _AT_LEAST and number == "0":
            return self._sentence(_NONE)
        return self._sentence(_ONE if pattern == _AT_LEAST and number == "1" else pattern, n=number)

    def _facets(self, values: _Values) -> str:
        limits = [
            self._sentence(pattern, n=int(text) if isinstance(pattern, Counting) and text.isdecimal() else text)
            for name, pattern in _FACETS.items()
            for text in map(text_of, values.get(name, ()))
        ]
        limits += [self._sentence(_PATTERN, value=text_of(limit)) for limit in values.get(XSD + "pattern", ())]
        return self._texts.joined(limits, "standard") if limits else ""

    def _statement(self, name: str, values: _Values, depth: int) -> str:
        pattern, predicate, objects = _OF_STATEMENT[name]
        ends = [*values[name][:1], *values.get(predicate, ())[:1]]
        ends += [value for each in objects for value in values.get(each, ())[:1]]
        if len(ends) < 3:
            return ""
        subject, about, value = (self._term(end, depth) for end in ends[:3])
        return self._sentence(pattern, subject=subject, property=about, value=value)

    def _list(self, first: str, style: _Style, depth: int) -> str:
        members = [*self._members(first)]
        words = [self._term(each, depth) for each in members[:_MOST]] + [_MORE] * (len(members) > _MOST)
        if not words:
            return ""
        return self._texts.joined(words, style) if style else ", ".join(words)

    def _members(self, cell: str) -> Iterator[Any]:
        """The members of a list, as far as one more than are shown; of one that leads in a circle too."""
        for _ in range(_MOST + 1):
            values = self._values.get(cell, {})
            yield from values.get(RDF + "first", ())[:1]
            cell = text_of(values[RDF + "rest"][0]) if RDF + "rest" in values else ""

    def _term(self, term: Any, depth: int) -> str:  # noqa: ANN401 - of the store
        """What stands inside of an axiom: a name, a value, or another axiom, in brackets where it has parts."""
        if not isinstance(term, ox.NamedNode):
            return text_of(term)
        if term.value not in self._values:
            return self._names.get(term.value, term.value)
        if not depth:
            return _MORE
        words = self._axiom(term.value, depth - 1) or _MORE
        return f"({words})" if " " in words else words

    def _sentence(self, sentence: str, **values: str | int) -> str:
        return self._texts.gettext(sentence, **values)
