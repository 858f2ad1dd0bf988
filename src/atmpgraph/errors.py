"""The tree of errors; each message names the place and the remedy, in the reader's language (`i18n`).

AtmpgraphError
├─ TranslatedError               what is given cannot be used (`i18n`)
│  └─ MappingError             a mapping document cannot be compiled (`mapping.faults`)
├─ SettingsError
├─ ReleaseError
│  ├─ StoreError               a remote store gives no answer that can be used
│  ├─ OtherBaseError           a release has another base than the settings
│  ├─ RemovedError             a release was removed while something was read from it
│  └─ DamagedError             a file of a release, or beside the releases, is not what was written
├─ QueryError
│  ├─ QuerySyntaxError           the text is not SPARQL 1.1
│  ├─ NestingError               it nests too deep
│  ├─ ComplexityError            it joins or computes too much to be planned
│  ├─ TooManyKeywordsError       no word is left to disguise SERVICE with
│  ├─ ServiceNotAllowedError     a SERVICE clause that this endpoint does not call
│  ├─ TooManyServicesError       more SERVICE clauses than allowed
│  ├─ ServiceFailedError         the other service did not answer with rows
│  ├─ UnknownGraphError          it names a graph that the release does not have
│  ├─ EvaluationError            the engine cannot evaluate it
│  └─ ResultFormatError          its kind of result does not have this format
├─ ViolationError                the data have violations (`findings`)
├─ ServerError                   the server cannot start
│  └─ ListenError                it cannot listen where it should
├─ NotExpressibleError           a format cannot say a statement
├─ LateQueryError                a query of the publication takes too long
└─ ProblemError                  a request that ends in a problem (`http.problem`)
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .formats import Format
from .sentences import Sentence

if TYPE_CHECKING:
    from .i18n import Texts  # which has errors of its own


class AtmpgraphError(Exception):
    """An error whose message names the place and the remedy; shown to people without a traceback.

    Attributes:
        sentence: the message in English, with `{names}` for the values.
        values: of these names.
    """

    sentence: str = ""
    values: dict[str, Any] = {}  # noqa: RUF012 - of errors without any

    def __init__(self, sentence: str = "", /, **values: object) -> None:
        """Say what is wrong; it is put into words where it is shown: a confined process may open no files for that."""
        super().__init__(sentence)
        self.sentence, self.values = sentence, values

    def __str__(self) -> str:
        """The message in English, without a catalogue."""
        return str(Sentence(self.sentence, self.values)) if self.sentence else super().__str__()

    def text(self, words: "Texts") -> str:
        """The message in a language."""
        return words.gettext(self.sentence, **self.values) if self.sentence else str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes as it is: an error takes other arguments than its message."""
        return _received, (type(self), self.args, self.__dict__)


def _received(kind: type[AtmpgraphError], arguments: tuple[object, ...], attributes: dict[str, Any]) -> AtmpgraphError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(attributes)
    return error


class SettingsError(AtmpgraphError):
    """A setting is missing, unknown or has a wrong value (`settings.faults`)."""


class ReleaseError(AtmpgraphError):
    """A release cannot be made, located or opened."""


StoreFailureKind: TypeAlias = Literal["unreachable", "busy", "late", "denied", "unusable", "elsewhere"]


class StoreError(ReleaseError):
    """A remote store gives no answer that can be used.

    Attributes:
        kind: it is not reached, or breaks off; too many wait for it; it is too slow; it refuses the credentials; its
            answer is none; or it does not hold the release.
    """

    def __init__(self, kind: StoreFailureKind, reason: str, /, **values: object) -> None:
        """Say why, in English, with `{names}` for the values."""
        super().__init__("the remote store: {reason}", reason=Sentence(reason, values))
        self.kind: StoreFailureKind = kind

    @property
    def reason(self) -> str:
        """For the log; no credentials are in it."""
        return str(self.values["reason"])


class OtherBaseError(ReleaseError):
    """A release has another base than the settings, or than the server had when it started."""


class RemovedError(ReleaseError):
    """A release was removed while something was read from it."""

    def __init__(self, path: Path) -> None:
        """Name its folder."""
        super().__init__("{path}: removed meanwhile; what is read now comes from the current release", path=str(path))


class DamagedError(ReleaseError):
    """A file of a release, or beside the releases, is not what was written.

    Attributes:
        path: of the file.
    """

    def __init__(self, path: Path, reason: str | Sentence, /, **values: object) -> None:
        """Name the file, the reason, a sentence or its text with `{names}` for the values, and the remedy."""
        super().__init__(
            "{path}: {reason}; 'atmpgraph build' makes it anew, else restore it from a backup",
            path=str(path),
            reason=reason if isinstance(reason, Sentence) else Sentence(reason, values),
        )
        self.path = path

    @property
    def reason(self) -> Sentence:
        """What is wrong, such as `missing`."""
        reason: Sentence = self.values["reason"]
        return reason


class QueryError(AtmpgraphError):
    """A query cannot be parsed, is refused or cannot be evaluated."""


@dataclass(eq=False)
class ParameterError(QueryError):
    """A value is not of the kind of the parameter of a query.

    Attributes:
        name, kind: of the parameter.
        value: the one given.
    """

    name: str
    value: str
    kind: str

    def __str__(self) -> str:
        """For a log."""
        return f"{self.name}: {self.value!r} is no {self.kind}"


@dataclass(eq=False)
class QuerySyntaxError(QueryError):
    """The text is not SPARQL 1.1.

    Attributes:
        line, column: of the error, from 1; zeros where the parser names none.
        word: the first word that cannot stand there; empty where the query ends too early.
        reason: what the parser says, where that helps.
    """

    line: int = 0
    column: int = 0
    word: str = ""
    reason: str = ""


@dataclass(eq=False)
class NestingError(QueryError):
    """Brackets, or operators before an operand, nest deeper than `most`.

    Attributes:
        line, column: of the first that is too deep, from 1.
    """

    most: int
    line: int
    column: int

    def __post_init__(self) -> None:
        """Say it."""
        super().__init__(
            "The query nests more than {most} brackets or operators one inside the other (line {line}, column"
            " {column}). Simplify it, or divide it into several.",
            most=self.most,
            line=self.line,
            column=self.column,
        )


@dataclass(eq=False)
class ComplexityError(QueryError):
    """More than `most` patterns are joined, or operators applied.

    Attributes:
        kind: what there are too many of.
        line, column: of the first that is one too many, from 1.
    """

    kind: Literal["patterns", "operators"]
    most: int
    line: int
    column: int

    def __post_init__(self) -> None:
        """Say it."""
        values = {"most": self.most, "line": self.line, "column": self.column}
        if self.kind == "patterns":
            super().__init__(
                "The query joins {most} patterns or more in one group (line {line}, column {column}). Divide it into"
                " several; list what is searched for with VALUES.",
                **values,
            )
        else:
            super().__init__(
                "The query has more than {most} operators (line {line}, column {column}). Divide it into several; list"
                " values with VALUES or IN.",
                **values,
            )


class TooManyKeywordsError(QueryError):
    """Every word that could take the place of SERVICE occurs in the text."""


@dataclass(eq=False)
class ServiceNotAllowedError(QueryError):
    """A SERVICE clause that is not called.

    Attributes:
        service: its IRI; empty where no service may be called.
        allowed: those that may.
    """

    service: str = ""
    allowed: tuple[str, ...] = ()


@dataclass(eq=False)
class TooManyServicesError(QueryError):
    """`count` SERVICE clauses, where `most` are allowed."""

    count: int
    most: int


@dataclass(eq=False)
class ServiceFailedError(QueryError):
    """The service did not answer with rows, for a reason in words."""

    service: str
    reason: str


@dataclass(eq=False)
class UnknownGraphError(QueryError):
    """It names a graph for its dataset that the release does not have.

    Attributes:
        graph: the IRI.
    """

    graph: str


@dataclass(eq=False)
class EvaluationError(QueryError):
    """The engine cannot evaluate the query, such as one with an unknown function."""

    reason: str


class ResultFormatError(QueryError):
    """This kind of result (rows, a boolean, a graph) does not have the format."""


class ServerError(AtmpgraphError):
    """The server cannot start."""


class ListenError(ServerError):
    """The server cannot listen where it should."""


class LinkingError(AtmpgraphError):
    """What somebody wants to match or look up cannot be read.

    Attributes:
        sentence: why, in English, with `{names}` for the values.
        values: of these names.
    """

    def __init__(self, sentence: str, **values: str) -> None:
        """Raise the sentence with its values."""
        super().__init__(sentence, **values)


class LateQueryError(AtmpgraphError):
    """A query of the publication takes longer than it may, and runs on until the command ends."""


class UnpublishableError(ReleaseError):
    """The stream, or a format for download, cannot carry a statement."""


class NotExpressibleError(AtmpgraphError):
    """A format cannot say a statement.

    Attributes:
        sentence: why, in English, with `{names}` for the values.
        format: the one that cannot say it.
        values: of these names.
    """

    def __init__(self, sentence: str, fmt: Format, **values: str) -> None:
        """Raise the sentence with its values."""
        super().__init__(sentence, **values)
        self.format = fmt
