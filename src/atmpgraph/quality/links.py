"""Ask the external links that a release publishes: each address once, politely, never two of one host at a time."""

import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urldefrag, urljoin, urlsplit

import pyoxigraph as ox

from ..errors import AtmpgraphError
from ..http.outbound import NOT_PUBLIC, Outbound, OutboundError
from ..vocab import RDF

FILE: Final = "links.json"
UNASKED: Final = "unasked"
# The fragment of its IRI in `metrics.ttl`, for each way a question may end.
OUTCOMES: Final = ("missing", "failing", "unreachable", "closed", "moved", "answers", UNASKED)
_ANSWERING: Final = ("answers", "moved")
_CLOSED: Final = {401, 402, 403, 406, 407, 429, 451}  # it is there, but not for a program, or not now
_MOVED: Final = {301, 308}


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

    def write(self, path: Path) -> None:
        """Write the check, at once or not at all."""
        new = path.with_name(f".{path.name}-{os.getpid()}")
        new.write_text(json.dumps(self.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        new.replace(path)


def read(path: Path) -> Links:
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


def published(lines: Iterable[bytes], base: str) -> dict[str, tuple[str, ...]]:
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


def current(found: Links, addresses: dict[str, tuple[str, ...]]) -> Links:
    """A check as it holds for the addresses published now: those that it did not ask are told as such."""
    known = {link.url: link for link in found.links}
    links = (replace(known.get(url, Link(url)), things=things) for url, things in addresses.items())
    return Links(found.checked, tuple(sorted(links, key=lambda link: (OUTCOMES.index(link.outcome), link.url))))


@dataclass(frozen=True)
class Asking:
    """How links are asked.

    Attributes:
        outbound: what makes a request, and to which addresses.
        agent: the `User-Agent`, with an address where people learn who asks (RFC 9110 §10.1.5).
        most: how many addresses are asked.
        hosts: how many hosts are asked at the same time.
        pause: seconds between two requests to one host.
        redirects: how many redirections are followed.
    """

    outbound: Outbound
    agent: str
    most: int
    hosts: int
    pause: float
    redirects: int
    say: Callable[[Link], object] = field(default=lambda _: None)

    def check(self, addresses: dict[str, tuple[str, ...]]) -> Links:
        """Ask the addresses; those over the limit stay unasked."""
        by_host: dict[str, list[str]] = defaultdict(list)
        for url in list(addresses)[: self.most]:
            by_host[urlsplit(url).netloc.lower()].append(url)
        with ThreadPoolExecutor(self.hosts) as pool:
            hosts = pool.map(lambda urls: list(self._in_turn(urls)), by_host.values())
            asked = [link for links in hosts for link in links]
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return current(Links(now, tuple(asked)), addresses)

    def _in_turn(self, urls: list[str]) -> Iterator[Link]:
        for number, url in enumerate(urls):
            if number:
                time.sleep(self.pause)
            link = self._ask(url)
            self.say(link)
            yield link

    def _ask(self, url: str) -> Link:
        """HEAD, and GET where that did not do: many servers answer only the latter as they should."""
        link = self._follow("HEAD", url)
        if not link.answers and link.status != 429 and link.problem != NOT_PUBLIC:
            time.sleep(self.pause)
            link = self._follow("GET", url)
        return link

    def _follow(self, method: str, url: str) -> Link:
        fields = {"User-Agent": self.agent, "Accept": "*/*", "Connection": "close"}
        place, permanent = url, True
        try:
            for _ in range(self.redirects + 1):
                status, location = self.outbound.status(method, _ascii(place), fields)
                if not location:
                    leads = place if place != url else ""
                    return Link(url, (), _outcome(status, bool(leads) and permanent), status, leads)
                permanent = permanent and status in _MOVED
                place = urldefrag(urljoin(place, location)).url
        except (OutboundError, ValueError) as error:  # a server may redirect to what is no address at all
            return Link(url, (), "unreachable", 0, place if place != url else "", str(error))
        return Link(url, (), "failing", status, place, f"it redirects more than {self.redirects} times")


def _outcome(status: int, moved: bool) -> str:
    if 200 <= status < 300:
        return "moved" if moved else "answers"
    if status in {404, 410}:
        return "missing"
    return "closed" if status in _CLOSED else "failing"


def _ascii(iri: str) -> str:
    """The URL of an IRI (RFC 3987 §3.1)."""
    parts = urlsplit(iri)
    try:
        host = parts.netloc.encode("idna").decode()
    except UnicodeError:
        host = parts.netloc
    path, query = (quote(part, safe="/%!$&'()*+,;=:@~?") for part in (parts.path, parts.query))
    return f"{parts.scheme}://{host}{path}{f'?{query}' if query else ''}"
