"""The two logs of this process: events on standard error, requests on standard output (`access`).

A process that `atmpgraph serve` starts writes where its parent does (`handed_on`), for its own standard streams are
captured (`capture`); any other process writes to its standard streams.
"""

import json
import os
import time
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from . import metrics
from .events import EVENTS, Level
from .line import LogFormat, Value, line, timestamp
from .stream import Stream, own_descriptor

if TYPE_CHECKING:  # the query service starts faster without
    from ..settings import Settings

_LEVELS: Final[dict[str, int]] = {"debug": 0, "info": 1, "warning": 2, "error": 3}
_VARIABLE: Final = "_ATMPGRAPH_LOG"
_STDOUT, _STDERR = 1, 2
_LONGEST_TRACE: Final = 2_500  # characters; the end of a trace names the error


@dataclass(frozen=True)
class Options:
    """How lines are written.

    Attributes:
        format: of all lines.
        level: of the least important event.
        characters: of the longest line.
    """

    format: LogFormat = "text"
    level: Level = "info"
    characters: int = 4_000


class Logs:
    """Both logs, and how their lines are written."""

    def __init__(self) -> None:
        """Write to the standard streams."""
        self.options = Options()
        self.requests, self.events = Stream(_STDOUT), Stream(_STDERR)
        self.owned = False  # whether the descriptors are others than those of the standard streams

    def use(self, requests: int, events: int) -> None:
        """Write to other descriptors than those of the standard streams."""
        self.requests, self.events, self.owned = Stream(requests), Stream(events), True

    def write(self, stream: Stream, fields: Mapping[str, Value]) -> None:
        """Write a line, and after the first that succeeds, how many before it were lost."""
        self.write_line(stream, line(fields, self.options.format, self.options.characters))

    def write_line(self, stream: Stream, content: bytes) -> None:
        """The same for a line that is rendered."""
        if not stream.write(content):
            metrics.line_dropped()
        elif lost := stream.lost:
            values = _fields("log.dropped", "warning") | {"lines": lost}
            if stream.write(line(values, self.options.format, self.options.characters)):
                stream.lost -= lost


LOGS: Final = Logs()


def configure(settings: "Settings") -> None:
    """Write lines as the settings say."""
    LOGS.options = Options(settings.log.format, settings.log.level, settings.log.max_line_characters)


def event(name: str, level: Level | None = None, **fields: Value) -> None:
    """Write an event of `EVENTS`. Never fails, never waits.

    Args:
        name: of the event.
        level: in place of that of the event.
        fields: what it tells; those that are None are left out.
    """
    level = level or EVENTS[name].level
    if _LEVELS[level] >= _LEVELS[LOGS.options.level]:
        LOGS.write(LOGS.events, _fields(name, level) | fields)


def _fields(name: str, level: str) -> dict[str, Value]:
    return {"time": timestamp(time.time()), "level": level, "event": name, "process": os.getpid()}


def cause_of(error: BaseException) -> str:
    """An exception in one line."""
    return f"{type(error).__name__}: {error}"


def trace_of(error: BaseException) -> str:
    """The trace of an exception; the end of a long one."""
    return "".join(traceback.format_exception(error))[-_LONGEST_TRACE:]


def own_streams() -> None:
    """Write to descriptors of our own that never wait, whatever becomes of the standard streams."""
    if not LOGS.owned:
        LOGS.use(own_descriptor(_STDOUT), own_descriptor(_STDERR))


def descriptors() -> tuple[int, ...]:
    """The descriptors that a process gets from this one (`pass_fds`)."""
    return (LOGS.requests.descriptor, LOGS.events.descriptor) if LOGS.owned else ()


def handed_on() -> dict[str, str]:
    """The variables of the environment that a process gets from this one, with which it writes the same logs."""
    return {_VARIABLE: json.dumps({"options": asdict(LOGS.options), "descriptors": descriptors()})}


def take_over() -> None:
    """Write the logs of the parent, if it has handed them on."""
    handed = json.loads(os.environ.get(_VARIABLE, "{}"))
    if handed and not LOGS.owned:
        LOGS.options = Options(**handed["options"])
        if handed["descriptors"]:
            LOGS.use(*handed["descriptors"])
