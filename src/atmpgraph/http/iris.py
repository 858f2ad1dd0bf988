"""From a URL's path to the IRI it stands for, and back to a path."""

import re
from urllib.parse import quote

_NOT_IN_IRI = re.compile(r"[\x00-\x20\x7f<>\"{}|\\^`%\ud800-\udfff]")


def path_to_iri(base: str, path: str) -> str:
    """The IRI of a decoded path under `base`: what no IRI may hold is encoded again (RFC 3987 §2.2, §3.1)."""
    return base + _NOT_IN_IRI.sub(lambda m: quote(m[0], errors="replace"), path)


def iri_to_path(base: str, iri: str) -> str | None:
    """The path and fragment of an IRI under `base`, percent-encoded for a link; None when it is someone else's."""
    return quote(iri.removeprefix(base), safe="/%#!$&'()*+,;=:@~?") if iri.startswith(base) else None
