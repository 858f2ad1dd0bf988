"""The processor cores that this process may use."""

import os
from contextlib import suppress
from math import ceil
from pathlib import Path
from typing import Final

_CGROUP: Final = Path("/sys/fs/cgroup/cpu.max")  # in a container: cgroup v2, "quota period" or "max period"


def usable_cores(limit: Path = _CGROUP) -> int:
    """How many there are: at most those that the process is bound to, and the quota of its container."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError, ValueError):
        quota, period = limit.read_text(encoding="ascii").split()
        cores = min(cores, ceil(int(quota) / int(period)))
    return max(cores, 1)
