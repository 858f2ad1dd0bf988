"""One line of a log, as text (logfmt) or JSON: safe to show on any terminal, whatever was in its fields.

Every string from outside is escaped as in JSON, and whatever is not printable ASCII with it: control characters, escape
sequences of terminals, line separators of Unicode, marks that reorder text, lone surrogates. So no field can end its
line or look like another field, and a character is a byte.
"""

import re
import time
from collections.abc import Mapping
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from typing import Final, Literal, TypeAlias

Value: TypeAlias = str | int | float | bool | None
LogFormat: TypeAlias = Literal["text", "json"]

_BARE: Final = re.compile(r"[A-Za-z0-9_./:+-]+")
_CUT: Final = "..."


def timestamp(seconds: float) -> str:
    """A time in UTC with milliseconds (RFC 3339 §5.6)."""
    whole = int(seconds)
    return f"{_to_the_second(whole)}.{int((seconds - whole) * 1000):03d}Z"


@lru_cache(8)
def _to_the_second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def escaped(text: str) -> str:
    """A string as in JSON, with its quotation marks, in printable ASCII."""
    return encode_basestring_ascii(text).replace("\x7f", "\\u007f")


def line(fields: Mapping[str, Value], form: LogFormat, most: int) -> bytes:
    """A line of fields in their order; those that are None are left out.

    The first three of a text are its time, level and event, without their names.

    Args:
        fields: by name, in ASCII.
        form: of the line.
        most: characters of the line; the longest strings are cut until it fits.
    """
    render = _json if form == "json" else _text
    content = render(fields)
    if len(content) > most:
        values = {name: value for name, value in fields.items() if value is not None}
        while len(content) > most and (name := _longest(values)):
            text = str(values[name]).removesuffix(_CUT)
            values[name] = text[: len(text) * 3 // 4] + _CUT
            content = render(values)
    return content.encode("ascii", "replace")


def _longest(values: Mapping[str, Value]) -> str:
    """The name of the longest string that can still be cut; empty when there is none."""
    lengths = {name: len(value) for name, value in values.items() if isinstance(value, str) and len(value) > len(_CUT)}
    return max(lengths, key=lengths.__getitem__, default="")


def _json(fields: Mapping[str, Value]) -> str:
    members = (f'"{name}":{_json_value(value)}' for name, value in fields.items() if value is not None)
    return "{" + ",".join(members) + "}"


def _json_value(value: Value) -> str:
    return escaped(value) if isinstance(value, str) else _plain(value)


def _plain(value: int | float | bool | None) -> str:
    """A number or truth value as JSON has it."""
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _text(fields: Mapping[str, Value]) -> str:
    parts = [
        str(value) if name in _POSITIONAL else f"{name}={_text_value(value)}"
        for name, value in fields.items()
        if value is not None
    ]
    return " ".join(parts)


_POSITIONAL: Final = frozenset({"time", "level", "event"})


def _text_value(value: Value) -> str:
    if isinstance(value, str):
        return value if _BARE.fullmatch(value) else escaped(value)
    return _plain(value)
