"""The quality of a release, read from its folder in full; nothing is computed here."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyoxigraph as ox

from ..addresses import Addresses
from ..release.layout import ReleasesFolder
from ..release.manifest import Coverage, Measure, Score
from ..release.release import Release
from .links import LinkCheck, links_to, read_links
from .report import Document, metrics, mqa_measures


@dataclass(frozen=True)
class Quality:
    """The quality of a release.

    Attributes:
        digest, created: of the release.
        report: of its check, as in `report.json`; None for a release that has none.
        coverage: declared and described counts, as in the manifest.
        score: of the metadata, as in the manifest; None where there is none.
        measures: of the data.
        links: the newest check of links, for the addresses of this release.
    """

    digest: str
    created: str
    report: Mapping[str, Any] | None
    coverage: tuple[Coverage, ...]
    score: Score | None
    measures: tuple[Measure, ...]
    links: LinkCheck

    def alike(self, most: int) -> list[list[dict[str, Any]]]:
        """The first findings, those of one shape and message together; each with its number in the report."""
        groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for number, finding in enumerate(self.report["findings"][:most] if self.report else (), 1):
            key = (finding["severity"], finding.get("constraint") or finding.get("shape", ""), finding["message"]["en"])
            groups.setdefault(key, []).append({**finding, "number": number})
        return list(groups.values())

    def as_json(self) -> dict[str, Any]:
        """The report of the check with all else beside it."""
        return {
            "release": self.digest,
            "created": self.created,
            **(self.report or {}),
            "coverage": [asdict(each) for each in self.coverage],
            "measures": [vars(measure) | ({"share": measure.share} if measure.of else {}) for measure in self.measures],
            "score": self.score.as_json() if self.score else None,
            "links": self.links.as_json(),
        }

    def quads(self, iri: str, base: str) -> list[ox.Quad]:
        """The validation report and the measurements, with the metrics: a document at `iri`."""
        document = Document(iri, base)
        if self.report:
            document.report(self.report["findings"], Addresses(base).release(self.digest), self.created)
        document.measurements(self._coverage(), self.created)
        document.measurements(self.measures, self.created)
        for measure, missing in mqa_measures(self.score, base).items():
            document.measurement(measure, missing, self.created)
        document.links(self.links, self.created)
        return [*document.quads, *metrics(base)]

    def _coverage(self) -> list[Measure]:
        """How much the data describe of what the sources declare of an indicator."""
        return [Measure("described", c.described, c.declared, c.indicator) for c in self.coverage]


def read_quality(release: Release) -> Quality:
    """The quality of a release; releases made before quality was recorded have fewer fields.

    Raises:
        DamagedError: a file that tells it is not whole.
    """
    files, releases, manifest = release.folder, ReleasesFolder(release.path.parent), release.manifest
    stored = read_links(release.whole(files.links))
    newest = max(stored, read_links(releases.links), key=lambda links: links.checked)
    return Quality(
        manifest.digest,
        manifest.created,
        json.loads(files.report.read_bytes()) if release.whole(files.report).is_file() else None,
        manifest.coverage,
        manifest.score,
        manifest.measures,
        links_to(newest, {link.url: link.things for link in stored.links}),
    )
