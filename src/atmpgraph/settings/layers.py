"""The two layers of a publication: the files that come with the software, and the publication's own beside them.

A file of the publication with the name of a supplied one (its path inside the folder) replaces it; one with another
name is added. `supplied` and `Layered` are the only places that know where either layer is (docs/publication.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

_PACKAGE: Final = Path(__file__).parents[1]
_INSTALLED: Final = _PACKAGE / "supplied"
# A wheel has the supplied set in the package; a checkout has it where it is edited.
_ROOT: Final = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parents[1]

Kind: TypeAlias = Literal[
    "mapping",
    "shapes",
    "queries",
    "lists",
    "charts",
    "ontology",
    "rules",
    "datasets",
    "coverage",
    "descriptor",
    "texts",
    "templates",
    "static",
]
# Where the supplied files of each kind are.
_SUPPLIED: Final[dict[Kind, Path]] = {
    "mapping": _ROOT / "data" / "mapping",
    "shapes": _ROOT / "shapes",
    "queries": _ROOT / "queries",
    "lists": _ROOT / "lists",
    "charts": _ROOT / "charts",
    "ontology": _ROOT / "ontology",
    "rules": _ROOT / "data" / "rules",
    "datasets": _ROOT / "data" / "datasets",
    "coverage": _ROOT / "data" / "coverage.rq",
    "descriptor": _ROOT / "data" / "datapackage.json",
    "texts": _PACKAGE / "locale",
    "templates": _PACKAGE / "web" / "pages" / "templates",
    "static": _PACKAGE / "web" / "static",
}


def supplied(kind: Kind) -> Path:
    """The folder, or file, of a kind that comes with the software."""
    return _SUPPLIED[kind]


@dataclass(frozen=True)
class Layered:
    """A folder, or a file, in two layers. It is searched like a `Path`.

    Attributes:
        own: of the publication; it need not exist.
        supplied: of the software. It is the same one where the publication is developed together with the software.
    """

    own: Path
    supplied: Path

    def __truediv__(self, name: str) -> "Layered":
        """A folder or file inside."""
        return Layered(self.own / name, self.supplied / name)

    def __str__(self) -> str:
        """The publication's, for messages: that is what people change."""
        return str(self.own)

    @property
    def file(self) -> Path:
        """The file that counts: the publication's where there is one."""
        return self.own if self.own.is_file() else self.supplied

    def glob(self, pattern: str) -> Iterator[Path]:
        """The files that count whose name fits, in the order of their names."""
        yield from (path for _, path in sorted(self._files("glob", pattern).items()))

    def rglob(self, pattern: str) -> Iterator[Path]:
        """The same in the folders below as well."""
        yield from (path for _, path in sorted(self._files("rglob", pattern).items()))

    def files(self) -> dict[str, Path]:
        """All files that count, by their path inside."""
        return dict(sorted(self._files("rglob", "*").items()))

    def own_files(self, pattern: str) -> list[Path]:
        """Those of the publication among them, in the folders below as well; the others come with the software."""
        return [path for _, path in sorted(_inside(self.own, "rglob", pattern).items())]

    def replaced(self, pattern: str = "*") -> dict[str, tuple[Path, Path]]:
        """The publication's file and the supplied one that it replaces, by name, where they differ."""
        own, supplied = (_inside(folder, "rglob", pattern) for folder in (self.own, self.supplied))
        return {
            name: (own[name], supplied[name])
            for name in sorted(own.keys() & supplied.keys())
            if own[name].read_bytes() != supplied[name].read_bytes()
        }

    def _files(self, search: Literal["glob", "rglob"], pattern: str) -> dict[str, Path]:
        return _inside(self.supplied, search, pattern) | _inside(self.own, search, pattern)


# What reads a folder takes one in layers too.
Folder: TypeAlias = Path | Layered


def _inside(folder: Path, search: Literal["glob", "rglob"], pattern: str) -> dict[str, Path]:
    """The files in a folder by their path inside it."""
    paths = folder.rglob(pattern) if search == "rglob" else folder.glob(pattern)
    return {path.relative_to(folder).as_posix(): path for path in paths if path.is_file()}
