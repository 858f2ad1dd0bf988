"""The catalogue is made from a few statements of a release, and is the one that all of them make."""

from atmpgraph.catalogue.dcat import History, catalogue, catalogued
from atmpgraph.release.release import Release

from ..conftest import LANGUAGES


def test_the_rest_of_the_statements_changes_nothing(release: Release) -> None:
    canonical, files = release.folder.canonical, release.manifest.files
    history = History(release.digest, release.manifest.created)
    lines = canonical.read_bytes().splitlines(keepends=True)
    few = catalogued(canonical, release.base)
    assert len(few) < len(lines) / 2
    assert catalogue(few, files, release.base, history, LANGUAGES) == catalogue(
        lines, files, release.base, history, LANGUAGES
    )
