"""The rules of transport, as truth tables: preconditions, ranges, codings, forwarding, limits, paths."""

import gzip
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from atmpgraph.addresses import candidates, raw_path
from atmpgraph.http import cache_control
from atmpgraph.http import coding as codings
from atmpgraph.http.coding import choose_coding, encode, encoded_file, packed
from atmpgraph.http.conditional import Validators, byte_range, has_tag, precondition
from atmpgraph.http.forwarded import Origin, forwarded
from atmpgraph.http.problem import ProblemError
from atmpgraph.http.request_limits import refusal

NOW = "Sun, 22 Nov 2026 12:00:00 GMT"
BEFORE, AFTER = "Sun, 22 Nov 2026 11:59:59 GMT", "Sun, 22 Nov 2026 12:00:01 GMT"
STRONG = Validators("abc", datetime(2026, 11, 22, 12, tzinfo=UTC))
WEAK = Validators("abc", STRONG.modified, weak=True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, None),
        # If-None-Match: weak comparison, lists, any
        ({"If-None-Match": '"abc"'}, 304),
        ({"If-None-Match": 'W/"abc"'}, 304),
        ({"If-None-Match": '"x", W/"y" ,"abc"'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"x"'}, None),
        ({"If-None-Match": "abc"}, None),  # no tag without quotes
        ({"If-None-Match": '"a", "b, \\"abc'}, None),
        # If-Modified-Since, to the second
        ({"If-Modified-Since": NOW}, 304),
        ({"If-Modified-Since": AFTER}, 304),
        ({"If-Modified-Since": BEFORE}, None),
        ({"If-Modified-Since": "Sunday, 22-Nov-26 12:00:00 GMT"}, 304),  # §5.6.7: the obsolete forms are read
        ({"If-Modified-Since": "Sun Nov 22 12:00:00 2026"}, 304),
        ({"If-Modified-Since": "yesterday"}, None),
        # the tag goes first, the date goes unread beside it
        ({"If-None-Match": '"x"', "If-Modified-Since": AFTER}, None),
        ({"If-None-Match": '"abc"', "If-Modified-Since": BEFORE}, 304),
        # If-Match: strong comparison
        ({"If-Match": '"abc"'}, None),
        ({"If-Match": "*"}, None),
        ({"If-Match": 'W/"abc"'}, 412),
        ({"If-Match": '"x"'}, 412),
        ({"If-Match": '"abc"', "If-None-Match": '"abc"'}, 304),
        ({"If-Match": '"x"', "If-None-Match": '"abc"'}, 412),
        # If-Unmodified-Since
        ({"If-Unmodified-Since": NOW}, None),
        ({"If-Unmodified-Since": BEFORE}, 412),
        ({"If-Unmodified-Since": "never"}, None),
        ({"If-Match": '"abc"', "If-Unmodified-Since": BEFORE}, None),
    ],
)
def test_preconditions(headers: dict[str, str], status: int | None) -> None:
    """RFC 9110 §13.2.2."""
    assert precondition("GET", headers, STRONG) == precondition("HEAD", headers, STRONG) == status


@pytest.mark.parametrize(
    ("field", "named"),
    [
        ('"abc"', True),
        ('"x", W/"abc"', True),
        ("*", False),
        (" * ", False),
        ('"*"', False),
        ('"x"', False),
        ("", False),
    ],
)
def test_only_a_tag_tells_that_the_answer_was_a_success(field: str, named: bool) -> None:
    """RFC 9110 §13.2.1."""
    assert has_tag({"If-None-Match": field, "If-Match": '"abc"'}, WEAK) == named
    assert not has_tag({"If-Modified-Since": AFTER}, WEAK)


def test_a_weak_tag_matches_weakly_only() -> None:
    assert precondition("GET", {"If-None-Match": '"abc"'}, WEAK) == 304
    assert precondition("GET", {"If-Match": '"abc"'}, WEAK) == 412
    assert WEAK.etag == 'W/"abc"'
    assert STRONG.etag == '"abc"'
    assert STRONG.last_modified(STRONG.modified) == NOW


def test_a_method_that_writes_is_refused_where_a_reader_has_it_already() -> None:
    assert precondition("POST", {"If-None-Match": "*"}, STRONG) == 412
    assert precondition("POST", {"If-Modified-Since": AFTER}, STRONG) is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"Range": "bytes=0-0"}, (0, 1)),
        ({"Range": "bytes=10-19"}, (10, 20)),
        ({"Range": "bytes=90-"}, (90, 100)),
        ({"Range": "bytes=90-1000"}, (90, 100)),
        ({"Range": "bytes=-10"}, (90, 100)),
        ({"Range": "bytes=100-"}, 416),
        ({"Range": "bytes=200-300"}, 416),
        # what is not understood is passed over (§14.2)
        ({"Range": "lines=1-2"}, None),
        ({"Range": "bytes=0-1,4-5"}, None),
        ({"Range": "bytes=5-1"}, None),
        ({"Range": "bytes"}, None),
        ({"Range": "bytes=a-b"}, None),
        ({"Range": "bytes=" + "9" * 5000 + "-"}, None),
        # If-Range (§13.1.5)
        ({"Range": "bytes=0-9", "If-Range": '"abc"'}, (0, 10)),
        ({"Range": "bytes=0-9", "If-Range": '"x"'}, None),
        ({"Range": "bytes=0-9", "If-Range": 'W/"abc"'}, None),
        ({"Range": "bytes=0-9", "If-Range": NOW}, (0, 10)),
        ({"Range": "bytes=0-9", "If-Range": AFTER}, None),
        ({"Range": "bytes=0-9", "If-Range": BEFORE}, None),
        ({"Range": "bytes=0-9", "If-Range": "soon"}, None),
    ],
)
def test_ranges(headers: dict[str, str], expected: tuple[int, int] | int | None) -> None:
    if expected == 416:
        with pytest.raises(ProblemError) as raised:
            byte_range("GET", headers, STRONG, 100)
        assert raised.value.problem.headers == {"Content-Range": "bytes */100"}
    else:
        assert byte_range("GET", headers, STRONG, 100) == expected
    assert byte_range("HEAD", headers, STRONG, 100) is None


@pytest.mark.parametrize(
    ("field", "coding"),
    [
        (None, ""),
        ("", ""),
        ("identity", ""),
        ("br", ""),
        ("gzip", "gzip"),
        ("X-GZip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0.5, gzip;q=0.8", "gzip"),
        ("gzip;q=0", ""),
        ("gzip;q=0, *", ""),
        ("*", "gzip"),
        ("*;q=0", ""),
        ("identity;q=0.9, gzip;q=0.2", ""),
        ("identity;q=0, *;q=0", ""),  # §12.5.3: a readable answer all the same
        ("gzip;q=high", ""),
        (" gzip ; Q=1.0 ,, ", "gzip"),
    ],
)
def test_codings(field: str | None, coding: str) -> None:
    assert choose_coding(field) == coding


@given(st.binary())
def test_a_coding_gives_the_same_bytes_back_each_time(body: bytes) -> None:
    assert gzip.decompress(encode(body, "gzip")) == body
    assert zstandard.ZstdDecompressor().decompress(encode(body, "zstd")) == body
    assert encode(body, "") == body
    for coding in ("gzip", "zstd"):
        assert encode(body, coding) == encode(body, coding)


def test_a_file_under_a_coding(tmp_path: Path) -> None:
    file = tmp_path / "file"
    body = bytes(range(256)) * 4000
    file.write_bytes(body)
    assert b"".join(encoded_file(file, "")) == body
    assert b"".join(encoded_file(file, "", 5, 300_000)) == body[5:300_000]
    assert gzip.decompress(b"".join(encoded_file(file, "gzip"))) == body
    assert zstandard.ZstdDecompressor().decompress(b"".join(encoded_file(file, "zstd"))) == body
    file.write_bytes(b"")
    assert b"".join(encoded_file(file, "")) == b""
    assert gzip.decompress(b"".join(encoded_file(file, "gzip"))) == b""


def test_large_bodies_are_packed_one_piece_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are downloaded."""
    free, together = threading.Lock(), []

    class Packer:
        def compress(self, data: bytes) -> bytes:
            if not free.acquire(blocking=False):
                together.append(data)
                return data
            time.sleep(0.005)
            free.release()
            return data

        def flush(self) -> bytes:
            return b"."

    monkeypatch.setattr(codings, "_packer", lambda *_: Packer())
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: b"".join(packed([b"a", b"b", b"c"], "gzip")), range(4)))
    assert made == [b"abc."] * 4
    assert not together


def test_freshness() -> None:
    assert cache_control.current_release(60) == "public, max-age=60"
    assert cache_control.current_release(0) == "no-cache"


PROXY, NETWORK = "10.0.0.1", [ip_network("10.0.0.0/8"), ip_network("::1")]


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ({}, Origin()),
        (
            {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "data.example"},
            Origin("192.0.2.7", "https", "data.example"),
        ),
        # what the client claims stands before what the proxy wrote
        ({"X-Forwarded-For": "1.2.3.4, 192.0.2.7", "X-Forwarded-Proto": "gopher, https"}, Origin("192.0.2.7", "https")),
        # through two trusted proxies
        ({"X-Forwarded-For": "1.2.3.4, 192.0.2.7, 10.9.9.9", "X-Forwarded-Proto": "http, https, http"}, Origin("192.0.2.7", "https")),
        ({"X-Forwarded-For": "192.0.2.7, 10.9.9.9", "X-Forwarded-Proto": "https"}, Origin("192.0.2.7", "https")),
        ({"X-Forwarded-Prefix": "/lod/"}, Origin(prefix="/lod")),
        ({"X-Forwarded-Prefix": "/a/b"}, Origin(prefix="/a/b")),
        # nonsense and attacks say nothing
        ({"X-Forwarded-Prefix": "//evil.example"}, Origin()),
        ({"X-Forwarded-Prefix": "/a/../b"}, Origin()),
        ({"X-Forwarded-Prefix": "evil"}, Origin()),
        ({"X-Forwarded-Prefix": '/"><script>'}, Origin()),
        ({"X-Forwarded-Proto": "javascript"}, Origin()),
        ({"X-Forwarded-Host": "a b"}, Origin(host="a b")),  # refused later, as a Host field is
        ({"X-Forwarded-For": "unknown"}, Origin()),
        ({"Forwarded": "for=192.0.2.7"}, Origin()),  # not the fields that this proxy sets
    ],
)  # fmt: skip
def test_x_forwarded(headers: dict[str, str], origin: Origin) -> None:
    assert forwarded(PROXY, headers, NETWORK, "x-forwarded") == origin
    assert forwarded("192.0.2.1", headers, NETWORK, "x-forwarded") is None
    assert forwarded(PROXY, headers, [], "x-forwarded") is None


@pytest.mark.parametrize(
    ("field", "origin"),
    [
        ("for=192.0.2.7;proto=https;host=data.example", Origin("192.0.2.7", "https", "data.example")),
        ('For="[2001:db8::7]:4711";Proto=HTTPS', Origin("2001:db8::7", "https")),
        ('for="192.0.2.7:80" ; host="data.example:8443"', Origin("192.0.2.7", "", "data.example:8443")),
        ("for=1.2.3.4;proto=http, for=192.0.2.7;proto=https", Origin("192.0.2.7", "https")),
        ("for=1.2.3.4, for=192.0.2.7;proto=https, for=10.2.2.2", Origin("192.0.2.7", "https")),
        ("for=_hidden;by=_me;secret=x", Origin()),
        ('for="192.0.2.7', Origin()),
        ("=;,,", Origin()),
        ("", Origin()),
    ],
)
def test_forwarded(field: str, origin: Origin) -> None:
    """RFC 7239."""
    assert forwarded("::1", {"Forwarded": field, "X-Forwarded-For": "6.6.6.6"}, NETWORK, "forwarded") == origin


def test_an_address_of_v4_in_v6_is_the_same_address() -> None:
    assert forwarded("::ffff:10.0.0.1", {}, NETWORK, "x-forwarded") == Origin()


@pytest.mark.parametrize(
    ("method", "path", "fields", "status"),
    [
        ("GET", "/", {}, None),
        ("GET", "/", {"Content-Length": "0"}, None),
        ("POST", "/", {"Content-Length": "10"}, None),
        ("GET", "/", {"Content-Length": "10"}, 400),
        ("HEAD", "/", {"Transfer-Encoding": "chunked"}, 400),
        ("POST", "/", {"Content-Length": "-1"}, 400),
        ("POST", "/", {"Content-Length": "١"}, 400),
        ("GET", "/" + "a" * 100, {}, 414),
        ("GET", "/", {"Accept": "a" * 1000}, 431),
        ("BREW", "/", {"A": "b"}, None),
    ],
)
def test_limits(method: str, path: str, fields: dict[str, str], status: int | None) -> None:
    problem = refusal(method, path, fields.items(), 100, 1000)
    assert (problem.status if problem else None) == status


@pytest.mark.parametrize("method", ["POST", "QUERY"])
def test_a_coded_body_is_told_that_none_is_read(method: str) -> None:
    for coding in ("gzip", "zstd, br", "x" * 999):
        problem = refusal(method, "/", [("Content-Encoding", coding)], 100, 2000)
        assert problem is not None
        assert (problem.status, problem.headers) == (415, {"Accept-Encoding": "identity"})
        assert coding[:100] in problem.sentence()
    for coding in ("", "identity", " Identity "):
        assert refusal(method, "/", [("Content-Encoding", coding)], 100, 2000) is None
    assert refusal("GET", "/", [("Content-Encoding", "gzip")], 100, 2000) is None


@pytest.mark.parametrize("text", ['"', '"a,', ",", "W/", 'W/"', '"a" ', "\\"])
def test_linear_time(text: str) -> None:
    start = time.process_time()
    precondition("GET", {"If-None-Match": text * 20_000, "If-Match": text * 20_000}, STRONG)
    choose_coding(text * 20_000)
    forwarded(PROXY, {"Forwarded": ("for=" + text) * 5_000}, NETWORK, "forwarded")
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    ("target", "decoded", "raw"),
    [
        ("/doc/a%2Fb?x=%41", "/doc/a/b", "/doc/a%2Fb"),
        ("/doc/%C3%A9#x", "/doc/\xc3\xa9", "/doc/%C3%A9"),
        ("http://evil.example/doc/a%20b", "/doc/a b", "/doc/a%20b"),
        ("/lod/doc/a", "/doc/a", ""),
        ("/other", "/doc/a", ""),
        ("", "/doc/a", ""),
    ],
)
def test_the_raw_path_is_believed_when_it_is_the_decoded_one(target: str, decoded: str, raw: str) -> None:
    assert raw_path(target, decoded) == raw


@pytest.mark.parametrize(
    ("path", "raw", "expected"),
    [
        ("id/a", "", ["id/a"]),
        ("id/a/b", "id/a%2Fb", ["id/a%2Fb", "id/a/b"]),
        ("id/é", "id/%C3%A9", ["id/%C3%A9", "id/é"]),
        ("id/é", "", ["id/é", "id/%C3%A9"]),
        ("id/a b", "", ["id/a%20b"]),
        ("id/a%b", "", ["id/a%25b"]),
        ("id/x\N{REPLACEMENT CHARACTER}", "id/x%FF", ["id/x%FF", "id/x\N{REPLACEMENT CHARACTER}", "id/x%EF%BF%BD"]),
    ],
)
def test_the_iris_that_a_path_may_stand_for(path: str, raw: str, expected: list[str]) -> None:
    assert candidates("https://e.org/", path, raw) == [f"https://e.org/{iri}" for iri in expected]
