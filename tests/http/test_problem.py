"""RFC 9457: problem details."""

import json

from atmpgraph.formats import RESULTS
from atmpgraph.http.problem import Problem, ProblemError, not_acceptable


def test_the_members_of_a_problem() -> None:
    problem = Problem(400, "Wrong é.", {"line": 3, "column": 7})
    assert json.loads(problem.json()) == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "Wrong é.",
        "line": 3,
        "column": 7,
    }
    assert str(ProblemError(problem)) == "Wrong é."


def test_406_says_what_exists() -> None:
    assert "text/csv" in not_acceptable(RESULTS).problem.extra["available"]
