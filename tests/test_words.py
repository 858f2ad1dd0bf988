"""Names name something: words that fit everything are no identifiers (CONTRIBUTING.md)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from .conftest import ROOT

SOURCE: Final = ROOT / "src" / "atmpgraph"
REFUSED: Final = frozenset({"asked", "found", "kept", "known", "made", "told", "opened", "said", "again"})


def names(tree: ast.AST) -> Iterator[str]:
    """Every name that a module gives to something."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


@pytest.mark.parametrize("file", sorted(SOURCE.rglob("*.py")), ids=lambda file: str(file.relative_to(SOURCE)))
def test_a_name_names_something(file: Path) -> None:
    given = {name.strip("_").lower() for name in names(ast.parse(file.read_text(encoding="utf-8")))}
    assert not given & REFUSED


def test_no_inverted_clauses_in_public_sentences() -> None:
    """ "Who asks …", "whoever wants …": say who does what, in the usual order."""
    files = [*(SOURCE / "web").rglob("*.html"), *SOURCE.rglob("*.py")]
    wrong = re.compile(r"\b(whoever|who asks|who wants|who has it)\b", re.IGNORECASE)
    assert not [
        f"{file.relative_to(SOURCE)}: {found[0]}"
        for file in files
        if (found := wrong.search(file.read_text(encoding="utf-8")))
    ]
