"""The releases: which there are, what each holds, its files. What has a digest in its name never changes."""

from typing import Final

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from .. import __version__
from ..http.cache import IMMUTABLE
from ..http.formats import DOCUMENTS, HTML, Format, split_suffix
from ..http.problem import Problem, ProblemError
from ..http.serialize import serialize
from ..release.opened import MANIFEST, Release
from ..vocab import DCT, FOAF, RDF, XSD, prefixes
from .current import created, current, release, settings
from .files import send_file
from .respond import negotiate, send

blueprint = Blueprint("releases", __name__)

_JSON: Final = Format("JSON", "json", "application/json", "text")
_OFFERED: Final = (*DOCUMENTS, _JSON)
_TYPES: Final = {fmt.suffix: fmt.media_type for fmt in DOCUMENTS} | {
    "csv": "text/csv",
    "json": "application/json",
    "txt": "text/plain",
}
_DCAT: Final = "http://www.w3.org/ns/dcat#"
_PROV: Final = "http://www.w3.org/ns/prov#"
_SPDX: Final = "http://spdx.org/rdf/terms#"
_IANA: Final = "https://www.iana.org/assignments/media-types/"


def _opened(digest: str) -> Release:
    found = current().open(digest)
    if found is None:
        raise ProblemError(Problem(404, "There is no such release."))
    return found


def _triple(subject: str, predicate: str, term: str | ox.Literal) -> ox.Quad:
    known = ox.NamedNode(term) if isinstance(term, str) else term
    return ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), known)


def describe(found: Release) -> list[ox.Quad]:
    """A release and its files as data: DCAT 3, with checksums (§5.4, §5.5)."""
    base, digest = settings().base, found.digest
    iri = f"{base}releases/{digest}"
    issued = ox.Literal(found.manifest["created"], datatype=ox.NamedNode(XSD + "dateTime"))
    quads = [
        _triple(iri, RDF + "type", _DCAT + "Dataset"),
        _triple(iri, DCT + "identifier", ox.Literal(digest)),
        _triple(iri, DCT + "issued", issued),
        _triple(iri, DCT + "license", settings().licence),
    ]
    if found.manifest.get("previous"):
        quads.append(_triple(iri, _PROV + "wasRevisionOf", f"{base}releases/{found.manifest['previous']}"))
    for name, file in found.manifest["files"].items():
        url = f"{base}dumps/{digest}/{name}"
        size = ox.Literal(str(file["bytes"]), datatype=ox.NamedNode(XSD + "nonNegativeInteger"))
        hexadecimal = ox.Literal(file["sha256"], datatype=ox.NamedNode(XSD + "hexBinary"))
        quads += [
            _triple(iri, _DCAT + "distribution", f"{url}#file"),
            _triple(f"{url}#file", RDF + "type", _DCAT + "Distribution"),
            _triple(f"{url}#file", _DCAT + "downloadURL", url),
            _triple(f"{url}#file", _DCAT + "byteSize", size),
            _triple(f"{url}#file", _DCAT + "mediaType", _IANA + _media_type(name)),
            _triple(f"{url}#file", _SPDX + "checksum", f"{url}#sha256"),
            _triple(f"{url}#sha256", RDF + "type", _SPDX + "Checksum"),
            _triple(f"{url}#sha256", _SPDX + "algorithm", _SPDX + "checksumAlgorithm_sha256"),
            _triple(f"{url}#sha256", _SPDX + "checksumValue", hexadecimal),
        ]
    return quads


def _media_type(name: str) -> str:
    return _TYPES.get(name.rpartition(".")[2], "application/octet-stream")


@blueprint.get("/releases/")
def releases() -> Response:
    """The releases that are kept, the newest first."""
    found, now = current().all(), release().digest
    chosen = negotiate(DOCUMENTS)

    def body() -> bytes | str:
        if chosen[0] is HTML:
            return render_template("releases.html", releases=found, now=now)
        base = settings().base
        quads = [_triple(f"{base}releases/", FOAF + "topic", f"{base}releases/{r.digest}") for r in found]
        return serialize([*quads, *(quad for r in found for quad in describe(r))], chosen[0], prefixes(base))

    return send(chosen, body, salt=" ".join(r.digest for r in found))


@blueprint.get("/releases/current")
def latest() -> AnyResponse:
    """The way to the current release."""
    return redirect(url_for(".one", name=release().digest), 307)


@blueprint.get("/releases/<name>")
def one(name: str) -> Response:
    """One release: when it was made, what it holds, its files."""
    digest, fixed = split_suffix(name, _OFFERED)
    found = _opened(digest)
    chosen = negotiate(_OFFERED, fixed)

    def body() -> bytes | str:
        if chosen[0] is HTML:
            return render_template("release.html", release=found, now=release().digest)
        if chosen[0] is _JSON:
            return (found.path / MANIFEST).read_bytes()
        return serialize(describe(found), chosen[0], prefixes(settings().base))

    salt = "\n".join((digest, settings().base, settings().licence, __version__))
    return send(chosen, body, salt=salt, immutable=created(found))


@blueprint.get("/dumps/current/<path:name>")
def latest_file(name: str) -> AnyResponse:
    """The way to a file of the current release."""
    if name not in _files(release()):
        raise ProblemError(Problem(404, "This release has no such file."))
    return redirect(url_for(".dump", digest=release().digest, name=name), 307)


@blueprint.get("/dumps/<digest>/<path:name>")
def dump(digest: str, name: str) -> Response:
    """A file of a release, whole or in part: `data.nq`, `manifest.json`, `report.json`, `tables/….csv`."""
    found = _opened(digest)
    files = _files(found)
    if name not in files:
        raise ProblemError(Problem(404, "This release has no such file."))
    return send_file(found.path / name, _media_type(name), files[name], created(found), IMMUTABLE)


def _files(found: Release) -> dict[str, str]:
    """The files that may be downloaded, with their SHA-256; nothing else in the folder is reached by any path."""
    listed = {name: str(file["sha256"]) for name, file in found.manifest["files"].items()}
    return listed | {MANIFEST: found.manifest_digest}
