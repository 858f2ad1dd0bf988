"""The files of a release as facts for the queries that describe them: what each is, its size and its SHA-256."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

import pyoxigraph as ox

from ..vocab import XSD

FACT: Final = "urn:atmpgraph:fact:"
# The dataset that is the whole graph; the one name of a dataset that the code knows.
WHOLE: Final = "partnership"


def _place(path: PurePosixPath) -> tuple[str, str, str] | None:
    """Role, dataset and distribution of a file, by where it stands; None for a file that no dataset has."""
    name, suffix = path.stem, path.suffix.removeprefix(".")
    match path.parts[:-1], name:
        case (), "data":
            return "dump", WHOLE, f"{WHOLE}-{suffix}"
        case ("graphs",), _:
            return "graph", f"graph-{name}", f"graph-{name}-{suffix}"
        case ("datasets",), _:
            return "dataset", name, f"{name}-{suffix}"
        case ("tables",), _:
            return ("table", WHOLE, f"table-{name}") if suffix == "csv" else ("package", WHOLE, name)
    return None


def facts(files: Mapping[str, Mapping[str, Any]], formats: Mapping[str, str], base: str) -> Iterator[ox.Triple]:
    """What is known of each file, about the URL under which it is downloaded.

    Args:
        files: `bytes` and `sha256` by path, as in the manifest.
        formats: the file type of the EU by suffix.
        base: of the publication.
    """
    for path, file in files.items():
        place, suffix = _place(PurePosixPath(path)), path.rpartition(".")[2]
        if place is None or suffix not in formats:
            continue
        role, dataset, distribution = place
        name = PurePosixPath(path).name.removesuffix(f".{suffix}")
        url = ox.NamedNode(f"{base}dumps/current/{path}")
        known: dict[str, ox.NamedNode | ox.Literal] = {
            "role": ox.Literal(role),
            "name": ox.Literal(name),
            "dataset": ox.NamedNode(f"{base}id/dataset/{dataset}"),
            "distribution": ox.NamedNode(f"{base}id/distribution/{distribution}"),
            "format": ox.NamedNode(formats[suffix]),
            "bytes": ox.Literal(str(file["bytes"]), datatype=ox.NamedNode(XSD + "integer")),
            "sha256": ox.Literal(file["sha256"], datatype=ox.NamedNode(XSD + "hexBinary")),
        }
        if role == "graph":
            known["graph"] = ox.NamedNode(f"{base}id/graph/{name}")
        yield from (ox.Triple(url, ox.NamedNode(FACT + key), value) for key, value in known.items())
