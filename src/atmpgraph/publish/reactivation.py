"""Reactivating an older release: its folder is immutable, so its new catalogue and dates go into a folder beside it.

They are made against the release that was live just before: portals that compare dates would keep what was withdrawn.
They count while the release is live; its own folder still describes it as it was when it was made.
"""

from pathlib import Path

from ..release.diff import write_changes
from ..release.layout import DescriptionFolder, ReleaseFolder


def reactivate(
    release: ReleaseFolder, description: DescriptionFolder | None, previous: ReleaseFolder | None, base: str
) -> Path:
    """Write the new description beside the release; unread until the switch. Returns its folder.

    Args:
        release: which is there already.
        description: the new one; None for a release that was removed and made a second time: its own is new.
        previous: the release that is live, against which the changes are computed.
        base: of the publication.
    """
    target = release.reactivated
    target.path.mkdir(parents=True, exist_ok=True)
    if description:
        description.thing_dates.replace(target.thing_dates)
        description.catalogue.replace(target.catalogue)
    else:
        target.thing_dates.unlink(missing_ok=True)
        target.catalogue.unlink(missing_ok=True)
    write_changes(release.path, previous, base, reactivated=True)
    return target.path
