"""A number of a figure in the files of this process's slot: what the library calls a value.

The library's own for several processes looks at each change whether the process was forked meanwhile, and opens files
that have holes. This one is told of a fork, and opens files that are allocated (`slots`). The files are the library's.
"""

import os
import threading
from collections.abc import Sequence
from typing import Any, Final

from prometheus_client.mmap_dict import MmapedDict, mmap_key

from .slots import Slots

_LOCK: Final = threading.Lock()


class SharedValues:
    """The numbers of this process. The library calls it to get one (`values.ValueClass`)."""

    def __init__(self, slots: Slots) -> None:
        """Put them into the files of the slot of this process."""
        self._slots = slots
        self._files: dict[str, Any] = {}  # the library has no types here
        self._values: list[SharedValue] = []
        os.register_at_fork(before=_LOCK.acquire, after_in_parent=_LOCK.release, after_in_child=self._forked)

    def __call__(
        self,
        kind: str,
        metric: str,
        name: str,
        labels: Sequence[str],
        values: Sequence[str],
        text: str,
        multiprocess_mode: str = "",
        **_: object,
    ) -> "SharedValue":
        """The number of a series; its former one if its slot had another process before."""
        file = f"{kind}_{multiprocess_mode}" if multiprocess_mode else kind
        value = SharedValue(self, file, mmap_key(metric, name, list(labels), list(values), text))
        with _LOCK:
            value.attach()
            self._values.append(value)
        return value

    def file(self, name: str) -> Any:  # noqa: ANN401
        """A file of the slot of this process."""
        if name not in self._files:
            self._files[name] = MmapedDict(str(self._slots.file(name)))  # type: ignore[no-untyped-call]
        return self._files[name]

    def _forked(self) -> None:
        """Let the child take a slot of its own with its first figure; the mapped files are those of its parent."""
        self._files = {}
        for value in self._values:
            value.detach()
        _LOCK.release()


class SharedValue:
    """One number. Safe to share between threads."""

    _multiprocess = True

    def __init__(self, values: SharedValues, file: str, key: str) -> None:
        """Begin with no file."""
        self._values, self._name, self._key = values, file, key
        self._file: Any = None
        self._number = 0.0

    def attach(self) -> Any:  # noqa: ANN401
        """The file, from which the number is read."""
        file = self._values.file(self._name)
        self._number, _ = file.read_value(self._key)
        self._file = file
        return file

    def detach(self) -> None:
        """Forget the file."""
        self._file = None

    def inc(self, amount: float) -> None:
        """Add to the number."""
        with _LOCK:
            file = self._file or self.attach()
            self._number += amount
            file.write_value(self._key, self._number, 0.0)

    def set(self, value: float, timestamp: float | None = None) -> None:
        """Set the number."""
        with _LOCK:
            file = self._file or self.attach()
            self._number = value
            file.write_value(self._key, value, timestamp or 0.0)

    def get(self) -> float:
        """The number."""
        with _LOCK:
            return self._number

    def set_exemplar(self, _: object) -> None:
        """Exemplars have no place in the files."""

    def get_exemplar(self) -> None:
        """No exemplar."""
