"""A request as the quick ways of the server read it, before the application: the response cache and queries.

What is unusual in any way (a repeated field, a part, no host, a long header section) is for the application alone.
"""

import re
from functools import lru_cache
from ipaddress import ip_network
from typing import Any, Final, NamedTuple, TypeAlias

from granian.rsgi import Scope

from ..http.authority import is_authority
from ..http.forwarded import Origin, forwarded
from ..observability.access import Access, encoded_path
from ..web.core.context import Publication, ReleasesState
from .backpressure import address_of

Fields: TypeAlias = list[tuple[str, str]]
Url: TypeAlias = tuple[str, ...]

_READING: Final = frozenset({"GET", "HEAD"})
_POSTING: Final = frozenset({"POST", "QUERY"})
_UNUSUAL: Final = frozenset(
    {"content-encoding", "expect", "if-match", "if-range", "if-unmodified-since", "range", "transfer-encoding"}
)
_FORWARDING: Final = ("forwarded", *(f"x-forwarded-{name}" for name in ("for", "proto", "host", "prefix")))
_LONGEST_ORIGIN: Final = 500  # characters of these fields that are remembered
_LONGEST_SECTION: Final = 1_000  # characters of a header section that is remembered
_MOST_SECTIONS: Final = 512
_SECRET: Final = frozenset({"authorization", "cookie", "proxy-authorization"})
LENGTH: Final = re.compile("[0-9]{1,9}")  # of a body; a number of more digits is as unusual as none
_LONGEST_BODY: Final = 1 << 16  # bytes


class LowerCase(dict[str, str]):
    """Header fields by their names in lower case."""

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401
        """The value of a field, by its name in any case."""
        return super().get(name.lower(), default)


class PlainRequest(NamedTuple):
    """A request with nothing unusual.

    Attributes:
        method, path, query: as the server decodes them.
        url: method and URL, as the client and its proxies name it; what a response depends on beside `Vary`.
        root: the path where its proxy has the application.
        place: the start of the URLs of this server, as the client wrote it.
        fields: the header fields; requests that have the same share them.
        client: its address.
        body: bytes of its body; 0 where the method has none.
        state: of the releases when it arrived.
    """

    method: str
    path: str
    query: str
    url: Url
    root: str
    place: str
    fields: LowerCase
    client: str
    body: int
    state: ReleasesState

    def access(self, at: float) -> Access:
        """What the log tells of it, which arrived at this time."""
        agent, referer = self.fields.get("user-agent"), self.fields.get("referer")
        return Access(at, self.client, self.method, encoded_path(self.path), self.query, agent, referer)


class _Section(NamedTuple):
    """A header section with nothing unusual: its fields, and what they say of the host and the body."""

    fields: LowerCase
    host: str
    length: int
    announces_body: bool


class PlainRequests:
    """Reads requests, within the limits of the settings and from the proxies that they trust."""

    def __init__(self, publication: Publication) -> None:
        """Read the requests for a publication."""
        settings = publication.settings
        self._publication, self._most_characters = publication, settings.limits.header_characters
        self._trusted = [ip_network(address) for address in settings.proxy.trusted]
        self._family = settings.proxy.headers
        self._remembered = lru_cache(512)(self._origin)
        self._sections = dict[tuple[tuple[str, str], ...], _Section]()

    def _origin_of(self, peer: str, fields: LowerCase) -> Origin | None:
        """The origin of a request; most requests of a proxy name one of a few."""
        values = tuple(map(fields.get, _FORWARDING))
        few = sum(len(value) for value in values if value) <= _LONGEST_ORIGIN
        return (self._remembered if few else self._origin)(peer, values)

    def _origin(self, peer: str, values: tuple[str | None, ...]) -> Origin | None:
        fields = LowerCase((name, value) for name, value in zip(_FORWARDING, values, strict=True) if value is not None)
        return forwarded(peer, fields, self._trusted, self._family)

    def _section(self, items: tuple[tuple[str, str], ...]) -> _Section | None:
        """A header section, remembered if it is short and has no secret; None if something is unusual about it."""
        characters = sum(len(name) + len(value) for name, value in items)
        fields = LowerCase(items)
        host, length = fields.get("host"), fields.get("content-length", "")
        if characters > self._most_characters or len(fields) != len(items) or not host or not is_authority(host):
            return None
        if not _UNUSUAL.isdisjoint(fields) or (length and not LENGTH.fullmatch(length)):
            return None
        section = _Section(fields, host, int(length or 0), bool(length))
        if section.length > _LONGEST_BODY:
            return None
        if characters <= _LONGEST_SECTION and _SECRET.isdisjoint(fields):
            if len(self._sections) >= _MOST_SECTIONS:
                self._sections.clear()
            self._sections[items] = section
        return section

    def read(self, scope: Scope) -> PlainRequest | None:
        """A request; None if there is something unusual about it."""
        method, query, items = scope.method, scope.query_string, tuple(scope.headers.items())
        section = self._sections.get(items) or self._section(items)
        if section is None or not query.isascii():
            return None
        fields, host, length, announces_body = section
        if method not in (_POSTING if announces_body else _READING):
            return None
        authority, client, root = scope.authority or "", address_of(scope.client)[0], ""
        if authority and not is_authority(authority):
            return None
        url: Url = (method, scope.path, query, scope.scheme, authority, host)
        scheme, seen = scope.scheme, authority or host
        if self._trusted and (origin := self._origin_of(client, fields)):
            if origin.host and not is_authority(origin.host):
                return None
            url, root, client = (
                (*url, origin.scheme, origin.host, origin.prefix),
                origin.prefix,
                origin.client or client,
            )
            scheme, seen = origin.scheme or scheme, origin.host or seen
        place, state = f"{scheme}://{seen}{root}", self._publication.state()
        return PlainRequest(method, scope.path, query, url, root, place, fields, client, length, state)
