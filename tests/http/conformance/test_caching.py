"""Validators, freshness, codings and ranges (RFC 9110 §8.8, §12.5.3, §13, §14; RFC 9111)."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pytest

from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ...long import in_turn, some
from .asking import at, get
from .reading import content
from .sampling import one_format_each
from .tables import BROWSER, GRAPHS, HTML, OF_RELEASE, RESOURCES, SOME, Resource
from .targets import Answer, InProcess, Target

of_release = pytest.mark.parametrize("resource", one_format_each(OF_RELEASE), ids=lambda resource: resource.path)


def _one_of_two(resource: Resource) -> Sequence[str]:
    """Its first format and its last, which is a page or a citation where it has one; or one of them, in turn."""
    return in_turn(sorted({resource.types[0], resource.types[-1]}), OF_RELEASE.index(resource))


def _same_selection(answer: Answer, whole: Answer) -> None:
    """RFC 9110 §15.4.5: a 304 carries what the 200 would have, of those that say where and for how long."""
    assert answer.status == 304, answer
    assert not answer.body
    for name in ("ETag", "Vary", "Cache-Control", "Content-Location"):
        assert answer.members(name) == whole.members(name), (name, answer, whole)


@of_release
def test_validators(resource: Resource, target: Target, served: Release) -> None:
    for accept in some(resource.types, 3):
        answer = get(target, at(resource.path, served), accept)
        assert re.fullmatch(r'(W/)?"[\x21\x23-\x7e]+"', answer.field("ETag")), answer
        if resource.strong:
            assert not answer.field("ETag").startswith("W/"), answer
        modified = parsedate_to_datetime(answer.field("Last-Modified"))
        created = datetime.fromisoformat(served.manifest.created)
        assert created - timedelta(days=3650) < modified <= datetime.now(UTC) + timedelta(seconds=2)


@pytest.fixture(scope="module")
def of_language(odd: Settings) -> dict[str, InProcess]:
    """An application for each language: what one has in memory never hides what another would make."""
    return {language: InProcess(create_app(odd)) for language in ("fr", "de")}


@of_release
def test_what_is_said_otherwise_in_another_language_has_another_tag(
    resource: Resource, of_language: dict[str, InProcess], served: Release
) -> None:
    """RFC 9110 §8.8.3: in any format, not in pages alone."""
    for accept in some(resource.types, 3):
        answers = [
            get(app, at(resource.path, served), accept, Accept_Language=language)
            for language, app in of_language.items()
        ]
        one, other = answers
        if one.body != other.body:
            assert one.field("ETag") != other.field("ETag") or one.field("ETag").startswith("W/"), (accept, one)
            assert "accept-language" in one.members("Vary"), (accept, one)


@of_release
def test_304_for_who_has_it(resource: Resource, target: Target, served: Release) -> None:
    """RFC 9110 §13.1.2, §13.1.3, and their precedence §13.2.2."""
    path = at(resource.path, served)
    for accept in _one_of_two(resource):
        whole = get(target, path, accept)
        tag, modified = whole.field("ETag"), whole.field("Last-Modified")
        later = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
        for given in (tag, f'"x", {tag}', f"W/{tag.removeprefix('W/')}", "*"):
            _same_selection(get(target, path, accept, If_None_Match=given), whole)
        _same_selection(get(target, path, accept, If_Modified_Since=modified), whole)
        _same_selection(get(target, path, accept, If_Modified_Since=later), whole)
        earlier = format_datetime(parsedate_to_datetime(modified) - timedelta(seconds=1), usegmt=True)
        assert get(target, path, accept, If_Modified_Since=earlier).status == 200
        assert get(target, path, accept, If_Modified_Since="yesterday").status == 200
        assert get(target, path, accept, If_None_Match='"other"').status == 200
        # the tag goes before the date
        both = get(target, path, accept, If_None_Match='"other"', If_Modified_Since=modified)
        assert both.status == 200, both
        if target.name != "proxy":  # nginx asks both of what is in its cache, against §13.2.2; never a wrong 304
            _same_selection(get(target, path, accept, If_None_Match=tag, If_Modified_Since=earlier), whole)


@of_release
def test_412_when_it_is_another(resource: Resource, target: Target, served: Release) -> None:
    """RFC 9110 §13.1.1: If-Match compares strongly."""
    path = at(resource.path, served)
    whole = get(target, path)
    assert get(target, path, If_Match='"other"').status == 412
    if resource.strong or target.name != "proxy":  # nginx 1.22 takes a weak tag for the same
        expected = 200 if resource.strong else 412
        assert get(target, path, If_Match=whole.field("ETag")).status == expected
    assert get(target, path, If_Match="*").status == 200


@pytest.mark.parametrize("path", [resource.path for resource in SOME])
def test_each_representation_has_its_own_tag(path: str, target: Target) -> None:
    """By format, language and coding: two that share a tag would be mixed up by a cache (RFC 9110 §8.8.3.3)."""
    tags = {media_type: get(target, path, media_type).field("ETag") for media_type in GRAPHS.values()}
    for language in ("fr", "nl", "de", "en"):
        tags[language] = get(target, path, HTML, Accept_Language=language).field("ETag")
    for media_type in ("text/turtle", HTML):
        tags[f"{media_type} gzip"] = get(target, path, media_type, Accept_Encoding="gzip", Accept_Language="fr").field(
            "ETag"
        )
    assert len(set(tags.values())) == len(tags), tags


@pytest.mark.parametrize("resource", one_format_each(RESOURCES), ids=lambda resource: resource.path)
def test_how_long_it_may_be_kept(resource: Resource, target: Target, served: Release) -> None:
    """RFC 9111 §5.2.2, RFC 8246."""
    answer = get(target, at(resource.path, served))
    directives = dict(m.partition("=")[::2] for m in answer.members("Cache-Control"))
    if resource.cache == "never":
        assert "no-store" in directives, answer
    elif resource.cache == "immutable":
        assert {"immutable", "public"} <= set(directives), answer
        assert int(directives["max-age"]) >= 31_536_000
    else:
        assert "immutable" not in directives, answer
        assert "no-store" not in directives
        assert "no-cache" in directives or int(directives["max-age"]) <= 3600, answer


@pytest.mark.parametrize("path", ["/nothing", "/doc/organisation/nobody", "/sparql?query=nonsense"])
def test_an_error_is_not_kept_for_long(path: str, target: Target) -> None:
    directives = dict(m.partition("=")[::2] for m in target.ask(path).members("Cache-Control"))
    assert "no-store" in directives or int(directives["max-age"]) <= 60


# --- content codings ---


@of_release
def test_gzip_and_zstd_are_the_same_content(resource: Resource, target: Target, served: Release) -> None:
    path = at(resource.path, served)
    for accept in _one_of_two(resource):
        plain = get(target, path, accept)
        assert not plain.field("Content-Encoding"), plain
        for coding in ("gzip", "zstd"):
            coded = get(target, path, accept, Accept_Encoding=coding)
            assert coded.status == 200
            assert coded.media_type == plain.media_type
            if resource.strong:
                assert content(coded) == content(plain), coded
            if coded.field("Content-Encoding"):
                assert coded.field("Content-Encoding") == coding
                assert coded.field("ETag") != plain.field("ETag"), (coded, plain)
                for answer in (coded, plain):
                    assert "accept-encoding" in answer.members("Vary"), answer
                _same_selection(
                    get(target, path, accept, Accept_Encoding=coding, If_None_Match=coded.field("ETag")), coded
                )
            else:
                assert len(plain.body) < 2000, f"{path} is worth compressing"


@pytest.mark.parametrize(
    ("accept_encoding", "coding"),
    [
        ("", ""),
        ("identity", ""),
        ("br", ""),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=0", ""),
        ("*;q=0", ""),
        ("gzip;q=0.001", "gzip"),
        ("gzip, deflate, br", "gzip"),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", "gzip"),
        ("gzip;q=0.5, identity;q=0.8", ""),
        ("gzip;q=0, zstd", "zstd"),
        ("gzip;q=high", ""),
    ],
)
def test_the_coding_that_the_client_likes(accept_encoding: str, coding: str, target: Target) -> None:
    answer = get(target, "/ns/atmpgraph", "text/turtle", Accept_Encoding=accept_encoding)
    assert answer.field("Content-Encoding") == coding, answer


# --- ranges of dumps ---

DUMP = "/dumps/{digest}/data.nq"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-99", 0, 99), ("bytes=100-", 100, -1), ("bytes=-50", -50, -1), ("bytes=5-5", 5, 5)],
)
def test_a_part_of_a_dump(asked: str, first: int, last: int, target: Target, served: Release) -> None:
    """RFC 9110 §14.2, §15.3.7."""
    whole = (served.path / "data.nq").read_bytes()
    first, last = first % len(whole), last % len(whole)
    answer = get(target, at(DUMP, served), Range=asked)
    assert answer.status == 206, answer
    assert answer.body == whole[first : last + 1]
    assert answer.field("Content-Range") == f"bytes {first}-{last}/{len(whole)}"
    assert answer.field("ETag") == get(target, at(DUMP, served)).field("ETag")


def test_ranges_are_offered_and_heeded_only_as_they_may_be(target: Target, served: Release) -> None:
    path = at(DUMP, served)
    whole = get(target, path)
    assert whole.status == 200
    assert whole.body == (served.path / "data.nq").read_bytes()
    assert whole.members("Accept-Ranges") == {"bytes"}
    assert int(whole.field("Content-Length")) == len(whole.body)
    # §13.1.5: the part only if it is still the same
    tag, modified = whole.field("ETag"), whole.field("Last-Modified")
    assert get(target, path, Range="bytes=0-9", If_Range=tag).status == 206
    assert get(target, path, Range="bytes=0-9", If_Range=modified).status == 206
    assert get(target, path, Range="bytes=0-9", If_Range='"other"').status == 200
    # §14.2: an unknown unit or a malformed field is ignored
    for ignored in ("lines=1-2", "bytes=a-b", "bytes=9-1", "bytes"):
        answer = get(target, path, Range=ignored)
        assert answer.status in {200, 416}, answer
        assert answer.status == 200 or target.name == "proxy"
    # §15.5.17
    outside = get(target, path, Range="bytes=999999999-")
    assert outside.status == 416, outside
    assert outside.field("Content-Range") == f"bytes */{len(whole.body)}"
    # §14.2: only for GET
    assert target.ask(path, "HEAD", {"Range": "bytes=0-9"}).status in ({200, 206} if target.name == "proxy" else {200})


def test_a_dump_is_what_its_address_says(target: Target, served: Release) -> None:
    import hashlib

    assert hashlib.sha256(get(target, at(DUMP, served)).body).hexdigest() == served.digest


@pytest.mark.parametrize("path", [resource.path for resource in SOME])
def test_a_browser_and_a_harvester_do_not_share_a_tag(path: str, target: Target) -> None:
    assert get(target, path, BROWSER).field("ETag") != get(target, path, "*/*").field("ETag")
