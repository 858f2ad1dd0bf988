"""Results that are so short that the process which has read a query may write them itself."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final

import pyoxigraph as ox

from ...errors import QueryError
from ...formats import RDF_FORMATS, by_suffix
from ...rdf.serialize import prefixes_for, serialize
from ..syntax.complexity import MaxComplexity, check_complexity
from ..syntax.look_up import LookUp
from .messages import QueryJob
from .result_writers import WRITERS, Row, whole_result

LONGEST: Final = 1 << 16  # bytes of a result
_OF_ROWS: Final = frozenset({"SELECT", "ASK"})
_BRACKET: Final = re.compile(r"[([]")


class GivenUpError(Exception):
    """The query service must run it: it reads, or says, more than a look-up may, or means something else."""


def is_allowed(look_up: LookUp, constants: Iterable[str], job: QueryJob) -> bool:
    """Whether the result of a look-up has the format, and it is small enough to be planned."""
    has_format = job.format in (WRITERS if look_up.form in _OF_ROWS else _graph_formats())
    counts = any(each[0] == "<" and _BRACKET.search(each) for each in constants)  # of a query those in an IRI do
    return has_format and _is_small(job.query if counts else look_up.text, job.nesting, job.patterns, job.operators)


@lru_cache(512)
def _is_small(text: str, nesting: int, patterns: int, operators: int) -> bool:
    try:
        check_complexity(text, MaxComplexity(nesting, patterns, operators))
    except QueryError:
        return False
    return True


@lru_cache(1)
def _graph_formats() -> frozenset[str]:
    return frozenset(each.suffix for each in RDF_FORMATS)


def boolean_result(value: bool, job: QueryJob) -> tuple[bytes, int]:
    """The result of ASK in the format of a job, and that it counts as one row."""
    return WRITERS[job.format].boolean(value).encode(), 1


def rows_result(variables: list[str], solutions: Iterable[Row], job: QueryJob, most: int | None) -> tuple[bytes, int]:
    """Rows in the format of a job, and how many they are.

    Raises:
        GivenUpError: there are more than `most`, or they are too long: which of them, the engine decides.
    """
    every = list(islice(solutions, None if most is None else most + 1))
    if most is not None and len(every) > most:
        raise GivenUpError
    return _short("".join(whole_result(variables, every, job.format)).encode(), job), len(every)


def graph_result(triples: Sequence[ox.Triple], job: QueryJob) -> tuple[bytes, int]:
    """Triples in the format of a job, and how many they are.

    Raises:
        GivenUpError: they are too many, or too long.
    """
    fmt = by_suffix(job.format, RDF_FORMATS)
    assert fmt is not None  # noqa: S101 - it was looked at before
    if job.rows and len(triples) > job.rows:
        raise GivenUpError
    return _short(serialize(triples, fmt, prefixes_for(fmt, job.base)), job), len(triples)


def _short(body: bytes, job: QueryJob) -> bytes:
    """A result that is as short as it may be.

    Raises:
        GivenUpError: it is not.
    """
    if len(body) > min(LONGEST, job.bytes or LONGEST):
        raise GivenUpError
    return body
