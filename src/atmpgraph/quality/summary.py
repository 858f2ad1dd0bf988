"""The quality of a release, read from its folder; of what may be many, as much as is needed."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from ..addresses import Addresses
from ..rdf.numbered_lines import Records
from ..release.layout import ReleasesFolder
from ..release.manifest import Coverage, Measure, Score
from ..release.release import Release
from .links import CheckedLinks, ExternalLink, links_to, read_links
from .report import Document, metrics, mqa_measures

Part: TypeAlias = tuple[int, int]  # the place of the first, and the one after the last
ALL: Final[Part] = (0, sys.maxsize)
_LISTED: Final = 200  # things that miss a point of the score, and declared counts


@dataclass(frozen=True)
class Quality:
    """The quality of a release.

    Attributes:
        digest, created: of the release.
        report: of its check, as in `report.json` but for the findings; None for a release that has none.
        findings: of the check.
        coverage: declared and described counts, as in the manifest.
        score: of the metadata, as in the manifest; None where there is none.
        measures: of the data.
        links: the newest check of links, for the addresses of this release.
        has_table: whether the release serves a table of a name.
    """

    digest: str
    created: str
    report: Mapping[str, Any] | None
    findings: Sequence[Mapping[str, Any]]
    coverage: tuple[Coverage, ...]
    score: Score | None
    measures: tuple[Measure, ...]
    links: CheckedLinks
    has_table: Callable[[str], object]

    @property
    def total(self) -> int:
        """How many findings there are: a report lists the first thousand of a kind, and counts the others."""
        unlisted: Mapping[str, int] = (self.report or {}).get("unlisted", {})
        return len(self.findings) + sum(unlisted.values())

    @property
    def named_in(self) -> tuple[str, ...]:
        """The languages in which names are counted."""
        counted = (measure.metric.partition("-") for measure in self.measures)
        return tuple(tag for what, _, tag in counted if what == "names")

    def alike(self, first: int, last: int) -> list[list[dict[str, Any]]]:
        """Some neighbouring findings, those of one shape and message together; each with its number in the report."""
        groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for number, finding in enumerate(self.findings[first:last], first + 1):
            key = (finding["severity"], finding.get("constraint") or finding.get("shape", ""), finding["message"]["en"])
            groups.setdefault(key, []).append({**finding, "number": number})
        return list(groups.values())

    def as_json(self, findings: Part = ALL, links: Part = ALL) -> dict[str, Any]:
        """The report of the check with all else beside it.

        Args:
            findings, links: which of them: the first, and the one after the last.
        """
        report = {**self.report, "findings": list(self.findings[slice(*findings)])} if self.report else {}
        return {
            "release": self.digest,
            "created": self.created,
            **report,
            "coverage": [asdict(each) for each in self.coverage[:_LISTED]],
            "measures": [vars(measure) | ({"share": measure.share} if measure.of else {}) for measure in self.measures],
            "score": self._score.as_json() if self._score else None,
            "links": self.links.as_json(*links),
        }

    @property
    def _score(self) -> Score | None:
        """The score, with the first things that miss each point."""
        if not self.score:
            return None
        return Score(tuple(replace(metric, missing=metric.missing[:_LISTED]) for metric in self.score.metrics))

    def quads(self, iri: str, base: str, findings: Part = ALL, links: Part = ALL) -> list[ox.Quad]:
        """The validation report and the measurements, with the metrics: a document at `iri`; the rest as above."""
        document = Document(iri, base, self.has_table)
        if self.report:
            release = Addresses(base).release(self.digest)
            document.report(self.findings[slice(*findings)], findings[0], release, self.created, self.total)
        document.measurements(self._coverage(), self.created)
        document.measurements(self.measures, self.created)
        for measure, missing in mqa_measures(self._score, base).items():
            document.measurement(measure, missing, self.created)
        document.links(self.links, links, self.created)
        return [*document.quads, *metrics(base, self.named_in)]

    def _coverage(self) -> list[Measure]:
        """How much the data describe of what the sources declare of an indicator."""
        return [Measure("described", c.described, c.declared, c.indicator) for c in self.coverage[:_LISTED]]


def read_quality(release: Release) -> Quality:
    """The quality of a release; releases made before quality was recorded have fewer fields.

    Raises:
        DamagedError: a file that tells it is not whole.
    """
    manifest, (report, findings) = release.manifest, _report(release)
    return Quality(
        manifest.digest,
        manifest.created,
        report,
        findings,
        manifest.coverage,
        manifest.score,
        manifest.measures,
        _links(release),
        release.table,
    )


def _report(release: Release) -> tuple[Mapping[str, Any] | None, Sequence[Mapping[str, Any]]]:
    """The report of the check, and its findings, which may be many."""
    lines, overview = release.numbered(release.folder.findings), release.overview
    if lines is not None and overview is not None:
        return overview["report"], Records(lines, json.loads)
    path = release.whole(release.folder.report)
    report = json.loads(path.read_bytes()) if path.is_file() else None
    return report, report.pop("findings") if report else []


def _links(release: Release) -> CheckedLinks:
    """The newest check of the links: that of the build, or a later one."""
    newest = read_links(ReleasesFolder(release.path.parent).links)
    lines, overview = release.numbered(release.folder.external_links), release.overview
    if lines is not None and overview is not None and newest.checked <= overview["links"]["checked"]:
        return CheckedLinks(**overview["links"], links=Records(lines, ExternalLink.from_json))
    stored = read_links(release.whole(release.folder.links))
    newest = links_to(
        max(stored, newest, key=lambda links: links.checked), {link.url: link.things for link in stored.links}
    )
    return CheckedLinks(newest.checked, newest.counts(), newest.links)
