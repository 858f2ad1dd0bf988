"""Figures for people: what the sources state, side by side, never merged, never rounded."""

from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Indicator:
    """One indicator of one subject.

    Attributes:
        indicator: its IRI.
        claims: a row for each source, equal values together.
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


def by_subject(rows: list[Row], own: Set[str], first: str) -> list[Topic]:
    """Rows by subject and indicator, in the order of the table; the subject `first` and its `own` stand first."""
    groups: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
    for row in sorted(rows, key=_position):
        groups[row["subject"].value, row["indicator"].value].setdefault(row["figure"].value, row)
    topics: dict[str, list[Indicator]] = defaultdict(list)
    for (subject, indicator), figures in groups.items():
        claims = list(figures.values())
        topics[subject].append(Indicator(indicator, claims, disputed(claims)))
    order = sorted(topics, key=lambda subject: (subject != first, subject not in own))
    return [Topic(subject, topics[subject]) for subject in order]


def _position(row: Row) -> tuple[int, str]:
    """The number of the figure's row in its table, and its IRI."""
    number = row["row"].value.rpartition("=")[2] if row["row"] is not None else ""
    return int(number) if number.isdecimal() else 0, row["figure"].value


def disputed(claims: list[Row]) -> bool:
    """Whether sources differ: no value is common to all that state the indicator in the same unit."""
    by_unit: dict[str, dict[str, set[Decimal]]] = defaultdict(lambda: defaultdict(set))
    for claim in claims:
        by_unit[claim["unit"].value][claim["source"].value].add(Decimal(claim["value"].value))
    return any(not set.intersection(*values.values()) for values in by_unit.values())
