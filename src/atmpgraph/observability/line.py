"""One line of a log, as text (logfmt) or JSON: safe to show on any terminal, whatever was in its fields.

Every string from outside is escaped as in JSON, and whatever is not printable ASCII with it: control characters, escape
sequences of terminals, line separators of Unicode, marks that reorder text, lone surrogates. So no field can end its
line or look like another field, and a character is a byte.
"""

import re
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from json.encoder import JSONEncoder, encode_basestring_ascii
from typing import Final, Literal, TypeAlias

Value: TypeAlias = str | int | float | bool | None
LogFormat: TypeAlias = Literal["text", "json"]

_POSITIONAL: Final = frozenset({"time", "level", "event"})
_DEL, _ESCAPED_DEL = "\x7f", "\\u007f"
_ENCODE: Final = JSONEncoder(separators=(",", ":")).encode
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
    return encode_basestring_ascii(text).replace(_DEL, _ESCAPED_DEL)


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


def part(fields: Mapping[str, Value], form: LogFormat) -> str:
    """Some fields of a line, without what surrounds them all: what many lines have in common is rendered once."""
    return _json(fields)[1:-1] if form == "json" else _text(fields)


def joined(time: str, level: str, event: str, parts: Iterable[str], form: LogFormat) -> str:
    """The line of an event, none of whose three words has to be escaped, and of some parts."""
    if form == "json":
        return f'{{"time":"{time}","level":"{level}","event":"{event}",{",".join(filter(None, parts))}}}'
    return f"{time} {level} {event} {' '.join(filter(None, parts))}"


def _longest(values: Mapping[str, Value]) -> str:
    """The name of the longest string that can still be cut; empty when there is none."""
    lengths = {name: len(value) for name, value in values.items() if isinstance(value, str) and len(value) > len(_CUT)}
    return max(lengths, key=lengths.__getitem__, default="")


def _json(fields: Mapping[str, Value]) -> str:
    members = {name: value for name, value in fields.items() if value is not None}
    return _ENCODE(members).replace(_DEL, _ESCAPED_DEL)


def _text(fields: Mapping[str, Value]) -> str:
    parts = [
        _string(name, value) if isinstance(value, str) else _plain(name, value)
        for name, value in fields.items()
        if value is not None
    ]
    return " ".join(parts)


def _plain(name: str, value: float | None) -> str:
    """A number or truth value as JSON has it."""
    return f"{name}={str(value).lower() if isinstance(value, bool) else value}"


@lru_cache(2_048)  # what most requests have in common
def _string(name: str, value: str) -> str:
    if name in _POSITIONAL:
        return value
    return f"{name}={value if _BARE.fullmatch(value) else escaped(value)}"
