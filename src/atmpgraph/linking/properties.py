"""What is known of things, by short names: identifiers by the code of a registry, others as in `properties.toml`."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import unquote

import pyoxigraph as ox

from ..addresses import CODES
from ..check_digits import check_named, with_check_digits
from ..search.words import clean, shortest
from ..store import Store
from ..vocab import ADMS, ATMPGRAPH, OWL, SCHEMA, SKOS, prefixes

Value: TypeAlias = "ox.NamedNode | ox.Literal"

_FILE: Final = Path(__file__).with_name("properties.toml")
_PREFIXED: Final = re.compile(r"([\w-]+):(\w+)")
_SCHEMES: Final = f"{CODES}identifier-scheme"
_REGISTRIES: Final = (
    f"SELECT DISTINCT ?scheme ?code ?pattern ?check ?length ?contained {{"
    f" ?scheme <{SKOS}inScheme> <{_SCHEMES}> ; <{SKOS}notation> ?code"
    f" OPTIONAL {{ ?scheme <{SCHEMA}valuePattern> ?pattern }} OPTIONAL {{ ?scheme <{ATMPGRAPH}checkDigits> ?check }}"
    f" OPTIONAL {{ ?scheme <{ATMPGRAPH}checkLength> ?length }}"
    f" OPTIONAL {{ ?scheme <{ATMPGRAPH}containedAs> ?contained }} }} ORDER BY ?code ?contained"
)
_IDENTIFIERS: Final = (
    "SELECT DISTINCT ?thing ?value {{ VALUES ?thing {{ {things} }}"
    f" ?thing <{ADMS}identifier> ?identifier . ?identifier <{ADMS}schemaAgency> {{code}} ; <{SKOS}notation> ?value }}}}"
)
_TEMPLATES: Final = f"""
SELECT DISTINCT ?code ?template {{
  ?scheme <{SKOS}inScheme> <{_SCHEMES}> ; <{SKOS}notation> ?code ;
    <{ATMPGRAPH}iriTemplate>|<{ATMPGRAPH}pageTemplate>|<{SCHEMA}urlTemplate> ?template .
}} ORDER BY ?code ?template"""
_NAMES: Final = f"""
SELECT DISTINCT ?code ?name {{
  ?scheme <{SKOS}inScheme> <{_SCHEMES}> ; <{SKOS}notation> ?code ; <{SKOS}prefLabel>|<{SKOS}altLabel> ?name .
}} ORDER BY ?code ?name"""
_LINKS: Final = (
    "SELECT DISTINCT ?thing ?value {{ VALUES ?thing {{ {things} }}"
    f" ?thing <{OWL}sameAs>|<{SKOS}exactMatch>|<{SCHEMA}sameAs> ?value }}}}"
)
_VALUES: Final = "SELECT DISTINCT ?thing ?value {{ VALUES ?thing {{ {things} }} ?thing {path} ?value }}"


@dataclass(frozen=True)
class Property:
    """A property of things.

    Attributes:
        name: in requests.
        term: the IRI of the term that it is called by: a registry, or a property.
        path: in the graph; empty for an identifier.
        pattern: of an identifier, a regular expression; empty for any form.
        check: the name of its check digits (`check_digits.py`); empty for none.
        check_length: how many of them stand at its end.
        contained: how numbers of other registries contain an identifier, with `{value}` in its place.
        templates: its addresses, with `{value}` in the place of an identifier.
    """

    name: str
    term: str
    path: str = ""
    pattern: str = ""
    check: str = ""
    check_length: int = 0
    contained: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()

    @property
    def is_identifier(self) -> bool:
        """Whether its values are identifiers in a registry."""
        return not self.path

    def identifier_in(self, address: str) -> str:
        """The identifier of the registry that an address has; empty for another address."""
        for template in self.templates:
            before, _, after = template.partition("{value}")
            value = address.removeprefix(before).removesuffix(after)
            if len(before) + len(value) + len(after) == len(address) and re.fullmatch(r"[^/?#&=]+", value):
                return unquote(value)
        return ""

    def has_wrong_digits(self, identifier: str) -> bool:
        """Whether an identifier is written as the registry does, but for its separators, and a digit of it is wrong."""
        check = check_named(self.check) if self.check else None
        return check is not None and not any(map(check, (identifier, shortest(clean(identifier)))))

    def with_right_digits(self, identifier: str) -> str:
        """An identifier with the check digits that fit the others, if they can be known; else empty."""
        right = with_check_digits(shortest(clean(identifier)), self.check, self.check_length)
        return right if re.fullmatch(self.pattern, right) else right.upper()


@cache
def _declared() -> Mapping[str, Property]:
    namespaces = prefixes("")

    def whole(text: str) -> str:
        return _PREFIXED.sub(lambda match: f"{namespaces[match[1]]}{match[2]}", text)

    def path(text: str) -> str:
        return _PREFIXED.sub(lambda match: f"<{namespaces[match[1]]}{match[2]}>", text)

    tables = tomllib.loads(_FILE.read_text(encoding="utf-8")).items()
    return {name: Property(name, whole(of["term"]), path(of["path"])) for name, of in tables}


def registries(store: Store) -> dict[str, Property]:
    """The registries of identifiers that a release knows, by their code."""
    by_code: dict[str, Property] = {}
    for row in store.select(_REGISTRIES):
        code, contained = row["code"].value, (row["contained"].value,) if row["contained"] else ()
        pattern, check = (row[name].value if row[name] else "" for name in ("pattern", "check"))
        length = int(row["length"].value) if row["length"] else 0
        new = Property(code, row["scheme"].value, pattern=pattern, check=check, check_length=length)
        before = by_code.get(code, new)
        by_code[code] = replace(before, contained=(*before.contained, *contained))
    for row in store.select(_TEMPLATES):
        registry = by_code[row["code"].value]
        by_code[registry.name] = replace(registry, templates=(*registry.templates, row["template"].value))
    return by_code


def heading(name: str) -> str:
    """A name of a registry as it stands in URLs and at the head of columns: `ror-id` for `ROR ID`."""
    return re.sub(r"[\s_]+", "-", name.strip().lower())


def called(store: Store) -> dict[str, str]:
    """The code of each registry by its names in all languages, as headings: `kbo` and `bce` are `cbe`."""
    codes: dict[str, str] = {}
    for row in store.select(_NAMES):
        codes.setdefault(heading(row["name"].value), row["code"].value)
    return codes


def properties(store: Store) -> dict[str, Property]:
    """All properties, by their name: identifiers first."""
    return registries(store) | dict(_declared())


def values(store: Store, things: Iterable[str], wanted: Property) -> dict[str, list[Value]]:
    """The values that things have of a property.

    Where nobody states an identifier in a registry, those count that stand in links to its addresses.
    """
    iris = list(things)
    if not wanted.is_identifier:
        return _selected(store, _VALUES, iris, path=wanted.path)
    stated = _selected(store, _IDENTIFIERS, iris, code=str(ox.Literal(wanted.name)))
    others = [iri for iri in iris if iri not in stated] if wanted.templates else []
    for thing, links in _selected(store, _LINKS, others).items():
        identifiers = sorted({identifier for link in links if (identifier := wanted.identifier_in(link.value))})
        if identifiers:
            stated[thing] = [ox.Literal(identifier) for identifier in identifiers]
    return stated


def _selected(store: Store, query: str, things: Sequence[str], **others: str) -> dict[str, list[Value]]:
    """The terms that a query finds for things."""
    iris = " ".join(str(ox.NamedNode(iri)) for iri in things)
    if not iris:
        return {}
    by_thing: dict[str, list[Value]] = {}
    for row in store.select(query.format(things=iris, **others)):
        if isinstance(row["value"], ox.NamedNode | ox.Literal):
            by_thing.setdefault(row["thing"].value, []).append(row["value"])
    return {thing: sorted(its, key=str) for thing, its in by_thing.items()}


def texts(its: Sequence[Value]) -> list[str]:
    """Values as texts."""
    return [value.value for value in its]
