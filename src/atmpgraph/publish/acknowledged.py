"""Warnings that an editor stands by: the table `acknowledgements.csv` names rule and thing, and gives the reason."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..findings import Finding, Listed, Place, Severity
from ..i18n import SOURCE, every_language, message
from ..sources.package import Package

PATH: Final = "acknowledgements.csv"
_NEEDLESS: Final = message(
    "this rule warns of nothing about this thing, or only of what must be put right: remove the row"
)


@dataclass(frozen=True)
class _Row:
    """One acknowledgement.

    Attributes:
        number: of the row.
        rule: the name of a shape or constraint.
        thing: the end of the IRI of what it is about.
        reasons: by language.
    """

    number: int
    rule: str
    thing: str
    reasons: Mapping[str, str]

    def is_of(self, finding: Finding) -> bool:
        """Whether it is an answer to a finding."""
        names = {str(name).rpartition("#")[2] for name in (finding.shape, finding.constraint) if name}
        is_named = self.rule in names and (finding.node or "").endswith(self.thing)
        return finding.severity is Severity.WARNING and (is_named or finding.rule == f"{self.rule}{self.thing}")

    def answered(self, finding: Finding) -> Finding:
        """The finding as a remark, with the reason."""
        other = self.reasons.get(SOURCE) or next(iter(self.reasons.values()), "")
        texts = {tag: f"{text} – {self.reasons.get(tag, other)}" for tag, text in finding.message.items()}
        return replace(finding, severity=Severity.INFO, message=texts)


def acknowledged(listed: Listed, package: Package) -> Listed:
    """Findings, those that are acknowledged as remarks, and a warning for each row that answers none of them.

    A violation cannot be acknowledged. Where more warnings were found than are listed, a row may answer one of those.

    Args:
        listed: of the tables and the shapes.
        package: the tables.
    """
    rows = list(_rows(package))
    if not rows:
        return listed
    used, findings, more = set[int](), list[Finding](), Counter(listed.more)
    for finding in listed.findings:
        row = next((row for row in rows if row.is_of(finding)), None)
        findings.append(finding if row is None else row.answered(finding))
        used |= set() if row is None else {row.number}
    if not more[Severity.WARNING]:
        findings += [_needless(row) for row in rows if row.number not in used]
    return Listed(tuple(findings), more)


def _needless(row: _Row) -> Finding:
    return Finding("table", Severity.WARNING, every_language(_NEEDLESS), (Place(PATH, row.number, "rule"),), row.rule)


def _rows(package: Package) -> Iterator[_Row]:
    if PATH not in package.tables or package.is_absent(PATH):
        return
    table = package.tables[PATH]
    columns, reasons = table.header(), package.in_languages(PATH, "reason_{language}")
    for number, cells in table.rows():
        row = dict(zip(columns, cells, strict=False))
        texts = {language: row[column] for column, language in reasons.items() if row.get(column)}
        yield _Row(number, row["rule"], f"/{row['type']}/{row['slug']}", texts)
