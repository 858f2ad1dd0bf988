"""What others write beside us becomes events: loggers of libraries, warnings, exceptions, and raw output.

The engine and the server are compiled: their panics go to standard error past Python, and so does what a worker prints
before it dies. So the main process puts pipes in place of its standard streams, which its children inherit, and reads
them in a thread.
"""

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Final

from . import log
from .events import Level

# For `logging.config`: granian's loggers have no handlers of their own.
LIBRARIES: Final[dict[str, Any]] = {
    "handlers": {},
    "loggers": {name: {"handlers": [], "propagate": True} for name in ("_granian", "granian.access")},
}
_STANDARD: Final = (1, 2)
_PIECE: Final = 1 << 16
_LONGEST: Final = 1 << 14  # bytes of a line of output; the rest is another line
_ENDING_SECONDS: Final = 1.0  # for children that still hold the pipe


class EventHandler(logging.Handler):
    """Turns the records of `logging` into events."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record as an event; one that cannot be rendered says so."""
        try:
            text = record.getMessage()
        except Exception as error:
            text = f"{record.msg} ({log.cause_of(error)})"
        raised = record.exc_info[1] if record.exc_info else None
        trace = log.trace_of(raised) if raised else record.exc_text or None
        log.event("log", _level(record.levelno), logger=record.name, text=text, trace=trace)


def _level(number: int) -> Level:
    if number >= logging.ERROR:
        return "error"
    if number >= logging.WARNING:
        return "warning"
    return "info" if number >= logging.INFO else "debug"


def capture_logging() -> None:
    """Turn into events what libraries log and warn, and the exceptions that nothing handles."""
    root = logging.getLogger()
    for handler in root.handlers[:]:
        root.removeHandler(handler)
    root.addHandler(EventHandler())
    root.setLevel(logging.INFO)
    logging.captureWarnings(capture=True)
    sys.excepthook = _on_exception
    threading.excepthook = lambda args: _on_exception(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _on_exception(args.exc_type, args.exc_value, args.exc_traceback)


def _on_exception(kind: type[BaseException], error: BaseException | None, _: TracebackType | None) -> None:
    error = error or kind()
    if not isinstance(error, KeyboardInterrupt):
        log.event("process.exception", cause=log.cause_of(error), trace=log.trace_of(error))


@contextmanager
def captured_output() -> Iterator[None]:
    """Turn into events, line by line, what this process and its children write to standard output and error.

    Our own lines go where they went before.
    """
    log.own_streams()
    _flush()
    before = [os.dup(descriptor) for descriptor in _STANDARD]
    reading, writing = os.pipe()
    for descriptor in _STANDARD:
        os.dup2(writing, descriptor)
    os.close(writing)
    reader = threading.Thread(target=_relay, args=(reading,), name="output", daemon=True)
    reader.start()
    try:
        yield
    finally:
        _flush()
        for descriptor, original in zip(_STANDARD, before, strict=True):
            os.dup2(original, descriptor)
            os.close(original)
        reader.join(_ENDING_SECONDS)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, full, or none
            stream.flush()


def _relay(reading: int) -> None:
    """Write what arrives in a pipe as events, until its other end is closed everywhere."""
    rest = b""
    while piece := os.read(reading, _PIECE):
        *lines, rest = (rest + piece).split(b"\n")
        while len(rest) > _LONGEST:
            lines.append(rest[:_LONGEST])
            rest = rest[_LONGEST:]
        for line in lines:
            _note(line)
    _note(rest)
    os.close(reading)


def _note(line: bytes) -> None:
    if line.strip():
        log.event("process.output", text=line.decode("utf-8", "backslashreplace"))
