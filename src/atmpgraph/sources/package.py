"""The tables of a publication, as its Data Package names them (Frictionless Data Package v1)."""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

from ..findings import Finding, Listed, Place
from ..i18n import TranslatedError, message
from ..languages import PLACEHOLDER, tag_of
from ..settings.groups import Build
from ..settings.layers import Folder, Layered
from . import DESCRIPTOR
from .canonical import Source
from .descriptor import Descriptor, read_descriptor

csv.field_size_limit(
    2**31 - 1
)  # the check bounds cells (`[build] max_cell_characters`); what it passed is read as it is


@dataclass(frozen=True)
class Table:
    """A table, read as canonical CSV: UTF-8 (a byte order mark is accepted), RFC 4180.

    Attributes:
        name: of it.
        file: the name of the canonical file, by which mapping, findings and publication know it.
        source: the file that it is read from.
    """

    name: str
    file: str
    source: Source

    @property
    def path(self) -> Path:
        """The canonical file."""
        return self.source.path

    def lines(self) -> int:
        """How many lines it has, which is about its rows; quick, for what people see of the progress."""
        if not self.source.is_read:
            return 0
        try:
            with self.path.open("rb") as file:
                return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b""))
        except OSError:  # the check says it
            return 0

    def header(self) -> list[str]:
        """The names of the columns; none where the file cannot be read, which the check says."""
        return self.source.header()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Row number (as a spreadsheet counts) and cells of each row, streamed; blank rows are passed over."""
        return self.source.rows()


@dataclass(frozen=True)
class Package:
    """The Data Package.

    Attributes:
        folder: where it is.
        tables: by file name.
        read: its descriptor, with a field for each column that there is.
        declared: the fields of each table, `title_{language}` among them.
    """

    folder: Path
    tables: dict[str, Table]
    read: Descriptor
    declared: dict[str, list[dict[str, Any]]]

    @property
    def descriptor(self) -> dict[str, Any]:
        """The descriptor of the tables that there are."""
        return self.read.content

    @property
    def published(self) -> bytes:
        """The descriptor as it is published."""
        return (json.dumps(self.read.published, ensure_ascii=False, indent=2) + "\n").encode()

    @property
    def size(self) -> int:
        """The bytes of all tables that are there."""
        return sum(table.path.stat().st_size for table in self.tables.values() if table.path.is_file())

    def shown(self, listed: Listed) -> Listed:
        """Findings with the files and the headings that people know, in place of the canonical ones."""
        return Listed(tuple(map(self._shown, listed.findings)), listed.more)

    def _shown(self, finding: Finding) -> Finding:
        places = []
        for place in finding.places:
            source = self.tables[place.file].source if place.file in self.tables else None
            column = place.column if source is None else source.headings.get(place.column or "", place.column)
            places.append(place if source is None else Place(source.shown, place.row, column))
        return replace(finding, places=tuple(places))

    def leave_out(self, path: str, why: Finding) -> None:
        """Read no row of a table from here on: it has a cell that would keep every reader busy."""
        table, source = self.tables[path], self.tables[path].source
        self.tables[path] = replace(table, source=replace(source, is_read=False, findings=(*source.findings, why)))

    def is_absent(self, path: str) -> bool:
        """Whether a table comes with the software and is not there: it is empty."""
        return path in self.read.absent

    def absent_columns(self, path: str) -> frozenset[str]:
        """The columns that come with the software and that a table does not have: they are empty."""
        return self.read.columns.get(path, frozenset())

    def in_languages(self, path: str, declared: str) -> dict[str, str]:
        """The columns that a declared name stands for, each with its language."""
        return _in_languages(declared, _open_columns(self.tables[path], self.declared[path]))

    def fields(self, path: str) -> list[dict[str, Any]]:
        """The fields of a table, as the descriptor has them."""
        resource = next(r for r in self.descriptor["resources"] if r["path"] == path)
        fields: list[dict[str, Any]] = resource.get("schema", {}).get("fields", [])
        return fields

    def fields_of_key(self, path: str) -> list[str]:
        """The columns of the primary key of a table."""
        resource = next(r for r in self.descriptor["resources"] if r["path"] == path)
        key = resource.get("schema", {}).get("primaryKey", [])
        return [key] if isinstance(key, str) else list(key)

    def lists(self, path: str) -> dict[str, str]:
        """The columns whose cells have several values, each with what parts them (Data Package v2, type `list`)."""
        return {f["name"]: f.get("delimiter", ",") for f in self.fields(path) if f.get("type") == "list"}

    def is_as_declared(self, path: str) -> bool:
        """Whether a table can be read and has the columns that are declared, so that a mapping can be judged by it."""
        return {field["name"] for field in self.fields(path)} == set(self.tables[path].header())

    def of_any_text(self, path: str) -> set[str]:
        """The columns of a table whose cells may be any text, as far as they are declared."""
        texts = (field for field in self.fields(path) if field.get("type", "string") in {"string", "any", "list"})
        return {field["name"] for field in texts if field.get("format") != "uri"}

    def unmapped(self, path: str) -> set[str]:
        """The columns of a table that are for people and checks, and are not published."""
        return {field["name"] for field in self.fields(path) if field.get("unmapped")}

    def publishing(self, path: str) -> str | None:
        """The column without which a row of a table is not published; None where all rows are."""
        return next((field["name"] for field in self.fields(path) if field.get("publishes")), None)


@dataclass(frozen=True)
class Snapshot:
    """What some files were at a moment: a build that reads them at several moments reads one state.

    Attributes:
        files: the state of each file.
        folders: those that have some of the files, and are to get no others.
        apart: a folder with files that count nowhere.
    """

    files: dict[Path, "_State"]
    folders: tuple[Folder, ...] = ()
    apart: Path | None = None

    @classmethod
    def of(cls, package: Package) -> Self:
        """The state of now."""
        files = [package.folder / DESCRIPTOR, *(table.source.origin for table in package.tables.values())]
        return cls({file: (_identity(file), _digest(file)) for file in files})

    @classmethod
    def of_folders(cls, folders: Iterable[Folder], files: Iterable[Path] = (), apart: Path | None = None) -> Self:
        """The state of now of the files in some folders, but for one inside them, and of some others."""
        several = tuple(folders)
        every = (*_read_of(several, apart), *files)
        return cls({file: (_identity(file), _digest(file)) for file in every}, several, apart)

    def __or__(self, other: "Snapshot") -> "Snapshot":
        """Both."""
        return Snapshot({**self.files, **other.files}, (*self.folders, *other.folders), self.apart or other.apart)

    def require_unchanged(self) -> None:
        """Require that the files are as they were.

        Raises:
            TranslatedError: one has other content now.
        """
        for file, before in self.files.items():
            if _identity(file) != before[0] and _digest(file) != before[1]:
                raise TranslatedError(CHANGED, file=str(file))
        for file in _read_of(self.folders, self.apart):
            if file not in self.files:
                raise TranslatedError(CHANGED, file=str(file))


def _read_of(folders: Iterable[Folder], apart: Path | None) -> list[Path]:
    """The files in some folders that a build reads; what an editor puts beside them is none."""
    files = (file for folder in folders for file in folder.rglob("*") if file.suffix in _READ)
    return [file for file in files if apart is None or not file.is_relative_to(apart)]


_READ: Final = frozenset({".csv", ".json", ".rq", ".toml", ".ttl"})
_Identity: TypeAlias = tuple[int, ...]
_State: TypeAlias = tuple[_Identity, str]  # and the SHA-256 of the content; both are empty where there is no file
_NO_DESCRIPTOR: Final = message("{file}: no such file; a Data Package describes the tables, write one")
CHANGED: Final = message("{file} changed while it was read; run the command again when nothing writes it")


def _identity(file: Path) -> _Identity:
    """What another content changes, and a few other things too."""
    try:
        status = file.stat()
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _digest(file: Path) -> str:
    if not file.is_file():  # a pipe would be waited for
        return ""
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:  # the check says it
        return ""


def open_package(place: Folder, limits: Build | None = None) -> Package:
    """Open a Data Package: a folder, or a descriptor in two layers; the tables lie beside the publication's.

    A file that is not canonical is read here, once (`canonical.py`); what is wrong with it, the check says.

    Args:
        place: of the descriptor.
        limits: how many findings are listed, and what a workbook may take.

    Raises:
        AtmpgraphError: there is no descriptor, or it is not one of tables that lie beside it.
    """
    if isinstance(place, Path):
        place = Layered(place / DESCRIPTOR, Path())
        if not place.own.is_file():
            raise TranslatedError(_NO_DESCRIPTOR, file=place.own)
    read, folder = read_descriptor(place, limits or Build()), place.own.parent
    resources = read.content["resources"]
    tables = {r["path"]: Table(r["name"], r["path"], read.sources[r["path"]]) for r in resources}
    declared = {r["path"]: list(r.get("schema", {}).get("fields", [])) for r in resources}
    for resource in resources:
        if any(PLACEHOLDER in field["name"] for field in declared[resource["path"]]):
            schema = resource["schema"]
            schema["fields"] = list(_with_languages(tables[resource["path"]], schema["fields"]))
    return Package(folder, tables, read, declared)


def _with_languages(table: Table, fields: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A field for each column: one that is declared for all languages stands for those in the header of the table."""
    header = _open_columns(table, fields)
    for field in fields:
        names = _in_languages(field["name"], header) if PLACEHOLDER in field["name"] else [field["name"]]
        yield from ({**field, "name": name} for name in names)


def _open_columns(table: Table, fields: list[dict[str, Any]]) -> list[str]:
    """The columns that no field names as they are."""
    names = {field["name"] for field in fields}
    return [column for column in table.header() if column not in names]


def _in_languages(declared: str, columns: Sequence[str]) -> dict[str, str]:
    return {column: tag for column in columns if (tag := tag_of(column, declared))}
