"""Reactivating an older release: its folder is immutable, so its new catalogue and dates go into a folder beside it.

Both follow the release that was live just before: with older dates, portals would not notice that anything changed.
They count while the release is live; the description in its own folder stays.
"""

import shutil
from pathlib import Path

from ..release.diff import write_changes
from ..release.layout import DescriptionFolder, ReleaseFolder
from ..release.listing import list_reactivated


def reactivate(
    release: ReleaseFolder,
    description: DescriptionFolder | None,
    previous: ReleaseFolder | None,
    base: str,
    created: str,
) -> Path:
    """Write the new description beside the release; unread until the switch. Returns its folder.

    Args:
        release: the existing one.
        description: the new one; None for a removed release that was built a second time, whose own is new.
        previous: the release that is live, against which the changes are computed.
        base: of the publication.
        created: when it is reactivated (xsd:dateTime).
    """
    target = release.reactivated
    target.path.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(target.lookups, ignore_errors=True)
    if description:
        description.lookups.replace(target.lookups)
        description.thing_dates.replace(target.thing_dates)
        description.catalogue.replace(target.catalogue)
    else:
        target.thing_dates.unlink(missing_ok=True)
        target.catalogue.unlink(missing_ok=True)
    write_changes(release.path, previous, base, reactivated=True)
    list_reactivated(target, created)
    return target.path
