"""Which release went live when, a return to an older one included; and what is left of the releases that were removed.

The file `history` in the folder of the releases has a line for each switch, `<date> <digest>`, the oldest first. Dates
are to the second, as those of HTTP are, and each is later than the one before: a date names one release.
"""

import json
import os
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from ..errors import ReleaseError
from .release import MANIFEST, REACTIVATED

CURRENT: Final = "current"
LOG: Final = "history"
REMOVED: Final = "removed"
_DIGEST: Final = re.compile("[0-9a-f]{64}")
_LINE: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) ([0-9a-f]{64})")
# What is kept of the manifest of a release that is removed.
_KEPT: Final = ("digest", "created", "previous", "version", "base", "statements", "changes")


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

    A folder from before there was a log tells by the manifests; a link that was set by hand, by its own date.

    Raises:
        ReleaseError: the log is damaged.
    """
    path = releases / LOG
    switches = _read(path) if path.is_file() else _made(releases)
    link = releases / CURRENT
    if link.is_symlink() and (not switches or switches[-1].digest != link.readlink().name):
        switched = datetime.fromtimestamp(int(link.lstat().st_mtime), UTC)
        switches.append(_later(switches, switched, link.readlink().name))
    return switches


def record_switch(releases: Path, past: list[Switch], digest: str, now: str) -> None:
    """Write that a release is live, after it is; in one rename.

    Args:
        releases: the folder.
        past: the history of before.
        digest: the release that is live now.
        now: the time (xsd:dateTime).
    """
    switches = list(past)
    if not switches or switches[-1].digest != digest:
        switches.append(_later(switches, datetime.fromisoformat(now), digest))
    write(releases / LOG, "".join(f"{switch.date} {switch.digest}\n" for switch in switches))


def prune(releases: Path, keep: int) -> list[str]:
    """Remove all but the releases that were live last; what their manifests say in short outlives them.

    Args:
        releases: the folder.
        keep: how many; 0 for all. The current one is always among them.
    """
    last = list(dict.fromkeys(switch.digest for switch in reversed(history(releases))))
    gone = [digest for digest in last[keep:] if (releases / digest / MANIFEST).is_file()] if keep else []
    for digest in gone:
        manifest = json.loads((releases / digest / MANIFEST).read_text(encoding="utf-8"))
        (releases / REMOVED).mkdir(exist_ok=True)
        kept = {name: manifest[name] for name in _KEPT if name in manifest}
        write(releases / REMOVED / f"{digest}.json", json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
        aside = releases / f".building-removed-{digest}"  # swept by the next build if this one is killed here
        (releases / digest).rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(releases / REACTIVATED / digest, ignore_errors=True)
    return gone


def removed_manifest(releases: Path, digest: str) -> dict[str, Any] | None:
    """What is left of the manifest of a release that was removed; None for one that never was, or is here."""
    path = releases / REMOVED / f"{digest}.json"
    if not _DIGEST.fullmatch(digest) or not path.is_file() or (releases / digest).exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _read(path: Path) -> list[Switch]:
    switches = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = _LINE.fullmatch(line)
        if not found:
            raise ReleaseError(f"{path}:{number}: not '<date> <digest>'; mend the line or take it away: {line!r:.80}")
        switches.append(Switch(*found.groups()))
    return switches


def _made(releases: Path) -> list[Switch]:
    """The releases by the date they were made."""
    files = [file for file in releases.glob(f"*/{MANIFEST}") if _DIGEST.fullmatch(file.parent.name)]
    manifests = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    switches: list[Switch] = []
    for manifest in sorted(manifests, key=lambda found: (found["created"], found["digest"])):
        switches.append(_later(switches, datetime.fromisoformat(manifest["created"]), manifest["digest"]))
    return switches


def _later(switches: list[Switch], now: datetime, digest: str) -> Switch:
    """A switch now, or a second after the last one when the clock does not say that it is later."""
    date = max([now.astimezone(UTC).replace(microsecond=0), *(s.when + timedelta(seconds=1) for s in switches[-1:])])
    return Switch(date.isoformat().replace("+00:00", "Z"), digest)


def write(path: Path, text: str) -> None:
    """Write a file in the folder of the releases, in one rename."""
    new = path.with_name(f".{path.name}")
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
