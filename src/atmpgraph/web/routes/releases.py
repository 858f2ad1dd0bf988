"""The releases: which there are, what each holds, its files. What has a digest in its name never changes."""

import json
from typing import Any, Final
from urllib.parse import quote

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ... import __version__
from ...addresses import CURRENT
from ...catalogue.releases import ReleaseEntry, media_type, release_quads
from ...formats import CITATIONS, DOCUMENTS, HTML, JSON, split_suffix
from ...http import cache_control
from ...http.cache_control import IMMUTABLE
from ...http.problem import Problem, ProblemError
from ...rdf.serialize import serialize
from ...release.diff import change_counts
from ...release.file_dates import read_file_dates
from ...release.history import Switch
from ...release.layout import MANIFEST
from ...release.release import Release
from ...vocab import prefixes
from ..core.citation import work, written
from ..core.context import created, publication, release, settings
from ..core.files import send_file
from ..core.response import negotiate, send

blueprint = Blueprint("releases", __name__)

_OFFERED: Final = (*DOCUMENTS, JSON)
_PATH: Final = "/!$&'()*+,;=:@~"  # what a path may hold as it is (RFC 3986 §3.3)


def opened(digest: str) -> Release:
    """A release by its whole digest.

    Raises:
        ProblemError: 410 it was removed, with what is left of its manifest; 404 there never was one.
    """
    if found := publication().open(digest):
        return found
    if left := publication().removed(digest):
        detail = "This release was removed; only its description remains."
        raise ProblemError(Problem(410, detail, {"release": left.as_json()}))
    raise ProblemError(Problem(404, "There is no such release."))


def _entry(switch: Switch, since: str | None, last: bool) -> dict[str, Any]:
    """What the history says of one switch: when, to which release, what that changed.

    Args:
        switch: to a release.
        since: digest of the release that was live till then, when it came back; None the first time.
        last: the newest switch.
    """
    found = publication().open(switch.digest)
    summary = found.manifest if found else publication().removed(switch.digest)
    stated: dict[str, Any] = {"created": summary.created, "statements": summary.statements} if summary else {}
    if since:
        stated |= {"previous": since, "changes": change_counts(found.path, since, found.base) if found else None}
    elif summary:
        stated |= {"previous": summary.previous, "changes": summary.changes}
    live = last and switch.digest == release().digest
    state = {"current": live, "again": since is not None, "removed": found is None}
    stated = {name: value for name, value in stated.items() if value}
    return {"date": switch.date, "digest": switch.digest, "statements": 0, **stated, **state}


def _entries() -> list[dict[str, Any]]:
    """What it says of all of them, the oldest first."""
    switches = publication().history()
    known = [switch.digest for switch in switches]
    return [
        _entry(switch, known[at - 1] if switch.digest in known[:at] else None, at == len(switches) - 1)
        for at, switch in enumerate(switches)
    ]


def _quads(*listed: ReleaseEntry) -> list[ox.Quad]:
    return release_quads(listed, settings().base, settings().licence)


def _listed(entry: dict[str, Any]) -> ReleaseEntry:
    found = publication().open(entry["digest"])
    summary = found.manifest if found else publication().removed(entry["digest"])
    return ReleaseEntry(entry["digest"], summary, entry["date"], removed=found is None)


@blueprint.get("/releases/")
def releases() -> Response:
    """Every time that a release went live, the newest first."""
    entries, chosen = _entries(), negotiate(_OFFERED)

    def body() -> bytes | str:
        if chosen[0] is HTML:
            return render_template("releases.html", entries=entries[::-1])
        if chosen[0] is JSON:
            return json.dumps({"releases": entries[::-1]}, ensure_ascii=False, indent=1)
        quads = _quads(*(_listed(entry) for entry in entries if not entry["again"]))
        return serialize(quads, chosen[0], prefixes(settings().base))

    return send(chosen, body, salt=json.dumps(entries))


@blueprint.get("/releases/current")
@blueprint.get("/releases/current/<path:rest>")
def latest(rest: str = "") -> AnyResponse:
    """The way to the current release, and to what there is of it."""
    return _to_current(f"/{rest}" if rest else "")


def _to_current(rest: str) -> AnyResponse:
    """The way to the same place in the current release, with the query of the request."""
    place = url_for(".one", name=release().digest) + quote(rest, safe=_PATH)
    query = quote(request.query_string, safe=f"{_PATH}%?")
    return redirect(f"{place}?{query}" if query else place, 307)


@blueprint.get("/releases/<name>")
def one(name: str) -> AnyResponse:
    """One release: when it was made, what it holds, its files."""
    digest, fixed = split_suffix(name, (*CITATIONS, *_OFFERED))
    if digest == CURRENT:
        return _to_current(name.removeprefix(CURRENT))
    found = opened(digest)
    chosen = negotiate((*_OFFERED, *CITATIONS), fixed)

    def body() -> bytes | str:
        if chosen[0] is HTML:
            return render_template("release.html", release=found, now=release().digest, cited=work(found))
        if chosen[0] in CITATIONS:
            return written(work(found), chosen[0])
        if chosen[0] is JSON:
            return found.folder.manifest.read_bytes()
        return serialize(_quads(ReleaseEntry(digest, found.manifest)), chosen[0], prefixes(settings().base))

    salt = "\n".join((found.manifest_digest, settings().base, settings().licence, __version__))
    return send(chosen, body, salt=salt, immutable=created(found))


@blueprint.get("/dumps/current/<path:name>")
def latest_file(name: str) -> Response:
    """A file of the current release, under the address that portals keep; tag and date move only with its bytes."""
    found = release()
    files = _files(found)
    if name not in files:
        raise ProblemError(Problem(404, "This release has no such file."))
    published, fresh = publication().published(found), cache_control.current_release(settings().cache.max_age_seconds)
    since = read_file_dates(found.path.parent).of(found.digest, published, name) or published
    response = send_file(found.path / name, media_type(name), files[name], since, fresh)
    response.headers["Content-Location"] = url_for(".dump", digest=found.digest, name=name)
    return response


@blueprint.get("/dumps/<digest>/<path:name>")
def dump(digest: str, name: str) -> Response:
    """A file of a release, whole or in part: `data.nq`, `manifest.json`, `report.json`, `tables/….csv`."""
    found = opened(digest)
    files = _files(found)
    if name not in files:
        raise ProblemError(Problem(404, "This release has no such file."))
    return send_file(found.path / name, media_type(name), files[name], created(found), IMMUTABLE)


def _files(found: Release) -> dict[str, str]:
    """The files that may be downloaded, with their SHA-256; nothing else in the folder is reached by any path."""
    listed = {name: file.sha256 for name, file in found.manifest.files.items()}
    return listed | {MANIFEST: found.manifest_digest}
