"""Codes of other files and what they are here: `codes/<list>.csv` has them, `theirs` and `ours`.

A publication adds to a list by a file of the same name in its folder `imports/codes`.
"""

import csv
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from babel import Locale

from ..i18n import TranslatedError, message

_WRONG: Final = message(
    "{file}: a list of codes is CSV in UTF-8 with the columns theirs and ours, both filled; correct it"
)
_HERE: Final = Path(__file__).parent / "codes"
# The vocabularies of others by the list that their file fills (`vocabularies`).
VOCABULARIES: Final = tomllib.loads((Path(__file__).parent / "vocabularies.toml").read_text(encoding="utf-8"))
_Row: TypeAlias = Mapping[str, str]


def plain(text: str) -> str:
    """A text but for capitals, blanks and marks, unless it is marks alone: what headings and codes are compared by.

    What parts two numbers stays, as a slash: /2/34 is not /23/4.
    """
    whole = unicodedata.normalize("NFKC", text).casefold().strip()
    return re.sub(r"(?<=\d)([\W_]+)(?=\d)|[\W_]+", lambda marks: "/" if marks[1] else "", whole) or whole


@dataclass(frozen=True)
class Codes:
    """The lists of codes.

    Attributes:
        own: the folder with those of the publication.
        given: those of vocabularies that are read with the files, by list and code.
    """

    own: Path
    given: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    _read: dict[str, Mapping[str, _Row]] = field(default_factory=dict)

    def ours(self, name: str, theirs: str, column: str = "ours") -> str | None:
        """What a code of theirs is here; None where the list does not have it."""
        row = self._rows_of(name).get(plain(theirs))
        return row.get(column) if row else None

    def theirs(self, name: str) -> list[str]:
        """The codes of a list as they are written."""
        return [row["theirs"] for row in self._rows_of(name).values() if "theirs" in row]

    def _rows_of(self, name: str) -> Mapping[str, _Row]:
        if name not in self._read:
            own = self.own / f"{name}.csv"
            given = {plain(code): {"ours": iri} for code, iri in self.given.get(name, {}).items()}
            self._read[name] = {**_rows(_HERE / f"{name}.csv"), **given, **(_rows(own) if own.is_file() else {})}
        return self._read[name]

    def country(self, text: str, column: str = "ours") -> str | None:
        """A country by its code, or by its name in a language of Europe."""
        names = (text, _countries().get(plain(text), ""), _of_three_letters().get(plain(text), ""))
        return next((code for name in names if (code := self.ours("country", name, column))), None)


def _rows(file: Path) -> dict[str, _Row]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as content:
            rows = list(csv.DictReader(content))
    except (UnicodeDecodeError, csv.Error):
        raise TranslatedError(_WRONG, file=str(file)) from None
    if any(not row.get("theirs") or not row.get("ours") for row in rows):
        raise TranslatedError(_WRONG, file=str(file))
    return {plain(row["theirs"]): row for row in rows}


@cache
def _of_three_letters() -> Mapping[str, str]:
    """The code of two letters by the one of three, which is ours."""
    return {plain(row["ours"]): row["two"] for row in _rows(_HERE / "country.csv").values()}


@cache
def _countries() -> Mapping[str, str]:
    """The code of two letters by the name."""
    names: dict[str, str] = {}
    for language in ("en", "fr", "nl", "de", "it", "es", "pt"):
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names.setdefault(plain(name), code)
    return names
