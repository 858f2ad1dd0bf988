"""The query library: one file a question, with title and description in its head as `#+ title@fr: …`."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from ..errors import AtmpgraphError
from ..findings import Finding, Place, Severity
from ..http.problem import Problem, ProblemError
from .syntax import validate

_FORBIDDEN: Final = 403
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
    """The queries of a folder by name, sorted.

    Raises:
        AtmpgraphError: a file is not UTF-8.
    """
    return {file.stem: LibraryQuery(file.stem, _text(file)) for file in sorted(folder.glob("*.rq"))}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise AtmpgraphError(f"{file}: not UTF-8: {error}") from None


def faults(folder: Path, base: str, *, federated: bool = False) -> list[Finding]:
    """A violation for each query of a folder that the endpoint would refuse, with its file and line.

    Args:
        folder: of the library.
        base: IRI that relative ones stand under.
        federated: whether queries may call other services; which ones is seen when they are called.

    Raises:
        AtmpgraphError: a file is not UTF-8.
    """
    refused = [(name, _refusal(query.file_text, base)) for name, query in read_library(folder).items()]
    return [
        Finding("query", Severity.VIOLATION, {"en": problem.sentence()}, (Place(f"{name}.rq", _line(problem)),))
        for name, problem in refused
        if problem and not (federated and problem.status == _FORBIDDEN)
    ]


def _refusal(text: str, base: str) -> Problem | None:
    try:
        validate.check(text, base)
    except ProblemError as error:
        return error.problem
    return None


def _line(problem: Problem) -> int | None:
    line = problem.extra.get("line")
    return line if isinstance(line, int) else None
