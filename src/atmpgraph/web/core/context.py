"""The release that is served: reopened when `releases/current` points to another."""

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

from cachetools import LRUCache, cached
from flask import current_app, g, request

from ... import __version__
from ...addresses import CURRENT, candidates
from ...errors import ReleaseError
from ...release.history import Switch, history, removed_summary
from ...release.layout import ReleasesFolder
from ...release.manifest import Summary
from ...release.release import Release, open_at, open_release
from ...settings import Settings
from ...sparql.limits import limits_of
from ...sparql.service.launcher import ServiceProcess
from .proxy_headers import RAW_PATH

_DIGITS = 64  # of a SHA-256 in hexadecimal
_HEXADECIMAL = frozenset("0123456789abcdef")
_OPENED = 16  # releases of before, that are asked for one after the other
_ENTRY = 512  # what keeping something takes in memory beside its own bytes


def created(release: Release) -> datetime:
    """When the files of a release were made, to the second: later than the release, when it was removed in between."""
    return datetime.fromisoformat(release.manifest.made).replace(microsecond=0)


class Publication:
    """The settings of the publication and its current release. One for an application, shared by its threads."""

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet: a server may start before the first build."""
        self.settings = settings
        self._releases = settings.path(settings.folders.releases)
        self._lock = threading.Lock()
        self._opened: tuple[tuple[str, int, int], Release] | None = None
        self._service: ServiceProcess | None = None
        self._settings_text = settings.model_dump_json()
        room = LRUCache[str, bytes](settings.cache.response_bytes, getsizeof=lambda made: len(made) + _ENTRY)
        old = LRUCache[Release, Release](_OPENED)
        self._old = cached(old, key=_itself, lock=threading.Lock())(_itself)
        self._kept = cached(room, key=lambda key, _: key, lock=threading.Lock())(_make)

    def release(self) -> Release:
        """The current release; a request reads one link to know whether it still is: each switch makes a new one.

        Raises:
            ReleaseError: there is none yet.
        """
        link = ReleasesFolder(self._releases).current
        try:
            state = link.lstat()
            switched = str(link.readlink()), state.st_ino, state.st_mtime_ns
        except OSError:
            raise ReleaseError(f"{link}: there is no release yet. 'atmpgraph build' makes one.") from None
        opened = self._opened
        if opened is None or opened[0] != switched:
            with self._lock:
                opened = self._opened
                if opened is None or opened[0] != switched:
                    opened = self._opened = (switched, open_release(self._releases, CURRENT, self.settings.base))
        return opened[1]

    def published(self, release: Release) -> datetime:
        """When a release went live, to the second.

        A return to an older release makes it the newest thing to be seen, so its own date alone would not do: who asks
        with If-Modified-Since would keep what was withdrawn.
        """
        made = created(release)
        try:
            switched = int(ReleasesFolder(self._releases).current.lstat().st_mtime)
        except OSError:
            return made
        return max(made, datetime.fromtimestamp(switched, UTC))

    def open(self, digest: str) -> Release | None:
        """A release by its whole digest; None when there is none (any more)."""
        if len(digest) != _DIGITS or not set(digest) <= _HEXADECIMAL:
            return None
        try:
            return self._old(open_at(self._releases / digest, self.settings.base))
        except FileNotFoundError:
            return None

    def history(self) -> list[Switch]:
        """Every time that a release went live, the oldest first."""
        return history(self._releases)

    def removed(self, digest: str) -> Summary | None:
        """The summary of a release that was removed."""
        return removed_summary(self._releases, digest)

    def query_service(self) -> Path:
        """Where the query service listens: the one that the settings name, else one of this process."""
        if self.settings.queries.socket:
            return self.settings.queries.socket
        with self._lock:
            self._service = self._service or ServiceProcess(limits_of(self.settings))
        return self._service.address()

    def fingerprint(self, release: Release) -> str:
        """What every response is made from: the release, the settings and the version of this package."""
        parts = (release.identity, self._settings_text, __version__)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]

    def kept(self, make: Callable[[], bytes], *parts: str) -> bytes:
        """What `make` gives, made once as long as there is room for it; `parts` are all that it is made from."""
        return self._kept(hashlib.sha256("\n".join(parts).encode()).hexdigest(), make)


def _itself(release: Release) -> Release:
    """The one that is open already, where an equal one is."""
    return release


def _make(_: str, make: Callable[[], bytes]) -> bytes:
    return make()


def publication() -> Publication:
    """The one of the running application."""
    found = current_app.extensions["atmpgraph"]
    assert isinstance(found, Publication)  # noqa: S101 - create_app put it there
    return found


def settings() -> Settings:
    """The settings of the publication."""
    return publication().settings


def release() -> Release:
    """The release of this request: the same one from its first to its last line."""
    if "release" not in g:
        g.release = publication().release()
    found = g.release
    assert isinstance(found, Release)  # noqa: S101
    return found


def known(kind: str, stem: str, start: str = "/") -> str | None:
    """The IRI of `{kind}/{stem}` as the current release writes it; None when it describes nothing of that name.

    Args:
        kind: the first step of the IRI's path, which may differ from that of the URL (`id`, `doc`).
        stem: the decoded path of the URL after its first step, without the suffix of a fixed format.
        start: what the path of the URL has before that.
    """
    base = settings().base
    sent = request.environ.get(RAW_PATH, "")[1:].partition(start)[2]
    ending = unquote(sent)[len(stem) :] if unquote(sent).startswith(stem) else ""
    raw = f"{kind}/{sent.removesuffix(ending)}" if sent and sent.endswith(ending) else ""
    for iri in candidates(base, f"{kind}/{stem}", raw):
        if release().lines(iri):
            return iri
    return next(iter(release().encoded.get(f"{unquote(base)}{kind}/{stem}", ())), None)
