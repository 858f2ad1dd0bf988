"""A query of the publication has a limit of time, and Ctrl-C ends the wait for it.

The engine gives no signal a chance before it has a result. So a thread asks it, and nobody awaits the thread once the
time is over: the command ends then.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from ..errors import LateQueryError
from ..i18n import counting

R = TypeVar("R")
_LATE: Final = counting(
    "{file}: the query did not end within {n} second; simplify it, or raise the setting [build] query_timeout_seconds",
    "{file}: the query did not end within {n} seconds; simplify it, or raise the setting [build] query_timeout_seconds",
)


def in_time(file: Path, seconds: float, function: Callable[[], R]) -> R:
    """What a function returns that runs a query and reads all of its result.

    Args:
        file: of the query.
        seconds: how long it may take.
        function: it; of what it makes, nothing but what it returns leaves its thread.

    Raises:
        LateQueryError: it takes longer.
    """
    results, errors = list[R](), list[BaseException]()

    def run() -> None:
        try:
            results.append(function())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, name=file.name, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise LateQueryError(_LATE, file=file, n=max(round(seconds), 1))
    return results[0]
