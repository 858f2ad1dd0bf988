"""The report of a graph: the results of the shapes, and the graphs that no source describes."""

from itertools import starmap

from ..findings import Finding, Listed, Report, Severity, ViolationError
from ..i18n import every_language, message
from ..layers.fit import unknown_term
from ..progress import SILENT, Progress
from ..quality.shapes import read_distinguished
from ..quality.validate import GraphToCheck, Prepared, validate
from ..rdf.canonical import merged
from ..release.layout import ReleasesFolder
from ..settings import Settings
from .acknowledged import acknowledged
from .graph import Graph


def check_graph(
    graph: Graph,
    settings: Settings,
    progress: Progress = SILENT,
    prepared: Prepared | None = None,
    *,
    note: bool = False,
) -> Report:
    """Check a graph against the shapes of the publication.

    Args:
        graph: its statements.
        settings: of the publication.
        prepared: what of the check is prepared.
        progress: gets how far it is.
        note: whether the outcome is noted beside the releases, for the next check.

    Raises:
        ViolationError: it has a violation.
    """
    progress.step(message("checking the graph against the shapes"))
    shapes, recipe = read_distinguished(settings.layered("shapes"), settings.base, settings.languages)
    checked = ReleasesFolder(settings.path(settings.folders.releases)).checked
    validation = validate(
        GraphToCheck(
            lines=merged(graph.data),
            statements=sum(graph.graphs.values()),
            base=settings.base,
            store=graph.store,
            texts=graph.tables.texts,
            mappers=graph.mappers,
            recipe=recipe,
            checked=checked,
            digest=graph.digest,
            before=graph.before,
            prepared=prepared,
        ),
        shapes,
        settings.build,
        graph.folder.path.parent,
        progress,
    )
    if note and validation.parts:
        validation.parts.write(checked)
    tables = Listed(graph.tables.findings) + graph.tables.advised
    results = graph.tables.package.shown(acknowledged(tables + validation.listed, graph.tables.package))
    undescribed = Listed.first(map(_undescribed, graph.undescribed), settings.build.max_listed_findings)
    unknown = Listed.first(starmap(_unknown, graph.unknown.items()), settings.build.max_listed_findings)
    listed = undescribed + unknown + results
    report = Report(tuple(sorted(listed.findings, key=Finding.order)), graph.counts(), listed.more)
    if not report.conforms:
        raise ViolationError(report)
    return report


def _unknown(iri: str, thing: str) -> Finding:
    """A violation: nobody defines the term."""
    return Finding("mapping", Severity.VIOLATION, unknown_term(iri), node=thing, value=iri)


def _undescribed(graph: str) -> Finding:
    """A violation: without a source, a graph does not say who states its content."""
    message = every_language("the graph is not described: add a row for its source to the table of the sources")
    return Finding("mapping", Severity.VIOLATION, message, node=graph)
