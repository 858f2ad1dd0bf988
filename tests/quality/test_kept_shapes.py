"""Shapes are parsed once for the same files, and once more when a file is another."""

import shutil
import sys
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from atmpgraph.code_cache import CodeCache
from atmpgraph.quality import shapes

from ..conftest import BASE, LANGUAGES, ROOT


def read(folder: Path) -> Graph:
    """As a process does that has read none yet."""
    shapes._parsed.cache_clear()
    return shapes.read_shapes(folder, BASE, LANGUAGES)


def test_shapes_are_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(shapes, "_GRAPHS", CodeCache("shapes", str(tmp_path / "module.py"), 9))
    folder = tmp_path / "shapes"
    shutil.copytree(ROOT / "shapes" / "catalogue", folder)
    parsed = read(folder)
    parse, times = shapes._parse, list[object]()
    monkeypatch.setattr(shapes, "_parse", lambda texts, base: times.append(texts) or parse(texts, base))  # type: ignore[func-returns-value]
    again = read(folder)
    assert isomorphic(again, parsed)
    assert dict(again.namespaces()) == dict(parsed.namespaces())
    assert not times
    (folder / "more.ttl").write_text("<urn:a> <urn:b> <urn:c> .", encoding="utf-8")
    assert len(read(folder)) == len(parsed) + 1
    assert len(times) == 1
