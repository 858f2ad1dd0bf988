"""The vocabularies in use: namespaces, one table of prefixes, and the few terms that the code must know."""

from functools import lru_cache
from typing import Final

from .addresses import CODES, ONTOLOGY, Addresses

# Namespaces with a prefix in our documents and queries.
ADMS: Final = "http://www.w3.org/ns/adms#"
ATMPGRAPH: Final = ONTOLOGY + "#"
AS: Final = "https://www.w3.org/ns/activitystreams#"
DCAT: Final = "http://www.w3.org/ns/dcat#"
DCT: Final = "http://purl.org/dc/terms/"
DQV: Final = "http://www.w3.org/ns/dqv#"
EURIO: Final = "http://data.europa.eu/s66#"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
FRAPO: Final = "http://purl.org/cerif/frapo/"
HYDRA: Final = "http://www.w3.org/ns/hydra/core#"
LDES: Final = "https://w3id.org/ldes#"
LOCN: Final = "http://www.w3.org/ns/locn#"
OA: Final = "http://www.w3.org/ns/oa#"
ORG: Final = "http://www.w3.org/ns/org#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
PROV: Final = "http://www.w3.org/ns/prov#"
QB: Final = "http://purl.org/linked-data/cube#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
SCHEMA: Final = "https://schema.org/"
SD: Final = "http://www.w3.org/ns/sparql-service-description#"
SDMX: Final = "http://purl.org/linked-data/sdmx/2009/"
SH: Final = "http://www.w3.org/ns/shacl#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
SPDX: Final = "http://spdx.org/rdf/terms#"
TREE: Final = "https://w3id.org/tree#"
UNIT: Final = "http://qudt.org/vocab/unit/"
VCARD: Final = "http://www.w3.org/2006/vcard/ns#"
VOID: Final = "http://rdfs.org/ns/void#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"

# Namespaces of a few terms only, which are written in full.
ALTR: Final = "http://www.w3.org/ns/dx/connegp/altr#"
CHANGE_TYPE: Final = "http://purl.org/adms/changetype/"
CROISSANT: Final = "http://mlcommons.org/croissant/"
ENTAILMENT: Final = "http://www.w3.org/ns/entailment/"
EU_AUTHORITY: Final = "http://publications.europa.eu/resource/authority/"
COUNTRIES: Final = EU_AUTHORITY + "country/"  # its codes of three letters
FILE_FORMATS: Final = "http://www.w3.org/ns/formats/"
GEOSPARQL_FUNCTIONS: Final = "http://www.opengis.net/def/function/geosparql/"
IANA: Final = "https://www.iana.org/assignments/media-types/"
JSONLD: Final = "http://www.w3.org/ns/json-ld#"
PROF: Final = "http://www.w3.org/ns/dx/prof/"

# Vocabularies under the base of the publication.
_OWN: Final = ("shapes",)

_PREFIXES: Final = {
    "adms": ADMS,
    "as": AS,
    "atmpgraph": ATMPGRAPH,
    "cv": "http://data.europa.eu/m8g/",
    "dcat": DCAT,
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": DCT,
    "dqv": DQV,
    "eurio": EURIO,
    "fabio": "http://purl.org/spar/fabio/",
    "foaf": FOAF,
    "frapo": FRAPO,
    "geo": "http://www.opengis.net/ont/geosparql#",
    "hydra": HYDRA,
    "ldes": LDES,
    "legal": "http://www.w3.org/ns/legal#",
    "locn": LOCN,
    "oa": OA,
    "org": ORG,
    "owl": OWL,
    "prov": PROV,
    "qb": QB,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "sd": SD,
    "sh": SH,
    "sdmx-a": f"{SDMX}attribute#",
    "sdmx-c": f"{SDMX}code#",
    "sdmx-d": f"{SDMX}dimension#",
    "sdmx-m": f"{SDMX}measure#",
    "skos": SKOS,
    "spdx": SPDX,
    "time": "http://www.w3.org/2006/time#",
    "tree": TREE,
    "unit": UNIT,
    "vann": "http://purl.org/vocab/vann/",
    "vcard": VCARD,
    "void": VOID,
    "wgs": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "xsd": XSD,
}

# The kinds of things, as their IRIs name them (id/{kind}/…), and the code lists of the software.
_KINDS = (
    *("address", "agent", "amount", "checksum", "component", "contact", "coverage", "dataset", "deliverable"),
    *("distribution", "dsd", "event", "figure", "funding", "funding-scheme", "gap", "grant", "graph"),
    *("identifier", "linkset", "membership", "milestone", "organisation", "participation", "partition"),
    *("partnership", "period", "person", "place", "programme", "provenance", "quotation", "record"),
    *("result", "sector", "selector", "service", "source", "task", "workpackage"),
)
_SCHEMES = (
    *(
        "activity-type",
        "confidence",
        "funding-origin",
        "identifier-scheme",
        "indicator",
        "metric",
        "observation-status",
    ),
    *("organisation-kind", "participation-role", "partnership-role", "project-status", "result-kind", "sector"),
    *("source-kind", "unit", "value-qualifier"),
)

# What else we publish under the base: documents, dumps, releases, and what no kind and no code list above names.
_PLACES = {
    "doc": "doc/",
    "dumps": "dumps/",
    "id": "id/",
    "ns": "ns/",
    "own": "auth/",
    "quality": "quality#",
    "releases": "releases/",
}

# The properties that name a thing, the best first.
LABELS: Final = (
    SKOS + "prefLabel",
    DCT + "title",
    RDFS + "label",
    FOAF + "name",
    VCARD + "fn",
    SKOS + "altLabel",
)


def prefixes(base: str) -> dict[str, str]:
    """Prefix → namespace IRI, our own under `base` included, sorted by prefix."""
    return dict(_prefixes(base))


@lru_cache(8)
def _prefixes(base: str) -> dict[str, str]:
    own = {name: f"{Addresses(base).vocabulary(name)}#" for name in _OWN}
    return dict(sorted((own | _PREFIXES).items()))


def names_of_things(base: str) -> dict[str, str]:
    """Prefix → namespace IRI of our things, a kind each, and of the codes of the software and of the publication.

    For Turtle and TriG, which can write any local name; a name of JSON-LD or XML would mean something else.
    """
    return dict(_names_of_things(base))


@lru_cache(8)
def _names_of_things(base: str) -> dict[str, str]:
    things = {kind: f"{base}id/{kind}/" for kind in _KINDS}
    codes = {f"auth-{scheme}": f"{CODES}{scheme}/" for scheme in _SCHEMES}
    own = {f"own-{scheme}": f"{base}auth/{scheme}/" for scheme in _SCHEMES}
    return dict(sorted((things | codes | own).items()))


def names_of_places(base: str) -> dict[str, str]:
    """Prefix → namespace IRI of what else we publish; for Turtle and TriG, as `names_of_things`."""
    return {name: base + path for name, path in _PLACES.items()}


def prologue(*names: str) -> str:
    """The PREFIX lines of a query that uses these prefixes; our own resolve against the base of the query."""
    table = prefixes("")
    return "".join(f"PREFIX {name}: <{table[name]}>\n" for name in names)
