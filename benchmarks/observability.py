"""What logs and figures cost: processor time of the web processes for a request, with and without the log of requests.

    python -m benchmarks.observability [ROUNDS] [CHECKOUT]

serves the current release in each way by turns, `wrk` asks (a page, a 304, a small query), and the medians are printed.
CHECKOUT is another version to compare with. Processor time varies little with what else a machine does.
"""

import http.client
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = "/doc/organisation/ulb.html"
TURTLE: Final = "/doc/organisation/ulb.ttl"
QUERY: Final = "/sparql?query=SELECT%20%2A%20%7B%3Fs%20a%20%3Fo%7D%20LIMIT%203"
SECONDS: Final = 1


def main(rounds: int = 20, checkout: Path | None = None) -> None:
    """Measure and print."""
    wrk = shutil.which("wrk")
    if not wrk:
        sys.exit("wrk is not installed")
    ways = {"log on": (ROOT, "true"), "log off": (ROOT, "false")} | ({"other": (checkout, "")} if checkout else {})
    taken: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    with ExitStack() as opened:
        servers = {way: opened.enter_context(serving(folder, access)) for way, (folder, access) in ways.items()}
        tags = {way: field(port, TURTLE, "ETag") for way, (port, _) in servers.items()}
        for number in range(rounds):
            for name, target in (("page", PAGE), ("304", TURTLE), ("small query", QUERY)):
                for way in sorted(servers, key=lambda way: hash((way, number))):
                    header = f"If-None-Match: {tags[way]}" if name == "304" else ""
                    taken[name, way].append(microseconds(wrk, *servers[way], target, header))
    for name in ("page", "304", "small query"):
        print(f"{name}: " + ", ".join(f"{way} {statistics.median(taken[name, way]):.0f} µs" for way in ways))


@contextmanager
def serving(folder: Path, access: str) -> Iterator[tuple[int, int]]:
    """A server of a checkout with one web process; its port and that process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    environment = os.environ | {
        "PYTHONPATH": str(folder / "src"),
        "ATMPGRAPH_SERVER_WORKERS": "1",
        "ATMPGRAPH_QUERIES_RUNNING_SECONDS_PER_MINUTE": "100000",
    }
    if access:
        environment["ATMPGRAPH_LOG_ACCESS"] = access
    command = [sys.executable, "-m", "atmpgraph", "serve", "--port", str(port)]
    with subprocess.Popen([shutil.which("cat") or "cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as reader:
        server = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=reader.stdin, stderr=reader.stdin)
        try:
            for target in (PAGE, TURTLE, QUERY):
                field(port, target, "ETag")
            yield port, web_process(server.pid)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


def field(port: int, target: str, name: str) -> str:
    """A field of a response, as soon as there is one."""
    end = time.monotonic() + 30
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", target)
            response = connection.getresponse()
            response.read()
            return response.headers.get(name, "")
        except ConnectionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def web_process(server: int) -> int:
    """The child of a server that answers."""
    for number in Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split():
        if b"server.web_process" in Path(f"/proc/{number}/cmdline").read_bytes():
            return int(number)
    raise ProcessLookupError


def microseconds(wrk: str, port: int, process: int, target: str, header: str) -> float:
    """Processor time of a process for each request."""
    before = processor_seconds(process)
    command = [
        wrk,
        "-t1",
        "-c8",
        f"-d{SECONDS}s",
        *(["-H", header] if header else []),
        f"http://127.0.0.1:{port}{target}",
    ]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    requests = next(int(line.split()[0]) for line in text.splitlines() if "requests in" in line)
    return (processor_seconds(process) - before) / requests * 1_000_000


def processor_seconds(process: int) -> float:
    """Seconds that a process has been running on a processor."""
    return time.clock_gettime(~process << 3 | 2)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 20, Path(sys.argv[2]) if sys.argv[2:] else None)
