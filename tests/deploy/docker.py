"""A daemon of Docker of our own, with a Debian in the place of the images that ours begin with."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from ..conftest import absent, unable
from ..http.conformance.targets import free_port
from ..sparql.processes import PATIENCE

COMPOSE: Final = "deploy/container/compose.yaml"
IMAGES: Final = ("docker.io/library/python:3.11-slim-bookworm", "docker.io/library/nginx:1.28")
CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
PASSWORD: Final = "of-the-engine"
PACKAGES: Final = "ca-certificates,python3-venv,nginx-light"


class Docker:
    """A daemon of Docker with everything of it in one folder, in a checkout with its publication."""

    def __init__(self, socket: Path, checkout: Path, publication: Path) -> None:
        """The daemon that listens on `socket`."""
        self.checkout, self.publication, self.port, self.file = checkout, publication, free_port(), COMPOSE
        self._environment = os.environ | {
            "DOCKER_HOST": f"unix://{socket}",
            "DOCKER_BUILDKIT": "0",  # the daemon of Debian has no other builder
            "COMPOSE_PROJECT_NAME": "atmpgraph-test",
            "PUBLICATION": str(publication),
            "PORT": str(self.port),
            "DBA_PASSWORD": PASSWORD,
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
        return self.must("docker-compose", "-f", self.file, *arguments)

    def inside(self, service: str, *command: str) -> subprocess.CompletedProcess[str]:
        """A command in the running container of a service."""
        return self.run("docker-compose", "-f", self.file, "exec", "-T", service, *command)

    def inspect(self, name: str) -> dict[str, Any]:
        """What Docker knows of an image or a container."""
        (content,) = json.loads(self.must("docker", "inspect", name))
        return dict(content)

    def container(self, service: str) -> str:
        """The name of a service's container."""
        return self.compose("ps", "-q", service).strip()


@contextmanager
def daemon(folder: Path) -> Iterator[Path]:
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
        end = time.monotonic() + PATIENCE
        while subprocess.run(["docker", "-H", f"unix://{socket}", "info"], capture_output=True, check=False).returncode:
            if process.poll() is not None or time.monotonic() > end:
                unable(f"dockerd does not start: {(folder / 'log').read_text(encoding='utf-8')[-1000:]}")
            time.sleep(0.2)
        yield socket
    finally:
        process.terminate()
        process.wait(PATIENCE)
        subprocess.run(["umount", "--quiet", str(folder / "exec" / "netns" / "default")], check=False)


def import_images(docker: Docker, folder: Path) -> None:
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
