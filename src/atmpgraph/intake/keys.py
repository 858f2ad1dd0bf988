"""The keys that things of another file get: readable, each once, and those that a thing has already."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from .codes_of_others import plain

_LENGTH: Final = 60
_LETTERS: Final = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "œ": "oe", "đ": "d", "ı": "i"}
)


def key_of(words: str) -> str:
    """A key made of words: Latin letters without accents, digits, hyphens. Empty where none is left."""
    folded = unicodedata.normalize("NFKD", words.translate(_LETTERS)).encode("ascii", "ignore").decode().lower()
    whole = "-".join(re.findall(r"[a-z0-9]+", folded))
    return whole if len(whole) <= _LENGTH else whole[: _LENGTH + 1].rpartition("-")[0] or whole[:_LENGTH]


class Keys:
    """The keys by kind of thing, and what each thing is told apart by."""

    def __init__(self) -> None:
        """Begin without any."""
        self._by_identity: dict[str, dict[str, str]] = defaultdict(dict)
        self._taken: dict[str, set[str]] = defaultdict(set)

    def note(self, kind: str, identity: str, key: str) -> None:
        """Take a thing that is there."""
        self._taken[kind].add(key)
        if identity:
            self._by_identity[kind].setdefault(plain(identity), key)

    def key(self, kind: str, identity: str, names: Iterable[str]) -> str:
        """The key of a thing; empty where nothing tells it apart.

        Args:
            kind: of the thing.
            identity: what tells it apart from others of its kind.
            names: what the key is made of: the first one that can be.
        """
        by_identity = self._by_identity[kind]
        if not identity:
            return ""
        if plain(identity) not in by_identity:
            stem = next((key for name in names if (key := key_of(name))), "") or key_of(identity) or kind
            self.note(kind, identity, self._free(kind, stem, key_of(identity)))
        return by_identity[plain(identity)]

    def same(self, kind: str, text: str) -> str:
        """The key that a text is or stands for, such as a name; empty where it is none."""
        return text if text in self._taken[kind] else self._by_identity[kind].get(plain(text), "")

    def _free(self, kind: str, stem: str, identity: str) -> str:
        if stem not in self._taken[kind]:
            return stem
        if identity != stem and f"{stem}-{identity}" not in self._taken[kind]:
            return f"{stem}-{identity}"
        number = 2
        while f"{stem}-{number}" in self._taken[kind]:
            number += 1
        return f"{stem}-{number}"


def note_rows(keys: Keys, rows: Mapping[str, Iterable[Mapping[str, str]]]) -> None:
    """Take the things of a publication: projects by their number, organisations by their PIC and names."""
    for row in rows.get("projects", ()):
        keys.note("partnership", row.get("grant_agreement", ""), row["partnership"])
    for row in rows.get("identifiers", ()):
        keys.note("organisation", row.get("value", "") if row.get("scheme") == "pic" else "", row["organisation"])
    for row in rows.get("organisations", ()):
        for name in [cell for column, cell in row.items() if column.startswith("name_")] or [""]:
            keys.note("organisation", name, row["slug"])
    for row in rows.get("partnerships", ()):
        keys.note("partnership", "", row["slug"])
