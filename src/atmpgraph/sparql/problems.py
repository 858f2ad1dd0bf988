"""The problem that a client gets instead of a result: the one place with the status, detail and values of each."""

from typing import Final

from ..errors import (
    ComplexityError,
    EvaluationError,
    NestingError,
    NotExpressibleError,
    QueryError,
    QuerySyntaxError,
    ResultFormatError,
    ServiceFailedError,
    ServiceNotAllowedError,
    StoreFailureKind,
    TooManyKeywordsError,
    TooManyServicesError,
    UnknownGraphError,
)
from ..http.problem import Problem, not_expressible
from ..i18n import message
from ..reasons import meaning_of

OVER_MEMORY: Final = "over-memory"  # the reason of a query that needed more than it may have


def problem_of(error: QueryError | NotExpressibleError) -> Problem:
    """The problem of a query that is refused or fails (SPARQL 1.1 Protocol §2.1.7)."""
    match error:
        case NotExpressibleError():
            return not_expressible(error)
        case QuerySyntaxError():
            return _syntax_problem(error)
        case ServiceNotAllowedError():
            return _service_problem(error)
        case NestingError() | ComplexityError():
            return Problem(400, error.sentence, _position(error), values=error.values)
        case TooManyKeywordsError():
            return Problem(400, "The query contains too many words that resemble a keyword.")
        case TooManyServicesError(count=count, most=most):
            detail = "The query has {count} SERVICE clauses; the limit is {most}."
            return Problem(400, detail, values={"count": count, "most": most})
        case ServiceFailedError(service=service, reason=reason):
            detail = "The service {service} gave no usable answer: {reason}."
            return Problem(502, detail, values={"service": service, "reason": reason})
        case ResultFormatError():
            return Problem(406, "This kind of result does not exist in the requested format.")
        case UnknownGraphError() | EvaluationError():
            return _evaluation_problem(error)
    return _syntax_problem(QuerySyntaxError(reason=str(error)))


def _position(error: NestingError | ComplexityError | QuerySyntaxError) -> dict[str, int]:
    return {"line": error.line, "column": error.column} if error.line else {}


def _syntax_problem(error: QuerySyntaxError) -> Problem:
    extra = _position(error)
    if reason := meaning_of(error.reason):
        return Problem(400, "The query is not SPARQL 1.1: {reason}.", extra, values={"reason": reason})
    if error.reason and not error.line:
        return Problem(400, "The query is not SPARQL 1.1: {reason}", extra, values={"reason": error.reason})
    if error.reason and not error.word:
        return Problem(400, "The query is not SPARQL 1.1: what stands there cannot be read.", extra)
    if error.word:
        detail = "The query is not SPARQL 1.1: “{word}” cannot stand there."
        return Problem(400, detail, extra, values={"word": error.word})
    return Problem(400, "The query is not SPARQL 1.1: it ends too early.", extra)


def _evaluation_problem(error: UnknownGraphError | EvaluationError) -> Problem:
    if isinstance(error, UnknownGraphError):
        detail = "The current release has no graph {graph}; /data lists those that it has."
        return Problem(400, detail, values={"graph": error.graph})
    return Problem(400, "The query cannot be evaluated: {reason}", values={"reason": error.reason})


def _service_problem(error: ServiceNotAllowedError) -> Problem:
    if not error.service:
        return Problem(
            403,
            "SERVICE is not allowed: this endpoint calls no other service. Query both services from your own endpoint.",
        )
    detail = "SERVICE is not allowed for {service}, only for {allowed}."
    values = {"service": error.service, "allowed": ", ".join(error.allowed)}
    return Problem(403, detail, {"allowed": list(error.allowed)}, values=values)


def too_many_queued() -> Problem:
    """503: no more queries may wait."""
    return Problem(
        503,
        "Too many queries are waiting. Try again in a moment.",
        headers={"Retry-After": "5"},
        reason="too-many-queued",
    )


def not_started(seconds: float) -> Problem:
    """503: no worker was free within the time that a query may wait."""
    detail = "The server is busy: your query was not started within {limit} s. Try again in a moment."
    return Problem(503, detail, {"limit": seconds}, _retry_after(seconds), {"limit": f"{seconds:g}"}, "not-started")


def over_budget(budget: int, wait: int) -> Problem:
    """429: the client has used its running time; some is left again in `wait` seconds."""
    detail = "Your queries ran for more than {budget} s within a minute. Try again in {wait} s."
    values = {"budget": budget, "wait": wait}
    return Problem(429, detail, headers={"Retry-After": str(wait)}, values=values, reason="over-budget")


def over_time(seconds: float) -> Problem:
    """504: the query ran as long as the service allows."""
    detail = (
        "The query was stopped after {limit} s, the time limit. Ask for less: narrow its patterns, add a "
        "LIMIT, or download a file from /releases/."
    )
    return Problem(504, detail, {"limit": seconds}, _retry_after(seconds), {"limit": f"{seconds:g}"}, "over-time")


def over_own_time(seconds: float) -> Problem:
    """504: the query ran as long as its request allows."""
    detail = (
        "The query was stopped after {limit} s, the timeout of the request. Raise it, or ask for less: "
        "narrow its patterns, or add a LIMIT."
    )
    return Problem(504, detail, {"limit": seconds}, _retry_after(seconds), {"limit": f"{seconds:g}"}, "over-time")


def over_memory(memory_bytes: int) -> Problem:
    """503: the query needed more memory than it may have."""
    detail = (
        "The query needed more than {memory} MiB of memory. Ask for less: sort and group fewer rows, or download a file"
        " from /releases/."
    )
    memory = memory_bytes >> 20
    return Problem(503, detail, {"memory": memory}, {"Retry-After": "60"}, {"memory": memory}, OVER_MEMORY)


def killed() -> Problem:
    """503: the system, or somebody, killed the process of the query."""
    detail = (
        "The query was stopped from outside, as the operating system does when memory runs out. Try again later, or ask"
        " for less: sort and group fewer rows."
    )
    return Problem(503, detail, headers={"Retry-After": "60"}, reason="crashed")


def crashed() -> Problem:
    """500: the query crashed the engine."""
    detail = "The query crashed the query engine, which was restarted. Write it in another way."
    return Problem(500, detail, reason="crashed")


def engine_failed() -> Problem:
    """500: a fault of the engine."""
    return Problem(500, "The query engine failed on this query.", reason="engine-failed")


def release_removed() -> Problem:
    """503: the release that a query or another request is for went away meanwhile."""
    detail = "The release was replaced by a newer one meanwhile, and removed. Send the request again."
    return Problem(503, detail, headers={"Retry-After": "1"}, reason="release-removed")


def store_damaged() -> Problem:
    """503: the files of the store are not what was written."""
    detail = (
        "The data that the query reads are damaged on this server, so there is no answer. 'atmpgraph verify' names the"
        " file, and 'atmpgraph build' makes it anew."
    )
    return Problem(503, detail, headers={"Retry-After": "30"}, reason="store-damaged")


# By the kind of failure: status, detail, and seconds after which a client may try again; 0 where waiting does not help.
_STORE_FAILURES: Final[dict[StoreFailureKind, tuple[int, str, int]]] = {
    "unreachable": (
        503,
        message(
            "The store that answers queries is not reachable at the moment. Documents and downloads do not need it. Try"
            " again in a moment."
        ),
        5,
    ),
    "busy": (
        503,
        message("Too many requests are waiting for the store that answers queries. Try again in a moment."),
        2,
    ),
    "late": (
        504,
        message(
            "The store that answers queries took too long. Try again later, or ask for less: narrower patterns, a"
            " LIMIT."
        ),
        10,
    ),
    "denied": (
        502,
        message("The store that answers queries refuses this server. The log tells its operator more."),
        60,
    ),
    "unusable": (
        502,
        message("The store that answers queries gave no usable answer. The log tells its operator more."),
        30,
    ),
    "elsewhere": (
        503,
        message(
            "The store that answers queries does not hold the current release at the moment. Documents and downloads do"
            " not need it. Try again later."
        ),
        30,
    ),
}
STORE_REASONS: Final = frozenset(f"store-{kind}" for kind in _STORE_FAILURES)


def store_failed(kind: StoreFailureKind) -> Problem:
    """502, 503 or 504: a remote store gives no answer that can be used."""
    status, detail, seconds = _STORE_FAILURES[kind]
    return Problem(status, detail, headers={"Retry-After": str(seconds)}, reason=f"store-{kind}")


def no_worker() -> Problem:
    """503: no process for the query could start."""
    detail = "The server could not start a process for the query. Try again in a moment."
    return Problem(503, detail, headers={"Retry-After": "10"}, reason="no-worker")


def unavailable() -> Problem:
    """503: there is no query service, or it ended in the middle."""
    detail = "The query service is not answering. Try again in a moment."
    return Problem(503, detail, headers={"Retry-After": "2"}, reason="no-service")


def spool_full() -> Problem:
    """503: there is no room for another large result."""
    detail = (
        "The server is busy: too many large results are waiting to be downloaded. Try again in a moment,"
        " or ask for less."
    )
    return Problem(503, detail, headers={"Retry-After": "5"}, reason="no-space")


def no_space() -> Problem:
    """503: the disk for large results is full, or cannot be written."""
    detail = (
        "The server could not store a result as large as this one: its disk is full, or cannot be written. Smaller"
        " results are answered. Try again later, or ask for less: add a LIMIT."
    )
    return Problem(503, detail, headers={"Retry-After": "60"}, reason="no-space")


def _retry_after(seconds: float) -> dict[str, str]:
    return {"Retry-After": str(max(1, round(seconds)))}
