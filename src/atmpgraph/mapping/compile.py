"""Compile triples maps into functions that write N-Quads text.

A triples map becomes the source of a Python function once. Every constant part of a line is text in it already, so each
row only adds its cells. Rows stream through, and nothing stays in memory.
"""

import csv
import re
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any

from ..addresses import Addresses
from ..i18n import Sentence, message
from ..iris import fault
from ..progress import SILENT, Progress
from ..rdf.datatypes import TermError, literal_form
from ..rdf.terms import encode, escape, iri, judged
from ..reasons import reason_of
from ..settings.layers import Folder
from ..sources.declared import items_of
from ..sources.package import Package, Table
from ..vocab import DCT, RDF, XSD
from .columns import in_languages
from .document import Kind, PredicateObject, TermMap, TriplesMap, documents, read_document
from .faults import MappingError

Emit = Callable[[str], object]
_BEFORE_PATH = re.compile(r"[^:/?#]*:(//[^/?#]*)?$")  # a text after which the authority, or an opaque path, begins
_CELL = message("{reason} (it is {value})")
_NO_ROW = message("not a CSV row: {reason}")
_NO_TABLE = message("the Data Package has no table {table}; it has {tables}")
_NO_COLUMN = message("{table} has no column {column}; it has {columns}")
_SEVERAL = message(
    "the column {column} has several values in a cell, of which objects alone are made; use another column for the"
    " subject, the predicate or the graph"
)
_UNUSED = message(
    'no triples map uses {columns}; map each of these columns in mapping/*.rml.ttl, or set "unmapped": true in its'
    " field in datapackage.json"
)
Rows = Iterable[tuple[int, list[str]]]


class _CellError(ValueError):
    """A cell that yields no term."""

    def __init__(self, column: str, value: str, problem: TermError) -> None:
        super().__init__(str(problem))
        self.column, self.value, self.problem = column, value, problem


class CellError(MappingError):
    """A cell that yields no term, with its place."""

    def __init__(self, file: str, row: int, error: _CellError) -> None:
        reason = Sentence(
            _CELL, {"reason": Sentence(error.problem.sentence, error.problem.values), "value": repr(error.value)}
        )
        super().__init__(f"{file}, row {row}, column {error.column}", "", reason)
        self.file, self.row, self.column = file, row, error.column
        self.value, self.problem = error.value, error.problem


@dataclass(frozen=True)
class Mapper:
    """A compiled triples map, which makes lines of rows.

    Attributes:
        map, table: what it maps.
        convert: emits the lines of rows.
        subject: the IRI of the subject of a row; empty where the row has none.
        judged: the columns whose cells may yield no term: of IRIs, and of literals with a datatype.
    """

    map: TriplesMap
    table: Table
    convert: Callable[[Rows, Emit], None]
    subject: Callable[[list[str]], str]
    judged: frozenset[str]

    def lines(self, emit: Emit, wrong: Callable[[CellError], object], progress: Progress = SILENT) -> int:
        """Emit the lines of all rows of the table; neither a bad cell nor the rest of its row makes any.

        Args:
            emit: gets each line.
            wrong: gets each cell that yields no term.
            progress: gets how many rows are read.

        Returns:
            The number of rows.

        Raises:
            MappingError: the file is not CSV.
        """
        return self._lines(progress.over(self.table.rows()), emit, wrong)

    def judge(self, wrong: Callable[[CellError], object]) -> None:
        """Judge the cells of a table that may have rows with too few cells or too many, which are passed over.

        Args:
            wrong: gets each cell that yields no term.

        Raises:
            MappingError: the file is not CSV.
        """
        width = len(self.table.header())
        self._lines((row for row in self.table.rows() if len(row[1]) == width), _nowhere, wrong)

    def _lines(self, given: Rows, emit: Emit, wrong: Callable[[CellError], object]) -> int:
        row, count = (1, list[str]()), 0

        def counted() -> Iterator[tuple[int, list[str]]]:
            nonlocal row, count
            for row in given:
                count += 1
                yield row

        rows = counted()
        while True:
            try:
                self.convert(rows, emit)
            except _CellError as error:
                for each in self._errors(*row, error):
                    wrong(CellError(self.map.table, row[0], each))
            except csv.Error as error:
                raise MappingError(
                    f"{self.map.table}, after row {row[0]}", "", Sentence(_NO_ROW, {"reason": reason_of(error)})
                ) from None
            else:
                return count

    def _errors(self, number: int, cells: list[str], first: _CellError) -> Iterator[_CellError]:
        """All wrong cells of a row: an empty cell yields no term, so each in turn is emptied."""
        header, rest, error = self.table.header(), list(cells), first
        while True:
            yield error
            columns = [place for place, name in enumerate(header) if name in {error.column, *error.column.split()}]
            if not any(rest[place] for place in columns):
                return  # a constant
            for place in columns:
                rest[place] = ""
            try:
                self.convert([(number, rest)], _nowhere)
            except _CellError as another:
                error = another
            else:
                return

    def traced(self, subjects: Container[str]) -> Iterator[tuple[int, str]]:
        """Each line about some subjects with the number of its row."""
        for number, cells in self.table.rows():
            if self.subject(cells) not in subjects:
                continue
            lines: list[str] = []
            self.convert([(number, cells)], lines.append)
            yield from ((number, line) for line in lines)


def _nowhere(_: str) -> None:
    """Take a line, of a row that makes none."""


def compile_mapping(maps: Iterable[TriplesMap], package: Package, base: str) -> list[Mapper]:
    """Compile triples maps for the tables of a Data Package.

    A subject that its map gives a class is *described* by the row; the map then also states `dct:source`, the row as an
    RFC 7111 fragment of the table's IRI, in the graph of the tables.

    Raises:
        MappingError: a map names a table or a column that the package has not.
    """
    maps = [in_languages(each, package) for each in maps]
    for error in incomplete(maps, package, package.tables):
        raise error
    return [mapper for each in maps if (mapper := compile_map(each, package, base))]


def compile_map(triples_map: TriplesMap, package: Package, base: str) -> Mapper | None:
    """Compile one triples map; nothing where its table comes with the software and is not there.

    Raises:
        MappingError: it names a table or a column that the package has not.
    """
    table = package.tables.get(triples_map.table)
    if package.is_absent(triples_map.table):
        return None
    if table is None:
        tables = ", ".join(sorted(package.tables))
        raise MappingError(
            triples_map.file, triples_map.name, Sentence(_NO_TABLE, {"table": triples_map.table, "tables": tables})
        )
    source = _Source(triples_map, package, base)
    text = source.text()
    functions = {"encode": encode, "escape": escape, "typed": _typed, "iri": _iri, "judged": _judged, "items": items_of}
    scope: dict[str, Any] = {**functions, **source.constants}
    exec(compile(text, f"<{triples_map.file}: {triples_map.name}>", "exec"), scope)  # noqa: S102 - our own text; cells never enter it
    return Mapper(triples_map, table, scope["convert"], scope["subject"], frozenset(source.judged))


def mapping_faults(folder: Folder, package: Package, base: str) -> Iterator[MappingError]:
    """What is wrong with the mapping: in each document, each triples map, and of each table that is as declared."""
    maps, whole = list[TriplesMap](), True
    for document in documents(folder):
        try:
            maps += read_document(document, base)
        except MappingError as error:
            whole = False
            yield error
    maps = [in_languages(each, package) for each in maps]
    for each in maps:
        if each.table in package.tables and not package.is_as_declared(each.table):
            continue  # the check of the table says it
        try:
            compile_map(each, package, base)
        except MappingError as error:
            yield error
    if whole:
        yield from incomplete(maps, package, filter(package.is_as_declared, package.tables))


def judged_cells(folder: Folder, package: Package, base: str, wrong: Callable[[CellError], object]) -> None:
    """Judge the cells that yield no term though nothing that is declared forbids them: IRIs in columns of texts.

    What cannot be judged is left to the checks of mapping and tables, which say so.

    Args:
        folder: of the mapping.
        package: the tables, which may be wrong.
        base: of relative IRIs.
        wrong: gets each cell.
    """
    for document in documents(folder):
        with suppress(MappingError):
            for each in read_document(document, base):
                if each.table not in package.tables or not package.is_as_declared(each.table):
                    continue
                with suppress(MappingError, OSError, UnicodeDecodeError):
                    mapper = compile_map(in_languages(each, package), package, base)
                    if mapper and mapper.judged & package.of_any_text(each.table):
                        mapper.judge(wrong)


def incomplete(maps: list[TriplesMap], package: Package, paths: Iterable[str]) -> Iterator[MappingError]:
    """An error for each table with columns that are not mapped and whose fields have no `"unmapped": true`."""
    used: dict[str, set[str]] = {}
    for m in maps:
        terms = [m.subject, *m.graphs, *(t for s in m.statements for t in (*s.predicates, *s.objects, *s.graphs))]
        used.setdefault(m.table, set()).update(column for term in terms for column in term.columns)
    for path in paths:
        header = package.tables[path].header()
        unused = [c for c in header if c not in used.get(path, set()) and c not in package.unmapped(path)]
        if unused:
            yield MappingError(path, "", Sentence(_UNUSED, {"columns": ", ".join(unused)}))


@lru_cache(maxsize=65_536)
def _typed(column: str, text: str, datatype: str) -> str:
    try:
        return escape(literal_form(text, datatype))
    except TermError as error:
        raise _CellError(column, text, error) from None


def _iri(column: str, text: str, base: str) -> str:
    try:
        return iri(text, base)
    except TermError as error:
        raise _CellError(column, text, error) from None


def _judged(columns: str, iri: str) -> str:
    try:
        return judged(iri)
    except TermError as error:
        raise _CellError(columns, iri, error) from None


class _Source:
    """The source text of one function.

    A line is the concatenation of pieces: constant texts, and expressions over the cells `r` of a row. Foreign texts
    reach the function as named constants, never as code.
    """

    def __init__(self, triples_map: TriplesMap, package: Package, base: str) -> None:
        self.map, self.base = triples_map, base
        self.header = package.tables[triples_map.table].header()
        self._absent = package.absent_columns(triples_map.table)
        lists = package.lists(triples_map.table)
        self._lists = {column: lists[column] for column in self.header if column in lists}
        self.judged = set[str]()  # complete after `text`
        self._loops = frozenset[str]()  # the lists whose values are gone through
        self._names: dict[str, str] = {}

    def text(self) -> str:
        """Both functions."""
        self._require_single()
        statements = [(statement.graphs, self._statement(statement)) for statement in self.map.statements]
        in_all = self._typings() + [line for _, lines in statements for line in lines]
        body = [
            f"s = {self._joined('<', *self._iri(self.map.subject), '> ')}",
            *self._row(),
            *self._in_graphs(self.map.graphs, in_all),
            *(line for graphs, lines in statements for line in self._in_graphs(graphs, lines)),
        ]
        needed = dict.fromkeys((*self.map.subject.columns, *self.map.filled))
        guarded = self._where(needed, self._met(body))
        subject = self._where(needed, self._met([f"return {self._joined(*self._iri(self.map.subject))}"]))
        return "\n".join(
            [
                *("def convert(rows, emit):", "  for n, r in rows:", *("    " + line for line in guarded)),
                *("def subject(r):", *("  " + line for line in subject), "  return ''"),
            ]
        )

    def _error(self, sentence: str, **values: object) -> MappingError:
        return MappingError(self.map.file, self.map.name, Sentence(sentence, values))

    def _require_single(self) -> None:
        """Require that subjects, predicates and graphs are made of single values."""
        own = [self.map.subject, *self.map.graphs]
        own += [term for each in self.map.statements for term in (*each.predicates, *each.graphs)]
        if wrong := [column for term in own for column in term.columns if column in self._lists]:
            raise self._error(_SEVERAL, column=wrong[0])

    @property
    def constants(self) -> dict[str, str]:
        """The constants by name; complete after `text`."""
        return {name: text for text, name in self._names.items()}

    def _typings(self) -> list[str]:
        """The classes of the subject."""
        pieces = [(_Code("s"), f"<{RDF}type> <{self._good(class_)}> <", _Code("g")) for class_ in self.map.classes]
        return [f"emit({self._joined(*line)})" for line in pieces]

    def _row(self) -> list[str]:
        """The row that describes the subject, where its map gives it a class."""
        addresses = Addresses(self.base)
        row = f"<{DCT}source> <{addresses.table(PurePosixPath(self.map.table).name)}#row="
        end = f"> <{addresses.graph('tables')}> .\n"
        return [f"emit({self._joined(_Code('s'), row, _Code('str(n)'), end)})"] if self.map.classes else []

    def _statement(self, statement: PredicateObject) -> list[str]:
        """Its predicates × objects, in the graph that `g` ends a line with; of lists, an object for each value."""
        lines = []
        for predicate in statement.predicates:
            for obj in statement.objects:
                loops = [column for column in dict.fromkeys(obj.columns) if column in self._lists]
                heads = [f"for {self._item(column)} in {self._items(column)}:" for column in loops]
                self._loops = frozenset(loops)
                pieces = (_Code("s"), "<", *self._iri(predicate), "> ", *self._object(obj), " <", _Code("g"))
                emitting = [f"emit({self._joined(*pieces)})"]
                self._loops = frozenset()
                for head in reversed(heads):
                    emitting = [head, *("  " + line for line in emitting)]
                lines += self._guard(predicate, self._guard(obj, emitting))
        return lines

    def _item(self, column: str) -> str:
        """The variable of a value of a list."""
        return f"i{self.header.index(column)}"

    def _items(self, column: str) -> str:
        """The expression of the values of a list."""
        return f"items({self._cell(column)}, {self._constant(self._lists[column])})"

    def _in_graphs(self, graphs: tuple[TermMap, ...], lines: list[str]) -> list[str]:
        """The lines once for each graph, with `g` the end of a line in that graph."""
        end = "> .\n"
        return [
            line
            for graph in graphs
            for line in self._guard(graph, [f"g = {self._joined(*self._iri(graph), end)}", *lines])
        ]

    def _guard(self, term: TermMap, lines: list[str]) -> list[str]:
        """The lines, run only if no cell of the term is empty: an empty cell yields no term (R2RML §11)."""
        return self._where(term.columns, lines)

    def _met(self, lines: list[str]) -> list[str]:
        """The lines, run only for rows that meet the conditions of the map."""
        for condition in self.map.conditions:
            values = "".join(f"{self._constant(value)}, " for value in condition.values)
            operator = "in" if condition.is_one else "not in"
            lines = [f"if {self._cell(condition.column)} {operator} ({values}):", *("  " + line for line in lines)]
        return lines

    def _where(self, columns: Iterable[str], lines: list[str]) -> list[str]:
        """The lines, run only if no cell of some columns is empty."""
        cells = [self._cell(column) for column in columns]
        return [f"if {' and '.join(cells)}:", *("  " + line for line in lines)] if cells else lines

    def _iri(self, term: TermMap) -> list[str]:
        """The pieces of an IRI, without its angle brackets; constant texts are judged here, cells as they come.

        Raises:
            MappingError: no cell can make an IRI of the constant texts.
        """
        if term.kind is Kind.CONSTANT:
            return [self._good(term.parts[0])]
        if term.kind is Kind.REFERENCE:
            column = term.parts[0]
            self.judged.add(column)
            return [_Code(f"iri({self._constant(column)}, {self._cell(column)}, {self._constant(self.base)})")]
        pieces = self._pieces(term, "encode")
        whole = pieces if ":" in term.parts[0] else [self.base, *pieces]
        if _BEFORE_PATH.match(term.parts[0]):
            self.judged.update(term.columns)  # an encoded cell is good anywhere but in scheme, host and port
            return [_Code(f"judged({self._constant(' '.join(term.columns))}, {self._joined(*whole)})")]
        self._good(("" if ":" in term.parts[0] else self.base) + "0".join(term.parts[::2]))
        return whole

    def _good(self, iri: str) -> str:
        if wrong := fault(iri):
            raise self._error(_CELL, reason=Sentence(*wrong), value=repr(iri))
        return iri

    def _object(self, term: TermMap) -> list[str]:
        """The pieces of an object."""
        if not term.literal:
            return ["<", *self._iri(term), ">"]
        plain = bool(term.language) or term.datatype == XSD + "string"
        end = f'"@{term.language}' if term.language else '"' if plain else f'"^^<{term.datatype}>'
        if plain:
            return ['"', *self._pieces(term, "escape"), end]
        self.judged.update(term.columns)
        column = self._constant(" ".join(term.columns) or "constant")
        typed = f"typed({column}, {self._joined(*self._pieces(term, ''))}, {self._constant(term.datatype)})"
        return ['"', _Code(typed), end]

    def _pieces(self, term: TermMap, function: str) -> list[str]:
        """The texts and cells of a term, each cell through a function; texts are escaped where it escapes."""
        if term.kind is Kind.CONSTANT:
            return [escape(term.parts[0]) if function == "escape" else term.parts[0]]
        cells = [_Code(f"{function}({self._cell(column)})") for column in term.columns]
        if term.kind is Kind.REFERENCE:
            return list(cells)
        texts = [escape(text) if function == "escape" else text for text in term.parts[::2]]
        return [texts[0], *(piece for pair in zip(cells, texts[1:], strict=True) for piece in pair)]

    def _joined(self, *pieces: str) -> str:
        """The expression that puts pieces together; neighbouring texts become one constant."""
        joined = []
        for is_code, run in groupby(pieces, key=lambda piece: isinstance(piece, _Code)):
            run_pieces = list(run)
            joined += run_pieces if is_code else [self._constant("".join(run_pieces))] if any(run_pieces) else []
        return " + ".join(joined)

    def _cell(self, column: str) -> str:
        if column in self._absent:
            return "''"  # which is no cell, so that there is no term
        if column not in self.header:
            columns = ", ".join(self.header)
            raise self._error(_NO_COLUMN, table=self.map.table, column=repr(column), columns=columns)
        return self._item(column) if column in self._loops else f"r[{self.header.index(column)}]"

    def _constant(self, text: str) -> str:
        """The name of a constant that holds `text`."""
        return self._names.setdefault(text, f"c{len(self._names)}")


class _Code(str):
    """A piece that is an expression; a plain `str` is a text."""

    __slots__ = ()
