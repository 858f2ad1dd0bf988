"""Figures for people: side by side what different sources say of the same thing, never merged, never rounded."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Indicator:
    """One indicator of one subject.

    Attributes:
        indicator: its IRI.
        claims: what the sources say, a row each; equal values stand together.
        disputed: no value is common to all sources.
    """

    indicator: str
    claims: list[Row]
    disputed: bool


@dataclass(frozen=True)
class Topic:
    """The figures about one subject."""

    subject: str
    indicators: list[Indicator]


def by_subject(rows: list[Row], first: str) -> list[Topic]:
    """Group rows by subject and indicator, in the order of the table; the subject `first` and its funding go first."""
    groups: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
    for row in sorted(rows, key=_position):
        groups[row["subject"].value, row["indicator"].value].setdefault(row["figure"].value, row)
    topics: dict[str, list[Indicator]] = defaultdict(list)
    for (subject, indicator), figures in groups.items():
        topics[subject].append(Indicator(indicator, list(figures.values()), disputed(list(figures.values()))))
    own = {row["subject"].value for row in rows if row["own"] is not None}
    order = sorted(topics, key=lambda subject: (subject != first, subject not in own))
    return [Topic(subject, topics[subject]) for subject in order]


def _position(row: Row) -> int:
    """The number of the row that the figure came from: its place in the table."""
    number = row["row"].value.rpartition("=")[2] if row["row"] is not None else ""
    return int(number) if number.isdecimal() else 0


def disputed(claims: list[Row]) -> bool:
    """Whether two sources differ: no value is stated by all that speak of the indicator in the same unit."""
    by_unit: dict[str, dict[str, set[Decimal]]] = defaultdict(lambda: defaultdict(set))
    for claim in claims:
        by_unit[claim["unit"].value][claim["source"].value].add(Decimal(claim["value"].value))
    return any(not set.intersection(*values.values()) for values in by_unit.values())
