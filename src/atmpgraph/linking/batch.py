"""The queries of the Reconciliation Service API 0.1 and 0.2 (§5), read with bounds."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Never, cast, get_args

from ..errors import LinkingError
from ..i18n import message
from .matching import Sought, Strictness
from .properties import Property

_DEFAULT: Final = 10  # candidates of a query that names no limit
_MOST: Final = 50  # candidates of one that names a higher one
_MOST_VALUES: Final = 20  # properties of a query, and values of one
BOM: Final = "\ufeff"  # a byte order mark
_SHOWN: Final = 60  # characters of what is quoted in a sentence

NOT_JSON: Final = message("“{name}” is not JSON: line {line}, column {column}.")
SAME_NAME: Final = message("An object of the JSON has two values of {name}; give each its own name.")
NOT_OBJECT: Final = message("“{name}” must be a JSON object.")
NOT_WRITABLE: Final = message(
    "“{name}” has a number or a character that JSON cannot hold (NaN, half a surrogate pair), or is nested too deep."
)
TOO_MANY: Final = message("There are {count} queries in the batch; at most {most} may be. Send several batches.")
NOT_QUERY: Final = message("The query {name} must be an object with “query”, a text, or “properties”.")
TOO_LONG: Final = message("A text of the query {name} has {count} characters; at most {most} may be.")
NOT_LIMIT: Final = message("The limit of the query {name} must be a whole number from 1.")
NOT_STRICTNESS: Final = message("“type_strict” of the query {name} must be any, all or should.")
NOT_TYPE: Final = message("“type” of the query {name} must be the name of a type, or a list of names.")
NO_TYPE: Final = message("There is no type {value} here; the types are {names}.")
NOT_PROPERTY: Final = message("A property of the query {name} must be an object with “pid” and “v”.")
NO_PROPERTY: Final = message("There is no property {value} here; the properties are {names}.")
TOO_MANY_VALUES: Final = message("The query {name} has more than {most} properties, or values of one.")


@dataclass(frozen=True)
class Vocabulary:
    """What queries may name, and how much they may ask for.

    Attributes:
        types: the classes by the names that requests have for them: the IRI, and with a prefix.
        properties: by their names.
        most_queries: in a batch.
        most_characters: of a text.
    """

    types: Mapping[str, str]
    properties: Mapping[str, Property]
    most_queries: int
    most_characters: int

    @property
    def short_types(self) -> list[str]:
        """The names of types with a prefix, for sentences."""
        return sorted(name for name, iri in self.types.items() if name != iri)


def refuse(sentence: str, **values: object) -> Never:
    """Refuse a request.

    Raises:
        LinkingError: always.
    """
    raise LinkingError(sentence, **{name: str(value)[:2_000] for name, value in values.items()})


class TwiceError(ValueError):
    """An object has a name twice, of which one value would be lost (RFC 8259 §4)."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise TwiceError(Counter(name for name, _ in pairs).most_common(1)[0][0])
    return content


def read_json(text: str) -> object:
    """The value of a JSON text, which can be written again: no NaN, no infinity, no half a character (RFC 8259).

    Raises:
        TwiceError: an object has a name twice.
        ValueError: it is none, is nested too deep, or has a number of thousands of digits.
    """
    try:
        content = json.loads(text, object_pairs_hook=_once)
        json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    except RecursionError as error:
        raise ValueError from error
    return content


def json_object(name: str, text: str) -> dict[str, Any]:
    """The JSON object that a parameter holds.

    Raises:
        LinkingError: it is none.
    """
    try:
        content = read_json(text.removeprefix(BOM))
    except json.JSONDecodeError as error:
        refuse(NOT_JSON, name=name, line=error.lineno, column=error.colno)
    except TwiceError as error:
        refuse(SAME_NAME, name=str(error)[:_SHOWN])
    except ValueError:
        refuse(NOT_WRITABLE, name=name)
    if not isinstance(content, dict):
        refuse(NOT_OBJECT, name=name)
    return content


def read_queries(text: str, vocabulary: Vocabulary) -> dict[str, Sought]:
    """The queries of a batch, by their names.

    Raises:
        LinkingError: one is malformed or names something unknown, or there are too many.
    """
    batch = json_object("queries", text)
    if len(batch) > vocabulary.most_queries:
        refuse(TOO_MANY, count=len(batch), most=vocabulary.most_queries)
    return {name: _sought(name[:_SHOWN], query, vocabulary) for name, query in batch.items()}


def read_query(text: str, vocabulary: Vocabulary) -> Sought:
    """The one query of version 0.1: an object, or the name itself.

    Raises:
        LinkingError: it is malformed or names something unknown.
    """
    query = json_object("query", text) if text.lstrip(f"{BOM} \t\r\n").startswith("{") else {"query": text}
    return _sought("query", query, vocabulary)


def _sought(name: str, query: object, vocabulary: Vocabulary) -> Sought:
    if not isinstance(query, dict):
        refuse(NOT_QUERY, name=name)
    text, given = query.get("query", ""), query.get("properties") or []
    if not isinstance(text, str) or not isinstance(given, list) or not ("query" in query or given):
        refuse(NOT_QUERY, name=name)
    _check_length(name, text, vocabulary)
    if len(given) > _MOST_VALUES:
        refuse(TOO_MANY_VALUES, name=name, most=_MOST_VALUES)
    strictness = query.get("type_strict", "any")
    if strictness not in get_args(Strictness):
        refuse(NOT_STRICTNESS, name=name)
    return Sought(
        text,
        _types(name, query.get("type") or [], vocabulary),
        cast(Strictness, strictness),
        dict(_property(name, each, vocabulary) for each in given),
        _limit(name, query.get("limit")),
    )


def _check_length(name: str, text: str, vocabulary: Vocabulary) -> None:
    if len(text) > vocabulary.most_characters:
        refuse(TOO_LONG, name=name, count=len(text), most=vocabulary.most_characters)


def _limit(name: str, limit: object) -> int:
    if limit is None or limit == 0:
        return _DEFAULT
    if isinstance(limit, float) and limit.is_integer():  # as JSON Schema has it
        limit = int(limit)
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        refuse(NOT_LIMIT, name=name)
    return min(limit, _MOST)


def _types(name: str, types: object, vocabulary: Vocabulary) -> tuple[str, ...]:
    listed = types if isinstance(types, list) else [types]
    ids = [each.get("id") if isinstance(each, dict) else each for each in listed[: _MOST_VALUES + 1]]
    if not all(isinstance(each, str) for each in ids) or len(ids) > _MOST_VALUES:
        refuse(NOT_TYPE, name=name)
    return tuple(dict.fromkeys(type_named(str(each), vocabulary) for each in ids))


def type_named(text: str, vocabulary: Vocabulary) -> str:
    """The IRI of a type.

    Raises:
        LinkingError: there is none of that name.
    """
    if text not in vocabulary.types:
        refuse(NO_TYPE, value=text[:_SHOWN], names=", ".join(vocabulary.short_types))
    return vocabulary.types[text]


def property_named(text: str, vocabulary: Vocabulary) -> Property:
    """A property.

    Raises:
        LinkingError: there is none of that name.
    """
    if text not in vocabulary.properties:
        refuse(NO_PROPERTY, value=text[:_SHOWN], names=", ".join(vocabulary.properties))
    return vocabulary.properties[text]


def _property(name: str, given: object, vocabulary: Vocabulary) -> tuple[Property, tuple[str, ...]]:
    if not isinstance(given, dict) or not isinstance(given.get("pid"), str) or "v" not in given:
        refuse(NOT_PROPERTY, name=name)
    values = given["v"] if isinstance(given["v"], list) else [given["v"]]
    if len(values) > _MOST_VALUES:
        refuse(TOO_MANY_VALUES, name=name, most=_MOST_VALUES)
    texts = tuple(text for value in values if (text := _text(name, value)))
    for text in texts:
        _check_length(name, text, vocabulary)
    return property_named(given["pid"], vocabulary), texts


def _text(name: str, value: object) -> str:
    """A value as a text; of a cell that is reconciled, its id."""
    if isinstance(value, dict):
        value = value.get("id", value.get("name"))
    if isinstance(value, dict | list) or value is None:
        refuse(NOT_PROPERTY, name=name)
    return str(value)
