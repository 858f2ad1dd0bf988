"""What an engine gets of a query: a text that is SPARQL 1.1, in the words that engines read right, and its dataset.

Queries of programs and of pages differ in the things that they name. So what is read of a query holds for all that
have its other words, and only these IRIs are put into their places.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

import pyoxigraph as ox

from ..errors import EvaluationError, QueryError, UnknownGraphError
from ..sparql.syntax.constants import with_constants
from ..sparql.syntax.dataset_clause import graph_clauses, named_dataset, with_base, without_dataset
from ..sparql.syntax.engine_text import for_engine
from ..sparql.syntax.function_calls import check_functions
from ..sparql.syntax.query_form import form, prologue_end
from ..sparql.syntax.tokenizer import mentions, without_comments, words
from ..sparql.syntax.validate import check_syntax, may_call_services
from .embedded import each_graph_by_itself
from .slot_graphs import NO_GRAPH
from .written import Sent, quoted

Graphs: TypeAlias = Iterable[str] | None

_EMPTY: Final = ox.Store()
# IRIs without a sign that could begin or end something else, however the text around them is read.
_IRI: Final = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]*+:[A-Za-z0-9:/._~%@+=#-]++)>")
_PLACES: Final = "urn:x-atmpgraph:place:"
_PLACE: Final = re.compile(rf"<{_PLACES}([0-9]++)>")
_LONGEST: Final = 10_000  # characters of a text whose other words are remembered
_REMEMBERED: Final = 256  # such texts
_MOST_BYTES: Final = 1 << 15  # of what the engine gets of one
_LONG_IRI: Final = 500  # characters; a query with a longer IRI is read by itself


class Parsed(NamedTuple):
    """A query on a dataset.

    Attributes:
        text: in words that engines read right.
        form: of it.
        default, named: its graphs; the default graph is the merge of the first ones.
    """

    text: str
    form: str
    default: list[str]
    named: list[str]


@dataclass(frozen=True)
class _Shape:
    """What an engine gets of all queries with the same other words.

    Attributes:
        form: of them.
        pieces: of the text, quoted as in a form.
        numbers: of the IRIs between the pieces, in the order in which a query names them.
        dataset: parameters that name the graphs.
    """

    form: str
    pieces: tuple[bytes, ...]
    numbers: tuple[int, ...]
    dataset: tuple[tuple[str, str], ...]

    def sent(self, iris: Sequence[str]) -> Sent:
        """What the engine gets of the query with these IRIs."""
        body = bytearray(self.pieces[0])
        for number, piece in zip(self.numbers, self.pieces[1:], strict=True):
            body += _quoted_iri(iris[number])
            body += piece
        return Sent(self.form, bytes(body), self.dataset)


class QueryTexts:
    """The queries of a release in a slot."""

    def __init__(self, base: str, graphs: Sequence[str], union: str, functions: tuple[str, ...]) -> None:
        """Read queries.

        Args:
            base: of their relative IRIs.
            graphs: the named graphs of the release.
            union: the graph with their merge.
            functions: that queries may call besides those of SPARQL 1.1.
        """
        self._base, self._union, self._functions = base, union, functions
        self._graphs, self._every = list(graphs), frozenset(graphs)
        self._shape = lru_cache(_REMEMBERED)(self._read)
        self._parameters = lru_cache(16)(parameters)  # a release may have thousands of graphs

    def parsed(self, text: str, default_graphs: Graphs = None, named_graphs: Graphs = None) -> Parsed:
        """A query with its dataset.

        Raises:
            QueryError: it is not SPARQL 1.1, or names a graph that the release does not have.
        """
        text = for_engine(text)
        self.check(text)
        return Parsed(text, form(text) or "SELECT", *self._dataset(text, default_graphs, named_graphs))

    def check(self, text: str) -> None:
        """Pass a query that is SPARQL 1.1, calls no service, and no function but those of SPARQL 1.1 and the settings.

        Raises:
            QueryError: it is another one.
        """
        if may_call_services(text):
            check_syntax(text, self._base)
        try:
            _EMPTY.query(text, base_iri=self._base, custom_functions=_permitted(self._functions))
        except (SyntaxError, ValueError) as error:
            raise QueryError(str(error)) from None
        except (RuntimeError, OSError) as error:
            raise EvaluationError(str(error)) from None
        check_functions(text, self._base, self._functions)

    def _dataset(self, text: str, default_graphs: Graphs, named_graphs: Graphs) -> tuple[list[str], list[str]]:
        """The default graphs and the named graphs of a query.

        Raises:
            UnknownGraphError: one of them is none of the release.
        """
        try:
            default, named = named_dataset(text, self._base)
            clauses = graph_clauses(text, self._base)
        except SyntaxError as error:
            raise QueryError(str(error)) from None
        if default_graphs is not None or named_graphs is not None:
            default, named = list(default_graphs or ()), list(named_graphs or ())
        for graph in (*default, *named, *clauses):
            if graph not in self._every:
                raise UnknownGraphError(graph)
        if not default and not named:
            return [self._union], self._graphs
        is_whole = self._every == set(default)
        return [self._union] if is_whole else list(dict.fromkeys(default)), list(dict.fromkeys(named))

    def rewritten(self, query: Parsed) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The text that the engine gets of a query with one default graph, and the parameters beside it.

        Raises:
            QueryError: it would be too long.
        """
        named = tuple(query.named) if _names_graphs(query.text) else ()
        dataset = self._parameters(tuple(query.default), named)
        text = each_graph_by_itself(without_dataset(query.text), self._base, lambda: query.named)
        return with_constants(text), dataset

    def sent(self, text: str, of: str, dataset: Sequence[tuple[str, str]]) -> Sent:
        """What the engine gets of a text of a form."""
        return Sent(of, quoted(with_base(text, self._base)), tuple(dataset))

    def of_shape(self, text: str) -> Sent | None:
        """What the engine gets of a query on its own dataset, if all with its other words are alike.

        None where they are not: it is wrong, is DESCRIBE, names a graph by an IRI, or has several default graphs.
        """
        if len(text) > _LONGEST or _PLACES in text:
            return None
        text = without_comments(text)
        end = prologue_end(text)
        pieces = _IRI.split(text[end:])
        iris = pieces[1::2]
        shape = self._shape((text[:end], *pieces[::2]))
        return shape.sent(iris) if shape and all(len(each) < _LONG_IRI and _is_iri(each) for each in iris) else None

    def _read(self, words_between: tuple[str, ...]) -> _Shape | None:
        prologue, first, *others = words_between
        text = prologue + first + "".join(f"<{_PLACES}{number}>{piece}" for number, piece in enumerate(others))
        try:
            query = self.parsed(text)
            if query.form == "DESCRIBE" or len(query.default) > 1:
                return None
            rewritten, dataset = self.rewritten(query)
        except QueryError:
            return None
        parts = _PLACE.split(with_base(rewritten, self._base))
        pieces = tuple(map(quoted, parts[::2]))
        if sum(map(len, pieces)) > _MOST_BYTES:
            return None
        return _Shape(query.form, pieces, tuple(map(int, parts[1::2])), dataset)


@lru_cache(1_024)
def _is_iri(text: str) -> bool:
    """Whether a text is an IRI."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


@lru_cache(1_024)
def _quoted_iri(iri: str) -> bytes:
    return quoted(f"<{iri}>")


def parameters(default: Sequence[str], named: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The dataset of a query. Neither list is empty: some engines take no graph at all for all of theirs."""
    return (
        *(("default-graph-uri", graph) for graph in default or (NO_GRAPH,)),
        *(("named-graph-uri", graph) for graph in named or (NO_GRAPH,)),
    )


def _names_graphs(text: str) -> bool:
    """Whether a query may have a GRAPH clause; the letters of a keyword may be escaped (SPARQL 1.1 §19.2).

    Only then are the named graphs sent: a release may have thousands, and an engine reads each.
    """
    return "\\" in text or (mentions(text, "GRAPH") and any(word.is_word("GRAPH") for word in words(text)))


@lru_cache(16)
def _permitted(functions: tuple[str, ...]) -> dict[ox.NamedNode, Any]:
    """The functions of an engine, as far as it must be known that there are some."""
    return {ox.NamedNode(iri): lambda *_: None for iri in functions}
