"""The query library: a file for each query, with title and description in its head as `#+ title@fr: …`.

In a file `{languages}` stands for the languages of the publication, and a line with `"{languages}"` for one line each.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from ..errors import AtmpgraphError, QueryError, QuerySyntaxError, ServiceNotAllowedError
from ..findings import Finding, Place, Severity
from ..i18n import SOURCE, texts, written
from ..settings.layers import Folder
from .problems import problem_of
from .syntax.validate import check_syntax

# How a query of the library selects the language of its labels.
_LANGUAGE: Final = re.compile(r'(VALUES \?language \{ ")[A-Za-z0-9-]+(" \})')
_HEAD: Final = re.compile(r"^#\+ (\w+)@([A-Za-z0-9-]+): (.+)$", re.MULTILINE)
_LANGUAGES: Final = "{languages}"


@dataclass(frozen=True)
class LibraryQuery:
    """A published query: its name, and the text of its file."""

    name: str
    file_text: str

    @cached_property
    def _head(self) -> dict[tuple[str, str], str]:
        return {(key, language.lower()): text.strip() for key, language, text in _HEAD.findall(self.file_text)}

    def text(self, key: str, languages: tuple[str, ...]) -> tuple[str, str]:
        """The `title` or `description` in the first of the languages that has it, and that language."""
        none = (self.name if key == "title" else "", "")
        return next(((self._head[key, tag], tag) for tag in languages if (key, tag) in self._head), none)

    def in_language(self, language: str) -> "LibraryQuery":
        """The same query with its labels in another language, if it selects labels."""
        return LibraryQuery(self.name, _LANGUAGE.sub(rf"\g<1>{language}\g<2>", self.file_text))

    def runnable(self, base: str, *, head: bool = True) -> str:
        """The text after a BASE declaration, so that it runs on any endpoint (SPARQL 1.1 §4.1.1)."""
        text = self.file_text if head else _HEAD.sub("", self.file_text).lstrip()
        return f"BASE <{base}>\n{text}"


def read_library(folder: Folder, languages: Sequence[str]) -> dict[str, LibraryQuery]:
    """The queries of a folder by name, sorted.

    Args:
        folder: of the library.
        languages: of the publication.

    Raises:
        AtmpgraphError: a file is not UTF-8.
    """
    return {
        file.stem: LibraryQuery(file.stem, _filled(_text(file), languages)) for file in _by_name(folder.glob("*.rq"))
    }


def _by_name(files: Iterable[Path]) -> list[Path]:
    return sorted(files, key=lambda file: file.name)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise AtmpgraphError(f"{file}: not UTF-8: {error}") from None


def _filled(text: str, languages: Sequence[str]) -> str:
    """A file for a publication in some languages; what has no name in any of them is called by its English one."""
    every = tuple(dict.fromkeys((*languages, SOURCE)))
    lines = [
        line.replace(_LANGUAGES, tag)
        for line in text.splitlines(keepends=True)
        for tag in (every if f'"{_LANGUAGES}"' in line else [", ".join(languages)])
    ]
    return "".join(lines)


def faults(folder: Folder, base: str, *, federated: bool = False) -> list[Finding]:
    """A violation for each query of a folder that the endpoint would refuse, with its file and line.

    Args:
        folder: of the library.
        base: IRI that relative ones stand under.
        federated: whether queries may call other services; which ones is checked when they run.

    Raises:
        AtmpgraphError: a file is not UTF-8.
    """
    errors = [(name, _error(query.file_text, base)) for name, query in read_library(folder, (SOURCE,)).items()]
    return [
        _finding(name, error)
        for name, error in errors
        if error and not (federated and isinstance(error, ServiceNotAllowedError))
    ]


def _error(text: str, base: str) -> QueryError | None:
    try:
        check_syntax(text, base)
    except QueryError as error:
        return error
    return None


def _finding(name: str, error: QueryError) -> Finding:
    line = error.line or None if isinstance(error, QuerySyntaxError) else None
    problem = problem_of(error)
    messages = {tag: problem.sentence(texts(tag).gettext) for tag in written()}
    return Finding("query", Severity.VIOLATION, messages, (Place(f"{name}.rq", line),))
