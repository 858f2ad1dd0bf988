"""Since when each file of the live release has had its bytes: the Last-Modified of the addresses that portals keep.

A release is immutable and may come back, so no date in it can tell. It is told at each switch, from what was live
just before: a file that comes back with a release of before has changed now.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from .history import CURRENT, history, write
from .release import MANIFEST

FILE: Final = "since.json"


@dataclass(frozen=True)
class FileDates:
    """The files of a release that went live.

    Attributes:
        digest: of the release.
        date: when it went live (xsd:dateTime), as in the history; empty when nothing is known.
        files: SHA-256 and date of each file, by its path: since then its bytes have been the same.
    """

    digest: str = ""
    date: str = ""
    files: dict[str, tuple[str, str]] = field(default_factory=dict)

    def of(self, digest: str, published: datetime, name: str) -> datetime | None:
        """Since when a file of a release has had its bytes; None when that is not known.

        Args:
            digest: of the release.
            published: when the link was set to it; later than the switch that is known here, somebody else set it.
            name: of the file.
        """
        if digest != self.digest or published > datetime.fromisoformat(self.date) or name not in self.files:
            return None
        return datetime.fromisoformat(self.files[name][1])


def read_file_dates(releases: Path) -> FileDates:
    """What was written at the last switch; nothing where it cannot be read, which is always safe."""
    path = releases / FILE
    try:
        state = path.stat()
        return _read(path, state.st_ino, state.st_mtime_ns)
    except (OSError, KeyError, TypeError, ValueError):
        return FileDates()


@lru_cache(maxsize=2)
def _read(path: Path, _inode: int, _time: int) -> FileDates:
    """The file, read once: each switch puts a new one in its place."""
    found = json.loads(path.read_text(encoding="utf-8"))
    files = {name: (digest, date) for name, (digest, date) in found["files"].items()}
    return FileDates(found["digest"], found["date"], files)


def live_file_dates(releases: Path) -> FileDates:
    """What is known of the release that is live now; nothing when the link was set by hand since the last build."""
    link, found = releases / CURRENT, read_file_dates(releases)
    if not link.is_symlink() or link.readlink().name != found.digest:
        return FileDates()
    switched = datetime.fromtimestamp(int(link.lstat().st_mtime), UTC)
    return found if switched <= datetime.fromisoformat(found.date) else FileDates()


def write_file_dates(releases: Path, before: FileDates) -> None:
    """Write it for the release that is live now, after the switch is in the history.

    Args:
        releases: the folder.
        before: what `live_since` said before the switch.
    """
    last = history(releases)[-1]
    manifest = json.loads((releases / last.digest / MANIFEST).read_text(encoding="utf-8"))
    files = {}
    for name, file in manifest["files"].items():
        digest, date = before.files.get(name, ("", ""))
        files[name] = (file["sha256"], date if digest == file["sha256"] else last.date)
    write(releases / FILE, json.dumps(asdict(FileDates(last.digest, last.date, files)), indent=1) + "\n")
