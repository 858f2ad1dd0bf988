"""Responses in HTTP/1.1 as they arrive, read by llhttp (`httptools`).

Whatever may be read in two ways is none (RFC 9112 §6.3, §11.2): the bytes after it would pass for the next response.
"""

from typing import Final

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

_LONGEST_HEAD: Final = 1 << 16  # bytes
_FINAL: Final = 200  # others precede the one that counts (RFC 9110 §15.2)
_WITHOUT_CONTENT: Final = frozenset({204, 304})


class BadResponseError(ValueError):
    """What came is no response in HTTP/1.1."""


class ResponseReader:
    """The responses of one connection, to any method but HEAD, one after the other.

    Attributes:
        status: the status code.
        fields: the values of each header field, by its name in lower case.
        content: what arrived of it and was not taken.
        missing: bytes of the content that did not arrive; None where the response does not tell.
        has_head, ended: whether the head, or all of it, arrived.
        is_framed: whether it tells where the content ends; otherwise that ends with the connection.
        is_reusable: whether the connection may be used again, once it ended.
    """

    def __init__(self) -> None:
        """Begin with the first response of a connection."""
        self._parser = HttpResponseParser(self)
        self.content = bytearray()
        self.begin()

    def begin(self) -> None:
        """Begin with the next one."""
        self.status, self.fields = 0, dict[str, list[str]]()
        self.missing: int | None = None
        self.has_head = self.ended = self.is_framed = self.is_reusable = False
        self._size, self._fault = 0, ""
        self.content.clear()

    def feed(self, piece: bytes) -> None:
        """Read what arrived.

        Raises:
            BadResponseError: it is no part of a response.
        """
        try:
            self._parser.feed_data(piece)
        except (HttpParserError, HttpParserUpgrade) as error:
            if not self.ended:
                raise BadResponseError(str(error)) from None
            self.is_reusable = False  # something follows that nobody requested
        self._size += len(piece)
        if not self.has_head and self._size > _LONGEST_HEAD:
            self._fault = f"> {_LONGEST_HEAD} B"
        if self._fault:
            raise BadResponseError(self._fault)

    def take(self, size: int) -> bytes:
        """The next bytes of the content, at most `size`."""
        taken = bytes(self.content[:size])
        del self.content[:size]
        return taken

    def on_message_begin(self) -> None:
        """A response begins."""
        if self.ended:
            self.is_reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the head; those after the content (RFC 9112 §7.1.2) say nothing here."""
        if not self.has_head:
            self.fields.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1").strip())

    def on_headers_complete(self) -> None:
        """The head is read."""
        if self.ended:
            return
        status = self._parser.get_status_code()
        if status < _FINAL:
            self.fields.clear()
            return
        self.status, self.has_head = status, True
        codings, lengths = self.fields.get("transfer-encoding"), self.fields.get("content-length")
        if codings and [coding.lower() for coding in codings] != ["chunked"]:
            self._fault = "Transfer-Encoding: " + ", ".join(codings)
        self.is_framed = bool(codings or lengths) or status in _WITHOUT_CONTENT
        if lengths:
            self.missing = int(lengths[0])

    def on_body(self, piece: bytes) -> None:
        """A piece of the content."""
        if not self.ended:
            self.content += piece
            self.missing = None if self.missing is None else self.missing - len(piece)

    def on_message_complete(self) -> None:
        """A response ends."""
        if self.has_head and not self.ended:
            self.ended, self.is_reusable = True, self._parser.should_keep_alive()
