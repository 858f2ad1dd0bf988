"""Each query for the operators: how it ended, as a figure; one that was killed, refused or cut as an event too."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from ...http.problem import Problem, ProblemError
from ...observability import metrics
from ...observability.access import Observed, cut_query, shown_client
from ...observability.log import event
from ...observability.metrics import Outcome
from ...settings.groups import Log
from ...sparql.service.client import ClientDisconnectedError, Result

# The outcome that the reason of a problem means.
_OUTCOMES: Final[dict[str, Outcome]] = {
    "over-budget": "refused",
    "too-many-queued": "refused",
    "not-started": "refused",
    "no-space": "refused",
    "over-time": "over_time",
    "over-memory": "over_memory",
    "crashed": "crashed",
}
_KILLED: Final = frozenset({"over_time", "over_memory", "crashed"})


class QueryObservation:
    """One query of a request."""

    def __init__(self, log: Log, release: str, client: str, text: str, request: Observed) -> None:
        """Begin with its text.

        Args:
            log: the settings of the log.
            release: the digest of the release that answers.
            client: its address.
            text: of the query.
            request: what is told of its request.
        """
        self._settings, self._release, self._client, self._text, self._request = log, release, client, text, request
        self._started = time.perf_counter()

    def result(self, run: Callable[[], Result]) -> Result:
        """The result of running it.

        Raises:
            ProblemError: the query is refused or fails.
            ClientDisconnectedError: the client went away.
        """
        try:
            result = run()
        except (ProblemError, ClientDisconnectedError) as error:
            self.failed(error)
            raise
        return self.succeeded(result)

    def failed(self, error: ProblemError | ClientDisconnectedError) -> None:
        """It has no result."""
        if isinstance(error, ProblemError):
            self._failed(error.problem)
        else:
            metrics.query_ended("client_gone")

    def succeeded(self, result: Result) -> Result:
        """It has a result; one that is passed on while it is computed is watched to its end."""
        if "cache" in result.timing:
            self._request.cached = "results"
            metrics.query_ended("cached")
        elif result.length is None:
            return replace(result, pieces=self._passing(result.pieces))
        else:
            self._ended(result)
        return result

    def _ended(self, result: Result) -> None:
        seconds = {part: milliseconds / 1000 for part, milliseconds in result.timing.items()}
        metrics.query_ended("cut" if result.cut else "ok", seconds.get("queue"), seconds.get("query"))
        if result.cut:
            self._event("query.cut", result.cut)

    def _passing(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The pieces of a result that is passed on while it is computed."""
        try:
            yield from pieces
        except GeneratorExit:
            metrics.query_ended("client_gone")
            raise
        except ProblemError as error:
            self._failed(error.problem)
            raise
        except OSError:
            metrics.query_ended("error")
            raise
        metrics.query_ended("ok", None, time.perf_counter() - self._started)

    def _failed(self, problem: Problem) -> None:
        outcome = _OUTCOMES.get(problem.reason, "invalid" if problem.status < 500 else "error")
        seconds = time.perf_counter() - self._started
        metrics.query_ended(outcome, seconds if outcome == "refused" else None, seconds if outcome in _KILLED else None)
        if outcome in _KILLED:
            self._event("query.killed", problem.reason)
        elif outcome == "refused":
            self._event("query.refused", problem.reason)

    def _event(self, name: str, reason: str) -> None:
        event(
            name,
            reason=reason,
            client=shown_client(self._client, self._settings.client),
            seconds=round(time.perf_counter() - self._started, 3),
            release=self._release,
            query=cut_query(self._text, self._settings.max_query_characters),
        )
