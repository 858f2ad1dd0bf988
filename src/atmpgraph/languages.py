"""Tags of languages (BCP 47), and columns that are named by them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

PLACEHOLDER: Final = "{language}"
# A language, and then, each if it is there: extended languages, a script, a region, variants, extensions, private use
# (RFC 5646 §2.1). The languages of four letters and more are registered for none so far.
_TAG: Final = re.compile(
    r"[a-z]{2,3}(-[a-z]{3}){0,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?(-([a-z\d]{5,8}|\d[a-z\d]{3}))*"
    r"(-[a-wyz\d](-[a-z\d]{2,8})+)*(-x(-[a-z\d]{1,8})+)?",
    re.IGNORECASE,
)


def is_tag(text: str) -> bool:
    """Whether a text is a well-formed tag of a language (RFC 5646 §2.2.9)."""
    return bool(_TAG.fullmatch(text))


def tag_of(column: str, declared: str) -> str | None:
    """The language of a column, if it is one of those that `declared` stands for: of `title_fr` for `title_{language}`.

    The tag is in lower case, as RDF 1.1 §3.3 recommends.
    """
    before, placeholder, after = declared.partition(PLACEHOLDER)
    if not placeholder or not column.startswith(before) or not column.endswith(after):
        return None
    tag = column[len(before) : len(column) - len(after)]
    return tag.lower() if is_tag(tag) else None


def ranges(tag: str) -> Iterator[str]:
    """A tag and, one after another, what it is a special case of: `zh-hant-tw`, `zh-hant`, `zh` (RFC 4647 §3.4)."""
    parts = tag.lower().split("-")
    while parts:
        yield "-".join(parts)
        parts.pop()
        if parts and len(parts[-1]) == 1:  # it begins an extension, and is nothing alone
            parts.pop()


def closest(tag: str, offered: Iterable[str]) -> str | None:
    """The offered language that fits a wanted one best: it, or what it is a special case of, else a special case."""
    tags = list(offered)
    for wanted in ranges(tag):
        if wanted in tags:
            return wanted
    return next((one for wanted in ranges(tag) for one in tags if one.startswith(f"{wanted}-")), None)


def best(texts: Mapping[str, str], languages: Iterable[str]) -> str:
    """The text in the first of the languages that it is in, else in any; empty where there is none."""
    return next((texts[tag] for tag in languages if tag in texts), next(iter(texts.values()), ""))
