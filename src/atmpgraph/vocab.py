"""The vocabularies in use: one table of prefixes, and the few terms the code itself must know."""

from typing import Final

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
DCT: Final = "http://purl.org/dc/terms/"
PROV: Final = "http://www.w3.org/ns/prov#"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
ADMS: Final = "http://www.w3.org/ns/adms#"
DCAT: Final = "http://www.w3.org/ns/dcat#"
SPDX: Final = "http://spdx.org/rdf/terms#"
VOID: Final = "http://rdfs.org/ns/void#"
LDES: Final = "https://w3id.org/ldes#"
TREE: Final = "https://w3id.org/tree#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"

# The ontology of the publication lives under its own base.
_OWN: Final = {"atmp": "ns/atmp#", "shapes": "ns/shapes#"}

_PREFIXES: Final = {
    "adms": ADMS,
    "as": "https://www.w3.org/ns/activitystreams#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": DCAT,
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": DCT,
    "dqv": "http://www.w3.org/ns/dqv#",
    "eurio": "http://data.europa.eu/s66#",
    "fabio": "http://purl.org/spar/fabio/",
    "foaf": FOAF,
    "frapo": "http://purl.org/cerif/frapo/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "ldes": LDES,
    "legal": "http://www.w3.org/ns/legal#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": PROV,
    "qb": "http://purl.org/linked-data/cube#",
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "sdmx-a": "http://purl.org/linked-data/sdmx/2009/attribute#",
    "sdmx-c": "http://purl.org/linked-data/sdmx/2009/code#",
    "sdmx-d": "http://purl.org/linked-data/sdmx/2009/dimension#",
    "sdmx-m": "http://purl.org/linked-data/sdmx/2009/measure#",
    "skos": SKOS,
    "spdx": SPDX,
    "time": "http://www.w3.org/2006/time#",
    "tree": TREE,
    "unit": "http://qudt.org/vocab/unit/",
    "vann": "http://purl.org/vocab/vann/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": VOID,
    "wgs": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "xsd": XSD,
}

# Where a thing's name is looked for, in this order.
LABELS: Final = (
    SKOS + "prefLabel",
    DCT + "title",
    RDFS + "label",
    FOAF + "name",
    SKOS + "altLabel",
)


def prefixes(base: str) -> dict[str, str]:
    """Prefix → namespace IRI, our own under `base` included, sorted by prefix."""
    own = {prefix: base + path for prefix, path in _OWN.items()}
    return dict(sorted((own | _PREFIXES).items()))
