"""The evidence of a row, by the kind of its source: the words of a text, or a record of a registry or a database.

A field `quotation` of the Data Package says `"evidence": "required"`, or `"advised"`, where the rows of its table are
statements of a source. The list of the kinds of sources says what of each is evidence (`auth/source-kind`).
In any table the words are those of the source of their row.
"""

import csv
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final

from ..addresses import CODES
from ..findings import Finding, Place, Severity
from ..i18n import every_language, message
from ..vocab import ATMPGRAPH, OA
from .code_lists import CodeLists
from .package import Package, Table

WORDS: Final = f"{OA}SpecificResource"
RECORD: Final = f"{ATMPGRAPH}Record"
_SOURCES: Final = "sources"
_QUOTATIONS: Final = "quotations"
_SEVERITIES: Final = {"required": Severity.VIOLATION, "advised": Severity.WARNING}
_NO_WORDS: Final = message(
    "no quotation, and the source {source} is a text: name the words of it that say so, from the table of quotations"
)
_NO_RECORD: Final = message(
    "the source {source} is a text, which has no records: quote its words, or correct the kind of the source"
)
_NO_QUOTATION: Final = message(
    "the source {source} is a registry or a database, without words to quote: name its record by the key, in “record”"
)
_OTHER_SOURCE: Final = message("the quotation {quotation} is of another source than {source}: correct one of the two")


def missing_evidence(package: Package, codes: CodeLists) -> Iterator[Finding]:
    """The rows whose evidence is missing, or is none of their source.

    Args:
        package: of the tables.
        codes: with the evidence of each kind of source.
    """
    evidence, quoted = _of_sources(package, codes), _of_quotations(package)
    for path, table in package.tables.items():
        severity = next(
            (_SEVERITIES.get(str(field.get("evidence"))) for field in package.fields(path) if "evidence" in field), None
        )
        with suppress(OSError, UnicodeDecodeError, csv.Error):  # the check of the table says it
            yield from _of_table(table, severity, evidence if severity else {}, quoted)


def _of_sources(package: Package, codes: CodeLists) -> dict[str, str]:
    """The evidence of each source, by its slug; a source of another kind has none."""
    by_kind = {kind: codes.evidence.get(iri) for kind, iri in codes.codes.get(f"{CODES}source-kind", {}).items()}
    of_sources: dict[str, str] = {}
    for table in package.tables.values():
        if table.name != _SOURCES:
            continue
        with suppress(OSError, UnicodeDecodeError, csv.Error):
            for row in _cells(table):
                if evidence := by_kind.get(row.get("kind", "")):
                    of_sources[row.get("slug", "")] = evidence
    return of_sources


def _of_quotations(package: Package) -> dict[str, str]:
    """The source of each quotation, by its slug."""
    of_quotations: dict[str, str] = {}
    for table in package.tables.values():
        if table.name == _QUOTATIONS:
            with suppress(OSError, UnicodeDecodeError, csv.Error):
                of_quotations |= {row.get("slug", ""): row.get("source", "") for row in _cells(table)}
    return of_quotations


def _of_table(
    table: Table, severity: Severity | None, evidence: Mapping[str, str], quotations: Mapping[str, str]
) -> Iterator[Finding]:
    columns = table.header()
    if "source" not in columns or "quotation" not in columns:
        return
    source, quotation = columns.index("source"), columns.index("quotation")
    record = columns.index("record") if "record" in columns else None
    for number, cells in table.rows():
        quoted, recorded = cells[quotation], "" if record is None else cells[record]
        kind = evidence.get(cells[source])
        if kind == WORDS and not quoted and severity:
            yield _finding(table, number, "quotation", severity, _NO_WORDS, cells[source])
        if kind == WORDS and recorded:
            yield _finding(table, number, "record", Severity.VIOLATION, _NO_RECORD, cells[source])
        if kind == RECORD and quoted:
            yield _finding(table, number, "quotation", Severity.VIOLATION, _NO_QUOTATION, cells[source])
        elif quoted and quotations.get(quoted, cells[source]) != cells[source]:
            yield _finding(table, number, "quotation", Severity.VIOLATION, _OTHER_SOURCE, cells[source], quoted)


def _cells(table: Table) -> Iterator[dict[str, str]]:
    columns = table.header()
    return (dict(zip(columns, cells, strict=False)) for _, cells in table.rows())


def _finding(
    table: Table, row: int, column: str, severity: Severity, sentence: str, source: str, quotation: str = ""
) -> Finding:
    place = Place(table.file, row, column)
    return Finding("table", severity, every_language(sentence, source=source, quotation=quotation), (place,))
