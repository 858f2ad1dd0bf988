"""The compose file with Virtuoso, run by Docker: Debian's own in the place of the image that it names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from ..http.conformance.targets import OverSocket, wait_for
from .docker import IMAGES, Docker

pytestmark = pytest.mark.container

COMPOSE: Final = "deploy/compose.yaml"
IMAGE: Final = "docker.io/openlink/virtuoso-opensource-7:7.2"
COUNT: Final = "/sparql?format=csv&query=SELECT(COUNT(*)AS%20%3Fn)%7B%3Fs%20%3Fp%20%3Fo%7D"
# As that image does: a database in /database, the password at the first start, settings from VIRT_<section>_<name>.
START: Final = """#!/bin/bash
set -eu
cd /database
cat >virtuoso.ini <<END
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 1111
DisableUnixSocket = 1
NumberOfBuffers = 20000
[HTTPServer]
ServerPort = 8890
[SPARQL]
ResultSetMaxRows = $VIRT_SPARQL_ResultSetMaxRows
MaxQueryExecutionTime = $VIRT_SPARQL_MaxQueryExecutionTime
MaxQueryCostEstimationTime = $VIRT_SPARQL_MaxQueryCostEstimationTime
END
if [ ! -e virtuoso.db ]; then
  sed s/8890/8889/ virtuoso.ini >first.ini
  virtuoso-t -f -c first.ini & process=$!
  until isql-vt 127.0.0.1:1111 dba dba exec="status();" >/dev/null 2>&1; do sleep 1; done
  isql-vt 127.0.0.1:1111 dba dba exec="set password \\"dba\\" \\"$DBA_PASSWORD\\"; shutdown;"
  wait "$process" || true
fi
exec virtuoso-t -f -c virtuoso.ini
"""


@pytest.fixture(scope="module")
def served(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverSocket]:
    """What compose serves behind nginx, after the commands at the head of the file, but for the build of the image."""
    folder: Path = tmp_path_factory.mktemp("virtuoso")
    (folder / "start").write_text(START, encoding="utf-8")
    install = (
        "apt-get update && apt-get install -y --no-install-recommends virtuoso-opensource-7 virtuoso-opensource-7-bin"
    )
    policy = "printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d"
    (folder / "Dockerfile").write_text(
        f"FROM {IMAGES[0]}\nRUN {policy} && DEBIAN_FRONTEND=noninteractive && {install}\n"
        'COPY start /start\nRUN chmod 755 /start\nENTRYPOINT ["/start"]\n',
        encoding="utf-8",
    )
    docker.must("docker", "build", "--network=host", "-t", IMAGE, str(folder))
    docker.file, target = COMPOSE, OverSocket("compose", docker.port, prefix="/lod")
    commands = [
        line.removeprefix("#   docker compose -f …/deploy/compose.yaml ").partition("#")[0].split()
        for line in (docker.checkout / COMPOSE).read_text(encoding="utf-8").splitlines()
        if line.startswith("#   docker compose")
    ]
    assert commands[0] == ["build", "server"]
    try:
        docker.compose(*commands[1])
        for service in ("blue", "green"):
            wait = "until exec 3<>/dev/tcp/127.0.0.1/8890; do sleep 1; done"
            docker.compose("exec", "-T", service, "timeout", "120", "bash", "-c", wait)
        for command in commands[2:]:
            docker.compose(*command)
        wait_for(target, "/health/ready")
        yield target
    finally:
        print(docker.run("docker-compose", "-f", COMPOSE, "logs", "--tail=40").stdout)
        docker.compose("down", "--volumes", "--timeout", "60")


def test_queries_go_to_virtuoso(served: OverSocket, docker: Docker) -> None:
    count = int(served.ask(COUNT).body.split()[1])
    assert count > 100
    assert served.ask("/", fields={"Accept": "text/html"}).status == 200
    docker.compose("stop", "blue")
    try:
        assert served.ask(COUNT + "%20%23").status == 503
    finally:
        docker.compose("start", "blue")
    wait_for(served, "/health/ready")
    assert int(served.ask(COUNT + "%20%23%23").body.split()[1]) == count


def test_a_build_and_a_push_go_to_the_other_instance(served: OverSocket, docker: Docker) -> None:
    before = served.ask("/health/ready").body
    table = docker.publication / "data" / "organisations.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("Example University", "Example Academy"), encoding="utf-8")
    docker.compose("run", "--rm", "build")
    assert served.ask("/health/ready").body == before
    pushed = docker.compose("run", "--rm", "push")
    assert "is live in slot http://green:8890" in pushed
    assert served.ask("/health/ready").body not in {before, b""}
    docker.compose("stop", "blue")
    assert served.ask(COUNT + "%20%23%23%23").status == 200


def test_the_server_has_no_password(served: OverSocket, docker: Docker) -> None:
    for service in ("server", "nginx"):
        assert "of-the-engine" not in str(docker.inspect(docker.container(service)))
