"""The page that a guest reads first tells of files that exist."""

import re

import pytest

from .conftest import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PATHS = sorted({path for path in re.findall(r"`([a-zA-Z_/.-]+)`", PAGE) if "/" in path or path.endswith(".py")})


@pytest.mark.parametrize("path", PATHS)
def test_a_path_of_the_page_exists(path: str) -> None:
    assert (ROOT / path).exists() or (ROOT / "src" / "atmpgraph" / path).exists()


def test_other_pages_name_modules_that_exist() -> None:
    for page in [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        for path in re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", page.read_text(encoding="utf-8")):
            assert (ROOT / path).exists() or (ROOT / "src" / "atmpgraph" / path).exists(), (page.name, path)


def test_the_page_names_every_room() -> None:
    rooms = [folder.name for folder in (ROOT / "src" / "atmpgraph").iterdir() if (folder / "__init__.py").exists()]
    assert not [room for room in rooms if f"`{room}/" not in PAGE]


def test_the_readme_leads_there() -> None:
    assert "docs/architecture.md" in (ROOT / "README.md").read_text(encoding="utf-8")
