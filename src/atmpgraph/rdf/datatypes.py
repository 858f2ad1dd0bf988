"""The datatypes that may be published, and the one form that each value of them has (XSD 1.1 Part 2, RDF 1.1 §5).

A value is written in the form in which the store gives it back. The store computes it for the datatypes that it
understands, and keeps each other text as it is (`docs/decisions/literals.md`).
"""

import re
from collections.abc import Callable
from typing import Final, TypeAlias

import pyoxigraph as ox

from ..iris import fault
from ..vocab import RDF, XSD

Form: TypeAlias = Callable[[str], str]
_GEO: Final = "http://www.opengis.net/ont/geosparql#"


class TermError(ValueError):
    """No term can be made from a text.

    Attributes:
        sentence: which form is expected, in English, with `{names}` for the values.
        values: of these names.
    """

    def __init__(self, sentence: str, **values: str) -> None:
        """Refuse a text."""
        super().__init__(sentence.format(**values))
        self.sentence, self.values = sentence, values


def _decimal(text: str) -> str:
    """XSD 1.1 Part 2 §3.3.3.2: no sign for zero and positive values, no needless zero, no point for whole numbers."""
    match = re.fullmatch(r"([+-]?)0*(\d+?)(?:\.(\d*?)0*)?", text, re.ASCII)
    if not match:
        raise TermError("expected a decimal number such as 81000000 or 2.6 (a point, no spaces, no exponent)")
    sign, whole, fraction = match.groups()
    number = f"{whole}.{fraction}" if fraction else whole
    return f"-{number}" if sign == "-" and number != "0" else number


def _integer(text: str) -> str:
    match = re.fullmatch(r"([+-]?)0*(\d+)", text, re.ASCII)
    if not match:
        raise TermError("expected a whole number such as 26")
    sign, digits = match.groups()
    return f"-{digits}" if sign == "-" and digits != "0" else str(digits)


def _boolean(text: str) -> str:
    values = {"true": "true", "1": "true", "false": "false", "0": "false"}
    if text not in values:
        raise TermError("expected true or false")
    return values[text]


def _pattern(pattern: str, expected: str) -> Form:
    """A datatype whose accepted forms stay as they are."""
    compiled = re.compile(pattern, re.ASCII)

    def canonical(text: str) -> str:
        if not compiled.fullmatch(text):
            raise TermError(expected)
        return text

    return canonical


_STORE: Final = ox.Store()


def _computed(datatype: str, sure: str, expected: str, lexical: str = r".*[^T]") -> Form:
    """A datatype whose values the store computes with.

    Args:
        datatype: its name in XSD.
        sure: a pattern of some texts that are in the store's form; it saves time.
        expected: the sentence for what is no value.
        lexical: a pattern of the texts of the datatype, where the store reads others too.
    """
    quick, admitted = re.compile(sure, re.ASCII), re.compile(lexical, re.ASCII)

    def canonical(text: str) -> str:
        if quick.fullmatch(text):
            return text
        if admitted.fullmatch(text):
            query = f"SELECT (STR(<{XSD}{datatype}>({ox.Literal(text)})) AS ?form) WHERE {{}}"
            form = next(iter(_STORE.query(query)))["form"]  # type: ignore[arg-type]
            if form is not None:
                value = str(form.value)
                if not (value.endswith("INF") and not text.endswith("INF")):  # a number beyond the largest one
                    return value
        raise TermError(expected)

    return canonical


_SHAPE: Final = (
    r"(?P<shape>POINT|LINESTRING|POLYGON|MULTIPOINT|MULTILINESTRING|MULTIPOLYGON|GEOMETRYCOLLECTION|CURVE|SURFACE"
    r"|POLYHEDRALSURFACE|TRIANGLE|TIN)\s*(ZM?|M)?"
)
_WKT: Final = re.compile(
    rf"(<(?P<crs>[^<>]*)>\s+)?{_SHAPE}\s*(EMPTY|\((?P<inside>[-+0-9.eE\s,()A-Z]*)\))", re.IGNORECASE | re.ASCII
)
_COORDINATE: Final = r"[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?"
_POSITION: Final = re.compile(
    rf"{_COORDINATE}(\s+{_COORDINATE}){{1,3}}|({_SHAPE}\s*)?(EMPTY)?", re.IGNORECASE | re.ASCII
)


def _wkt(text: str) -> str:
    """GeoSPARQL 1.1 §8.5.1: an IRI of a reference system, if any, and well-known text: two to four numbers a place."""
    match, depth = _WKT.fullmatch(text.strip()), 0
    for character in (match["inside"] or "") if match else "":
        depth += (character == "(") - (character == ")")
        if depth < 0:
            break
    if (
        not match
        or depth
        or (match["crs"] and fault(match["crs"]))
        or match["inside"] == ""
        or not all(_POSITION.fullmatch(place.strip()) for place in re.split("[(),]", match["inside"] or ""))
        or (match["shape"].upper() == "POINT" and re.search("[(),]", match["inside"] or ""))
    ):
        raise TermError("expected well-known text such as POINT(4.86 50.46), longitude first")
    return text


_DAYS: Final = r"(19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])"
_HOURS: Final = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_ZONE: Final = r"(Z|[+-](0[1-9]|1[0-3]):[0-5]\d)?"
_NUMBER: Final = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?|-?INF|NaN"
_FLOATING: Final = r"-?[1-9]\d{0,5}"

# Those of XSD that may be published; tests prove that the store returns each as it was loaded.
CANONICAL: Final[dict[str, Form]] = {
    XSD + "string": str,
    XSD + "anyURI": _pattern(r"[^\x00-\x20<>\"{}|^`\\]+", "expected an IRI"),
    XSD + "base64Binary": _pattern(
        r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", "expected bytes in Base64, without spaces"
    ),
    XSD + "boolean": _boolean,
    XSD + "date": _computed("date", _DAYS, "expected a date such as 2024-01-17"),
    XSD + "dateTime": _computed(
        "dateTime",
        f"{_DAYS}T{_HOURS}{_ZONE}",
        "expected a date and a time such as 2024-01-17T09:30:00Z or 2024-01-17T09:30:00+01:00",
    ),
    XSD + "dayTimeDuration": _computed("dayTimeDuration", r"P[1-9]\d?D", "expected a duration such as P14D or PT36H"),
    XSD + "decimal": _decimal,
    XSD + "double": _computed("double", _FLOATING, "expected a number such as 2.6 or 1.5E-9", _NUMBER),
    XSD + "duration": _computed(
        "duration",
        r"P[1-9]\d?Y",
        "expected a duration such as P3Y, P6M, P1Y6M14D or PT90M (no decimals but in seconds)",
    ),
    XSD + "float": _computed("float", _FLOATING, "expected a number such as 2.6 or 1.5E-9", _NUMBER),
    XSD + "gDay": _computed("gDay", r"---(0[1-9]|[12]\d|3[01])", "expected a day of any month such as ---17"),
    XSD + "gMonth": _computed("gMonth", r"--(0[1-9]|1[0-2])", "expected a month of any year such as --01"),
    XSD + "gMonthDay": _computed(
        "gMonthDay", r"--((0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])|02-29)", "expected a day of any year such as --01-17"
    ),
    XSD + "gYear": _computed("gYear", r"[1-9]\d{3}", "expected a year such as 2024"),
    XSD + "gYearMonth": _computed("gYearMonth", r"[1-9]\d{3}-(0[1-9]|1[0-2])", "expected a month such as 2024-01"),
    XSD + "hexBinary": _pattern(r"([0-9A-F]{2})*", "expected bytes as pairs of hexadecimal digits, 0-9 and A-F"),
    XSD + "integer": _integer,
    XSD + "language": _pattern(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*", "expected the tag of a language such as fr-BE"),
    XSD + "time": _computed("time", _HOURS, "expected a time such as 09:30:00"),
    XSD + "token": _pattern(
        r"(?! )([^\t\n\r ]|(?<! ) (?! |$))*", "expected a text without spaces at its ends or twice"
    ),
    XSD + "yearMonthDuration": _computed("yearMonthDuration", r"P[1-9]\d?Y", "expected a duration such as P3Y or P6M"),
}
# What the store gives back under another name, by the one to use.
_INSTEAD: Final = {
    XSD + "dateTimeStamp": "dateTime",
    XSD + "normalizedString": "string",
    **dict.fromkeys(
        (
            *(XSD + sign + "Integer" for sign in ("nonNegative", "positive", "nonPositive", "negative")),
            *(XSD + size for size in ("int", "long", "short", "byte")),
            *(XSD + "unsigned" + size for size in ("Int", "Long", "Short", "Byte")),
        ),
        "integer",
    ),
}


# The least and the greatest value of the integers of XSD (§3.4.14 to §3.4.25).
_BITS: Final = {"byte": 8, "short": 16, "int": 32, "long": 64}
_BOUNDS: Final[dict[str, tuple[int | None, int | None]]] = {
    XSD + "nonNegativeInteger": (0, None),
    XSD + "positiveInteger": (1, None),
    XSD + "nonPositiveInteger": (None, 0),
    XSD + "negativeInteger": (None, -1),
    **{XSD + name: (-(1 << bits - 1), (1 << bits - 1) - 1) for name, bits in _BITS.items()},
    **{f"{XSD}unsigned{name.capitalize()}": (0, (1 << bits) - 1) for name, bits in _BITS.items()},
}


def as_stored(text: str, datatype: str) -> tuple[str, str]:
    """A text and its datatype as stores give them back: the same value, of the datatype that theirs is derived from.

    The cardinalities of OWL are `xsd:nonNegativeInteger`, which is the same number as an `xsd:integer`.

    Raises:
        TermError: the text is not of the datatype.
    """
    instead = _INSTEAD.get(datatype)
    if instead is None:
        return text, datatype
    if instead == "integer":
        (least, most), number = _BOUNDS[datatype], int(_integer(text))
        if (least is not None and number < least) or (most is not None and number > most):
            raise TermError("the datatype {datatype} has no such number", datatype=f"<{datatype}>")
    return text, XSD + instead


def form(datatype: str) -> Form | None:
    """What writes a text of a datatype in its one form; None for a datatype that may not be published.

    Whatever is neither of XSD nor of RDF is published exactly as it is written; of that only well-known text is read.
    """
    if datatype == _GEO + "wktLiteral":
        return _wkt
    if datatype in CANONICAL:
        return CANONICAL[datatype]
    if datatype in {RDF + name for name in ("HTML", "XMLLiteral", "JSON")}:
        return str
    return None if datatype.startswith((XSD, RDF)) or fault(datatype) else str


def literal_form(text: str, datatype: str) -> str:
    """A text of a datatype in its one form.

    Raises:
        TermError: `text` is not of the datatype.
        KeyError: the datatype may not be published.
    """
    write = form(datatype)
    if write is None:
        raise KeyError(datatype)
    return write(text)


def refusal(datatype: str) -> TermError:
    """Why a datatype may not be published, and what to use."""
    if instead := _INSTEAD.get(datatype):
        return TermError(
            "the datatype {datatype} is not published, since stores give another one back; use {instead}",
            datatype=f"<{datatype}>",
            instead=f"xsd:{instead}",
        )
    listed = ", ".join(name.replace(XSD, "xsd:") for name in CANONICAL)
    return TermError(
        "the datatype {datatype} is not published; use one of {listed}, or one that is not of XSD",
        datatype=f"<{datatype}>",
        listed=listed,
    )
