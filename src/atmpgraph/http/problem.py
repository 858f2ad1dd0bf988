"""Problem details for HTTP APIs (RFC 9457) as data: sent as JSON to machines and shown as a page to people."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from ..addresses import Addresses
from ..errors import AtmpgraphError, NotExpressibleError
from ..formats import HTML, RDF_FORMATS, RESULT_FORMATS, Format
from ..i18n import Sentence
from ..sentences import isolated

PROBLEM: Final = Format("Problem", "json", "application/problem+json", "text", ("application/json",))
OFFERED: Final = (PROBLEM, HTML)

# The kinds of problems; each has a page that explains it.
KINDS: Final = {
    400: "bad-request",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "request-timeout",
    410: "gone",
    412: "precondition-failed",
    413: "content-too-large",
    414: "uri-too-long",
    415: "unsupported-media-type",
    416: "range-not-satisfiable",
    429: "too-many-requests",
    431: "header-fields-too-large",
    500: "internal-error",
    502: "bad-gateway",
    503: "unavailable",
    504: "query-timeout",
}

ANOTHER_FORMAT: Final = "Ask for another format, such as {other}."


def type_iri(status: int, base: str) -> str:
    """The IRI of a kind of problem, which dereferences to its explanation (§3.1.1)."""
    return Addresses(base).problem(KINDS[status]) if base and status in KINDS else "about:blank"


@dataclass(frozen=True)
class Choice:
    """What a person may choose in place of what is wrong: its URL, and words with the tag of their language."""

    url: str
    text: str
    language: str = ""


@dataclass(frozen=True)
class Problem:
    """An error of a request.

    Attributes:
        status: the status code of the response.
        detail: what happened and how to fix it, in English; also the key of its translations.
        extra: extension members (§3.2), such as the formats that exist or the position of a syntax error.
        headers: header fields of the response, such as Allow.
        values: of the `{names}` in `detail`; without values, braces in it have no meaning.
        reason: a word for the logs, which the client does not see.
        choices: what the page offers instead; programs have it in `extra`.
    """

    status: int
    detail: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    choices: Sequence[Choice] = ()

    @property
    def title(self) -> str:
        """The standard phrase of the status."""
        return HTTPStatus(self.status).phrase

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The detail in another language, through what translates a text; in English without that."""
        return _filled(self.detail, self.values, translate)

    def json(self, base: str = "", title: str = "", translate: Callable[[str], str] = str) -> bytes:
        """The problem as `application/problem+json`; title and detail may be localised (§3.1.3, §3.1.4)."""
        members = {
            "type": type_iri(self.status, base),
            "title": title or self.title,
            "status": self.status,
            "detail": self.sentence(translate),
        }
        return json.dumps({k: v for k, v in (members | self.extra).items() if v}, ensure_ascii=False).encode()


def _filled(text: str, values: Mapping[str, object], translate: Callable[[str], str]) -> str:
    """A text with its values, of which a sentence has some of its own."""
    if not values:
        return translate(text)
    return translate(text).format(**{name: _written(value, translate) for name, value in values.items()})


def _written(value: object, translate: Callable[[str], str]) -> object:
    if isinstance(value, Sentence):
        return _filled(value.text, value.values, translate)
    return isolated(value) if isinstance(value, str) else value


class ProblemError(AtmpgraphError):
    """A request that ends in a problem."""

    def __init__(self, problem: Problem) -> None:
        """Raise `problem` to the code that sends responses."""
        super().__init__(problem.sentence())
        self.problem = problem


def not_acceptable(offered: tuple[Format, ...]) -> ProblemError:
    """406 with the formats that exist (RFC 9110 §15.5.7)."""
    types = [f.media_type for f in offered]
    return ProblemError(Problem(406, "None of the requested formats exists here.", {"available": types}))


def not_expressible(error: NotExpressibleError) -> Problem:
    """406 for a result that the format of the response cannot say, with the formats that may."""
    family = RDF_FORMATS if error.format in RDF_FORMATS else RESULT_FORMATS
    others = [fmt for fmt in family if fmt is not error.format]
    values = {**error.values, "other": others[0].name}
    types = [fmt.media_type for fmt in others]
    return Problem(406, " ".join((error.sentence, ANOTHER_FORMAT)), {"available": types}, values=values)
