"""Events, what libraries log, and what the code says of both."""

import ast
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from atmpgraph.observability import log
from atmpgraph.observability.capture import EventHandler
from atmpgraph.observability.events import EVENTS
from atmpgraph.observability.log import LOGS, Logs, Options, event

from ..conftest import ROOT
from ..sparql.processes import PATIENCE

SOURCE = ROOT / "src" / "atmpgraph"
Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """The events that were written, as JSON."""
    reading, writing = os.pipe()
    monkeypatch.setattr(LOGS, "options", Options("json", "debug", 4_000))
    before = LOGS.requests, LOGS.events, LOGS.owned
    LOGS.use(writing, writing)
    os.set_blocking(reading, False)

    def read() -> list[dict[str, object]]:
        try:
            return [json.loads(line) for line in os.read(reading, 1 << 20).splitlines()]
        except BlockingIOError:
            return []

    yield read
    LOGS.requests, LOGS.events, LOGS.owned = before
    os.close(reading)
    os.close(writing)


def test_an_event_has_its_level_and_its_process(lines: Lines) -> None:
    event("process.ended", role="web", reason="x")
    (line,) = lines()
    assert line.pop("time")
    assert line == {"level": "error", "event": "process.ended", "process": os.getpid(), "role": "web", "reason": "x"}


def test_what_matters_less_than_the_level_is_left_out(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LOGS, "options", Options("json", "warning", 4_000))
    event("process.started", role="web")
    event("log.dropped", lines=1)
    event("process.started", "error", role="web")
    assert [line["event"] for line in lines()] == ["log.dropped", "process.started"]


def test_what_libraries_log_is_an_event(lines: Lines) -> None:
    logger = logging.Logger("werkzeug")
    logger.addHandler(EventHandler())
    logger.warning("%s\n\x1b[31m", "forged")
    logger.info("%d", "no number")
    try:
        dict[str, int]()["gone"]
    except KeyError:
        logger.exception("failed")
    first, second, third = lines()
    assert (first["logger"], first["level"], first["text"]) == ("werkzeug", "warning", "forged\n\x1b[31m")
    assert str(second["text"]).startswith("%d (TypeError: ")
    assert str(third["trace"]).startswith("Traceback")
    assert str(third["trace"]).endswith("KeyError: 'gone'\n")


def test_every_event_of_the_code_is_listed_with_its_fields_and_every_listed_one_occurs() -> None:
    occurring: dict[str, set[str]] = {}
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            name = getattr(called, "attr", getattr(called, "id", ""))
            if isinstance(node, ast.Call) and name in {"event", "_event", "_fields"} and node.args:
                names = [c.value for c in ast.walk(node.args[0]) if isinstance(c, ast.Constant)]
                for each in names:
                    if isinstance(each, str):
                        occurring.setdefault(each, set()).update(k.arg for k in node.keywords if k.arg)
    occurring = {name: fields for name, fields in occurring.items() if name in EVENTS or "." in name}
    assert set(occurring) == set(EVENTS)
    for name, fields in occurring.items():
        assert fields <= set(EVENTS[name].fields), name


@contextmanager
def running(code: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process with separate standard streams."""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        yield process


CAPTURED = r"""
import logging, os, subprocess, sys, threading, warnings
from atmpgraph.observability import log
from atmpgraph.observability.capture import capture_logging, captured_output
with captured_output():
    capture_logging()
    log.event("process.started", role="main")
    print("printed\x1b[31m \u2028 2026-01-01T00:00:00.000Z error forged", flush=True)
    os.write(2, b"raw\xff\n")
    warnings.warn("a warning\nof two lines")
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    subprocess.run([sys.executable, "-c", "import sys; sys.stderr.write('of a child')"])
    subprocess.run([sys.executable, "-c", "import os; os.abort()", "\n"])
    logging.getLogger("_granian").error("of granian\x85")
print("after", flush=True)
raise SystemExit(3)
"""


def test_all_that_is_written_beside_us_is_escaped_too() -> None:
    with running(CAPTURED) as process:
        output, errors = process.communicate(timeout=PATIENCE)
    assert output == b"after\n"
    assert process.returncode == 3
    assert all(32 <= byte < 127 or byte == 10 for byte in errors)
    events = [line.split(" ", 3) for line in errors.decode().splitlines()]
    texts = {rest.partition(" ")[2] for _, _, name, rest in events if name == "process.output"}
    assert texts == {
        r'text="printed\u001b[31m \u2028 2026-01-01T00:00:00.000Z error forged"',
        r'text="raw\\xff"',
        'text="of a child"',
    }
    by_name = {name: (level, rest) for _, level, name, rest in events}
    assert by_name["process.exception"][1].count("ZeroDivisionError") == 2
    logged = [rest for _, level, name, rest in events if name == "log"]
    assert any("logger=py.warnings" in rest and r"a warning\nof two lines" in rest for rest in logged)
    assert any(r'logger=_granian text="of granian\u0085"' in rest for rest in logged)


def test_an_exception_that_nothing_handles_is_one_line() -> None:
    code = "from atmpgraph.observability.capture import capture_logging\ncapture_logging()\nraise KeyError('a\\nb')"
    with running(code) as process:
        output, errors = process.communicate(timeout=PATIENCE)
    assert not output
    (line,) = errors.decode().splitlines()
    assert " error process.exception " in line
    assert line.count("Traceback") == 1


def test_closed_standard_streams_are_no_place_for_other_files(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "os.close(1); os.close(2)\n"
        "from atmpgraph.observability.stream import fill_standard_descriptors\n"
        "fill_standard_descriptors()\n"
        "file = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY)\n"
        "from atmpgraph.observability.capture import captured_output\n"
        "from atmpgraph.observability import log\n"
        "with captured_output():\n"
        "    log.event('log.dropped', lines=1)\n"
        "    os.write(1, b'x\\n')\n"
        "os._exit(7 if file > 2 else 8)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "file")], check=False)
    assert done.returncode == 7
    assert not (tmp_path / "file").read_bytes()


def test_a_child_writes_where_its_parent_does(monkeypatch: pytest.MonkeyPatch) -> None:
    parent, child = Logs(), Logs()
    parent.options = Options("json", "error", 600)
    parent.use(8, 9)
    monkeypatch.setattr(log, "LOGS", parent)
    monkeypatch.setattr(os, "environ", log.handed_on())
    assert log.descriptors() == (8, 9)
    monkeypatch.setattr(log, "LOGS", child)
    log.take_over()
    assert (child.options, child.requests.descriptor, child.events.descriptor) == (parent.options, 8, 9)
