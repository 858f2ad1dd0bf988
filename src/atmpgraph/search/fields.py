"""The fields of the index and the kinds of things: `fields.toml`, read once."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

from ..vocab import prefixes

FieldName: TypeAlias = Literal["name", "other", "identifier", "text"]

NAMES: Final = frozenset[FieldName]({"name", "other"})
_FILE: Final = Path(__file__).with_name("fields.toml")
_PREFIXED: Final = re.compile(r"([\w-]+):(\w+)")


@dataclass(frozen=True)
class Fields:
    """What is searched.

    Attributes:
        paths: the property paths of each field, with whole IRIs.
        first: the classes that are a kind, the first of which counts.
        last: those that count where there is no other.
        never: those of things that are no hits.
    """

    paths: Mapping[FieldName, tuple[str, ...]]
    first: tuple[str, ...]
    last: tuple[str, ...]
    never: frozenset[str]

    def kind(self, classes: Iterable[str]) -> str | None:
        """The class that is the kind of a thing; None for a thing that is no hit."""
        its = set(classes)
        if its & self.never:
            return None
        others = sorted(its - {*self.first, *self.last})
        return next((each for each in (*self.first, *others, *self.last) if each in its), "")


@cache
def fields() -> Fields:
    """The fields and kinds of all publications."""
    content, namespaces = tomllib.loads(_FILE.read_text(encoding="utf-8")), prefixes("")

    def whole(text: str) -> str:
        return _PREFIXED.sub(lambda match: f"{namespaces[match[1]]}{match[2]}", text)

    def path(text: str) -> str:
        return _PREFIXED.sub(lambda match: f"<{namespaces[match[1]]}{match[2]}>", text)

    kinds = {name: tuple(map(whole, classes)) for name, classes in content["kinds"].items()}
    paths: dict[FieldName, tuple[str, ...]] = {
        name: tuple(map(path, content["fields"][name])) for name in get_args(FieldName)
    }
    return Fields(paths, kinds["first"], kinds["last"], frozenset(kinds["never"]))
