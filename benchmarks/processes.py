"""Servers as long as they are measured: on the loopback interface, ended with all their children."""

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"


@dataclass(frozen=True)
class Server:
    """A server that answers.

    Attributes:
        name: of the program.
        port: on the loopback interface.
        process: the first of its processes.
        sparql: the path where it takes queries.
    """

    name: str
    port: int
    process: int
    sparql: str = "/sparql"

    @property
    def address(self) -> str:
        """Without a path."""
        return f"http://{HOST}:{self.port}"

    def processor_seconds(self) -> float:
        """What its processes have had of processors so far."""
        return sum(map(_processor_seconds, tree(self.process)))

    def private_bytes(self) -> dict[int, int]:
        """The memory that each of its processes shares with no other."""
        return {process: private_bytes(process) for process in tree(self.process)}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


@contextmanager
def started(
    name: str,
    command: Sequence[object],
    port: int,
    log: Path,
    *,
    ready: str = "/",
    sparql: str = "/sparql",
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    seconds: float = 60,
) -> Iterator[Server]:
    """A server, from when it answers `ready`, whatever the status, until the block ends.

    Args:
        name: of the program, for people.
        command: what starts it, in the foreground.
        port: that it listens on.
        log: a file that gets what it says.
        ready: the path that is asked until there is an answer.
        sparql: the path where it takes queries.
        environment: variables beside those of this process.
        folder: that it runs in.
        seconds: how long it may take to answer.

    Raises:
        TimeoutError: it does not answer.
        ChildProcessError: it ended; the message has the last of what it said.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            list(map(str, command)),
            env=os.environ | dict(environment or {}),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + seconds
        while not _answers(port, ready):
            if process.poll() is not None:
                raise ChildProcessError(f"{name} ended: {log.read_text(errors='replace')[-500:]}")
            if time.monotonic() > end:
                raise TimeoutError(f"{name} does not answer within {seconds:.0f} s")
            time.sleep(0.1)
        yield Server(name, port, process.pid, sparql)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        with suppress(ProcessLookupError):  # what it left behind, in the session that it was given
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", path)
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return True
    finally:
        connection.close()


def tree(process: int) -> list[int]:
    """A process and all below it."""
    found = [process]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            with suppress(OSError):  # a thread that has ended
                found.extend(map(int, children.read_text(encoding="ascii").split()))
    return found


def _processor_seconds(process: int) -> float:
    try:
        return time.clock_gettime(~process << 3 | 2)
    except OSError:
        return 0.0


def private_bytes(process: int) -> int:
    """The memory of a process that it shares with no other; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))


def anonymous_bytes(process: int) -> int:
    """The memory of a process that no file stands behind, its part of what it shares; 0 when it has ended.

    To ask holds the process up while all its pages are looked at.
    """
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    own = next(line for line in lines if line.startswith("Pss_Anon:"))
    return int(own.split()[1]) * 1024
