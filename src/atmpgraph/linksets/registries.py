"""The registries that links lead to: those of the code list, each with the beginnings of its addresses."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ..addresses import CODES
from ..store import Store
from ..vocab import ATMPGRAPH, OWL, SCHEMA, SKOS

_VALUE: Final = "{value}"
# The template of an IRI comes before those of other addresses.
_QUERY: Final = f"""
SELECT ?registry ?code ?template ?rank {{
  ?registry <{SKOS}inScheme> <{CODES}identifier-scheme> ; <{SKOS}notation> ?code .
  {{ ?registry <{ATMPGRAPH}iriTemplate> ?template BIND(0 AS ?rank) }}
  UNION {{ ?registry <{SCHEMA}urlTemplate> ?template BIND(1 AS ?rank) }}
}} ORDER BY ?rank ?code ?template"""
_SAME: Final = f"SELECT ?registry {{ ?registry <{ATMPGRAPH}linkProperty> <{OWL}sameAs> }}"
_LABELS: Final = f"""
SELECT ?registry ?label {{ ?registry <{SKOS}inScheme> <{CODES}identifier-scheme> ; <{SKOS}prefLabel> ?label }}"""
QUERIES: Final = (_QUERY, _SAME, _LABELS)


@dataclass(frozen=True)
class Registry:
    """A registry.

    Attributes:
        code: its name in addresses.
        iri: of its code.
        spaces: the beginnings of its addresses; the first is that of its IRIs, where it has any.
        labels: its name by language.
        is_thing: whether its IRIs are the things themselves, so that owl:sameAs may lead there.
    """

    code: str
    iri: str
    spaces: tuple[str, ...]
    labels: dict[str, str]
    is_thing: bool = False


def read_registries(store: Store) -> list[Registry]:
    """The registries of a publication that have addresses."""
    spaces: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in store.select(_QUERY):
        space = row["template"].value.partition(_VALUE)[0]
        if space not in (its := spaces[row["code"].value, row["registry"].value]):
            its.append(space)
    labels: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in store.select(_LABELS):
        labels[row["registry"].value][row["label"].language] = row["label"].value
    same = {row["registry"].value for row in store.select(_SAME)}
    return [Registry(code, iri, tuple(its), labels[iri], iri in same) for (code, iri), its in sorted(spaces.items())]


class Spaces:
    """Which registry an address is of, by the longest beginning that it has."""

    def __init__(self, registries: Iterable[Registry]) -> None:
        """Take the beginnings; of two registries with the same one, that whose IRIs have it comes first."""
        ranked = sorted((rank, space, each.code) for each in registries for rank, space in enumerate(each.spaces))
        self._codes: dict[str, str] = {}
        for _, space, code in ranked:
            self._codes.setdefault(space, code)
        self._pattern = re.compile("|".join(map(re.escape, sorted(self._codes, key=len, reverse=True))) or r"(?!)")

    def code(self, address: str) -> str | None:
        """The code of the registry; None for an address of none, or that says no more than the beginning."""
        return next((code for code, _ in self.identifiers(address)), None)

    def identifiers(self, address: str) -> list[tuple[str, str]]:
        """The code of the registry and the identifier, as a list of one; empty where there is none."""
        match = self._pattern.match(address)
        rest = address[match.end() :].rstrip("/") if match else ""
        return [(self._codes[match[0]], rest)] if match and rest else []
