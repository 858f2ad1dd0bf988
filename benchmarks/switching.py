"""Switching between two releases: under load by several clients of two servers and nginx; and in quiet, timed."""

import http.client
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from atmpgraph.release.layout import ReleasesFolder

from .load import Answer, get
from .outcomes import Outcome
from .peers import nginx
from .peers.ours import Ours
from .processes import Server
from .publication import Publication, second_release

CHANGED: Final = "/doc/organisation/example-university"
_REVALIDATED: Final = {"ATMPGRAPH_CACHE_MAX_AGE_SECONDS": "0", "ATMPGRAPH_PROXY_TRUSTED": '["127.0.0.1"]'}
_FORMATS: Final = (".ttl", ".html", ".nt")
_SECONDS: Final = 0.5


class Watch:
    """What is live, since when, and how the answers keep to it."""

    def __init__(self, live: str) -> None:
        self.live, self.since, self.ended = live, time.monotonic(), False
        self.bodies: dict[tuple[str, str, str], bytes] = {}
        self.tags: dict[tuple[str, str, str], str] = {}
        self.counts: Counter[str] = Counter()

    def learn(self, who: str, path: str, answer: Answer) -> None:
        """The right answer of the release that is live."""
        self.bodies[self.live, who, path] = answer.body
        self.tags[self.live, who, path] = answer.fields.get("etag", "")

    def judge(self, who: str, path: str, begin: float, before: tuple[str, float], answer: Answer | None) -> str:
        """Whether an answer is right, failed, mixed of two releases, or stale: of one not live any more."""
        if answer is None or answer.status != 200:
            return "failed"
        tag, known = answer.fields.get("etag", ""), {release for release, name, where in self.bodies if name == who}
        of = [each for each in known if self.bodies[each, who, path] == answer.body]
        if not of or self.tags[of[0], who, path] != tag:
            return "mixed"
        live, since = before
        return "stale" if of[0] != live and since < begin and (self.live, self.since) == before else "right"


def under_load(publication: Publication, scratch: Path, *, switches: int = 20) -> Iterator[Outcome | str]:
    """Two servers and nginx before one of them, asked without a pause while the release changes."""
    first, second = second_release(publication)
    releases = ReleasesFolder(publication.folder / "releases")
    with ExitStack() as opened:
        servers = [opened.enter_context(Ours(**_REVALIDATED).serving(publication, scratch)) for _ in range(2)]
        asked = {f"server {number}": (server, "") for number, server in enumerate(servers)}
        if reason := nginx.missing():
            yield f"switching without nginx: {reason}"
        else:
            asked["nginx"] = (opened.enter_context(nginx.before(servers[0], scratch)), nginx.PREFIX)
        watch = Watch(first)
        for release in (second, first):
            releases.switch(release)
            watch.live = release
            for who, (server, prefix) in asked.items():
                for suffix in _FORMATS:
                    watch.learn(who, suffix, get(server, prefix + CHANGED + suffix))
        watch.since = time.monotonic()
        threads = [
            threading.Thread(target=_ask, args=(watch, who, server, prefix)) for who, (server, prefix) in asked.items()
        ]
        for thread in threads:
            thread.start()
        try:
            for number in range(switches):
                release = (second, first)[number % 2]
                watch.since = float("inf")
                releases.switch(release)
                watch.live, watch.since = release, time.monotonic()
                time.sleep(_SECONDS)
        finally:
            watch.ended = True
            for thread in threads:
                thread.join()
            releases.switch(first)
    total = watch.counts.total()
    for how in ("failed", "mixed", "stale"):
        yield Outcome(f"switch: {how} answers", watch.counts[how], f"of {total}")


def _ask(watch: Watch, who: str, server: Server, prefix: str) -> None:
    number = 0
    while not watch.ended:
        suffix = _FORMATS[number % len(_FORMATS)]
        number += 1
        before, begin = (watch.live, watch.since), time.monotonic()
        try:
            answer = get(server, prefix + CHANGED + suffix)
        except (OSError, http.client.HTTPException):
            answer = None
        watch.counts[watch.judge(who, suffix, begin, before, answer)] += 1


def first_documents(publication: Publication, scratch: Path, *, switches: int = 6) -> Iterator[Outcome]:
    """How long the first document takes after a switch: what opening a release costs."""
    first, second = second_release(publication)
    releases = ReleasesFolder(publication.folder / "releases")
    times = []
    with Ours(ATMPGRAPH_SERVER_WORKERS="1").serving(publication, scratch) as server:
        try:
            get(server, "/doc/organisation/o1.ttl")
            for number in range(switches):
                releases.switch((second, first)[number % 2])
                begin = time.perf_counter()
                get(server, f"/doc/organisation/o{number + 2}.ttl")
                times.append((time.perf_counter() - begin) * 1000)
        finally:
            releases.switch(first)
    details = {"atmpgraph": {"least_ms": round(min(times), 1), "most_ms": round(max(times), 1)}}
    yield Outcome("first document after a switch", statistics.median(times), "ms", details)
