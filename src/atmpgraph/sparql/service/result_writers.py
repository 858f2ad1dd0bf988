"""Results of SELECT and ASK as text, a row at a time, in the formats of the SPARQL 1.1 recommendations.

The engine writes these formats too, but only a whole result at once: one that is cut short would not be well-formed,
and would not say so.

A new format is a `Format` in `formats.py` and a writer here.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring as quoted
from typing import Final, TypeAlias
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from ...rdf.expressible import NOT_XML
from ...vocab import XSD

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row: TypeAlias = Iterable[Term | None]

_PLAIN: Final = XSD + "string"
# Literals that Turtle, and so TSV, writes bare (Turtle §2.5.2, §2.5.3).
_BARE: Final = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "double": re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+"),
}
_XML_RESULTS: Final = "http://www.w3.org/2005/sparql-results#"
_MUST_QUOTE: Final = re.compile(r'[",\r\n]')


class ResultWriter(ABC):
    """One format: a result of SELECT is its start, its rows and its end; one of ASK is a word."""

    end = ""

    def __init__(self, variables: list[str]) -> None:
        """Write rows of these variables."""
        self.variables = variables

    @abstractmethod
    def start(self, link: str) -> str:
        """What precedes the rows; `link` leads to the rest, where the format has a place for it."""

    @abstractmethod
    def row(self, row: Row) -> str:
        """One row."""

    @staticmethod
    def boolean(value: bool) -> str:
        """The result of ASK; one line for a format whose standard defines none."""
        return "true\n" if value else "false\n"


class JsonWriter(ResultWriter):
    """SPARQL 1.1 Query Results JSON Format."""

    end = "]}}"

    def __init__(self, variables: list[str]) -> None:
        """Write rows of these variables."""
        super().__init__(variables)
        self._keys = [quoted(name) + ":" for name in variables]
        self._comma = ""

    def start(self, link: str) -> str:
        """The head with its link (§3.1.2), and the start of the results."""
        names, links = ",".join(map(quoted, self.variables)), f',"link":[{quoted(link)}]' if link else ""
        return f'{{"head":{{"vars":[{names}]{links}}},"results":{{"bindings":['

    def row(self, row: Row) -> str:
        """A binding object (§3.2.1)."""
        comma, self._comma = self._comma, ",\n"
        bindings = [key + _json(term) for key, term in zip(self._keys, row, strict=True) if term is not None]
        return f"{comma}{{{','.join(bindings)}}}"

    @staticmethod
    def boolean(value: bool) -> str:
        """A boolean (§3.3)."""
        return f'{{"head":{{}},"boolean":{"true" if value else "false"}}}'


def _json(term: Term) -> str:
    if isinstance(term, ox.NamedNode):
        return f'{{"type":"uri","value":{quoted(term.value)}}}'
    if isinstance(term, ox.Literal):
        if term.language:
            return f'{{"type":"literal","xml:lang":{quoted(term.language)},"value":{quoted(term.value)}}}'
        datatype = term.datatype.value
        typed = "" if datatype == _PLAIN else f'"datatype":{quoted(datatype)},'
        return f'{{"type":"literal",{typed}"value":{quoted(term.value)}}}'
    if isinstance(term, ox.BlankNode):
        return f'{{"type":"bnode","value":{quoted(term.value)}}}'
    parts = zip(("subject", "predicate", "object"), term, strict=True)
    return f'{{"type":"triple","value":{{{",".join(f"{quoted(name)}:{_json(part)}" for name, part in parts)}}}}}'


class XmlWriter(ResultWriter):
    """SPARQL Query Results XML Format (Second Edition)."""

    end = "</results></sparql>\n"

    def start(self, link: str) -> str:
        """The head with its link (§2.2), and the start of the results."""
        head = "".join(f"<variable name={quoteattr(name)}/>" for name in self.variables)
        head += f"<link href={quoteattr(link)}/>" if link else ""
        return f'<?xml version="1.0"?>\n<sparql xmlns="{_XML_RESULTS}"><head>{head}</head><results>\n'

    def row(self, row: Row) -> str:
        """A result element (§2.3.1)."""
        bindings = [
            f"<binding name={quoteattr(name)}>{_xml(term)}</binding>"
            for name, term in zip(self.variables, row, strict=True)
            if term is not None
        ]
        return f"<result>{''.join(bindings)}</result>\n"

    @staticmethod
    def boolean(value: bool) -> str:
        """A boolean (§2.3.2)."""
        word = "true" if value else "false"
        return f'<?xml version="1.0"?><sparql xmlns="{_XML_RESULTS}"><head></head><boolean>{word}</boolean></sparql>'


def _xml(term: Term) -> str:
    if isinstance(term, ox.NamedNode):
        return f"<uri>{_text(term.value)}</uri>"
    if isinstance(term, ox.Literal):
        datatype, kind = term.datatype.value, ""
        if term.language:
            kind = f" xml:lang={quoteattr(term.language)}"
        elif datatype != _PLAIN:
            kind = f" datatype={quoteattr(datatype)}"
        return f"<literal{kind}>{_text(term.value)}</literal>"
    if isinstance(term, ox.BlankNode):
        return f"<bnode>{_text(term.value)}</bnode>"
    parts = zip(("subject", "predicate", "object"), term, strict=True)
    return f"<triple>{''.join(f'<{name}>{_xml(part)}</{name}>' for name, part in parts)}</triple>"


def _text(value: str) -> str:
    """Text in XML; a character that XML 1.0 cannot hold becomes U+FFFD."""
    return escape(NOT_XML.sub("\ufffd", value), {"\r": "&#13;"})


class CsvWriter(ResultWriter):
    """SPARQL 1.1 Query Results CSV Format (§3): the values alone, line ends as in RFC 4180."""

    def start(self, link: str) -> str:  # noqa: ARG002 - there is no place for it
        """The names of the variables."""
        return ",".join(self.variables) + "\r\n"

    def row(self, row: Row) -> str:
        """A line; an unbound variable is an empty field."""
        return ",".join(map(_csv, row)) + "\r\n"


def _csv(term: Term | None) -> str:
    if term is None:
        return ""
    value = term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)
    return '"' + value.replace('"', '""') + '"' if _MUST_QUOTE.search(value) else value


class TsvWriter(ResultWriter):
    """SPARQL 1.1 Query Results TSV Format (§4): terms as Turtle writes them."""

    def start(self, link: str) -> str:  # noqa: ARG002
        """The variables."""
        return "\t".join(f"?{name}" for name in self.variables) + "\n"

    def row(self, row: Row) -> str:
        """A line; an unbound variable is an empty field."""
        return "\t".join(map(_tsv, row)) + "\n"


def _tsv(term: Term | None) -> str:
    if term is None:
        return ""
    if isinstance(term, ox.Literal):
        bare = _BARE.get(term.datatype.value)
        if bare and bare.fullmatch(term.value):
            return term.value
    return str(term).replace("\t", "\\t")  # N-Triples escapes line ends, not tabs


WRITERS: Final[dict[str, type[ResultWriter]]] = {
    "json": JsonWriter,
    "xml": XmlWriter,
    "csv": CsvWriter,
    "tsv": TsvWriter,
}


def whole_result(variables: list[str], rows: Iterable[Row], suffix: str) -> Iterator[str]:
    """Rows without limits, in pieces, in the format with that suffix."""
    writer = WRITERS[suffix](variables)
    yield writer.start("")
    yield from map(writer.row, rows)
    yield writer.end
