"""What each route costs on a release: milliseconds and bytes, cold and warm.

    python -m benchmarks.routes FOLDER [PART]

asks every route of the URL map of the publication in FOLDER, in each of its formats, each in a process of its own: the
first request opens the release, as after a switch, the second asks for another language; no answer is cached. Times are
until the first bytes of the body, of which what is as long as the data (a dump, a whole list) sends the rest meanwhile,
and until its end. With PART, only the URLs that have it in them.
"""

import gc
import os
import pickle
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from flask import Flask
from werkzeug.routing import BuildError

from atmpgraph.addresses import iri_to_path
from atmpgraph.publish.build import build
from atmpgraph.settings import FILE_NAME, Settings
from atmpgraph.sparql.limits import limits_of
from atmpgraph.sparql.service.launcher import ServiceProcess
from atmpgraph.starter import start
from atmpgraph.web import create_app
from atmpgraph.web.core.context import Context, Publication, publication
from atmpgraph.web.core.resource import Resource
from atmpgraph.web.core.serving import resources

COLD_MS: Final = 200
PAGE_BYTES: Final = 200_000
_PAGES: Final = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True)
class Answer:
    """One answer: its status, media type, bytes, and milliseconds until its first bytes, cold and warm.

    The time on the clock, and that of the processor, which varies less with what else a machine does; and, cold, the
    time until its end.
    """

    status: int
    media_type: str
    size: int
    cold: float
    warm: float
    cold_processor: float
    warm_processor: float
    end: float


def main(folder: Path, part: str = "") -> None:
    """Ask and print."""
    settings = uncached(Settings.load(folder / FILE_NAME))
    app = warm_app(settings.base)
    service = ServiceProcess(limits_of(settings))  # a server has one before it answers anybody
    queries = settings.queries.model_copy(update={"socket": service.address()})
    app.extensions["atmpgraph"] = Publication(settings.model_copy(update={"queries": queries}))
    gc.collect()
    gc.freeze()  # as a server does: a child would copy what the collector of garbage marks
    slow = large = 0
    for url, accept in urls(app):
        if part not in url:
            continue
        answer = asked(app, url, accept)
        marks = "".join(
            (" SLOW" * (answer.cold > COLD_MS), " LARGE" * (answer.size > PAGE_BYTES and answer.media_type in _PAGES))
        )
        slow, large = slow + ("SLOW" in marks), large + ("LARGE" in marks)
        times = f"{answer.cold:7.1f} {answer.warm:7.1f} ms,"
        times += f" processor {answer.cold_processor:7.1f} {answer.warm_processor:7.1f}, end {answer.end:8.1f}"
        print(f"{times} {answer.size:10,} B {answer.status} {url} {accept}{marks}", flush=True)
    print(f"{slow} slower than {COLD_MS} ms cold, {large} pages larger than {PAGE_BYTES:,} bytes")


def warm_app(base: str) -> Flask:
    """The application, which has answered every route of another release: what is left is to open the next one."""
    with TemporaryDirectory() as folder:
        start(Path(folder), base)
        settings = uncached(Settings.load(Path(folder) / FILE_NAME))
        build(settings)
        app = create_app(settings)
        for url, accept in urls(app):
            app.test_client().get(url, headers={"Accept": accept or "*/*"})
    return app


def uncached(settings: Settings) -> Settings:
    """The settings without a cache of responses, and without a log of requests."""
    return settings.model_copy(
        update={
            "cache": settings.cache.model_copy(update={"response_bytes": 0}),
            "log": settings.log.model_copy(update={"access": False, "level": "error"}),
        }
    )


def urls(app: Flask) -> Iterator[tuple[str, str]]:
    """The URLs of every route with the examples that the release has, and what to accept where Accept decides."""
    with app.test_request_context("/"):
        context = Context(publication(), "/", "", "en")
        found = [
            (url, fmt)
            for resource in resources()
            for url, fmt in _of(app, resource, {"digest": context.release.digest} | dict(resource.examples(context)))
        ]
        found += [(f"/doc/{path}{suffix}", "") for path in _things(context) for suffix in (".html", ".ttl", ".jsonld")]
    yield from dict.fromkeys(found)


def _of(app: Flask, resource: Resource[object], values: dict[str, str]) -> Iterator[tuple[str, str]]:
    urls = app.url_map.bind("localhost")
    names = {rule.endpoint: rule.arguments for rule in app.url_map.iter_rules()}[resource.endpoint]
    try:
        url = urls.build(
            resource.endpoint, {name: value for name, value in values.items() if name in names | {"digest"}}
        )
    except BuildError:
        return
    formats = resource.formats or tuple(resource.makers)
    for fmt in formats:
        yield url.partition("?")[0], fmt.media_type
    if not formats:
        yield url.partition("?")[0], ""


def _things(context: Context) -> Iterator[str]:
    """The paths of one thing of each kind, and of those with most links to them."""
    rows = context.release.store.select(
        f"SELECT ?kind (SAMPLE(?s) AS ?thing) {{ ?s a ?class FILTER(STRSTARTS(STR(?s), '{context.iris.things}'))"
        " BIND(STRBEFORE(STRAFTER(STR(?s), '/id/'), '/') AS ?kind) } GROUP BY ?kind"
    )
    linked = context.release.store.select(
        "SELECT ?thing { { SELECT ?thing (COUNT(*) AS ?n) { ?s ?p ?thing FILTER(ISIRI(?thing)) } GROUP BY ?thing }"
        f" FILTER(STRSTARTS(STR(?thing), '{context.iris.things}')) }} ORDER BY DESC(?n) LIMIT 10"
    )
    for row in [*rows, *linked]:
        if row["thing"] is not None and (path := iri_to_path(context.iris.things, row["thing"].value)):
            yield path


def asked(app: Flask, url: str, accept: str) -> Answer:
    """The answer of a process that was never asked before."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        with os.fdopen(writer, "wb") as out:
            pickle.dump(_timed(app, url, accept), out)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as result:
        answer: Answer = pickle.load(result)  # noqa: S301 - our own child wrote it
    os.waitpid(child, 0)
    return answer


def _timed(app: Flask, url: str, accept: str) -> Answer:
    client, taken, used, ends = app.test_client(), list[float](), list[float](), list[float]()
    for language in ("en", "fr"):  # the second answer is another one, so that no cache has it
        begun, begun_processor = time.perf_counter(), time.process_time()
        response = client.get(url, headers={"Accept": accept or "*/*", "Accept-Language": language})
        pieces = iter(response.response)
        size = len(next(pieces, b""))
        taken.append((time.perf_counter() - begun) * 1000)
        used.append((time.process_time() - begun_processor) * 1000)
        size += sum(map(len, pieces))
        ends.append((time.perf_counter() - begun) * 1000)
    cold, warm = taken
    cold_processor, warm_processor = used
    return Answer(
        response.status_code, response.mimetype or "", size, cold, warm, cold_processor, warm_processor, ends[0]
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
