"""Results of SELECT and ASK as text, a row at a time, in the formats of the SPARQL 1.1 recommendations.

Terms of RDF 1.2, directions of text and triple terms, are written as the drafts of SPARQL 1.2 have them.

The engine writes these formats too, but only a whole result at once: one that is cut short would not be well-formed,
and would not say so.

A new format is a `Format` in `formats.py` and a writer here.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from json.encoder import encode_basestring as quoted
from typing import Final, TypeAlias
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from ...formats import RESULTS_XML
from ...rdf.expressible import check_xml_text
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
_DIRECTION: Final = ' its:dir="{}" xmlns:its="http://www.w3.org/2005/11/its" its:version="2.0"'
CUT_COLUMN: Final = "cut_after_{rows}_rows"  # a name that SPARQL allows for a variable
_MUST_QUOTE: Final = re.compile(r'[",\r\n]')


# Readers take spaces at the ends of a text away, unless they are references.
_AT_ENDS: Final = re.compile(r"^[ \t\n]+|[ \t\n]+\Z")


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
            way = f'"its:dir":"{term.direction}",' if term.direction else ""
            return f'{{"type":"literal","xml:lang":{quoted(term.language)},{way}"value":{quoted(term.value)}}}'
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
            kind += _DIRECTION.format(term.direction) if term.direction else ""
        elif datatype != _PLAIN:
            kind = f" datatype={quoteattr(datatype)}"
        return f"<literal{kind}>{_text(term.value)}</literal>"
    if isinstance(term, ox.BlankNode):
        return f"<bnode>{_text(term.value)}</bnode>"
    parts = zip(("subject", "predicate", "object"), term, strict=True)
    return f"<triple>{''.join(f'<{name}>{_xml(part)}</{name}>' for name, part in parts)}</triple>"


def _text(value: str) -> str:
    """Text in XML.

    Raises:
        NotExpressibleError: it has a character that XML 1.0 cannot hold.
    """
    check_xml_text(value, RESULTS_XML)
    text = escape(value, {"\r": "&#13;"})
    return _AT_ENDS.sub(lambda spaces: "".join(f"&#{ord(space)};" for space in spaces[0]), text)


class TableWriter(ResultWriter):
    """A header line and a line a row. It has no place for a link, so a result that is cut short gets one more column.

    Its name says that rows are missing, and its first field holds the address of the rest: no reader of tables stumbles
    over it, no other column changes its type, no row is added, and a file that is saved keeps it.
    """

    separator: str
    line_end: str

    @staticmethod
    @abstractmethod
    def term(term: Term | None) -> str:
        """A field; an unbound variable is an empty one."""

    @staticmethod
    @abstractmethod
    def variable(name: str) -> str:
        """A field of the header line."""

    def start(self, link: str) -> str:  # noqa: ARG002 - there is no place for it
        """The variables."""
        return self.separator.join(map(self.variable, self.variables)) + self.line_end

    def row(self, row: Row) -> str:
        """A line."""
        return self.separator.join(map(self.term, row)) + self.line_end

    def marked(self, rows: Sequence[bytes], link: str) -> Iterator[bytes]:
        """The whole of a result that is cut short, with the column that says so."""
        head, end = (text.encode() for text in (self.start(""), self.line_end))
        fields = [self.variable(CUT_COLUMN.format(rows=len(rows))), self.term(ox.NamedNode(link)) if link else ""]
        for line, field in zip(chain((head,), rows), chain(fields, repeat("")), strict=False):
            yield line.removesuffix(end) + f"{self.separator}{field}".encode() + end


class CsvWriter(TableWriter):
    """SPARQL 1.1 Query Results CSV Format (§3): the values alone, line ends as in RFC 4180."""

    separator, line_end = ",", "\r\n"

    @staticmethod
    def variable(name: str) -> str:
        """Its name alone."""
        return name

    @staticmethod
    def term(term: Term | None) -> str:
        """Its value, in quotation marks where it has to be."""
        if term is None:
            return ""
        value = _csv(term)
        return '"' + value.replace('"', '""') + '"' if _MUST_QUOTE.search(value) else value


def _csv(term: Term) -> str:
    """A value; of a triple term the values between `<<(` and `)>>`, a literal in quotation marks (SPARQL 1.2, §3.2)."""
    if isinstance(term, ox.Triple):
        quoted_object = '"' + term.object.value.replace('"', '""') + '"' if isinstance(term.object, ox.Literal) else ""
        return f"<<( {_csv(term.subject)} {_csv(term.predicate)} {quoted_object or _csv(term.object)} )>>"
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


class TsvWriter(TableWriter):
    """SPARQL 1.1 Query Results TSV Format (§4): terms as Turtle writes them."""

    separator, line_end = "\t", "\n"

    @staticmethod
    def variable(name: str) -> str:
        """As in a query."""
        return f"?{name}"

    @staticmethod
    def term(term: Term | None) -> str:
        """A term of Turtle."""
        return "" if term is None else _tsv(term)


def _tsv(term: Term) -> str:
    if isinstance(term, ox.Triple):
        return f"<<( {' '.join(map(_tsv, term))} )>>"
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
