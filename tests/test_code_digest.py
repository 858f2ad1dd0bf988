"""Another state of the program, of a library or of Python has another digest."""

import sys
from importlib import metadata
from pathlib import Path

import pytest

from atmpgraph import code_cache
from atmpgraph.code_cache import code_digest


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it takes the program to be."""
    monkeypatch.setattr(code_cache, "__file__", str(tmp_path / "code_cache.py"))
    for name in ("code_cache.py", "void/dataset.rq", "web/page.py", "__pycache__/a.pyc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def digest() -> str:
    return code_digest.__wrapped__()


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("code_cache.py", True),
        ("void/dataset.rq", True),
        ("void/more.toml", True),
        ("web/page.py", False),
        ("__pycache__/a.pyc", False),
    ],
)
def test_of_the_program(name: str, other: bool, program: Path) -> None:
    before = digest()
    assert digest() == before
    (program / name).write_text("another")
    assert (digest() != before) is other


def test_of_a_library_and_of_python(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {digest()}
    monkeypatch.setattr(sys, "version", "another")
    seen.add(digest())
    installed = [*metadata.distributions()]
    monkeypatch.setattr(metadata, "distributions", lambda: installed[1:])
    seen.add(digest())
    assert len(seen) == 3
