"""A candidate: a release that is described and checked, in a folder that nobody sees yet."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ..addresses import Addresses
from ..catalogue.dcat import History
from ..catalogue.mqa import score
from ..catalogue.void import void
from ..charts.draw import draw_charts_at
from ..findings import Finding, Listed, Report
from ..i18n import message
from ..parallel import beside
from ..progress import SILENT, Progress
from ..quality.coverage import coverages
from ..quality.shapes import read_shapes
from ..quality.shapes_document import CATALOGUE
from ..quality.validate import GraphToCheck, validate
from ..rdf.canonical import merged
from ..rdf.terms import without_graph
from ..release.history import made_before
from ..release.integrity import known_difference
from ..release.layout import DescriptionFolder, ReleaseFolder, ReleasesFolder
from ..release.listing import live_description
from ..release.manifest import Coverage, Manifest, Score, read_manifest
from ..release.release import Release
from ..settings import Settings
from ..store import EMBEDDED, Store
from ..stream.members import check_statements
from .charts import chart_files
from .datasets import write_datasets_at
from .dumps import NOTHING, taken_over, write_dumps
from .graph import Graph
from .lookups import write_registry_links
from .reuse import Unchanged
from .self_description import list_files, live_release, now, write_description
from .statistics import statistics_at
from .unpublishable import naming_its_query
from .verify import damages


@dataclass(frozen=True)
class Candidate:
    """A release that may go live if its report conforms.

    Attributes:
        graph: its statements.
        report: of the graph and of the catalogue.
        folder: the graph's, or that of an existing release with the same digest.
        description: the folder of its catalogue.
        created: when it is made or reactivated (xsd:dateTime).
        coverage: the counts that its sources declare, and how much of each is described.
        score: of its catalogue.
    """

    graph: Graph
    report: Report
    folder: ReleaseFolder
    description: DescriptionFolder
    created: str
    coverage: tuple[Coverage, ...]
    score: Score

    @property
    def new(self) -> bool:
        """Whether no whole release has this digest yet."""
        return self.folder == self.graph.folder

    def lines(self, language: str) -> list[str]:
        """Coverage and score, for people."""
        return [*(each.line(language) for each in self.coverage), *self.score.lines(language)]


def make_candidate(
    graph: Graph, report: Report, settings: Settings, workplace: Path, progress: Progress = SILENT
) -> Candidate:
    """Make all files for download and the catalogue of a release, and check the latter with its own shapes.

    An existing release gets a new description only, and the live one nothing; one that is damaged is made anew.

    Args:
        graph: its statements.
        report: of the graph, without a violation.
        settings: of the publication.
        workplace: a folder that gets the files.
        progress: gets how far it is.

    Raises:
        ReleaseError: the stream, or a format for download, cannot carry a statement.
        QueryError: the query of a dataset is wrong.
        AtmpgraphError: a worker was killed, or a query of a chart is not UTF-8.
    """
    base, releases, created = settings.base, settings.path(settings.folders.releases), now()
    existing, live = ReleasesFolder(releases).release(graph.digest), live_release(releases)
    whole = existing.path.exists() and not any(damages(existing, known_difference))
    if not whole and ReleasesFolder(releases).live == graph.digest and (before := made_before(releases, graph.digest)):
        live = ReleasesFolder(releases).release(before.previous) if before.previous else None
        created = before.files_created if isinstance(before, Manifest) else before.created
    history, languages = History(graph.digest, created), settings.languages
    faulty = list[Finding]()
    folder = existing if whole else graph.folder
    description: DescriptionFolder = folder
    if folder == graph.folder:
        store, faulty = _write_new(graph, live, history, settings, workplace, progress)
    elif live and live.path == folder.path:
        store, description = Release(folder.path, base).store, live_description(live)
    else:
        store, description = Release(folder.path, base).store, DescriptionFolder(workplace / "description")
        files = read_manifest(folder.manifest).files
        write_description(
            description, folder, files, live, history, base, languages, partial(void, store, folder.canonical)
        )
    coverage = tuple(coverages(store))
    listed, points = _check_catalogue(description, folder, settings, workplace)
    listed += Listed(report.findings, report.more) + Listed(tuple(faulty))
    report = Report(tuple(sorted(listed.findings, key=Finding.order)), report.counts, listed.more)
    return Candidate(graph, report, folder, description, created, coverage, points)


def _write_new(
    graph: Graph,
    live: ReleaseFolder | None,
    history: History,
    settings: Settings,
    workplace: Path,
    progress: Progress,
) -> tuple[Store, list[Finding]]:
    """Write all files for download and the catalogue of a new release.

    Returns the store of its statements, and what is wrong with pictures.

    Args:
        graph: its statements.
        live: the release that it follows.
        history: its place among the releases.
        settings: of the publication.
        workplace: a folder for other files.
        progress: gets how far it is.
    """
    folder, base, languages = graph.folder, settings.base, settings.languages
    EMBEDDED.change(graph.store, (), merged(graph.description))
    address = replace(graph.store, digest=graph.digest)
    progress.step(message("writing the files for download"))
    package, processes = graph.tables.package, settings.build.processes
    # Where the store is compacted first, there is one worker, so that all that reads the store follows. The tables
    # of a copy stay those that are proven.
    at_once = 2 if graph.is_copied else 1
    with naming_its_query(graph, settings), beside(processes if graph.is_large else 1, at_once) as run:
        compacted = None if graph.is_copied else run(EMBEDDED.compact, graph.store)
        unchanged, queries = Unchanged.since(live, folder, languages), settings.layered("datasets")
        with folder.canonical.open("rb") as lines:
            check_statements(unchanged.come if unchanged else lines)
        if unchanged and compacted:
            compacted()
        taken = taken_over(queries, unchanged, base, graph.graphs) if unchanged else NOTHING
        limits = settings.build.query_timeout_seconds, frozenset(taken.datasets)
        selected = run(write_datasets_at, queries, address, base, workplace, *limits)
        statistics = run(statistics_at, address, base, folder.canonical, unchanged)
        same = partial(unchanged.gives_the_same, base=base) if unchanged else None
        pictures = live.charts if live else None
        drawn = run(draw_charts_at, chart_files(settings), address, base, folder.charts, pictures, same)

        def datasets() -> Mapping[str, Path]:
            if compacted:
                compacted()
            progress.on([query.name for query in queries.glob("*.rq") if query.stem not in taken.datasets])
            return selected()

        write_dumps(folder, package, base, datasets, workplace, processes, live, taken)
        store = EMBEDDED.open(address, base)
        progress.step(message("making and checking the catalogue"))
        write_registry_links(folder, unchanged, store, workplace)
        write_description(folder, folder, list_files(folder.downloads()), live, history, base, languages, statistics)
        return store, drawn()


def _check_catalogue(
    description: DescriptionFolder, folder: ReleaseFolder, settings: Settings, workplace: Path
) -> tuple[Listed, Score]:
    """Check a catalogue with its own shapes, and score it: an address of ours answers when its file is there."""
    base, addresses = settings.base, Addresses(settings.base)
    end = f" <{addresses.page('catalogue')}> .\n".encode()
    with description.catalogue.open("rb") as file:
        lines = [line for line in file if line.endswith(end)]
    shapes = read_shapes(settings.layered("shapes") / CATALOGUE, base, settings.languages)
    listed = validate(GraphToCheck(lines, len(lines), base), shapes, settings.build, workplace).listed
    served = map(addresses.dump, folder.downloads())
    return listed, score(map(without_graph, lines), served, Report(listed.findings, more=listed.more).conforms)
