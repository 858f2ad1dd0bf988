"""A query operation of the SPARQL 1.1 Protocol (§2.1), read from the parts of an HTTP request.

A part that would change the result is never ignored in silence; unknown parameters are, for clients send many of their
own.
"""

import re
from binascii import a2b_qp
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NoReturn, TypeAlias
from urllib.parse import unquote, urlencode

import pyoxigraph as ox
from werkzeug.http import parse_options_header

from ..http.problem import Problem, ProblemError
from .syntax.reading import read

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
_TYPES: Final = f"{QUERY}, {FORM}"
# What a POST (W3C LDP §7.1) and a QUERY (draft-ietf-httpbis-safe-method-w-body §3) may carry.
ACCEPTS: Final = {"Accept-Post": _TYPES, "Accept-Query": _TYPES}

_WITH_BODY: Final = frozenset({"POST", "QUERY"})
DATASET: Final = ("default-graph-uri", "named-graph-uri")
FORMATS: Final = ("format", "output")
_OF_UPDATES: Final = ("update", "using-graph-uri", "using-named-graph-uri")
_MARK: Final = "\ufeff"  # a byte order mark, which editors put before a text that they save
_LONGEST_LINK: Final = 2_000  # characters
_SECONDS: Final = re.compile(
    r"(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})\s?(?:s|secs?|seconds?|(ms|msecs?|milliseconds?))?", re.ASCII | re.IGNORECASE
)
_STRAY: Final = re.compile("%(?![0-9A-Fa-f]{2})")
_ROWS: Final = re.compile(r"\d{1,18}", re.ASCII)

_Parameters: TypeAlias = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Query:
    """A query operation.

    Attributes:
        text: the query string.
        default_graphs, named_graphs: IRIs of the RDF dataset of the request (§2.1.4); both empty when it names none.
        timeout: seconds that the query may run, if the request limits them.
        offset: rows of the result to skip.
        formats: the values of `format` and `output`, which precede Accept (`named_format`). Another format is not
            another query.
    """

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    timeout: float | None = None
    offset: int = 0
    formats: tuple[str, ...] = field(default=(), compare=False)

    @property
    def dataset(self) -> dict[str, tuple[str, ...]]:
        """The parameters that name the RDF dataset of the request; empty when none does."""
        pairs = zip(DATASET, (self.default_graphs, self.named_graphs), strict=True)
        return {name: graphs for name, graphs in pairs if graphs}

    def rest_url(self) -> str:
        """Relative URL of the rest of its result, without the offset at its end; empty when it would be too long."""
        arguments = {"query": self.text, **self.dataset, "format": self.formats[:1]}
        url = f"?{urlencode(arguments, doseq=True)}&offset="
        return url if len(url) <= _LONGEST_LINK else ""

    def rest_at(self, endpoint: str, suffix: str) -> str:
        """The same, absolute and with a format: in a file that was saved nothing else says either."""
        rest = replace(self, formats=self.formats or (suffix,)).rest_url()
        return rest and f"{endpoint}{rest}"


def parse(
    method: str,
    content_type: str,
    query_string: str,
    read_body: Callable[[], bytes],
    max_length: int,
) -> Query | None:
    """Read the request; None for a GET or HEAD without a query, whose response is the service description.

    Args:
        method: GET, HEAD, POST or QUERY.
        content_type: the field of the request, empty without one.
        query_string: of the URL, as latin-1 text of its bytes.
        read_body: reads the body of a POST or QUERY; not called when the fields show that it is refused.
        max_length: longest query, in characters.

    Raises:
        ProblemError: 400 no query, several or a bad parameter; 403 an update; 413 or 414 too long; 415 another type
            of body.
    """
    arguments = parameters(query_string.encode("latin-1"))
    if method in _WITH_BODY and (in_body := _of_body(content_type, read_body)):
        if arguments.get("query") and in_body.get("query"):
            _refuse(400, "Send the query in the URL or in the body, not in both.")
        names = arguments.keys() | in_body.keys()
        arguments = {name: [*arguments.get(name, ()), *in_body.get(name, ())] for name in names}
    if any(name in arguments for name in _OF_UPDATES):
        _refuse_update()
    is_query = method in _WITH_BODY or "query" in arguments or any(any(arguments.get(name, ())) for name in DATASET)
    return _query(arguments, method in _WITH_BODY, max_length) if is_query else None


def _refuse(status: int, detail: str, headers: dict[str, str] | None = None, **values: object) -> NoReturn:
    raise ProblemError(Problem(status, detail, headers=headers or {}, values=values))


def _refuse_update() -> NoReturn:
    _refuse(403, "The data are read-only: SPARQL Update is not offered.")


def parameters(raw: bytes) -> _Parameters:
    """The values of each parameter of a URL or form, in order.

    Raises:
        ProblemError: 400 they are not UTF-8.
    """
    arguments = defaultdict(list)
    try:
        for pair in filter(None, raw.decode().split("&")):
            name, _, value = pair.partition("=")
            arguments[_unquoted(name)].append(_unquoted(value))
    except ValueError:
        _refuse(400, "The parameters are not percent-encoded UTF-8.")
    return dict(arguments)


def _unquoted(text: str) -> str:
    """A part of a form, decoded (WHATWG URL §5.1).

    The standard library does that piece by piece, in Python: half of the time in which a look-up is read.
    Quoted-printable is the same but for the sign before the digits, and is decoded in C.

    Raises:
        ValueError: it is not UTF-8.
    """
    text = text.replace("+", " ")
    if "%" not in text:
        return text
    if not text.isascii():
        return unquote(text, errors="strict")
    return a2b_qp(_STRAY.sub("%25", text).replace("=", "=3D").replace("%", "=")).decode()


def _of_body(content_type: str, read_body: Callable[[], bytes]) -> _Parameters:
    """The parameters in a body (§2.1.2, §2.1.3), which is in UTF-8."""
    media_type, options = parse_options_header(content_type.lower())
    if media_type == UPDATE:
        _refuse_update()
    if media_type not in {FORM, QUERY}:
        _refuse(415, "Send the query as {types}.", ACCEPTS, types=_TYPES)
    if options.get("charset", "utf-8") not in {"utf-8", "utf8"}:
        _refuse(415, "Send the query in UTF-8.", ACCEPTS)
    body = read_body()
    if media_type == FORM:
        return parameters(body)
    try:
        return {"query": [body.decode()]}
    except UnicodeDecodeError:
        _refuse(400, "The body is not UTF-8.")


def _query(arguments: _Parameters, with_body: bool, max_length: int) -> Query:
    texts = arguments.get("query", ())
    if len(texts) != 1:
        _refuse(400, "Send exactly one query; this request contains {count}.", count=len(texts))
    text = texts[0].removeprefix(_MARK)
    if len(text) > max_length:
        detail = "The query has {length} characters; the limit is {most}."
        _refuse(413 if with_body else 414, detail, length=len(text), most=max_length)
    if not text.strip():
        _refuse(400, "The query is empty.")
    if read(text).form == "UPDATE":
        _refuse_update()
    if len(arguments) == 1:
        return Query(text)
    default, named = (_iris(arguments, name) for name in DATASET)
    return Query(
        text,
        default,
        named,
        _timeout(_single(arguments, "timeout")),
        row_offset(_single(arguments, "offset")),
        tuple(value for name in FORMATS for value in arguments.get(name, ())),
    )


def _iris(arguments: _Parameters, name: str) -> tuple[str, ...]:
    """The graphs that a parameter names; they are absolute IRIs (§2.1.4). An empty field of a form names none."""
    values = [value for value in arguments.get(name, ()) if value]
    for value in values:
        try:
            ox.NamedNode(value)
        except ValueError:
            _refuse(400, "{name} takes an absolute IRI, not {value}", name=name, value=value[:200])
    return tuple(dict.fromkeys(values))


def _single(arguments: _Parameters, name: str) -> str | None:
    """The value of a parameter that may be repeated but not contradict itself."""
    values = set(arguments.get(name, ()))
    if len(values) > 1:
        _refuse(400, "Send one value of {name}; this request contains several different ones.", name=name)
    return values.pop() if values else None


def _timeout(value: str | None) -> float | None:
    """The seconds of a timeout; None for no value and for 0, by which clients mean that they set none."""
    if not value:
        return None
    if not (match := _SECONDS.fullmatch(value.strip())):
        _refuse(400, "The timeout is a number of seconds, such as 2.5 or 30s.")
    return float(match[1]) / (1_000 if match[2] else 1) or None


def row_offset(value: str | None) -> int:
    """The rows of a result to leave out.

    Raises:
        ProblemError: 400 the value is no number.
    """
    if value is not None and not _ROWS.fullmatch(value):
        _refuse(400, "The offset is a whole number of rows, from 0.")
    return int(value or 0)


def row_limit(value: str | None) -> int | None:
    """The most rows that are wanted; None where the value does not say.

    Raises:
        ProblemError: 400 the value is no number of rows.
    """
    if value and not (_ROWS.fullmatch(value) and int(value)):
        _refuse(400, "The limit is a whole number of rows, from 1.")
    return int(value) if value else None
