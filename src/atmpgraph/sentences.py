"""Sentences of the interface not yet put into words: they stand on nothing, so that everything may hold one."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


class Counting(str):
    """A text about several things, which also is there for one; made by `i18n.counting`.

    Attributes:
        one: the text for one.
        number: the name of the value that counts them.
    """

    __slots__ = ("number", "one")
    one: str
    number: str

    def __new__(cls, one: str, several: str, number: str = "n") -> "Counting":
        """Take both texts."""
        text = super().__new__(cls, several)
        text.one, text.number = one, number
        return text

    def __reduce__(self) -> tuple[type["Counting"], tuple[str, str, str]]:
        """Travel between processes as it is."""
        return Counting, (self.one, str(self), self.number)


# Bidirectional classes (UAX #9, table 4) of what would turn the words beside it round; and the marks of isolates.
_TURNING: Final = frozenset({"R", "AL", "RLE", "RLO", "LRE", "LRO", "RLI", "LRI", "FSI", "PDI", "PDF"})
_ISOLATES: Final = dict.fromkeys(range(0x2066, 0x206A))


def isolated(value: str) -> str:
    """A value as it stands in a sentence: from right to left, it is shut off from the words around it (UAX #9, 2.4)."""
    if value.isascii() or not any(unicodedata.bidirectional(character) in _TURNING for character in value):
        return value
    return f"\u2068{value.translate(_ISOLATES)}\u2069"


@dataclass(frozen=True)
class Sentence:
    """A text of the interface; also as a value of another one. `i18n.Texts` says it in a language.

    Attributes:
        text: in English, marked with `message`.
        values: of its names.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """In English, without a catalogue: a confined process may open none."""
        text = self.text
        if isinstance(text, Counting) and self.values.get(text.number) == 1:
            text = text.one
        return text.format(**{k: _english(v) for k, v in self.values.items()}) if self.values else text


def _english(value: object) -> object:
    return f"{value:,}" if type(value) is int else value
