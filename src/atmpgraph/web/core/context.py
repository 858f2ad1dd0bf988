"""What answers are made from: the publication, shared by all requests, and the context of one request."""

import hashlib
import os
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from cachetools import LRUCache, TTLCache, cached
from flask import current_app, g

from ... import __version__
from ...addresses import CURRENT, Addresses
from ...errors import OtherBaseError, ReleaseError
from ...formats import Format
from ...i18n import SOURCE
from ...observability.log import event
from ...release.history import Switch, history, removed_summary
from ...release.integrity import State, is_settled, state_of_file
from ...release.layout import MANIFEST, ReleasesFolder
from ...release.manifest import Summary
from ...release.release import Release, open_at, open_release
from ...settings import Settings
from ...sparql.limits import limits_of
from ...sparql.service.launcher import ServiceProcess
from ...sparql.service.look_up import LookUps
from ...store import remote_settings
from .body_cache import BodyCache
from .name_cache import NameCache

_DIGITS: Final = 64  # of a SHA-256 in hexadecimal
_HEXADECIMAL: Final = frozenset("0123456789abcdef")
# Settings that no answer depends on: two servers, and one before and after its restart, give the same tags.
_UNSEEN: Final[dict[str, Any]] = {"folders": True, "log": True, "metrics": True, "queries": {"socket"}, "server": True}
_OPEN_RELEASES: Final = 16  # earlier releases that stay open
_REPORTS, _REPORT_SECONDS = 256, 600  # problems that are reported once in that time


# Of the link, the live manifest and the folder around them; empty while there is no release.
ReleasesState: TypeAlias = State


def created(release: Release) -> datetime:
    """When the files of a release were made, to the second: later than the release if it was removed in between."""
    return _to_the_second(release.manifest.files_created)


@lru_cache(_OPEN_RELEASES)
def _to_the_second(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(microsecond=0)


class Publication:
    """The settings of the publication and its releases. One for an application, shared by its threads.

    Attributes:
        restart_wanted: why the live release is not served, if it is one under another base; else empty.
    """

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet: a server may start before the first build."""
        self.settings = settings
        self.bodies = BodyCache(settings.cache.body_bytes)
        self.names = NameCache()
        self.look_ups = LookUps(settings.queries.look_up_statements)
        self._releases = settings.path(settings.folders.releases)
        self._link = ReleasesFolder(self._releases).current
        self._manifest = self._link / MANIFEST
        self._remote = remote_settings(settings)
        self._slots = ReleasesFolder(self._releases).slots.path
        # As texts: of a path one is made at each look.
        self._looked_at = str(self._manifest), str(self._releases), str(self._slots)
        self._lock = threading.Lock()
        self._current: tuple[tuple[str, State, State], Release] | None = None
        self._live: tuple[ReleasesState, Release, datetime] | None = None
        self._announced: str | None = None
        self.restart_wanted = ""
        self._service: ServiceProcess | None = None
        self._settings_text = settings.model_dump_json(exclude=_UNSEEN) + _own_pages(settings)
        self._open_releases = LRUCache[Release, Release](_OPEN_RELEASES)
        self._open_lock = threading.Lock()
        self._shared = cached(self._open_releases, key=_itself, lock=self._open_lock)(_checked)
        self._reported = TTLCache[str, bool](_REPORTS, _REPORT_SECONDS)

    def release(self) -> Release:
        """The current release. Each call reads the link, which every switch replaces, and the date of the manifest.

        Raises:
            ReleaseError: there is none yet, or it is damaged.
        """
        try:
            state = os.lstat(self._link)
            manifest = state_of_file(self._manifest)
            switched = os.readlink(self._link), (state.st_ino, state.st_mtime_ns), manifest  # noqa: PTH115
        except OSError:
            raise ReleaseError(
                "{path}: there is no release yet. 'atmpgraph build' makes one.", path=str(self._link)
            ) from None
        current = self._current
        if current is None or current[0] != switched:
            with self._lock:
                current = self._current
                if current is None or current[0] != switched:
                    release = self._live_or_before(current and current[1])
                    current = self._current = (switched, release)
        return current[1]

    def _live_or_before(self, before: Release | None) -> Release:
        """The release that the link names; the one before, where the new one has another base than this process.

        Raises:
            ReleaseError: it is damaged, or has another base, and there is none before.
        """
        try:
            release = open_release(self._releases, CURRENT, self.settings.base, self._remote)
        except OtherBaseError as error:
            self.restart_wanted = str(error)
            event("release.other-base", cause=str(error))
            if before is None:
                raise
            return before
        self.restart_wanted = ""
        self._announce(release.digest)
        return release

    def state(self) -> ReleasesState:
        """State of the live manifest and of the folder with the link to its release, which a new link changes.

        A switch, a repair, a check of links, the removal of a release and a push change it. Empty while there is none.
        """
        manifest, releases, slots = self._looked_at
        try:
            state = _numbers(manifest) + _numbers(releases)
        except OSError:
            return ()
        if self._remote:  # which slots hold which releases
            with suppress(FileNotFoundError):
                state += _numbers(slots)
        return state

    @staticmethod
    def is_settled(state: ReleasesState) -> bool:
        """Whether any change from now on makes another state."""
        return is_settled(state)

    def _announce(self, digest: str) -> None:
        """Log that this process serves another release than before."""
        if digest != self._announced:
            event("release.switched", old=self._announced, new=digest)
            self._announced = digest

    def live(self, state: ReleasesState) -> tuple[Release, datetime]:
        """The current release and when it went live, in a state (`state`) that was just read.

        Raises:
            ReleaseError: there is none yet, or it is damaged.
        """
        last = self._live
        if not state or last is None or last[0] != state:
            release = self.release()
            last = self._live = (state, release, self.published(release))
        return last[1], last[2]

    def published(self, release: Release) -> datetime:
        """When a release went live, to the second.

        After a return to an older release, its own date would let If-Modified-Since confirm what was withdrawn.
        """
        written = created(release)
        try:
            switched = int(os.lstat(self._link).st_mtime)
        except OSError:
            return written
        return max(written, datetime.fromtimestamp(switched, UTC))

    def open(self, digest: str) -> Release | None:
        """A release by its whole digest; None if there is none, none any more, or none yet: it waits for a push.

        Raises:
            ReleaseError: it is damaged, or a later version made it.
        """
        if len(digest) != _DIGITS or not set(digest) <= _HEXADECIMAL:
            return None
        if digest == ReleasesFolder(self._releases).waiting and all(s.digest != digest for s in self.history()):
            return None
        try:
            release = open_at((self._releases / digest).resolve(), self.settings.base)
            with suppress(ReleaseError):  # that is reported where the current one is meant
                if replace(current := self.release(), remote=None) == release:
                    return current
            return self._shared(release)
        except FileNotFoundError:
            return None

    def forget(self) -> None:
        """Open all releases again when they are requested: the files of one were damaged, and may be replaced."""
        with self._lock:
            self._current = self._live = None
        with self._open_lock:
            self._open_releases.clear()

    def is_news(self, problem: str) -> bool:
        """Whether a problem was not reported in the last minutes: requests without number may meet the same one."""
        with self._lock:
            news = problem not in self._reported
            self._reported.setdefault(problem, True)
            return news

    def history(self) -> list[Switch]:
        """Every time that a release went live, the oldest first."""
        return history(self._releases)

    def removed(self, digest: str) -> Summary | None:
        """The summary of a release that was removed."""
        return removed_summary(self._releases, digest)

    def query_service(self) -> Path:
        """The socket of the query service: the one in the settings, else that of a service of this process."""
        if self.settings.queries.socket:
            return self.settings.queries.socket
        with self._lock:
            self._service = self._service or ServiceProcess(limits_of(self.settings))
        return self._service.address()

    def fingerprint(self, release: Release) -> str:
        """What every response depends on: the release, the settings and the version of this package."""
        return _fingerprint(release.identity, self._settings_text, __version__, release.store_identity)


def _numbers(path: str) -> State:
    """What changes with a file or folder; each request looks, so it is done with as little as can be.

    Raises:
        OSError: there is none.
    """
    status = os.stat(path)  # noqa: PTH116
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _own_pages(settings: Settings) -> str:
    """What the publication's own templates, texts and static files make of pages, as a digest."""
    digest = hashlib.sha256()
    for folder in (settings.folders.templates, settings.folders.texts, settings.folders.static):
        for file in sorted(path for path in settings.path(folder).rglob("*") if path.is_file()):
            digest.update(f"{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()


@lru_cache(64)
def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def _itself(release: Release) -> Release:
    """The release, as the key of the open one that equals it."""
    return release


def _checked(release: Release) -> Release:
    """The release, of which no file is missing."""
    release.check()
    return release


@dataclass(frozen=True)
class Context:
    """What the answer to one request is made from.

    Attributes:
        publication: what is served.
        root: the path where it is mounted, with a slash at the end.
        raw_path: of the request below `root`, as the client sent it; empty where the server does not pass it on.
        language: of a page.
        requested_language: the language that the URL names.
        fixed: the format that the URL names by its suffix.
        named_release: the release that the URL names.
        links_stay: links of a page lead to states of that release; otherwise to those of the current one.
    """

    publication: Publication
    root: str
    raw_path: str
    language: str
    requested_language: str | None = None
    fixed: Format | None = None
    named_release: Release | None = None
    links_stay: bool = False

    @cached_property
    def release(self) -> Release:
        """The release that answers, the same one throughout the request.

        Raises:
            ReleaseError: there is none yet.
        """
        return self.named_release or self.publication.release()

    def reading(self, fixed: Format | None, named_release: Release | None, *, links_stay: bool) -> "Context":
        """The same request with what its URL names; a release that is open already stays the one that answers."""
        other = replace(self, fixed=fixed, named_release=named_release, links_stay=links_stay)
        if named_release == self.named_release and "release" in vars(self):
            vars(other)["release"] = self.release
        return other

    @property
    def settings(self) -> Settings:
        """The settings of the publication."""
        return self.publication.settings

    @property
    def base(self) -> str:
        """The base of the publication's IRIs."""
        return self.settings.base

    @cached_property
    def iris(self) -> Addresses:
        """The IRIs of the publication."""
        return Addresses(self.base)

    @cached_property
    def urls(self) -> Addresses:
        """The same as URLs of this server."""
        return Addresses(self.root)

    @property
    def languages(self) -> tuple[str, ...]:
        """The language of the page, then the others of the publication in their order, then that of the interface."""
        return tuple(dict.fromkeys((self.language, *self.settings.languages, SOURCE)))


def publication() -> Publication:
    """The publication of the current application."""
    shared = current_app.extensions["atmpgraph"]
    assert isinstance(shared, Publication)  # noqa: S101 - create_app put it there
    return shared


def settings() -> Settings:
    """The settings of the publication."""
    return publication().settings


def current_context() -> Context | None:
    """The context of the request, for the functions of templates; None where no resource is at its URL."""
    context: Context | None = g.get("context")
    return context
