"""The tables of a publication, checked: the first artefact of a build."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..findings import Finding, Listed, Report, Severity, ViolationError
from ..i18n import message
from ..layers.fiction import fiction
from ..layers.fit import layer_findings
from ..layers.languages import language_findings
from ..progress import SILENT, Progress
from ..settings import Settings
from ..sources.check import check_tables
from ..sources.code_lists import CodeLists, read_code_lists
from ..sources.descriptions import TableDescription, described
from ..sources.descriptor import whole_descriptor
from ..sources.evidence import missing_evidence
from ..sources.package import Package, Snapshot, open_package
from ..sparql.library import faults
from .former_bases import base_findings
from .source_texts import read_source_texts


@dataclass(frozen=True)
class Tables:
    """Tables without a violation.

    Attributes:
        package: the tables themselves.
        texts: of sources, by slug, for the check of quotations.
        findings: a warning for each absent text, and a remark for each supplied file that is replaced.
        snapshot: of the files, from before they were checked.
        unproven: a warning for each row that had better have a quotation.
    """

    package: Package
    texts: Mapping[str, str] = field(repr=False)
    findings: tuple[Finding, ...] = ()
    snapshot: Snapshot = field(default=Snapshot({}), repr=False)
    unproven: Listed = field(default=Listed())

    def counts(self) -> dict[str, int]:
        """The counts for a report."""
        return {"tables": len(self.package.tables)}


def read_tables(settings: Settings, progress: Progress = SILENT) -> Tables:
    """Read and check the tables, and check the published queries and the other files of the publication.

    Raises:
        ViolationError: a table, a query or another file is wrong.
        AtmpgraphError: there is no Data Package, a text is not UTF-8, or a table changed while it was read.
    """
    progress.step(message("checking the questions"))
    codes = read_codes(settings)
    package, federated = open_tables(settings, codes), bool(settings.federation.services)
    faulty_queries = faults(settings.layered("queries"), settings.base, federated=federated)
    snapshot = Snapshot.of(package)
    evidence = package.shown(Listed.first(missing_evidence(package, codes), settings.build.max_listed_findings))
    own = [*base_findings(settings), *layer_findings(settings), *language_findings(settings)]
    listed = check_tables(package, settings.build, progress) + evidence + Listed((*faulty_queries, *own))
    if not any(finding.severity is Severity.VIOLATION for finding in listed.findings):  # the tables can be read
        false = fiction(settings, package)
        own, listed = own + false, listed + Listed(tuple(false))
    report = Report(listed.findings, Tables(package, {}).counts(), listed.more)
    if not report.conforms:
        snapshot.require_unchanged()
        raise ViolationError(report)
    texts, absent = read_source_texts(package, [settings.path(f) for f in settings.folders.source_texts])
    return Tables(package, texts, (*absent, *own), snapshot, evidence)


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
