"""Compile triples maps into functions that write N-Quads text.

A triples map is turned once into the source of a Python function in which every constant part of a line is already
text; for each row only the cells are put in. Rows stream through; nothing is kept.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ..errors import MappingError
from ..sources import Package, Table
from ..vocab import DCT, RDF, XSD
from .document import Kind, PredicateObject, TermMap, TriplesMap
from .terms import CANONICAL, encode, escape, iri

Emit = Callable[[str], object]
Rows = Iterable[tuple[int, list[str]]]


class _CellError(ValueError):
    """A cell from which no term can be made."""

    def __init__(self, column: str, value: str, problem: str) -> None:
        super().__init__(problem)
        self.column, self.value = column, value


class CellError(MappingError):
    """A cell from which no term can be made, with its place."""

    def __init__(self, file: str, row: int, error: _CellError) -> None:
        super().__init__(f"{file}, row {row}, column {error.column}: {error} (it is {error.value!r})")
        self.file, self.row, self.column, self.value, self.problem = file, row, error.column, error.value, str(error)


@dataclass(frozen=True)
class Mapper:
    """A compiled triples map: call it with rows and it emits lines."""

    map: TriplesMap
    table: Table
    convert: Callable[[Rows, Emit], None]

    def lines(self, emit: Emit) -> int:
        """Emit the lines of all rows of the table; returns how many rows there were.

        Raises:
            CellError: a cell from which no term can be made.
        """
        number = 1
        count = 0

        def counted() -> Iterator[tuple[int, list[str]]]:
            nonlocal number, count
            for number, cells in self.table.rows():
                count += 1
                yield number, cells

        try:
            self.convert(counted(), emit)
        except _CellError as error:
            raise CellError(self.map.table, number, error) from None
        except csv.Error as error:
            raise MappingError(f"{self.map.table}, after row {number}: not a CSV row: {error}") from None
        return count

    def traced(self) -> Iterator[tuple[int, str]]:
        """Each line with the number of its row: slower than `lines`, for when something has to be found again."""
        for number, cells in self.table.rows():
            lines: list[str] = []
            self.convert([(number, cells)], lines.append)
            yield from ((number, line) for line in lines)


def compile_mapping(maps: Iterable[TriplesMap], package: Package, base: str) -> list[Mapper]:
    """Compile triples maps for the tables of a Data Package.

    A subject that its map gives a class is *described* by the row; the map then also states `dct:source`, the row as an
    RFC 7111 fragment of the table's IRI, in the graph of the tables.

    Raises:
        MappingError: a map names a table or a column that the package has not.
    """
    mappers = []
    for triples_map in maps:
        place = f"{triples_map.file}: {triples_map.name}"
        table = package.tables.get(triples_map.table)
        if table is None:
            known = ", ".join(sorted(package.tables))
            raise MappingError(f"{place}: the Data Package has no table {triples_map.table}; it has {known}")
        source = _Source(triples_map, table.header(), base, place)
        text = source.text()
        scope: dict[str, Any] = {"encode": encode, "escape": escape, "typed": _typed, "iri": _iri, **source.constants}
        exec(compile(text, f"<{place}>", "exec"), scope)  # noqa: S102 - our own text; cells never enter it
        mappers.append(Mapper(triples_map, table, scope["convert"]))
    return mappers


def _typed(column: str, text: str, datatype: str) -> str:
    try:
        return CANONICAL[datatype](text)
    except ValueError as error:
        raise _CellError(column, text, str(error)) from None


def _iri(column: str, text: str, base: str) -> str:
    try:
        return iri(text, base)
    except ValueError as error:
        raise _CellError(column, text, str(error)) from None


class _Source:
    """The source text of one function; texts that are not ours reach it as named constants, never as code."""

    def __init__(self, triples_map: TriplesMap, header: list[str], base: str, place: str) -> None:
        self.map, self.header, self.base, self.place = triples_map, header, base, place
        self._names: dict[str, str] = {}

    def text(self) -> str:
        """The whole function."""
        body = [
            f"s = '<' + {self._iri(self.map.subject)} + '> '",
            *self._typings(),
            *(line for statement in self.map.statements for line in self._statement(statement)),
        ]
        guarded = self._guard(self.map.subject, body)
        return "\n".join(
            ["def convert(rows, emit):", "  for n, r in rows:", *("    " + line for line in guarded)],
        )

    def _typings(self) -> list[str]:
        """The classes of the subject, and the row that describes it."""
        if not self.map.classes:
            return []
        lines = [f"emit(s + {self._constant(f'<{RDF}type> <{class_}> <')} + g)" for class_ in self.map.classes]
        fragment = f"{self.base}doc/table/{PurePosixPath(self.map.table).name}#row="
        row = self._constant(f"<{DCT}source> <{fragment}")
        graph = self._constant(f"> <{self.base}id/graph/tables> .\n")
        return [*self._in_graphs(self.map.graphs, lines), f"emit(s + {row} + str(n) + {graph})"]

    def _statement(self, statement: PredicateObject) -> list[str]:
        lines = []
        for predicate in statement.predicates:
            for obj in statement.objects:
                middle = f"s + '<' + {self._iri(predicate)} + '> ' + {self._object(obj)} + ' <' + g"
                guarded = self._guard(predicate, self._guard(obj, [f"emit({middle})"]))
                lines += self._in_graphs(self.map.graphs + statement.graphs, guarded)
        return lines

    def _in_graphs(self, graphs: tuple[TermMap, ...], lines: list[str]) -> list[str]:
        """The lines once for each graph, with `g` the end of a line in that graph."""
        end = self._constant("> .\n")
        return [line for graph in graphs for line in self._guard(graph, [f"g = {self._iri(graph)} + {end}", *lines])]

    def _guard(self, term: TermMap, lines: list[str]) -> list[str]:
        """The lines, run only where no cell of the term is empty: an empty cell makes no term (R2RML §11)."""
        if not term.columns:
            return lines
        return [f"if {' and '.join(map(self._cell, term.columns))}:", *("  " + line for line in lines)]

    def _iri(self, term: TermMap) -> str:
        if term.kind is Kind.CONSTANT:
            return self._constant(term.parts[0])
        if term.kind is Kind.REFERENCE:
            column = term.parts[0]
            return f"iri({self._constant(column)}, {self._cell(column)}, {self._constant(self.base)})"
        first = term.parts[0] if ":" in term.parts[0] else self.base + term.parts[0]
        texts = [first, *term.parts[2::2]]
        cells = [f"encode({self._cell(column)})" for column in term.columns]
        return self._joined(texts, cells)

    def _object(self, term: TermMap) -> str:
        if not term.literal:
            return f"'<' + {self._iri(term)} + '>'"
        if term.kind is Kind.CONSTANT:
            text = f"escape({self._typed(term, self._constant(term.parts[0]), 'constant')})"
        elif term.kind is Kind.REFERENCE:
            text = f"escape({self._typed(term, self._cell(term.parts[0]), term.parts[0])})"
        else:
            joined = self._joined(list(term.parts[0::2]), [self._cell(column) for column in term.columns])
            text = f"escape({self._typed(term, f'({joined})', ' '.join(term.columns))})"
        end = (
            f'"@{term.language}'
            if term.language
            else '"'
            if term.datatype == XSD + "string"
            else f'"^^<{term.datatype}>'
        )
        return f"'\"' + {text} + {self._constant(end)}"

    def _typed(self, term: TermMap, value: str, column: str) -> str:
        if term.language or term.datatype == XSD + "string":
            return value
        return f"typed({self._constant(column)}, {value}, {self._constant(term.datatype)})"

    def _joined(self, texts: list[str], cells: list[str]) -> str:
        pieces = [self._constant(texts[0])]
        for i, cell in enumerate(cells):
            pieces.append(cell)
            if i + 1 < len(texts) and texts[i + 1]:
                pieces.append(self._constant(texts[i + 1]))
        return " + ".join(pieces)

    def _cell(self, column: str) -> str:
        if column not in self.header:
            known = ", ".join(self.header)
            raise MappingError(f"{self.place}: {self.map.table} has no column {column!r}; it has {known}")
        return f"r[{self.header.index(column)}]"

    def _constant(self, text: str) -> str:
        """The name of a constant that holds `text`."""
        return self._names.setdefault(text, f"c{len(self._names)}")

    @property
    def constants(self) -> dict[str, str]:
        """The constants by name, once the text is made."""
        return {name: text for text, name in self._names.items()}
