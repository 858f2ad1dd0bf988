"""The query service is replaced whatever the system refuses, and leaves nothing in the file system."""

import errno
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from atmpgraph.sparql.service.launcher import ServiceProcess, _sweep

from ..jobs import LIMITS
from ..processes import until


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    dead, alive, other, file, site = (
        tmp_path / f"{name}" for name in ("atmpgraph-d", "atmpgraph-a", "x", "atmpgraph-f", "atmpgraph-site")
    )
    listening = []
    for folder in (dead, alive, other):
        folder.mkdir()
        listening.append(socket.socket(socket.AF_UNIX))
        listening[-1].bind(str(folder / "queries"))
        listening[-1].listen()
    file.mkdir()
    (file / "queries").write_text("no socket")
    (site / "queries").mkdir(parents=True)  # of a publication
    listening[0].close()
    listening[2].close()
    _sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([alive, other, file, site])
    assert (site / "queries").is_dir()
    listening[1].close()


@pytest.mark.parametrize("name", ["csv", "types", "atmpgraph"])
def test_a_module_in_the_folder_passes_for_no_other(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"{name}.py").write_text("raise SystemExit('of the folder')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    service = ServiceProcess(LIMITS)
    with service.supervised():
        service.await_start(lambda: False)
        assert service.pid


def test_a_service_that_cannot_be_started_for_a_while_is_started_then(monkeypatch: pytest.MonkeyPatch) -> None:
    start, refused = subprocess.Popen, list[OSError]()

    def refuse(*arguments: Any, **options: Any) -> "subprocess.Popen[bytes]":
        if len(refused) < 2:
            refused.append(OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)))
            raise refused[-1]
        return start(*arguments, **options)

    service = ServiceProcess(LIMITS)
    with service.supervised():
        service.address()
        first = service.pid
        assert first
        monkeypatch.setattr(subprocess, "Popen", refuse)
        os.kill(first, signal.SIGKILL)
        assert until(lambda: service.pid not in {0, first})
        assert len(refused) == 2
