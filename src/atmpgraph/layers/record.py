"""What came with the software when a publication was last built: a file beside the releases, which may be lost.

`atmpgraph upgrade` compares it with what comes with the software that is installed now.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

from .. import __version__
from ..release.layout import ReleasesFolder, write_json
from ..settings.layers import Kind, supplied
from .terms import software_terms

_KINDS: Final[tuple[Kind, ...]] = (
    "mapping",
    "shapes",
    "queries",
    "lists",
    "charts",
    "ontology",
    "rules",
    "datasets",
    "templates",
)


@dataclass(frozen=True)
class SuppliedRecord:
    """The supplied files, terms and columns of a version.

    Attributes:
        software: the version.
        files: SHA-256 of each, by kind and path: `shapes/common.ttl`.
        terms: the IRIs of the vocabulary.
        columns: of each table, by its file.
    """

    software: str
    files: dict[str, str]
    terms: list[str]
    columns: dict[str, list[str]]

    @classmethod
    def installed(cls) -> Self:
        """Those of the software that runs."""
        return cls(__version__, _files(), sorted(software_terms()), supplied_columns())


def _files() -> dict[str, str]:
    paths = {
        f"{kind}/{path.relative_to(supplied(kind)).as_posix()}": path
        for kind in _KINDS
        for path in sorted(supplied(kind).rglob("*"))
        if path.is_file()
    }
    for kind in ("coverage", "descriptor"):
        path = supplied(kind)
        paths[path.name] = path
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths.items()}


def supplied_columns() -> dict[str, list[str]]:
    """The columns of each supplied table, by its file."""
    descriptor = json.loads(supplied("descriptor").read_text(encoding="utf-8"))
    return {each["path"]: [field["name"] for field in each["schema"]["fields"]] for each in descriptor["resources"]}


def record_supplied(releases: Path) -> None:
    """Note what came with the software; without room for that, nothing is noted."""
    installed = SuppliedRecord.installed()
    if read_supplied(releases) != installed:
        with suppress(OSError):
            write_json(ReleasesFolder(releases).supplied, asdict(installed))


def read_supplied(releases: Path) -> SuppliedRecord | None:
    """What came with the software at the last build, if that was noted."""
    with suppress(OSError, ValueError, TypeError):
        return SuppliedRecord(**json.loads(ReleasesFolder(releases).supplied.read_bytes()))
    return None
