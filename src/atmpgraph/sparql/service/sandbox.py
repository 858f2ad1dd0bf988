"""The sandbox of a child process: a worker opens neither file nor socket, and every child ends with its service."""

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Final

NICE: Final = 19  # the lowest priority: documents and health precede queries
_PR_SET_PDEATHSIG: Final = 1  # prctl(2)
_STATM: Final = Path("/proc/self/statm")
# Those whose default is to end a process and that tell of nothing which should end one (signal(7)).
_STRAY: Final = (
    "SIGHUP",
    "SIGUSR1",
    "SIGUSR2",
    "SIGPIPE",
    "SIGALRM",
    "SIGVTALRM",
    "SIGPROF",
    "SIGPOLL",
    "SIGPWR",
    "SIGSTKFLT",
)
_DATA: Final = 5  # the field of statm with the pages that RLIMIT_DATA counts (proc(5))
_DESCRIPTORS: Final = Path("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")


def follow_parent(parent: int) -> None:
    """Have the system kill this process when its parent ends, even in the middle of a query (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before this call
            os._exit(1)


def ignore_stray_signals() -> None:
    """Go on when a signal comes that is meant for something else; so do the processes that this one starts.

    SIGTERM, SIGINT and SIGQUIT end a server, and so do the signals of a fault.
    """
    realtime = range(int(signal.SIGRTMIN), int(signal.SIGRTMAX) + 1) if hasattr(signal, "SIGRTMIN") else ()
    for number in (*(int(getattr(signal, name)) for name in _STRAY if hasattr(signal, name)), *realtime):
        signal.signal(number, signal.SIG_IGN)


def _highest_descriptor() -> int:
    """The highest number of a descriptor of this process; the system gives the lowest that is free."""
    try:
        return max(int(each.name) for each in _DESCRIPTORS.iterdir())
    except OSError:
        return resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 1


def confine(memory: int, descriptors: int = 0, nice: int = NICE) -> None:
    """Take from this process what a query does not need; what is open stays open.

    Without descriptors a worker can open neither file nor socket: a query that passed validation by mistake would
    still reach nothing. A store with many files needs some for those that are not open yet, and gets no more. Too
    large an allocation ends the process, and only this one.

    Args:
        memory: bytes of private memory beyond what the process holds already. Not of address space: the engine's
            threads only reserve most of that, more or less of it from one run to the next.
        descriptors: how many it may have besides.
        nice: how far its priority is lowered.
    """
    os.nice(nice)
    memory += int(_STATM.read_text(encoding="ascii").split()[_DATA]) * resource.getpagesize() if _STATM.exists() else 0
    for limit, value in (
        (resource.RLIMIT_NOFILE, _highest_descriptor() + 1 + descriptors if descriptors else 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, memory),
    ):
        most = resource.getrlimit(limit)[1]
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(limit, (value, value))
