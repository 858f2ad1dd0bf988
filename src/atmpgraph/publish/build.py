"""A build, step by step, from the tables to the release that is served:

    Tables → Graph → Report → Candidate → Release

Each step makes an immutable artefact from the one before it, or refuses the data with a report of all violations.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..errors import ReleaseError
from ..findings import Report, ViolationError
from ..i18n import message
from ..layers.record import record_supplied
from ..progress import SILENT, Progress
from ..release.layout import ReleasesFolder
from ..release.release import Release
from ..settings import Settings
from .candidate import Candidate, make_candidate
from .go_live import go_live
from .graph import make_graph
from .preparation import Preparation
from .repair import Repair, outcomes, repair
from .tables import Tables, read_tables
from .validation import check_graph
from .workplace import exclusive, workplace

_NO_FOLDER = message(
    "{path}: a file stands where the folder of the releases is to be; move it away, or correct the setting [folders]"
    " releases"
)


def check(settings: Settings, folder: Path, progress: Progress = SILENT, *, note: bool = False) -> Candidate:
    """Check the publication, up to a release that may go live if its report conforms.

    Args:
        settings: of the publication.
        folder: an empty one, which gets the files of the release.
        progress: gets what runs and how far it is.
        note: whether it is noted beside the releases which parts of the graph were checked.

    Raises:
        ViolationError: the tables or the graph have a violation.
        AtmpgraphError: a file of the publication cannot be used, or changed while it was read.
    """
    with Preparation(settings, folder) as preparation:
        tables = read_tables(settings, progress, preparation.begin)
        with _unchanged(tables):
            lay_out = partial(preparation.lay_out, tables.texts)
            graph = make_graph(tables, settings, folder, progress, lay_out, preparation.mapped)
            report = check_graph(graph, settings, progress, preparation.prepared, note=note)
    with _unchanged(tables):
        return make_candidate(graph, report, settings, folder, progress)


@contextmanager
def _unchanged(tables: Tables) -> Iterator[None]:
    """Make sure that no file has changed meanwhile, before whatever else is told: that may have led to it.

    Raises:
        AtmpgraphError: one has.
    """
    try:
        yield
    except Exception:
        tables.require_unchanged()
        raise
    tables.require_unchanged()


@dataclass(frozen=True)
class Built:
    """The outcome of a build.

    Attributes:
        report: of the check.
        candidate: None when the tables or the graph have a violation.
        release: the live one, or the one that waits for a push; None when there is a violation.
        switched: whether another one was live before.
        waiting: whether it waits until the remote store has it (`publish/push.py`).
        repairs: the damaged files, of all releases and beside them, and what became of each.
    """

    report: Report
    candidate: Candidate | None = None
    release: Release | None = None
    switched: bool = False
    waiting: bool = False
    repairs: Sequence[Repair] = ()

    @property
    def new(self) -> bool:
        """Whether this build made the release."""
        return self.release is not None and self.candidate is not None and self.candidate.new

    @property
    def digest(self) -> str | None:
        """The digest of the release, if there is one."""
        return self.release.digest if self.release else None

    def lines(self, language: str) -> list[str]:
        """Repairs, coverage and score, for people."""
        repairs = [each.line(language) for each in self.repairs]
        return [*repairs, *(self.candidate.lines(language) if self.candidate else [])]


def build(settings: Settings, progress: Progress = SILENT) -> Built:
    """Check the publication, make a release of it and switch to it; the same input gives the same digest.

    With a remote store another release than the live one waits for a push (`publish/push.py`).

    Raises:
        ReleaseError: another build is running, or the store does not give back the statements.
        AtmpgraphError: a file of the publication cannot be used.
    """
    releases = ReleasesFolder(settings.path(settings.folders.releases))
    if releases.path.exists() and not releases.path.is_dir():
        raise ReleaseError(_NO_FOLDER, path=str(releases.path))
    releases.path.mkdir(parents=True, exist_ok=True)
    with exclusive(releases), workplace(releases) as folder:
        live = releases.live
        damaged = repair(settings, folder)
        try:
            candidate = check(settings, folder, progress, note=True)
        except ViolationError as refusal:
            return Built(refusal.report, repairs=outcomes(damaged, settings))
        if not candidate.report.conforms:
            return Built(candidate.report, candidate, repairs=outcomes(damaged, settings))
        release = go_live(candidate, settings, progress)
        if candidate.new and candidate.graph.origins:
            candidate.graph.origins.write(releases.origins)
        record_supplied(releases.path)
        waiting, switched = release.digest != releases.live, live != releases.live
        return Built(candidate.report, candidate, release, switched, waiting, outcomes(damaged, settings))
