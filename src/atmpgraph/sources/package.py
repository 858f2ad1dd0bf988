"""The tables of a publication, as its Data Package names them (Frictionless Data Package v1)."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import AtmpgraphError

DESCRIPTOR = "datapackage.json"


@dataclass(frozen=True)
class Table:
    """One CSV file: UTF-8 (a byte order mark is accepted), RFC 4180, the header in row 1."""

    name: str
    path: Path

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


def open_package(folder: Path) -> Package:
    """Open the Data Package in `folder`.

    Raises:
        AtmpgraphError: there is no descriptor, or it is not one of tabular resources with local paths.
    """
    path = folder / DESCRIPTOR
    try:
        descriptor = json.loads(path.read_text(encoding="utf-8"))
        tables = {r["path"]: Table(r["name"], folder / r["path"]) for r in descriptor["resources"]}
    except FileNotFoundError:
        raise AtmpgraphError(f"{path}: no such file. The tables are described by a Data Package.") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise AtmpgraphError(f"{path}: not JSON: {error}") from None
    except (KeyError, TypeError) as error:
        raise AtmpgraphError(f"{path}: each of 'resources' needs a 'name' and a 'path' ({error!r})") from None
    return Package(folder, tables, descriptor)
