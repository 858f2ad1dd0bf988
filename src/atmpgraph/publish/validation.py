"""The report of a graph: the results of the shapes, and the graphs that no source describes."""

from ..findings import Finding, Listed, Report, Severity, ViolationError
from ..i18n import every_language, message
from ..progress import SILENT, Progress
from ..quality.shapes import read_shapes
from ..quality.validate import GraphToCheck, validate
from ..rdf.canonical import merged
from ..settings import Settings
from ..store import EMBEDDED
from .graph import Graph


def check_graph(graph: Graph, settings: Settings, progress: Progress = SILENT) -> Report:
    """Check a graph against the shapes of the publication.

    Raises:
        ViolationError: it has a violation.
    """
    progress.step(message("checking the graph against the shapes"))
    shapes, workplace = read_shapes(settings.path(settings.folders.shapes), settings.base), graph.folder.path.parent
    statements = sum(graph.graphs.values())
    store = None
    if statements > settings.build.max_reference_statements:
        data = workplace / "checked.nq"
        with data.open("wb") as out:
            out.writelines(merged(graph.data))
        store = EMBEDDED.open(EMBEDDED.load(data, workplace / "checked", ""), settings.base)
    checked = GraphToCheck(merged(graph.data), statements, settings.base, store, graph.tables.texts, graph.mappers)
    results = validate(checked, shapes, settings.build, workplace, progress)
    undescribed = Listed.first(map(_undescribed, graph.undescribed), settings.build.max_listed_findings)
    listed = Listed(graph.tables.findings) + undescribed + results
    report = Report(tuple(sorted(listed.findings, key=Finding.order)), graph.counts(), listed.more)
    if not report.conforms:
        raise ViolationError(report)
    return report


def _undescribed(graph: str) -> Finding:
    """A violation: without a source, a graph does not say who states its content."""
    message = every_language("the graph is not described: add a row for its source to the table of the sources")
    return Finding("mapping", Severity.VIOLATION, message, node=graph)
