"""The history of switches, reactivations included, and the summaries of removed releases.

The file `history` in the folder of the releases has a line for each switch, `<date> <digest>`, the oldest first. Dates
are to the second, as those of HTTP are, and each is later than the one before: a date names one release.
"""

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from ..errors import ReleaseError
from ..rdf.statements import timestamp
from .layout import MANIFEST, ReleasesFolder, write_atomically, write_json
from .manifest import Summary, read_manifest, read_summary

_DIGEST: Final = re.compile("[0-9a-f]{64}")
_LINE: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) ([0-9a-f]{64})")


@dataclass(frozen=True)
class Switch:
    """A release went live."""

    date: str
    digest: str

    @property
    def when(self) -> datetime:
        """The date, to be compared."""
        return datetime.fromisoformat(self.date)


def history(releases: Path) -> list[Switch]:
    """Every switch, the oldest first.

    Without the file, the manifests give the dates. A link that was set by hand adds a switch with its own date.

    Raises:
        ReleaseError: the file is damaged.
    """
    folder = ReleasesFolder(releases)
    switches = _read(folder.history) if folder.history.is_file() else _from_manifests(releases)
    if folder.live and (not switches or switches[-1].digest != folder.live):
        linked = datetime.fromtimestamp(int(folder.current.lstat().st_mtime), UTC)
        switches.append(_later(switches, linked, folder.live))
    return switches


def record_switch(releases: Path, before: list[Switch], digest: str, now: str) -> None:
    """Add a switch to the history, after it happened.

    Args:
        releases: the folder.
        before: the history before the switch.
        digest: of the live release.
        now: the time (xsd:dateTime).
    """
    switches = list(before)
    if not switches or switches[-1].digest != digest:
        switches.append(_later(switches, datetime.fromisoformat(now), digest))
    lines = (f"{switch.date} {switch.digest}\n" for switch in switches)
    write_atomically(ReleasesFolder(releases).history, "".join(lines))


def prune(releases: Path, most: int) -> list[str]:
    """Remove all but the releases that were live last, and write a summary of each; returns their digests.

    Args:
        releases: the folder.
        most: the number of releases to leave, the current one included; 0 for all.
    """
    folder = ReleasesFolder(releases)
    newest_first = list(dict.fromkeys(switch.digest for switch in reversed(history(releases))))
    superfluous = newest_first[most:] if most else []
    removed = [digest for digest in superfluous if folder.release(digest).manifest.is_file()]
    for digest in removed:
        release, summary = folder.release(digest), folder.removed(digest)
        summary.parent.mkdir(exist_ok=True)
        write_json(summary, read_manifest(release.manifest).summary().as_json())
        aside = folder.building(f"removed-{digest}")
        release.path.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(release.reactivated.path, ignore_errors=True)
    return removed


def removed_summary(releases: Path, digest: str) -> Summary | None:
    """The summary of a removed release; None for one that never was, or that is there."""
    folder = ReleasesFolder(releases)
    path = folder.removed(digest)
    if not _DIGEST.fullmatch(digest) or not path.is_file() or folder.release(digest).path.exists():
        return None
    return read_summary(path)


def _read(path: Path) -> list[Switch]:
    switches = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = _LINE.fullmatch(line)
        if not match:
            raise ReleaseError(f"{path}:{number}: not '<date> <digest>'; correct or remove the line: {line!r:.80}")
        switches.append(Switch(*match.groups()))
    return switches


def _from_manifests(releases: Path) -> list[Switch]:
    """The releases by the date of their manifests."""
    files = [file for file in releases.glob(f"*/{MANIFEST}") if _DIGEST.fullmatch(file.parent.name)]
    switches: list[Switch] = []
    for manifest in sorted(map(read_manifest, files), key=lambda manifest: (manifest.created, manifest.digest)):
        switches.append(_later(switches, datetime.fromisoformat(manifest.created), manifest.digest))
    return switches


def _later(switches: list[Switch], now: datetime, digest: str) -> Switch:
    """A switch now, or a second after the last one when the clock is not later than that."""
    earliest = [switch.when + timedelta(seconds=1) for switch in switches[-1:]]
    return Switch(timestamp(max([now.astimezone(UTC).replace(microsecond=0), *earliest])), digest)
