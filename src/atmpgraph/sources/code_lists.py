"""The code lists: the one place for each code, from which the columns take the values that they may have.

A field of the Data Package names its list, `"codes": "https://w3id.org/atmpgraph/auth/unit"`, instead of repeating the
codes; a list of the publication is named relative to its base (`auth/stage`).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

import pyoxigraph as ox

from ..findings import Severity
from ..i18n import NOT_TURTLE, TranslatedError, message
from ..reasons import reason_of
from ..vocab import ATMPGRAPH, SCHEMA, SH, SKOS
from .declared import closest

_CHECK: Final = f"{ATMPGRAPH}checkDigits"
_PATTERN: Final = f"{SCHEMA}valuePattern"
_TEMPLATE: Final = f"{SCHEMA}urlTemplate"
_SEVERITY: Final = f"{SH}severity"
_LABEL: Final = f"{SKOS}prefLabel"
_READ: Final = frozenset({_CHECK, _PATTERN, _TEMPLATE, _SEVERITY})
_NO_LIST: Final = message(
    "datapackage.json, {table}, {column}: the ontology has no code list {list}; add it there, or name one of {lists}"
)


@dataclass(frozen=True)
class Registry:
    """A registry whose identifiers have check digits.

    Attributes:
        code: the last part of its IRI.
        check: the name of the check (`check_digits.py`).
        pattern: of an identifier, a regular expression; of any form, where it is empty.
        templates: of addresses of an identifier, with `{value}` in its place.
        severity: of an identifier whose check digits do not fit.
    """

    code: str
    check: str
    pattern: str = ""
    templates: tuple[str, ...] = ()
    severity: Severity = Severity.VIOLATION

    def has_form(self, value: str) -> bool:
        """Whether an identifier is written as the registry does."""
        return not self.pattern or re.fullmatch(self.pattern, value) is not None


@dataclass(frozen=True)
class CodeLists:
    """Code lists (SKOS concept schemes).

    Attributes:
        base: of the publication.
        codes: of each list, by its IRI: each code, the last part of its IRI, with that IRI.
        called: of each list, by its IRI: what each code is called, by language.
        evidence: the class of what proves a statement of a source, by the code of its kind, where there is one.
        registries: those whose identifiers have check digits, by their IRI.
    """

    base: str = ""
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    called: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)
    registries: Mapping[str, Registry] = field(default_factory=dict)

    @property
    def labels(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Of each list, by its IRI: what each code is called in any language."""
        return {
            each: {code: tuple(sorted({*names.values()})) for code, names in of.items()}
            for each, of in self.called.items()
        }

    @property
    def iris(self) -> frozenset[str]:
        """The IRIs of all codes."""
        return frozenset(iri for codes in self.codes.values() for iri in codes.values())

    def lacking(self, descriptor: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any], str, str | None]]:
        """The fields that name no list: the table, the field, the list, and the one that may be meant."""
        for resource in descriptor["resources"]:
            for column in resource.get("schema", {}).get("fields", []):
                if (
                    isinstance(column.get("codes"), str)
                    and (named := urljoin(self.base, column["codes"])) not in self.codes
                ):
                    yield resource["name"], column, named, closest(named, list(self.codes))

    def fill(self, descriptor: Mapping[str, Any]) -> None:
        """Give each field that names a list the codes of it.

        Raises:
            AtmpgraphError: there is no such list.
        """
        for resource in descriptor["resources"]:
            for column in resource.get("schema", {}).get("fields", []):
                if not isinstance(column.get("codes"), str):
                    continue
                column["codes"] = urljoin(self.base, column["codes"])
                if column["codes"] not in self.codes:
                    lists = ", ".join(sorted(self.codes))
                    raise TranslatedError(
                        _NO_LIST,
                        table=resource["name"],
                        column=column["name"],
                        list=column["codes"],
                        lists=lists,
                    )
                codes = list(self.codes[column["codes"]])
                column["constraints"] = {**column.get("constraints", {}), "enum": codes}


def read_code_lists(files: Iterable[Path], base: str) -> CodeLists:
    """Read the code lists from the files of an ontology; a code is the last part of its IRI.

    Raises:
        AtmpgraphError: a file is not Turtle.
    """
    codes: defaultdict[str, dict[str, str]] = defaultdict(dict)
    evidence: dict[str, str] = {}
    names: defaultdict[str, dict[str, str]] = defaultdict(dict)
    values: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for file in files:
        try:
            triples = [(t.subject, t.predicate.value, t.object) for t in _parsed(file, base)]
        except (SyntaxError, ValueError) as error:
            raise TranslatedError(NOT_TURTLE, file=file, reason=reason_of(error)) from None
        for subject, predicate, value in triples:
            if not isinstance(subject, ox.NamedNode):
                continue
            if predicate == f"{SKOS}inScheme" and isinstance(value, ox.NamedNode):
                codes[value.value][subject.value.rpartition("/")[2]] = subject.value
            elif predicate == f"{ATMPGRAPH}evidence" and isinstance(value, ox.NamedNode):
                evidence[subject.value] = value.value
            elif predicate == _LABEL and isinstance(value, ox.Literal):
                names[subject.value].setdefault(value.language or "", value.value)
            elif predicate in _READ and not isinstance(value, ox.BlankNode | ox.Triple):
                values[subject.value][predicate].append(value.value)
    called = {each: {code: names[iri] for code, iri in of.items() if iri in names} for each, of in codes.items()}
    registries = {iri: _registry(iri, of) for iri, of in values.items() if of[_CHECK]}
    return CodeLists(base, codes, called, evidence, registries)


def _registry(iri: str, values: Mapping[str, list[str]]) -> Registry:
    severity = Severity.WARNING if f"{SH}Warning" in values[_SEVERITY] else Severity.VIOLATION
    code, templates = iri.rpartition("/")[2], tuple(sorted(values[_TEMPLATE]))
    return Registry(code, values[_CHECK][0], "".join(values[_PATTERN][:1]), templates, severity)


def _parsed(file: Path, base: str) -> Iterable[ox.Quad]:
    return ox.parse(file.read_text("utf-8-sig"), format=ox.RdfFormat.TURTLE, base_iri=base)
