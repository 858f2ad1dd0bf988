"""The publications that are measured: generated, built, and kept in `.bench/` until what makes them changes."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from atmpgraph.progress import SILENT, Progress
from atmpgraph.publish.build import build
from atmpgraph.release.layout import ReleaseFolder, ReleasesFolder
from atmpgraph.settings import FILE_NAME, Settings
from atmpgraph.settings.layers import supplied

from .generate import Grower, generate

ROOT: Final = Path(__file__).parents[1]
KEPT: Final = ROOT / ".bench"
# Checking the shapes takes minutes beyond this size; that generated data keep to them is a test at a small one.
CHECKED_ROWS: Final = 1_000
_SHAPE: Final = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
<ns/shapes#title> a sh:NodeShape ; sh:targetClass <http://www.w3.org/ns/dcat#Catalog> ;
    sh:property [ sh:path <http://purl.org/dc/terms/title> ; sh:minCount 1 ] .
"""
# What serves a release, and so makes no part of it.
_SERVING: Final = {"citation", "http", "locale", "observability", "server", "sparql", "web"}


@dataclass(frozen=True)
class Publication:
    """A built publication: where it is, and how many of what it has."""

    folder: Path
    grower: Grower

    @property
    def settings(self) -> Settings:
        """Its settings."""
        return Settings.load(self.folder / FILE_NAME)

    @property
    def release(self) -> ReleaseFolder:
        """The live release."""
        return ReleaseFolder((self.folder / "releases" / "current").resolve())


def without_shapes(folder: Path) -> None:
    """Leave one shape, so that SHACL does not hide what else takes time."""
    (folder / "shapes").mkdir()
    for shapes in supplied("shapes").glob("*.ttl"):
        (folder / "shapes" / shapes.name).write_text("", encoding="utf-8")
    (folder / "shapes" / "title.ttl").write_text(_SHAPE, encoding="utf-8")


def made(rows: int, progress: Progress = SILENT) -> Publication:
    """The publication of so many rows, with its release; made if it is not there or if the code was another.

    Raises:
        RuntimeError: the release was not made.
    """
    folder = KEPT / f"rows-{rows}"
    publication = Publication(folder, Grower(rows))
    stamp, made_by = folder / "made-by", _made_by()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == made_by:
        return publication
    shutil.rmtree(folder, ignore_errors=True)
    settings = generate(rows, folder)
    if rows > CHECKED_ROWS:
        without_shapes(folder)
    built = build(settings, progress)
    if not built.release:
        raise RuntimeError(f"{folder}: " + "; ".join(str(finding) for finding in built.report.findings[:3]))
    stamp.write_text(made_by, encoding="ascii")
    return publication


def second_release(publication: Publication) -> tuple[str, str]:
    """The digests of two releases of a publication that differ in one row; the first is live.

    Raises:
        RuntimeError: a release was not made.
    """
    settings = publication.settings
    releases = ReleasesFolder(settings.path(settings.folders.releases))
    first, kept = releases.live or "", publication.folder / "second-release"
    if kept.is_file() and releases.release(kept.read_text(encoding="ascii")).path.is_dir():
        return first, kept.read_text(encoding="ascii")
    table = settings.path(settings.folders.data) / "organisations.csv"
    text = table.read_text(encoding="utf-8")
    changed = text.replace("Example University (fictional)", "Example University renamed (fictional)")
    table.write_text(changed, encoding="utf-8")
    try:
        built = build(settings)
    finally:
        table.write_text(text, encoding="utf-8")
    if not built.release:
        raise RuntimeError("the second release was not made")
    releases.switch(first)
    kept.write_text(built.release.digest, encoding="ascii")
    return first, built.release.digest


def _made_by() -> str:
    """What the release depends on, as a digest."""
    digest = hashlib.sha256(Path(__file__).with_name("generate.py").read_bytes())
    digest.update((ROOT / "data" / "coverage.rq").read_bytes())
    code = ROOT / "src" / "atmpgraph"
    for folder in (
        code,
        ROOT / "data" / "mapping",
        ROOT / "shapes",
        ROOT / "ontology",
        ROOT / "queries",
        ROOT / "lists",
    ):
        for file in sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc"):
            if folder != code or file.relative_to(code).parts[0] not in _SERVING:
                digest.update(file.read_bytes())
    return digest.hexdigest()
