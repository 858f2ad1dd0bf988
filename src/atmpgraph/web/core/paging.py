"""Pages of a long list: the number that a URL names, and the links to the pages beside it (RFC 8288, RFC 5005)."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

import pyoxigraph as ox
from flask import request

from ...http.links import Link
from ...http.problem import Problem, ProblemError
from ...i18n import message
from ...rdf.statements import about, integer
from ...vocab import HYDRA, RDF
from .i18n import note_arguments

NO_PAGE: Final = message("There is no such page.")
_DIGITS: Final = 9


@dataclass(frozen=True)
class Paging:
    """A page of a list.

    Attributes:
        number: of the page, from 1.
        size: entries on a page.
        total: entries of the list.
        name: of the parameter of the query.
    """

    number: int
    size: int
    total: int
    name: str = "page"

    @property
    def count(self) -> int:
        """How many pages there are, at least one."""
        return max(ceil(self.total / self.size), 1)

    @property
    def first(self) -> int:
        """The place of its first entry in the list, from 0."""
        return (self.number - 1) * self.size

    @property
    def last(self) -> int:
        """The place after its last entry."""
        return min(self.first + self.size, self.total)

    @property
    def part(self) -> tuple[int, int]:
        """Both."""
        return self.first, self.last

    @property
    def previous(self) -> int | None:
        """The number of the page before; None on the first."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The number of the page after; None on the last."""
        return self.number + 1 if self.number < self.count else None

    def view(self, document: str, graph: str | None = None, place: str = "") -> Iterator[ox.Quad]:
        """The page among the pages of a document, for harvesters (Hydra); nothing where there is one page.

        No `next` on the last and no `previous` on the first, so that harvesters terminate. Some know the
        earlier names only (`hydra:PagedCollection`).

        Args:
            document: whose pages they are.
            graph: that the statements stand in.
            place: the start of the URLs of the pages, if it is not the document.
        """
        if self.count == 1:
            return
        steps = {"first": 1, "previous": self.previous, "next": self.next, "last": self.count}
        links = [
            (HYDRA + name, self._url(place or document, step))
            for step_name, step in steps.items()
            if step
            for name in (step_name, f"{step_name}Page")
        ]
        view = self._url(place or document, self.number)
        stated = (
            (RDF + "type", HYDRA + "Collection"),
            (HYDRA + "totalItems", integer(self.total)),
            (HYDRA + "view", view),
        )
        yield from about(document, *stated, graph=graph)
        kinds = [(RDF + "type", HYDRA + kind) for kind in ("PartialCollectionView", "PagedCollection")]
        yield from about(view, *kinds, *links, graph=graph)

    def links(self, url: str) -> list[Link]:
        """Links to the pages beside this one (RFC 8288); `url` is that of all pages, without a query."""
        steps = {"first": 1, "prev": self.previous, "next": self.next, "last": self.count}
        return [Link(self._url(url, step), rel) for rel, step in steps.items() if step and self.count > 1]

    def as_json(self, url: str) -> dict[str, Any]:
        """The page among the pages, as JSON; `url` as above."""
        steps = {"previous": self.previous, "next": self.next}
        places = {step: self._url(url, number) for step, number in steps.items() if number}
        return {"number": self.number, "count": self.count, "total": self.total, **places}

    def _url(self, document: str, number: int) -> str:
        return f"{document}{'&' if '?' in document else '?'}{self.name}={number}"


def paged(total: int, size: int, name: str = "page") -> Paging:
    """The page of a list that the URL names; the first by default.

    Raises:
        ProblemError: 404 there is no such page.
    """
    text = request.args.get(name, "1")
    paging = Paging(int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 0, size, total, name)
    if not 1 <= paging.number <= paging.count:
        raise ProblemError(Problem(404, NO_PAGE))
    if paging.number > 1:
        note_arguments(**{name: str(paging.number)})
    return paging
