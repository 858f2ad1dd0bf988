"""What is wrong with settings, in our words: pydantic's are English, and of its types."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ..errors import SettingsError
from ..i18n import SOURCE, Sentence, Texts, message, texts

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Place: TypeAlias = tuple[str, ...]  # the groups of a setting, if it has some, and its name
_SHOWN: Final = 80  # characters of a value
_IN_THE_ENVIRONMENT: Final = message("{variable} in the environment")
_AT: Final = message("{place}: {reason}")
_WITH_VALUE: Final = message("{reason}; it is {value}")
_MISSING: Final = message("missing; add it, as in {example}")
_MISSING_PART: Final = message("missing; add it")
_OTHER: Final = message("must be of another kind; docs/settings.md says of which")
# The types of pydantic's errors, and what they mean; `{bound}` is the limit.
_MEANINGS: Final = {
    "string_type": message("must be a text in quotation marks"),
    "path_type": message("must be a text in quotation marks"),
    "int_type": message("must be a whole number, without quotation marks"),
    "int_parsing": message("must be a whole number, without quotation marks"),
    "int_from_float": message("must be a whole number"),
    "float_type": message("must be a number, with a point before its decimals and without quotation marks"),
    "float_parsing": message("must be a number, with a point before its decimals and without quotation marks"),
    "bool_type": message("must be true or false, without quotation marks"),
    "bool_parsing": message("must be true or false, without quotation marks"),
    "tuple_type": message('must be a list in square brackets, such as ["a", "b"]'),
    "dict_type": message('must be a text by language, as in title.en = "A title"'),
    "model_type": message("must be a group of settings, each on a line of its own below the heading"),
    "greater_than_equal": message("must be {bound} at least"),
    "less_than_equal": message("must be {bound} at most"),
    "greater_than": message("must be more than {bound}"),
    "literal_error": message("must be one of {bound}"),
}
_BOUNDS: Final = ("ge", "le", "gt", "expected")
_QUOTED: Final = re.compile(r"'([^']*)'")
_USER: Final = re.compile(r"(?<=://)[^\s\"]*(?=@)")  # in an address, with a password or without
_UNKNOWN: Final = message("no such setting; docs/settings.md lists them")
_UNKNOWN_CLOSE: Final = message("no such setting; did you mean {close}?")
_ALIKE: Final = 0.7  # as close as a slip of the pen
_MOVED: Final = message("its name is now {name}")


class WrongValueError(ValueError):
    """A value that its setting may not have.

    Attributes:
        reason: in the reader's language.
        place: of the setting, where several are looked at together.
    """

    def __init__(self, sentence: str, place: Place = (), **values: object) -> None:
        """Say why, in English and marked with `message`, with `{names}` for the values."""
        super().__init__(sentence)
        self.reason, self.place = Sentence(sentence, values), place


@dataclass(frozen=True)
class Fault:
    """What is wrong with a setting.

    Attributes:
        reason: why, and the remedy.
        place: of the setting; empty where the file as a whole is wrong.
        variable: of the environment that sets it; empty where the file does.
        value: that it has, cut, where that helps.
        row: of the file, where it cannot be read there.
    """

    reason: Sentence
    place: Place = ()
    variable: str = ""
    value: str | None = None
    row: int | None = None

    @property
    def is_missing(self) -> bool:
        """Whether a setting is not there that is needed."""
        return self.reason.text in {_MISSING, _MISSING_PART}

    @property
    def sentence(self) -> Sentence:
        """Setting and reason."""
        return (
            Sentence(_AT, {"place": f"`{written(self.place)}`", "reason": self.reason}) if self.place else self.reason
        )

    def line(self, file: Path) -> Sentence:
        """All of it, for a message without a report."""
        reason = (
            self.reason if self.value is None else Sentence(_WITH_VALUE, {"reason": self.reason, "value": self.value})
        )
        if self.variable:
            place: object = Sentence(_IN_THE_ENVIRONMENT, {"variable": self.variable})
        else:
            place = f"{file}: `{written(self.place)}`" if self.place else str(file)
        return Sentence(_AT, {"place": place, "reason": reason})


class WrongSettingsError(SettingsError):
    """Settings that are wrong, all of them.

    Attributes:
        file: that has them.
        faults: of each.
        rest: the settings without the wrong ones, enough to judge everything else; None where the file is none.
    """

    def __init__(self, file: Path, faults: tuple[Fault, ...], rest: object = None) -> None:
        """Refuse the settings of a file."""
        self.file, self.faults, self.rest = file, faults, rest
        super().__init__(self.text(texts(SOURCE)))

    def text(self, words: Texts) -> str:
        """A line each, in a language."""
        return "\n".join(words.sentence(fault.line(self.file)) for fault in self.faults)


def written(place: Place) -> str:
    """A setting as people write it: `[server] port`."""
    *groups, name = place
    return f"[{'.'.join(groups)}] {name}" if groups else name


def faults_of(
    errors: Iterable["ErrorDetails"],
    places: Iterable[Place],
    example: Callable[[Place], str],
    variable: Callable[[Place], str],
) -> Iterator[Fault]:
    """What pydantic refuses, in our words.

    Args:
        errors: of it.
        places: of all settings.
        example: a line that would be right, of a setting that is needed.
        variable: that of the environment that sets a setting, if one does.
    """
    for error in errors:
        place = place_of(error)
        if error["type"] == "extra_forbidden":
            yield Fault(unknown(_close(place, places)), place)
        else:
            given = None if error["type"] == "missing" or not error["loc"] else shown(error["input"])
            yield Fault(_reason(error, example), place, variable(place), given)


def unknown(close: Sequence[str]) -> Sentence:
    """That there is no such setting, and which ones may be meant."""
    return (
        Sentence(_UNKNOWN_CLOSE, {"close": ", ".join(f"`{name}`" for name in close)}) if close else Sentence(_UNKNOWN)
    )


def _close(place: Place, places: Iterable[Place]) -> list[str]:
    """The settings whose name is alike in this group, and those of that name in others; else one that is alike."""
    names = {written(each): each for each in places}
    alike = [name for name, each in names.items() if get_close_matches(place[-1], [each[-1]], 1, _ALIKE)]
    near = get_close_matches(written(place), [name for name in alike if names[name][:-1] == place[:-1]], 1, _ALIKE)
    same = [name for name, each in names.items() if each[-1] == place[-1]]
    return [*near, *(name for name in same if name not in near)] or get_close_matches(written(place), alike, 1, _ALIKE)


def moved(name: str) -> Sentence:
    """That a setting has another name today."""
    return Sentence(_MOVED, {"name": f"`{name}`"})


def place_of(error: "ErrorDetails") -> Place:
    """The setting that an error is about; members of a list have no name of their own."""
    own = _own(error)
    steps = tuple(step for step in error["loc"] if isinstance(step, str) and step != "[key]")
    return own.place if own and own.place else steps


def shown(value: object) -> str:
    """A value as it stands in the file, cut, and without a password in an address: errors get into logs."""
    text = _USER.sub("…", json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _own(error: "ErrorDetails") -> WrongValueError | None:
    context: Mapping[str, Any] = error.get("ctx", {})
    own = context.get("error")
    return own if isinstance(own, WrongValueError) else None


def _reason(error: "ErrorDetails", example: Callable[[Place], str]) -> Sentence:
    if own := _own(error):
        return own.reason
    if error["type"] == "missing":
        line = example(place_of(error))
        return Sentence(_MISSING, {"example": line}) if line else Sentence(_MISSING_PART)
    context: Mapping[str, Any] = error.get("ctx", {})
    bound = next((_listed(context[name]) for name in _BOUNDS if name in context), "")
    return Sentence(_MEANINGS.get(error["type"], _OTHER), {"bound": bound})


def _listed(bound: str | float) -> str:
    """A limit; of words that may stand there, all of them without pydantic's `or`."""
    return ", ".join(_QUOTED.findall(bound)) if isinstance(bound, str) else f"{bound:.12g}"
