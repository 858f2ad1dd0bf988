"""The description of a release: its files, its catalogue, and the dates of its things."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from ..addresses import Addresses
from ..catalogue.dcat import History, catalogue, catalogued
from ..linksets.describe import described
from ..linksets.links import read_summary
from ..rdf.statements import quad_of, timestamp
from ..release.integrity import known_sha256
from ..release.layout import DescriptionFolder, ReleaseFolder, ReleasesFolder
from ..release.listing import live_description
from ..release.manifest import File
from ..release.thing_dates import thing_date_lines
from .lookups import write_description_lookups


def write_description(
    description: DescriptionFolder,
    release: ReleaseFolder,
    files: Mapping[str, File],
    live: ReleaseFolder | None,
    history: History,
    base: str,
    languages: Sequence[str],
    statistics: Callable[[], Iterable[ox.Triple]],
) -> None:
    """Write the description of a release: its catalogue, and when its things last changed.

    Args:
        description: the folder for that.
        release: the folder of the release.
        files: of the release, for download.
        live: the live release, which it follows.
        history: the release, and when it is made or reactivated.
        base: of the publication.
        languages: of the publication.
        statistics: its VoID description, awaited when the rest is done.
    """
    description.path.mkdir(exist_ok=True)
    with description.thing_dates.open("w", encoding="utf-8") as out:
        out.writelines(thing_date_lines(release.path, live.path if live else None, history.created, base))
    lines, following = catalogued(release.canonical, base), _following(history, live, base)
    statistics = cache(
        lambda of=statistics: {*of(), *described(read_summary(release.linksets_summary), base, languages)}
    )
    triples = catalogue(lines, files, base, following, languages, statistics)
    addresses = Addresses(base)
    graphs = {addresses.page("catalogue"): triples, addresses.page(".well-known/void"): statistics()}
    quads = {f"{quad_of(triple, graph)} .\n" for graph, triples in graphs.items() for triple in triples}
    description.catalogue.write_text("".join(sorted(quads)), encoding="utf-8")
    write_description_lookups(description, release, base, description.path)


def list_files(paths: Mapping[str, Path]) -> dict[str, File]:
    """Files of a release: size and SHA-256 by path in its folder."""
    return {name: File(path.stat().st_size, known_sha256(path)) for name, path in paths.items()}


def now() -> str:
    """The time, or SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return timestamp(datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else datetime.now(UTC))


def live_release(releases: Path) -> ReleaseFolder | None:
    """The release that is live, if there is one."""
    current = ReleaseFolder(ReleasesFolder(releases).current.resolve())
    return current if current.canonical.is_file() else None


def _following(history: History, live: ReleaseFolder | None, base: str) -> History:
    """The same with the release that is live, which it follows."""
    if live is None or not live.catalogue.is_file():
        return replace(history, previous=live.path.name if live else "")
    graph = ox.NamedNode(Addresses(base).page("catalogue"))
    quads = ox.parse(path=str(live_description(live).catalogue), format=ox.RdfFormat.N_QUADS)
    before = frozenset(quad.triple for quad in quads if quad.graph_name == graph)
    return replace(history, previous=live.path.name, before=before)
