"""Where lines go: a descriptor that is written without ever waiting, one call of write(2) a line.

A reader that does not read, has gone away, or a disk that is full costs lines, never a request. The kernel writes up to
4,096 bytes to a pipe at once or not at all (PIPE_BUF), so the lines of several processes do not mix.
"""

import ctypes
import os
import select
import socket
import stat
from contextlib import suppress
from typing import Final

LONGEST_LINE: Final = 4_095  # bytes, without the line feed
_STANDARD: Final = (0, 1, 2)
# What returns at once is called without releasing the lock of the interpreter, which all other threads wait for: to get
# it once more takes a request a millisecond when many run.
_LIBC: Final = ctypes.PyDLL(None, use_errno=True)
_LIBC.write.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t)
_LIBC.send.argtypes = (*_LIBC.write.argtypes, ctypes.c_int)
_LIBC.write.restype = _LIBC.send.restype = ctypes.c_ssize_t
_AT_ONCE: Final = socket.MSG_DONTWAIT | getattr(socket, "MSG_NOSIGNAL", 0)


def fill_standard_descriptors() -> None:
    """Open `/dev/null` in place of closed standard streams, or the next file that is opened would take their number."""
    for descriptor in _STANDARD:
        try:
            os.fstat(descriptor)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)


def own_descriptor(descriptor: int) -> int:
    """Another descriptor of the same file, not inherited; one of a pipe or terminal does not wait.

    `O_NONBLOCK` belongs to what is behind a descriptor, which other programs may share; so a pipe is reopened (Linux).
    """
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        with suppress(OSError):  # no such file system, or it belongs to another user
            flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
            return os.open(f"/proc/self/fd/{descriptor}", flags)
    return os.dup(descriptor)


def _checked(result: int) -> int:
    """The result of a call of the C library.

    Raises:
        OSError: it failed.
    """
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


class Stream:
    """Lines to a descriptor. Safe to share between threads; of forked processes each counts for itself.

    Attributes:
        lost: how many lines were lost since the last one that was written.
    """

    def __init__(self, descriptor: int) -> None:
        """Write to a descriptor, of which nobody changes what it stands for, except of the standard streams."""
        self.descriptor, self.lost = descriptor, 0
        self._torn = False
        self._is_socket = self._is_file = self._never_waits = False
        with suppress(OSError):
            mode = os.fstat(descriptor).st_mode
            self._is_socket, self._is_file = stat.S_ISSOCK(mode), stat.S_ISREG(mode)
            self._never_waits = descriptor not in _STANDARD and not os.get_blocking(descriptor)

    def write(self, line: bytes) -> bool:
        """Write a line, or lose it; a line that was cut is ended before the next. Returns whether it was written."""
        content = b"".join((b"\n" if self._torn else b"", line, b"\n"))
        try:
            written = self._send(content)
        except (OSError, ValueError):
            self.lost += 1
            return False
        self._torn = written < len(content)
        return True

    def _send(self, content: bytes) -> int:
        if self._is_socket:
            return _checked(_LIBC.send(self.descriptor, content, len(content), _AT_ONCE))
        if self._never_waits:
            return _checked(_LIBC.write(self.descriptor, content, len(content)))
        if self._is_file:
            return os.write(self.descriptor, content)
        poll = select.poll()  # one that may wait is not ours alone
        poll.register(self.descriptor, select.POLLOUT)
        if not poll.poll(0):
            raise BlockingIOError
        return os.write(self.descriptor, content)
