"""Requests to other servers: to public addresses only, bounded in time and size, no redirection followed.

The host name is resolved once and all its addresses are checked; the connection goes to a checked address, so that a
second answer of the name server changes nothing.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias
from urllib.parse import urlsplit

Address: TypeAlias = IPv4Address | IPv6Address

NOT_PUBLIC: Final = "its address is not public"
_READ: Final = 1 << 16
_PORTS: Final = {"http": 80, "https": 443}
_UNICAST: Final = IPv6Network("2000::/3")  # RFC 4291 §2.4: all that is allocated; not IPv4-compatible, not site-local
_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last bits


class OutboundError(Exception):
    """A request that was not sent, or that got no usable response."""


def is_public(address: Address) -> bool:
    """Whether an address belongs to a host on the public internet, also when it wraps another address."""
    if isinstance(address, IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            wrapped = IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped:
            return is_public(wrapped)
        if address not in _UNICAST:
            return False
    return address.is_global and not address.is_multicast


@dataclass(frozen=True)
class Outbound:
    """Sends requests within limits.

    Attributes:
        seconds: longest total time of one request.
        longest: most bytes of a response.
        permitted: whether an address may be connected to.
    """

    seconds: float
    longest: int
    permitted: Callable[[Address], bool] = is_public

    def post(self, url: str, body: bytes, fields: Mapping[str, str]) -> bytes:
        """The content of the response to a POST request.

        Raises:
            OutboundError: the address is not permitted, or there is no response with the status 200 within the limits.
        """
        deadline = time.monotonic() + self.seconds
        with self._request("POST", url, body, fields) as connection:
            return self._content(connection, deadline)

    def status(self, method: str, url: str, fields: Mapping[str, str]) -> tuple[int, str]:
        """The status of the response to a HEAD or GET request, and the target of a redirection; reads no content.

        Raises:
            OutboundError: the address is not permitted, or there is no response within the limits.
        """
        with self._request(method, url, None, fields) as connection, connection.getresponse() as response:
            return response.status, response.getheader("Location", "") if 300 <= response.status < 400 else ""

    @contextmanager
    def _request(
        self, method: str, url: str, body: bytes | None, fields: Mapping[str, str]
    ) -> Iterator[http.client.HTTPConnection]:
        """A connection with a request on its way; a timer closes it, however slowly bytes arrive."""
        deadline = time.monotonic() + self.seconds
        try:
            parts = urlsplit(url)
            if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
                raise OutboundError("its address is no plain http or https URL")
            address = self._address(parts.hostname, parts.port or _PORTS[parts.scheme])
            connection = _connect(parts.scheme, parts.hostname, address, self.seconds)
            watch = threading.Timer(self.seconds, _end, (connection.sock,))
            watch.start()
            try:
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.request(
                    method, target, body, {"Host": parts.netloc, "Accept-Encoding": "identity", **fields}
                )
                yield connection
                if time.monotonic() > deadline:  # a header section that was cut off looks complete
                    raise TimeoutError
            finally:
                watch.cancel()
                connection.close()
        except (OSError, ValueError, http.client.HTTPException) as error:
            late = f"it takes longer than {self.seconds:g} seconds" if time.monotonic() > deadline else ""
            raise OutboundError(late or str(error) or type(error).__name__) from None

    def _address(self, host: str, port: int) -> tuple[str, int]:
        """The address to connect to; if one address of the host is not permitted, none is."""
        resolved = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        addresses = [ip_address(text.partition("%")[0]) for text in sorted(resolved)]
        if not addresses or not all(map(self.permitted, addresses)):
            raise OutboundError(NOT_PUBLIC)
        return str(addresses[0]), port

    def _content(self, connection: http.client.HTTPConnection, deadline: float) -> bytes:
        with connection.getresponse() as response:
            if 300 <= response.status < 400:
                raise OutboundError("it redirects, and redirections are not followed")
            if response.status != 200:
                raise OutboundError(f"it answers with the status {response.status}")
            content, piece = b"", b"any"
            while piece:
                piece = response.read1(_READ)
                if time.monotonic() > deadline:  # the timer may have cut it off
                    raise OutboundError(f"it takes longer than {self.seconds:g} seconds")
                content += piece
                if len(content) > self.longest:
                    raise OutboundError(f"its answer is longer than {self.longest} bytes")
            return content


def _end(connection: socket.socket) -> None:
    """Wake a blocked read by shutting the socket down."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _connect(scheme: str, host: str, address: tuple[str, int], seconds: float) -> http.client.HTTPConnection:
    """A connection to an address of a host; the host name is that of the request and of the certificate."""
    connection = http.client.HTTPConnection(host, address[1], timeout=seconds)
    connected = socket.create_connection(address, seconds)
    if scheme == "https":
        connected = ssl.create_default_context().wrap_socket(connected, server_hostname=host)
    connection.sock = connected
    return connection
