"""Memento (RFC 7089): the requested date, and the links between earlier states of a resource and their list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from werkzeug.http import http_date, parse_date

from .links import Link

LINK_FORMAT = "application/link-format"  # RFC 6690, as RFC 7089 §5 has it


@dataclass(frozen=True)
class Memento:
    """A state of a resource: its date, and the URL that always gives it."""

    when: datetime
    url: str

    @property
    def date(self) -> str:
        """The date as in the header fields (§2.1)."""
        return http_date(self.when)

    def link(self, relations: str) -> Link:
        """A link to it."""
        return Link(self.url, relations, {"datetime": self.date})


@dataclass(frozen=True)
class Resource:
    """The original resource, which is its own TimeGate (§4.1), and the URL of its TimeMap."""

    url: str
    timemap: str

    def links(self) -> list[Link]:
        """The links of the current state (§4.1.1)."""
        return [Link(self.url, "original timegate"), Link(self.timemap, "timemap", {"type": LINK_FORMAT})]


def accept_datetime(field: str) -> datetime | None:
    """The requested date; None for any form but the one of the grammar, in GMT (§2.1.1)."""
    date = parse_date(field)
    return date.astimezone(UTC) if date and http_date(date) == field.strip() else None


def memento_links(resource: Resource, mementos: Sequence[Memento], shown: int) -> list[Link]:
    """The links of one memento (§2.2, §4.1.2): to the original resource, and to its neighbours, each once."""
    relations: dict[int, list[str]] = {}
    last = len(mementos) - 1
    for at, name in ((0, "first"), (last, "last"), (shown - 1, "prev"), (shown + 1, "next"), (shown, "")):
        if 0 <= at <= last:
            relations.setdefault(at, []).append(name)
    neighbours = [mementos[at].link(" ".join(filter(None, [*names, "memento"]))) for at, names in relations.items()]
    return [*resource.links(), *neighbours]


def timemap(resource: Resource, mementos: Sequence[Memento]) -> str:
    """The list of all mementos as links (§5)."""
    ends = {"from": mementos[0].date, "until": mementos[-1].date}
    itself = Link(resource.timemap, "self", {"type": LINK_FORMAT} | ends)
    links = [resource.links()[0], itself, *_listed(mementos)]
    return ",\n".join(map(str, links)) + "\n"


def _listed(mementos: Sequence[Memento]) -> list[Link]:
    names = {len(mementos) - 1: "last ", 0: "first " if len(mementos) > 1 else "first last "}
    return [memento.link(f"{names.get(at, '')}memento") for at, memento in enumerate(mementos)]


def timemap_json(resource: Resource, mementos: Sequence[Memento]) -> dict[str, Any]:
    """The same list as JSON, with the member names of Memento aggregators."""
    listed = [{"datetime": m.when.strftime("%Y-%m-%dT%H:%M:%SZ"), "uri": m.url} for m in mementos]
    return {
        "original_uri": resource.url,
        "timegate_uri": resource.url,
        "timemap_uri": {"link_format": resource.timemap, "json_format": resource.timemap},
        "mementos": {"first": listed[0], "last": listed[-1], "list": listed},
    }
