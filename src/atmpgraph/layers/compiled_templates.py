"""The supplied templates, compiled once: their code lies where Python keeps that of its modules (`__pycache__`).

To compile all of them takes a third of the time in which a web process starts.
"""

import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemBytecodeCache
from jinja2 import __version__ as jinja_version
from jinja2.bccache import Bucket

from .. import __version__

_PACKAGE: Final = Path(__file__).parents[1]


class CompiledTemplates(FileSystemBytecodeCache):
    """The code of the templates in a folder; what cannot be read or written is compiled each time."""

    def __init__(self, supplied: Path) -> None:
        """Keep the code of the templates in a folder."""
        super().__init__(str(Path(cache_from_source(str(supplied.with_suffix(".py")))).parent), "%s.template")
        self._supplied = supplied
        # What filters make of constants is part of the code: it is as old as the filters.
        newest = max(file.stat().st_mtime_ns for file in _PACKAGE.rglob("*.py"))
        self._recipe = f"{__version__} {jinja_version} {newest}"

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """The place of the code of a template; those of a publication have none."""
        if filename is None or not Path(filename).is_relative_to(self._supplied):
            return Bucket(environment, "", "")
        return super().get_bucket(environment, name, filename, f"{self._recipe}\n{source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read the code; a file that is damaged counts as none."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # whatever its pieces are taken for
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write the code, if that is allowed here."""
        if bucket.key and not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)
