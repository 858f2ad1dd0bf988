"""Sentences of the interface not yet put into words: they stand on nothing, so that everything may hold one."""

from collections.abc import Mapping
from dataclasses import dataclass, field


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
