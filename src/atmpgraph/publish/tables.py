"""The tables of a publication, checked: the first artefact of a build."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..catalogue.curated import FILE as CATALOGUE
from ..charts.declared import chart_faults
from ..findings import Finding, Listed, Report, Severity, ViolationError
from ..i18n import message
from ..layers.conflicts import conflict_findings
from ..layers.fiction import fiction
from ..layers.fit import layer_findings
from ..layers.languages import language_findings, other_languages
from ..layers.misspelt import misspelt
from ..layers.unread import unread_findings
from ..layers.vocabulary import vocabulary_findings
from ..mapping.compile import CellError, judged_cells
from ..progress import SILENT, Progress
from ..settings import Settings
from ..settings.layers import Kind
from ..sources.check import check_tables
from ..sources.code_lists import CodeLists, read_code_lists
from ..sources.descriptions import TableDescription, described
from ..sources.descriptor import DescriptorError, whole_descriptor
from ..sources.evidence import missing_evidence
from ..sources.package import Package, Snapshot, open_package
from ..sources.periods import wrong_lengths
from ..sources.publishers import misspelt_publishers
from ..sources.wrong_identifiers import wrong_identifiers
from ..sparql.library import faults
from .former_bases import base_findings
from .other_files import lists_lacking, other_findings, turtle_findings
from .source_texts import read_source_texts
from .wrong_cells import WrongCells

_INPUTS: Final[tuple[Kind, ...]] = "mapping", "queries", "lists", "charts", "ontology", "rules", "datasets"


@dataclass(frozen=True)
class Tables:
    """Tables without a violation.

    Attributes:
        package: the tables themselves.
        texts: of sources, by slug, for the check of quotations.
        findings: a warning for each absent text, and a remark for each supplied file that is replaced.
        snapshot: of the files, from before they were checked.
        advised: a warning for each row that had better have a quotation, and for each doubtful identifier.
        inputs: of the shapes, lists, questions and what else a release is made from, from before they were checked.
    """

    package: Package
    texts: Mapping[str, str] = field(repr=False)
    findings: tuple[Finding, ...] = ()
    snapshot: Snapshot = field(default=Snapshot({}), repr=False)
    advised: Listed = field(default=Listed())
    inputs: Snapshot = field(default=Snapshot({}), repr=False)

    def require_unchanged(self) -> None:
        """Require that all files are as they were.

        Raises:
            TranslatedError: one has other content now.
        """
        self.snapshot.require_unchanged()
        self.inputs.require_unchanged()

    def counts(self) -> dict[str, int]:
        """The counts for a report."""
        return {"tables": len(self.package.tables)}


def read_tables(
    settings: Settings, progress: Progress = SILENT, with_package: Callable[[Package], object] | None = None
) -> Tables:
    """Read and check the tables, and check the published queries and the other files of the publication.

    Args:
        settings: of the publication.
        progress: gets how far it is.
        with_package: gets the tables before they are checked, and begins something beside.

    Raises:
        ViolationError: a table, a query or another file is wrong.
        AtmpgraphError: there is no Data Package, a text is not UTF-8, or a file changed while it was read.
    """
    progress.step(message("checking the questions"))
    coverage, data = settings.layered("coverage"), settings.path(settings.folders.data)
    inputs = _inputs(settings, _INPUTS, coverage.own, coverage.supplied, data / CATALOGUE)
    ontology = list(settings.layered("ontology").rglob("*.ttl"))
    broken = [*turtle_findings("files", ontology, settings)]
    unreadable = {place.file for finding in broken for place in finding.places}
    codes = read_code_lists([file for file in ontology if file.name not in unreadable], settings.base)
    try:
        package = open_package(settings.layered("descriptor"), settings.build)
    except DescriptorError as error:  # what no table is needed for is judged all the same
        own = [*error.findings, *broken, *_faulty_queries(settings), *_own_findings(settings, broken)]
        raise ViolationError(Report(tuple(own))) from None
    lacking = [*lists_lacking(codes, package)]  # which also judges those columns without their list
    codes.fill(package.descriptor)
    snapshot = Snapshot.of(package)
    if with_package:
        with_package(package)
    inputs |= _inputs(settings, ("shapes",))  # the plan of the check knows which shapes it is for
    if not broken:  # else the list may stand in a file that cannot be read
        broken = lacking
    faulty_queries = _faulty_queries(settings)
    checked = check_tables(package, settings.build, progress, codes)  # what it cannot read, the next ones leave out
    limit = settings.build.max_listed_findings
    advised = Listed.first(missing_evidence(package, codes), limit)
    advised += Listed.first(wrong_identifiers(package, codes), limit)
    advised += Listed.first(wrong_lengths(package), limit) + Listed.first(misspelt_publishers(package), limit)
    advised = package.shown(advised)
    own = [*broken, *other_findings(settings, package), *_own_findings(settings, unreadable)]
    own += [] if unreadable else misspelt(settings, codes)
    if not _violates(checked + Listed((*faulty_queries, *own))):  # the tables can be read
        own += [*fiction(settings, package), *other_languages(settings, package)]
    blocking = checked + Listed((*faulty_queries, *own))
    if _violates(blocking + advised):
        without_terms = _without_terms(package, settings)  # else the mapping says it
        if _violates(blocking + without_terms):  # else a graph is made, and the shapes tell what they find in it too
            listed = blocking + advised + without_terms
            snapshot.require_unchanged()
            inputs.require_unchanged()
            raise ViolationError(Report(listed.findings, Tables(package, {}).counts(), listed.more))
    texts, absent = read_source_texts(package, [settings.path(f) for f in settings.folders.source_texts])
    return Tables(package, texts, (*absent, *checked.findings, *faulty_queries, *own), snapshot, advised, inputs)


def _inputs(settings: Settings, kinds: Iterable[Kind], *files: Path) -> Snapshot:
    """The files of some kinds, and others, as they are now."""
    return Snapshot.of_folders(map(settings.layered, kinds), files, settings.path(settings.folders.releases))


def _violates(listed: Listed) -> bool:
    """Whether there is a violation."""
    return any(finding.severity is Severity.VIOLATION for finding in listed.findings)


def _without_terms(package: Package, settings: Settings) -> Listed:
    """The cells of which the mapping makes no term, such as wrong IRIs in a column that declares nothing of them."""
    cells = WrongCells(settings.build.max_listed_findings)
    texts = {path: package.of_any_text(path) for path in package.tables}

    def add(error: CellError) -> None:
        if not texts[error.file].isdisjoint({error.column, *error.column.split()}):
            cells.add(error)  # those of other columns are in the check of the table

    judged_cells(settings.layered("mapping"), package, settings.base, add)
    return package.shown(cells.listed())


def _faulty_queries(settings: Settings) -> list[Finding]:
    """What is wrong with published queries and with pictures."""
    queries = settings.layered("queries")
    faulty = faults(queries, settings.base, federated=bool(settings.federation.services))
    return [*faulty, *chart_faults(settings.layered("charts"), queries, settings.base, settings.languages)]


def _own_findings(settings: Settings, unreadable: Collection[object]) -> Iterator[Finding]:
    """What is wrong beside the tables; without the vocabulary, where files of it cannot be read."""
    yield from conflict_findings(settings)
    yield from base_findings(settings)
    yield from language_findings(settings)
    yield from unread_findings(settings)
    if not unreadable:
        yield from layer_findings(settings)
        yield from vocabulary_findings(settings)


def read_codes(settings: Settings) -> CodeLists:
    """The code lists of a publication.

    Raises:
        AtmpgraphError: a file of the ontology is not Turtle.
    """
    return read_code_lists(settings.layered("ontology").rglob("*.ttl"), settings.base)


def descriptions(settings: Settings) -> list[TableDescription]:
    """What each table and column is, of those that a publication has or may have, with the codes that fit.

    Raises:
        AtmpgraphError: the descriptor is not one of tables, or it names a code list that is not there.
    """
    descriptor = whole_descriptor(settings.layered("descriptor"))
    read_codes(settings).fill(descriptor)
    return described(descriptor)


def open_tables(settings: Settings, codes: CodeLists) -> Package:
    """The tables of a publication, not checked, with the codes that their columns may have.

    Raises:
        AtmpgraphError: there is no Data Package, or it names a code list that is not there.
    """
    package = open_package(settings.layered("descriptor"), settings.build)
    codes.fill(package.descriptor)
    return package
