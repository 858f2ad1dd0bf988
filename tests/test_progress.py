"""What people see of the progress: one line that is rewritten, plain lines in a log, nothing on a pipe."""

import os
import pty
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from atmpgraph.i18n import texts
from atmpgraph.progress import Display, Progress, ShownProgress, fitting
from atmpgraph.settings import Settings


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def shown(language: str = "en", *, rewritten: bool = False) -> tuple[ShownProgress, StringIO, Clock]:
    stream, clock = StringIO(), Clock()
    return ShownProgress(texts(language), stream, rewritten=rewritten, clock=clock), stream, clock


def test_a_log_gets_a_line_for_each_step_and_one_every_ten_seconds() -> None:
    progress, stream, clock = shown()
    progress.step("mapping the tables", 100_000, "rows")
    for second in range(1, 26):
        clock.now = second
        progress.advance(2_000)
    progress.step("writing the release")
    assert stream.getvalue().splitlines() == [
        "mapping the tables …",
        "mapping the tables: 20,000 of 100,000 rows, 2,000/s, 0:40 left",
        "mapping the tables: 40,000 of 100,000 rows, 2,000/s, 0:30 left",
        "writing the release …",
    ]


def test_without_a_total_nothing_is_left_to_tell() -> None:
    progress, stream, clock = shown()
    progress.step("mapping the tables", unit="rows")
    clock.now = 3_600.0 * 2
    progress.advance(7_200_000)
    assert stream.getvalue().splitlines()[-1] == "mapping the tables: 7,200,000 rows, 1,000/s"


def test_of_less_than_one_a_second_no_rate_is_told() -> None:
    progress, stream, clock = shown()
    progress.step("applying the rules", 8, "rules")
    clock.now = 20.0
    progress.advance(2)
    assert stream.getvalue().splitlines()[-1] == "applying the rules: 2 of 8 rules, 1:00 left"


def test_long_times_have_hours() -> None:
    progress, stream, clock = shown()
    progress.step("mapping the tables", 7_300, "rows")
    clock.now = 100.0
    progress.advance(100)
    assert stream.getvalue().splitlines()[-1].endswith("1/s, 2:00:00 left")


def test_a_terminal_gets_one_line_that_goes_in_the_end() -> None:
    progress, stream, clock = shown(rewritten=True)
    progress.step("mapping the tables", 10_000, "rows")
    clock.now = 2.0
    progress.advance(5_000)
    assert "\n" not in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[Kmapping the tables: 5,000 of 10,000 rows, 2,500/s, 0:02 left")
    progress.end()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_it_is_told_in_the_language_of_reports() -> None:
    progress, stream, clock = shown("fr")
    progress.step("mapping the tables", 10_000, "rows")
    clock.now = 10.0
    progress.advance(5_000)
    assert stream.getvalue().splitlines()[-1] == (
        "conversion des tables : 5\u202f000 lignes sur 10\u202f000, 500/s, encore 0:10"
    )


def test_a_loop_advances_by_batches() -> None:
    class Noted(Progress):
        def __init__(self) -> None:
            self.steps: list[int] = []

        def advance(self, n: int = 1) -> None:
            self.steps.append(n)

    noted = Noted()
    assert list(noted.over(range(25), batch=10)) == list(range(25))
    assert noted.steps == [10, 10, 5]
    assert list(noted.over([])) == []


def test_a_stream_that_nobody_reads_stops_nothing() -> None:
    progress, stream, _ = shown()
    stream.close()
    progress.step("mapping the tables")


def test_what_fits_a_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    leader, follower = pty.openpty()
    reading, writing = os.pipe()
    with os.fdopen(follower, "w") as terminal, os.fdopen(writing, "w") as pipe, (tmp_path / "log").open("w") as log:
        monkeypatch.setenv("TERM", "xterm")
        assert fitting(terminal) is Display.LINE
        monkeypatch.setenv("TERM", "dumb")
        assert fitting(terminal) is Display.PLAIN
        assert fitting(log) is Display.PLAIN
        assert fitting(pipe) is Display.NONE
        status = os.fstat(pipe.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        assert fitting(pipe) is Display.PLAIN, "the journal of systemd"
    os.close(leader)
    os.close(reading)


def check(settings: Settings, *options: str) -> str:
    """What a check says on standard error, which is a pipe."""
    command = [sys.executable, "-m", "atmpgraph", *options]
    return subprocess.run(
        command, cwd=settings.path(Path()), capture_output=True, text=True, check=True, env={**os.environ, "TERM": "x"}
    ).stderr


def test_a_pipe_gets_nothing_unless_asked_for(started: Settings) -> None:
    assert check(started, "check") == ""
    said = check(started, "--language", "nl", "check", "--progress", "plain").splitlines()
    assert said[:3] == [
        "de vragen worden gecontroleerd …",
        "de tabellen worden gecontroleerd …",
        "de tabellen worden omgezet …",
    ]
    assert check(started, "check", "--progress", "line", "--jobs", "1").endswith("\x1b[K")


def test_a_file_that_may_take_long_is_named_at_once() -> None:
    progress, stream, _ = shown("fr")
    progress.step("applying the rules", 2, "rules")
    assert [*progress.each_named(["a.rq", "b.rq"])] == ["a.rq", "b.rq"]
    progress.on(["c.rq", "d.rq"])
    progress.on([])
    named = [line.partition("\u00a0: ")[2] for line in stream.getvalue().splitlines()[1:]]
    assert named == ["a.rq …", "b.rq …", "c.rq, d.rq …"]


def test_what_is_named_is_counted_when_it_is_done() -> None:
    progress, stream, clock = shown()
    progress.step("applying the rules", 2, "rules")
    for second, _ in enumerate(progress.each_named(["a.rq", "b.rq"]), start=1):
        clock.now += second * 11
    assert stream.getvalue().splitlines()[-1] == "applying the rules: 2 of 2 rules, 0:00 left"
