"""The supplied templates are compiled once, and again as soon as they or the filters are others."""

import os
import sys
from pathlib import Path

import pytest
from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from atmpgraph.layers import compiled_templates
from atmpgraph.layers.compiled_templates import CompiledTemplates


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of templates in a package, beside one of a publication, where Python keeps the code of modules."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    folder = tmp_path / "package" / "templates"
    folder.mkdir(parents=True)
    (folder / "a.html").write_text("{{ 'one'|told }} {{ name }}")
    (folder.parent / "__pycache__").mkdir()
    (tmp_path / "own").mkdir()
    return folder


def environment(templates: Path, prefix: str = "") -> Environment:
    """As the application has it, but for a filter."""
    own = templates.parents[1] / "own"
    loader = ChoiceLoader([FileSystemLoader(own), FileSystemLoader(templates)])
    made = Environment(loader=loader, bytecode_cache=CompiledTemplates(templates), autoescape=True)
    made.filters["told"] = lambda text: prefix + text
    return made


def kept(templates: Path) -> dict[str, int]:
    """The files of code, with the time each was written."""
    return {each.name: each.stat().st_mtime_ns for each in (templates.parent / "__pycache__").iterdir()}


def said(templates: Path, prefix: str = "", file: str = "a.html") -> str:
    """What a template says."""
    return environment(templates, prefix).get_template(file).render(name="x")


def test_a_template_is_compiled_once(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second environment takes the code of the first."""
    assert said(templates) == "one x"
    before = kept(templates)
    assert len(before) == 1
    monkeypatch.delattr(Environment, "_generate")
    assert said(templates) == "one x"
    assert kept(templates) == before


def test_another_text_and_other_code_are_compiled_anew(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code holds what a filter makes of a constant, so it goes when a module of the software changes."""
    assert said(templates) == "one x"
    (templates / "a.html").write_text("{{ 'two'|told }}")
    assert said(templates) == "two"
    package = templates.parent / "software"
    package.mkdir()
    module = package / "filters.py"
    module.touch()
    monkeypatch.setattr(compiled_templates, "_PACKAGE", package)
    assert said(templates, "> ") == "&gt; two"
    os.utime(module, ns=(0, module.stat().st_mtime_ns + 1))
    assert said(templates, "< ") == "&lt; two"
    assert len(kept(templates)) == 1


def test_templates_of_a_publication_are_not_kept(templates: Path) -> None:
    """There may be any number of publications."""
    (templates.parents[1] / "own" / "b.html").write_text("own {{ name }}")
    assert said(templates, file="b.html") == "own x"
    assert not kept(templates)


def test_where_python_keeps_no_code_there_is_none_of_templates(
    templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`PYTHONDONTWRITEBYTECODE` is heeded."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert said(templates) == "one x"
    assert not kept(templates)


def test_a_damaged_file_and_a_folder_that_is_none_do_no_harm(templates: Path) -> None:
    """A package may be where nothing can be written."""
    assert said(templates) == "one x"
    (file,) = (templates.parent / "__pycache__").iterdir()
    whole = file.read_bytes()
    for damaged in (b"", whole[:40], whole[:-9], b"\x80" * len(whole)):
        file.write_bytes(damaged)
        assert said(templates) == "one x"
        assert file.read_bytes() == whole
    file.unlink()
    file.parent.rmdir()
    file.parent.touch()
    assert said(templates) == "one x"
