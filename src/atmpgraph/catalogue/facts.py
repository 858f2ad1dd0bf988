"""The files of a release as facts for the queries that describe them: the role, size and SHA-256 of each."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

import pyoxigraph as ox

from ..addresses import WHOLE, Addresses
from ..rdf.statements import Value, about, integer, typed
from ..release.manifest import File

FACT: Final = "urn:atmpgraph:fact:"
GRAPHS: Final = "graphs/"  # the folder of the files of single sources


def _place(path: PurePosixPath) -> tuple[str, str, str] | None:
    """Role, dataset and distribution of a file, by its folder; None for a file of no dataset."""
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


def distribution_of(path: str, base: str) -> str:
    """The IRI of a file of a release as the catalogue describes it; empty for one that is of no dataset."""
    place = _place(PurePosixPath(path))
    return Addresses(base).distribution(place[2]) if place else ""


def facts(files: Mapping[str, File], formats: Mapping[str, str], base: str) -> Iterator[ox.Quad]:
    """The facts of each file, about the URL of its download.

    Args:
        files: by path, as in the manifest.
        formats: the file type of the EU by suffix.
        base: of the publication.
    """
    addresses = Addresses(base)
    for path, file in files.items():
        place, suffix = _place(PurePosixPath(path)), path.rpartition(".")[2]
        if place is None or suffix not in formats:
            continue
        role, dataset, distribution = place
        name = PurePosixPath(path).name.removesuffix(f".{suffix}")
        stated: dict[str, Value] = {
            "role": ox.Literal(role),
            "name": ox.Literal(name),
            "dataset": addresses.dataset(dataset),
            "distribution": addresses.distribution(distribution),
            "format": formats[suffix],
            "bytes": integer(file.bytes),
            "sha256": typed(file.sha256, "hexBinary"),
        }
        if role == "graph":
            stated["graph"] = addresses.graph(name)
        yield from about(addresses.dump(path), *((FACT + key, value) for key, value in stated.items()))
