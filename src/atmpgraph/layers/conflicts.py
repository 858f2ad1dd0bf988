"""Marks of version control in the files of a publication, where two people changed the same lines (`git merge`).

Those of a page or a template would be shown, and those of another file be told of as what its language lacks. Tables
are judged row by row (`sources/check.py`).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

from ..findings import Finding, Place, Severity
from ..i18n import every_language
from ..settings import Settings
from ..settings.layers import Kind
from ..sources.delimited import CONFLICT, CONFLICT_BEGINS

_TEXTS: Final = frozenset({".ttl", ".rq", ".toml", ".json", ".po", ".md", ".html", ".css", ".svg", ".csv"})
_BEGINS: Final = f"\n{CONFLICT_BEGINS}".encode()


def conflict_findings(settings: Settings) -> Iterator[Finding]:
    """A violation for each file with such marks, at the first one."""
    root, data = settings.path(Path()), settings.path(settings.folders.data)
    own = [settings.layered(kind).own for kind in get_args(Kind)]
    files = {path for folder in own if folder.is_dir() for path in folder.rglob("*")}
    files |= {*root.glob("*.toml"), *data.glob("*.ttl"), *data.glob("*.json"), *data.glob("*.rq")}
    for file in sorted(files):
        if file.suffix in _TEXTS and file.is_file():
            content = b"\n" + file.read_bytes()
            if (place := content.find(_BEGINS)) >= 0:
                shown = file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
                line = content.count(b"\n", 0, place) + 1
                yield Finding("files", Severity.VIOLATION, every_language(CONFLICT), (Place(shown, line),))
