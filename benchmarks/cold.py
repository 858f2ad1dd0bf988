"""Pages that nobody asked for yet, and what a web process takes of memory."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .load import get
from .outcomes import Outcome
from .peers.ours import Ours
from .processes import private_bytes, tree
from .publication import Publication

_PAGES: Final = {"home": "/", "quality": "/quality"}
_HTML: Final = {"Accept": "text/html"}


def pages(publication: Publication, scratch: Path) -> Iterator[Outcome]:
    """The first answer of the home page and of `/quality`, of a process that has opened the release."""
    with Ours(ATMPGRAPH_SERVER_WORKERS="1").serving(publication, scratch) as server:
        get(server, "/doc/organisation/o1.ttl")
        for name, path in _PAGES.items():
            begin = time.perf_counter()
            answer = get(server, path, _HTML)
            yield Outcome(f"{name} page, cold", (time.perf_counter() - begin) * 1000, "ms")
            yield Outcome(f"{name} page, size", len(answer.body) / 1000, "KB")


def memory(publication: Publication, scratch: Path) -> Iterator[Outcome]:
    """The private memory of the largest web process without its caches of responses, once it was asked for all kinds.

    Raises:
        ProcessLookupError: no process below the server is a web process.
    """
    with Ours(ATMPGRAPH_CACHE_RESPONSE_BYTES="0", ATMPGRAPH_CACHE_BODY_BYTES="0").serving(
        publication, scratch
    ) as server:
        for number in range(100):
            get(server, f"/doc/organisation/o{number}.html", _HTML)
        for path in (*_PAGES.values(), "/catalogue", "/sparql?query=ASK%20%7B%7D"):
            get(server, path)
        sizes = [private_bytes(process) / 1e6 for process in tree(server.process) if _serves(process)]
        if not sizes:
            raise ProcessLookupError("no web process")
        details = {"atmpgraph": {f"process_{number}_MB": round(size, 1) for number, size in enumerate(sizes)}}
        yield Outcome("a web process", max(sizes), "MB", details)


def _serves(process: int) -> bool:
    try:
        return b"web_process" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def routes(publication: Publication) -> Iterator[Outcome | str]:
    """Every route of the URL map, cold (`benchmarks/routes.py`): how many are slow, and which."""
    command = [sys.executable, "-m", "benchmarks.routes", str(publication.folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    *lines, last = done.stdout.splitlines()
    slow, large = (int(number) for number in re.findall(r"(\d+) (?:slower|pages)", last))
    yield Outcome("routes slower than 200 ms, cold", slow, f"of {len(lines)}")
    yield Outcome("pages larger than 200 KB", large, f"of {len(lines)}")
    for line in lines:
        if line.endswith((" SLOW", " LARGE")):
            yield "route: " + " ".join(line.split())
