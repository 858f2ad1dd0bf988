"""The external links that a release publishes, and what is known of them: kept in a file, told in the report."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urldefrag

import pyoxigraph as ox

from ..errors import AtmpgraphError
from ..http.outbound import NOT_PUBLIC
from ..release.layout import write_json
from ..vocab import RDF

UNASKED: Final = "unasked"
# The fragment of its IRI in `metrics.ttl`, for each way a question may end.
OUTCOMES: Final = ("missing", "failing", "unreachable", "closed", "moved", "answers", UNASKED)
_ANSWERING: Final = ("answers", "moved")
_NAMED: Final = 3  # things, of all that lead to one address


@dataclass(frozen=True)
class Link:
    """One address, and how asking it ended.

    Attributes:
        url: without fragment.
        things: the IRIs of ours that lead there.
        outcome: one of `OUTCOMES`.
        status: of the last answer; 0 for none.
        leads: where it redirects in the end, if it does.
        problem: why there was no answer, in English.
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
        """Whether something is there."""
        return self.outcome in _ANSWERING


@dataclass(frozen=True)
class Links:
    """What a check of links found; `checked` is when (xsd:dateTime), empty for never."""

    checked: str = ""
    links: tuple[Link, ...] = ()

    @property
    def offline(self) -> bool:
        """Whether no one at all answered: that tells of our own network, not of the links."""
        asked = [link for link in self.links if link.outcome != UNASKED]
        return bool(asked) and not any(link.status or link.problem == NOT_PUBLIC for link in asked)

    def counts(self) -> dict[str, int]:
        """How many links ended in which way, the worst first."""
        found = [link.outcome for link in self.links]
        return {outcome: found.count(outcome) for outcome in OUTCOMES if outcome in found}

    def of(self, outcome: str) -> list[Link]:
        """The links that ended in one way."""
        return [link for link in self.links if link.outcome == outcome]

    def as_json(self) -> dict[str, Any]:
        """The check as JSON; empty members are left out."""
        links = [{key: value for key, value in asdict(link).items() if value} for link in self.links]
        return {"checked": self.checked, "counts": self.counts(), "links": links}

    def lines(self) -> Iterator[str]:
        """The check for people: the links that do not answer, the first things that lead there, and the counts."""
        for link in self.links:
            if not link.answers:
                yield f"{link}: from {', '.join(link.things[:_NAMED])}"
        yield ", ".join(f"{count} {outcome}" for outcome, count in self.counts().items()) or "no external links"

    def write(self, path: Path) -> None:
        """Write the check, at once or not at all."""
        write_json(path, self.as_json())


def read_links(path: Path) -> Links:
    """A check as it was written; an empty one where there was none.

    Raises:
        AtmpgraphError: the file is damaged.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        links = (Link(**(link | {"things": tuple(link.get("things", ()))})) for link in found["links"])
        return Links(found["checked"], tuple(links))
    except FileNotFoundError:
        return Links()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AtmpgraphError(f"{path}: damaged; remove it and check the links again ({error!r})") from None


def external_addresses(lines: Iterable[bytes], base: str) -> dict[str, tuple[str, ...]]:
    """The external addresses that statements about our things lead to, with these things; classes are no links.

    Args:
        lines: N-Quads, in any order.
        base: of the publication.
    """
    start, found = f"<{base}id/".encode(), defaultdict(set)
    for line in lines:
        if not line.startswith(start) or b"> <http" not in line:
            continue
        [quad] = ox.parse(line, format=ox.RdfFormat.N_QUADS)
        if isinstance(quad.object, ox.NamedNode) and quad.predicate.value != RDF + "type":
            url = urldefrag(quad.object.value).url
            if url.startswith(("http://", "https://")) and not url.startswith(base):
                found[url].add(quad.subject.value)
    return {url: tuple(sorted(found[url])) for url in sorted(found)}


def links_to(found: Links, addresses: dict[str, tuple[str, ...]]) -> Links:
    """A check as it holds for the addresses published now: those that it did not ask are told as such."""
    known = {link.url: link for link in found.links}
    links = (replace(known.get(url, Link(url)), things=things) for url, things in addresses.items())
    return Links(found.checked, tuple(sorted(links, key=lambda link: (OUTCOMES.index(link.outcome), link.url))))
