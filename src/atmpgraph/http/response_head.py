"""The head of a response in HTTP/1.1 (RFC 9112 §2.1): its status, its fields, and where its content ends (§6.3).

Whatever may be read in two ways is refused: the bytes after it would pass for the next response.
"""

import re
from typing import Final, NamedTuple

END: Final = re.compile(rb"\r?\n\r?\n")  # of a head; a recipient takes a bare line feed too (§2.2)
_STATUS: Final = re.compile(r"HTTP/1\.([01]) ([1-9][0-9]{2})(?: .*)?")
_FIELD: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\x00]*?)[ \t]*")
_LENGTH: Final = re.compile(r"[0-9]{1,18}")
_CHUNK_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?\r?\n")
_WITHOUT_CONTENT: Final = frozenset({204, 304})


class BadResponseError(ValueError):
    """What came is no response in HTTP/1.1."""


class ResponseHead(NamedTuple):
    """A head.

    Attributes:
        status: its status code.
        fields: the values of each field, by its name in lower case.
        chunked: whether the content comes in chunks.
        length: of the content in bytes; None where that is in chunks, or ends with the connection.
        persists: whether the connection may be used again after the content.
    """

    status: int
    fields: dict[str, list[str]]
    chunked: bool
    length: int | None
    persists: bool


def read_head(text: bytes) -> ResponseHead:
    """Read a head without its last, empty line; of a response to any method but HEAD.

    Raises:
        BadResponseError: it is none.
    """
    start, *lines = text.decode("latin-1").replace("\r\n", "\n").split("\n")
    status_line = _STATUS.fullmatch(start)
    if not status_line:
        raise BadResponseError(start[:100])
    fields = dict[str, list[str]]()
    for line in lines:
        field = _FIELD.fullmatch(line)
        if not field:  # a line that continues another one, too (§5.2)
            raise BadResponseError(line[:100])
        fields.setdefault(field[1].lower(), []).append(field[2])
    status, tokens = int(status_line[2]), _tokens(fields, "connection")
    persists = "close" not in tokens if status_line[1] == "1" else "keep-alive" in tokens
    if status in _WITHOUT_CONTENT:
        return ResponseHead(status, fields, False, 0, persists)
    if codings := _tokens(fields, "transfer-encoding"):
        if codings != ["chunked"]:
            raise BadResponseError(" ".join(codings)[:100])
        return ResponseHead(status, fields, True, None, persists and "content-length" not in fields)
    if lengths := set(_tokens(fields, "content-length")):
        [length, *others] = lengths
        if others or not _LENGTH.fullmatch(length):
            raise BadResponseError(", ".join(sorted(lengths))[:100])
        return ResponseHead(status, fields, False, int(length), persists)
    return ResponseHead(status, fields, False, None, False)


def _tokens(fields: dict[str, list[str]], name: str) -> list[str]:
    """The members of a field that is a list, in lower case (RFC 9110 §5.6.1)."""
    if name not in fields:
        return []
    return [token for value in fields[name] for part in value.split(",") if (token := part.strip().lower())]


def chunk_size(line: bytes) -> int:
    """The bytes of the chunk that a line announces (RFC 9112 §7.1); 0 for the last one.

    Raises:
        BadResponseError: it announces none.
    """
    size = _CHUNK_SIZE.fullmatch(line)
    if not size:
        raise BadResponseError(repr(line[:100]))
    return int(size[1], 16)
