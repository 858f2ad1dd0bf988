"""Findings: one kind of record for the checks of tables, mapping, queries and shapes, so all reports read alike."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from io import StringIO
from itertools import islice
from typing import Any, Final, Self

from .errors import AtmpgraphError
from .i18n import SOURCE, Texts, counted, message, texts
from .languages import ranges
from .spreadsheets import as_text


class Severity(StrEnum):
    """A violation stops a build; a warning and an info do not (SHACL §2.1.4)."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"


_SEVERITY: Final = {
    Severity.VIOLATION: message("violation"),
    Severity.WARNING: message("warning"),
    Severity.INFO: message("remark"),
}
_SEVERITIES: Final = {
    Severity.VIOLATION: counted("{n} violation", "{n} violations"),
    Severity.WARNING: counted("{n} warning", "{n} warnings"),
    Severity.INFO: counted("{n} remark", "{n} remarks"),
}
HEADER: Final = ("severity", "file", "row", "column", "value", "message", "node", "rule")
# Of findings of one kind, how many are listed; and what differs in their messages.
_FIRST: Final = 3
_VALUES: Final = re.compile(r"\d+|'[^']*'|\"[^\"]*\"|`[^`]*`|“[^”]*”|<[^>]*>")
# What a report counts.
_COUNTED: Final = {
    "tables": message("tables"),
    "rows": message("rows"),
    "statements": message("statements"),
    "graphs": message("graphs"),
}


@dataclass(frozen=True, order=True)
class Place:
    """Where in the files: `row` counts from 1, the header included (RFC 7111 §2.1), as a spreadsheet does."""

    file: str
    row: int | None = None
    column: str | None = None

    def text(self, words: Texts) -> str:
        """The place in words."""
        row = "" if self.row is None else str(self.row)
        if not self.column:
            return words.gettext("{table}, row {row}", table=self.file, row=row) if row else self.file
        if not row:
            return words.gettext("{table}, column {column}", table=self.file, column=self.column)
        return words.gettext("{table}, row {row}, column {column}", table=self.file, row=row, column=self.column)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or could be better.

    Attributes:
        check: `table`, `mapping`, `query`, `chart` or `shape`.
        message: the error and the expectation, by language tag; always in English too.
        places: the rows it comes from, the most specific first.
        value: the value at fault, as it stands in the table or the graph.
        node, path, shape: for shapes, the focus node, the result path and the source shape (SHACL §3.6.2).
        term: the value as a term of N-Triples, which distinguishes an IRI from text.
        rule: of a warning about a table, `rule/type/slug` by which it is acknowledged.
        component, constraint: the constraint component, and the SPARQL constraint where it is one (SHACL §5.3.2).
    """

    check: str
    severity: Severity
    message: Mapping[str, str]
    places: tuple[Place, ...] = ()
    value: str | None = None
    node: str | None = None
    path: str | None = None
    shape: str | None = None
    term: str | None = None
    component: str | None = None
    constraint: str | None = None
    rule: str | None = None

    def order(self) -> tuple[int, list[tuple[str, int, str]], str, str]:
        """The key that sorts a report: violations first, then by place."""
        places = [(place.file, place.row or 0, place.column or "") for place in self.places]
        return list(Severity).index(self.severity), places, self.node or "", self.path or ""

    def text(self, language: str) -> str:
        """The finding on one line, in `language` where there is a text in it, else in English."""
        words = texts(language)
        parts = [
            words.gettext(_SEVERITY[self.severity]),
            "; ".join(place.text(words) for place in self.places) or self.node or "",
            self.sentence(language),
        ]
        return words.colon.join(parts) + self._details(words)

    def short(self, language: str) -> str:
        """Place and value alone, for a list below the message."""
        words = texts(language)
        place = "; ".join(place.text(words) for place in self.places) or self.node or ""
        return place + self._details(words, rule=False)

    def _details(self, words: Texts, *, rule: bool = True) -> str:
        details = [words.gettext("value {value}", value=repr(self.value))] if self.value is not None else []
        if self.node is not None and (rule or self.places):
            details.append(words.gettext("node {iri}", iri=f"<{self.node}>"))
        if rule and (shape := self.constraint or self.shape):
            details.append(words.gettext("shape {iri}", iri=f"<{shape}>"))
        return f" [{', '.join(details)}]" if details else ""

    def cells(self, language: str) -> list[str]:
        """The finding as a row for a spreadsheet, below `HEADER`."""
        place = self.places[0] if self.places else Place("")
        row = "" if place.row is None else str(place.row)
        rule = self.constraint or self.shape or self.rule or ""
        where = [self.severity.value, place.file, row, place.column or "", self.value or ""]
        return [*where, self.sentence(language), self.node or "", rule]

    def sentence(self, language: str) -> str:
        """The message in `language` where there is one, else in English."""
        return next(self.message[tag] for tag in (*ranges(language), SOURCE) if tag in self.message)

    @property
    def kind(self) -> tuple[str, ...]:
        """What findings of one kind share: the message but for its numbers and quoted values, the rule, the column."""
        column = (self.places[0].file, self.places[0].column or "") if self.places else ("", "")
        rule = self.constraint or self.shape or self.rule or ""
        return self.severity.value, self.check, rule, *column, _VALUES.sub("…", self.message.get(SOURCE, ""))

    def as_json(self) -> dict[str, Any]:
        """The finding as JSON; empty members are left out."""
        places = [{k: v for k, v in vars(place).items() if v is not None} for place in self.places]
        record = {**vars(self), "severity": self.severity.value, "message": dict(self.message), "places": places}
        return {key: value for key, value in record.items() if value}


@dataclass(frozen=True)
class Listed:
    """The findings of a kind that a report lists, and by severity how many more there are: people read no million."""

    findings: tuple[Finding, ...] = ()
    more: Mapping[Severity, int] = field(default_factory=dict)

    @classmethod
    def first(cls, findings: Iterable[Finding], limit: int) -> Self:
        """The first ones; the others are counted as they come, and not held.

        Args:
            findings: of one kind.
            limit: how many of them are listed: `[build] max_listed_findings`.
        """
        iterator = iter(findings)
        listed = tuple(islice(iterator, limit))
        return cls(listed, Counter(finding.severity for finding in iterator))

    def __add__(self, other: "Listed") -> "Listed":
        """Those of both kinds."""
        more = Counter(self.more)
        more.update(other.more)
        return Listed((*self.findings, *other.findings), more)


@dataclass(frozen=True)
class Report:
    """The findings of a check, and the counts of what it checked.

    Attributes:
        findings: those that are listed.
        counts: of what was checked.
        more: by severity, how many findings there are beside those that are listed.
    """

    findings: tuple[Finding, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    more: Mapping[Severity, int] = field(default_factory=dict)

    def after(self, findings: Iterable[Finding]) -> Self:
        """The same, after some other findings."""
        return replace(self, findings=(*findings, *self.findings))

    def of(self, severity: Severity) -> list[Finding]:
        """The listed findings of one severity."""
        return [finding for finding in self.findings if finding.severity is severity]

    def total(self, severity: Severity) -> int:
        """How many findings of a severity there are, listed or not."""
        return len(self.of(severity)) + self.more.get(severity, 0)

    @property
    def conforms(self) -> bool:
        """Whether nothing forbids a release."""
        return not self.total(Severity.VIOLATION)

    def as_json(self) -> dict[str, Any]:
        """The report as JSON; `unlisted` tells by severity how many findings there are beside those listed."""
        more = {severity.value: n for severity, n in self.more.items() if n}
        return {
            "conforms": self.conforms,
            "counts": dict(self.counts),
            **({"unlisted": more} if more else {}),
            "findings": [finding.as_json() for finding in self.findings],
        }

    def lines(self, language: str) -> Iterable[str]:
        """The report for people: each finding on a line, then the sum."""
        for finding in self.findings:
            yield finding.text(language)
        yield from self._sum(language)

    def grouped(self, language: str) -> Iterable[str]:
        """The report for people: findings of one kind together, the message, how many, the first places; the sum."""
        kinds: dict[tuple[str, ...], list[Finding]] = {}
        for finding in self.findings:
            kinds.setdefault(finding.kind, []).append(finding)
        words, cut = texts(language), False
        for alike in kinds.values():
            if len(alike) <= _FIRST:
                yield from (finding.text(language) for finding in alike)
                continue
            counted = words.ngettext(*_SEVERITIES[alike[0].severity], len(alike))
            if self.more.get(alike[0].severity):  # of which kind they are is not known
                counted = words.gettext("{counted} or more", counted=counted)
            yield f"{counted}{words.colon}{alike[0].sentence(language)}"
            yield from (f"  {finding.short(language)}" for finding in alike[:_FIRST])
            more = words.gettext("and {n} more", n=len(alike) - _FIRST)
            yield f"  {more}"
            cut = True
        if cut:
            yield words.gettext("--all lists each finding, --csv writes them for a spreadsheet")
        yield from self._sum(language)

    def csv(self, language: str) -> str:
        """The findings for a spreadsheet (RFC 4180), in the order of the report."""
        content = StringIO()
        writer = csv.writer(content)
        writer.writerow(HEADER)
        writer.writerows([as_text(cell) for cell in finding.cells(language)] for finding in self.findings)
        return content.getvalue()

    def _sum(self, language: str) -> Iterable[str]:
        words = texts(language)
        counts = ", ".join(
            f"{words.gettext(_COUNTED.get(what, what))}{words.colon}{words.number(n)}"
            for what, n in self.counts.items()
        )
        severities = ", ".join(
            words.ngettext(*_SEVERITIES[severity], self.total(severity))
            for severity in Severity
            if self.total(severity)
        )
        if any(self.more.values()):
            yield words.ngettext(
                "the first finding is listed; the others are only counted",
                "the first {n} findings are listed; the others are only counted",
                len(self.findings),
            )
        nothing = words.gettext("nothing to report")
        yield " – ".join(filter(None, (counts, severities or nothing)))


class ViolationError(AtmpgraphError):
    """The data have violations, which stop a check or a build; `report` lists them all."""

    def __init__(self, report: Report) -> None:
        """Refuse the data with a report."""
        super().__init__("the data have violations")
        self.report = report
