"""What a child process may do: a worker computes, and opens neither file nor socket; each ends with its service."""

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Final

NICE: Final = 19  # the lowest priority: documents and health go before queries
_PR_SET_PDEATHSIG: Final = 1  # prctl(2)
_STATM: Final = Path("/proc/self/statm")
_DATA: Final = 5  # the field of statm with the pages that RLIMIT_DATA counts (proc(5))


def follow_parent(parent: int) -> None:
    """Let this process be killed when its parent ends, also in the middle of a query (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before this call
            os._exit(1)


def confine(memory: int, files: int = 0, nice: int = NICE) -> None:
    """Take from this process what a query has no need of; what is open stays open.

    With no descriptor left to it a worker can open neither file nor socket: a query that got past the guard would
    still reach nothing. Too large an allocation ends the process, and only this one.

    Args:
        memory: bytes of private memory beyond what the process holds already. Not of address space: most of that is
            only reserved by the engine's threads, more or less of it from one run to the next.
        files: descriptors that it may have.
        nice: how far its priority is lowered.
    """
    os.nice(nice)
    memory += int(_STATM.read_text(encoding="ascii").split()[_DATA]) * resource.getpagesize() if _STATM.exists() else 0
    for limit, value in ((resource.RLIMIT_NOFILE, files), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_DATA, memory)):
        most = resource.getrlimit(limit)[1]
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(limit, (value, value))
