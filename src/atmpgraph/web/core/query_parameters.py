"""The parameters of a query of the library on its page: what may be put in, and what is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import pyoxigraph as ox

from ...errors import ParameterError
from ...http.problem import Problem, ProblemError
from ...iris import resolved
from ...sparql.answers import MOST_CHOICES
from ...sparql.library import LibraryQuery
from ...sparql.protocol import Query
from ...sparql.query_head import Parameter
from .context import Context
from .query_client import first_rows
from .resource import query_parameter

FORMAT_PARAMETERS = (
    query_parameter("format", "The format instead of Accept: its suffix, media type or common name.", example="json"),
    query_parameter("output", "The same under another name.", example="application/json"),
)
_LONGEST_SHOWN = 100  # characters of a value, in a problem
_MOST_LISTED = 60  # in a form; any other may stand in the URL


@dataclass(frozen=True)
class Choices:
    """The values that a parameter may have.

    Attributes:
        named: each with the first words of its row; none where any may be put in.
        is_whole: there are no others: the query was not cut.
    """

    named: Mapping[str, str]
    is_whole: bool


@dataclass(frozen=True)
class ParameterField:
    """A parameter in the form of its query.

    Attributes:
        name, kind: of the parameter.
        label: in the reader's language.
        values: those that are put in; the default where none was given.
        choices: the values that there are, or the first, with a name for each; empty where any may be put in.
        all: the query whose rows are all values, where the form has only the first.
    """

    name: str
    kind: str
    label: str
    values: Sequence[str]
    choices: Mapping[str, str]
    all: str = ""


def parameter_fields(
    context: Context, library: Mapping[str, LibraryQuery], query: LibraryQuery, given: Mapping[str, Sequence[str]]
) -> list[ParameterField]:
    """The form of a query.

    Raises:
        ProblemError: the query of the choices is refused or fails.
    """
    fields = []
    for parameter in query.head.parameters:
        default = parameter.default(library[query.name].file_text)
        values = [_whole(context, parameter, value) for value in given.get(parameter.name, ())] or [default]
        label = query.label(parameter.name, context.languages)
        there = choices(context, library, parameter).named
        listed = {value: there[value] for value in (*islice(there, _MOST_LISTED), *values) if value in there}
        every = parameter.values_of or "" if len(listed) < len(there) else ""
        fields.append(ParameterField(parameter.name, parameter.kind, label, values, listed, every))
    return fields


def filled(
    context: Context, library: Mapping[str, LibraryQuery], query: LibraryQuery, given: Mapping[str, Sequence[str]]
) -> LibraryQuery:
    """The query with the given values.

    Raises:
        ProblemError: 400 a value is not of the kind of its parameter, or not among those that there are.
    """
    for parameter in query.head.parameters:
        values = given.get(parameter.name, ()) if parameter.values_of else ()
        there = choices(context, library, parameter) if values else Choices({}, is_whole=False)
        strange = [value for value in values if _whole(context, parameter, value) not in there.named]
        if strange and there.is_whole:
            detail = "“{value}” is not among the values of the parameter {name}; the query {query} lists them."
            what = {"value": strange[0][:_LONGEST_SHOWN], "name": parameter.name, "query": parameter.values_of}
            raise ProblemError(Problem(400, detail, values=what))
    try:
        return query.with_values(given)
    except ParameterError as error:
        detail = "“{value}” is no value for the parameter {name}, which is of the kind {kind}."
        what = {"value": error.value[:_LONGEST_SHOWN], "name": error.name, "kind": error.kind}
        raise ProblemError(Problem(400, detail, values=what)) from None


def _whole(context: Context, parameter: Parameter, value: str) -> str:
    """A value as the data has it: an IRI may be relative to the base."""
    return resolved(context.base, value) if parameter.kind == "thing" else value


def choices(context: Context, library: Mapping[str, LibraryQuery], parameter: Parameter) -> Choices:
    """The values that a parameter may have, as far as the limits of queries let them be read.

    Raises:
        ProblemError: the query is refused or fails.
    """
    source = library.get(parameter.values_of)
    if source is None:
        return Choices({}, is_whole=False)
    local = source.in_language(context.language)
    result = first_rows(context, Query(local.file_text), MOST_CHOICES, local)
    solutions = ox.parse_query_results(b"".join(result.pieces), format=ox.QueryResultsFormat.JSON)
    named: dict[str, str] = {}
    if isinstance(solutions, ox.QuerySolutions):
        for row in solutions:
            if (term := row[parameter.name]) is not None and not isinstance(term, ox.Triple):
                words = (cell.value for cell in row if isinstance(cell, ox.Literal))
                named.setdefault(term.value, next(words, term.value))
    return Choices(named, is_whole=not result.cut)
