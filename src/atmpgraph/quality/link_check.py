"""Ask the external links that a release publishes: each address once, politely, never two of one host at a time.

`robots.txt` is not read: it is for crawlers (RFC 9309 §1), which go from link to link; nothing is read here, and only
what the data themselves cite is asked for.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import quote, urldefrag, urljoin, urlsplit

from .. import __version__
from ..errors import AtmpgraphError
from ..http.outbound import NOT_PUBLIC, Address, Outbound, OutboundError, is_public
from ..release.layout import ReleasesFolder
from ..settings import Settings
from .links import Link, Links, external_addresses, links_to

Say: TypeAlias = Callable[[Link], object]
_CLOSED: Final = {401, 402, 403, 406, 407, 429, 451}  # it is there, but not for a program, or not now
_MOVED: Final = {301, 308}


def check_links(
    canonical: Path,
    settings: Settings,
    say: Say = lambda _: None,
    permitted: Callable[[Address], bool] = is_public,
) -> Links:
    """Ask the links of a release as the settings say, and keep what they answered beside the releases.

    Args:
        canonical: the file of the release.
        settings: of the publication.
        say: told of each link that was asked, from several threads.
        permitted: which addresses may be connected to.

    Raises:
        AtmpgraphError: nobody answered at all; nothing is written.
    """
    with canonical.open("rb") as lines:
        addresses = external_addresses(lines, settings.base)
    asking = LinkChecker(
        Outbound(settings.link_seconds, 0, permitted),
        f"atmpgraph/{__version__} (+{settings.base}quality)",
        settings.max_links_checked,
        settings.link_hosts,
        settings.link_pause,
        settings.link_redirects,
        say,
    )
    found = asking.check(addresses)
    if found.offline:
        raise AtmpgraphError("no address answered at all; is there a network here? Nothing is written")
    found.write(ReleasesFolder(settings.path(settings.releases)).links)
    return found


@dataclass(frozen=True)
class LinkChecker:
    """How links are asked.

    Attributes:
        outbound: what makes a request, and to which addresses.
        agent: the `User-Agent`, with an address where people learn who asks (RFC 9110 §10.1.5).
        most: how many addresses are asked.
        hosts: how many hosts are asked at the same time.
        pause: seconds between two requests to one host.
        redirects: how many redirections are followed.
        say: told of each link that was asked, from several threads.
    """

    outbound: Outbound
    agent: str
    most: int
    hosts: int
    pause: float
    redirects: int
    say: Say = field(default=lambda _: None)

    def check(self, addresses: dict[str, tuple[str, ...]]) -> Links:
        """Ask the addresses; those over the limit stay unasked."""
        by_host: dict[str, list[str]] = defaultdict(list)
        for url in list(addresses)[: self.most]:
            by_host[urlsplit(url).netloc.lower()].append(url)
        with ThreadPoolExecutor(self.hosts) as pool:
            hosts = pool.map(lambda urls: list(self._in_turn(urls)), by_host.values())
            asked = [link for links in hosts for link in links]
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return links_to(Links(now, tuple(asked)), addresses)

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
