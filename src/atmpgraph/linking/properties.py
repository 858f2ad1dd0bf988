"""What is known of things, by short names: identifiers by the code of a registry, others as in `properties.toml`."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

import pyoxigraph as ox

from ..addresses import CODES
from ..store import Store
from ..vocab import ADMS, SKOS, prefixes

Value: TypeAlias = "ox.NamedNode | ox.Literal"

_FILE: Final = Path(__file__).with_name("properties.toml")
_PREFIXED: Final = re.compile(r"([\w-]+):(\w+)")
_SCHEMES: Final = f"{CODES}identifier-scheme"
_REGISTRIES: Final = (
    f"SELECT DISTINCT ?scheme ?code {{ ?scheme <{SKOS}inScheme> <{_SCHEMES}> ; <{SKOS}notation> ?code }} ORDER BY ?code"
)
_IDENTIFIERS: Final = (
    "SELECT DISTINCT ?thing ?value {{ VALUES ?thing {{ {things} }}"
    f" ?thing <{ADMS}identifier> ?identifier . ?identifier <{ADMS}schemaAgency> {{code}} ; <{SKOS}notation> ?value }}}}"
)
_VALUES: Final = "SELECT DISTINCT ?thing ?value {{ VALUES ?thing {{ {things} }} ?thing {path} ?value }}"


@dataclass(frozen=True)
class Property:
    """A property of things.

    Attributes:
        name: in requests.
        term: the IRI of the term that it is called by: a registry, or a property.
        path: in the graph; empty for an identifier.
    """

    name: str
    term: str
    path: str = ""

    @property
    def is_identifier(self) -> bool:
        """Whether its values are identifiers in a registry."""
        return not self.path


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
    rows = store.select(_REGISTRIES)
    return {row["code"].value: Property(row["code"].value, row["scheme"].value) for row in rows}


def properties(store: Store) -> dict[str, Property]:
    """All properties, by their name: identifiers first."""
    return registries(store) | dict(_declared())


def values(store: Store, things: Iterable[str], wanted: Property) -> dict[str, list[Value]]:
    """The values that things have of a property."""
    iris = " ".join(str(ox.NamedNode(iri)) for iri in things)
    if not iris:
        return {}
    if wanted.is_identifier:
        query = _IDENTIFIERS.format(things=iris, code=ox.Literal(wanted.name))
    else:
        query = _VALUES.format(things=iris, path=wanted.path)
    by_thing: dict[str, list[Value]] = {}
    for row in store.select(query):
        if isinstance(row["value"], ox.NamedNode | ox.Literal):
            by_thing.setdefault(row["thing"].value, []).append(row["value"])
    return {thing: sorted(its, key=str) for thing, its in by_thing.items()}


def texts(its: Sequence[Value]) -> list[str]:
    """Values as texts."""
    return [value.value for value in its]
