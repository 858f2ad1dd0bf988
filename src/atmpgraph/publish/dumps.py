"""The downloads of a release: the whole in each format, each source's graph, each dataset, each table.

The same statements give the same bytes, so that a file's SHA-256 changes only with its content. A document is written
as a stream, in chunks that worker processes make; what the release before has already is copied from there, or linked
where it is a whole file (`docs/decisions/building.md`).
"""

import csv
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Final, TypeVar

from ..addresses import Addresses
from ..formats import JSON_LD, N_TRIPLES, RDF_XML, TRIG, TURTLE, Format
from ..parallel import workers
from ..rdf.chunks import Chunk, chunks
from ..release.layout import ReleaseFolder
from ..settings.layers import Folder
from ..sources import DESCRIPTOR
from ..sources.package import Package
from ..vocab import PROV
from .bodies import Part, all_prefixes, bodies, head_and_foot, separator, used_prefixes
from .reuse import Earlier, Notes, Piece, Unchanged, link

_BATCH: Final = 100_000  # lines in memory while the graphs are taken apart
_FEW: Final = 20  # graphs that are looked for by the ends of their lines
_PART: Final = 4 << 20  # bytes of lines that a worker takes at once
_SMALL: Final = 64 << 20  # bytes of lines that are written sooner than workers start

R = TypeVar("R")


@dataclass(frozen=True)
class _Document:
    """A graph, as files in several formats.

    Attributes:
        files: their paths in the folder of a release, by the suffix of the format.
        chunks: of its lines.
        graph: its IRI, when it is a graph of the TriG file too.
    """

    files: Mapping[str, str]
    chunks: tuple[Chunk, ...]
    graph: str = ""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Of the formats that its lines are written in."""
        return (*self.files, TRIG.suffix) if self.graph else tuple(self.files)


@dataclass(frozen=True)
class Taken:
    """The documents that are as they are in another release.

    Attributes:
        datasets: the chunks of each, by its name.
        graphs: the same, by its IRI.
        others: the IRIs of the other graphs; None for all that there are.
    """

    datasets: Mapping[str, tuple[Chunk, ...]] = field(default_factory=dict)
    graphs: Mapping[str, tuple[Chunk, ...]] = field(default_factory=dict)
    others: Sequence[str] | None = None


NOTHING: Final = Taken()


def write_dumps(
    folder: ReleaseFolder,
    package: Package,
    base: str,
    datasets: Callable[[], Mapping[str, Path]],
    scratch: Path,
    processes: int = 1,
    before: ReleaseFolder | None = None,
    taken: Taken = NOTHING,
) -> None:
    """Write all files into the folder of a release, which has the canonical file.

    Args:
        folder: of the release.
        package: the tables.
        base: of the publication.
        datasets: the lines of each dataset by its name, awaited when all else is cut into chunks.
        scratch: a folder for intermediate files.
        processes: how many work at the same time; the bytes do not depend on it.
        before: another release, whose parts are taken over where they are the same; nor do they depend on that.
        taken: what is known to be the same there.

    Raises:
        ReleaseError: a format cannot express a statement.
    """
    for part in (folder.graphs, folder.datasets, folder.tables):
        part.mkdir()
    documents = list(_documents(folder, base, datasets, scratch, taken))
    earlier = Earlier(before, all_prefixes(base))
    new = sum(chunk.length for document in documents for chunk in document.chunks if not earlier.has(chunk.digest))
    with _pool(new, processes) as pool:
        _Writer(folder, base, earlier, pool).write(documents)
    descriptor = scratch / DESCRIPTOR
    descriptor.write_bytes(package.published)
    origins = {DESCRIPTOR: descriptor, **{name: _published(package, name, scratch) for name in package.tables}}
    for name, origin in origins.items():
        path = folder.tables / name
        earlier.take(path.relative_to(folder.path).as_posix(), path, origin)


def _published(package: Package, name: str, scratch: Path) -> Path:
    """A table as it is published; where a column says so, without the rows in which it is empty, whose lines stay empty
    so that all others keep their number.
    """
    table, column = package.tables[name], package.publishing(name)
    if column is None:
        return table.path
    header = table.header()
    path = scratch / f"published-{table.name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer, written = csv.writer(file, lineterminator="\n"), 1
        writer.writerow(header)
        for number, cells in table.rows():
            if column in header and cells[header.index(column)]:
                file.write("\n" * (number - written - 1))
                writer.writerow(cells)
                written = number
    return path


def taken_over(queries: Folder, unchanged: Unchanged, base: str, graphs: Iterable[str]) -> Taken:
    """What is as it is in the release before.

    Args:
        queries: of the datasets.
        unchanged: what has changed since that release.
        base: of the publication.
        graphs: the IRIs of all graphs.
    """
    earlier = Earlier(unchanged.previous, all_prefixes(base))
    datasets, of_graphs = dict[str, tuple[Chunk, ...]](), dict[str, tuple[Chunk, ...]]()
    for query in queries.glob("*.rq"):
        made_by = f"<{Addresses(base).dataset(query.stem)}> <{PROV}wasInfluencedBy> ".encode()
        if any(line.startswith(made_by) for line in unchanged.lines):
            continue
        cut = _noted(earlier, _dataset_files(unchanged.previous, query.stem))
        if cut and unchanged.gives_the_same(query.read_text("utf-8-sig"), base):
            datasets[query.stem] = cut
    changed = {line[line.rindex(b" <") + 2 : -4].decode() for line in unchanged.lines}
    for graph in graphs:
        cut = () if graph in changed else _noted(earlier, _graph_files(unchanged.previous, base, graph))
        if cut and all((chunk.digest, TRIG.suffix) in earlier.pieces for chunk in cut):
            of_graphs[graph] = cut
    return Taken(datasets, of_graphs, [graph for graph in graphs if graph not in of_graphs])


def _noted(earlier: Earlier, files: Mapping[str, str]) -> tuple[Chunk, ...]:
    """The chunks of a document that an earlier release has in all its formats; none where it has not.

    They name the lines that bodies were made from, and stand for bodies: there are no lines to read.
    """
    one, *others = files.values()
    pieces = earlier.notes.documents.get(one, [])
    cut = tuple(Chunk(piece.path, piece.offset, piece.length, piece.digest) for piece in pieces)
    return cut if all(earlier.document(name, cut) for name in others) else ()


def _files(folder: ReleaseFolder, path: Path, *formats: Format) -> dict[str, str]:
    name = path.relative_to(folder.path).as_posix()
    return {fmt.suffix: f"{name}.{fmt.suffix}" for fmt in formats}


def _dataset_files(folder: ReleaseFolder, name: str) -> dict[str, str]:
    return _files(folder, folder.datasets / name, TURTLE, JSON_LD)


def _graph_files(folder: ReleaseFolder, base: str, graph: str) -> dict[str, str]:
    return _files(folder, folder.graphs / graph.removeprefix(Addresses(base).graph("")), TURTLE)


def _documents(
    folder: ReleaseFolder, base: str, datasets: Callable[[], Mapping[str, Path]], scratch: Path, taken: Taken
) -> Iterator[_Document]:
    whole = folder.canonical.with_suffix("")
    yield _Document(_files(folder, whole, N_TRIPLES, TURTLE, RDF_XML, JSON_LD), tuple(chunks(folder.canonical)))
    files = _by_graph(folder.canonical, scratch, taken.others)
    graphs = {**taken.graphs, **{graph: tuple(chunks(lines)) for graph, lines in files.items()}}
    for graph, of_graph in sorted(graphs.items()):
        yield _Document(_graph_files(folder, base, graph), of_graph, graph)
    cut = {**taken.datasets, **{name: tuple(chunks(lines)) for name, lines in datasets().items()}}
    for name, of_dataset in sorted(cut.items()):
        yield _Document(_dataset_files(folder, name), of_dataset)


def _by_graph(canonical: Path, scratch: Path, wanted: Sequence[str] | None = None) -> dict[str, Path]:
    """The lines of each graph, or of some, in a file of its own, as sorted as they were, by the IRI of the graph."""
    files: dict[bytes, Path] = {}
    names = None if wanted is None else {graph.encode() for graph in wanted}
    if names is not None and not names:
        return {}
    few = names is not None and len(names) <= _FEW
    ends = tuple(b" <%b> .\n" % name for name in names or ())
    with canonical.open("rb", buffering=1 << 20) as lines:
        while batch := list(islice(lines, _BATCH)):
            graphs: dict[bytes, list[bytes]] = defaultdict(list)
            for line in [line for line in batch if line.endswith(ends)] if few else batch:
                graphs[line[line.rindex(b" <") + 2 : -4]].append(line)
            for graph in graphs if names is None else graphs.keys() & names:
                file = files.setdefault(graph, scratch / f"graph-{len(files)}.nq")
                with file.open("ab") as out:
                    out.write(b"".join(graphs[graph]))
    return {graph.decode(): file for graph, file in files.items()}


@contextmanager
def _pool(size: int, processes: int) -> Iterator[Executor | None]:
    """Workers, where so many bytes of lines are worth their start."""
    if processes < 2 or size < _SMALL:
        yield None
        return
    with workers(processes) as executor:
        yield executor


def _each(
    function: Callable[[Part], list[R]], parts: Iterable[Part], pool: Executor | None, ahead: int = 6
) -> Iterator[R]:
    """What a function makes of each chunk, in their order; no more than a few results wait."""
    if pool is None:
        for part in parts:
            yield from function(part)
        return
    waiting: deque[Future[list[R]]] = deque()
    for part in parts:
        waiting.append(pool.submit(function, part))
        if len(waiting) >= ahead:
            yield from waiting.popleft().result()
    while waiting:
        yield from waiting.popleft().result()


class _Writer:
    """Writes the documents of a release, and notes what stands where in them."""

    def __init__(self, folder: ReleaseFolder, base: str, earlier: Earlier, pool: Executor | None) -> None:
        self._folder, self._base, self._earlier, self._pool = folder, base, earlier, pool
        self._notes = Notes()

    def write(self, documents: Sequence[_Document]) -> None:
        """All documents in all their formats, and the TriG file of those that are graphs."""
        self._find_prefixes(documents)
        new_bodies = _each(bodies, self._parts(self._unmade(documents)), self._pool)
        used = self._used(chunk for document in documents if document.graph for chunk in document.chunks)
        with self._file(self._folder.dump(TRIG.suffix).name, TRIG.suffix, used) as trig:
            first = True
            for document in documents:
                if document.graph:
                    trig.text(f"{'' if first else chr(10)}<{document.graph}> {{\n".encode())
                    first = False
                self._document(document, new_bodies, trig)
                if document.graph:
                    trig.text(b"}\n")
        self._notes.write(self._folder, all_prefixes(self._base))

    def _find_prefixes(self, documents: Iterable[_Document]) -> None:
        noted = self._earlier.notes.used
        every = {chunk.digest: chunk for document in documents for chunk in document.chunks}
        new = [(chunk, ()) for digest, chunk in every.items() if digest not in noted]
        used = _each(used_prefixes, self._parts(new), self._pool)
        named = {chunk.digest: prefixes for (chunk, _), prefixes in zip(new, used, strict=True)}
        self._notes.used = {digest: named[digest] if digest in named else noted[digest] for digest in sorted(every)}

    def _used(self, chunks: Iterable[Chunk]) -> dict[str, str]:
        """The prefixes that are used in some chunks."""
        used = set[str]().union(*(self._notes.used[chunk.digest] for chunk in chunks))
        return {prefix: iri for prefix, iri in all_prefixes(self._base).items() if prefix in used}

    def _unmade(self, documents: Iterable[_Document]) -> Iterator[tuple[Chunk, tuple[str, ...]]]:
        """The chunks whose bodies nobody has new_bodies yet, with the suffixes of these."""
        for document in documents:
            for chunk in document.chunks:
                if missing := self._missing(chunk, document):
                    yield chunk, missing

    def _missing(self, chunk: Chunk, document: _Document) -> tuple[str, ...]:
        return tuple(suffix for suffix in document.suffixes if (chunk.digest, suffix) not in self._earlier.pieces)

    def _parts(self, wanted: Iterable[tuple[Chunk, tuple[str, ...]]]) -> Iterator[Part]:
        """Neighbours that are written in the same formats together, as far as they are small."""
        held, size, last = list[Chunk](), 0, tuple[str, ...]()
        for chunk, suffixes in wanted:
            if held and (suffixes != last or size >= _PART):
                yield Part(tuple(held), last, self._base)
                held, size = [], 0
            held.append(chunk)
            size, last = size + chunk.length, suffixes
        if held:
            yield Part(tuple(held), last, self._base)

    def _document(self, document: _Document, new_bodies: Iterator[list[bytes]], trig: "_File") -> None:
        """One document in its formats; where it is a graph, its part of the TriG file too."""
        used = self._used(document.chunks)
        with ExitStack() as files:
            out = {TRIG.suffix: trig} if document.graph else {}
            for suffix, name in document.files.items():
                if not self._linked(name, document.chunks):
                    out[suffix] = files.enter_context(self._file(name, suffix, used))
            for number, chunk in enumerate(document.chunks):
                missing = self._missing(chunk, document)
                new = dict(zip(missing, next(new_bodies), strict=True)) if missing else {}
                for suffix, file in out.items():
                    body = new[suffix] if suffix in new else self._earlier.pieces[chunk.digest, suffix].read()
                    file.body(chunk.digest, body, first=number == 0)

    def _linked(self, name: str, chunks: Sequence[Chunk]) -> bool:
        """Whether the earlier release has the same file, and this one has it now too."""
        pieces = self._earlier.document(name, chunks)
        if not pieces or not link(pieces[0].path, self._folder.path / name):
            return False
        self._notes.documents[name] = pieces
        return True

    @contextmanager
    def _file(self, name: str, suffix: str, used: Mapping[str, str]) -> Iterator["_File"]:
        head, foot = head_and_foot(suffix, used, self._base)
        with (self._folder.path / name).open("wb") as file:
            out = _File(file, self._folder.path / name, separator(suffix))
            out.text(head)
            yield out
            out.text(foot)
        self._notes.documents[name] = out.pieces


class _File:
    """A document that is written, and the pieces of it."""

    def __init__(self, file: IO[bytes], path: Path, separator: bytes) -> None:
        self._file, self._path, self._separator = file, path, separator
        self._offset, self.pieces = 0, list[Piece]()

    def text(self, content: bytes) -> None:
        self._file.write(content)
        self._offset += len(content)

    def body(self, digest: str, content: bytes, *, first: bool) -> None:
        if not first:
            self.text(self._separator)
        self.pieces.append(Piece(digest, self._path, self._offset, len(content)))
        self.text(content)
