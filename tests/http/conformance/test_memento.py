"""Memento over each target: the way to the past and back works wherever the publication is mounted (RFC 7089 §4.1)."""

import pytest

from atmpgraph.release.release import Release

from .asking import get
from .links import by_relation, links
from .targets import Target

DATE = "Fri, 01 Jan 2100 00:00:00 GMT"


@pytest.mark.parametrize("path", ["/doc/organisation/ulb", "/doc/organisation/ulb.ttl", "/doc/odd/caf%C3%A9"])
def test_there_and_back(path: str, target: Target, served: Release) -> None:
    today = get(target, path)  # first, so that a cache has it: it must not give it for another date
    answer = get(target, path, Accept_Datetime=DATE)
    assert answer.status == 302, answer
    location = answer.field("Location").partition("://")[2].partition("/")[2] or answer.field("Location")[1:]
    assert f"/{location}" == f"{target.prefix}/releases/{served.digest}{path}"
    memento = get(target, f"/{location}".removeprefix(target.prefix), today.media_type)
    assert memento.status == 200
    assert memento.field("Memento-Datetime")
    assert memento.body == today.body, "the state of today is that of the current release"
    found = links(memento.field("Link"))
    assert [link.href for link in by_relation(found, "original")] == [f"{target.prefix}{path.removesuffix('.ttl')}"]
    [timemap] = by_relation(found, "timemap")
    there = get(target, timemap.href.removeprefix(target.prefix), timemap.parameters["type"])
    assert there.status == 200
    assert f"{served.base}releases/{served.digest}/doc/" in there.body.decode()
    assert get(target, path).body == today.body


def test_a_malformed_date_is_refused_by_all(target: Target) -> None:
    assert get(target, "/doc/organisation/ulb", Accept_Datetime="last week").status == 400
