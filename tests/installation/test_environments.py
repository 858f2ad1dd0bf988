"""The Makefile's environments, from the pip that `python3 -m venv` brings, on the day after a dependency has released.

A registry of three wheels stands for the day: `trunk` needs `leaf[more]`, the lock pins `leaf` 1.0, and 1.1 is out.
"""

import hashlib
import shutil
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from ..conftest import ROOT
from .checkout import must, run

pytestmark = pytest.mark.clients

_SETUP = "from setuptools import setup; setup(name='{name}', version='{version}', py_modules=[])"


def _wheel(folder: Path, name: str, version: str, *metadata: str) -> Path:
    """A package with nothing in it."""
    path, info = folder / f"{name}-{version}-py3-none-any.whl", f"{name}-{version}.dist-info"
    head = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *metadata, ""]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{info}/METADATA", "\n".join(head))
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def _sources(folder: Path, name: str, version: str) -> Path:
    """A package that exists as sources only."""
    root = folder / f"{name}-{version}"
    root.mkdir()
    (root / "setup.py").write_text(_SETUP.format(name=name, version=version), encoding="utf-8")
    (root / "PKG-INFO").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    path = folder / f"{root.name}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(root, root.name)
    return path


def _pin(path: Path) -> str:
    """The line of a lock for a file."""
    name, version = path.name.removesuffix(".tar.gz").split("-")[:2]
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@dataclass(frozen=True)
class Registry:
    """A checkout beside a registry, which is a folder."""

    checkout: Path
    folder: Path

    @property
    def settings(self) -> dict[str, str]:
        """The settings of pip that name it and no other."""
        return {"PIP_CONFIG_FILE": "/dev/null", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.folder)}

    def make(self, name: str, lock: str) -> str:
        """What `make` complains of when it makes a new environment, by a lock; nothing when it succeeds."""
        (self.checkout / "requirements" / f"{name}.lock").write_text(lock, encoding="utf-8")
        done = run(self.checkout, "make", "--silent", f".venv-{name}/.installed", **self.settings)
        return f"{done.stdout}{done.stderr}" if done.returncode else ""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """The Makefile beside a registry that holds what installs, and the packages that the tests put there."""
    checkout, folder = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("registry")
    (checkout / "requirements").mkdir()
    lock = Path("requirements/installer.lock")
    for name in ("Makefile", lock):
        shutil.copy(ROOT / name, checkout / name)
    must(
        ROOT,
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--require-hashes",
        "-r",
        str(lock),
        "-d",
        str(folder),
    )
    _wheel(folder, "leaf", "1.1", "Provides-Extra: more")
    return Registry(checkout, folder)


@pytest.fixture(scope="module")
def leaf(registry: Registry) -> str:
    """The pin of a dependency that has a newer release."""
    return _pin(_wheel(registry.folder, "leaf", "1.0", "Provides-Extra: more"))


@pytest.fixture(scope="module")
def trunk(registry: Registry) -> str:
    """The pin of a package that reaches it through an extra."""
    return _pin(_wheel(registry.folder, "trunk", "1.0", "Requires-Dist: leaf[more]>=1.0"))


def test_a_release_of_a_dependency_breaks_nothing(registry: Registry, leaf: str, trunk: str) -> None:
    assert registry.make("whole", leaf + trunk) == ""
    python = registry.checkout / ".venv-whole" / "bin" / "python"
    installed = must(registry.checkout, str(python), "-m", "pip", "list", "--format", "freeze")
    assert {"leaf==1.0", "trunk==1.0"} <= set(installed.split())
    pins = (ROOT / "requirements" / "installer.lock").read_text(encoding="utf-8").split()
    assert {pin for pin in pins if "==" in pin} <= set(installed.split())


def test_the_pip_that_python_brings_breaks_by_itself(registry: Registry, leaf: str, trunk: str, tmp_path: Path) -> None:
    """Why the installer is pinned: if this no longer fails, no supported Python brings a pip with the bug."""
    must(tmp_path, "python3", "-m", "venv", "plain")
    python = str(tmp_path / "plain" / "bin" / "python")
    brought = must(tmp_path, python, "-c", "import ensurepip; print(ensurepip.version())").strip()
    assert must(tmp_path, python, "-m", "pip", "--version").split()[1] == brought
    if tuple(map(int, brought.split(".")[:2])) >= (23, 3):
        pytest.skip(f"pip {brought} has no such bug")
    (tmp_path / "lock").write_text(leaf + trunk, encoding="utf-8")
    done = run(tmp_path, python, "-m", "pip", "install", "--require-hashes", "-r", "lock", **registry.settings)
    assert done.returncode != 0
    assert "leaf[more]>=1.0" in done.stderr


def test_a_lock_without_a_dependency_makes_no_environment(registry: Registry) -> None:
    alone = _pin(_wheel(registry.folder, "stem", "1.0", "Requires-Dist: root"))
    assert "root" in registry.make("partial", alone)


def test_sources_are_built_only_where_the_lock_says_so(registry: Registry) -> None:
    """And by the tools of the installer: nothing else is in the registry to build with."""
    pin = _pin(_sources(registry.folder, "bark", "1.0"))
    assert "bark==1.0" in registry.make("wheels", pin)
    assert registry.make("sources", "--no-binary bark\n" + pin) == ""


def test_another_file_of_the_same_name_is_refused(registry: Registry, leaf: str) -> None:
    other = _pin(_wheel(registry.folder, "twig", "1.0"))
    _wheel(registry.folder, "twig", "1.0", "Summary: changed")
    assert "DO NOT MATCH THE HASHES" in registry.make("changed", other)
