"""The host that a request is for: its Host field, or the authority of its target (RFC 9110 §7.2, RFC 9112 §3.2)."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

from .remembered import remembered

# RFC 3986 allows nearly everything in a reg-name; what is a host name on the internet (RFC 1123 §2.1) is safe to route
# by, to log and to put into a link. Containers have underscores in their names.
_LABEL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\Z")
_LONGEST_NAME: Final = 253
_AUTHORITY: Final = re.compile(r"(?:\[(?P<literal>[0-9A-Fa-f:.]+)\]|(?P<name>[^:\[\]]+))(?::(?P<port>[0-9]{0,5}))?\Z")
_LAST_PORT: Final = 65_535
_ABSOLUTE: Final = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)


@remembered
def is_authority(text: str) -> bool:
    """Whether a text is a host and, maybe, a port: `data.example:8443`, `192.0.2.1`, `[2001:db8::1]:80`.

    A port may be empty (RFC 3986 §3.2.3), and a name may end with a dot, the root's.
    """
    parts = _AUTHORITY.match(text)
    if not parts:
        return False
    port = parts["port"]
    if port and not 0 < int(port) <= _LAST_PORT:
        return False
    return _is_ipv6(parts["literal"]) if parts["literal"] else _is_name(parts["name"])


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True


def _is_name(text: str) -> bool:
    """Whether a text is a host name or an IPv4 address; what ends in a number is meant to be an address."""
    labels = text.removesuffix(".").split(".")
    if len(text) > _LONGEST_NAME or not all(map(_LABEL.match, labels)):
        return False
    if labels[-1].isdigit():
        try:
            IPv4Address(text)
        except AddressValueError:
            return False
    return True


def authority_of(target: str) -> str | None:
    """The authority of a request target in absolute form (RFC 9112 §3.2.2); None for another form."""
    absolute = _ABSOLUTE.match(target)
    return absolute[1] if absolute else None
