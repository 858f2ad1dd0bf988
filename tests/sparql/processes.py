"""What processes do, as the system tells it (Linux), and waiting for it."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PATIENCE = 120.0  # seconds for what takes less than one, unless the machine is slow and has much else to do


def children(parent: int) -> set[int]:
    """The child processes of a process."""
    of_threads = Path(f"/proc/{parent}/task").glob("*/children")
    return {int(number) for file in of_threads for number in file.read_text(encoding="ascii").split()}


def memory(process: int) -> int:
    """The most memory that a process has had, in bytes."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")), 0)) * 1024


def stat(process: int) -> list[str]:
    """What the system says of a process after its name, from its state on (proc_pid_stat(5)); of none that is no more."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return ["Z", *["0"] * 12]


def runs(process: int) -> bool:
    """Whether a process has not ended."""
    return stat(process)[0] not in {"X", "Z"}


def processor_time(process: int) -> float:
    """Seconds that a process has been running on a processor, which other processes do not add to."""
    return sum(map(int, stat(process)[11:13])) / os.sysconf("SC_CLK_TCK")


def suspend(process: int) -> None:
    """Stop a process, and wait until it stops: on a busy machine it answers meanwhile."""
    os.kill(process, signal.SIGSTOP)
    assert until(lambda: {stat(int(thread.name))[0] for thread in Path(f"/proc/{process}/task").iterdir()} <= {"T"})


def until(condition: Callable[[], object]) -> bool:
    """Wait for a condition; whether it came."""
    end = time.monotonic() + PATIENCE
    while not (fulfilled := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return bool(fulfilled)
