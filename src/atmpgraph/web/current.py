"""The release that is served: reopened when `releases/current` points to another."""

import hashlib
import threading
from pathlib import Path

from flask import current_app, g

from .. import __version__
from ..errors import ReleaseError
from ..release.opened import Release, open_release
from ..settings import Settings


class Current:
    """The settings of the publication and its current release. One for an application, shared by its threads."""

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet: a server may start before the first build."""
        self.settings = settings
        self._releases = settings.path(settings.releases)
        self._lock = threading.Lock()
        self._opened: tuple[str, Release] | None = None

    def release(self) -> Release:
        """The current release; a request reads one link to know whether it still is.

        Raises:
            ReleaseError: there is none yet.
        """
        link = self._releases / "current"
        try:
            target = str(link.readlink())
        except OSError:
            raise ReleaseError(f"{link}: there is no release yet. 'atmpgraph build' makes one.") from None
        opened = self._opened
        if opened is None or opened[0] != target:
            with self._lock:
                opened = self._opened
                if opened is None or opened[0] != target:
                    release = open_release(self._releases, Path(target).name, self.settings.base)
                    opened = self._opened = (target, release)
        return opened[1]

    def fingerprint(self, release: Release) -> str:
        """What every response is made from: the release, the settings and the version of this package."""
        parts = (release.digest, self.settings.model_dump_json(), __version__)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def current() -> Current:
    """The one of the running application."""
    found = current_app.extensions["atmpgraph"]
    assert isinstance(found, Current)  # noqa: S101 - create_app put it there
    return found


def settings() -> Settings:
    """The settings of the publication."""
    return current().settings


def release() -> Release:
    """The release of this request: the same one from its first to its last line."""
    if "release" not in g:
        g.release = current().release()
    found = g.release
    assert isinstance(found, Release)  # noqa: S101
    return found
