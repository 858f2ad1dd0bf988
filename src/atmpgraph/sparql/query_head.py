"""The head of a query of the library: what people are told of it, before it is run and about its answer.

Lines of comment, so that the file runs anywhere:

    #+ subject: money 2                                     where it stands in the library
    #+ title@en: Who funds what?                            a line for each language; so for `description`
    #+ picture: chart number=amount label=title             what fits; `none` where nothing does
    #+ words.funder: name                                   what `name` says is called so: a person sees one column
    #+ page.currency: currency                              codes of it have their names on the page; `none`: not there
    #+ parameter.since: date                                put into each line `VALUES ?since { … }` of the query
    #+ parameter.source: thing sources                      its values are those of the column `source` of sources.rq
    #+ rows: grant                                          in which column rows are the same in every language
    #+ column.place@en: Passage                             where the label of columns.csv does not fit
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, Literal, TypeAlias

import pyoxigraph as ox

from ..i18n import message
from ..vocab import XSD
from .protocol import FORMATS

Kind: TypeAlias = Literal["date", "number", "text", "thing"]

# Of the questions, in the order of the library.
SUBJECTS: Final = {
    "partnership": message("The partnership"),
    "organisations": message("Organisations and people"),
    "work": message("Work packages and topics"),
    "money": message("Money"),
    "figures": message("Figures"),
    "time": message("Time"),
    "sources": message("Sources and their words"),
    "registries": message("Places and registries"),
    "gaps": message("What is missing"),
    "other": message("Other questions"),
}
KINDS: Final[tuple[Kind, ...]] = ("date", "number", "text", "thing")
PICTURES: Final = ("chart", "map", "none")
ON_PAGE: Final = ("currency", "none")
# What the URL of every query may have.
RESERVED: Final = frozenset({"lang", "_mediatype", "_profile", "offset", "limit", *FORMATS})

_LINE: Final = re.compile(r"^#\+ ([\w.-]+?)(?:@([A-Za-z0-9-]+))?: (.+)$", re.MULTILINE)
_WORDS: Final = ("title", "description", "column", "subject", "picture", "words", "page", "parameter", "rows")
_COMPUTED: Final = re.compile(r"\([^?$]*?\bAS\s+[?$](\w+)\s*\)|\(.*?\bAS\s+[?$](\w+)\s*\)", re.IGNORECASE | re.DOTALL)
_PROJECTION: Final = re.compile(r"^\s*SELECT\b(.*?)(?:\bWHERE\b|\{|\bFROM\b)", re.IGNORECASE | re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Picture:
    """A picture that fits an answer: a chart with its variables, or a map."""

    kind: str
    number: str = ""
    label: str = ""
    split: str = ""


@dataclass(frozen=True)
class Parameter:
    """What may be put into a query, in place of the values of one of its variables.

    Attributes:
        name: of the variable, and in URLs.
        kind: of its value.
        values_of: the query of the library whose column of that name has the values, if there is one.
    """

    name: str
    kind: Kind
    values_of: str = ""

    def line(self, text: str) -> re.Match[str] | None:
        """The line of the query that takes the value: active, or a comment where all values count by default."""
        return values_lines(self.name).search(text)

    def default(self, text: str) -> str:
        """The value in the text of the query; empty where all values count."""
        line = self.line(text)
        return line[3].split("^^")[0].strip('"<>') if line and not line[2] else ""

    def put(self, text: str, values: Sequence[str]) -> str:
        """The text with other values, in each of its lines for them.

        Raises:
            ValueError: a value is not of the kind.
        """
        terms = " ".join(_term(self.kind, value) for value in values)
        return values_lines(self.name).sub(lambda line: f"{line[1]}VALUES ?{self.name} {{ {terms} }}", text)


def values_lines(variable: str) -> re.Pattern[str]:
    """The lines of a query that take values of a variable: the indent, the mark of a comment, the values."""
    return re.compile(rf"^([ \t]*)(# )?VALUES \?{variable} \{{ (.*?) \}}", re.MULTILINE)


_NUMBER: Final = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_IRI: Final = re.compile(r'[^\x00-\x20<>"{}|\\^`]+')


def _term(kind: Kind, value: str) -> str:
    """A value as a term of SPARQL; an IRI may be relative.

    Raises:
        ValueError: it is not of the kind.
    """
    match kind:
        case "text":
            return str(ox.Literal(value))
        case "date" if _is_day(value):
            return str(ox.Literal(value, datatype=ox.NamedNode(XSD + "date")))
        case "number" if _NUMBER.fullmatch(value):
            return value
        case "thing" if _IRI.fullmatch(value):
            return f"<{value}>"
    raise ValueError(value)


def _is_day(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


@dataclass(frozen=True)
class HeadFault:
    """A sentence that says what is wrong with a line of a head, its values, and the number of the line."""

    sentence: str
    values: Mapping[str, str]
    line: int


@dataclass(frozen=True)
class QueryHead:
    """The head of a query, read from the text of its file."""

    text: str

    @cached_property
    def _lines(self) -> list[tuple[str, str, str, int]]:
        """The key, language, value and number of each line."""
        return [
            (line[1], (line[2] or "").lower(), line[3].strip(), self.text.count("\n", 0, line.start()) + 1)
            for line in _LINE.finditer(self.text)
        ]

    @cached_property
    def texts(self) -> Mapping[tuple[str, str], str]:
        """The texts by key and language."""
        return {(key, language): value for key, language, value, _ in self._lines if language}

    def _values(self, key: str) -> list[str]:
        return [value for name, language, value, _ in self._lines if name == key and not language]

    @cached_property
    def subject(self) -> str:
        """The subject; `other` without one."""
        named = next(iter(self._values("subject")), "").split(" ")[0]
        return named if named in SUBJECTS else "other"

    @cached_property
    def place(self) -> tuple[int, int]:
        """Where it stands in the library: its subject, and its place there."""
        number = next(iter(self._values("subject")), "").partition(" ")[2]
        return list(SUBJECTS).index(self.subject), int(number) if number.isdecimal() else 1_000

    @cached_property
    def pictures(self) -> tuple[Picture, ...] | None:
        """The pictures that fit; None where the head does not say."""
        lines = [line.split() for line in self._values("picture")]
        named = [(kind, dict(word.partition("=")[::2] for word in words)) for kind, *words in lines]
        fields = ("number", "label", "split")
        pictures = [Picture(kind, *(words.get(name, "") for name in fields)) for kind, words in named if kind != "none"]
        return tuple(pictures) if lines else None

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """The columns by whose IRIs a page asks for its rows, in any language; none where the head does not say."""
        return tuple(self._values("rows"))

    @cached_property
    def words(self) -> Mapping[str, str]:
        """The column with the words for what is in another, by the name of the other."""
        return self._of_columns("words")

    @cached_property
    def on_page(self) -> Mapping[str, str]:
        """How the page shows a column of codes: by the names of currencies, or not at all."""
        return self._of_columns("page")

    def _of_columns(self, word: str) -> dict[str, str]:
        return {
            key.partition(".")[2]: value
            for key, language, value, _ in self._lines
            if key.startswith(f"{word}.") and not language
        }

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters, in the order of the head."""
        return tuple(
            Parameter(key.partition(".")[2], kind, values_of)
            for key, language, value, _ in self._lines
            if key.startswith("parameter.") and not language
            for word, _, values_of in [value.partition(" ")]
            if (kind := _kind(word))
        )

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The variables of the answer, in their order; none for a graph or a truth value, or where all are taken."""
        selected = _PROJECTION.search(_LINE.sub("", self.text))
        projected = _COMPUTED.sub(lambda part: f"?{part[1] or part[2]}", selected[1]) if selected else ""
        return tuple(re.findall(r"[?$](\w+)", projected))

    def faults(self, library: Mapping[str, "QueryHead"]) -> list[HeadFault]:
        """What is wrong with the head, in a library of these heads."""
        return [
            HeadFault(sentence, values, line)
            for key, language, value, line in self._lines
            for sentence, values in self._wrong(key, language, value, library)
        ]

    def _wrong(
        self, key: str, language: str, value: str, library: Mapping[str, "QueryHead"]
    ) -> list[tuple[str, dict[str, str]]]:
        word, _, name = key.partition(".")
        if word not in _WORDS:
            return [
                (
                    message("“{word}” says nothing in the head of a query; its words are {words}"),
                    {"word": word, "words": ", ".join(_WORDS)},
                )
            ]
        if word == "column" and self.columns and name not in self.columns:
            return [(_NO_COLUMN, {"name": name})]
        if language:
            return []
        if word == "subject" and value.split(" ")[0] not in SUBJECTS:
            return [(message("no subject of questions; they are {words}"), {"words": ", ".join(SUBJECTS)})]
        if word == "picture":
            return self._wrong_picture(value)
        if word == "words":
            return [(_NO_COLUMN, {"name": column}) for column in (name, value) if column not in self.columns]
        if word == "rows":
            return self._wrong_rows(value)
        if word == "page":
            return self._wrong_page(name, value)
        return self._wrong_parameter(name, value, library) if word == "parameter" else []

    def _wrong_page(self, name: str, value: str) -> list[tuple[str, dict[str, str]]]:
        if value not in ON_PAGE:
            sentence = message("a page does nothing of the kind with a column; it may: {words}")
            return [(sentence, {"words": ", ".join(ON_PAGE)})]
        return [] if name in self.columns else [(_NO_COLUMN, {"name": name})]

    def _wrong_rows(self, value: str) -> list[tuple[str, dict[str, str]]]:
        if value not in self.columns:
            return [(_NO_COLUMN, {"name": value})]
        return [] if values_lines(value).search(self.text) else [(_NO_LINE, {"line": f"VALUES ?{value} {{ … }}"})]

    def _wrong_picture(self, value: str) -> list[tuple[str, dict[str, str]]]:
        kind, *words = value.split()
        if kind not in PICTURES:
            return [(message("no kind of picture; they are {words}"), {"words": ", ".join(PICTURES)})]
        named = [word.partition("=")[2] for word in words]
        return [(_NO_COLUMN, {"name": name}) for name in named if name not in self.columns]

    def _wrong_parameter(
        self, name: str, value: str, library: Mapping[str, "QueryHead"]
    ) -> list[tuple[str, dict[str, str]]]:
        kind, _, values_of = value.partition(" ")
        if name in RESERVED:
            words = {"name": name, "words": ", ".join(sorted(RESERVED))}
            return [(message("each URL may have a parameter {name} already; give another name than {words}"), words)]
        if kind not in KINDS:
            return [(message("no kind of parameter; they are {words}"), {"words": ", ".join(KINDS)})]
        if not Parameter(name, "text").line(self.text):
            return [(_NO_LINE, {"line": f"VALUES ?{name} {{ … }}"})]
        if values_of and (values_of not in library or name not in library[values_of].columns):
            return [
                (
                    message("no query {query} with a column {name}, which would have the values"),
                    {"query": f"{values_of}.rq", "name": name},
                )
            ]
        return []


def _kind(word: str) -> Kind | None:
    return next((kind for kind in KINDS if kind == word), None)


_NO_LINE: Final = message("there is no line “{line}” in the query, where its values would stand")
_NO_COLUMN: Final = message("the answer has no column {name}")
