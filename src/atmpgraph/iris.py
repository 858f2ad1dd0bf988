"""Whether a text is an IRI: the parser of the store judges, so that what passes here can be loaded (RFC 3987 §2.2)."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, TypeAlias
from urllib.parse import urljoin

import pyoxigraph as ox

from .i18n import message

Fault: TypeAlias = tuple[str, Mapping[str, str]]  # a sentence in English, with `{names}` for the values

_NOWHERE: Final = re.compile(r'[\x00-\x20<>"{}|^`\\]')  # characters that no part of an IRI has
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_AUTHORITY: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")
_PORT: Final = re.compile(r":(\d*)$")
_HIGHEST_PORT: Final = 65_535  # RFC 9293 §3.1; the grammar of RFC 3986 has no bound

CHARACTER: Final = message("not an IRI: it has the character {character}")
NO_SCHEME: Final = message("not an IRI: it does not begin with a scheme, such as https:")
_BARE_PERCENT: Final = message("not an IRI: two hexadecimal digits follow each %; write the character itself as %25")
_TWO_FRAGMENTS: Final = message("not an IRI: it has # twice; write the second one as %23")
_NOT_HERE: Final = message("not an IRI: {character} may not stand where it does; write it as {encoded}")
_HOST: Final = message("not an IRI: {authority} is not a host with, perhaps, a port from 0 to 65535")
_OTHER: Final = message("not an IRI: RFC 3987 does not let it stand as it is")


@lru_cache(maxsize=65_536)
def fault(iri: str) -> Fault | None:
    """What is wrong with an absolute IRI, in words; None for a good one."""
    try:
        ox.NamedNode(iri)
    except ValueError as error:
        return _explained(iri, str(error))
    port = _PORT.search(_authority(iri))
    return _wrong_host(iri) if port and port[1] and int(port[1][:6]) > _HIGHEST_PORT else None


def explained(iri: str) -> str | None:
    """The same as a sentence in English."""
    wrong = fault(iri)
    return wrong[0].format(**wrong[1]) if wrong else None


def resolved(base: str, reference: str) -> str:
    """A reference against a base (RFC 3986 §5); as it stands where it is none, which its reader will say."""
    try:
        return urljoin(base, reference)
    except ValueError:  # its host begins with a bracket, and is no address of IP version 6
        return reference


def _authority(iri: str) -> str:
    """Host and port, after what names a user."""
    match = _AUTHORITY.match(iri)
    return match[1].rpartition("@")[2] if match else ""


def _wrong_host(iri: str) -> Fault:
    return _HOST, {"authority": repr(_authority(iri))}


def _explained(iri: str, reason: str) -> Fault:
    if bad := _NOWHERE.search(iri):
        return CHARACTER, {"character": repr(bad[0])}
    if not _SCHEME.match(iri):
        return NO_SCHEME, {}
    if _PERCENT.search(iri):
        return _BARE_PERCENT, {}
    if iri.count("#") > 1:
        return _TWO_FRAGMENTS, {}
    authority = _authority(iri)
    try:
        ox.NamedNode(f"http://{authority}/")
    except ValueError:
        return _wrong_host(iri)
    if match := re.search(r"'(.)'$", reason):
        encoded = "".join(f"%{byte:02X}" for byte in match[1].encode(errors="replace"))
        return _NOT_HERE, {"character": repr(match[1]), "encoded": encoded}
    return _OTHER, {}
