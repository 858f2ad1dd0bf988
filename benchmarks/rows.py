"""A result of ten million rows: how fast it comes, and how much memory it takes on its way.

    python -m benchmarks.rows

serves the current release without limits of size, reads the rows, and prints the peak memory of each process with that
of an idle server beside it.
"""

import http.client
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final
from urllib.parse import quote

_TEN: Final = " ".join(map(str, range(10)))
_PORT: Final = 8992


def peaks(parent: int) -> dict[int, float]:
    """The most memory that each process below `parent` has had so far, in MiB (Linux)."""
    found: dict[int, float] = {}
    of_threads = Path(f"/proc/{parent}/task").glob("*/children")
    for child in {int(child) for file in of_threads for child in file.read_text(encoding="ascii").split()}:
        status = Path(f"/proc/{child}/status").read_text(encoding="ascii")
        peak = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0")
        found |= {child: int(peak.split()[1]) / 1024} | peaks(child)
    return found


def read(digits: int) -> tuple[float, float, int]:
    """Seconds to the first row and to the last, and the number of rows."""
    pattern = " ".join(f"VALUES ?v{n} {{ {_TEN} }}" for n in range(digits))
    connection = http.client.HTTPConnection("127.0.0.1", _PORT, timeout=600)
    started = time.perf_counter()
    connection.request("GET", f"/sparql?format=csv&query={quote(f'SELECT ?v0 {{ {pattern} }}')}")
    response = connection.getresponse()
    rows, first = -1, 0.0  # the header is a line too
    while piece := response.read(1 << 20):
        first = first or time.perf_counter() - started
        rows += piece.count(b"\n")
    return first, time.perf_counter() - started, rows


def main() -> None:
    """Serve, read, print."""
    limits = {"MAX_ROWS": "0", "MAX_BYTES": "0", "TIMEOUT_SECONDS": "600"}
    environment = os.environ | {f"ATMPGRAPH_QUERIES_{name}": value for name, value in limits.items()}
    command = [sys.executable, "-m", "atmpgraph", "serve", "--port", str(_PORT)]
    silent = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdout=silent, stderr=silent) as server:
        try:
            time.sleep(5)
            read(1)
            before = peaks(server.pid)
            for digits in (5, 7):
                first, whole, rows = read(digits)
                print(f"{rows:>10,} rows: the first after {first * 1000:.0f} ms, {rows / whole:,.0f} a second")
            after = peaks(server.pid)
            print("peak memory, MiB:", ", ".join(f"{before.get(p, 0):.0f} → {after[p]:.0f}" for p in sorted(after)))
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
