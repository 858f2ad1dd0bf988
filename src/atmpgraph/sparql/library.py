"""The query library: a file for each query, whose head says what people are told of it (`query_head`).

In a file `{languages}` stands for the languages of the publication, and a line with `"{languages}"` for one line each.
Labels of columns and parameters stand in `columns.csv`, since the queries share them; a head may have others.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from io import StringIO
from pathlib import Path
from typing import Final, TypeAlias

from ..errors import ParameterError, QueryError, QuerySyntaxError, ServiceNotAllowedError
from ..findings import Finding, Place, Severity
from ..i18n import NOT_UTF_8, SOURCE, TranslatedError, every_language, texts, written
from ..languages import tag_of
from ..settings.layers import Folder, Layered
from .problems import problem_of
from .query_head import HeadFault, QueryHead, values_lines
from .syntax.complexity import expect_shallow
from .syntax.validate import check_syntax

COLUMNS_FILE: Final = "columns.csv"

# How a query of the library selects the language of its labels.
_LANGUAGE: Final = re.compile(r'(VALUES \?language \{ ")[A-Za-z0-9-]+(" \})')
_HEAD: Final = re.compile(r"^#\+ .*\n?", re.MULTILINE)
_LANGUAGES: Final = "{languages}"

# The labels of columns, by name and language.
Labels: TypeAlias = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class LibraryQuery:
    """A published query: its name, the text of its file, and the labels that the library has for columns."""

    name: str
    file_text: str
    labels: Labels = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def head(self) -> QueryHead:
        """What its file says about it."""
        return QueryHead(self.file_text)

    def text(self, key: str, languages: tuple[str, ...]) -> tuple[str, str]:
        """The `title` or `description` in the first of the languages that has it, and that language."""
        none = (self.name if key == "title" else "", "")
        return next(((self.head.texts[key, tag], tag) for tag in languages if (key, tag) in self.head.texts), none)

    def label(self, name: str, languages: tuple[str, ...]) -> str:
        """What people call a column or parameter: in the head, in `columns.csv`, else the name of the variable."""
        tags = (*languages, SOURCE)
        own = (self.head.texts.get((f"column.{name}", tag)) for tag in tags)
        shared = (self.labels.get((name, tag)) for tag in tags)
        return next((label for label in (*own, *shared) if label), name)

    def column_labels(self, languages: tuple[str, ...]) -> dict[str, str]:
        """The labels of the columns of the answer and of the parameters."""
        names = (*self.head.columns, *(parameter.name for parameter in self.head.parameters))
        return {name: self.label(name, languages) for name in names}

    def in_language(self, language: str) -> "LibraryQuery":
        """The same query with its labels in another language, if it selects labels."""
        return replace(self, file_text=_LANGUAGE.sub(rf"\g<1>{language}\g<2>", self.file_text))

    def with_values(self, given: Mapping[str, Sequence[str]]) -> "LibraryQuery":
        """The same query for other values of its parameters; those that are not given keep their defaults.

        Raises:
            ParameterError: a value is not of the kind of its parameter.
        """
        text = self.file_text
        for parameter in self.head.parameters:
            if values := [value for value in given.get(parameter.name, ()) if value]:
                try:
                    text = parameter.put(text, values)
                except ValueError as error:
                    raise ParameterError(parameter.name, str(error), parameter.kind) from None
        return replace(self, file_text=text)

    def of_rows(self, things: Mapping[str, Iterable[str]]) -> "LibraryQuery":
        """The same query for rows that have one of some IRIs in each of some columns that its head names (`rows`)."""
        text = self.file_text
        for column, iris in things.items():
            values = f"VALUES ?{column} {{ {' '.join(f'<{iri}>' for iri in iris)} }}"
            text = values_lines(column).sub(rf"\g<1>{values}", text)
        return replace(self, file_text=text)

    def runnable(self, base: str, *, head: bool = True) -> str:
        """The text after a BASE declaration, so that it runs on any endpoint (SPARQL 1.1 §4.1.1)."""
        text = self.file_text if head else _HEAD.sub("", self.file_text).lstrip()
        return f"BASE <{base}>\n{text}"


def read_library(folder: Folder, languages: Sequence[str]) -> dict[str, LibraryQuery]:
    """The queries of a folder by name, in the order of their subjects.

    Args:
        folder: of the library.
        languages: of the publication.

    Raises:
        AtmpgraphError: a file is not UTF-8.
    """
    labels = column_labels(folder)
    queries = [LibraryQuery(file.stem, _filled(_text(file), languages), labels) for file in folder.glob("*.rq")]
    return {query.name: query for query in sorted(queries, key=lambda query: (query.head.place, query.name))}


def column_labels(folder: Folder) -> Labels:
    """The labels of columns in each language: the supplied ones, and those of the publication, which go before them."""
    folders = (folder.supplied, folder.own) if isinstance(folder, Layered) else (folder,)
    files = [file for file in (each / COLUMNS_FILE for each in folders) if file.is_file()]
    states = ((file, file.stat()) for file in files)
    return _labels(tuple((file, state.st_ino, state.st_size, state.st_ctime_ns) for file, state in states))


@lru_cache(16)  # each page has some
def _labels(files: tuple[tuple[Path, int, int, int], ...]) -> Labels:
    return {
        (row["name"], tag): cell
        for file, *_ in files
        for row in csv.DictReader(StringIO(_text(file)))
        for column, cell in row.items()
        if column and cell and (tag := tag_of(column, "label_{language}"))
    }


def shared_labels(library: Iterable[LibraryQuery], languages: tuple[str, ...]) -> dict[str, str]:
    """What the library calls columns in all its queries."""
    labels: Labels = next((query.labels for query in library), {})
    best: dict[str, tuple[int, str]] = {}
    for (name, tag), label in labels.items():
        if tag in languages:
            best[name] = min(best.get(name, (len(languages), "")), (languages.index(tag), label))
    return {name: label for name, (_, label) in best.items()}


def by_subject(library: Iterable[LibraryQuery]) -> dict[str, list[LibraryQuery]]:
    """The queries under their subjects, in their order."""
    subjects: dict[str, list[LibraryQuery]] = {}
    for query in library:
        subjects.setdefault(query.head.subject, []).append(query)
    return subjects


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise TranslatedError(NOT_UTF_8, file=file) from None


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
    """A violation for each query that the endpoint would refuse, and for each wrong line of a head, with its place.

    Args:
        folder: of the library.
        base: IRI that relative ones stand under.
        federated: whether queries may call other services; which ones is checked when they run.

    Raises:
        AtmpgraphError: a file is not UTF-8.
    """
    library = dict(sorted(read_library(folder, (SOURCE,)).items()))
    errors = [(name, _error(query.file_text, base)) for name, query in library.items()]
    heads = {name: query.head for name, query in library.items()}
    return [
        _finding(name, error)
        for name, error in errors
        if error and not (federated and isinstance(error, ServiceNotAllowedError))
    ] + [_head_finding(name, fault) for name, head in heads.items() for fault in head.faults(heads)]


def _error(text: str, base: str) -> QueryError | None:
    try:
        expect_shallow(text)
        check_syntax(text, base)
    except QueryError as error:
        return error
    return None


def query_finding(file: Path, base: str) -> Finding | None:
    """A violation if a file is no query that can be run.

    Args:
        file: of the query.
        base: IRI that relative ones stand under.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        problem = every_language("the query is not in UTF-8; save it in UTF-8")
        return Finding("query", Severity.VIOLATION, problem, (Place(file.name),))
    error = _error(text, base)
    return None if error is None else _finding(file.stem, error)


def _finding(name: str, error: QueryError) -> Finding:
    line = error.line or None if isinstance(error, QuerySyntaxError) else None
    problem = problem_of(error)
    messages = {tag: problem.sentence(texts(tag).gettext) for tag in written()}
    return Finding("query", Severity.VIOLATION, messages, (Place(f"{name}.rq", line),))


def _head_finding(name: str, fault: HeadFault) -> Finding:
    messages = {tag: texts(tag).gettext(fault.sentence, **fault.values) for tag in written()}
    return Finding("query", Severity.VIOLATION, messages, (Place(f"{name}.rq", fault.line),))
