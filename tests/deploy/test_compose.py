"""The compose files say the same of what both have, and the one with an engine gives its password to nobody but the push."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from atmpgraph.settings import Settings
from atmpgraph.settings.groups import RemoteStore

from ..conftest import ROOT, absent

pytestmark = pytest.mark.container

ALONE: Final = ROOT / "deploy" / "container" / "compose.yaml"
REMOTE: Final = ROOT / "deploy" / "compose.yaml"
OTHERWISE: Final = frozenset({"environment", "networks"})  # of services that both files have


def _config(file: Path) -> dict[str, Any]:
    """A compose file as compose reads it."""
    program = shutil.which("docker-compose") or absent("docker-compose is not installed: make test-container")
    environment = os.environ | {"PUBLICATION": "/publication", "DBA_PASSWORD": "secret"}
    done = subprocess.run(
        [program, "-f", str(file), "config"], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    content: dict[str, Any] = yaml.safe_load(done.stdout)
    return content


@pytest.fixture(scope="module")
def remote() -> dict[str, Any]:
    """The site with Virtuoso."""
    return dict(_config(REMOTE)["services"])


def test_the_site_is_the_same_with_an_engine(remote: dict[str, Any]) -> None:
    for name, service in _config(ALONE)["services"].items():
        mine, other = ({key: each[key] for key in each if key not in OTHERWISE} for each in (service, remote[name]))
        assert mine == other, name
    assert set(remote) == {"server", "build", "push", "nginx", "blue", "green"}


def test_the_settings_of_the_store_are_the_same_for_all(
    remote: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = [
        {key: value for key, value in remote[name]["environment"].items() if key.startswith("ATMPGRAPH_STORE_")}
        for name in ("server", "build", "push")
    ]
    for name, value in stores[0].items():
        monkeypatch.setenv(name, value)
    store: RemoteStore = Settings.load(ROOT / "atmpgraph.toml").store
    assert [store.query_address(slot) for slot in store.slots] == [
        "http://blue:8890/sparql",
        "http://green:8890/sparql",
    ]
    assert store.graph_store_address(store.slots[0]) == "http://blue:8890/sparql-graph-crud-auth"
    assert stores[0] == stores[1]
    assert {name: value for name, value in stores[2].items() if name in stores[0]} == stores[0]


def test_the_password_is_where_it_is_needed(remote: dict[str, Any]) -> None:
    having = {name for name, service in remote.items() if "secret" in str(service)}
    assert having == {"push", "blue", "green"}
    assert "ports" not in remote["blue"]
    assert not {*remote["blue"]["networks"], *remote["push"]["networks"]} - {"engines"}
