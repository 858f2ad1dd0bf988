"""The downloads of a release: the whole in each format, each source's graph, each dataset, each table.

The same statements give the same bytes, so that a file's SHA-256 changes only with its content.
"""

import mmap
import shutil
from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..addresses import Addresses
from ..errors import NotExpressibleError, QueryError, ReleaseError
from ..formats import JSON_LD, N_TRIPLES, RDF_XML, TRIG, TURTLE, Format
from ..rdf.expressible import expressible
from ..rdf.serialize import serialize, tidy
from ..rdf.statements import quad_of
from ..rdf.terms import without_graph
from ..release.layout import ReleaseFolder
from ..sources.package import DESCRIPTOR, Package
from ..store import Store
from ..vocab import prefixes

# The folder of the queries of a publication that cut datasets of their own out of the graph.
DATASETS: Final = "datasets"
_BATCH: Final = 100_000  # lines in memory while the graphs are taken apart


def write_dumps(folder: ReleaseFolder, package: Package, store: Store, scratch: Path) -> None:
    """Write all files into the folder of a release, which has the canonical file.

    Args:
        folder: of the release.
        package: the tables.
        store: of the same statements.
        scratch: a folder for intermediate files.

    Raises:
        QueryError: a dataset's query is not a CONSTRUCT query.
        ReleaseError: a format cannot express a statement.
    """
    base, triples = store.base, folder.dump(N_TRIPLES.suffix)
    with folder.canonical.open("rb") as quads, triples.open("wb") as out:
        # Equal triples of two graphs are neighbours: a space ends a term, and sorts below all that could go on in it.
        out.writelines(triple for triple, _ in groupby(map(without_graph, quads)))
    for fmt in (TURTLE, JSON_LD, RDF_XML):
        folder.dump(fmt.suffix).write_bytes(dump([triples], fmt, base))
    graphs = _by_graph(folder.canonical, scratch)
    folder.dump(TRIG.suffix).write_bytes(dump([graphs[graph] for graph in sorted(graphs)], TRIG, base))
    folder.graphs.mkdir()
    for graph, file in graphs.items():
        name = graph.removeprefix(Addresses(base).graph(""))
        (folder.graphs / f"{name}.{TURTLE.suffix}").write_bytes(dump([file], TURTLE, base))
    folder.datasets.mkdir()
    for query in sorted((package.folder / DATASETS).glob("*.rq")):
        _dataset(query, folder.datasets, store)
    folder.tables.mkdir()
    for name in [DESCRIPTOR, *package.tables]:
        shutil.copyfile(package.folder / name, folder.tables / name)


def dump(files: Sequence[Path], fmt: Format, base: str) -> bytes:
    """Files of N-Quads or N-Triples, sorted and distinct, in another format; a format of graphs gets their triples.

    Raises:
        ReleaseError: the format cannot express one of them.
    """
    used = {prefix: iri for prefix, iri in prefixes(base).items() if any(_has(file, iri) for file in files)}
    assert isinstance(fmt.engine, ox.RdfFormat)  # noqa: S101 - callers offer only RDF formats
    statements = (quad for file in files for quad in ox.parse(path=str(file), format=ox.RdfFormat.N_QUADS))
    given = statements if fmt.kind == "dataset" else (quad.triple for quad in statements)
    try:
        return tidy(ox.serialize(expressible(given, fmt), format=fmt.engine, prefixes=used) or b"", fmt)
    except NotExpressibleError as error:
        reason = f"is published too, and {str(error).removesuffix('.')}"
        raise ReleaseError(f"data.{fmt.suffix} {reason}; change the mapping or the cell") from None


def _has(file: Path, namespace: str) -> bool:
    """Whether an IRI in a file starts with a namespace."""
    with file.open("rb") as content, mmap.mmap(content.fileno(), 0, access=mmap.ACCESS_READ) as memory:
        return memory.find(b"<" + namespace.encode()) >= 0


def _by_graph(canonical: Path, scratch: Path) -> dict[str, Path]:
    """The lines of each graph in a file of its own, as sorted as they were, by the IRI of the graph."""
    files: dict[bytes, Path] = {}
    with canonical.open("rb") as lines:
        while batch := list(islice(lines, _BATCH)):
            graphs: dict[bytes, list[bytes]] = defaultdict(list)
            for line in batch:
                graphs[line[line.rindex(b" <") + 2 : -4]].append(line)
            for graph, stated in graphs.items():
                file = files.setdefault(graph, scratch / f"graph-{len(files)}.nq")
                with file.open("ab") as out:
                    out.writelines(stated)
    return {graph.decode(): file for graph, file in files.items()}


def _dataset(query: Path, folder: Path, store: Store) -> None:
    try:
        quads = list(map(quad_of, store.construct(query.read_text(encoding="utf-8"))))
    except QueryError as error:
        raise QueryError(f"{query}: {error}") from None
    for fmt in (TURTLE, JSON_LD):
        (folder / f"{query.stem}.{fmt.suffix}").write_bytes(serialize(quads, fmt, prefixes(store.base)))
