"""A dataset as JSON in one language for programs that read no RDF: schema.org, Croissant, DataCite."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pyoxigraph as ox

from ..rdf.statements import text_of
from ..vocab import CROISSANT, DCT, RDF, SCHEMA, XSD
from .registry import CITED

_TYPES: Final = {"integer": "Integer", "number": "Float", "date": "Date", "boolean": "Boolean"}

# The whole context of Croissant 1.0, which its readers compare.
_CONTEXT: Final = {
    "@vocab": SCHEMA,
    "sc": SCHEMA,
    "cr": CROISSANT,
    "rai": f"{CROISSANT}RAI/",
    "dct": DCT,
    "conformsTo": "dct:conformsTo",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    **{name: {"@id": f"cr:{name}", "@type": "@json"} for name in ("data", "examples")},
    **{
        name: f"cr:{name}"
        for name in (
            *("citeAs", "column", "equivalentProperty", "extract", "field", "fileObject", "fileProperty", "fileSet"),
            *("format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet"),
            *("references", "regex", "repeated", "replace", "samplingRate", "separator", "source", "subField"),
            "transform",
        )
    },
}


def schema_org(quads: Iterable[ox.Quad], root: str, languages: tuple[str, ...]) -> dict[str, Any]:
    """Statements in schema.org's terms as one object for `root`, with each other thing nested where it is linked.

    Args:
        quads: as the profile `schema` gives them.
        root: IRI of the thing.
        languages: of texts, the preferred one first.
    """
    about: dict[str, dict[str, set[Any]]] = defaultdict(lambda: defaultdict(set))
    for quad in quads:
        about[text_of(quad.subject)][quad.predicate.value].add(quad.object)

    def node(iri: str, inside: frozenset[str]) -> dict[str, Any]:
        members: dict[str, Any] = {"@id": iri}
        for predicate, values in sorted(about[iri].items()):
            if predicate == RDF + "type":
                members["@type"] = sorted(text_of(value).removeprefix(SCHEMA) for value in values)[0]
            else:
                words = [value for value in values if isinstance(value, ox.Literal) and value.language]
                terms = _best(words, languages) if words else sorted(values, key=str)
                written = [value(term, inside) for term in terms]
                members[predicate.removeprefix(SCHEMA)] = written[0] if len(written) == 1 else written
        return members

    def value(term: Any, inside: frozenset[str]) -> Any:  # noqa: ANN401 - any term, any JSON
        iri = text_of(term)
        nested = isinstance(term, ox.NamedNode) and iri in about and iri not in inside
        if nested:
            return node(iri, inside | {iri})
        return iri == "true" if _boolean(term) else iri

    return {"@context": SCHEMA, **node(root, frozenset({root}))}


def croissant(
    quads: Iterable[ox.Quad], root: str, languages: tuple[str, ...], package: Mapping[str, Any]
) -> dict[str, Any]:
    """The dataset in Croissant 1.0: its files and, for each table among them, its columns.

    Args:
        quads, root, languages: as for `schema_org`.
        package: the Data Package of the tables.
    """
    dataset = schema_org(quads, root, languages)
    files = dataset.pop("distribution", [])
    files = files if isinstance(files, list) else [files]
    tables = {file["@id"].rpartition("/table-")[2]: file["@id"] for file in files if "/table-" in file["@id"]}
    records = [_records(r, tables[r["name"]]) for r in package.get("resources", ()) if r.get("name") in tables]
    return {
        **dataset,
        "@context": {"@language": languages[0], **_CONTEXT},
        "@type": "sc:Dataset",
        "conformsTo": f"{CROISSANT}1.0",
        "version": _semantic_version(dataset),
        "citeAs": _citation(dataset, root),
        "distribution": [file | {"@type": "cr:FileObject"} for file in files],
        **({"recordSet": records} if records else {}),
    }


def _semantic_version(dataset: Mapping[str, Any]) -> str:
    """The day of the last change, and the version as build metadata (https://semver.org): later ones are greater."""
    year, month, day = (int(part) for part in dataset["dateModified"][:10].split("-"))
    return f"{year}.{month}.{day}+{dataset['version']}" if dataset.get("version") else f"{year}.{month}.{day}"


def _citation(dataset: Mapping[str, Any], root: str) -> str:
    publishers = dataset["publisher"] if isinstance(dataset["publisher"], list) else [dataset["publisher"]]
    publisher, day = publishers[0]["name"], dataset["dateModified"][:10]
    return f"{publisher}: {dataset['name']}, {dataset.get('version', '')}, {day}. {root}".replace(", , ", ", ")


def _records(resource: Mapping[str, Any], file: str) -> dict[str, Any]:
    """The rows of a table."""
    name = resource["name"]
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"{name}/{field['name']}",
            "name": field["name"],
            "dataType": f"sc:{_TYPES.get(field.get('type', 'string'), 'Text')}",
            "source": {"fileObject": {"@id": file}, "extract": {"column": field["name"]}},
        }
        for field in resource["schema"]["fields"]
    ]
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "field": fields}


def datacite(quads: Iterable[ox.Quad], root: str, languages: tuple[str, ...]) -> dict[str, Any]:
    """The metadata of the dataset as in DataCite 4.5, without a DOI, because none is registered."""
    dataset = schema_org(quads, root, languages)
    listed = {name: value if isinstance(value, list) else [value] for name, value in dataset.items()}
    files, publisher = listed.get("distribution", []), listed["publisher"][0]["name"]
    return {
        "alternateIdentifiers": [{"alternateIdentifier": root, "alternateIdentifierType": "URL"}],
        "url": dataset["url"],
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Dataset"},
        "titles": [{"title": dataset["name"], "lang": languages[0]}],
        "descriptions": [
            {"description": dataset["description"], "descriptionType": "Abstract", "lang": languages[0]},
        ],
        "creators": [{"name": publisher, "nameType": "Organizational"}],
        "publisher": {"name": publisher},
        "publicationYear": dataset["datePublished"][:4],
        "dates": [
            {"date": dataset["datePublished"], "dateType": "Issued"},
            {"date": dataset["dateModified"], "dateType": "Updated"},
            {
                "date": dataset["temporalCoverage"],
                "dateType": "Other",
                "dateInformation": "Coverage",
            },  # a type from 4.6
        ],
        "subjects": [{"subject": word, "lang": languages[0]} for word in listed.get("keywords", [])],
        "rightsList": [{"rightsUri": dataset["license"]}],
        "geoLocations": [{"geoLocationPlace": place["name"]} for place in listed.get("spatialCoverage", [])],
        "formats": sorted({file["encodingFormat"] for file in files}),
        "version": dataset.get("version", ""),
        "schemaVersion": CITED.iri,
    }


def _best(words: list[ox.Literal], languages: tuple[str, ...]) -> list[ox.Literal]:
    """The words in the first language that has any."""
    by_language = (sorted((word for word in words if word.language == tag), key=str) for tag in languages)
    return next(filter(None, by_language), sorted(words, key=str)[:1])


def _boolean(term: object) -> bool:
    return isinstance(term, ox.Literal) and term.datatype.value == XSD + "boolean"
