"""The head of a response (RFC 9112): what it says of the content, and what is none."""

import pytest

from atmpgraph.http.response_head import END, BadResponseError, chunk_size, read_head


@pytest.mark.parametrize(
    ("lines", "framing"),
    [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5", (False, 5, True)),
        ("HTTP/1.1 200\r\ncontent-length:5,5\r\nContent-Length: 5", (False, 5, True)),
        ("HTTP/1.1 200 OK\nContent-Length: 5", (False, 5, True)),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: foo, Close", (False, 5, False)),
        ("HTTP/1.0 200 OK\r\nContent-Length: 5", (False, 5, False)),
        ("HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: Keep-Alive", (False, 5, True)),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked", (True, None, True)),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5", (True, None, False)),
        ("HTTP/1.1 200 OK", (False, None, False)),
        ("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked", (False, 0, True)),
    ],
)
def test_where_the_content_ends(lines: str, framing: tuple[bool, int | None, bool]) -> None:
    """RFC 9112 §6.3 and §9.3."""
    head = read_head(lines.encode())
    assert (head.chunked, head.length, head.persists) == framing


def test_a_field_has_each_of_its_values() -> None:
    head = read_head(
        "HTTP/1.1 401 Né\r\nWWW-Authenticate: \t Basic \r\nwww-authenticate: Digest a=\r\nX:".encode("latin-1")
    )
    assert (head.status, head.fields) == (401, {"www-authenticate": ["Basic", "Digest a="], "x": [""]})


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<html>",
        b"HTTP/2 200 OK",
        b"HTTP/1.1 20 OK",
        b"HTTP/1.1 2000 OK",
        b"HTTP/1.1 200 OK\r\nno field",
        b"HTTP/1.1 200 OK\r\nName : spaced",
        b"HTTP/1.1 200 OK\r\nName: folded\r\n on two lines",
        b"HTTP/1.1 200 OK\r\nName: with\ra return",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5e1",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked",
    ],
)
def test_what_may_be_read_in_two_ways_is_none(text: bytes) -> None:
    with pytest.raises(BadResponseError):
        read_head(text)


def test_the_end_of_a_head() -> None:
    assert END.search(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody")
    assert END.search(b"HTTP/1.1 200 OK\nA: b\n\nbody")
    assert not END.search(b"HTTP/1.1 200 OK\r\nA: b\r\n")


def test_the_size_of_a_chunk() -> None:
    assert [chunk_size(line) for line in (b"0\r\n", b"1a\r\n", b'FF ;name="value"\n', b"000010\r\n")] == [
        0,
        26,
        255,
        16,
    ]
    for line in (b"\r\n", b"-1\r\n", b"0x10\r\n", b"1_0\r\n", b" 5\r\n", b"5", b"f" * 20 + b"\r\n"):
        with pytest.raises(BadResponseError):
            chunk_size(line)
