"""Large downloads are coded once, at build, into the bytes that would be sent otherwise."""

import gzip
from pathlib import Path

import pytest
import zstandard

from atmpgraph.http.coding import GZIP, OFFERED, encoded_file
from atmpgraph.publish.build import build
from atmpgraph.publish.codings import LEAST
from atmpgraph.publish.verify import verify
from atmpgraph.release.layout import ReleaseFolder, ReleasesFolder
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import edit


def live(settings: Settings) -> ReleaseFolder:
    folder = ReleasesFolder(settings.path(settings.folders.releases))
    assert folder.live
    return folder.release(folder.live)


def large(release: ReleaseFolder) -> dict[str, Path]:
    return {name: path for name, path in release.downloads().items() if path.stat().st_size >= LEAST}


@pytest.mark.parametrize("coding", OFFERED)
def test_a_large_file_is_sent_as_it_was_coded(coding: str, started: Settings) -> None:
    release, client = live(started), create_app(started).test_client()
    decoded = gzip.decompress if coding == GZIP else zstandard.ZstdDecompressor().decompress
    assert "data.ttl" in large(release)
    for name, path in release.downloads().items():
        coded, headers = release.coded(name, coding), {"Accept-Encoding": coding}
        answer = client.get(f"/dumps/{release.path.name}/{name}", headers=headers)
        assert answer.headers["Content-Encoding"] == coding
        assert decoded(answer.data) == path.read_bytes()
        assert answer.data == b"".join(encoded_file(path, coding)), "the bytes that the tag names, coded now or then"
        assert coded.exists() is (name in large(release)), name
        if coded.exists():
            assert answer.data == coded.read_bytes()
            assert answer.headers["Content-Length"] == str(coded.stat().st_size)
            head = client.head(f"/dumps/{release.path.name}/{name}", headers=headers)
            assert head.headers["Content-Length"] == answer.headers["Content-Length"]
            assert head.headers["ETag"] == answer.headers["ETag"]


def test_they_are_proven_and_mended(started: Settings) -> None:
    release = live(started)
    coded = release.coded("data.ttl", GZIP)
    content = coded.read_bytes()
    coded.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    client = create_app(started).test_client()
    url = f"/dumps/{release.path.name}/data.ttl"
    answer = client.get(url, headers={"Accept-Encoding": GZIP})
    assert answer.data == content, "coded while it is sent"
    assert str(coded) in {str(damage.path) for damage in verify(release.path.parent, started.base)}
    assert all(repair.done for repair in build(started).repairs)
    assert coded.read_bytes() == content


def test_the_same_file_is_coded_once(started: Settings) -> None:
    before = live(started)
    edit(started, "people.csv", "Example Person (fictional)", "Sample Person (fictional)")
    build(started)
    after = live(started)
    same = {name for name, path in large(after).items() if path.read_bytes() == (before.path / name).read_bytes()}
    assert "shapes.nt" in same
    assert "data.ttl" not in same
    for name in large(after):
        for coding in OFFERED:
            linked = before.coded(name, coding).samefile(after.coded(name, coding))
            assert linked is (name in same), name
            assert after.coded(name, coding).read_bytes() == b"".join(encoded_file(after.path / name, coding))
