"""A query operation of the SPARQL 1.1 Protocol (§2.1), read from the parts of an HTTP request."""

from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import parse_qsl

from ..http.problem import Problem, ProblemError

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"


@dataclass(frozen=True)
class Query:
    """What is asked.

    Attributes:
        text: the query string.
        default_graphs, named_graphs: IRIs of the RDF dataset of the request (§2.1.4); both empty when it names none.
    """

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


def _refuse(status: int, detail: str, headers: dict[str, str] | None = None, **values: object) -> NoReturn:
    raise ProblemError(Problem(status, detail, headers=headers or {}, values=values))


def _parameters(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError:
        _refuse(400, "The parameters are not percent-encoded UTF-8.")


def _decode(body: bytes, content_type: str) -> tuple[str, str]:
    """The media type and the text of a body; only UTF-8 is read (§2.1.3)."""
    media_type, _, parameters = content_type.lower().partition(";")
    charset = parameters.partition("charset=")[2].strip(' "')
    if charset not in {"", "utf-8", "utf8"}:
        _refuse(415, "Send the query in UTF-8.")
    try:
        return media_type.strip(), body.decode()
    except UnicodeDecodeError:
        _refuse(400, "The body is not UTF-8.")


def parse(method: str, content_type: str, query_string: str, body: bytes, max_length: int) -> Query | None:
    """Read the request; None when it is a GET or HEAD that asks nothing, which gets the service's description.

    Raises:
        ProblemError: 400 no query, two queries or a bad encoding; 403 an update; 413 or 414 too long; 415 another
            type of body.
    """
    parameters = _parameters(query_string)
    if method == "POST":
        media_type, text = _decode(body, content_type)
        if media_type == FORM:
            parameters += _parameters(text)
        elif media_type == QUERY:
            parameters.append(("query", text))
        elif media_type == UPDATE:
            parameters.append(("update", text))
        else:
            _refuse(415, "Post a query as {types}.", {"Accept-Post": f"{QUERY}, {FORM}"}, types=f"{QUERY}, {FORM}")
    return _query(parameters, method == "POST", max_length)


def _query(parameters: list[tuple[str, str]], post: bool, max_length: int) -> Query | None:
    def values(name: str) -> tuple[str, ...]:
        return tuple(value for key, value in parameters if key == name)

    texts = values("query")
    if values("update"):
        _refuse(403, "The data are published for reading: SPARQL Update is not offered.")
    if not texts and not post:
        return None
    if len(texts) != 1:
        _refuse(400, "Send exactly one query; this request has {count}.", count=len(texts))
    if len(texts[0]) > max_length:
        detail = "The query has {length} characters; {most} are allowed."
        _refuse(413 if post else 414, detail, length=len(texts[0]), most=max_length)
    return Query(texts[0], values("default-graph-uri"), values("named-graph-uri"))
