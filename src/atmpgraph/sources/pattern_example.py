"""A cell of the form that a regular expression describes, for people, who read an example and no expression."""

import re
import string
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from importlib import import_module
from itertools import cycle
from typing import Any, Final

_parser: Any = import_module("re._parser")  # how the standard library reads an expression; the module has no other name
_ORDER: Final = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-./_: " + string.printable
_MOST: Final = 60  # characters of an example
_CATEGORIES: Final[dict[str, Callable[[str], bool]]] = {
    "CATEGORY_DIGIT": str.isdigit,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": lambda sign: sign.isalnum() or sign == "_",
}


def fitting_example(pattern: str, declared: str) -> str:
    """The example that a column declares, if its pattern fits it, else one of the pattern; empty if there is none."""
    try:
        return declared if declared and re.fullmatch(pattern, declared) else example_of(pattern)
    except re.error:
        return declared


class _NoExampleError(Exception):
    """Nothing here says what a text would be."""


@lru_cache(1_024)
def example_of(pattern: str) -> str:
    """A text that an expression fits as a whole; empty where none is to be had by reading it once."""
    try:
        with warnings.catch_warnings(
            action="ignore", category=FutureWarning
        ):  # of what a later Python may read otherwise
            example = "".join(_Writer().of(_parser.parse(pattern)))
            return example if len(example) <= _MOST and re.fullmatch(pattern, example) else ""
    except (re.error, RecursionError, OverflowError, _NoExampleError):
        return ""


class _Writer:
    """What writes an example: of each class of signs the next one, so that no two digits look alike by chance."""

    def __init__(self) -> None:
        self._digits, self._capitals, self._small = map(
            cycle, (string.digits[1:], string.ascii_uppercase, string.ascii_lowercase)
        )
        self._groups: dict[int, str] = {}
        self._length = 0

    def of(self, parts: Iterable[tuple[Any, Any]]) -> Iterator[str]:
        """The pieces of a text.

        Raises:
            _NoExampleError: a part cannot be written by itself.
        """
        for kind, value in parts:
            piece = self._piece(str(kind), value)
            self._length += len(piece)
            if self._length > _MOST * 4:
                raise _NoExampleError
            yield piece

    def _piece(self, kind: str, value: Any) -> str:  # noqa: ANN401 - as the library has it
        match kind:
            case "AT":
                return ""
            case "LITERAL":
                return chr(value)
            case "ANY":
                return next(self._small)
            case "IN":
                return self._one(value)
            case "NOT_LITERAL":
                return self._one([("NEGATE", None), ("LITERAL", value)])
        return self._whole(kind, value)

    def _whole(self, kind: str, value: Any) -> str:  # noqa: ANN401
        """What has parts of its own."""
        match kind:
            case "BRANCH":
                return "".join(self.of(value[1][0]))
            case "SUBPATTERN":
                self._groups[value[0]] = text = "".join(self.of(value[3]))
                return text
            case "GROUPREF":
                return self._groups.get(value, "")
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeated(*value)
        raise _NoExampleError

    def _repeated(self, least: int, most: int, part: Any) -> str:  # noqa: ANN401
        is_class, is_one = str(part[0][0]) == "IN", len(part) == 1 and str(part[0][0]) != "SUBPATTERN"
        times = least or int(is_one and most > 1)
        if least == 1 and is_class and most > 2:  # a word or number of several signs is easier to recognise
            times = min(3, int(most))
        if times > _MOST:
            raise _NoExampleError
        return "".join("".join(self.of(part)) for _ in range(times))

    def _one(self, members: list[tuple[Any, Any]]) -> str:
        is_negated = str(members[0][0]) == "NEGATE"
        fitting = [sign for sign in _ORDER if _is_in(sign, members) != is_negated]
        for signs, following in (
            (string.ascii_uppercase, self._capitals),
            (string.ascii_lowercase, self._small),
            (string.digits, self._digits),
        ):
            if sum(sign in signs for sign in fitting) >= len(signs) - 1:
                return next(following)
        if fitting:
            return fitting[0]
        first = next((value for kind, value in members if str(kind) in {"LITERAL", "RANGE"}), None)
        if first is None or is_negated:
            raise _NoExampleError
        return chr(first if isinstance(first, int) else first[0])


def _is_in(sign: str, members: Iterable[tuple[Any, Any]]) -> bool:
    for kind, value in members:
        match str(kind):
            case "LITERAL" if ord(sign) == value:
                return True
            case "RANGE" if value[0] <= ord(sign) <= value[1]:
                return True
            case "CATEGORY":
                name = str(value)
                is_of = _CATEGORIES.get(name.replace("_NOT_", "_"))
                if is_of is None:
                    raise _NoExampleError
                if is_of(sign) != ("_NOT_" in name):
                    return True
    return False
