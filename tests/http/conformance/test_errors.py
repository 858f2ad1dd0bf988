"""Errors as problem details (RFC 9457), for machines and people alike; their types lead to explanations."""

from dataclasses import dataclass, field

import pytest

from atmpgraph.release.release import Release

from .asking import get
from .reading import Page, content, local, problem
from .tables import BROWSER
from .targets import Answer, Fields, Target
from .test_fields import check_fields


@dataclass(frozen=True)
class Wrong:
    """A request that cannot succeed, and with which status."""

    status: int
    path: str
    method: str = "GET"
    fields: Fields = field(default_factory=dict)
    body: bytes = b""

    def __str__(self) -> str:
        return f"{self.status} {self.method} {self.path[:60]}"


WRONG = (
    Wrong(404, "/nothing"),
    Wrong(404, "/doc/organisation/nobody"),
    Wrong(404, "/doc/organisation/nobody.ttl"),
    Wrong(404, "/doc/organisation/ulb.xyz"),
    Wrong(404, "/doc/organisation/ULB"),
    Wrong(404, "/doc/organisation/ulb/"),
    Wrong(404, "/id/organisation/nobody"),
    Wrong(404, "/ns/nothing"),
    Wrong(404, "/auth/nothing"),
    Wrong(404, "/queries/nothing"),
    Wrong(404, "/queries/direct-jobs.ttl"),
    Wrong(404, "/doc/table/nothing.csv"),
    Wrong(404, "/static/nothing.css"),
    Wrong(404, "/dumps/0000/data.nq"),
    Wrong(404, f"/dumps/{'0' * 64}/data.nq"),
    Wrong(404, f"/releases/{'0' * 64}"),
    Wrong(404, "/problems/nothing"),
    Wrong(405, "/doc/organisation/ulb", "DELETE"),
    Wrong(405, "/health/live", "POST"),
    Wrong(406, "/doc/organisation/ulb", fields={"Accept": "image/png"}),
    Wrong(406, "/sparql?query=ASK%20%7B%7D", fields={"Accept": "text/turtle"}),
    Wrong(400, "/sparql?query=nonsense"),
    Wrong(400, "/sparql?query=ASK%20%7B%7D&query=ASK%20%7B%7D"),
    Wrong(413, "/sparql", "POST", {"Content-Type": "application/sparql-query"}, b"#" * 1_500_000 + b"\nASK {}"),
    Wrong(414, "/doc/" + "a" * 5_000),
    Wrong(415, "/sparql", "POST", {"Content-Type": "text/plain"}, b"ASK {}"),
    Wrong(403, "/sparql", "POST", {"Content-Type": "application/sparql-update"}, b"CLEAR ALL"),
)


def refused_before(answer: Answer, target: Target) -> bool:
    """Whether the proxy itself refused a body longer than any that the application takes."""
    return target.name == "proxy" and answer.status == 413 and answer.media_type == "text/html"


wrong = pytest.mark.parametrize("request_", WRONG, ids=str)


def _ask(target: Target, request: Wrong, **more: str) -> Answer:
    fields = dict(request.fields) | {name.replace("_", "-"): value for name, value in more.items()}
    return target.ask(request.path, request.method, fields, request.body)


@wrong
def test_machines_get_problem_details(request_: Wrong, target: Target, served: Release) -> None:
    answer = _ask(target, request_)
    assert answer.status == request_.status, answer
    if refused_before(answer, target):
        return
    members = problem(answer)
    assert members["type"] != "about:blank", members
    check_fields(answer)
    if request_.status == 405:
        assert answer.members("Allow")
    if request_.status == 406:
        assert members["available"]


@wrong
def test_people_get_a_page_with_the_same_content(request_: Wrong, target: Target) -> None:
    """§3: in the language of the reader; the status is the same."""
    if "Accept" in dict(request_.fields) or refused_before(_ask(target, request_), target):
        return  # it is wrong because of what it accepts
    for language in ("fr", "nl", "de", "en"):
        machine = problem(_ask(target, request_, Accept_Language=language))
        answer = _ask(target, request_, Accept=BROWSER, Accept_Language=language)
        assert answer.status == request_.status, answer
        assert answer.field("Content-Language") == language
        page = Page(content(answer).decode())
        words = " ".join(page.words.split())
        assert " ".join(machine["detail"].split()) in words, (machine, words)
        assert "Traceback" not in words
        assert "accept" in answer.members("Vary")


@wrong
def test_its_type_leads_to_an_explanation(request_: Wrong, target: Target, served: Release) -> None:
    """§3.1.1: the type IRI dereferences to documentation for people."""
    answer = _ask(target, request_)
    if refused_before(answer, target):
        return
    kind = problem(answer)["type"]
    for language in ("fr", "nl", "de", "en"):
        answer = get(target, local(kind, target, served.base), BROWSER, Accept_Language=language)
        assert answer.status == 200, answer
        assert answer.field("Content-Language") == language
        assert Page(content(answer).decode()).all("h1")


def test_details_are_localised(target: Target) -> None:
    """§3.1.3, §3.1.4: title and detail follow Accept-Language, the type does not."""
    found = [
        problem(get(target, "/doc/organisation/nobody", Accept_Language=language))
        for language in ("fr", "nl", "de", "en")
    ]
    assert len({members["detail"] for members in found}) == 4, found
    assert len({members["type"] for members in found}) == 1
    answer = get(target, "/doc/organisation/nobody", Accept_Language="nl")
    assert "accept-language" in answer.members("Vary"), answer
    assert answer.field("Content-Language") == "nl", answer


def test_who_accepts_neither_gets_the_problem_all_the_same(target: Target) -> None:
    for accept in ("image/png", "text/turtle", "application/rdf+xml"):
        assert get(target, "/nothing", accept).media_type == "application/problem+json"
    assert get(target, "/nothing", "application/json").media_type in {"application/json", "application/problem+json"}
