"""The releases: their list, each with its files. A URL with a digest never changes its content."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pyoxigraph as ox
from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ... import __version__
from ...addresses import CURRENT
from ...catalogue.facts import distribution_of
from ...catalogue.releases import ReleaseEntry, media_type, release_quads
from ...formats import CITATIONS, HTML, JSON, Format
from ...http.cache_control import IMMUTABLE, current_release
from ...http.links import Link, link_field
from ...i18n import message
from ...release.diff import change_counts
from ...release.file_dates import read_file_dates
from ...release.history import Switch
from ...release.incoming import Incoming
from ...release.integrity import prove
from ...release.layout import MANIFEST
from ...release.manifest import File
from ...release.release import Release
from ...vocab import DCAT
from ..core.citation import citation, work
from ..core.context import Context, created
from ..core.files import respond_with_file
from ..core.paging import Paging, paged
from ..core.resource import Maker, Navigation, Resource, Sitemap, query_parameter, rdf
from ..core.response import Cache, Version

_PATH: Final = "/!$&'()*+,;=:@~"  # what a path may hold unencoded (RFC 3986 §3.3)
_PAGE: Final = query_parameter("page", "Number of the page, where the list has pages.", example="1")
_NO_FILE: Final = message("This release has no such file.")

# A switch as the list has it: when, to which release, and what that changed.
Entry = dict[str, Any]


@dataclass(frozen=True)
class Switches:
    """The switches of one page, the newest first."""

    entries: list[Entry]
    paging: Paging


def switches_of(context: Context) -> Switches:
    switches = context.publication.history()
    digests, last = [switch.digest for switch in switches], len(switches) - 1
    paging = paged(len(switches), context.settings.limits.list_page_releases)
    first = {digest: at for at, digest in reversed(list(enumerate(digests)))}
    shown = [last - at for at in range(*paging.part)]
    return Switches(
        [
            _entry(
                context,
                switches[at],
                previous=digests[at - 1] if first[digests[at]] < at else None,
                last=at == last,
            )
            for at in shown
        ],
        paging,
    )


def _entry(context: Context, switch: Switch, *, previous: str | None, last: bool) -> Entry:
    """One switch.

    Args:
        context: of the request.
        switch: to a release.
        previous: digest of the release that was live until then, when it was a return; None the first time.
        last: the newest switch.
    """
    release = context.publication.open(switch.digest)
    summary = release.manifest if release else context.publication.removed(switch.digest)
    stated: Entry = {"created": summary.created, "statements": summary.statements} if summary else {}
    if previous:
        counts = change_counts(release.path, previous, release.base) if release else None
        stated |= {"previous": previous, "changes": counts}
    elif summary:
        stated |= {"previous": summary.previous, "changes": summary.changes}
    live = last and switch.digest == context.release.digest
    state = {"current": live, "again": previous is not None, "removed": release is None}
    stated = {name: value for name, value in stated.items() if value}
    return {"date": switch.date, "digest": switch.digest, "statements": 0, **stated, **state}


def _list_page(_: Context, switches: Switches) -> str:
    return render_template("releases.html", entries=switches.entries, paging=switches.paging)


def _list_json(context: Context, switches: Switches) -> str:
    paging = switches.paging
    pages = {"page": paging.as_json(context.iris.page("releases/"))} if paging.count > 1 else {}
    return json.dumps({"releases": switches.entries, **pages}, ensure_ascii=False, indent=1)


def _list_quads(context: Context, switches: Switches) -> list[ox.Quad]:
    listed = [_listed(context, entry) for entry in reversed(switches.entries) if not entry["again"]]
    url = context.iris.page("releases/")
    return [*release_quads(listed, context.base, context.settings.licence), *switches.paging.view(url)]


def _listed(context: Context, entry: Entry) -> ReleaseEntry:
    """A release with its files; of many, those that have all of it."""
    release = context.publication.open(entry["digest"])
    if release is None:
        summary = context.publication.removed(entry["digest"])
        return ReleaseEntry(entry["digest"], summary, entry["date"], removed=True)
    manifest = release.manifest
    if len(manifest.files) > context.settings.limits.list_page_files:
        manifest = replace(manifest, files={name: file for name, file in manifest.files.items() if "/" not in name})
    return ReleaseEntry(entry["digest"], manifest, entry["date"])


def _load_release(context: Context) -> Release:
    _files(context, context.release)
    return context.release


def _files(context: Context, release: Release) -> Paging:
    """The page of the files of a release."""
    return paged(len(release.manifest.files), context.settings.limits.list_page_files)


def _page(context: Context, release: Release) -> str:
    current, cited, paging = context.publication.release().digest, work(context, release), _files(context, release)
    files = list(release.manifest.files.items())[paging.first : paging.last]
    return render_template("release.html", release=release, files=files, paging=paging, now=current, cited=cited)


def _quads(context: Context, release: Release) -> list[ox.Quad]:
    paging = _files(context, release)
    files = dict(list(release.manifest.files.items())[paging.first : paging.last])
    entry = ReleaseEntry(release.digest, replace(release.manifest, files=files))
    quads = release_quads([entry], context.base, context.settings.licence)
    return [*quads, *paging.view(context.iris.release(release.digest))]


def _citation(fmt: Format) -> Maker[Release]:
    return lambda context, release: citation(work(context, release), fmt)


def _version(context: Context, release: Release, fmt: Format) -> Version:
    current = context.publication.release().digest if fmt is HTML else ""  # the page says whether it is this one
    parts = (release.manifest_digest, context.base, context.settings.licence, __version__, current)
    return Version(parts, modified=created(release))


_MAKERS: Final[Mapping[Format, Maker[Release]]] = {
    **rdf(_quads),
    HTML: _page,
    JSON: lambda _, release: release.manifest_text,
    **{fmt: _citation(fmt) for fmt in CITATIONS},
}


def _to_current(context: Context, rest: str) -> AnyResponse:
    """The same place in the current release, with the query of the request."""
    suffix = f".{context.fixed.suffix}" if context.fixed else ""
    query = quote(request.query_string, safe=f"{_PATH}%?")
    place = context.urls.release(context.release.digest) + suffix + quote(rest, safe=_PATH)
    return redirect(f"{place}?{query}" if query else place, 307)


@dataclass(frozen=True)
class Download:
    """A file of a release that may be downloaded: its name and its path there, its SHA-256."""

    name: str
    path: Path
    digest: str


def _load_file(context: Context, name: str) -> Download | None:
    """A file by its name; nothing else in the folder has a URL."""
    release, path = context.release, context.release.path / name
    if name == MANIFEST:
        prove(path, File(len(release.manifest_text), release.manifest_digest))
        return Download(name, path, release.manifest_digest)
    if name not in release.manifest.files:
        return None
    return Download(name, release.whole(path), release.manifest.files[name].sha256)


def _send_file(context: Context, file: Download) -> Response:
    date, coded = created(context.release), partial(context.release.coded, file.name)
    return _collected(
        context, file, respond_with_file(file.path, media_type(file.name), file.digest, date, IMMUTABLE, coded)
    )


def _send_current_file(context: Context, file: Download) -> Response:
    """A file under the URL that portals store; tag and date change only with its bytes."""
    release, published = context.release, context.publication.published(context.release)
    modified = read_file_dates(release.path.parent).of(release.digest, published, file.name) or published
    fresh = current_release(context.settings.cache.max_age_seconds)
    coded = partial(release.coded, file.name)
    response = respond_with_file(file.path, media_type(file.name), file.digest, modified, fresh, coded)
    response.headers["Content-Location"] = context.urls.dump(quote(file.name), release.digest)
    return _collected(context, file, response)


def _collected(context: Context, file: Download, response: Response) -> Response:
    """The same with a link to the page of the dataset that it is a file of (FAIR Signposting)."""
    distribution = distribution_of(file.name, context.base)
    datasets = Incoming(context.release, distribution, only=f"{DCAT}distribution") if distribution else ()
    links = [Link(context.iris.document(iri), "collection", {"type": HTML.media_type}) for _, iri in datasets]
    if links:
        response.headers["Link"] = link_field(links)
    return response


def _example_file(context: Context) -> Mapping[str, str]:
    return {"name": context.release.folder.canonical.name}


def _beside(paging: Paging, url: str) -> Mapping[str, str]:
    """The links to the pages beside one."""
    links = paging.links(url)
    return {"Link": link_field(links)} if links else {}


RESOURCES: Final[tuple[Resource[Any], ...]] = (
    Resource(
        endpoint="releases.releases",
        path="/releases/",
        summary="Every time that a release went live, the newest first.",
        load=switches_of,
        makers={**rdf(_list_quads), HTML: _list_page, JSON: _list_json},
        version=lambda _, switches, __: Version((json.dumps(switches.entries), str(switches.paging))),
        fields=lambda context, switches: _beside(switches.paging, context.urls.page("releases/")),
        parameters=(_PAGE,),
        navigation=Navigation("foot", 1, message("Releases")),
        sitemap=Sitemap(),
    ),
    Resource(
        endpoint="releases.one",
        path="/releases/<digest>",
        summary="A release: its date, its counts and its files.",
        load=_load_release,
        missing=message("There is no such release."),
        makers=_MAKERS,
        suffixes=tuple(_MAKERS),
        version=_version,
        cache=Cache.IMMUTABLE,
        fields=lambda context, release: _beside(_files(context, release), context.urls.release(release.digest)),
        parameters=(_PAGE,),
    ),
    Resource(
        endpoint="releases.current",
        path=f"/releases/{CURRENT}",
        summary="Redirects to the current release.",
        missing=message("There is no such release."),
        handler=lambda context, _: _to_current(context, ""),
        suffixes=tuple(_MAKERS),
    ),
    Resource(
        endpoint="releases.latest",
        path=f"/releases/{CURRENT}/<path:rest>",
        summary="Redirects to the same path in the current release.",
        load=lambda _, rest: f"/{rest}",
        handler=_to_current,
        examples=lambda _: {"rest": "changes"},
    ),
    Resource(
        endpoint="releases.latest_file",
        path=f"/dumps/{CURRENT}/<path:name>",
        summary="A file of the current release, under a URL that stays the same.",
        load=_load_file,
        missing=_NO_FILE,
        handler=_send_current_file,
        ranges=True,
        examples=_example_file,
    ),
    Resource(
        endpoint="releases.dump",
        path="/dumps/<digest>/<path:name>",
        summary="A file of a release, whole or in part: `data.nq`, `manifest.json`, `report.json`, `tables/….csv`.",
        load=_load_file,
        missing=_NO_FILE,
        handler=_send_file,
        cache=Cache.IMMUTABLE,
        ranges=True,
        examples=_example_file,
    ),
)
