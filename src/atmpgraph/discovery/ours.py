"""Our organisations, as a release describes them: names, country, identifiers and addresses elsewhere."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from babel.core import get_global

from ..addresses import Addresses
from ..linksets.links import PROPERTIES
from ..linksets.registries import Registry, Spaces
from ..store import Store
from ..vocab import ADMS, COUNTRIES, FOAF, LOCN, RDFS, SKOS
from .matching import Organisation
from .records import ADDRESS

_SAME: Final = "|".join(f"<{iri}>" for iri in PROPERTIES if iri != f"{RDFS}seeAlso")
_QUERIES: Final = {
    "name": (
        f"SELECT ?ours ?value {{ ?ours a <{FOAF}Organization> ;"
        f" <{SKOS}prefLabel>|<{SKOS}altLabel>|<{FOAF}name> ?value }}"
    ),
    "country": (
        f"SELECT ?ours ?value {{ ?ours a <{FOAF}Organization> ;"
        f" <{LOCN}address>/<http://data.europa.eu/m8g/adminUnit> ?value }}"
    ),
    "identifier": (
        f"SELECT ?ours ?scheme ?value {{ ?ours a <{FOAF}Organization> ; <{ADMS}identifier> ?identifier ."
        f" ?identifier <{ADMS}schemaAgency> ?scheme ; <{SKOS}notation> ?value }}"
    ),
    "address": f"SELECT ?ours ?value {{ ?ours a <{FOAF}Organization> ; {_SAME} ?value }}",
}


def organisations(store: Store, registries: Iterable[Registry]) -> list[Organisation]:
    """The organisations of a release that have a name."""
    spaces, start = Spaces(registries), Addresses(store.base).thing("organisation", "")
    names: defaultdict[str, dict[str, None]] = defaultdict(dict)
    identifiers: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    countries: dict[str, str] = {}
    for row in store.select(_QUERIES["name"]):
        names[row["ours"].value][row["value"].value] = None
    for row in store.select(_QUERIES["country"]):
        countries[row["ours"].value] = alpha_2(row["value"].value.removeprefix(COUNTRIES))
    for row in store.select(_QUERIES["identifier"]):
        identifiers[row["ours"].value].add((row["scheme"].value, row["value"].value))
    for row in store.select(_QUERIES["address"]):
        address = row["value"].value
        identifiers[row["ours"].value] |= {(ADDRESS, address), *spaces.identifiers(address)}
    return [
        Organisation(iri.removeprefix(start), tuple(its), countries.get(iri, ""), frozenset(identifiers[iri]))
        for iri, its in sorted(names.items())
        if iri.startswith(start)
    ]


def alpha_2(code: str) -> str:
    """The code of two letters of a country with a code of three; nothing for what is no country."""
    two = get_global("territory_aliases").get(code, [""])
    return two[0] if len(two) == 1 and len(two[0]) == len("BE") else ""
