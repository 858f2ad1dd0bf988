"""How deep a query nests. The parser recurses: braces by the thousand overflow its stack, and the process with it."""

import re
from itertools import accumulate
from typing import Final

from ...http.problem import Problem, ProblemError

_BRACKET: Final = re.compile(r"[({\[]|[)}\]]")


def check(text: str, most: int) -> None:
    """Let a query pass whose brackets nest at most `most` deep; those in strings, IRIs and comments count too.

    Raises:
        ProblemError: 400 deeper.
    """
    steps = (1 if bracket[0] in "({[" else -1 for bracket in _BRACKET.finditer(text))
    if max(accumulate(steps), default=0) > most:
        raise ProblemError(Problem(400, "The query nests brackets more than {most} deep.", values={"most": most}))
