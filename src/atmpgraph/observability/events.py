"""Every event of the event log: its level, and what it tells. `docs/monitoring.md` lists them with their fields."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Level: TypeAlias = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True)
class Event:
    """A kind of event.

    Attributes:
        level: how much it matters.
        meaning: one sentence for operators.
        fields: what its lines have beside time, level, event and process.
    """

    level: Level
    meaning: str
    fields: tuple[str, ...] = ()


_QUERY: Final = ("reason", "client", "seconds", "release", "query")
_PUSH: Final = ("outcome", "release", "slot", "sent", "seconds", "cause")

EVENTS: Final = {
    "server.started": Event("info", "The server accepts connections; its processes start.", ("url",)),
    "process.started": Event("info", "A process serves from now on.", ("role",)),
    "process.ended": Event("error", "A process ended without being told to; it is replaced.", ("role", "reason")),
    "process.exception": Event("error", "An exception that nothing handles.", ("cause", "trace")),
    "process.output": Event("warning", "A library, or a process of a query, wrote to a standard stream.", ("text",)),
    "release.switched": Event("info", "This process serves another release than before, or its first.", ("old", "new")),
    "release.other-base": Event(
        "warning", "The live release has another base: this process serves the one before until a restart.", ("cause",)
    ),
    "release.missing": Event("error", "There is no release to serve, or it cannot be opened.", ("cause",)),
    "release.damaged": Event("error", "A file of a release is not what was written; it is not served.", ("cause",)),
    "store.failed": Event("error", "The remote store gives no answer that can be used.", ("kind", "cause")),
    "build.finished": Event("info", "A build ended, whatever its outcome.", ("outcome", "release", "seconds", "cause")),
    "push.finished": Event("info", "A push into the remote store ended, whatever its outcome.", _PUSH),
    "query.killed": Event("warning", "A query was stopped: over its time, over its memory, or it crashed.", _QUERY),
    "query.refused": Event("warning", "A query was not run: over the budget of its client, or too many wait.", _QUERY),
    "query.cut": Event("info", "The result of a query is cut short at the limit of rows or bytes.", _QUERY),
    "request.failed": Event(
        "error",
        "A response with a status of 500 or more, and why.",
        ("status", "method", "path", "route", "client", "reason", "cause", "trace"),
    ),
    "disk.full": Event("error", "A large result could not be written to the disk; it was refused.", ("place", "cause")),
    "metrics.unavailable": Event("warning", "A process cannot record its figures, which are missing.", ("cause",)),
    "log": Event("info", "What a library logs, at its own level.", ("logger", "text", "trace")),
    "log.dropped": Event("warning", "Lines of this log were lost: the disk was full, or nobody read.", ("lines",)),
}
