"""Judgements of header fields, remembered: most requests send one of a few values."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_LONGEST: Final = 500  # characters of a field; longer ones are judged each time
_MOST: Final = 512  # judgements of a kind


def remembered(judge: Callable[P, T]) -> Callable[P, T]:
    """Make a pure function of a field, its first argument, and of what can be hashed, one that remembers."""
    remembering: Callable[..., T] = lru_cache(_MOST)(judge)

    @wraps(judge)
    def judged(*args: P.args, **kwargs: P.kwargs) -> T:
        is_long = isinstance(args[0], str) and len(args[0]) > _LONGEST
        return (judge if is_long else remembering)(*args, **kwargs)

    return judged
