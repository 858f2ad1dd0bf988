"""Workers: what they make comes back, and none is left, however the command ends."""

import json
import os
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from atmpgraph.errors import (
    AtmpgraphError,
    DamagedError,
    NotExpressibleError,
    QuerySyntaxError,
    ReleaseError,
    StoreError,
    UnknownGraphError,
)
from atmpgraph.formats import TURTLE
from atmpgraph.i18n import TranslatedError, texts
from atmpgraph.parallel import KILLED, apart, beside, each, giving_way

from .sparql.processes import PATIENCE, until

SCRIPT = """
import sys, time
from atmpgraph.interrupts import interruptible
from atmpgraph.parallel import each
from tests.test_parallel import wait

if __name__ == "__main__":
    try:
        with interruptible():
            for task, _ in each(wait, [sys.argv[1]] * 2, 2):
                pass
    except KeyboardInterrupt:
        sys.exit(130)
"""


def square(n: int) -> tuple[int, int]:
    return n * n, os.getpid()


def refuse(n: int) -> int:
    raise TranslatedError("{file} changed", file=f"{n}.csv")


ERRORS = (
    DamagedError(Path("data.nq"), "missing"),
    StoreError("late", "no answer"),
    UnknownGraphError("urn:g"),
    QuerySyntaxError(1, 2, "word", "reason"),
    NotExpressibleError("no {name}", TURTLE, name="x"),
    TranslatedError("{file} changed", file="a.csv"),
    ReleaseError("no release"),
)


def fail(number: int, caller: int) -> int:
    assert os.getpid() != caller
    raise ERRORS[number]


def end(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wait(folder: str) -> None:
    Path(folder, str(os.getpid())).touch()
    time.sleep(600)


def alive(process: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").split()[2] != "Z"
    except OSError:
        return False


def test_each_task_comes_back_with_what_was_made_of_it() -> None:
    results = dict(each(square, [1, 2, 3, 4], 2))
    assert {n: result for n, (result, _) in results.items()} == {1: 1, 2: 4, 3: 9, 4: 16}
    assert os.getpid() not in {process for _, process in results.values()}


@pytest.mark.parametrize(("tasks", "processes"), [([3], 4), ([3, 4], 1), ([], 2)])
def test_one_process_is_this_one(tasks: list[int], processes: int) -> None:
    assert list(each(square, tasks, processes)) == [(n, (n * n, os.getpid())) for n in tasks]


def test_a_function_runs_apart_where_there_are_processes() -> None:
    (result, process), here = apart(square, 3, processes=2), apart(square, 3, processes=1)
    assert (result, here) == (9, (9, os.getpid()))
    assert process != os.getpid()
    assert until(lambda: not alive(process))
    with pytest.raises(AtmpgraphError) as error:
        apart(end, 1, processes=2)
    assert str(error.value) == KILLED


def niceness(_: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, 0)


def test_a_worker_that_gives_way_is_behind_others_and_its_caller_stays_as_it_is() -> None:
    before = niceness(0)
    assert apart(giving_way, niceness, 0, processes=2) == max(before, 5)
    assert giving_way(niceness, 0) == niceness(0) == before


def test_an_error_comes_back_as_it_is() -> None:
    with pytest.raises(TranslatedError, match=r"\d\.csv changed") as error:
        list(each(refuse, [1, 2], 2))
    assert error.value.text(texts("fr"))


def test_a_killed_worker_is_told() -> None:
    with pytest.raises(AtmpgraphError) as error:
        list(each(end, [1, 2], 2))
    assert str(error.value) == KILLED


def test_who_has_enough_leaves_no_worker_behind(tmp_path: Path) -> None:
    for _ in each(square_or_wait, ["", str(tmp_path), str(tmp_path)], 2):
        break
    assert until(lambda: not [process for process in tmp_path.iterdir() if alive(int(process.name))])


def square_or_wait(folder: str) -> None:
    if folder:
        wait(folder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_the_command(number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    workers = tmp_path / "workers"
    workers.mkdir()
    process = subprocess.Popen(
        [sys.executable, tmp_path / "script.py", workers],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert until(lambda: len(list(workers.iterdir())) == 2)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # a terminal sends it to all
    else:
        process.send_signal(number)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == (-number if number == signal.SIGKILL else 130)
    assert "Traceback" not in said
    assert until(lambda: not [worker for worker in workers.iterdir() if alive(int(worker.name))])
    assert len(list(workers.iterdir())) == 2


@pytest.mark.parametrize("number", range(len(ERRORS)), ids=lambda number: type(ERRORS[number]).__name__)
def test_an_error_of_a_worker_comes_back_as_it_is(number: int) -> None:
    error = ERRORS[number]
    with pytest.raises(AtmpgraphError) as raised:
        apart(fail, number, os.getpid(), processes=2)
    assert (type(raised.value), str(raised.value), vars(raised.value)) == (type(error), str(error), vars(error))


def test_what_no_worker_has_begun_is_run_by_the_caller(tmp_path: Path) -> None:
    with beside(2) as run:
        for name in "ab":
            (tmp_path / name).mkdir()
            run(wait, str(tmp_path / name))
        assert until(lambda: all(list((tmp_path / name).iterdir()) for name in "ab"))
        waits = [run(square, number) for number in range(4)]
        assert [each() for each in reversed(waits)] == [(number**2, os.getpid()) for number in (3, 2, 1, 0)]
    assert all(not alive(int(process.name)) for name in "ab" for process in (tmp_path / name).iterdir())


def test_what_happens_to_a_worker_beside_is_told() -> None:
    with beside(2) as run, pytest.raises(DamagedError, match="missing"):
        run(fail, 0, os.getpid())()
    with pytest.raises(AtmpgraphError, match=KILLED[:20]), beside(2) as run:
        run(end, 0)()


def test_an_error_in_the_block_waits_for_no_worker(tmp_path: Path) -> None:
    def leave() -> None:
        with beside(2) as run:
            for _ in range(3):
                run(wait, str(tmp_path))
            assert until(lambda: len([*tmp_path.iterdir()]) == 2)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        leave()
    assert until(lambda: not [each for each in tmp_path.iterdir() if alive(int(each.name))])


def test_what_a_free_worker_gets_is_not_taken_back() -> None:
    for _ in range(3):
        with beside(2, 1) as run:
            assert run(square, 3)()[1] != os.getpid()
            first, second = run(square, 4), run(square, 5)
            assert (first()[0], second()[0]) == (16, 25)
            assert first()[1] != os.getpid()


def test_a_worker_of_the_command_does_not_read_the_command_line() -> None:
    """The program is imported in each worker, by its path (multiprocessing, `forkserver`)."""
    program = Path(sysconfig.get_path("scripts")) / "atmpgraph"
    code = f"import runpy, sys; runpy.run_path({str(program)!r}, run_name='__mp_main__'); print('click' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


IMPORTING = """
import json, os, sys
from atmpgraph import parallel
from tests.test_parallel import told

if __name__ == "__main__":
    parallel.prepare("colorsys")
    first = dict(parallel.each(told, ["A", "colorsys"], 2))
    os.environ["A"], os.environ["PYTHONSAFEPATH"] = "new", ""
    print(json.dumps([first, dict(parallel.each(told, ["A", "PYTHONPATH"], 2)), os.environ["PYTHONPATH"]]))
"""


def told(name: str) -> str | None:
    """A variable of the environment; of a module whether it is imported."""
    return "imported" if name in sys.modules else os.environ.get(name)


# The second has no room for the name of a socket, so that each worker is a new interpreter.
@pytest.mark.parametrize(("folder", "module"), [("t", "imported"), ("t" * 100, None)])
def test_workers_have_the_environment_of_the_command_and_import_nothing_from_where_it_is_called(
    folder: str, module: str | None, tmp_path: Path
) -> None:
    (tmp_path / "script.py").write_text(IMPORTING, encoding="utf-8")
    (tmp_path / folder).mkdir()
    called = tmp_path / "called"
    called.mkdir()
    (called / "colorsys.py").write_text(
        "import pathlib; pathlib.Path('imported').touch(); raise SystemExit", encoding="utf-8"
    )
    path = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, tmp_path / "script.py"],
        env={**os.environ, "PYTHONPATH": path, "A": "old", "TMPDIR": str(tmp_path / folder)},
        cwd=called,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [{"A": "old", "colorsys": module}, {"A": "new", "PYTHONPATH": path}, path]
    assert [each.name for each in called.iterdir()] == ["colorsys.py"]
