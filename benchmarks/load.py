"""Clients that ask: `wrk`, which takes as much as a server gives, and a Python client, which waits for each answer."""

import http.client
import shutil
import statistics
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from .processes import HOST, Server

_SCRIPT: Final = Path(__file__).with_name("requests.lua")


@dataclass(frozen=True)
class Load:
    """What a server gave.

    Attributes:
        rate: answers a second.
        median_ms: of the time of an answer.
        p99_ms: what 99 of 100 answers kept below.
        processor_ms: what an answer cost, all processes of the server together.
    """

    rate: float
    median_ms: float
    p99_ms: float
    processor_ms: float

    def rounded(self) -> dict[str, float]:
        """For a report."""
        return {name: float(f"{value:.3g}") for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Answer:
    """A response."""

    status: int
    fields: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Different:
    """Requests of which none is the same, as many as `limit` or without an end: see `requests.lua`."""

    template: str
    first: int
    size: int
    start: int
    limit: int = 0


class WrongAnswersError(Exception):
    """A server did not answer, or with an error."""


def wrk() -> str:
    """Where wrk is.

    Raises:
        FileNotFoundError: nowhere.
    """
    found = shutil.which("wrk")
    if not found:
        raise FileNotFoundError("wrk is not installed")
    return found


def load(
    server: Server,
    target: str | Different,
    *,
    seconds: int,
    connections: int,
    fields: Mapping[str, str] | None = None,
) -> Load:
    """What a server gives to so many connections that ask without a pause.

    Raises:
        WrongAnswersError: not each answer was a good one.
    """
    path, arguments = target, list[str]()
    if isinstance(target, Different):
        path = "/"
        numbers = (target.first, target.size, target.start, target.limit)
        arguments = ["--", target.template, *map(str, numbers)]
    lines = [part for name, value in (fields or {}).items() for part in ("-H", f"{name}: {value}")]
    command = [wrk(), "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", *lines, "-s", str(_SCRIPT)]
    before = server.processor_seconds()
    done = subprocess.run(
        [*command, f"{server.address}{path}", *arguments], check=True, capture_output=True, text=True, timeout=600
    )
    taken = server.processor_seconds() - before
    line = next(line for line in done.stdout.splitlines() if line.startswith("measured "))
    requests, microseconds, mean, median, p99, errors = map(float, line.split()[1:])
    if not requests:
        raise WrongAnswersError(f"{server.name}: no answer within {seconds} s")
    if errors:
        raise WrongAnswersError(f"{server.name}: {errors:.0f} of {requests:.0f} answers are errors")
    rate = requests / microseconds * 1e6
    if isinstance(target, Different) and target.limit:  # wrk then waits for the end of its time (Little's law instead)
        rate = connections / mean * 1e6
    return Load(rate, median / 1000, p99 / 1000, taken / requests * 1000)


def get(server: Server, path: str, fields: Mapping[str, str] | None = None) -> Answer:
    """Ask once."""
    connection = http.client.HTTPConnection(HOST, server.port, timeout=120)
    try:
        connection.request("GET", path, headers=dict(fields or {}))
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()


def one_by_one(server: Server, targets: Iterable[str], fields: Mapping[str, str]) -> Load:
    """What a server gives to one Python client on one connection.

    Raises:
        WrongAnswersError: an answer is an error.
    """
    connection = http.client.HTTPConnection(HOST, server.port, timeout=60)
    times: list[float] = []
    before = server.processor_seconds()
    try:
        for target in targets:
            begin = time.perf_counter()
            connection.request("GET", target, headers=dict(fields))
            response = connection.getresponse()
            response.read()
            times.append((time.perf_counter() - begin) * 1000)
            if response.status != 200:
                raise WrongAnswersError(f"{server.name}: answered with {response.status}")
    except (OSError, http.client.HTTPException) as error:
        raise WrongAnswersError(f"{server.name}: {error}") from None
    finally:
        connection.close()
    taken = server.processor_seconds() - before
    return Load(1000 * len(times) / sum(times), statistics.median(times), _p99(times), taken * 1000 / len(times))


def middle(rounds: Sequence[Load]) -> Load:
    """The median of several rounds, each value by itself."""
    values = (statistics.median(part) for part in zip(*(asdict(each).values() for each in rounds), strict=True))
    return Load(*values)


def _p99(times: Sequence[float]) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * 99 // 100)]
