"""The tables of a publication, as its Data Package names them (Frictionless Data Package v1)."""

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

from ..errors import AtmpgraphError
from ..i18n import TranslatedError, message

DESCRIPTOR = "datapackage.json"
csv.field_size_limit(
    2**31 - 1
)  # the check bounds cells (`[build] max_cell_characters`); what it passed is read as it is


@dataclass(frozen=True)
class Table:
    """One CSV file: UTF-8 (a byte order mark is accepted), RFC 4180, the header in row 1."""

    name: str
    path: Path

    def lines(self) -> int:
        """How many lines it has, which is about its rows; quick, for what people see of the progress."""
        try:
            with self.path.open("rb") as file:
                return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b""))
        except OSError:  # the check says it
            return 0

    def header(self) -> list[str]:
        """The names of the columns."""
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file), [])

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Row number (the header is row 1) and cells of each row, streamed; blank rows are passed over."""
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            width = len(next(reader, []))
            for number, cells in enumerate(reader, start=2):
                if any(cells):
                    yield number, cells + [""] * (width - len(cells))


@dataclass(frozen=True)
class Package:
    """The Data Package: its folder, its tables by file name, and the descriptor itself."""

    folder: Path
    tables: dict[str, Table]
    descriptor: dict[str, Any]

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

    def unmapped(self, path: str) -> set[str]:
        """The columns of a table that are for people and checks, and are not published."""
        return {field["name"] for field in self.fields(path) if field.get("unmapped")}


@dataclass(frozen=True)
class Snapshot:
    """What the files of a package were when it was opened: a build that reads them at several moments reads one state.

    Attributes:
        files: the state of each file.
    """

    files: dict[Path, "_State"]

    @classmethod
    def of(cls, package: Package) -> Self:
        """The state of now."""
        files = [package.folder / DESCRIPTOR, *(table.path for table in package.tables.values())]
        return cls({file: (_identity(file), _digest(file)) for file in files})

    def require_unchanged(self) -> None:
        """Require that the files are as they were.

        Raises:
            TranslatedError: one has other content now.
        """
        for file, before in self.files.items():
            if _identity(file) != before[0] and _digest(file) != before[1]:
                raise TranslatedError(CHANGED, file=str(file))


_Identity: TypeAlias = tuple[int, ...]
_State: TypeAlias = tuple[_Identity, str]  # and the SHA-256 of the content; both are empty where there is no file
CHANGED: Final = message("{file} changed while it was read; run the command again when nothing writes it")


def _identity(file: Path) -> _Identity:
    """What another content changes, and a few other things too."""
    try:
        status = file.stat()
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:  # the check says it
        return ""


def open_package(folder: Path) -> Package:
    """Open the Data Package in `folder`.

    Raises:
        AtmpgraphError: there is no descriptor, or it is not one of tables that lie beside it.
    """
    path = folder / DESCRIPTOR
    try:
        descriptor = json.loads(path.read_text(encoding="utf-8-sig"))
        tables = {r["path"]: Table(r["name"], folder / r["path"]) for r in descriptor["resources"]}
        names = [field["name"] for r in descriptor["resources"] for field in r.get("schema", {}).get("fields", [])]
    except FileNotFoundError:
        raise AtmpgraphError(f"{path}: no such file. The tables are described by a Data Package.") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise AtmpgraphError(f"{path}: not JSON: {error}") from None
    except (KeyError, TypeError, AttributeError) as error:
        problem = "each of 'resources' needs a 'name', a 'path' and a 'schema' with 'fields' that have a 'name'"
        raise AtmpgraphError(f"{path}: {problem} ({error!r})") from None
    for wrong in [name for name in (*tables, *names) if not isinstance(name, str) or "/" in name or "\\" in name]:
        raise AtmpgraphError(f"{path}: {wrong!r}: tables are files beside the descriptor, and names have no slash")
    return Package(folder, tables, descriptor)
