"""What was found and measured of a release, as RDF: a validation report (SHACL §3.6) and measurements (W3C DQV).

Everything has an IRI in the document. A result path that is not one property could only be a blank node; it is left
out, and `sh:sourceShape` leads to it.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from ..catalogue.facts import WHOLE
from ..vocab import DCT, PROV, RDF, RDFS, XSD
from .links import UNASKED, Links
from .measures import Measure
from .shapes_document import SH

DQV: Final = "http://www.w3.org/ns/dqv#"
NAMESPACE: Final = "quality#"  # of the metrics, relative to the base
_SEVERITIES: Final = {"violation": "Violation", "warning": "Warning", "info": "Info"}
Value: TypeAlias = ox.NamedNode | ox.Literal


@cache
def metrics(base: str) -> tuple[ox.Quad, ...]:
    """The metrics, with names in four languages."""
    path = str(Path(__file__).parent / "metrics.ttl")
    return tuple(ox.parse(path=path, format=ox.RdfFormat.TURTLE, base_iri=base))


def mqa_measures(score: Mapping[str, Any] | None, base: str) -> dict[Measure, tuple[str, ...]]:
    """The metadata score, the total first, then each dimension and metric; with the things that miss it."""
    if not score:
        return {}
    on = f"{base}id/catalogue"
    dimensions = list(dict.fromkeys(metric["dimension"] for metric in score["metrics"]))
    found: dict[Measure, tuple[str, ...]] = {Measure("mqa", score["points"], score["of"], on): ()}
    for name in dimensions:
        of_it = [metric for metric in score["metrics"] if metric["dimension"] == name]
        points = round(sum(metric["points"] for metric in of_it), 1)
        found[Measure(f"mqa-{name}", points, sum(metric["of"] for metric in of_it), on)] = ()
    for metric in score["metrics"]:
        fragment = f"mqa-{metric['name'].lower().replace(' ', '-')}"
        found[Measure(fragment, metric["points"], metric["of"], on)] = tuple(metric["missing"])
    return found


class Document:
    """The statements of one report."""

    def __init__(self, iri: str, base: str) -> None:
        """Start without any.

        Args:
            iri: of the document; what it describes has fragments of it.
            base: of the publication.
        """
        self.iri, self._base, self._whole = iri, base, f"{base}id/dataset/{WHOLE}"
        self.quads: list[ox.Quad] = []

    def _say(self, subject: str, **values: Value | str | None) -> None:
        """State values by short name of their property; text is the IRI of something."""
        for name, value in values.items():
            if value is not None:
                term = ox.NamedNode(value) if isinstance(value, str) else value
                self.quads.append(ox.Quad(ox.NamedNode(subject), ox.NamedNode(_PROPERTIES[name]), term))

    def report(self, findings: Iterable[Mapping[str, Any]], release: str, created: str) -> None:
        """The validation report: its results in their order; it conforms when it has none (SHACL §3.6.1.1)."""
        iri, known = f"{self.iri}#report", list(findings)
        self._say(self.iri, topic=iri)
        self._say(iri, type=f"{SH}ValidationReport", conforms=_boolean(not known), of=release, made=_date(created))
        for number, finding in enumerate(known, 1):
            self._say(iri, result=f"{self.iri}#result-{number}")
            self._result(f"{self.iri}#result-{number}", finding)

    def _result(self, iri: str, finding: Mapping[str, Any]) -> None:
        rows = list(self._rows(finding))
        known = {name: finding.get(name) for name in ("path", "shape", "constraint")}
        self._say(
            iri,
            type=f"{SH}ValidationResult",
            node=finding.get("node") or next(iter(rows), self._whole),
            severity=SH + _SEVERITIES[finding["severity"]],
            component=finding.get("component") or f"{self._base}{NAMESPACE}{finding['check']}",
            value=_term(finding),
            **{name: value for name, value in known.items() if value and ":" in value},  # a nameless shape has no IRI
        )
        for tag, text in finding["message"].items():
            self._say(iri, message=ox.Literal(text, language=tag))
        for row in rows:
            self._say(iri, source=row)

    def _rows(self, finding: Mapping[str, Any]) -> Iterator[str]:
        """The rows that a finding comes from (RFC 7111)."""
        for place in finding.get("places", ()):
            row = f"#row={place['row']}" if "row" in place else ""
            yield f"{self._base}doc/table/{place['file']}{row}"

    def measurements(self, measures: Iterable[Measure], created: str) -> None:
        """What was measured: a share or points where there is a whole, else a count."""
        for measure in measures:
            self.measurement(measure, {}, created)

    def measurement(self, measure: Measure, missing: Iterable[str], created: str) -> None:
        """One measurement; `rdfs:seeAlso` leads to the things that miss it."""
        on = measure.on or self._whole
        points = measure.metric.startswith("mqa")
        which = "" if points or not measure.on else f"-{sha256(f'{on} {measure.of}'.encode()).hexdigest()[:8]}"
        iri = f"{self.iri}#{measure.metric}{which}"
        value = measure.value if points or not measure.of else measure.share
        self._say(
            iri,
            type=f"{DQV}QualityMeasurement",
            metric=f"{self._base}{NAMESPACE}{measure.metric}",
            on=on,
            measured=_number(value, whole=not measure.of),
            made=_date(created),
            words=ox.Literal(f"{measure.value:g} / {measure.of}") if measure.of else None,
        )
        for thing in missing:
            self._say(iri, missed_by=thing)

    def links(self, found: Links, created: str) -> None:
        """What asking the links found; how many were not asked is told by how many were."""
        asked = [link for link in found.links if link.outcome != UNASKED]
        self.measurement(Measure("links-checked", len(asked), len(found.links)), (), found.checked or created)
        if asked:
            answering = sum(link.answers for link in asked)
            self.measurement(Measure("links-answering", answering, len(asked)), (), found.checked)
        for link in asked:
            iri = f"{self.iri}#link-{sha256(link.url.encode()).hexdigest()[:16]}"
            self._say(
                iri,
                type=f"{DQV}QualityMeasurement",
                metric=f"{self._base}{NAMESPACE}link-answers",
                on=link.url,
                measured=_boolean(link.answers),
                made=_date(found.checked),
                outcome=f"{self._base}{NAMESPACE}{link.outcome}",
                words=ox.Literal(link.problem or str(link.status)),
                leads=link.leads or None,
            )
            for thing in link.things:
                self._say(iri, missed_by=thing)


_PROPERTIES: Final = {
    "type": RDF + "type",
    "topic": "http://xmlns.com/foaf/0.1/primaryTopic",
    "conforms": SH + "conforms",
    "result": SH + "result",
    "node": SH + "focusNode",
    "path": SH + "resultPath",
    "value": SH + "value",
    "shape": SH + "sourceShape",
    "constraint": SH + "sourceConstraint",
    "component": SH + "sourceConstraintComponent",
    "severity": SH + "resultSeverity",
    "message": SH + "resultMessage",
    "source": DCT + "source",
    "of": PROV + "wasDerivedFrom",
    "made": PROV + "generatedAtTime",
    "metric": DQV + "isMeasurementOf",
    "on": DQV + "computedOn",
    "measured": DQV + "value",
    "missed_by": RDFS + "seeAlso",
    "outcome": DCT + "type",
    "words": DCT + "description",
    "leads": DCT + "isReplacedBy",
}


def _term(finding: Mapping[str, Any]) -> Value | None:
    """The value at fault, as it stands in the graph."""
    if "term" in finding:
        [quad] = ox.parse(f"<urn:s> <urn:p> {finding['term']} .", format=ox.RdfFormat.N_TRIPLES)
        return quad.object if isinstance(quad.object, ox.NamedNode | ox.Literal) else None
    return ox.Literal(finding["value"]) if finding.get("value") and finding["check"] != "shape" else None


def _boolean(value: bool) -> ox.Literal:
    return ox.Literal("true" if value else "false", datatype=ox.NamedNode(f"{XSD}boolean"))


def _date(value: str) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(f"{XSD}dateTime"))


def _number(value: float, *, whole: bool) -> ox.Literal:
    """A number in canonical form (XSD 1.1)."""
    kind = "integer" if whole else "decimal"
    return ox.Literal(f"{value:.0f}" if whole else f"{round(value, 4):g}", datatype=ox.NamedNode(XSD + kind))
