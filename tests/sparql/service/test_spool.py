"""Spooled results: as many as there is space for, each until it is read or dropped."""

import pytest

from atmpgraph.http.problem import ProblemError
from atmpgraph.sparql.service.spool import IN_MEMORY, Spool, SpooledResult

LARGE = bytes(IN_MEMORY + 1)


def held(spool: Spool, content: bytes) -> SpooledResult:
    """A result that is put away."""
    result = SpooledResult(spool)
    result.write(content)
    return result


def test_a_result_comes_back_as_it_was() -> None:
    result = held(Spool(2 * len(LARGE)), LARGE)
    result.write(b"end")
    assert result.length == len(LARGE) + 3
    assert b"".join(result.pieces()) == LARGE + b"end"


def test_when_there_is_no_more_room_large_results_are_refused_and_small_ones_are_not() -> None:
    spool = Spool(len(LARGE))
    first = held(spool, LARGE)
    with pytest.raises(ProblemError) as raised:
        held(spool, LARGE)
    assert raised.value.problem.status == 503
    assert raised.value.problem.headers["Retry-After"] == "5"
    assert b"".join(held(spool, b"small").pieces()) == b"small"
    assert b"".join(first.pieces()) == LARGE


@pytest.mark.parametrize("way", ["read", "closed", "closed twice", "forgotten", "broken off", "never begun"])
def test_each_way_out_leaves_its_room_to_others(way: str) -> None:
    spool = Spool(len(LARGE))
    result = held(spool, LARGE)
    pieces = result.pieces()
    if way == "read":
        list(pieces)
    elif way == "broken off":
        next(pieces)
    elif way.startswith("closed"):
        result.close()
        result.close()
    del result, pieces
    assert held(spool, LARGE)
    with pytest.raises(ProblemError):  # and not twice
        SpooledResult(spool).write(2 * LARGE)
