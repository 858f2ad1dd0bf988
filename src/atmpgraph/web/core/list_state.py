"""The state of a list that a URL names: which list, by what it is filtered and sorted; and the URLs beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote, urlencode

from flask import request
from werkzeug.datastructures import MultiDict

from ...http.problem import Problem, ProblemError
from ...lists.declared import CLASS, RESERVED, THINGS
from ...lists.lookup import Filters, Listing, Lists, Selection, open_lists
from .context import Context
from .i18n import note_arguments
from .paging import Paging, paged

ROWS: Final = 50  # of a page
_MOST_VALUES: Final = 50  # that one filters by at once
_FREQUENT: Final = 12  # that an error names
_LONGEST: Final = 80  # characters of the URL that an error repeats
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
        return f"{THINGS}/{self.kind}" if self.kind else self.listing.slug

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
        names = [column.name for column in listing.facets if not (kind and column.name == CLASS)]
        given = request.args
        _refuse_unknown(given, names)
        filters = {name: _tokens(lists, slug, name, given.getlist(name)) for name in names if any(given.getlist(name))}
        sort, expanded = _sort(listing, given.get("sort", "")), given.get("all", "")
        if expanded and expanded not in names:
            raise _unknown_name(expanded, names)
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


def frequent_classes(context: Context) -> list[str]:
    """The classes that a release has most things of."""
    path = context.release.folder.lists
    if path not in context.release.files:
        return []
    with open_lists(context.release.whole(path)) as lists:
        return lists.tokens(THINGS, CLASS, _FREQUENT)


def path_of(state: ListState, root: str, suffix: str = "") -> str:
    """The path of a state on this server."""
    return f"{root}{quote(state.path, safe='/:')}{suffix}"


def _refuse_unknown(given: "MultiDict[str, str]", names: list[str]) -> None:
    for name in given:
        if name not in names and name not in RESERVED and not name.startswith(_IGNORED):
            raise _unknown_name(name, names)


def _unknown_name(name: str, names: list[str]) -> ProblemError:
    detail = "This list has no filter “{name}”. Its filters: {names}."
    what = {"name": _cut(name), "names": ", ".join(names)}
    return ProblemError(Problem(400, detail, {"available": names}, values=what))


def _tokens(lists: Lists, slug: str, column: str, given: list[str]) -> tuple[str, ...]:
    """The values of a filter.

    Raises:
        ProblemError: 400 they are too many; 404 one is not there.
    """
    wanted = list(dict.fromkeys(filter(None, given)))
    if len(wanted) > _MOST_VALUES:
        detail = "A list is filtered by up to {most} values of “{name}”."
        raise ProblemError(Problem(400, detail, values={"most": _MOST_VALUES, "name": column}))
    there = lists.values(slug, column, wanted)
    for token in wanted:
        if token not in there:
            frequent = lists.tokens(slug, column, _FREQUENT)
            detail = "Nothing here has the value “{value}” of “{name}”. The most frequent values: {values}."
            what = {"value": _cut(token), "name": column, "values": ", ".join(frequent) or "–"}
            raise ProblemError(Problem(404, detail, {"available": frequent}, values=what))
    return tuple(sorted({there[token] for token in wanted}))


def _sort(listing: Listing, given: str) -> str:
    """How the list is sorted.

    Raises:
        ProblemError: 400 it cannot be sorted so.
    """
    if given and given.removeprefix("-") not in listing.sorts:
        detail = "This list cannot be sorted by “{name}”. It can by: {names}."
        what = {"name": _cut(given), "names": ", ".join(listing.sorts)}
        raise ProblemError(Problem(400, detail, {"available": listing.sorts}, values=what))
    return given or listing.sort


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
