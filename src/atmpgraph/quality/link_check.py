"""Check the external links of a release: each address once, politely, never two of one host at a time.

`robots.txt` is not read: it addresses crawlers (RFC 9309 §1), which follow links. The check requests only addresses
that the data themselves cite, and reads no content.
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
from ..addresses import Addresses
from ..errors import AtmpgraphError
from ..http.outbound import NOT_PUBLIC, Address, Outbound, OutboundError, is_public
from ..rdf.statements import timestamp
from ..release.layout import ReleasesFolder
from ..settings import Settings
from .links import ExternalLink, LinkCheck, external_addresses, links_to

Say: TypeAlias = Callable[[ExternalLink], object]
_CLOSED: Final = {401, 402, 403, 406, 407, 429, 451}  # it exists, but not for a program, or not now
_MOVED: Final = {301, 308}


def check_links(
    canonical: Path,
    settings: Settings,
    say: Say = lambda _: None,
    permitted: Callable[[Address], bool] = is_public,
) -> LinkCheck:
    """Check the links of a release within the limits of the settings, and write the results beside the releases.

    Args:
        canonical: the file of the release.
        settings: of the publication.
        say: called with each checked link, from several threads.
        permitted: whether an address may be connected to.

    Raises:
        AtmpgraphError: no address answered at all; nothing is written.
    """
    with canonical.open("rb") as lines:
        addresses = external_addresses(lines, settings.base)
    checker = LinkChecker(
        Outbound(settings.links.timeout_seconds, 0, permitted),
        f"atmpgraph/{__version__} (+{Addresses(settings.base).page('quality')})",
        settings.links.max_checked,
        settings.links.parallel_hosts,
        settings.links.pause_seconds,
        settings.links.max_redirects,
        say,
    )
    links = checker.check(addresses)
    if links.offline:
        raise AtmpgraphError("no address answered; check the network connection. Nothing was written")
    links.write(ReleasesFolder(settings.path(settings.folders.releases)).links)
    return links


@dataclass(frozen=True)
class LinkChecker:
    """Checks links within limits.

    Attributes:
        outbound: makes the requests, and limits their addresses.
        agent: the `User-Agent`, with an address that explains the requests (RFC 9110 §10.1.5).
        most: how many addresses are checked.
        hosts: how many hosts are requested at the same time.
        pause: seconds between two requests to one host.
        redirects: how many redirections are followed.
        say: called with each checked link, from several threads.
    """

    outbound: Outbound
    agent: str
    most: int
    hosts: int
    pause: float
    redirects: int
    say: Say = field(default=lambda _: None)

    def check(self, addresses: dict[str, tuple[str, ...]]) -> LinkCheck:
        """Check the addresses; those over the limit stay unasked."""
        by_host: dict[str, list[str]] = defaultdict(list)
        for url in list(addresses)[: self.most]:
            by_host[urlsplit(url).netloc.lower()].append(url)
        with ThreadPoolExecutor(self.hosts) as pool:
            hosts = pool.map(lambda urls: list(self._in_turn(urls)), by_host.values())
            checked = tuple(link for links in hosts for link in links)
        return links_to(LinkCheck(timestamp(datetime.now(UTC)), checked), addresses)

    def _in_turn(self, urls: list[str]) -> Iterator[ExternalLink]:
        for number, url in enumerate(urls):
            if number:
                time.sleep(self.pause)
            link = self._check(url)
            self.say(link)
            yield link

    def _check(self, url: str) -> ExternalLink:
        """HEAD, and GET where that fails: many servers answer only the latter correctly."""
        link = self._follow("HEAD", url)
        if not link.answers and link.status != 429 and link.problem != NOT_PUBLIC:
            time.sleep(self.pause)
            link = self._follow("GET", url)
        return link

    def _follow(self, method: str, url: str) -> ExternalLink:
        fields = {"User-Agent": self.agent, "Accept": "*/*", "Connection": "close"}
        place, permanent = url, True
        try:
            for _ in range(self.redirects + 1):
                status, location = self.outbound.status(method, _ascii(place), fields)
                if not location:
                    leads = place if place != url else ""
                    return ExternalLink(url, (), _outcome(status, bool(leads) and permanent), status, leads)
                permanent = permanent and status in _MOVED
                place = urldefrag(urljoin(place, location)).url
        except (OutboundError, ValueError) as error:  # a server may redirect to an invalid address
            return ExternalLink(url, (), "unreachable", 0, place if place != url else "", str(error))
        return ExternalLink(url, (), "failing", status, place, f"it redirects more than {self.redirects} times")


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
