"""The query library: one file a question, with title and description in its head as `#+ title@fr: …`."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

# How a query of the library asks for the language of its labels.
_LANGUAGE = re.compile(r'(VALUES \?language \{ ")[a-z]{2}(" \})')
_HEAD = re.compile(r"^#\+ (\w+)@([a-z]{2}): (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class LibraryQuery:
    """A published query: its name, and the text of its file."""

    name: str
    file_text: str

    @cached_property
    def _head(self) -> dict[tuple[str, str], str]:
        return {(key, language): text.strip() for key, language, text in _HEAD.findall(self.file_text)}

    def text(self, key: str, languages: tuple[str, ...]) -> tuple[str, str]:
        """The `title` or `description` in the first of the languages that has it, and that language."""
        found = next(((self._head[key, tag], tag) for tag in languages if (key, tag) in self._head), None)
        return found or (self.name if key == "title" else "", "")

    def in_language(self, language: str) -> "LibraryQuery":
        """The same question, whose answer has its labels in another language, where it has labels."""
        return LibraryQuery(self.name, _LANGUAGE.sub(rf"\g<1>{language}\g<2>", self.file_text))

    def runnable(self, base: str, *, head: bool = True) -> str:
        """The text with the base put first, so that it runs on any endpoint (SPARQL 1.1 §4.1.1)."""
        text = self.file_text if head else _HEAD.sub("", self.file_text).lstrip()
        return f"BASE <{base}>\n{text}"


def read_library(folder: Path) -> dict[str, LibraryQuery]:
    """The queries of a folder by name, sorted."""
    return {
        file.stem: LibraryQuery(file.stem, file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.rq"))
    }
