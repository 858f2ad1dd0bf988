"""What a long command does now, how far it is and how long it still takes.

The steps of a check or a build tell a `Progress`; what people see of it is up to the command line. There is no thread:
a process that forks while another thread writes may leave its child with a lock that nobody opens.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import IO, Final, TypeVar

from .i18n import Texts, message, texts

T = TypeVar("T")

BATCH: Final = 5_000  # things between two calls of `advance` in a loop over things that are quickly done
_REDRAWN_SECONDS: Final = 0.2
_LOGGED_SECONDS: Final = 10.0
_RATED_AFTER_SECONDS: Final = 1.0  # no rate is known before
_JOURNAL: Final = "JOURNAL_STREAM"  # systemd.exec(5): device and inode of the journal that gets the output
_CLEAR: Final = "\r\x1b[K"
_UNKNOWN: Final = "{step}: {done} {unit}, {rate}/s"
_WITHIN: Final = "{step}: {done} of {total} {unit}, {rate}/s, {left} left"
_SLOW: Final = "{step}: {done} of {total} {unit}, {left} left"  # of less than one a second
_STARTED: Final = "{step} …"
# The texts above, and the names of what is counted.
TEXTS: Final = (
    message("{step}: {done} {unit}, {rate}/s"),
    message("{step}: {done} of {total} {unit}, {rate}/s, {left} left"),
    message("{step}: {done} of {total} {unit}, {left} left"),
    message("rows"),
    message("statements"),
)


class Progress:
    """Gets what runs and how far it is; this one tells nobody.

    Call it from the process and the thread that made it: one that waits for workers advances when they report.
    """

    def step(self, name: str, total: int | None = None, unit: str = "") -> None:
        """A step starts, and so the one before it has ended.

        Args:
            name: what it does, as an English text marked with `i18n.message`.
            total: how much there is to do, if that is known.
            unit: what is counted, in the plural; an English text as well.
        """

    def advance(self, n: int = 1) -> None:
        """So much more of the step is done; cheap, but called for each batch and not for each row."""

    def on(self, names: Sequence[str]) -> None:
        """The step works on these files now; told before what may take long, for then nobody can."""

    def end(self) -> None:
        """Nothing runs any more."""

    def each_named(self, names: Iterable[str]) -> Iterator[str]:
        """The names of files, unchanged; each is told when it is taken, and counted when it is done."""
        for name in names:
            self.on([name])
            yield name
            self.advance()

    def over(self, things: Iterable[T], batch: int = BATCH) -> Iterator[T]:
        """The things, unchanged; advances by each batch of them that was taken."""
        n = 0
        for n, thing in enumerate(things, 1):
            yield thing
            if not n % batch:
                self.advance(batch)
        if n % batch:
            self.advance(n % batch)


SILENT: Final = Progress()


class Display(StrEnum):
    """How progress is shown: on one line that is rewritten, on lines of their own, or not."""

    LINE = "line"
    PLAIN = "plain"
    NONE = "none"


def fitting(stream: IO[str]) -> Display:
    """The display that fits a stream: a terminal, a log (a file or the journal of systemd), or another program."""
    with suppress(OSError, ValueError):
        if stream.isatty():
            return Display.PLAIN if os.environ.get("TERM", "dumb") == "dumb" else Display.LINE
        status = os.fstat(stream.fileno())
        is_file = status.st_mode & 0o170000 == 0o100000
        if is_file or os.environ.get(_JOURNAL) == f"{status.st_dev}:{status.st_ino}":
            return Display.PLAIN
    return Display.NONE


def shown(display: Display | None, language: str, stream: IO[str] | None = None) -> Progress:
    """The progress that people see on a stream, standard error by default; `None`: as it fits."""
    stream = stream or sys.stderr
    match display or fitting(stream):
        case Display.LINE:
            return ShownProgress(texts(language), stream, rewritten=True)
        case Display.PLAIN:
            return ShownProgress(texts(language), stream, rewritten=False)
    return Progress()


class ShownProgress(Progress):
    """Progress in words: one line that is rewritten, or a line for each step and one every ten seconds."""

    def __init__(
        self, words: Texts, stream: IO[str], *, rewritten: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._words, self._stream, self._rewritten, self._clock = words, stream, rewritten, clock
        self._pause = _REDRAWN_SECONDS if rewritten else _LOGGED_SECONDS
        self._name, self._unit, self._total = "", "", None
        self._done, self._started, self._next = 0, 0.0, 0.0

    _total: int | None

    def step(self, name: str, total: int | None = None, unit: str = "") -> None:
        """As in `Progress`."""
        self._name = self._words.gettext(name)
        self._unit, self._total = self._words.gettext(unit) if unit else "", total
        self._done, self._started = 0, self._clock()
        self._next = self._started + self._pause
        self._write(_STARTED.format(step=self._name))

    def advance(self, n: int = 1) -> None:
        """As in `Progress`."""
        self._done += n
        now = self._clock()
        if now >= self._next:
            self._next = now + self._pause
            self._write(self._sentence(now - self._started))

    def on(self, names: Sequence[str]) -> None:
        """As in `Progress`."""
        if names:
            self._next = self._clock() + self._pause
            self._write(_STARTED.format(step=f"{self._name}{self._words.colon}{', '.join(names)}"))

    def end(self) -> None:
        """As in `Progress`; the line goes."""
        if self._rewritten:
            self._print(_CLEAR)

    def _sentence(self, seconds: float) -> str:
        if seconds < _RATED_AFTER_SECONDS:
            return _STARTED.format(step=self._name)
        rate = self._done / seconds
        values = {"step": self._name, "unit": self._unit, "done": self._done, "rate": round(rate)}
        if self._total is None or self._done > self._total or not rate:
            return self._words.gettext(_UNKNOWN, **values).replace(" ,", ",")
        left = _time((self._total - self._done) / rate)
        text = _WITHIN if rate >= 1 else _SLOW
        return self._words.gettext(text, **values, total=self._total, left=left).replace(" ,", ",")

    def _write(self, text: str) -> None:
        if self._rewritten:
            width = shutil.get_terminal_size().columns - 1
            self._print(_CLEAR + (text if len(text) <= width else text[: width - 1] + "…"))
        else:
            self._print(text + "\n")

    def _print(self, text: str) -> None:
        with suppress(OSError, ValueError):  # nobody reads it any more; the work goes on
            self._stream.write(text)
            self._stream.flush()


def _time(seconds: float) -> str:
    """A duration as clocks show it: `0:09`, `12:34`, `1:02:03`."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
