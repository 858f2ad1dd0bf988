"""The quality of a release as RDF: a validation report (SHACL §3.6) and measurements (W3C DQV).

Everything has an IRI in the document. A result path that is not one property could only be a blank node; it is left
out, and `sh:sourceShape` leads to it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from ..addresses import Addresses
from ..i18n import texts
from ..languages import PLACEHOLDER
from ..rdf.statements import Value, boolean, date, statement, text_of, typed
from ..release.manifest import Measure, Score
from ..vocab import DCT, DQV, FOAF, PROV, RDF, RDFS, SH
from .links import ANSWERING, UNASKED, CheckedLinks

_SEVERITIES: Final = {"violation": "Violation", "warning": "Warning", "info": "Info"}


@cache
def metrics(base: str, languages: tuple[str, ...]) -> tuple[ox.Quad, ...]:
    """The metrics with their names.

    Args:
        base: of the publication.
        languages: in which names are counted; `{language}` stands for each of them.
    """
    path, names = str(Path(__file__).parent / "metrics.ttl"), ox.NamedNode(Addresses(base).metric("names"))
    return tuple(
        each
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE, base_iri=base)
        for each in (_in_languages(quad, languages) if quad.subject == names else (quad,))
    )


def _in_languages(quad: ox.Quad, languages: Iterable[str]) -> Iterator[ox.Quad]:
    """What the metric of names says of each language."""
    for tag in languages:
        subject, stated = ox.NamedNode(f"{text_of(quad.subject)}-{tag}"), quad.object
        if isinstance(stated, ox.Literal) and stated.language:
            name = texts(stated.language).alternatives([tag])
            stated = ox.Literal(stated.value.replace(PLACEHOLDER, name), language=stated.language)
        yield ox.Quad(subject, quad.predicate, stated, quad.graph_name)


def mqa_measures(score: Score | None, base: str) -> dict[Measure, tuple[str, ...]]:
    """The metadata score, the total first, then each dimension and metric; with the things that miss it."""
    if not score:
        return {}
    on = Addresses(base).catalogue
    missing: dict[Measure, tuple[str, ...]] = {Measure("mqa", score.points, score.of, on): ()}
    for name in dict.fromkeys(metric.dimension for metric in score.metrics):
        dimension = Score(tuple(metric for metric in score.metrics if metric.dimension == name))
        missing[Measure(f"mqa-{name}", dimension.points, dimension.of, on)] = ()
    for metric in score.metrics:
        fragment = f"mqa-{metric.name.lower().replace(' ', '-')}"
        missing[Measure(fragment, metric.points, metric.of, on)] = metric.missing
    return missing


class Document:
    """The statements of one report."""

    def __init__(self, iri: str, base: str, has_table: Callable[[str], object]) -> None:
        """Start without statements.

        Args:
            iri: of the document; the things that it describes are fragments of it.
            base: of the publication.
            has_table: whether there is a table of a name; another file, such as a shape, has no address.
        """
        self._has_table = has_table
        self.iri, self._addresses, self._whole = iri, Addresses(base), Addresses(base).dataset()
        self.quads: list[ox.Quad] = []

    def _state(self, subject: str, **values: Value | None) -> None:
        """State values by the short name of their property; a plain `str` is an IRI."""
        for name, value in values.items():
            if value is not None:
                self.quads.append(statement(subject, _PROPERTIES[name], value))

    def report(self, findings: Iterable[Mapping[str, Any]], first: int, release: str, created: str, total: int) -> None:
        """The validation report: its results in their order; it conforms when it has none (SHACL §3.6.1.1).

        Args:
            findings: those that are listed.
            first: the place of the first among all, from 0.
            release: IRI of the release.
            created: its date.
            total: how many findings there are.
        """
        iri = f"{self.iri}#report"
        self._state(self.iri, topic=iri)
        self._state(iri, type=f"{SH}ValidationReport", conforms=boolean(not total), of=release, date=date(created))
        for number, finding in enumerate(findings, first + 1):
            self._state(iri, result=f"{self.iri}#result-{number}")
            self._result(f"{self.iri}#result-{number}", finding)

    def _result(self, iri: str, finding: Mapping[str, Any]) -> None:
        rows = list(self._rows(finding))
        named = {name: finding.get(name) for name in ("path", "shape", "constraint")}
        self._state(
            iri,
            type=f"{SH}ValidationResult",
            node=finding.get("node") or next(iter(rows), self._whole),
            severity=SH + _SEVERITIES[finding["severity"]],
            component=finding.get("component") or self._addresses.metric(finding["check"]),
            value=_term(finding),
            **{name: value for name, value in named.items() if value and ":" in value},  # a nameless shape has no IRI
        )
        for tag, text in finding["message"].items():
            self._state(iri, message=ox.Literal(text, language=tag))
        for row in rows:
            self._state(iri, source=row)

    def _rows(self, finding: Mapping[str, Any]) -> Iterator[str]:
        """The rows of tables that a finding comes from (RFC 7111)."""
        for place in finding.get("places", ()):
            if self._has_table(place["file"]):
                yield self._addresses.table(place["file"], place.get("row"))

    def measurements(self, measures: Iterable[Measure], created: str) -> None:
        """The measurements: a share or points where there is a whole, else a count."""
        for measure in measures:
            self.measurement(measure, {}, created)

    def measurement(self, measure: Measure, missing: Iterable[str], created: str) -> None:
        """One measurement; `rdfs:seeAlso` leads to the things that miss it."""
        on = measure.on or self._whole
        points = measure.metric.startswith("mqa")
        which = "" if points or not measure.on else f"-{sha256(f'{on} {measure.of}'.encode()).hexdigest()[:8]}"
        iri = f"{self.iri}#{measure.metric}{which}"
        value = measure.value if points or not measure.of else measure.share
        self._state(
            iri,
            type=f"{DQV}QualityMeasurement",
            metric=self._addresses.metric(measure.metric),
            on=on,
            measured=_number(value, whole=not measure.of),
            date=date(created),
            words=ox.Literal(f"{measure.value:g} / {measure.of}") if measure.of else None,
        )
        for thing in missing:
            self._state(iri, missed_by=thing)

    def links(self, check: CheckedLinks, part: tuple[int, int], created: str) -> None:
        """The results of a check of links; links that were not checked are counted, not listed.

        Args:
            check: all of them.
            part: those that are listed: the first, and the one after the last.
            created: the date of the release.
        """
        total = sum(check.counts.values())
        checked = total - check.counts.get(UNASKED, 0)
        self.measurement(Measure("links-checked", checked, total), (), check.checked or created)
        if checked:
            answering = sum(check.counts.get(outcome, 0) for outcome in ANSWERING)
            self.measurement(Measure("links-answering", answering, checked), (), check.checked)
        for link in check.shown(*part):
            if link.outcome == UNASKED:
                continue
            iri = f"{self.iri}#link-{sha256(link.url.encode()).hexdigest()[:16]}"
            self._state(
                iri,
                type=f"{DQV}QualityMeasurement",
                metric=self._addresses.metric("link-answers"),
                on=link.url,
                measured=boolean(link.answers),
                date=date(check.checked),
                outcome=self._addresses.metric(link.outcome),
                words=ox.Literal(link.problem or str(link.status)),
                leads=link.leads or None,
            )
            for thing in link.things:
                self._state(iri, missed_by=thing)


_PROPERTIES: Final = {
    "type": RDF + "type",
    "topic": FOAF + "primaryTopic",
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
    "date": PROV + "generatedAtTime",
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


def _number(value: float, *, whole: bool) -> ox.Literal:
    """A number in canonical form (XSD 1.1); a share is an xsd:decimal even when it is whole."""
    return typed(f"{value:.0f}", "integer") if whole else typed(f"{round(value, 4):g}", "decimal")
