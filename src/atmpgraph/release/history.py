"""The history of switches, reactivations included, and the summaries of removed releases.

The file `history` in the folder of the releases has a line for each switch, `<date> <digest>`, the oldest first, after
that with its seal. Dates
are to the second, as those of HTTP are, and each is later than the one before: a date names one release.
"""

import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from ..errors import DamagedError, ReleaseError
from ..rdf.statements import timestamp
from .integrity import State, prove_once
from .layout import MANIFEST, ReleasesFolder
from .listing import copied_manifest
from .manifest import Summary, read_manifest, read_summary, write_manifest
from .release import is_sealed
from .sealed import check_lines, content_of, is_seal, sealing_lines

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

    A folder of an earlier version may lack the file; the manifests give the dates then. A link that was set by hand
    adds a switch with its own date.

    Raises:
        DamagedError: the file is not whole.
        ReleaseError: a line of it is wrong.
    """
    folder = ReleasesFolder(releases)
    must = is_sealed(releases)
    if must or folder.history.is_file():
        state = prove_once(folder.history, "history", lambda: check_lines(folder.history, must=must))
        switches = list(_read(folder.history, state))
    else:
        switches = _from_manifests(releases)
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
    write_history(releases, switches)


def write_history(releases: Path, switches: Iterable[Switch]) -> None:
    """Write the history, at once or not at all."""
    with sealing_lines(ReleasesFolder(releases).history) as out:
        out.write("".join(f"{switch.date} {switch.digest}\n" for switch in switches).encode())


def made_before(releases: Path, digest: str) -> Summary | None:
    """What is known of a release that was made before, if it is damaged or removed; None for one that never was."""
    folder = ReleasesFolder(releases)
    release = folder.release(digest)
    readers: tuple[Callable[[], Summary], ...] = (
        lambda: read_manifest(release.manifest),
        lambda: copied_manifest(release),
        lambda: read_summary(folder.removed(digest)),
    )
    for read in readers:
        with suppress(FileNotFoundError, ReleaseError):
            return read()
    switches = history(releases)
    first = next((number for number, switch in enumerate(switches) if switch.digest == digest), None)
    if first is None:
        return None
    previous = switches[first - 1].digest if first else None
    return Summary(digest=digest, created=switches[first].date, base="", statements=0, previous=previous)


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
        write_manifest(summary, read_manifest(release.manifest).summary())
        aside = folder.building(f"removed-{digest}")
        release.path.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(release.reactivated.path, ignore_errors=True)
        folder.proofs(digest).unlink(missing_ok=True)
        folder.slots.held(digest).unlink(missing_ok=True)
    return removed


def existing_releases(releases: Path, switches: Iterable[Switch]) -> set[str]:
    """The digests of the releases that are kept.

    Raises:
        DamagedError: one is neither kept nor removed.
    """
    folder, existing = ReleasesFolder(releases), {path.name for path in releases.iterdir()}
    for digest in {switch.digest for switch in switches} - existing:
        if not folder.removed(digest).exists():
            raise DamagedError(folder.release(digest).path, "missing")
    return existing


def removed_summary(releases: Path, digest: str) -> Summary | None:
    """The summary of a removed release; None for one that never was, or that is there.

    Raises:
        DamagedError: the summary, or all of a release that was live once, is missing or not whole.
    """
    folder = ReleasesFolder(releases)
    path = folder.removed(digest)
    if not _DIGEST.fullmatch(digest) or folder.release(digest).path.exists():
        return None
    try:
        return read_summary(path)
    except FileNotFoundError:
        if any(switch.digest == digest for switch in history(releases)):
            raise DamagedError(folder.release(digest).path, "missing") from None
        return None


@lru_cache(4)
def _read(path: Path, _: State) -> tuple[Switch, ...]:
    """Read the file once: each switch puts a new one in its place."""
    return tuple(switch for _, switch in switches_in(path))


def switches_in(path: Path, *, lenient: bool = False) -> Iterator[tuple[int, Switch]]:
    """The lines of a file of switches, with their numbers.

    Args:
        path: of the file.
        lenient: leave out what is no such line.

    Raises:
        FileNotFoundError: there is no such file.
        DamagedError: it is no file.
        ReleaseError: a line is wrong.
    """
    text = content_of(path).decode(errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match and _is_date(match[1]):
            yield number, Switch(*match.groups())
        elif not lenient and not is_seal(line.encode()):
            raise ReleaseError(
                "{file}, line {line}: it is not “<date> <digest>”; correct or remove it: {text}",
                file=str(path),
                line=str(number),
                text=repr(line)[:80],
            )


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _from_manifests(releases: Path) -> list[Switch]:
    """The releases by the date of their manifests, without the one that waits to go live."""
    manifests, waiting = releases.glob(f"*/{MANIFEST}"), ReleasesFolder(releases).waiting
    files = [file for file in manifests if _DIGEST.fullmatch(file.parent.name) and file.parent.name != waiting]
    switches: list[Switch] = []
    for manifest in sorted(map(read_manifest, files), key=lambda manifest: (manifest.created, manifest.digest)):
        switches.append(_later(switches, datetime.fromisoformat(manifest.created), manifest.digest))
    return switches


def _later(switches: list[Switch], now: datetime, digest: str) -> Switch:
    """A switch now, or a second after the last one when the clock is not later than that."""
    earliest = [switch.when + timedelta(seconds=1) for switch in switches[-1:]]
    return Switch(timestamp(max([now.astimezone(UTC).replace(microsecond=0), *earliest])), digest)
