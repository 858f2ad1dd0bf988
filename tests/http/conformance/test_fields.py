"""Header fields that every response has, whatever the route: HEAD, CORS, security, methods."""

import re

import pytest

from atmpgraph.release.release import Release

from ...long import some
from .asking import at, get
from .reading import problem
from .sampling import one_format_each
from .tables import BROWSER, RESOURCES, Resource
from .targets import Answer, Target

resources = pytest.mark.parametrize("resource", one_format_each(RESOURCES), ids=lambda resource: resource.path)
ERRORS = ("/nothing", "/doc/organisation/nobody", "/sparql?query=nonsense", "/id/organisation/nobody.ttl")

# Of the connection or the moment, not of the representation.
OF_THE_HOP = {"date", "connection", "keep-alive", "transfer-encoding", "server", "x-cache-status", "age"}
# Measured anew each time; what runs nothing has no quota.
OF_THE_HOP |= {"ratelimit", "ratelimit-policy", "server-timing"}


def check_fields(answer: Answer) -> None:
    """What no response lacks, and what none has."""
    headers = answer.headers
    assert headers.getlist("Access-Control-Allow-Origin") == ["*"], answer
    assert "Access-Control-Allow-Credentials" not in headers, answer
    exposed = answer.members("Access-Control-Expose-Headers")
    assert {"etag", "link", "location", "content-location"} <= exposed, answer
    assert headers.getlist("X-Content-Type-Options") == ["nosniff"], answer
    assert headers["Referrer-Policy"], answer
    policy = dict(part.strip().partition(" ")[::2] for part in answer.field("Content-Security-Policy").split(";"))
    assert policy["default-src"] == "'none'", answer
    for directive in ("base-uri", "frame-ancestors", "form-action"):
        assert directive in policy, answer
    assert "unsafe" not in str(policy)
    assert not re.search(r"\d", answer.field("Server")), answer
    assert "X-Powered-By" not in headers
    assert "Set-Cookie" not in headers


@resources
def test_every_response_has_them(resource: Resource, target: Target, served: Release) -> None:
    for accept in (None, BROWSER, "image/png"):
        check_fields(get(target, at(resource.path, served), accept, Origin="https://example.org"))


@pytest.mark.parametrize("path", ERRORS)
def test_every_error_has_them(path: str, target: Target) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = target.ask(path, method, {"Origin": "https://example.org"})
        assert 400 <= answer.status < 500, answer
        check_fields(answer)


@resources
def test_head_is_get_without_the_body(resource: Resource, target: Target, served: Release) -> None:
    """RFC 9110 §9.3.2: the same status and fields; a length may be left out, but not another."""
    path = at(resource.path, served)
    for accept in (None, *some(resource.types, 3), "image/png"):
        fields = {"Accept": accept} if accept else {}
        whole, head = target.ask(path, "GET", fields), target.ask(path, "HEAD", fields)
        assert not head.body, head
        assert head.status == whole.status, head
        expected = {(n.lower(), v) for n, v in whole.headers if n.lower() not in OF_THE_HOP}
        found = {(n.lower(), v) for n, v in head.headers if n.lower() not in OF_THE_HOP}
        assert found ^ expected <= {(n, v) for n, v in found | expected if n == "content-length"}, (whole, head)
        if "Content-Length" in head.headers:
            assert int(head.headers["Content-Length"]) == len(whole.body), head


@pytest.mark.parametrize("path", ERRORS)
def test_head_of_an_error(path: str, target: Target) -> None:
    whole, head = target.ask(path), target.ask(path, "HEAD")
    assert (head.status, head.body) == (whole.status, b"")
    assert head.media_type == whole.media_type


@resources
def test_preflight(resource: Resource, target: Target, served: Release) -> None:
    """The Fetch standard §4.8: methods, fields and how long they hold; no credentials."""
    fields = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": resource.methods[-1],
        "Access-Control-Request-Headers": "accept, accept-profile, content-type, if-none-match",
    }
    answer = target.ask(at(resource.path, served), "OPTIONS", fields)
    assert answer.status in {200, 204}, answer
    check_fields(answer)
    assert {*map(str.lower, resource.methods), "head"} <= answer.members("Access-Control-Allow-Methods"), answer
    allowed = answer.members("Access-Control-Allow-Headers")
    assert "*" in allowed or {"accept", "accept-profile", "content-type", "if-none-match"} <= allowed
    assert int(answer.field("Access-Control-Max-Age")) >= 600


@resources
def test_405_names_what_is_allowed(resource: Resource, target: Target, served: Release) -> None:
    """RFC 9110 §15.5.6; a method that does not exist may be 501 (§9.1)."""
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "BREW", "PROPFIND", *({"POST"} - {*resource.methods})):
        answer = target.ask(at(resource.path, served), method)
        if answer.status == 405 and target.name == "proxy" and method == "TRACE" and "Allow" not in answer.headers:
            continue  # nginx refuses TRACE by itself
        assert answer.status in {405, 501}, answer
        if answer.status == 405:
            assert answer.members("Allow") == {*map(str.lower, resource.methods), "head", "options"}, answer
            problem(answer)
            check_fields(answer)
