"""The tables of a publication, checked: the first artefact of a build."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..findings import Finding, Listed, Report, ViolationError
from ..i18n import message
from ..progress import SILENT, Progress
from ..settings import Settings
from ..sources.check import check_tables
from ..sources.package import Package, Snapshot, open_package
from ..sparql.library import faults
from .source_texts import read_source_texts


@dataclass(frozen=True)
class Tables:
    """Tables without a violation.

    Attributes:
        package: the tables themselves.
        texts: of sources, by slug, for the check of quotations.
        findings: a warning for each absent text.
        snapshot: of the files, from before they were checked.
    """

    package: Package
    texts: Mapping[str, str] = field(repr=False)
    findings: tuple[Finding, ...] = ()
    snapshot: Snapshot = field(default=Snapshot({}), repr=False)

    def counts(self) -> dict[str, int]:
        """The counts for a report."""
        return {"tables": len(self.package.tables)}


def read_tables(settings: Settings, progress: Progress = SILENT) -> Tables:
    """Read and check the tables, and check the published queries.

    Raises:
        ViolationError: a table or a query is wrong.
        AtmpgraphError: there is no Data Package, a text is not UTF-8, or a table changed while it was read.
    """
    progress.step(message("checking the questions"))
    package, federated = open_package(settings.layered("descriptor")), bool(settings.federation.services)
    faulty_queries = faults(settings.layered("queries"), settings.base, federated=federated)
    snapshot = Snapshot.of(package)
    listed = check_tables(package, settings.build, progress) + Listed(tuple(faulty_queries))
    report = Report(listed.findings, Tables(package, {}).counts(), listed.more)
    if not report.conforms:
        snapshot.require_unchanged()
        raise ViolationError(report)
    texts = read_source_texts(package, [settings.path(f) for f in settings.folders.source_texts])
    return Tables(package, *texts, snapshot)
