"""What is made from code and a text alone, made once: it lies where Python keeps code of modules (`__pycache__`).

Who may write there may change the program anyway, so it is trusted as the code beside it.
"""

import hashlib
import os
import pickle
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, cached_property
from importlib import metadata
from importlib.util import cache_from_source
from pathlib import Path
from typing import TypeVar

from . import __version__

T = TypeVar("T")


@cache
def code_digest() -> str:
    """SHA-256 of the program, of Python and of the libraries that are installed: another state may make other files.

    Of the program without its pages, which are made at request.
    """
    root = Path(__file__).parent
    libraries = sorted(f"{each.name} {each.version}" for each in metadata.distributions())
    digest = hashlib.sha256(f"{sys.version} {libraries}\n".encode())
    for path in sorted(root.rglob("*")):
        if path.is_file() and not {"__pycache__", "web"} & {*path.relative_to(root).parts}:
            content = path.read_bytes()
            digest.update(f"{path.relative_to(root)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


class CodeCache:
    """Values of one kind, each in a file named by what it is made from; those used last stay."""

    def __init__(self, kind: str, module: str, most: int, libraries: str = "", others: Sequence[str] = ()) -> None:
        """Describe the files; none is read or written yet.

        Args:
            kind: the suffix of their names.
            module: the file of a module, beside whose code they lie. Its folder makes the values: another state of a
                module there makes them anew.
            most: how many stay.
            libraries: the versions of others that make them.
            others: files of modules whose folders make them too.
        """
        self.folder = Path(cache_from_source(module)).parent
        self._kind, self._most, self._libraries = kind, most, libraries
        self._code = [Path(file).parent for file in (module, *others)]

    def get(self, text: str, make: Callable[[], T]) -> T:
        """The value of a text; one that cannot be read or written is made each time.

        Args:
            text: all that it is made from, besides the code.
            make: makes it; it can be pickled.
        """
        named = hashlib.sha256(f"{self._maker}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()
        path = self.folder / f"{named[:32]}.{self._kind}"
        with suppress(Exception):  # whatever its bytes are taken for
            earlier: T = pickle.loads(path.read_bytes())  # noqa: S301 - as much our own as the code beside it
            with suppress(OSError):
                os.utime(path)
            return earlier
        value = make()
        self._write(path, value)
        return value

    @cached_property
    def _maker(self) -> str:
        code = [file.stat().st_mtime_ns for folder in self._code for file in sorted(folder.glob("*.py"))]
        return f"{__version__} {sys.version} {self._libraries} {code}"

    def _write(self, path: Path, value: object) -> None:
        """Write a value, if that is allowed here, in place of the oldest."""
        if sys.dont_write_bytecode:
            return
        new = path.with_suffix(f".{os.getpid()}")
        with suppress(OSError, pickle.PicklingError):
            self.folder.mkdir(exist_ok=True)
            try:
                new.write_bytes(pickle.dumps(value))
                new.replace(path)
            finally:
                new.unlink(missing_ok=True)
            files = sorted(self.folder.glob(f"*.{self._kind}"), key=lambda each: each.stat().st_mtime_ns)
            for old in files[: -self._most]:
                old.unlink(missing_ok=True)
