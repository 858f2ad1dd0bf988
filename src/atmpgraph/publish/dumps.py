"""The files of a release that portals get: the whole in each format, each source's graph, each dataset, each table.

The same statements give the same bytes, so that a file's SHA-256 changes only with its content.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import pyoxigraph as ox

from ..errors import NotExpressibleError, QueryError, ReleaseError
from ..formats import GRAPHS, N_TRIPLES, TRIG, TURTLE, Format
from ..rdf.expressible import expressible
from ..rdf.serialize import serialize, tidy
from ..rdf.terms import without_graph
from ..release.layout import ReleaseFolder
from ..sources.package import DESCRIPTOR, Package
from ..store import Store
from ..vocab import prefixes

# The queries of a publication that cut datasets of their own out of the graph, beside its tables.
DATASETS = "datasets"
_WHOLE = (*GRAPHS, TRIG)


def write_dumps(folder: ReleaseFolder, package: Package, store: Store) -> None:
    """Write all files into `folder`, which has the canonical file.

    Args:
        folder: of the release.
        package: the tables.
        store: of the same statements.

    Raises:
        QueryError: a dataset's query is not a CONSTRUCT query.
    """
    graphs: dict[bytes, list[bytes]] = defaultdict(list)
    with folder.canonical.open("rb") as file:
        for line in file:
            graphs[line[line.rindex(b" <") + 2 : -4]].append(line)
    quads = [line for _, lines in sorted(graphs.items()) for line in lines]
    triples = [triple for triple, _ in groupby(sorted(map(without_graph, quads)))]
    for fmt in _WHOLE:
        content = dump(quads if fmt.kind == "dataset" else triples, fmt, store.base)
        folder.dump(fmt.suffix).write_bytes(content)
    own = f"{store.base}id/graph/".encode()
    folder.graphs.mkdir()
    for graph, lines in graphs.items():
        content = dump(map(without_graph, lines), TURTLE, store.base)
        (folder.graphs / f"{graph.removeprefix(own).decode()}.ttl").write_bytes(content)
    folder.datasets.mkdir()
    for query in sorted((package.folder / DATASETS).glob("*.rq")):
        _dataset(query, folder.datasets, store)
    folder.tables.mkdir()
    for name in [DESCRIPTOR, *package.tables]:
        shutil.copyfile(package.folder / name, folder.tables / name)


def dump(lines: Iterable[bytes], fmt: Format, base: str) -> bytes:
    """Lines of N-Quads or N-Triples, sorted and distinct, in another format.

    Raises:
        ReleaseError: the format cannot say one of them.
    """
    content = b"".join(lines)
    if fmt is N_TRIPLES:
        return content
    used = {prefix: iri for prefix, iri in prefixes(base).items() if b"<" + iri.encode() in content}
    assert isinstance(fmt.engine, ox.RdfFormat)  # noqa: S101 - the formats above have one
    statements = ox.parse(content, format=ox.RdfFormat.N_QUADS)
    given = statements if fmt.kind == "dataset" else (quad.triple for quad in statements)
    try:
        return tidy(ox.serialize(expressible(given, fmt), format=fmt.engine, prefixes=used) or b"", fmt)
    except NotExpressibleError as error:
        reason = f"is published too, and {str(error).removesuffix('.')}"
        raise ReleaseError(f"data.{fmt.suffix} {reason}; change the mapping or the cell") from None


def _dataset(query: Path, folder: Path, store: Store) -> None:
    try:
        triples = list(store.construct(query.read_text(encoding="utf-8")))
    except QueryError as error:
        raise QueryError(f"{query}: {error}") from None
    quads = [ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples]
    for fmt in (TURTLE, GRAPHS[1]):
        (folder / f"{query.stem}.{fmt.suffix}").write_bytes(serialize(quads, fmt, prefixes(store.base)))
