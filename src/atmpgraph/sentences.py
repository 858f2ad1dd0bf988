"""A sentence of the interface that is not yet put into words: it stands on nothing, so that everything may hold one."""

from collections.abc import Mapping
from dataclasses import dataclass, field


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
        return self.text.format(**{k: _english(v) for k, v in self.values.items()}) if self.values else self.text


def _english(value: object) -> object:
    return f"{value:,}" if type(value) is int else value
