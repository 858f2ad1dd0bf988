"""The page of a list: its rows, its filters with counts, and the URLs of all that one may choose."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Final

from flask import render_template

from ...formats import Format
from ...http.links import Link
from ...i18n import message, texts
from ...languages import best
from ...lists.declared import CLASS
from ...lists.lookup import Heading, Selection, Value, is_iri
from ..core.context import Context
from ..core.i18n import page_texts
from ..core.labels import Name
from ..core.list_state import ListState, path_of
from ..core.paging import Paging
from .list_words import Entry, Reader

_VALUES: Final = 8  # of a facet that are shown at first
_MOST_VALUES: Final = 200  # that are shown of it at all
_MOST_ENTRIES: Final = 4  # of a cell


@dataclass(frozen=True)
class Choice:
    """A value that one may filter by: its name, how many rows have it, and the URL that takes or leaves it."""

    name: Name
    count: int
    chosen: bool
    url: str


@dataclass(frozen=True)
class FacetView:
    """A facet: its first values, how many more there are, and the URL that shows them; or all of them (`whole`)."""

    name: str
    label: str
    choices: Sequence[Choice]
    more: int
    more_url: str
    whole: bool


@dataclass(frozen=True)
class Head:
    """The head of a column: the URL that sorts by it, if it can be, and how it is sorted now (aria-sort)."""

    label: str
    url: str
    direction: str


@dataclass(frozen=True)
class CellView:
    """The first entries of a cell, and how many more it has."""

    label: str
    entries: Sequence[Entry]
    more: int


@dataclass(frozen=True)
class ListPage:
    """What the template shows.

    Attributes:
        title, description: of the list.
        paging: the page.
        heads: of the columns.
        rows: the thing and its cells.
        facets: the filters.
        chosen: the filters that count now: label of the facet and choice.
        whole_url: of the list without filters.
        downloads: format, URL.
        total: how many there are without filters.
    """

    title: str
    description: str
    paging: Paging
    heads: Sequence[Head]
    rows: Sequence[tuple[str, Sequence[CellView]]]
    facets: Sequence[FacetView]
    chosen: Sequence[tuple[str, Choice]]
    whole_url: str
    downloads: Sequence[tuple[Format, str]]
    total: int


def list_page(context: Context, state: ListState, formats: Sequence[Format]) -> str:
    """The page for people."""
    with state.rows() as (lists, selection):
        reader = Reader(lists, context.languages, page_texts(), context.base)
        view = _Viewer(context, state, reader, selection).page(formats)
    links = [
        Link(path_of(state, context.base), "canonical"),
        *(Link(url, "alternate", {"type": fmt.media_type}) for fmt, url in view.downloads),
    ]
    return render_template("list.html", page=view, links=links)


def list_title(context: Context, state: ListState, reader: Reader) -> str:
    """The title of a list; that of a class has its name, which is that of one thing."""
    if state.kind:
        values = state.selection(reader.lists).facet(CLASS, 1)[0]
        name = reader.names([values[0].value])[values[0].value].text
        return texts(context.language).gettext(message("Things of the class “{name}”"), name=name)
    return best(state.listing.title, context.languages)


class _Viewer:
    def __init__(self, context: Context, state: ListState, reader: Reader, selection: Selection) -> None:
        self._context, self._state, self._reader, self._selection = context, state, reader, selection
        self._lang = context.requested_language
        empty = reader.lists.without_values(state.listing.slug)
        self._is_shown = [
            each.shown and (bool(each.absent) or each.name not in empty) for each in state.listing.columns
        ]
        self._path = path_of(state, context.root)

    def page(self, formats: Sequence[Format]) -> ListPage:
        state, listing, paging = self._state, self._state.listing, self._state.paging
        facets = [facet for each in self._facets() if (facet := self._facet(each)).choices]
        numbers = self._selection.numbers(self._context.language)[paging.first : paging.last]
        return ListPage(
            title=list_title(self._context, state, self._reader),
            description="" if state.kind else best(listing.description, self._context.languages),
            paging=paging,
            heads=[self._head(column) for column in compress(listing.columns, self._is_shown)],
            rows=[*self._rows(numbers)],
            facets=facets,
            chosen=[(each.label, choice) for each in facets for choice in each.choices if choice.chosen],
            whole_url=self._url(state.without_filters()),
            downloads=[(fmt, self._url(state, f".{fmt.suffix}")) for fmt in formats],
            total=listing.size,
        )

    def _facets(self) -> list[Heading]:
        return [each for each in self._state.listing.facets if not (self._state.kind and each.name == CLASS)]

    def _url(self, state: ListState, suffix: str = "", **others: str | None) -> str:
        query = state.query(lang=self._lang, **others)
        return f"{self._path}{suffix}{f'?{query}' if query else ''}"

    def _facet(self, column: Heading) -> FacetView:
        expanded = self._state.expanded == column.name
        values, total = self._selection.facet(column.name, _MOST_VALUES if expanded else _VALUES)
        names = self._names(values)
        if column.facet == "year":
            values.sort(key=lambda each: each.token, reverse=True)
        choices = [
            Choice(
                names[each.value], each.count, each.chosen, self._url(self._state.with_value(column.name, each.token))
            )
            for each in values
        ]
        return FacetView(
            column.name,
            best(column.label, self._context.languages),
            choices,
            total - len(choices),
            "" if expanded else f"{self._url(self._state, all=column.name)}#{column.name}",
            expanded,
        )

    def _names(self, values: Sequence[Value]) -> dict[str, Name]:
        """Names of values; a text or a year is its own."""
        iris = [each.value for each in values if is_iri(each.value)]
        return {each.value: Name(each.value) for each in values} | self._reader.names(iris)

    def _head(self, column: Heading) -> Head:
        label = best(column.label, self._context.languages)
        if not column.sorts:
            return Head(label, "", "")
        directions = {column.name: "ascending", f"-{column.name}": "descending"}
        return Head(label, self._url(self._state.sorted_by(column.name)), directions.get(self._state.sort, "none"))

    def _rows(self, numbers: Sequence[int]) -> list[tuple[str, list[CellView]]]:
        columns = self._state.listing.columns
        rows = list(self._selection.rows(numbers))
        read = self._reader.read(rows, [column.details for column in columns])
        labels = [best(column.label, self._context.languages) for column in columns]
        return [
            (
                thing,
                [
                    CellView(
                        label, entries[:_MOST_ENTRIES] or self._absent(column), max(len(entries) - _MOST_ENTRIES, 0)
                    )
                    for column, label, entries in compress(zip(columns, labels, cells, strict=True), self._is_shown)
                ],
            )
            for thing, cells in read
        ]

    def _absent(self, column: Heading) -> list[Entry]:
        """What is said of a thing that has no value."""
        return [Entry(best(column.absent, self._context.languages))] if column.absent else []
