"""A Vega-Lite specification as a tree of JSON: which columns it draws, what it leaves out, how it is filled."""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final, TypeAlias

Row: TypeAlias = Mapping[str, str | int | float | None]

_DATE: Final = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
NOT_IN_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DROPPING: Final = ("filter", "sample", "clip")


def _views(node: object) -> Iterator[dict[str, Any]]:
    """Every object of a specification that draws the rows; one with data of its own draws those."""
    if isinstance(node, dict):
        yield node
        for key, child in node.items():
            if key not in {"usermeta", "data", "config"} and not (isinstance(child, dict) and "data" in child):
                yield from _views(child)
    elif isinstance(node, list):
        for child in node:
            if not (isinstance(child, dict) and "data" in child):
                yield from _views(child)


def _channels(specification: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every channel that draws a column of the query; columns that the specification computes are none."""
    computed = {name for view in _views(dict(specification)) for name in _computed(view)}
    for view in _views(dict(specification)):
        if isinstance(view.get("field"), str) and "op" not in view and view["field"] not in computed:
            yield view


def _computed(view: Mapping[str, Any]) -> Iterator[str]:
    names = view.get("as", ())
    yield from [names] if isinstance(names, str) else [name for name in names if isinstance(name, str)]


def fields(specification: Mapping[str, Any]) -> set[str]:
    """The columns that a specification draws."""
    return {channel["field"] for channel in _channels(specification)}


def dropping(specification: Mapping[str, Any]) -> list[str]:
    """The words of a specification that leave rows out."""
    return sorted({word for view in _views(dict(specification)) for word in _DROPPING if view.get(word)})


def lost(specification: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, list[int]]:
    """The rows that a picture would not show, by the column that hides them: their numbers, from 1.

    Vega draws nothing for a missing value, a text on an axis of numbers or dates, and what is not positive on a
    logarithmic one.
    """
    hidden: dict[str, list[int]] = {}
    for channel in _channels(specification):
        wrong = [number for number, row in enumerate(rows, 1) if not _shows(channel, row.get(channel["field"]))]
        if wrong:
            hidden.setdefault(channel["field"], wrong)
    return hidden


def _shows(channel: Mapping[str, Any], value: object) -> bool:
    if value is None:
        return False
    scale = channel.get("scale")
    if isinstance(scale, dict) and scale.get("type") == "log":
        return isinstance(value, int | float) and value > 0
    if channel.get("type") == "quantitative":
        return isinstance(value, int | float)
    return channel.get("type") != "temporal" or bool(_DATE.match(str(value)))


def _in_xml(value: str | int | float | None) -> str | int | float | None:
    """A value that an SVG can have: no control characters (XML §2.2)."""
    return NOT_IN_XML.sub("\ufffd", value) if isinstance(value, str) else value


def filled(
    specification: Mapping[str, Any], rows: Sequence[Row], labels: Mapping[str, str], config: Mapping[str, Any]
) -> dict[str, Any]:
    """A specification with its rows, and with labels in the place of the names of columns.

    Args:
        specification: as declared.
        rows: of the query.
        labels: of the columns, in the language of the picture.
        config: how charts look.
    """
    whole: dict[str, Any] = deepcopy({**specification})
    for channel in _channels(whole):
        channel.setdefault("title", labels.get(channel["field"], channel["field"]))
        if channel.get("type") == "temporal":  # the time zone of the machine draws nothing
            channel["scale"] = {**(channel.get("scale") or {}), "type": "utc"}
    own = whole.get("config")
    whole["config"] = {**config, **(own if isinstance(own, dict) else {})}
    whole["data"] = {"values": [{name: _in_xml(value) for name, value in row.items()} for row in rows]}
    whole.pop("usermeta", None)
    return whole
