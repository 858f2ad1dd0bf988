"""What a release says of itself: its files and its catalogue, made and checked before it goes live."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox

from ..catalogue.dcat import History, catalogue
from ..catalogue.mqa import score
from ..catalogue.void import void
from ..findings import Finding, Severity
from ..quality.shapes import check_shapes, read_shapes
from ..rdf.canonical import CanonicalWriter
from ..rdf.terms import without_graph
from ..release.layout import DescriptionFolder, ReleaseFolder, ReleasesFolder
from ..release.manifest import File, Score
from ..release.thing_dates import thing_date_lines
from ..settings import Settings
from ..sources.package import Package
from ..store import Store
from .dumps import write_dumps

# The folder of the shapes of the catalogue, in that of all shapes.
SHAPES = "catalogue"


@dataclass(frozen=True)
class Described:
    """A release that is ready but for its store.

    Attributes:
        digest: SHA-256 of the canonical file.
        created: when it is made (xsd:dateTime).
        score: of the catalogue.
        findings: what its shapes found.
    """

    digest: str
    created: str
    score: Score
    findings: list[Finding]


def describe_release(
    settings: Settings, package: Package, canonical: CanonicalWriter, store: Store, folder: Path
) -> Described:
    """Write the canonical file and all made from it into `folder`; check what is told of the release.

    Of one that comes back, only what is told is written, into a folder within; of the live one, nothing.
    """
    releases, base, own = settings.path(settings.folders.releases), settings.base, ReleaseFolder(folder)
    digest, created = canonical.write(own.canonical), now()
    place, live = ReleasesFolder(releases).release(digest), live_release(releases)
    about: DescriptionFolder
    if not place.catalogue.is_file():
        place = about = own
        write_dumps(own, package, store)
        write_description(own, own, live, History(digest, created), store)
    elif live and live.path == place.path.resolve():
        about = live.live_description
    else:
        about = new_description(folder)
        write_description(about, place, live, History(digest, created), store)
    end, all_lines = f" <{base}catalogue> .\n".encode(), about.catalogue.read_bytes().splitlines(keepends=True)
    lines = [line for line in all_lines if line.endswith(end)]
    shapes = read_shapes(settings.path(settings.folders.shapes) / SHAPES, base)
    findings = check_shapes(lines, {}, shapes, [], base)
    served = {f"{base}dumps/current/{path}" for path in list_files(place)}
    conforms = not any(finding.severity is Severity.VIOLATION for finding in findings)
    return Described(digest, created, score(map(without_graph, lines), served, conforms), findings)


def write_description(
    about: DescriptionFolder, folder: ReleaseFolder, live: ReleaseFolder | None, history: History, store: Store
) -> None:
    """Describe a release: write its catalogue, and when its things last changed.

    Args:
        about: the folder for that.
        folder: of the release, with all its other files.
        live: the release that is live.
        history: the release, and when it is made or reactivated.
        store: of its statements.
    """
    base = store.base
    about.path.mkdir(exist_ok=True)
    dates = thing_date_lines(folder.path, live.path if live else None, history.created, base)
    about.thing_dates.write_text("".join(dates), encoding="utf-8")
    with folder.canonical.open("rb") as lines:
        made = catalogue(lines, list_files(folder), base, _following(history, live, base))
    _write(about.catalogue, {f"{base}catalogue": made, f"{base}.well-known/void": void(store)})


def new_description(workplace: Path) -> DescriptionFolder:
    """Where a build describes a release that it reactivates."""
    return DescriptionFolder(workplace / "reactivated")


def list_files(folder: ReleaseFolder) -> dict[str, File]:
    """The files of a release that can be downloaded: size and SHA-256 by path."""
    files = folder.downloads()
    return {name: File(path.stat().st_size, _sha256(path)) for name, path in files.items()}


def now() -> str:
    """The time, or the one that a reproducible build is told (https://reproducible-builds.org/specs/source-date-epoch/)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    time = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else datetime.now(UTC)
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")


def live_release(releases: Path) -> ReleaseFolder | None:
    """The folder of the release that is live, where it is there."""
    current = ReleaseFolder(ReleasesFolder(releases).current.resolve())
    return current if current.canonical.is_file() else None


def _following(history: History, live: ReleaseFolder | None, base: str) -> History:
    """The same with the release that is live, which it follows."""
    if live is None or not live.catalogue.is_file():
        return replace(history, previous=live.path.name if live else "")
    graph = ox.NamedNode(f"{base}catalogue")
    quads = ox.parse(path=str(live.live_description.catalogue), format=ox.RdfFormat.N_QUADS)
    before = frozenset(quad.triple for quad in quads if quad.graph_name == graph)
    return replace(history, previous=live.path.name, before=before)


def _write(path: Path, graphs: dict[str, Iterable[ox.Triple]]) -> None:
    """Write graphs as sorted N-Quads."""
    quads = [
        ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(graph))
        for graph, triples in graphs.items()
        for triple in triples
    ]
    path.write_text("".join(sorted({f"{quad} .\n" for quad in quads})), encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
