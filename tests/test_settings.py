"""Settings: one typed place, documented, and a clear error for each wrong one."""

from pathlib import Path

import pytest

from atmpgraph.errors import SettingsError
from atmpgraph.settings import Settings

from .conftest import ROOT

GOOD = (ROOT / "atmpgraph.toml").read_text(encoding="utf-8")


def load(folder: Path, text: str) -> Settings:
    file = folder / "atmpgraph.toml"
    file.write_text(text, encoding="utf-8")
    return Settings.load(file)


def test_folders_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = load(tmp_path, GOOD)
    assert settings.path(settings.data) == tmp_path.resolve() / "data"


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATMPGRAPH_PORT", "9000")
    assert load(tmp_path, GOOD.replace("[title]", "port = 8500\n[title]")).port == 9000


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[title]", "colour = 'red'\n[title]", "colour"),
        ("[title]", "port = 'many'\n[title]", "port"),
        ("[title]", "port = 99999\n[title]", "65535"),
        ("https://w3id.org/atmp-wallonia/", "https://w3id.org/atmp-wallonia", "ends with '/'"),
        ("https://w3id.org/atmp-wallonia/", "atmp/", "ends with '/'"),
        ('partnership = "pit-atmp"\n', "", "partnership"),
        ("[title]", "[title", "not a TOML file"),
        ("[description]", 'es = "x"\n[description]', "es"),
    ],
)
def test_a_wrong_setting_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(SettingsError) as error:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert said in str(error.value)
    assert "atmpgraph.toml" in str(error.value)


def test_all_wrong_settings_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        load(tmp_path, GOOD.replace("[title]", "port = 0\nworkers = 0\n[title]"))
    assert str(error.value).count("\n") == 1


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        Settings.load(tmp_path / "none.toml")


def test_every_setting_is_documented() -> None:
    rows = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").splitlines()
    documented = {row.split("`")[1]: row for row in rows if row.startswith("| `")}
    assert list(documented) == list(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        assert field.description
        assert field.description in documented[name]
        if not field.is_required():
            default = field.get_default(call_default_factory=True)
            listed = ", ".join(map(str, default)) if isinstance(default, list) else str(default)
            assert f"`{listed}`" in documented[name]
