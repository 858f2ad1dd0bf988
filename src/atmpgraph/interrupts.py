"""Ctrl-C (SIGINT) and SIGTERM end a command as an error does: what it has begun is put away, once and undisturbed."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """The command is to end; no `except Exception` catches it."""

    def __init__(self, number: int) -> None:
        """Note the number of the signal."""
        super().__init__(signal.Signals(number).name)
        self.number = number


@dataclass
class _State:
    """What becomes of a signal: while `held`, it waits; once one has ended the command, others are passed over."""

    held: int = 0
    waiting: int = 0
    ended: bool = False

    def handle(self, number: int, _: FrameType | None = None) -> None:
        if self.ended:
            return
        if self.held:
            self.waiting = self.waiting or number
            return
        self.ended = True
        raise Interrupted(number)


_state = _State()


@contextmanager
def interruptible() -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM raise `Interrupted` in the block; for the main thread of a command."""
    global _state
    _state = _State()
    before = {number: signal.signal(number, _state.handle) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let the block end before a signal does its work: what puts things away is not cut short."""
    state = _state
    state.held += 1
    try:
        yield
    finally:
        state.held -= 1
    if not state.held and (number := state.waiting):
        state.waiting = 0
        state.handle(number)


def finish() -> None:
    """Let the command end undisturbed: what is left to do is short, and half of it would be worse than all."""
    _state.held += 1
