"""The quality of a release, read from its folder in full; nothing is computed here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..addresses import Addresses
from . import links
from .links import Links
from .measures import Measure
from .report import Document, metrics, mqa_measures

REPORT = "report.json"


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
    coverage: tuple[Mapping[str, Any], ...]
    score: Mapping[str, Any] | None
    measures: tuple[Measure, ...]
    links: Links

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
            "coverage": [dict(each) for each in self.coverage],
            "measures": [vars(measure) | ({"share": measure.share} if measure.of else {}) for measure in self.measures],
            "score": self.score,
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
        return [Measure("described", c["described"], c["declared"], c["indicator"]) for c in self.coverage]


def read_quality(folder: Path, manifest: Mapping[str, Any]) -> Quality:
    """The quality of the release in `folder`; releases made before quality was recorded have fewer fields.

    Raises:
        AtmpgraphError: a check of links is damaged.
    """
    path, stored = folder / REPORT, links.read_links(folder / links.FILE)
    newest = max(stored, links.read_links(folder.parent / links.FILE), key=lambda check: check.checked)
    return Quality(
        manifest["digest"],
        manifest["created"],
        json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None,
        tuple(manifest.get("coverage", ())),
        manifest.get("score"),
        tuple(Measure(**measure) for measure in manifest.get("measures", ())),
        links.links_to(newest, {link.url: link.things for link in stored.links}),
    )
