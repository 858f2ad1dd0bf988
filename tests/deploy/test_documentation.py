"""docs/operations.md names what is there: files, settings, units."""

import re

import pytest

from atmpgraph.settings import Settings

from ..conftest import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SETTINGS = sorted(set(re.findall(r"`\[(\w+)\] (\w+)`", PAGE)))
NAMED = sorted(set(re.findall(r"`?((?:deploy|docs|tests|requirements)/[\w./-]+\w)", PAGE)))


def test_the_readme_leads_there() -> None:
    assert "(docs/operations.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("group", "name"), SETTINGS)
def test_a_setting_of_the_page_exists(group: str, name: str) -> None:
    assert hasattr(Settings.model_fields[group].default, name)


@pytest.mark.parametrize("path", NAMED)
def test_a_path_of_the_page_exists(path: str) -> None:
    if "*" not in path:
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("unit", sorted({path.name for path in (ROOT / "deploy" / "systemd").iterdir()}))
def test_every_unit_is_installed_by_it(unit: str) -> None:
    """By its name, or with those of its kind."""
    kind = f"deploy/systemd/*.{unit.rpartition('.')[2]}"
    assert kind in PAGE or f"deploy/systemd/{unit}" in PAGE


def test_every_folder_is_in_its_table() -> None:
    for path in (ROOT / "deploy").iterdir():
        assert re.search(rf"^\| `deploy/{re.escape(path.name)}[/`.\w]*` \|", PAGE, re.MULTILINE), path
