"""Jobs and questions for tests, with limits that no test meets by accident."""

from dataclasses import replace
from typing import Any

from atmpgraph.release.opened import STORE, Release
from atmpgraph.sparql.limits import Limits
from atmpgraph.sparql.wire import Job, Question

LIMITS = Limits(
    workers=4,
    per_client=2,
    waiting=8,
    seconds=20.0,
    memory=1 << 30,
    rows=100_000,
    bytes=1 << 26,
    budget=10_000.0,
    cache=1 << 20,
    nesting=64,
)


def job(release: Release, query: str, **changes: Any) -> Job:
    """A job on a release, as JSON or Turtle."""
    fmt = "ttl" if query.lstrip().startswith(("CONSTRUCT", "DESCRIBE")) else "json"
    made = Job(str(release.path / STORE), release.base, query, (), (), fmt, 0, 100_000, 1 << 26, 64, "?query=x&offset=")
    return replace(made, **changes)


def question(release: Release, query: str, client: str = "192.0.2.1", **changes: Any) -> Question:
    """A question of a client; nothing of it is kept."""
    asked = {key: changes.pop(key) for key in ("seconds", "keep") if key in changes}
    return Question(job(release, query, **changes), client, asked.get("seconds"), bool(asked.get("keep")))
