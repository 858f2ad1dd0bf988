"""From a URL's path to the IRI it stands for, and back to a path."""

import re
from urllib.parse import quote, unquote_to_bytes

_NOT_IN_IRI = re.compile(r"[\x00-\x20\x7f<>\"{}|\\^`%\ud800-\udfff]")


def path_to_iri(base: str, path: str) -> str:
    """The IRI of a decoded path under `base`: what no IRI may hold is encoded again (RFC 3987 §2.2, §3.1)."""
    return base + _NOT_IN_IRI.sub(lambda m: quote(m[0], errors="replace"), path)


def iri_to_path(base: str, iri: str) -> str | None:
    """The path and fragment of an IRI under `base`, percent-encoded for a link; None when it is someone else's."""
    return quote(iri.removeprefix(base), safe="/%#!$&'()*+,;=:@~?") if iri.startswith(base) else None


def raw_path(target: str, *decoded: str) -> str:
    """The percent-encoded path of a request target, if it is that of one of the `decoded` ones (latin-1, as in WSGI).

    A server may have tidied the path or kept the target of before; then nothing certain is known and it is empty.
    """
    if target.lower().startswith(("http://", "https://")):  # absolute-form (RFC 9112 §3.2.2)
        target = "/" + target.partition("://")[2].partition("/")[2]
    path = target.partition("?")[0].partition("#")[0]
    return path if path and unquote_to_bytes(path.encode("latin-1", "replace")).decode("latin-1") in decoded else ""


def candidates(base: str, path: str, raw: str = "") -> list[str]:
    """The IRIs under `base` that a path may stand for, the most literal first.

    An IRI in the data may hold `é` or `%C3%A9`; a URL holds the same for both (RFC 3987 §3.1). The raw path, where
    the server tells it, knows more than the decoded one: `%2F` is no slash there.
    """
    literal = [base + raw, _unescaped(base, raw)] if raw else []
    return list(dict.fromkeys([*literal, path_to_iri(base, path), base + quote(path, safe=_SAFE, errors="replace")]))


_SAFE = "/!$&'()*+,;=:@~"
_ESCAPED = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")


def _unescaped(base: str, raw: str) -> str:
    """A raw path with the characters beyond ASCII written out, and nothing else (RFC 3987 §3.2)."""

    def decode(found: re.Match[str]) -> str:
        try:
            return unquote_to_bytes(found[0]).decode()
        except UnicodeDecodeError:
            return found[0]

    return base + _ESCAPED.sub(decode, raw)
