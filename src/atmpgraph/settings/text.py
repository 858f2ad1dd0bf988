"""A text that stands in the settings, by language."""

import re
from collections.abc import Iterable
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, ConfigDict, RootModel

from ..i18n import message
from ..languages import is_tag
from .faults import WrongValueError


def _valid_tag(tag: str) -> str:
    """A language tag (BCP 47), in lower case, in which literals have it (RDF 1.1 §3.3)."""
    if not is_tag(tag):
        raise WrongValueError(message("must be the tag of a language (BCP 47), such as fr, nl or pt-BR"))
    return tag.lower()


Tag: TypeAlias = Annotated[str, AfterValidator(_valid_tag)]


CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # which XML cannot say


def _with_words(texts: dict[str, str]) -> dict[str, str]:
    if not texts or not all(map(str.strip, texts.values())):
        raise WrongValueError(message("it has no text; write it in one language at least, and in each that it names"))
    if any(map(CONTROL.search, texts.values())):
        raise WrongValueError(message("a control character, which cannot be published; remove it"))
    return texts


class Text(RootModel[Annotated[dict[Tag, str], AfterValidator(_with_words)]]):
    """One text in some of the languages of the publication."""

    model_config = ConfigDict(frozen=True)

    def best(self, languages: Iterable[str]) -> str:
        """The text in the first of the languages that it is in."""
        return next((self.root[tag] for tag in languages if tag in self.root), next(iter(self.root.values())))
