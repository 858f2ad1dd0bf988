"""A release that comes back. Its folder never changes, so what is told of it since stands beside it.

That is its catalogue and the dates of its things, made against the release that was live just before: portals that
compare dates would keep what was withdrawn. They count while it is live; the folder tells what it told at first.
"""

from pathlib import Path

from ..release.diff import write_changes
from ..release.release import CATALOGUE, REACTIVATED
from ..release.thing_dates import FILE as MODIFIED


def reactivate(folder: Path, made: Path, previous: str | None, base: str) -> Path:
    """Put beside a release what is told of it from now on, before the switch to it: nobody reads that till then.

    Returns where that is.

    Args:
        folder: of the release.
        made: the folder with that; not there for one that was removed and made again, whose own tells it.
        previous: digest of the release that is live, against which the changes are kept.
        base: of the publication.
    """
    place = folder.parent / REACTIVATED / folder.name
    place.mkdir(parents=True, exist_ok=True)
    for name in (CATALOGUE, MODIFIED):
        if made.is_dir():
            (made / name).replace(place / name)
        else:
            (place / name).unlink(missing_ok=True)
    write_changes(folder, previous, base, again=True)
    return place
