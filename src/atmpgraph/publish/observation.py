"""A build or a push for the operators: one event when it ends; a build is recorded for the figures of the server."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ..observability import log
from ..observability.events import Level
from ..release.build_record import BuildOutcome, record_build
from ..settings import Settings
from .build import Built
from .push import Pushed


@dataclass
class ObservedBuild:
    """A build that is observed; what it built is set when it ends without an error."""

    built: Built | None = None

    @property
    def outcome(self) -> BuildOutcome:
        """How it ended."""
        if self.built is None:
            return "failed"
        if self.built.release is None:
            return "refused"
        if self.built.new:
            return "new"
        return "live-again" if self.built.switched else "unchanged"


@contextmanager
def observed_build(settings: Settings) -> Iterator[ObservedBuild]:
    """Observe the build in the block."""
    log.configure(settings)
    build, started, cause = ObservedBuild(), time.monotonic(), None
    try:
        yield build
    except BaseException as error:
        cause = log.cause_of(error)
        raise
    finally:
        seconds = time.monotonic() - started
        release = build.built.digest if build.built else None
        level: Level = "info" if release else "error"
        log.event(
            "build.finished", level, outcome=build.outcome, release=release, seconds=round(seconds, 3), cause=cause
        )
        record_build(settings.path(settings.folders.releases), build.outcome, seconds)


@dataclass
class ObservedPush:
    """A push that is observed; what it did is set when it ends without an error."""

    pushed: Pushed | None = None

    @property
    def outcome(self) -> str:
        """How it ended."""
        if self.pushed is None:
            return "failed"
        if self.pushed.switched:
            return "switched"
        return "loaded" if self.pushed.sent else "unchanged"


@contextmanager
def observed_push(settings: Settings) -> Iterator[ObservedPush]:
    """Observe the push in the block."""
    log.configure(settings)
    push, started, cause = ObservedPush(), time.monotonic(), None
    try:
        yield push
    except BaseException as error:
        cause = log.cause_of(error)
        raise
    finally:
        pushed = push.pushed
        log.event(
            "push.finished",
            "info" if pushed else "error",
            outcome=push.outcome,
            release=pushed.held.digest if pushed else None,
            slot=pushed.held.slot if pushed else None,
            sent=pushed.sent if pushed else None,
            seconds=round(time.monotonic() - started, 3),
            cause=cause,
        )
