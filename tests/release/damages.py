"""A small publication with a history, and the ways to damage its files."""

import os
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest
from flask.testing import FlaskClient

from atmpgraph.publish.build import build
from atmpgraph.release.history import history
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.release.manifest import read_manifest
from atmpgraph.settings import Settings


def overwrite(path: Path) -> None:
    """Change some bytes in place; the size stays."""
    content, chance = bytearray(path.read_bytes()), random.Random(path.name)
    for place in chance.choices(range(len(content)), k=max(1, len(content) // 50)):
        content[place] ^= 1 + chance.randrange(255)
    with path.open("r+b") as file:
        file.write(content)


DAMAGES: Final[Mapping[str, Callable[[Path], object]]] = {
    "cut": lambda path: os.truncate(path, path.stat().st_size // 2),
    "emptied": lambda path: os.truncate(path, 0),
    "removed": lambda path: path.unlink(),
    "overwritten": overwrite,
}


def publish_history(folder: Path) -> Settings:
    """After the first release of the starter two more, and the first again."""
    settings, people = Settings.load(folder / "atmpgraph.toml"), folder / "data" / "people.csv"
    text = people.read_text(encoding="utf-8")
    for name in ("second-person", "third-person", "example-person"):
        people.write_text(text.replace("example-person", name), encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("SOURCE_DATE_EPOCH", raising=False)
            assert build(settings).switched
    return settings


def copied(settings: Settings, folder: Path) -> Settings:
    """The same in another folder."""
    shutil.copytree(settings.path(Path()), folder, symlinks=True)
    return Settings.load(folder / "atmpgraph.toml")


def files(settings: Settings) -> list[str]:
    """The files of the live release, of an earlier one and beside them: of many that are alike, one."""
    folder = ReleasesFolder(settings.path(settings.folders.releases))
    earlier = next(release.path.name for release in folder.all() if release.path.name != folder.live)
    chosen: dict[tuple[str, ...], str] = {}
    for path in sorted(folder.path.rglob("*")):
        name = path.relative_to(folder.path)
        of_release, inner = name.parts[0] in {folder.live, earlier}, name.parts[1:]
        if not path.is_file() or path.name in {".lock", "LOCK", "IDENTITY"} or not path.stat().st_size:
            continue
        if path.name.startswith("LOG"):  # of which an engine keeps as many as it pleases
            continue
        if (len(name.parts[0]) == 64 and not of_release) or name.parts[0] in {
            "proven",
            "supplied.json",
        }:  # notes that may be missing
            continue
        alike = path.suffix if len(inner) > 1 or path.name.startswith("data.") else path.name
        chosen.setdefault((name.parts[0], *inner[:-1], alike), name.as_posix())
    return sorted(chosen.values())


def addresses(settings: Settings) -> list[str]:
    """URLs that together are answered from every file."""
    releases = settings.path(settings.folders.releases)
    found = [
        *("/", "/catalogue.ttl", "/quality.json", "/releases/", "/stream", "/stream/1.nq", "/sitemap.xml"),
        *("/data?default", "/ns/shapes.ttl", "/.well-known/void", "/doc/table/people.csv", "/id/person/example-person"),
        *(f"/doc/person/{name}.ttl" for name in ("example-person", "second-person", "third-person", "never")),
        *("/timemap/doc/person/example-person.json", "/timemap/doc/person/second-person.json", "/releases/current"),
    ]
    for digest in dict.fromkeys(switch.digest for switch in history(releases)):
        listed = read_manifest(ReleasesFolder(releases).release(digest).manifest).files
        found += [f"/dumps/{digest}/{name}" for name in (*listed, "manifest.json")]
        found += [f"/releases/{digest}{rest}" for rest in (".json", "/changes.json", "/quality.json")]
        found += [f"/releases/{digest}/doc/person/{name}.ttl" for name in ("example-person", "second-person")]
    return found


def answers(client: FlaskClient, asked: list[str]) -> dict[str, tuple[int, bytes]]:
    """Status and body by URL."""
    given = {url: client.get(url) for url in asked}
    return {url: (answer.status_code, answer.data) for url, answer in given.items()}
