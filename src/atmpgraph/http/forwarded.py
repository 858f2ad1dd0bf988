"""The origin of a request that a reverse proxy forwards: Forwarded (RFC 7239) and the X-Forwarded fields.

Anyone can send these fields, so they count only when the peer is a proxy named in the settings, and only the one family
of fields that this proxy sets: it may forward the other as the client wrote it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final, Literal, TypeAlias

from .conditional import Fields

Network: TypeAlias = IPv4Network | IPv6Network
Family: TypeAlias = Literal["x-forwarded", "forwarded"]

_PREFIX: Final = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+\Z")
_PAIR: Final = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;,\"]*))\s*([;,]|\Z)")


@dataclass(frozen=True)
class Origin:
    """The client and the URL that it requested; empty where the proxy does not name them.

    The host is as the proxy wrote it, for a client may have chosen it: whether it is one is not checked yet.
    """

    client: str = ""
    scheme: str = ""
    host: str = ""
    prefix: str = ""


def forwarded(peer: str, headers: Fields, trusted: Sequence[Network], family: Family) -> Origin | None:
    """The origin as the trusted proxies state it; None when the peer is none of them."""
    if not _trusts(peer, trusted):
        return None
    hops = _forwarded(headers.get("Forwarded") or "") if family == "forwarded" else _x_forwarded(headers)
    origin: dict[str, str] = {}
    for hop in reversed(hops):  # the peer wrote the last; the one before counts if its writer is trusted too
        origin = hop
        if not _trusts(hop.get("for", ""), trusted):
            break
    scheme, host, prefix = (
        origin.get("proto", "").lower(),
        origin.get("host", ""),
        headers.get("X-Forwarded-Prefix") or "",
    )
    prefix = prefix.strip().rstrip("/")
    return Origin(
        _address(origin.get("for", "")),
        scheme if scheme in {"http", "https"} else "",
        host,
        prefix if _PREFIX.match(prefix) and not {".", ".."} & set(prefix.split("/")) else "",
    )


def _trusts(node: str, trusted: Sequence[Network]) -> bool:
    address = _address(node)
    return bool(address) and any(ip_address(address) in network for network in trusted)


def _address(node: str) -> str:
    """The address of a node (§6), without its port; empty for `unknown` and obfuscated ones."""
    bare = node.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def _forwarded(field: str) -> list[dict[str, str]]:
    """The elements of Forwarded (§4); none of a field that breaks the grammar."""
    hops: list[dict[str, str]] = [{}]
    place = 0
    while place < len(field):
        pair = _PAIR.match(field, place)
        if pair is None:
            return []
        quoted, plain = pair[2], pair[3]
        hops[-1][pair[1].lower()] = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain
        if pair[4] == ",":
            hops.append({})
        place = pair.end()
    return hops


def _x_forwarded(headers: Fields) -> list[dict[str, str]]:
    """The X-Forwarded fields as such elements: their last values belong together, then those before."""
    lists = {
        name: [value.strip() for value in (headers.get(f"X-Forwarded-{name.title()}") or "").split(",")]
        for name in ("for", "proto", "host")
    }
    depth = len(lists["for"])
    return [{name: values[max(-back, -len(values))] for name, values in lists.items()} for back in range(depth, 0, -1)]
