"""How the last build ended, for the figures of operators: a file beside the releases, which may be lost."""

import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from .layout import ReleasesFolder, write_json

BuildOutcome: TypeAlias = Literal["new", "live-again", "unchanged", "refused", "failed"]


@dataclass(frozen=True)
class BuildRecord:
    """The end of a build.

    Attributes:
        finished: seconds since the epoch.
        seconds: how long it took.
        outcome: a new release, an older one that is live again, the live one unchanged; violations; or an error.
        succeeded: when a build last had one of the first three outcomes; 0 for never.
    """

    finished: float
    seconds: float
    outcome: BuildOutcome
    succeeded: float = 0.0

    @property
    def success(self) -> bool:
        """Whether there is a release of the data that it was made from."""
        return self.outcome not in {"refused", "failed"}


def read_build(releases: Path) -> BuildRecord | None:
    """The end of the last build, if it was recorded."""
    with suppress(OSError, ValueError, TypeError):
        return BuildRecord(**json.loads(ReleasesFolder(releases).last_build.read_bytes()))
    return None


def record_build(releases: Path, outcome: BuildOutcome, seconds: float) -> None:
    """Record the end of a build; without room for that, nothing is recorded."""
    before, finished = read_build(releases), time.time()
    record = BuildRecord(finished, round(seconds, 3), outcome, before.succeeded if before else 0.0)
    with suppress(OSError):
        succeeded = finished if record.success else record.succeeded
        write_json(ReleasesFolder(releases).last_build, asdict(record) | {"succeeded": succeeded})
