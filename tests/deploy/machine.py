"""A machine with systemd: this one's files under an overlay, booted in namespaces and without a network."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from atmpgraph.settings.layers import supplied

from ..conftest import ROOT, absent, unable
from ..sparql.processes import PATIENCE

PROGRAM: Final = "/opt/atmpgraph/current/bin/atmpgraph"
_VERSION: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
_PYTHON: Final = Path(f"/usr/bin/python{_VERSION}")  # that of the tests may stand in a home, which units do not see
_SITE: Final = f"lib/python{_VERSION}/site-packages"
_BOOTED: Final = """[Unit]
Requires=basic.target
After=basic.target
"""


class Machine:
    """The machine, while it runs."""

    def __init__(self, root: Path, leader: int) -> None:
        """The machine whose first process is `leader` here."""
        self.root, self._leader = root, leader

    def run(self, *command: str, cwd: str = "/") -> subprocess.CompletedProcess[str]:
        """A command of its administrator."""
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        inside = ("nsenter", "-t", str(self._leader), "-a", f"--wdns={cwd}", "env", "-i", path, *command)
        return subprocess.run(inside, capture_output=True, text=True, timeout=600, check=False)

    def must(self, *command: str, cwd: str = "/") -> str:
        """The output of a command that succeeds."""
        done = self.run(*command, cwd=cwd)
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}\n{self._last()}"
        return done.stdout

    def ask(self, path: str) -> str:
        """The status of an answer of the server, and its body."""
        return self.run("curl", "-sS", "-w", "%{stderr}%{http_code}", f"http://127.0.0.1:8000{path}").stdout

    def show(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.must("systemctl", "show", "--value", "-p", name, unit).strip()

    def processes(self, unit: str) -> list[int]:
        """The processes of a unit, by their numbers there."""
        group = f"/sys/fs/cgroup{self.show(unit, 'ControlGroup')}/cgroup.procs"
        found = self.run("sh", "-c", f"cat {group} {group.replace('cgroup/', 'cgroup/systemd/', 1)}")
        return sorted({int(line) for line in found.stdout.split()})

    def until(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, self._last()
            time.sleep(0.1)

    def _last(self) -> str:
        """The end of its journal."""
        return self.run("journalctl", "--no-pager", "-o", "short-monotonic", "-n", "40").stdout


@contextmanager
def booted(folder: Path) -> Iterator[Machine]:
    """A machine on which atmpgraph is installed, and `/checkout` is this repository."""
    for needed in ("systemd-nspawn", "nsenter", str(_PYTHON)):
        if not shutil.which(needed):
            absent(f"{needed} is not installed")
    if os.geteuid():
        unable("a machine is booted by root")
    with _overlay(folder) as root:
        _install(root)
        command = ["systemd-nspawn", "-D", str(root), "--machine=atmpgraph-test", "--register=no", "--keep-unit"]
        command += ["--private-network", "--console=pipe", "--boot", f"--bind-ro={ROOT}:/checkout"]
        command += [f"--bind-ro={sys.prefix}/{_SITE}:/opt/libraries", f"--bind-ro={ROOT / 'src'}:/opt/source"]
        command += [
            f"--bind-ro={supplied(kind)}:/opt/{kind}" for kind in ("charts", "lists", "ontology", "queries", "shapes")
        ]
        command += [f"--bind-ro={supplied('coverage').parent}:/opt/data"]
        with (folder / "boot").open("wb") as log:
            process = subprocess.Popen(
                [*command, "--", "--unit=booted.target"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            machine = Machine(root, _leader(process))
            machine.until(lambda: machine.run("systemctl", "is-active", "booted.target").returncode == 0)
            yield machine
        finally:
            process.terminate()
            process.wait(PATIENCE)


@contextmanager
def _overlay(folder: Path) -> Iterator[Path]:
    """The files of this machine, whose changes are forgotten."""
    memory, root = folder / "memory", folder / "memory" / "root"
    memory.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", memory], check=True)
    try:
        for name in ("upper", "work", "root"):
            (memory / name).mkdir()
        layers = f"lowerdir=/,upperdir={memory / 'upper'},workdir={memory / 'work'}"
        if subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, root], check=False).returncode:
            unable("this system has no overlays")
        try:
            yield root
        finally:
            subprocess.run(["umount", root], check=True)
    finally:
        subprocess.run(["umount", memory], check=True)


def _install(root: Path) -> None:
    """A program as docs/operations.md has it, of the libraries of the tests; and no service of this machine."""
    units = root / "etc" / "systemd" / "system"
    shutil.rmtree(units)
    units.mkdir()
    (units / "booted.target").write_text(_BOOTED, encoding="utf-8")
    (root / "etc" / "machine-id").write_text("", encoding="utf-8")
    environment = root / "opt" / "atmpgraph" / "0"
    subprocess.run([_PYTHON, "-m", "venv", "--without-pip", environment], check=True)
    (environment.parent / "current").symlink_to("0")
    (environment / _SITE / "here.pth").write_text("/opt/libraries\n/opt/source\n", encoding="utf-8")
    program = environment / "bin" / "atmpgraph"
    program.write_text("#!/opt/atmpgraph/0/bin/python\nfrom atmpgraph.cli import main\nmain()\n", encoding="utf-8")
    program.chmod(0o755)


def _leader(process: "subprocess.Popen[bytes]") -> int:
    """The first process of the machine, which is a child of systemd-nspawn."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        if (numbers := children.read_text(encoding="ascii").split()) and _is_init(int(numbers[0])):
            return int(numbers[0])
        time.sleep(0.05)
    return unable("no machine boots here")


def _is_init(number: int) -> bool:
    return Path(f"/proc/{number}/comm").read_text(encoding="ascii").strip() == "systemd"
