"""Tasks in worker processes that end with the command, however it ends.

Each worker is forked from a process that only imports, not from the command: a fork of one that has a store open would
have its locks and none of its threads. Ctrl-C reaches every process of a terminal, so the workers are deaf to it, and
the command ends them. What a killed one leaves of temporary files is in a folder of the command.
"""

import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from multiprocessing import (
    active_children,
    connection,
    current_process,
    forkserver,
    get_context,
    parent_process,
    resource_tracker,
    set_forkserver_preload,
)
from multiprocessing.util import Finalize
from typing import Any, Final, Protocol, TypeVar

from .i18n import TranslatedError, message
from .interpreter import own_path
from .interrupts import undisturbed
from .temporary import temporary_folder

T = TypeVar("T")
R = TypeVar("R")
KILLED: Final = message(
    "a worker process was killed; if the memory was full, use fewer processes: --jobs, or the setting [build] jobs"
)
_BEHIND: Final = 5  # the niceness of a worker that gives way: a quarter of the time of others, where they want all
_LAST: Final = -200  # of what is done at the end: after all that the library does
_DEAF: Final = (signal.SIGINT, signal.SIGTERM)


def prepare(*modules: str) -> None:
    """Start the process that workers are forked from, with modules imported that they need: each saves that time.

    Without it that process starts with the first worker, and each imports what it needs.
    """
    _start_method(modules)


def _start_method(modules: Sequence[str] = ()) -> str:
    """How workers start: anew where there is no place for the socket of the process that they would be forked from."""
    set_forkserver_preload([*modules])  # without them, the command itself
    try:
        with _deaf(), _own_path():
            _own_folder()
            forkserver.ensure_running()
    except OSError:  # as where the name of the temporary folder is long
        return "spawn"
    return "forkserver"


@cache
def _own_folder() -> None:
    """Let the socket of that process be in a folder of ours: that of the library stays if this process is killed."""
    if parent_process() is None:  # a worker has the one of the command
        folder = ExitStack()
        current_process()._config["tempdir"] = str(folder.enter_context(temporary_folder()))  # type: ignore[attr-defined]
        Finalize(None, folder.close, exitpriority=_LAST)


@contextmanager
def _own_path() -> Iterator[None]:
    """Start processes that import what this one would, and nothing from a folder that only they are in."""
    before = {**os.environ}
    os.environ |= own_path()
    try:
        yield
    finally:
        _use(before)


def _use(environment: Mapping[str, str]) -> None:
    """Have just these variables in the environment."""
    for name in os.environ.keys() - environment.keys():
        del os.environ[name]
    os.environ |= environment


@contextmanager
def _deaf() -> Iterator[None]:
    """Start processes that are deaf to signals from their first instruction: a new process inherits the mask."""
    resource_tracker.ensure_running()  # the first start of it would unmask them
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _DEAF)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def each(function: Callable[[T], R], tasks: Sequence[T], processes: int) -> Iterator[tuple[T, R]]:
    """Each task with what the function makes of it, as they end; in this process where one is enough.

    Args:
        function: of a module, and what it takes and returns can be pickled. Its files belong into a folder that the
            caller removes: a worker is killed when the caller has enough, or fails.
        tasks: the long ones first.
        processes: how many tasks run at the same time.

    Raises:
        TranslatedError: a worker was killed.
    """
    if min(processes, len(tasks)) < 2:
        for task in tasks:
            yield task, function(task)
        return
    with workers(min(processes, len(tasks))) as executor:
        running = {executor.submit(function, task): task for task in tasks}
        for future in as_completed(running):
            yield running[future], future.result()


def apart(function: Callable[..., R], *arguments: object, processes: int) -> R:
    """What a function of a module returns: one that needs much memory, which a process of its own takes along.

    Args:
        function: it.
        arguments: of it; they, and what it returns, can be pickled.
        processes: how many run at the same time; of one it is run here.

    Raises:
        TranslatedError: the worker was killed.
    """
    if processes < 2:
        return function(*arguments)
    with workers(1) as executor:
        return executor.submit(function, *arguments).result()


class Beside(Protocol):
    """Begins a function of a module beside what goes on; returns a call that waits for its result."""

    def __call__(self, function: Callable[..., R], *arguments: object) -> Callable[[], R]: ...


@contextmanager
def beside(processes: int, at_once: int = 2) -> Iterator[Beside]:
    """Workers for functions that run while the block goes on, if there are processes for them.

    What no worker was free for, and none has begun when its result is awaited, is run by the caller. So where one runs
    at once, the second of two functions may rely on the first, which the caller awaits before it.

    Args:
        processes: how many may run.
        at_once: how many functions run at the same time, in the order in which they are begun: two, for the block often
            waits.

    Raises:
        TranslatedError: a worker was killed.
    """
    if processes < 2:
        yield here
        return
    # A thread for each worker: of what is submitted to processes, some more than they run cannot be taken back.
    with ThreadPoolExecutor(at_once) as waiting, workers(at_once) as executor:
        begun = list[Future[Any]]()

        def begin(function: Callable[..., R], *arguments: object) -> Callable[[], R]:
            is_free = sum(not each.done() for each in begun) < at_once  # what a free worker gets is not taken back
            running = waiting.submit(lambda: executor.submit(function, *arguments).result())
            begun.append(running)
            return cache(lambda: running.result() if is_free or not running.cancel() else function(*arguments))

        try:
            yield begin
        finally:
            waiting.shutdown(wait=False, cancel_futures=True)


def giving_way(function: Callable[..., R], *arguments: object) -> R:
    """Call a function; a worker that does gives way to other processes from then on."""
    if parent_process() is not None:
        os.setpriority(os.PRIO_PROCESS, 0, max(_BEHIND, os.getpriority(os.PRIO_PROCESS, 0)))  # never before
    return function(*arguments)


def here(function: Callable[..., R], *arguments: object) -> Callable[[], R]:
    """Run a function when its result is awaited first."""
    return cache(partial(function, *arguments))


@contextmanager
def workers(processes: int) -> Iterator[Executor]:
    """So many worker processes; none of them is left after the block.

    Raises:
        TranslatedError: a worker was killed.
    """
    before = set(active_children())
    context = get_context(_start_method())
    with temporary_folder() as folder:
        environment = {**os.environ, "TMPDIR": str(folder)}
        executor = ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(environment,))
        try:
            _start(executor, processes)
            yield executor
        except BrokenProcessPool:
            raise TranslatedError(KILLED) from None
        finally:
            with undisturbed():
                for child in set(active_children()) - before:
                    child.kill()
                executor.shutdown(cancel_futures=True)


def _start(executor: Executor, processes: int) -> None:
    """Start the workers."""
    with _deaf():
        for _ in range(processes):
            executor.submit(_nothing)


def _nothing() -> None:
    """The first task of each worker: the executor starts one process for each task that finds none idle."""


def _begin(environment: Mapping[str, str]) -> None:
    """Begin a worker: with the environment that the command has now, and to end with it."""
    _use(environment)
    tempfile.tempdir = None  # which is found anew
    _end_with_parent()


def _end_with_parent() -> None:
    """End this worker when the process that started it is gone, even killed."""
    parent = parent_process()
    assert parent is not None  # noqa: S101 - this runs in a worker

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
