"""Apache Jena as Debian packages it: its ARQ asks us, and federates into us with SERVICE (SPARQL 1.1 Federated Query)."""

import zipfile
from pathlib import Path
from typing import Final

import pytest

from ..conftest import absent
from . import known
from .tools import run, tool

pytestmark = pytest.mark.clients
_JARS: Final = Path("/usr/share/java")
_MOVED: Final = "org/apache/jena/ext/"  # where the package has the messages of classes that are elsewhere


@pytest.fixture(scope="module")
def jena(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """How to run a command of Jena."""
    core = _JARS / "jena-core.jar"
    if not core.exists():
        absent("Jena is not installed: make test-clients")
    messages = tmp_path_factory.mktemp("messages")
    with zipfile.ZipFile(core) as content:
        for name in content.namelist():
            if name.startswith(_MOVED) and name.endswith(".properties"):
                file = messages / name.removeprefix(_MOVED)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content.read(name))
    loggers = [path for path in _JARS.glob("*.jar") if "slf4j" in path.name or "log4j" in path.name]
    jars = [*(path for path in sorted(_JARS.glob("*.jar")) if path not in loggers)]
    jars += [path for path in loggers if path.name in {"slf4j-api.jar", "slf4j-nop.jar"}]
    return (tool("java"), "-cp", ":".join(map(str, [messages, *jars])))


def test_jena_asks_us(endpoint: str, jena: tuple[str, ...]) -> None:
    asked = run(*jena, "arq.rsparql", "--service", endpoint, "--results", "csv", known.select())
    assert known.from_csv(asked) == known.rows()
    constructed = run(*jena, "arq.rsparql", "--service", endpoint, "--results", "nt", known.CONSTRUCT)
    assert constructed.strip() == known.TRIPLE


def test_jena_asks_us_by_service(endpoint: str, jena: tuple[str, ...], tmp_path: Path) -> None:
    data = tmp_path / "none.nt"
    data.touch()
    asked = run(*jena, "arq.arq", "--data", str(data), "--results", "csv", known.select(service=endpoint))
    assert known.from_csv(asked) == known.rows()


def test_jena_joins_its_data_with_ours(endpoint: str, jena: tuple[str, ...], tmp_path: Path) -> None:
    data = tmp_path / "ours.nt"
    data.write_text(f"<http://example.org/us> <http://example.org/asks> <{known.UCLOUVAIN}> .\n", encoding="utf-8")
    query = f"SELECT ?name {{ ?us <http://example.org/asks> ?who SERVICE <{endpoint}> {{ ?who <{known.ALT_LABEL}> ?name }} }}"
    asked = run(*jena, "arq.arq", "--data", str(data), "--results", "csv", query)
    assert asked.splitlines() == ["name", known.NAME]
