"""Responses as they arrive (RFC 9112): what they say of the content, and what is none."""

import pytest

from atmpgraph.http.response_reader import BadResponseError, ResponseReader

OK = b"HTTP/1.1 200 OK\r\n"


def _read(text: bytes) -> ResponseReader:
    reader = ResponseReader()
    reader.feed(text)
    return reader


@pytest.mark.parametrize(
    ("text", "is_framed", "ended", "is_reusable"),
    [
        (OK + b"Content-Length: 5\r\n\r\nabcde", True, True, True),
        (OK + b"Content-Length: 5\r\n\r\nabcd", True, False, False),
        (OK + b"Content-Length: 5\r\nConnection: foo, Close\r\n\r\nabcde", True, True, False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nabcde", True, True, False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: Keep-Alive\r\n\r\nabcde", True, True, True),
        (OK + b"Transfer-Encoding: Chunked\r\n\r\n5\r\nabcde\r\n0\r\nField: after\r\n\r\n", True, True, True),
        (OK + b"\r\nabcde", False, False, False),
        (OK + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\nabcde", True, True, True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", True, True, True),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", True, True, True),
        (OK + b"Content-Length: 5\r\n\r\nabcde" + OK + b"Content-Length: 0\r\n\r\n", True, True, False),
        (OK + b"Content-Length: 5\r\n\r\nabcdef", True, True, False),
    ],
)
def test_where_the_content_ends(text: bytes, is_framed: bool, ended: bool, is_reusable: bool) -> None:
    """RFC 9112 §6.3 and §9.3; alike however it arrives."""
    slowly = ResponseReader()
    for at in range(len(text)):
        slowly.feed(text[at : at + 1])
    for reader in (_read(text), slowly):
        assert (reader.is_framed, reader.ended, reader.is_reusable) == (is_framed, ended, is_reusable)
        if reader.status == 200:
            assert reader.take(99) == (b"abcd" if text.endswith(b"abcd") else b"abcde")


def test_a_field_has_each_of_its_values() -> None:
    fields = "WWW-Authenticate: \t Basic \r\nwww-authenticate: Digest a=\r\nX:\r\n"
    reader = _read(f"HTTP/1.1 401 Né\r\n{fields}\r\n".encode("latin-1"))
    assert (reader.status, reader.fields) == (401, {"www-authenticate": ["Basic", "Digest a="], "x": [""]})


def test_responses_that_precede_the_one_that_counts_say_nothing() -> None:
    reader = _read(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: <a>\r\n\r\n")
    assert not reader.has_head
    reader.feed(OK + b"Content-Length: 0\r\n\r\n")
    assert (reader.status, reader.fields, reader.ended) == (200, {"content-length": ["0"]}, True)


def test_each_response_of_a_connection_is_read_by_itself() -> None:
    reader = _read(OK + b"A: b\r\nContent-Length: 1\r\n\r\nx")
    reader.begin()
    assert (reader.has_head, reader.fields, bytes(reader.content), reader.ended) == (False, {}, b"", False)
    reader.feed(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\ny")
    assert (reader.status, reader.fields, reader.missing) == (404, {"content-length": ["2"]}, 1)


@pytest.mark.parametrize(
    "text",
    [
        b"<html>",
        b"\x00\xff\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        OK + b"no field\r\n\r\n",
        OK + b"Name : spaced\r\n\r\n",
        OK + b"Name: folded\r\n on two lines\r\n\r\n",
        OK + b"Name: with\ra return\r\n\r\n",
        OK + b"Name: " + b"x" * 100_000,
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        OK + b"Content-Length: -5\r\n\r\n",
        OK + b"Content-Length: 5e1\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
        OK + b"Transfer-Encoding: gzip\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n0x10\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nmore than it says\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    ],
)
def test_what_may_be_read_in_two_ways_is_none(text: bytes) -> None:
    with pytest.raises(BadResponseError):
        _read(text)
