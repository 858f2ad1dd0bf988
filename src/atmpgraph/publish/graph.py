"""The graph of a publication: its tables, ontology, coverage and description as one sorted file."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..addresses import SOFTWARE, Addresses
from ..catalogue.curated import curated_lines
from ..charts.draw import recipe
from ..findings import Report, ViolationError
from ..i18n import NOT_TURTLE, TranslatedError, message
from ..layers.terms import exists
from ..mapping.compile import Mapper, compile_mapping
from ..mapping.document import read_mapping
from ..parallel import beside
from ..progress import SILENT, Progress
from ..quality.validate import CheckedBefore
from ..rdf.blank_nodes import without_blank_nodes
from ..rdf.canonical import CanonicalWriter, aligned, line_changes, merged, sorted_runs
from ..rdf.statements import quad_of
from ..rdf.terms import line
from ..reasons import reason_of
from ..release.layout import ReleaseFolder, ReleasesFolder
from ..settings import Settings
from ..settings.layers import Folder
from ..sources.package import Package
from ..store import EMBEDDED, StoreAddress
from ..vocab import OWL, PROV, RDF, SKOS
from .charts import chart_files
from .derived import derive, processes_for
from .former_bases import former_lines
from .inputs import input_lines
from .origins import DESCRIPTION, ROWS, Origins, OriginsWriter
from .self_description import live_release
from .tables import Tables, read_codes
from .wrong_cells import WrongCells

_MANY: Final = 200_000  # statements
_MAPPED: Final = "mapped.nq"  # what the tables and the ontology state, in a workplace
_SOFTWARE: Final = re.compile(rb"<(" + re.escape(SOFTWARE).encode() + rb"[^>]*)>")
_SOURCE: Final = f"<{PROV}hadPrimarySource>".encode()


@dataclass(frozen=True)
class Graph:
    """The statements of a publication, sorted, on disk.

    Attributes:
        tables: its origin.
        mappers: the compiled mapping, which traces a statement to its row.
        rows: the number of rows in the tables.
        folder: the folder of the release, with the canonical file of all statements.
        store: of the statements that the shapes apply to.
        is_copied: whether the store is a changed copy of the live release's.
        digest: SHA-256 of that file, in hexadecimal.
        graphs: the number of statements in each named graph, by its IRI.
        undescribed: the named graphs without a source.
        data: sorted files with the lines that the shapes apply to: all but the publication's own description.
        description: sorted files with the lines of that.
        unknown: IRIs under the namespace of the software that are no terms of it, each with a thing that has it.
        origins: where each line of the canonical file comes from, for the next build.
        before: the live release, if it is known how its statements that the shapes apply to differ.
    """

    tables: Tables
    mappers: tuple[Mapper, ...]
    rows: int
    folder: ReleaseFolder
    store: StoreAddress
    is_copied: bool
    digest: str
    graphs: Mapping[str, int]
    undescribed: tuple[str, ...]
    data: tuple[Path, ...]
    description: tuple[Path, ...]
    unknown: Mapping[str, str]
    origins: Origins | None
    before: CheckedBefore | None

    @property
    def is_large(self) -> bool:
        """Whether a worker process is worth its start."""
        return sum(self.graphs.values()) >= _MANY

    def counts(self) -> dict[str, int]:
        """The counts for a report."""
        sizes = {"statements": sum(self.graphs.values()), "graphs": len(self.graphs)}
        return {**self.tables.counts(), "rows": self.rows, **sizes}


def make_graph(
    tables: Tables,
    settings: Settings,
    workplace: Path,
    progress: Progress = SILENT,
    with_data: Callable[[Sequence[Path]], object] | None = None,
    mapped: Callable[[], int] | None = None,
) -> Graph:
    """Map the tables, apply the rules, compute the coverage, and write all statements into one file.

    Args:
        tables: checked.
        settings: of the publication.
        workplace: a folder that gets the files.
        progress: gets how far it is.
        with_data: gets `Graph.data` as soon as they are written, and begins something beside.
        mapped: waits for `map_tables` into the same folder, where it is done beside.

    Raises:
        ViolationError: a cell yields no term.
        AtmpgraphError: the mapping, the ontology, a rule, the coverage or the description is wrong.
    """
    base, package, folder = settings.base, tables.package, ReleaseFolder(workplace / "release")
    folder.path.mkdir()
    mappers = compile_mapping(read_mapping(settings.layered("mapping"), base), package, base)
    if mapped:  # in a process that compiled the mapping for itself: what is compiled cannot be sent
        progress.step(message("mapping the tables"))
    rows = mapped() if mapped else map_tables(package, settings, workplace, progress, mappers)
    lines = workplace / _MAPPED
    progress.step(message("loading the store"))
    releases = ReleasesFolder(settings.path(settings.folders.releases))
    live = live_release(releases.path)
    noted = Origins.read(releases.origins, live.path.name) if live else None
    derived = derive(lines, folder, settings, live, noted, progress)
    data = tuple(chain.from_iterable(derived.runs.values()))
    if with_data:
        with_data(data)
    folders = (settings.layered("shapes"), settings.layered("lists"), settings.layered("datasets"))
    with beside(processes_for(lines, settings), 1) as run:
        # A store of many files takes three times as long to answer, and the shapes ask much.
        compacted = None if derived.is_copied else run(EMBEDDED.compact, derived.store)
        before = run(_before, live, noted, data) if live and noted and derived.is_copied else None
        inputs = input_lines(package, *folders, recipe(chart_files(settings)), base, settings.languages)
        with lines.open("rb") as file:
            links = former_lines(file, settings)
            description = sorted_runs(chain(curated_lines(package.folder, settings), inputs, links), workplace)
        runs = {**derived.runs, DESCRIPTION: description}
        digest, origins, graphs, described, terms = _write(runs, folder.canonical)
        for wait in filter(None, (compacted, before)):
            wait()
    undescribed = tuple(graph for graph in graphs if graph not in described)
    unknown = _unknown(terms, folder.canonical, read_codes(settings).iris)
    return Graph(
        *(tables, tuple(mappers), rows, folder, derived.store, derived.is_copied, digest, graphs, undescribed),
        *(data, description, unknown, origins.origins(digest, derived.recipes)),
        before() if before else None,
    )


def map_tables(
    package: Package,
    settings: Settings,
    workplace: Path,
    progress: Progress = SILENT,
    mappers: Sequence[Mapper] | None = None,
) -> int:
    """Write what the tables and the ontology state into one sorted file; returns how many rows there are.

    Args:
        package: the tables.
        settings: of the publication.
        workplace: a folder that gets the file.
        progress: gets how many rows are mapped.
        mappers: of the tables, where they are compiled already.

    Raises:
        ViolationError: some cells yield no term.
        AtmpgraphError: the mapping or the ontology is wrong.
    """
    base, rows, wrong = settings.base, dict[str, int](), WrongCells(settings.build.max_listed_findings)
    mappers = mappers or compile_mapping(read_mapping(settings.layered("mapping"), base), package, base)
    lines = {path: table.lines() for path, table in package.tables.items()}
    progress.step(message("mapping the tables"), sum(lines[mapper.map.table] for mapper in mappers), message("rows"))
    with CanonicalWriter(workplace) as writer:
        for mapper in mappers:
            rows[mapper.map.table] = mapper.lines(writer.add, wrong.add, progress)
        if wrong.total:
            listed, counts = package.shown(wrong.listed()), {"tables": len(package.tables), "rows": sum(rows.values())}
            raise ViolationError(Report(listed.findings, counts, listed.more))
        for text in ontology_lines(settings.layered("ontology"), base):
            writer.add(text)
        writer.write(workplace / _MAPPED)
    return sum(rows.values())


def _before(live: ReleaseFolder, noted: Origins, data: Sequence[Path]) -> CheckedBefore:
    """How the data of the live release differ."""
    earlier = noted.lines(live.canonical, ROWS, *noted.recipes)
    gone, come = line_changes(earlier, merged(data)) or ([], [])
    return CheckedBefore(live.path.name, StoreAddress(EMBEDDED.kind, str(live.store), live.path.name), gone, come)


def ontology_lines(folder: Folder, base: str) -> Iterator[str]:
    """The ontology and the code lists as canonical lines in the graph `id/graph/ontology`.

    Raises:
        AtmpgraphError: a file is not Turtle, or has a blank node without a place for its name, or a literal that is not
            of its datatype.
    """
    graph = Addresses(base).graph("ontology")
    for file in sorted(folder.rglob("*.ttl")):
        try:
            quads = [*ox.parse(file.read_text("utf-8-sig"), format=ox.RdfFormat.TURTLE, base_iri=base)]
            for quad in without_blank_nodes(quads, base, _ontology(quads, base)):
                yield line(quad_of(quad.triple, graph))
        except (SyntaxError, ValueError) as error:
            raise TranslatedError(NOT_TURTLE, file=file, reason=reason_of(error)) from None


def _ontology(quads: Iterable[ox.Quad], base: str) -> str | None:
    """The ontology or code list of the publication that a file describes, the first by its name."""
    kinds = {f"{OWL}Ontology", f"{SKOS}ConceptScheme"}
    documents = {q.subject.value for q in quads if q.predicate.value == f"{RDF}type" and q.object.value in kinds}  # type: ignore[union-attr]
    return min((iri for iri in documents if iri.startswith(base)), default=None)


def _unknown(terms: Iterable[bytes], canonical: Path, codes: Container[str]) -> dict[str, str]:
    """Those of some IRIs that are neither terms of the software nor codes, each with the first thing that has it."""
    unknown = {iri: "" for term in sorted(terms) if (iri := term.decode()) not in codes and not exists(iri)}
    if unknown:
        with canonical.open(encoding="utf-8") as lines:
            for text in lines:
                for iri in _SOFTWARE.findall(text.encode()):
                    if unknown.get(iri.decode()) == "":
                        unknown[iri.decode()] = text[1 : text.index("> ")]
    return unknown


def _write(
    runs: Mapping[str, Sequence[Path]], path: Path
) -> tuple[str, OriginsWriter, dict[str, int], set[str], set[bytes]]:
    """Write the canonical file of what several origins state.

    Returns its digest, where its lines come from, the size of each graph, the things with a source, and what it says of
    the software's vocabulary.
    """
    digest, graphs, described, terms = hashlib.sha256(), Counter[bytes](), set[str](), set[bytes]()
    origins, names = OriginsWriter(), [name for name, these in runs.items() for _ in these]
    with path.open("wb") as file, ExitStack() as files:
        for parts in aligned([files.enter_context(run.open("rb")) for these in runs.values() for run in these]):
            codes = dict[bytes, int]()
            for name, part in zip(names, parts, strict=True):
                new = dict.fromkeys(part, origins.code(name))
                both = {line: origins.code(name, codes[line]) for line in codes.keys() & new}
                codes |= new | both
            block = sorted(codes)
            origins.add(map(codes.__getitem__, block))
            content = b"".join(block)
            file.write(content)
            digest.update(content)
            terms.update(_SOFTWARE.findall(content))
            graphs.update([line.rsplit(b" ", 2)[1] for line in block])
            for line in block:
                if _SOURCE in line and line.split(b" ", 2)[1] == _SOURCE:
                    described.add(line[1 : line.index(b"> ")].decode())
    sizes = {graph[1:-1].decode(): graphs[graph] for graph in sorted(graphs)}
    return digest.hexdigest(), origins, sizes, described, terms
