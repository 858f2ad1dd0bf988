"""The table of candidates: what is proposed, and what a person decided, which stays as it is."""

import csv
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

from ..i18n import Texts, TranslatedError, message
from ..spreadsheets import as_text
from .matching import Match, Organisation
from .records import ADDRESS

TABLE: Final = "link-candidates.csv"
COLUMNS: Final = (
    "organisation",
    "scheme",
    "value",
    "same_as",
    "page",
    "name",
    "score",
    "reasons",
    "accepted",
    "rejected",
)
_DECIDED: Final = ("accepted", "rejected")
_NOT_PLAIN: Final = message(
    "{file}: candidates are written into plain CSV alone (commas, UTF-8, with the columns {columns}); save it as such"
)
Row = dict[str, str]


@dataclass(frozen=True)
class Candidates:
    """The table after a run.

    Attributes:
        columns: of it, in its order.
        rows: all of them.
        new: those that were not there.
        decisions: those that a person decided.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    new: int
    decisions: int

    def content(self) -> str:
        """The table as CSV."""
        out = StringIO()
        writer = csv.DictWriter(out, self.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return out.getvalue()


def read_table(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    """The columns and the rows of a table; none where there is no file yet.

    Raises:
        TranslatedError: it is not plain CSV.
    """
    if not path.exists():
        return COLUMNS, []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            rows = list(reader)
    except (UnicodeDecodeError, csv.Error):
        rows, reader = [], None
    columns = tuple(reader.fieldnames or ()) if reader else ()
    if not set(COLUMNS) <= set(columns) or any(None in row or None in row.values() for row in rows):
        raise TranslatedError(_NOT_PLAIN, file=str(path), columns=", ".join(COLUMNS))
    return columns, rows


def with_candidates(
    columns: Sequence[str],
    before: Iterable[Row],
    matches: Iterable[tuple[Organisation, Match]],
    things: Container[str],
    words: Texts,
) -> Candidates:
    """A table with new candidates: what is decided stays, and so does what stands open and is of another registry.

    Args:
        columns: of the table.
        before: its rows.
        matches: the candidates of one file.
        things: the codes of the registries whose addresses may be owl:sameAs; those of others are pages.
        words: the language of the reasons.
    """
    old, proposed = list(before), [_row(ours, match, things, words) for ours, match in matches]
    decided = {_key(row) for row in old if is_decided(row)}
    settled = {(row["organisation"], row["scheme"]) for row in old if row["accepted"] and row["scheme"]}
    open_rows = {_key(row): row for row in old if not is_decided(row)}
    registries = {row["scheme"] for row in proposed}
    wanted = [
        {**dict.fromkeys(columns, ""), **open_rows.get(_key(row), {}), **row}
        for row in proposed
        if _key(row) not in decided and (row["organisation"], row["scheme"]) not in settled
    ]
    staying = [row for row in old if is_decided(row) or row["scheme"] not in registries]
    rows = sorted([*staying, *wanted], key=lambda row: (row["organisation"], row["scheme"], -_score(row), row["value"]))
    new = sum(_key(row) not in open_rows for row in wanted)
    return Candidates(tuple(columns), tuple(rows), new, len(decided))


def is_decided(row: Row) -> bool:
    """Whether a person accepted or rejected a candidate."""
    return any(row[column].strip() for column in _DECIDED)


def _key(row: Row) -> tuple[str, str, str]:
    return row["organisation"], row["scheme"], row["value"]


def _score(row: Row) -> int:
    return int(row["score"]) if row["score"].isascii() and row["score"].isdecimal() else 0


def _row(ours: Organisation, match: Match, things: Container[str], words: Texts) -> Row:
    record = match.record
    address = next(
        (value for scheme, value in record.identifiers if scheme == ADDRESS and value.rstrip("/").endswith(record.key)),
        "",
    )
    reasons = "; ".join(words.gettext(reason, value=value) for reason, value in match.reasons)
    return {
        "organisation": ours.slug,
        "scheme": record.scheme,
        "value": record.key,
        "same_as": address if record.scheme in things else "",
        "page": "" if record.scheme in things else address,
        "name": as_text(record.names[0]),
        "score": str(match.score),
        "reasons": as_text(reasons),
        "accepted": "",
        "rejected": "",
    }
