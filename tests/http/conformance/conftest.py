"""The targets: the application in process, the production server on a socket, nginx in front of it."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from atmpgraph.publish.codings import begin_coding
from atmpgraph.publish.push import push
from atmpgraph.release.history import record_switch
from atmpgraph.release.layout import CANONICAL, ReleaseFolder, ReleasesFolder
from atmpgraph.release.listing import list_internal
from atmpgraph.release.manifest import File, read_manifest, write_manifest
from atmpgraph.release.release import Release, open_release
from atmpgraph.release.thing_state import record_published
from atmpgraph.settings import Settings
from atmpgraph.store import EMBEDDED, StoreAddress
from atmpgraph.stream.follow import follow
from atmpgraph.stream.pages import seal_stream
from atmpgraph.web import create_app

from ...conftest import ROOT, absent, changed
from ...long import LONG
from ...store.engines import Oxigraph, Virtuoso, store_of, variables
from ...store.engines import running as running_engines
from .sampling import IN_PROCESS, SOCKETS, alike
from .tables import ODD, RAW
from .targets import InProcess, OverSocket, Target, free_port, running, serving, wait_for

PREFIX = "/lod"
TRUSTED = ["127.0.0.1"]
EVERYONE = ["0.0.0.0/0", "::/0"]  # may read the figures


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what `sampling` says that the sockets need not be asked."""
    others = alike(items)
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if item not in others]


@pytest.fixture(scope="session")
def odd(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The publication with a release that also describes things whose names are hard on HTTP (`ODD`)."""
    folder = tmp_path_factory.mktemp("odd")
    there = released.path(released.folders.releases)
    lines = set((there / "current" / CANONICAL).read_bytes().splitlines(keepends=True))
    for name in (*ODD, RAW):
        iri = f"{released.base}id/odd/{name}"
        label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
        lines.add(
            f"<{iri}> {label} {json.dumps('odd ' + name, ensure_ascii=False)} <{released.base}id/graph/editorial> .\n".encode()
        )
    canonical = b"".join(sorted(lines))
    digest = hashlib.sha256(canonical).hexdigest()
    release = ReleaseFolder(folder / digest)
    shutil.copytree(there / "current", release.path, ignore=shutil.ignore_patterns(release.store.name, "coded"))
    release.canonical.write_bytes(canonical)
    EMBEDDED.load(release.canonical, release.store, digest)
    begin_coding(release)()
    manifest = read_manifest(release.manifest)
    files = {**manifest.files, CANONICAL: File(len(canonical), digest)}
    manifest = replace(manifest, digest=digest, files=files)
    list_internal(release, manifest)
    write_manifest(release.manifest, manifest)
    record_published(folder, (release.canonical, release.catalogue), released.base)
    seal_stream(folder, released.base)
    ReleasesFolder(folder).switch(digest)
    record_switch(folder, [], digest, manifest.created)
    things = {line.split(b" ", 1)[0] for line in lines}
    follow(folder, released.base, len(things) - 5)  # a closed page, and one that is still open
    settings = changed(
        released, folders={"releases": folder}, proxy={"trusted": TRUSTED}, metrics={"readers": EVERYONE}
    )
    with ExitStack() as engines:
        yield _pushed(settings, tmp_path_factory.mktemp("engine"), engines)


def _pushed(settings: Settings, folder: Path, engines: ExitStack) -> Settings:
    """The same with its release in a slot of the engine that `ENGINE` names (`make test-clients`); without one, as it is."""
    kind = {"": None, "oxigraph": Oxigraph, "virtuoso": Virtuoso}[os.environ.get("ENGINE", "")]
    if kind is None:
        return settings
    engine = kind(folder)
    engines.enter_context(running_engines(engine))
    patch = engines.enter_context(pytest.MonkeyPatch.context())
    for name, value in engine.environment.items():
        patch.setenv(name, value)
    functions = EMBEDDED.features(StoreAddress(EMBEDDED.kind, "", "")).extension_functions
    there = changed(settings, store={**store_of(engine), "functions": functions})
    push(there)
    return there


@pytest.fixture(scope="session")
def served(odd: Settings) -> Release:
    """The release that the targets serve."""
    return open_release(odd.path(odd.folders.releases), "current", odd.base)


@pytest.fixture(scope="session")
def odd_app(odd: Settings) -> Flask:
    """The application over it."""
    return create_app(odd)


@pytest.fixture(scope="session")
def in_process(odd_app: Flask) -> InProcess:
    """The application in process."""
    return InProcess(odd_app)


@pytest.fixture(scope="session")
def mounted(odd_app: Flask) -> InProcess:
    """The application in process under a path, as the proxy mounts it."""
    return InProcess(odd_app, PREFIX)


@pytest.fixture(scope="session")
def server(odd: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverSocket]:
    """The production server, as `atmpgraph serve` starts it."""
    folder = tmp_path_factory.mktemp("server")
    with serving(odd, folder, 0, ATMPGRAPH_PROXY_TRUSTED=json.dumps(TRUSTED), **variables(odd)) as target:
        yield target


def nginx() -> str:
    """Where nginx is; the test is skipped where it is absent, and fails on CI."""
    return shutil.which("nginx") or shutil.which("/usr/sbin/nginx") or absent("nginx is not installed")


@pytest.fixture(scope="session")
def proxy(server: OverSocket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverSocket]:
    """nginx in front of the server, with the sample configuration of `deploy/` and its cache empty."""
    program = nginx()
    folder: Path = tmp_path_factory.mktemp("nginx")
    target = OverSocket("proxy", free_port(), PREFIX)
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for here, there in (("127.0.0.1:8000", server.port), ("127.0.0.1:8080", target.port)):
        assert text.count(here) == 1
        text = text.replace(here, f"127.0.0.1:{there}")
    (folder / "nginx.conf").write_text(text.replace("worker_processes auto", "worker_processes 1"), encoding="utf-8")
    extra = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
    command = [program, "-p", f"{folder}/", "-c", str(folder / "nginx.conf"), "-e", "stderr", "-g", extra]
    with running(command, folder / "log"):
        wait_for(target)
        yield target


@pytest.fixture(
    scope="session", params=[IN_PROCESS, *(SOCKETS if LONG or not os.environ.get("ENGINE") else ["server"])]
)
def target(request: pytest.FixtureRequest) -> Target:
    """Each target in its turn; over the sockets only for one resource of each class.

    A proxy does not know which engine holds the statements: with an engine of others it is a target in `make bench` alone.
    """
    found: Target = request.getfixturevalue(request.param)
    return found
