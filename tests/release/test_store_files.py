"""A release looks at the files of its store itself: with blocks of another store the engine answers wrongly."""

import time
from pathlib import Path

import pytest

from atmpgraph.errors import DamagedError
from atmpgraph.release.release import Release

from .fixtures import BASE, named, publish


def test_files_of_another_store_are_noticed_while_the_store_is_open(tmp_path: Path) -> None:
    release, other = (
        Release(tmp_path / publish(tmp_path, named("a", word), date, store=True), BASE)
        for word, date in (("one", "2024-01-01"), ("two", "2024-02-01"))
    )
    assert release.store
    theirs = max(other.folder.store.glob("*.sst"), key=lambda file: file.stat().st_size).read_bytes()
    for file in release.folder.store.glob("*.sst"):
        with file.open("r+b") as same:
            same.write(theirs[: file.stat().st_size])
    time.sleep(0.25)  # longer than between two looks
    with pytest.raises(DamagedError):
        assert release.store
