"""The history of a thing for people: of a figure, also what it was at each time."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import InvalidOperation
from typing import Final

import pyoxigraph as ox

from ...rdf.statements import text_of
from ...vocab import ATMPGRAPH, SDMX
from ..core.context import Context
from ..core.description import Description
from ..core.i18n import page_texts
from ..core.labels import Name, page_names
from ..core.phrases import measured, phrase
from ..core.thing_history import ThingHistory, thing_history

_VALUE: Final = f"{SDMX}measure#obsValue"
_UNIT: Final = f"{SDMX}attribute#unitMeasure"
_QUALIFIER: Final = f"{ATMPGRAPH}valueQualifier"


_READ: Final = frozenset(f"<{predicate}>".encode() for predicate in (_VALUE, _UNIT, _QUALIFIER))


def figure_names(history: ThingHistory) -> Iterator[str]:
    """The units and exactness of a figure, which need a name."""
    for change in history.changes:
        stated = _stated(change.now)
        yield from (stated[predicate] for predicate in (_UNIT, _QUALIFIER) if predicate in stated)


def readings(history: ThingHistory, names: Mapping[str, Name]) -> list[str]:
    """What a figure was after each change, in one phrase; empty for other things."""
    return [_reading(_stated(change.now), names) for change in history.changes]


def earlier_readings(context: Context, described: Description) -> list[tuple[str, str, str]]:
    """What a figure was in releases before, the newest first: date, reading, and digest of the release; none where it
    was never anything else, and for what is no figure, or shown as it was.
    """
    if context.links_stay or all(quad.predicate.value != _VALUE for quad in described.quads):
        return []
    history = thing_history(context, described.topic, newest=True)
    phrases = readings(history, page_names(context, figure_names(history)))
    different = list[tuple[str, str, str]]()
    for change, reading in zip(history.changes, phrases, strict=True):
        if reading and different and different[-1][1] == reading:
            different.pop()  # it was that already
        if reading:
            different.append((change.switch.date, reading, change.switch.digest))
    return different if len(different) > 1 else []


def _reading(stated: Mapping[str, str], names: Mapping[str, Name]) -> str:
    if not {_VALUE, _UNIT, _QUALIFIER} <= stated.keys():
        return ""
    unit, qualifier = stated[_UNIT], stated[_QUALIFIER]
    try:
        number = measured(page_texts(), stated[_VALUE], unit, names[unit].text)
    except InvalidOperation:
        number = stated[_VALUE]
    return phrase(page_texts(), number, qualifier, names[qualifier].text)


def _stated(lines: Iterable[bytes]) -> dict[str, str]:
    few = sorted(line for line in lines if line.split(b" ", 2)[1] in _READ)
    quads = ox.parse(b"\n".join(few), format=ox.RdfFormat.N_QUADS)
    return {quad.predicate.value: text_of(quad.object) for quad in quads if isinstance(quad, ox.Quad)}
