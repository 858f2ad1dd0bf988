"""Check a publication: tables, mapping, shapes. What a build does first, and all that `atmpgraph check` does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..catalogue.curated import curated_lines
from ..errors import AtmpgraphError
from ..findings import Finding, Place, Report, Severity
from ..mapping.compile import Mapper, compile_mapping
from ..mapping.document import read_mapping
from ..quality.coverage import coverage_lines, coverages
from ..quality.shapes import check_shapes, read_shapes
from ..rdf.canonical import CanonicalWriter
from ..rdf.terms import line
from ..release.manifest import Coverage
from ..settings import Settings
from ..sources.check import check_tables
from ..sources.package import Package, open_package
from ..sparql.library import faults
from ..store import Store, memory_store
from .inputs import input_lines
from .self_description import Described, describe_release

Say = Callable[[str], object]
_TEXTS: Final = "`[folders] source_texts`"
_NOT_HELD = {
    "fr": f"le texte de cette source est absent : ses citations n’y sont pas comparées (réglage {_TEXTS})",
    "nl": f"de tekst van deze bron ontbreekt: haar citaten worden er niet mee vergeleken (instelling {_TEXTS})",
    "de": f"der Text dieser Quelle fehlt: Ihre Zitate werden nicht damit verglichen (Einstellung {_TEXTS})",
    "en": f"the text of this source is missing, so its quotations are not checked against it (setting {_TEXTS})",
}


@dataclass
class Checked:
    """What a check made: its report, and the release but for its store where the data are fit for one."""

    report: Report
    package: Package
    canonical: CanonicalWriter
    coverages: list[Coverage] = field(default_factory=list)
    described: Described | None = None


@contextmanager
def check(settings: Settings, scratch: Path, say: Say = lambda _: None) -> Iterator[Checked]:
    """Check the publication; each step runs only on what the step before found good.

    Args:
        scratch: a folder that gets the files of the release.
        say: told of each step as it begins.
    """
    say("checking the tables and the questions")
    package = open_package(settings.path(settings.folders.data))
    with CanonicalWriter(scratch) as canonical:
        questions = faults(
            settings.path(settings.folders.queries), settings.base, federated=bool(settings.federation.services)
        )
        findings = [*check_tables(package), *questions]
        counts = {"tables": len(package.tables)}
        checked = Checked(Report(tuple(findings), counts), package, canonical)
        if checked.report.conforms:
            store = _check_graph(settings, checked, counts, say)
            if store and checked.report.conforms:
                _check_catalogue(settings, checked, store, scratch, say)
        yield checked


def _check_graph(settings: Settings, checked: Checked, counts: dict[str, int], say: Say) -> Store | None:
    say("mapping the tables")
    base, package, canonical = settings.base, checked.package, checked.canonical
    mappers = compile_mapping(read_mapping(package.folder / "mapping", base), package, base)
    findings = _map(mappers, canonical, counts)
    for text in ontology_lines(settings.path(settings.folders.ontology), base):
        canonical.add(text)
    checked.report = Report(tuple(findings), counts)
    if findings:
        return None
    say("computing the coverage")
    for text in coverage_lines(package.folder, memory_store(canonical.lines(), base)):
        canonical.add(text)
    data = list(canonical.lines())
    rules = settings.path(settings.folders.shapes)
    shapes = read_shapes(rules, base)
    for text in chain(curated_lines(package.folder, settings), input_lines(package.folder, rules, base)):
        canonical.add(text)
    store = memory_store(canonical.lines(), base)
    counts |= {"statements": sum(1 for _ in canonical.lines()), "graphs": len(list(store.engine.named_graphs()))}
    say("checking the graph against the shapes")
    texts, missing = _texts(settings, package)
    findings = missing + _undescribed_graphs(store) + check_shapes(data, texts, shapes, mappers, base)
    checked.report = Report(tuple(sorted(findings, key=Finding.order)), counts)
    if checked.report.conforms:
        checked.coverages = coverages(store)
    return store


def _check_catalogue(settings: Settings, checked: Checked, store: Store, scratch: Path, say: Say) -> None:
    """Make what describes the release, and check it with its own shapes."""
    say("making and checking the catalogue")
    described = describe_release(settings, checked.package, checked.canonical, store, scratch)
    findings = sorted([*checked.report.findings, *described.findings], key=Finding.order)
    checked.report = Report(tuple(findings), checked.report.counts)
    checked.described = described


def _map(mappers: list[Mapper], canonical: CanonicalWriter, counts: dict[str, int]) -> list[Finding]:
    """Write the lines of all tables; every cell from which no term can be made is a finding."""
    findings = set()
    rows: dict[str, int] = {}
    for mapper in mappers:
        rows[mapper.map.table], errors = mapper.lines(canonical.add)
        findings |= {(Place(e.file, e.row, e.column), e.problem, e.value) for e in errors}
    counts["rows"] = sum(rows.values())
    return [
        Finding("mapping", Severity.VIOLATION, {"en": problem}, (place,), value)
        for place, problem, value in sorted(findings)
    ]


def ontology_lines(folder: Path, base: str) -> Iterator[str]:
    """The ontology and the code lists as canonical lines in the graph `id/graph/ontology`.

    Raises:
        AtmpgraphError: a file is not Turtle, or has a blank node or a literal that is not canonical.
    """
    graph = ox.NamedNode(f"{base}id/graph/ontology")
    for file in sorted(folder.rglob("*.ttl")):
        try:
            for quad in ox.parse(path=str(file), format=ox.RdfFormat.TURTLE, base_iri=base):
                yield line(ox.Quad(quad.subject, quad.predicate, quad.object, graph))
        except (SyntaxError, ValueError) as error:
            raise AtmpgraphError(f"{file}: {error}") from None


def _undescribed_graphs(store: Store) -> list[Finding]:
    """Graphs of which the data say nothing: no one could tell who states what is in them."""
    query = """
        PREFIX prov: <http://www.w3.org/ns/prov#>
        SELECT DISTINCT ?graph WHERE {
          GRAPH ?graph { ?s ?p ?o }
          FILTER NOT EXISTS { ?graph prov:hadPrimarySource ?source }
        } ORDER BY ?graph"""
    message = "the graph is not described: add a row for its source to the table of the sources"
    return [
        Finding("mapping", Severity.VIOLATION, {"en": message}, node=row["graph"].value) for row in store.select(query)
    ]


def _texts(settings: Settings, package: Package) -> tuple[dict[str, str], list[Finding]]:
    """The texts of sources that are held, by slug; and a warning for each that is named but not here."""
    texts, findings = {}, []
    table = package.tables.get("sources.csv")
    header = table.header() if table else []
    if table is None or "text" not in header:
        return {}, []
    for number, cells in table.rows():
        row = dict(zip(header, cells, strict=False))
        if not row["text"]:
            continue
        places = [settings.path(folder) / row["text"] for folder in settings.folders.source_texts]
        held = next((place for place in places if place.is_file()), None)
        if held:
            try:
                texts[row["slug"]] = held.read_text(encoding="utf-8")
            except UnicodeDecodeError as error:
                raise AtmpgraphError(f"{held}: not UTF-8: {error}") from None
        else:
            place = Place("sources.csv", number, "text")
            findings.append(Finding("mapping", Severity.WARNING, _NOT_HELD, (place,), row["text"]))
    return texts, findings
