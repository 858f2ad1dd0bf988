"""Our JSON-LD context: the prefixes, and in `jsonld_context.json` a term for each common property."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

from ..vocab import XSD

_TERMS: Final[dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
ANY: Final = "any"  # of a property whose values differ in kind: each says its own
KEYWORDS: Final = {keyword: term for term, keyword in _TERMS.items() if isinstance(keyword, str)}


@dataclass(frozen=True)
class Context:
    """Prefixes, and the terms whose property has one of them."""

    prefixes: Mapping[str, str]

    @cached_property
    def terms(self) -> Mapping[str, tuple[str, str]]:
        """Property IRI → its term and what it holds: `@id`, `@language`, a datatype, `ANY`, or empty for strings."""
        return _terms(tuple(self.prefixes.items()))

    def short(self, iri: str) -> str:
        """A compact IRI where a prefix fits; nothing with `//` after its colon is compact (JSON-LD 1.1 §4.1.5)."""
        fitting = ((p, iri[len(ns) :]) for p, ns in self.prefixes.items() if iri.startswith(ns))
        return next((f"{prefix}:{local}" for prefix, local in fitting if not local.startswith("//")), iri)

    def unambiguous(self, iris: Iterable[str]) -> "Context":
        """Without each prefix that is the scheme of one of the IRIs, such as `geo:`, which would look compact."""
        schemes = {iri.partition(":")[0] for iri in iris}
        return Context({prefix: namespace for prefix, namespace in self.prefixes.items() if prefix not in schemes})

    @property
    def version(self) -> str:
        """A name for the whole context as it is: another one has another name."""
        return hashlib.sha256(json.dumps(self.document(), sort_keys=True).encode()).hexdigest()[:16]

    def document(self, used: set[str] | None = None) -> dict[str, Any]:
        """The context as JSON: in full, or with only the terms in `used` beside all prefixes and keywords."""
        members: dict[str, Any] = {term: keyword for keyword, term in KEYWORDS.items()} | dict(self.prefixes)
        for iri, (term, holds) in self.terms.items():
            if used is None or term in used:
                definition: dict[str, Any] = {"@id": self.short(iri), "@container": "@set"}
                if holds == "@language":
                    definition["@container"] = [holds, "@set"]
                elif holds and holds != ANY:
                    definition["@type"] = self.short(holds)
                members[term] = definition
        return members


@lru_cache(16)  # each document has one of few sets of prefixes
def _terms(prefixes: tuple[tuple[str, str], ...]) -> Mapping[str, tuple[str, str]]:
    namespaces, terms = dict(prefixes), {}
    for term, definition in _TERMS.items():
        if not isinstance(definition, str):
            prefix, _, local = definition[0].partition(":")
            if prefix in namespaces:
                terms[namespaces[prefix] + local] = (term, definition[1].replace("xsd:", XSD))
    return terms
