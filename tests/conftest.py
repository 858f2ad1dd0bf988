"""What all tests share: the publication of this repository, a release of it, and the official files beside it."""

import fcntl
import gc
import inspect
import os
import shutil
import socket
import sys
from collections.abc import Callable, Generator, Iterator
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import frictionless
import hypothesis
import jinja2
import pyshacl
import pytest
import rdflib
from hypothesis import HealthCheck, strategies
from markdown_it import MarkdownIt
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped, unused-ignore]

from atmpgraph.publish.build import build
from atmpgraph.publish.tables import open_tables, read_codes
from atmpgraph.release.release import Release, open_release
from atmpgraph.settings import Settings
from atmpgraph.settings.layers import Kind
from atmpgraph.sources.package import Package
from atmpgraph.starter import start
from atmpgraph.web import create_app

from .release.damages import addresses, answers, publish_history

# How long an example takes is the machine's, and a fixture of a test may serve all its examples.
hypothesis.settings.register_profile(
    "any machine",
    parent=hypothesis.settings.default,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("any machine")


def edit(settings: Settings, table: str, old: str, new: str) -> int:
    """Change the first of some words of a table; returns their line."""
    path = settings.path(settings.folders.data) / table
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.fixture(scope="session", autouse=True)
def _parsed_early() -> None:
    """Import what makes strategies of patterns before any thread runs: CPython 3.11 fails where two parse at a time."""
    strategies.from_regex("a").validate()


ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
BASE = "https://w3id.org/atmp-wallonia/"
EXAMPLE = "https://example.org/p/"  # of a fictional publication: nobody can have it
LANGUAGES = ("fr", "nl", "de", "en")  # of the publication of this repository
WRITTEN = (*LANGUAGES, "it")  # those in which the texts of the software are

# Tracing for coverage makes Python two to four times slower. What these run is traced in other tests.
UNTRACED = (
    "catalogue/test_official.py",
    "catalogue/test_shapes.py",
    "harvest/",
    "http/conformance/",
    "quality/test_report.py",
    "quality/test_shapes.py",
    "test_mutations.py",
    "test_ontology.py",
    "test_queries.py",
)


# Folders whose tests share what takes long to make: servers, readers, releases. One worker runs all of such a folder.
TOGETHER = ("tests/browser/", "tests/harvest/", "tests/http/conformance/")
# A file that takes most of a minute, and would be among the last: the other workers would wait for it.
FIRST = "tests/web/test_size.py"


class _Scheduling(LoadFileScheduling):  # type: ignore[misc, unused-ignore]
    """A file at a time, but a folder of `TOGETHER` at once."""

    def _split_scope(self, nodeid: str) -> str:
        return next(filter(nodeid.startswith, TOGETHER), None) or super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """What `--dist loadfile` does here."""
    return _Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Send at once what a worker tells of each test: pytest-rerunfailures waited 40 ms for TCP between two of them."""
    told = getattr(getattr(config, "failures_db", None), "sock", None)
    if isinstance(told, socket.socket):
        told.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the collector of garbage from the tests themselves: some 20,000 stay to the end, and it looked at all of them.

    It also looks more seldom at what tests make, which is graphs and parsed queries by the million.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        gc.enable()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """What is compressed carries the second it was made in: no name for a test, which each worker has to find alike."""
    return argname if isinstance(val, bytes) and not (val.isascii() and val.decode().isprintable()) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that are not traced for coverage, and begin with what takes long."""
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))
    for item in items:
        if item.path.relative_to(ROOT / "tests").as_posix().startswith(UNTRACED):
            item.add_marker("no_cover")


def _untraced(call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def run(*args: Any, **kwargs: Any) -> Any:
        trace = sys.gettrace()
        sys.settrace(None)
        try:
            return call(*args, **kwargs)
        finally:
            sys.settrace(trace)

    return run


@pytest.fixture(scope="session", autouse=True)
def _libraries_are_not_traced() -> Iterator[None]:
    """A build spends its time in some libraries, whose lines nobody counts."""
    with pytest.MonkeyPatch.context() as patch:
        for library, names in (
            (pyshacl, ("validate",)),
            (frictionless.Package, ("validate", "to_descriptor", "from_descriptor")),
            (rdflib.Graph, ("parse", "serialize", "__add__")),
            (jinja2.Environment, ("compile",)),
            (MarkdownIt, ("parse",)),
        ):
            for name in names:
                found = inspect.getattr_static(library, name)
                made = classmethod(_untraced(found.__func__)) if isinstance(found, classmethod) else _untraced(found)
                patch.setattr(library, name, made)
        yield


def absent(message: str) -> NoReturn:
    """Skip a test whose material or program is not here; on CI it fails."""
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def unable(message: str) -> NoReturn:
    """Skip a test for which this machine gives no rights, or not the kernel: nothing can be installed for that."""
    pytest.skip(message)


def shared(path: str) -> Path:
    """A file or folder of the official material; the test is skipped where it is absent, and fails on CI."""
    found = SHARED / path
    return found if found.exists() else absent(f"{found} is not here")


def copy_publication(folder: Path) -> Path:
    """A copy of the publication of this repository, to be changed at will; returns its settings file."""
    shutil.copytree(
        ROOT / "data", folder / "data", ignore=shutil.ignore_patterns("mapping", "rules", "datasets", "coverage.rq")
    )
    text = (ROOT / "atmpgraph.toml").read_text(encoding="utf-8")
    file = folder / "atmpgraph.toml"
    file.write_text(text.replace('"../shared/reference"', f'"{SHARED / "reference"}"'), encoding="utf-8")
    return file


def tables_of(file: Path) -> Package:
    """The tables of the publication with a settings file, with the codes of their columns."""
    settings = Settings.load(file)
    return open_tables(settings, read_codes(settings))


def changed(settings: Settings, **groups: dict[str, Any]) -> Settings:
    """Settings some of whose values are others: `changed(settings, server={"port": 9000})`."""
    old = {name: getattr(settings, name) for name in groups}
    new = {name: type(group).model_validate(group.model_dump() | groups[name]) for name, group in old.items()}
    return settings.model_copy(update=new)


OWN_FOLDERS = ("mapping", "ontology", "queries", "shapes")


def own_file(settings: Settings, kind: Kind, name: str = "") -> Path:
    """A file of a publication that takes the place of a supplied one, first with the same content; to be edited."""
    place = settings.layered(kind) / name if name else settings.layered(kind)
    place.own.parent.mkdir(parents=True, exist_ok=True)
    if place.supplied.exists() and not place.own.exists():
        shutil.copyfile(place.supplied, place.own)
    return place.own


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    """The settings file of a copy of the publication."""
    return copy_publication(tmp_path)


def _made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder of this worker with what one of the workers makes in a folder that is not there yet."""
    base = factory.getbasetemp()
    there = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"{name}-of-all"
    with there.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not there.exists():
            unfinished = there.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(there)
    return shutil.copytree(there, factory.mktemp(name) / "p", symlinks=True)


def _release(folder: Path) -> None:
    folder.mkdir()
    built = build(Settings.load(copy_publication(folder)))
    assert built.digest, "\n".join(built.report.lines("en"))


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a copy of the publication with a release of it, which is `current`. Not to be changed."""
    return Settings.load(_made_once(tmp_path_factory, "released", _release) / "atmpgraph.toml")


@pytest.fixture(scope="session")
def release(released: Settings) -> Release:
    """The release of the publication."""
    return open_release(released.path(released.folders.releases), "current", released.base)


@pytest.fixture(scope="session")
def whole(_started: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a small publication with three releases, the first of which is live again. Not to be changed."""

    def make(folder: Path) -> None:
        shutil.copytree(_started, folder, symlinks=True)
        publish_history(folder)

    return Settings.load(_made_once(tmp_path_factory, "whole", make) / "atmpgraph.toml")


@pytest.fixture(scope="session")
def expected(whole: Settings) -> dict[str, tuple[int, bytes]]:
    """Its answers, which need all its files together."""
    return answers(create_app(whole).test_client(), addresses(whole))


def _start(folder: Path) -> None:
    start(folder, "https://example.org/p/")
    for name in OWN_FOLDERS:
        (folder / name).mkdir()
    assert build(Settings.load(folder / "atmpgraph.toml")).digest


@pytest.fixture(scope="session")
def _started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made_once(tmp_path_factory, "started", _start)


@pytest.fixture
def started(_started: Path, tmp_path: Path) -> Settings:
    """A copy of the starter publication with its first release, to be changed at will: building it takes seconds."""
    shutil.copytree(_started, tmp_path / "example", symlinks=True)
    return Settings.load(tmp_path / "example" / "atmpgraph.toml")
