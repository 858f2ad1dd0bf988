"""The units of systemd: how much they confine, and that all works within it, on a machine that systemd runs."""

import json
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest

from atmpgraph.settings.groups import Server

from ..conftest import ROOT, absent
from ..sparql.processes import PATIENCE
from .machine import Machine, booted
from .recipes import recipe

UNITS = ROOT / "deploy" / "systemd"
SERVICES = ("atmpgraph.service", "atmpgraph-build.service")
SLOW = "/sparql?query=SELECT(COUNT(*)AS%20%3Fn)%7B%3Fa%20%3Fb%20%3Fc.%3Fd%20%3Fe%20%3Ff%7D&timeout=3"


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_is_exposed_to_little(name: str) -> None:
    """By systemd's own account: 0 is nothing, 10 all; 2 and less it calls OK, and a service without options has 9.6."""
    if not shutil.which("systemd-analyze"):
        absent("systemd-analyze is not installed")
    command = ["systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=15", str(UNITS / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-2000:]}{done.stderr}"


def test_the_end_of_the_unit_is_later_than_that_of_the_server() -> None:
    """What is killed is what the server would not have waited for either."""
    unit = (UNITS / "atmpgraph.service").read_text(encoding="utf-8")
    compose = (ROOT / "deploy" / "container" / "compose.yaml").read_text(encoding="utf-8")
    for found in (re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE), re.search(r"period: (\d+)s # l", compose)):
        assert found
        assert int(found[1]) >= Server().stop_timeout_seconds + 20  # and the query service, which ends after it


# --- on a machine ---


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine with the publication of this repository, where nothing was built yet."""
    with booted(tmp_path_factory.mktemp("machine")) as machine:
        machine.must("cp", "-rt", "/srv", "--parents", *("data", "ontology", "shapes", "queries"), cwd="/checkout")
        machine.must("mkdir", "/srv/atmpgraph")
        machine.must("sh", "-c", "mv /srv/data /srv/ontology /srv/shapes /srv/queries /srv/atmpgraph")
        machine.must("cp", "atmpgraph.toml", "/srv/atmpgraph", cwd="/checkout")
        yield machine


@pytest.fixture(scope="module")
def installed(machine: Machine) -> Machine:
    """The same with the units of docs/operations.md, in use."""
    machine.must("bash", "-euc", recipe("Install with systemd", 2), cwd="/checkout")
    machine.until(lambda: ready(machine) != "")
    return machine


def ready(machine: Machine) -> str:
    """The digest of the release that is served, if one is."""
    answer = re.search(r"^ready ([0-9a-f]{64})$", machine.ask("/health/ready"))
    return answer[1] if answer else ""


@pytest.mark.clients
def test_without_a_release_it_waits_for_one(machine: Machine) -> None:
    machine.must("bash", "-euc", recipe("Install with systemd", 2).split("systemctl start")[0], cwd="/checkout")
    machine.run("systemctl", "start", "atmpgraph")
    machine.until(lambda: int(machine.show("atmpgraph", "NRestarts")) > 1)
    assert "there is no such release" in machine.must("journalctl", "-u", "atmpgraph", "-o", "cat")
    machine.must("systemctl", "start", "atmpgraph-build")
    machine.until(lambda: ready(machine) != "")


@pytest.mark.clients
def test_the_units_are_correct(installed: Machine) -> None:
    names = [path.name for path in UNITS.iterdir() if path.suffix in {".service", ".timer"}]
    assert len(names) == 4
    done = installed.run("systemd-analyze", "verify", *(f"/etc/systemd/system/{name}" for name in names))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.clients
def test_it_answers_every_kind_of_request(installed: Machine) -> None:
    for path in ("/", "/doc/organisation/uclouvain.ttl", "/releases/", "/stream", "/dumps/current/data.nq", "/quality"):
        assert len(installed.must("curl", "-fsS", f"http://127.0.0.1:8000{path}")) > 500, path
    answer = installed.ask("/sparql?format=csv&query=SELECT(COUNT(*)AS%20%3Fn)%7B%3Fs%20%3Fp%20%3Fo%7D")
    assert int(answer.split()[1]) > 3000
    assert ready(installed)


@pytest.mark.clients
def test_no_process_of_it_may_anything(installed: Machine) -> None:
    """Each process, those of the query service too: no root, no capabilities, no way to more, filtered system calls."""
    installed.ask("/sparql?query=ASK%7B%7D")
    numbers = installed.processes("atmpgraph")
    assert len(numbers) >= 5
    owner = installed.must("id", "-u", "atmpgraph-build").strip()
    for number in numbers:
        status = dict(
            line.split(":\t", 1)
            for line in installed.must("cat", f"/proc/{number}/status").splitlines()
            if ":\t" in line
        )
        assert status["Uid"].split()[0] not in {"0", owner}
        assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")} == {0}
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
        limits = installed.must("cat", f"/proc/{number}/limits")
        assert re.search(r"Max open files +(0|16384) ", limits), limits


@pytest.mark.clients
def test_it_sees_only_what_it_reads_and_writes_only_to_its_tmp(installed: Machine) -> None:
    number = installed.show("atmpgraph", "MainPID")

    def there(*command: str) -> subprocess.CompletedProcess[str]:
        """A command among the files of the server, by root, whom no rights hold back."""
        return installed.run("nsenter", "-t", number, "-m", *command)

    for path in ("/x", "/etc/x", "/srv/atmpgraph/x", "/opt/atmpgraph/x", "/var/lib/atmpgraph/releases/x", "/var/x"):
        done = there("touch", path)
        assert "Read-only file system" in done.stderr, (path, done)
    assert there("touch", "/tmp/x").returncode == 0
    assert installed.run("ls", "/tmp/x").returncode
    assert there("ls", "-A", "/root", "/home").stdout.split() == ["/home:", "/root:"]
    devices = there("ls", "/dev").stdout.split()
    assert "null" in devices
    assert "mem" not in devices
    for path in ("/sys/fs/cgroup/x", "/proc/sys/kernel/hostname"):
        assert there("sh", "-c", f"echo x >{path}").returncode


@pytest.mark.clients
def test_what_a_server_never_needs_is_refused(installed: Machine) -> None:
    """System calls and kinds of sockets. (The filter of addresses needs a machine of its own: namespaces have none.)"""
    wanted = ("RestrictAddressFamilies", "SystemCall", "Restrict", "MemoryDenyWriteExecute", "LockPersonality")
    lines = (UNITS / "atmpgraph.service").read_text(encoding="utf-8").splitlines()
    options = [f"-p{line}" for line in lines if line.startswith(wanted)]
    assert len(options) >= 8

    def tried(code: str, *confinement: str) -> subprocess.CompletedProcess[str]:
        command = ["systemd-run", "--quiet", "--pipe", "--wait", *confinement, "/opt/atmpgraph/current/bin/python"]
        return installed.run(*command, "-c", f"import ctypes, mmap, os, socket; {code}")

    for code in (
        "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)",
        "assert not ctypes.CDLL(None).unshare(0x10000000)",  # a user namespace
        "assert not ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None)",
        "os.chown('/tmp', 0, 0)",
    ):
        assert tried(code).returncode == 0, code
        assert tried(code, *options).returncode, code


@pytest.mark.clients
def test_whatever_ends_is_started_again(installed: Machine) -> None:
    served, main = ready(installed), installed.show("atmpgraph", "MainPID")
    for number in installed.processes("atmpgraph"):
        if str(number) != main:
            installed.run("kill", "-KILL", str(number))
    installed.until(lambda: ready(installed) == served)
    assert installed.show("atmpgraph", "MainPID") == main
    installed.must("kill", "-KILL", main)
    installed.until(lambda: installed.show("atmpgraph", "MainPID") not in {main, "0"})
    installed.until(lambda: ready(installed) == served)
    assert installed.ask("/sparql?query=ASK%7B%7D&format=csv").strip() == "true"


@pytest.mark.clients
def test_a_restart_finishes_what_runs(installed: Machine) -> None:
    """A query that takes seconds is answered, though the server was told to end after one; or stopped after ten."""
    answers: list[str] = []
    main = installed.show("atmpgraph", "MainPID")
    client = threading.Thread(target=lambda: answers.append(installed.ask(SLOW.replace("timeout=3", "timeout=10"))))
    client.start()
    time.sleep(3)
    installed.must("systemctl", "restart", "atmpgraph")
    client.join(PATIENCE)
    (answer,) = answers
    assert '"bindings"' in answer or '"status":504' in answer.replace(" ", ""), answer
    installed.until(lambda: ready(installed) != "")
    assert installed.show("atmpgraph", "MainPID") != main
    assert "timed out" not in installed.must(
        "journalctl", "-u", "atmpgraph", "-o", "cat", "-n", "30", "--grep=State|Killing|Stopped"
    )


@pytest.mark.clients
def test_a_build_is_served_without_a_restart_and_a_failure_is_seen(installed: Machine) -> None:
    old, main = ready(installed), installed.show("atmpgraph", "MainPID")
    installed.must("sed", "-i", "s/UCLouvain/UCLouvain (new)/", "/srv/atmpgraph/data/organisations.csv")
    installed.must("systemctl", "start", "atmpgraph-build")
    new = ready(installed)
    assert new not in {old, ""}
    installed.must("sed", "-i", "3s/^[^,]*,/no slug,/", "/srv/atmpgraph/data/organisations.csv")
    assert installed.run("systemctl", "start", "atmpgraph-build").returncode
    assert installed.show("atmpgraph-build", "ActiveState") == "failed"
    assert "organisations.csv, row 3" in installed.must("journalctl", "-u", "atmpgraph-build", "-o", "cat")
    journal = ("journalctl", "-t", "atmpgraph-failed", "-o", "json", "--output-fields=MESSAGE,PRIORITY", "-n", "1")
    installed.until(lambda: installed.must(*journal) != "")
    told = json.loads(installed.must(*journal))
    assert told["PRIORITY"] == "1"
    assert "atmpgraph-build.service failed" in told["MESSAGE"]
    assert (ready(installed), installed.show("atmpgraph", "MainPID")) == (new, main)
    installed.must("cp", "/checkout/data/organisations.csv", "/srv/atmpgraph/data/organisations.csv")


@pytest.mark.clients
def test_the_timer_builds(installed: Machine) -> None:
    assert installed.show("atmpgraph-build.timer", "ActiveState") == "active"
    assert installed.show("atmpgraph-build.timer", "NextElapseUSecRealtime")
    drop_in = "/etc/systemd/system/atmpgraph-build.timer.d/soon.conf"
    soon = "[Timer]\nOnCalendar=\nOnCalendar=*:*:0/2\nRandomizedDelaySec=0\n"
    installed.must("sh", "-c", f'mkdir -p "$(dirname {drop_in})"; printf "{soon}" >{drop_in}; systemctl daemon-reload')
    before = installed.show("atmpgraph-build", "InvocationID")
    installed.must("systemctl", "restart", "atmpgraph-build.timer")
    installed.until(lambda: installed.show("atmpgraph-build", "InvocationID") != before)
    installed.must("rm", drop_in)
    installed.must("systemctl", "daemon-reload")
    installed.must("systemctl", "restart", "atmpgraph-build.timer")


@pytest.mark.clients
def test_a_command_by_hand(installed: Machine) -> None:
    installed.until(lambda: installed.show("atmpgraph-build", "ActiveState") != "activating")
    command = recipe("Install with systemd", 3)
    assert "all files are whole" in installed.must("bash", "-euc", command)


@pytest.mark.clients
def test_nothing_is_left_when_it_is_stopped(installed: Machine) -> None:
    installed.must("systemctl", "stop", "atmpgraph")
    assert installed.show("atmpgraph", "Result") == "success"
    assert installed.run("pgrep", "-f", "/opt/atmpgraph").stdout == ""
    assert not installed.run("sh", "-c", "ls -d /tmp/systemd-private-*-atmpgraph.service-*").stdout
    installed.must("systemctl", "start", "atmpgraph")
