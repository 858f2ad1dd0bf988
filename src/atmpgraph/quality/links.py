"""The external links of a release and the results of checking them, which stand in a file and in the report."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urldefrag

from ..addresses import Addresses
from ..errors import DamagedError
from ..http.outbound import NOT_PUBLIC
from ..release.sealed import read_sealed, write_sealed
from ..vocab import RDF

_TYPE: Final = f"<{RDF}type>".encode()
UNASKED: Final = "unasked"
# The possible outcomes of a check; each is the fragment of an IRI in `metrics.ttl`.
OUTCOMES: Final = ("missing", "failing", "unreachable", "closed", "moved", "answers", UNASKED)
ANSWERING: Final = ("answers", "moved")
MOST_THINGS: Final = 100  # things that link to one address, of those a page or its data list
_NAMED: Final = 3  # things in the report, of all that link to one address


@dataclass(frozen=True)
class ExternalLink:
    """One address and the outcome of checking it.

    Attributes:
        url: without fragment.
        things: the IRIs of ours that link to it.
        outcome: one of `OUTCOMES`.
        status: of the last response; 0 for none.
        leads: the final target of its redirections, if there are any.
        problem: why there was no response, in English.
    """

    url: str
    things: tuple[str, ...] = ()
    outcome: str = UNASKED
    status: int = 0
    leads: str = ""
    problem: str = ""

    def __str__(self) -> str:
        return f"{self.outcome}: {self.url}: {self.problem or self.status}"

    @property
    def answers(self) -> bool:
        """Whether the address answers."""
        return self.outcome in ANSWERING

    def as_json(self) -> dict[str, Any]:
        """The link as JSON; empty members are left out."""
        return {key: value for key, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """The link in a line of JSON."""
        link = json.loads(text)
        return cls(**(link | {"things": tuple(link.get("things", ()))}))


@dataclass(frozen=True)
class CheckedLinks:
    """The results of a check, which may be many.

    Attributes:
        checked: when (xsd:dateTime); empty for never.
        counts: the number of links by outcome, the worst first.
        links: all of them, the worst first.
    """

    checked: str
    counts: Mapping[str, int]
    links: Sequence[ExternalLink]

    def shown(self, first: int, last: int) -> list[ExternalLink]:
        """Neighbouring links, each with the first things that link to it."""
        return [replace(link, things=link.things[:MOST_THINGS]) for link in self.links[first:last]]

    def as_json(self, first: int, last: int) -> dict[str, Any]:
        """The check as JSON, with some of its links."""
        links = [link.as_json() for link in self.shown(first, last)]
        return {"checked": self.checked, "counts": dict(self.counts), "links": links}


@dataclass(frozen=True)
class LinkCheck:
    """The results of a check of links at `checked` (xsd:dateTime; empty for never)."""

    checked: str = ""
    links: tuple[ExternalLink, ...] = ()

    @property
    def offline(self) -> bool:
        """Whether nothing answered at all, which is a failure of our own network, not of the links."""
        checked = [link for link in self.links if link.outcome != UNASKED]
        return bool(checked) and not any(link.status or link.problem == NOT_PUBLIC for link in checked)

    def counts(self) -> dict[str, int]:
        """The number of links by outcome, the worst first."""
        outcomes = [link.outcome for link in self.links]
        return {outcome: outcomes.count(outcome) for outcome in OUTCOMES if outcome in outcomes}

    def of(self, outcome: str) -> list[ExternalLink]:
        """The links with one outcome."""
        return [link for link in self.links if link.outcome == outcome]

    def as_json(self) -> dict[str, Any]:
        """The check as JSON; empty members are left out."""
        return {"checked": self.checked, "counts": self.counts(), "links": [link.as_json() for link in self.links]}

    def lines(self) -> Iterator[str]:
        """The check for people: the links that do not answer, the first things that link to each, and the counts."""
        for link in self.links:
            if not link.answers:
                yield f"{link}: from {', '.join(link.things[:_NAMED])}"
        yield ", ".join(f"{count} {outcome}" for outcome, count in self.counts().items()) or "no external links"

    def write(self, path: Path) -> None:
        """Write the check, at once or not at all."""
        write_sealed(path, self.as_json())


def read_links(path: Path, *, must: bool = False) -> LinkCheck:
    """The check in a file; an empty one where there is none.

    Args:
        path: of the file.
        must: whether it must be there, with a seal.

    Raises:
        DamagedError: the file is not what was written.
        FileNotFoundError: there is none, and there must be.
    """
    try:
        check = read_sealed(path, must=must)
        links = (ExternalLink(**(link | {"things": tuple(link.get("things", ()))})) for link in check["links"])
        return LinkCheck(check["checked"], tuple(links))
    except FileNotFoundError:
        if must:
            raise
        return LinkCheck()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DamagedError(path, repr(error)) from None


def external_addresses(lines: Iterable[bytes], base: str, *former: str) -> dict[str, tuple[str, ...]]:
    """The external addresses in statements about our things, each with these things; classes are no links.

    Args:
        lines: canonical N-Quads, in any order.
        base: of the publication.
        former: bases that it had before.
    """
    start, things = f"<{Addresses(base).things}".encode(), defaultdict(set)
    inner = tuple(f"<{start}".encode() for start in (*Addresses(base).own, *former))
    for line in lines:
        if not line.startswith(start) or b"> <http" not in line:
            continue
        subject, predicate, rest = line.split(b" ", 2)
        if rest.startswith(b"<http") and not rest.startswith(inner) and predicate != _TYPE:
            url = urldefrag(rest[1 : rest.index(b">")].decode()).url
            if url.startswith(("http://", "https://")):
                things[url].add(subject[1:-1].decode())
    return {url: tuple(sorted(things[url])) for url in sorted(things)}


def links_to(check: LinkCheck, addresses: Mapping[str, tuple[str, ...]]) -> LinkCheck:
    """A check applied to the addresses that are published now; those that it does not cover are unasked."""
    checked = {link.url: link for link in check.links}
    links = (replace(checked.get(url, ExternalLink(url)), things=things) for url, things in addresses.items())
    return LinkCheck(check.checked, tuple(sorted(links, key=lambda link: (OUTCOMES.index(link.outcome), link.url))))
