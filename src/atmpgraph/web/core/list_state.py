"""The state of a list that a URL names: which list, by what it is filtered and sorted; and the URLs beside it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote, urlencode

from flask import request
from werkzeug.datastructures import MultiDict

from ...http.problem import Choice, Problem, ProblemError
from ...i18n import message
from ...languages import best
from ...lists.declared import CLASS, RESERVED, THINGS
from ...lists.lookup import Filters, Heading, Listing, Lists, Selection, is_iri, open_lists
from .context import Context
from .i18n import note_arguments
from .labels import Name, page_names
from .paging import Paging, paged

ROWS: Final = 50  # of a page
_MOST_VALUES: Final = 50  # that one filters by at once
_FREQUENT: Final = 12  # that an error names
_LONGEST: Final = 80  # characters of the URL that an error repeats
NO_CLASS: Final = message("Nothing here has this class.")
_IGNORED: Final = ("utm_", "_")  # beginnings of parameters that others append to links


@dataclass(frozen=True)
class ListState:
    """A list, filtered and sorted.

    Attributes:
        file: of the lists of the release.
        listing: the list.
        filters: the words of the URL, by column.
        sort: the column; with a minus sign, the largest first.
        kind: the class of the things, of a list of a class; that word stands in the path.
        expanded: the facet that is shown with all its values.
        paging: the page for people.
    """

    file: Path
    listing: Listing
    filters: Filters
    sort: str
    paging: Paging
    kind: str = ""
    expanded: str = ""

    @contextmanager
    def rows(self) -> Iterator[tuple[Lists, Selection]]:
        """The lists, and the rows of this state, open for the time of the block."""
        with open_lists(self.file) as lists:
            yield lists, self.selection(lists)

    def selection(self, lists: Lists) -> Selection:
        """The rows of this state."""
        return lists.select(self.listing, self.all_filters, self.sort)

    @property
    def all_filters(self) -> Filters:
        """The filters, with the class of the path."""
        return {**self.filters, CLASS: (self.kind,)} if self.kind else self.filters

    @property
    def path(self) -> str:
        """Of its page, below the root."""
        return _path(self.listing.slug, self.kind)

    @property
    def parts(self) -> tuple[str, ...]:
        """What tells it from other states of the lists of the release."""
        return (self.path, self.query())

    def query(self, **others: str | None) -> str:
        """The query of its URL."""
        default = {"sort": self.sort} if self.sort != self.listing.sort else {}
        pairs = {**self.filters, **default, **{name: value for name, value in others.items() if value}}
        return urlencode(pairs, doseq=True)

    def with_value(self, column: str, token: str) -> Self:
        """The same with a filter more, or without it if it is there."""
        now = self.filters.get(column, ())
        tokens = tuple(each for each in now if each != token) if token in now else (*now, token)
        filters = {name: some for name, some in {**self.filters, column: tokens}.items() if some}
        return replace(self, filters=filters)

    def sorted_by(self, column: str) -> Self:
        """The same, sorted by a column: the other way round where it is already."""
        return replace(self, sort=f"-{column}" if self.sort == column else column)

    def without_filters(self) -> Self:
        """The whole list."""
        return replace(self, filters={})


def read_state(context: Context, slug: str, kind: str = "") -> ListState | None:
    """The state that the URL names; None where there is no such list, or no such class.

    Raises:
        ProblemError: 400 a parameter that the list does not have; 404 a value that there is not.
        DamagedError: the file of the lists is not whole.
    """
    path = context.release.folder.lists
    if path not in context.release.files:
        return None
    with open_lists(context.release.whole(path)) as lists:
        listing = lists.listings.get(slug)
        if listing is None:
            return None
        named = lists.values(slug, CLASS, [kind]) if kind else {}
        if kind and not named:
            return None
        kind = named.get(kind, "")
        reader = _Reader(context, lists, listing, kind)
        names = [column.name for column in reader.facets]
        given = request.args
        reader.refuse_unknown(given)
        filters = {
            column.name: reader.tokens(column, given.getlist(column.name))
            for column in reader.facets
            if any(given.getlist(column.name))
        }
        sort, expanded = reader.sort(given.get("sort", "")), given.get("all", "")
        if expanded and expanded not in names:
            raise reader.unknown_name(expanded)
        state = ListState(path, listing, filters, sort, Paging(1, ROWS, 0), kind, expanded)
        count = state.selection(lists).count
    state = replace(state, paging=Paging(1, ROWS, count) if context.fixed else paged(count, ROWS))
    noted: dict[str, str | list[str]] = {name: list(tokens) for name, tokens in filters.items()}
    if state.sort != listing.sort:
        noted["sort"] = state.sort
    if state.expanded:
        noted["all"] = state.expanded
    note_arguments(**noted)
    return state


def frequent_classes(context: Context) -> dict[str, str]:
    """The classes that a release has most things of, by their words in URLs."""
    path = context.release.folder.lists
    if path not in context.release.files:
        return {}
    with open_lists(context.release.whole(path)) as lists:
        return lists.frequent(THINGS, CLASS, _FREQUENT)


def no_class(context: Context) -> ProblemError:
    """404 nothing has a class; with those that a release has most things of."""
    frequent = frequent_classes(context)
    names = _names(context, frequent.values())
    choices = [_choice(context, names[iri], _path(THINGS, token)) for token, iri in frequent.items()]
    return ProblemError(Problem(404, NO_CLASS, {"available": list(frequent)}, choices=choices))


def path_of(state: ListState, root: str, suffix: str = "") -> str:
    """The path of a state on this server."""
    return f"{root}{quote(state.path, safe='/:')}{suffix}"


@dataclass(frozen=True)
class _Reader:
    """Reads the arguments of a list, whose class may stand in the path; what is wrong is told with what there is."""

    context: Context
    lists: Lists
    listing: Listing
    kind: str

    @property
    def facets(self) -> list[Heading]:
        """The columns that one can filter by."""
        return [column for column in self.listing.facets if not (self.kind and column.name == CLASS)]

    def refuse_unknown(self, given: "MultiDict[str, str]") -> None:
        """Refuse an argument that says nothing.

        Raises:
            ProblemError: 400 there is one.
        """
        names = {column.name for column in self.facets}
        for name in given:
            if name not in names and name not in RESERVED and not name.startswith(_IGNORED):
                raise self.unknown_name(name)

    def unknown_name(self, name: str) -> ProblemError:
        """400 there is no such filter; with those that there are, each shown with its values."""
        names = [column.name for column in self.facets]
        choices = [self._choice(self._label(column), all=column.name) for column in self.facets]
        values = {"name": _cut(name)}
        detail = "This list has no filter “{name}”."
        return ProblemError(Problem(400, detail, {"available": names}, values=values, choices=choices))

    def tokens(self, column: Heading, given: list[str]) -> tuple[str, ...]:
        """The values of a filter.

        Raises:
            ProblemError: 400 they are too many; 404 one is not there.
        """
        wanted = list(dict.fromkeys(filter(None, given)))
        if len(wanted) > _MOST_VALUES:
            detail = "A list is filtered by up to {most} values of “{name}”."
            values = {"most": _MOST_VALUES, "name": self._label(column).text}
            raise ProblemError(Problem(400, detail, values=values))
        there = self.lists.values(self.listing.slug, column.name, wanted)
        for token in wanted:
            if token not in there:
                raise self._unknown_value(column, token)
        return tuple(sorted({there[token] for token in wanted}))

    def _unknown_value(self, column: Heading, token: str) -> ProblemError:
        frequent = self.lists.frequent(self.listing.slug, column.name, _FREQUENT)
        names = _names(self.context, frequent.values())
        choices = [self._choice(names[value], **{column.name: word}) for word, value in frequent.items()]
        values = {"value": _cut(token), "name": self._label(column).text}
        detail = "Nothing here has the value “{value}” of “{name}”."
        return ProblemError(Problem(404, detail, {"available": list(frequent)}, values=values, choices=choices))

    def sort(self, given: str) -> str:
        """How the list is sorted.

        Raises:
            ProblemError: 400 it cannot be sorted so.
        """
        there = self.listing.sorts
        if given and given.removeprefix("-") not in there:
            detail = "This list cannot be sorted by “{name}”."
            columns = [column for column in self.listing.columns if column.sorts]
            choices = [self._choice(self._label(column), sort=column.name) for column in columns]
            values = {"name": _cut(given)}
            raise ProblemError(Problem(400, detail, {"available": there}, values=values, choices=choices))
        return given or self.listing.sort

    def _label(self, column: Heading) -> Name:
        return Name(best(column.label, self.context.languages))

    def _choice(self, name: Name, /, **arguments: str) -> Choice:
        """The list with other arguments."""
        return _choice(self.context, name, _path(self.listing.slug, self.kind), **arguments)


def _choice(context: Context, name: Name, path: str, /, **arguments: str) -> Choice:
    language = context.requested_language
    query = urlencode(arguments | ({"lang": language} if language else {}))
    return Choice(f"{context.root}{quote(path, safe='/:')}{f'?{query}' if query else ''}", name.text, name.language)


def _path(slug: str, kind: str) -> str:
    return f"{THINGS}/{kind}" if kind else slug


def _names(context: Context, values: Iterable[str]) -> Mapping[str, Name]:
    """The names of values; a text or a year is its own."""
    named = [value for value in values if is_iri(value)]
    return {value: Name(value) for value in values} | page_names(context, named)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
