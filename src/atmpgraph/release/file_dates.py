"""The date from which each file of the live release has had its bytes: the Last-Modified of permanent addresses.

A release is immutable and may be reactivated, so the dates stand outside it. They are written at each switch, from
those of the release that was live just before: a file of a reactivated release changes with the switch.
"""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from ..errors import DamagedError
from .history import Switch, history
from .layout import ReleasesFolder
from .manifest import read_manifest
from .sealed import read_sealed, seal, write_sealed


@dataclass(frozen=True)
class FileDates:
    """The dates of the files of a release that went live.

    Attributes:
        digest: of the release.
        date: when it went live (xsd:dateTime), as in the history; empty when no dates are recorded.
        files: SHA-256 and date of each file, by its path: its bytes are the same from that date on.
    """

    digest: str = ""
    date: str = ""
    files: dict[str, tuple[str, str]] = field(default_factory=dict)

    def of(self, digest: str, published: datetime, name: str) -> datetime | None:
        """The date from which a file of a release has had its bytes; None when it is not recorded.

        Args:
            digest: of the release.
            published: when the link was set to it; later than the recorded switch, it was set by hand.
            name: of the file.
        """
        if digest != self.digest or published > datetime.fromisoformat(self.date) or name not in self.files:
            return None
        return datetime.fromisoformat(self.files[name][1])


def read_file_dates(releases: Path) -> FileDates:
    """The dates written at the last switch; none where the file is missing or damaged, which is always safe."""
    path = ReleasesFolder(releases).file_dates
    try:
        state = path.stat()
        return _read(path, state.st_ino, state.st_ctime_ns)
    except (OSError, DamagedError, KeyError, TypeError, ValueError):
        return FileDates()


@lru_cache(maxsize=2)
def _read(path: Path, _inode: int, _time: int) -> FileDates:
    """Read the file once: each switch puts a new one in its place."""
    content = read_sealed(path, must=False)
    files = {name: (digest, date) for name, (digest, date) in content["files"].items()}
    return FileDates(content["digest"], content["date"], files)


def live_file_dates(releases: Path) -> FileDates:
    """The dates of the live release; none when the link was set by hand after the last build."""
    folder, dates = ReleasesFolder(releases), read_file_dates(releases)
    if folder.live is None or folder.live != dates.digest:
        return FileDates()
    linked = datetime.fromtimestamp(int(folder.current.lstat().st_mtime), UTC)
    return dates if linked <= datetime.fromisoformat(dates.date) else FileDates()


def write_file_dates(releases: Path, before: FileDates) -> None:
    """Write the dates of the live release, after the switch is in the history.

    Args:
        releases: the folder.
        before: the result of `live_file_dates` before the switch.
    """
    folder, switches = ReleasesFolder(releases), history(releases)
    last = switches[-1]
    files = {}
    for name, file in read_manifest(folder.release(last.digest).manifest).files.items():
        digest, date = before.files.get(name, ("", ""))
        files[name] = (file.sha256, date if digest == file.sha256 else last.date)
    copy = [[switch.date, switch.digest] for switch in switches]
    returned = folder.release(last.digest).reactivated.listing.exists()
    write_sealed(
        folder.file_dates, {**asdict(FileDates(last.digest, last.date, files)), "history": copy, "again": returned}
    )


def seal_file_dates(releases: Path) -> None:
    """Write the file, if only an earlier version did, or none."""
    seal(ReleasesFolder(releases).file_dates, asdict(FileDates()))


def copied_history(releases: Path) -> list[Switch]:
    """The history up to the last switch, from the copy beside the dates; empty where there is no whole one."""
    try:
        content = read_sealed(ReleasesFolder(releases).file_dates, must=True)
        return [Switch(date, digest) for date, digest in content["history"]]
    except (FileNotFoundError, KeyError, DamagedError):
        return []
