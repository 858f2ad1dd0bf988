"""Problem details for HTTP APIs (RFC 9457) as data: sent as JSON to machines and shown as a page to people."""

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from ..errors import AtmpgraphError
from .formats import HTML, Format

PROBLEM: Final = Format("Problem", "json", "application/problem+json", "text", ("application/json",))
OFFERED: Final = (PROBLEM, HTML)


@dataclass(frozen=True)
class Problem:
    """What went wrong. The type is `about:blank` (§4.2.1), so the title is that of the status.

    Attributes:
        status: the status code of the response.
        detail: what happened and how to mend it, in a sentence.
        extra: members of our own (§3.2), such as the formats that exist or the place of a syntax error.
        headers: header fields of the response, such as Allow.
    """

    status: int
    detail: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The standard phrase of the status."""
        return HTTPStatus(self.status).phrase

    def json(self) -> bytes:
        """The problem as `application/problem+json`."""
        members = {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail}
        return json.dumps({k: v for k, v in (members | self.extra).items() if v}, ensure_ascii=False).encode()


class ProblemError(AtmpgraphError):
    """A request that ends in a problem."""

    def __init__(self, problem: Problem) -> None:
        """Raise `problem` to whoever sends responses."""
        super().__init__(problem.detail)
        self.problem = problem


def not_acceptable(offered: tuple[Format, ...]) -> ProblemError:
    """406 with the list of what exists (RFC 9110 §15.5.7)."""
    types = [f.media_type for f in offered]
    return ProblemError(Problem(406, "None of the formats asked for exists here.", {"available": types}))
