"""What nobody should send: always a correct 4xx with a clear message, never a 500, never slow (RFC 9110 §15.5)."""

import time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atmpgraph.release.release import Release

from .asking import get
from .reading import read
from .targets import Answer, InProcess, OverSocket, Target

# --- paths ---

PATHS = [
    "/doc/../../etc/passwd",
    "/doc/..%2f..%2fetc%2fpasswd",
    "/doc/%2e%2e/%2e%2e/etc/passwd",
    "/static/../pages.py",
    "/static/..%2fpages.py",
    "/static/%2e%2e%2f%2e%2e%2fsettings.py",
    "/doc/table/..%2f..%2fmanifest.csv",
    "/dumps/{digest}/../../../../etc/passwd",
    "/dumps/{digest}/..%2fmanifest.json",
    "/dumps/{digest}/%2e%2e/{digest}/data.nq",
    "/dumps/{digest}/store/CURRENT",
    "/dumps/{digest}/tables/..%2fdata.nq",
    "/dumps/{digest}/.",
    "/dumps/current/data.nq%00.csv",
    "/dumps/%2fetc%2fpasswd/data.nq",
    "/releases/..",
    "/queries/..%2f..%2fatmpgraph",
    "/queries/%2e%2e%2fatmpgraph.toml.rq",
    "/doc/x%00y",
    "/doc/organisation/ulb%00.ttl",
    "/doc/x%0d%0aSet-Cookie:%20a=b",
    "/id/x%0d%0aLocation:%20https://evil.example/",
    "/doc/%FF%FE",
    "/doc/%C3%28",
    "/doc/%ED%A0%80",
    "/doc/%",
    "/doc/%zz",
    "/doc/%E2%80%AE",
    "/doc/%3Cscript%3Ealert(1)%3C/script%3E",
    "/doc/%22%3E%3Cimg%20src=x%3E",
    "/doc/organisation/ulb.ttl.ttl",
    "/doc/organisation/ulb.",
    "/doc/organisation/.ttl",
    "/doc//organisation//ulb",
    "//evil.example/doc",
    "/doc/" + "a" * 20_000,
    "/" + "a/" * 3_000,
    "/nothing?" + "a=b&" * 500,
]


def _is_correct(answer: Answer, target: Target, served: Release, *, ok: tuple[int, ...] = ()) -> None:
    """A 4xx (or what else may be), readable by its own Content-Type, that gives nothing away."""
    assert 400 <= answer.status < 500 or answer.status in ok, answer
    assert "Set-Cookie" not in answer.headers, answer
    for leak in (b"root:", b"Traceback", b"/site-packages/", b'File "/'):
        assert leak not in answer.body, answer
    # a server or proxy may itself refuse what is no HTTP; then the answer is its own
    if "X-Content-Type-Options" in answer.headers:
        if not answer.body:
            return  # HEAD
        read(answer, target, served.base)
        if answer.status >= 400:
            assert answer.media_type == "application/problem+json"
    else:
        assert target.name != "app", answer


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:50])
def test_a_bad_path(path: str, target: Target, served: Release) -> None:
    for method in ("GET", "HEAD"):
        answer = target.ask(path.replace("{digest}", served.digest), method)
        _is_correct(answer, target, served, ok=(301, 302, 307, 308) if "//" in path else ())
        if answer.status < 400:  # tidied: but to a place of ours
            assert "evil" not in answer.field("Location").partition("?")[0].split("/")[2:3], answer


# --- queries ---

QUERIES = [
    "query=%FF",
    "query=%00",
    "query=ASK%20%7B%7D&query=ASK%20%7B%7D",
    "query=",
    "query=ASK%7B%3Fs%20%3Fp%20%22%ED%A0%80%22%7D",
    "query=SELECT%20%2A%20%7B%20SERVICE%20%3Chttp://127.0.0.1:1/%3E%20%7B%7D%20%7D",
    "query=INSERT%20DATA%20%7B%7D",
    "query=" + "%28" * 300,
    "query=SELECT%20%2A%20%7B" + "%7B" * 300,
    "update=CLEAR%20ALL",
]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:50])
def test_a_bad_query(query: str, target: Target, served: Release) -> None:
    _is_correct(target.ask(f"/sparql?{query}"), target, served)
    if target.name != "proxy":  # the same in a form
        fields = {"Content-Type": "application/x-www-form-urlencoded"}
        _is_correct(target.ask("/sparql", "POST", fields, query.encode()), target, served)


ARGUMENTS = [
    "lang=%00",
    "lang=xx",
    "lang=fr&lang=nl",
    "lang=" + "a" * 1_000,
    "_profile=%00",
    "_mediatype=%FF",
    "_mediatype=text/html%0d%0aX:%20y",
    "format=../../etc",
    "&&&=&;=",
    "%",
    "a" * 1_500,
]


@pytest.mark.parametrize("query", ARGUMENTS, ids=lambda query: query[:40])
@pytest.mark.parametrize("path", ["/doc/organisation/ulb", "/queries/direct-jobs", "/id/organisation/ulb"])
def test_odd_arguments(query: str, path: str, target: Target, served: Release) -> None:
    for accept in ("*/*", "text/html"):
        answer = get(target, f"{path}?{query}", accept)
        assert answer.status < 500, answer
        if answer.status != 303:
            read(answer, target, served.base)
        assert "\n" not in answer.field("Location")


# --- fields ---

FIELDS = [
    ("Accept", "text/html;q=" + "1" * 5_000),
    ("Accept", ";;;,,,///==="),
    ("Accept", "\xff\xfe"),
    ("Accept", '"' * 501),
    ("Accept-Language", "fr;q=nan, \xe9"),
    ("Accept-Language", "-" * 2_000),
    ("Accept-Encoding", "gzip;q=-1, \x7f;q=2"[:9] + ", *;q=x"),
    ("Accept-Profile", "<" * 2_000),
    ("If-None-Match", '"' * 999),
    ("If-None-Match", "W/W/W/"),
    ("If-Modified-Since", "Thu, 99 Foo 99999 99:99:99 GMT"),
    ("If-Modified-Since", "Mon, 01 Jan 0001 00:00:00 GMT"),
    ("If-Unmodified-Since", "Fri, 31 Dec 99999999 23:59:59 GMT"),
    ("If-Range", "\xff"),
    ("Range", "bytes=" + ",".join(f"{n}-{n}" for n in range(1_000))),
    ("Range", "bytes=" + "9" * 1_000 + "-"),
    ("Range", "bytes=0-0,0-0,0-0"),
    ("Origin", "null"),
    ("Content-Type", "\xff/\xff; charset=" + "x" * 1_000),
    ("Cookie", "a=" + "b" * 3_000),
    ("Forwarded", 'for="[::1";proto=gopher;host=";"'),
    ("X-Forwarded-Host", "evil.example\t"),
    ("X-Forwarded-Prefix", "//evil.example/"),
    ("X-Forwarded-Proto", "javascript"),
    ("Expect", "100-continue"),
    ("X-HTTP-Method-Override", "DELETE"),
]


@pytest.mark.parametrize(("name", "value"), FIELDS, ids=lambda text: text[:24].encode("unicode_escape").decode())
@pytest.mark.parametrize("path", ["/doc/organisation/ulb", "/dumps/{digest}/data.nq"])
def test_an_odd_field(name: str, value: str, path: str, target: Target, served: Release) -> None:
    answer = target.ask(path.replace("{digest}", served.digest), fields={name: value})
    assert answer.status < 500, answer
    assert b"evil" not in answer.body
    if answer.status == 200 or target.name == "app":
        read(answer, target, served.base)


def test_too_many_fields(target: Target) -> None:
    """RFC 6585 §5; a proxy may say 400."""
    for fields in ([("X-Long", "a" * 200_000)], [(f"X-{n}", "a" * 400) for n in range(300)]):
        answer = target.ask("/", fields=fields)
        assert answer.status in {400, 431}, answer


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_body_where_none_belongs(method: str, target: Target, served: Release) -> None:
    """RFC 9110 §9.3.1: no meaning; refused, and never read as the next request."""
    fields = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = target.ask("/doc/organisation/ulb", method, fields, b"GET /evil HTTP/1.1\r\nHost: evil\r\n\r\n")
    cached = {200} if target.name == "proxy" else set()  # a cache answers by itself
    assert answer.status in {400, 405, 413} | cached, answer
    assert b"evil" not in answer.body


# --- time ---


def _seconds(target: Target, name: str, value: str) -> float:
    """Of the processor, which other work on the machine does not change."""
    start = time.process_time()
    answer = target.ask("/doc/organisation/ulb", fields={name: value})
    assert answer.status < 500, answer
    return time.process_time() - start


@pytest.mark.parametrize(
    "name", ["Accept", "Accept-Language", "Accept-Encoding", "Accept-Profile", "If-None-Match", "Forwarded", "Range"]
)
def test_long_lists_take_linear_time(name: str, in_process: InProcess) -> None:
    """Up to the length that is let in, a list twice as long takes no more than a few times as long."""
    for element in (
        "a/b;q=0.1,",
        "*/*;",
        '"\\',
        '"a",',
        "a-b-c;q=0.1,",
        "<a>;q=0.1,",
        "for=a,",
        "0-1,",
        "\t ",
        ";=",
        '="',
    ):
        short, long = (_seconds(in_process, name, element * (size // len(element))) for size in (3_000, 30_000))
        assert long < max(1.0, 30 * short), (name, element, short, long)


# --- bytes that are no HTTP ---

RAW = [
    b"GET /doc/x\0y HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /doc/\xff HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /doc/a b HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET  HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX-Nul: a\0b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n: no name\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nSpace : x\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"G\xc3\x89T / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
]


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: repr(raw[:44]))
def test_bytes_that_are_no_http(raw: bytes, server: OverSocket, proxy: OverSocket) -> None:
    for target in (server, proxy):
        answer = target.send(raw.replace(b"Host: a\r\n", b"Host: a\r\nConnection: close\r\n"))
        assert 400 <= answer.status < 500 or answer.status == 505, answer
        assert b"Traceback" not in answer.body
    for target in (server, proxy):  # and they live on
        assert target.ask("/health/live").status == 200


# --- fuzz ---

_TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
_PATH = st.one_of(
    _TEXT.map(lambda text: "/" + quote(text, safe="/.:;=@!$&'()*+,~-_")),
    st.binary(max_size=30).map(lambda raw: "/doc/" + quote(raw)),
    st.tuples(
        st.sampled_from(
            [
                "/id/",
                "/doc/",
                "/ns/",
                "/auth/",
                "/queries/",
                "/dumps/",
                "/releases/",
                "/problems/",
                "/static/",
                "/doc/table/",
            ]
        ),
        _TEXT.map(lambda text: quote(text, safe="/.%")),
        st.sampled_from(["", ".ttl", ".html", ".jsonld", ".csv", ".rq", ".linkset.json", "/"]),
    ).map("".join),
)
_LATIN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=60)
_VALUE = st.one_of(
    _LATIN,
    st.lists(
        st.sampled_from(
            [
                "text/html",
                "text/turtle",
                "*/*",
                "q=0",
                ";",
                ",",
                '"',
                "fr",
                "gzip",
                "*",
                "<https://schema.org/>",
                "bytes=0-1",
                "=",
                "\\",
                " ",
            ]
        ),
        max_size=12,
    ).map("".join),
)
_NAMES = ["Accept", "Accept-Language", "Accept-Encoding", "Accept-Profile", "If-None-Match", "If-Modified-Since", "If-Match", "If-Range", "Range", "Content-Type", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Prefix", "X-Forwarded-Proto", "Origin", "Host"]  # fmt: skip
_METHOD = st.one_of(
    st.sampled_from(["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "TRACE"]),
    st.from_regex(r"[A-Z]{1,12}", fullmatch=True),
)
_ARGUMENTS = st.one_of(st.just(""), _TEXT.map(lambda t: "?" + quote(t, safe="=&")), st.sampled_from(["?lang=de", "?_profile=alt", "?_profile=schema", "?_mediatype=text/turtle", "?query=ASK{}", "?format=csv"]))  # fmt: skip


@settings(max_examples=300)
@given(
    path=_PATH,
    arguments=_ARGUMENTS,
    method=_METHOD,
    fields=st.dictionaries(st.sampled_from(_NAMES), _VALUE, max_size=4),
)
def test_any_request_has_a_correct_answer(
    path: str, arguments: str, method: str, fields: dict[str, str], in_process: InProcess, served: Release
) -> None:
    answer = in_process.ask(path + arguments, method, fields)
    assert answer.status < 500, answer
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    for name, value in answer.headers:
        assert not {"\r", "\n", "\0"} & set(name + value), answer
    if answer.body and answer.status not in {206}:
        read(answer, in_process, served.base)
    if answer.status >= 400 and method != "HEAD":
        assert answer.media_type in {"application/problem+json", "application/json", "text/html"}, answer


@settings(max_examples=60)
@given(path=_PATH, method=_METHOD, fields=st.dictionaries(st.sampled_from(_NAMES), _LATIN, max_size=3))
def test_any_request_over_the_wire(
    path: str, method: str, fields: dict[str, str], proxy: OverSocket, server: OverSocket
) -> None:
    for target in (server, proxy):
        answer = target.ask(path, "GET" if method == "CONNECT" else method, fields)
        assert answer.status < 500 or answer.status in {501, 505}, answer


@settings(max_examples=60)
@given(junk=st.binary(min_size=1, max_size=200).filter(lambda junk: junk.strip(b"\r\n")))
def test_any_bytes_over_the_wire(junk: bytes, server: OverSocket) -> None:
    """Empty lines alone are not among them: they may stand before a request, and a server waits for it (RFC 9112 §2.2)."""
    answer = server.send(junk + b"\r\n\r\n")
    assert answer.status < 500 or answer.status == 505, answer
