"""The limits of every request, checked before any route (RFC 9110 §15.5, RFC 6585 §5)."""

from collections.abc import Iterable

from .problem import Problem

# Methods whose content has no meaning (RFC 9110 §9.3.1, §9.3.2); a body is a mistake or a smuggled request.
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
_WITH_BODY = frozenset({"POST", "QUERY"})
_SHOWN = 200  # characters of a field


def refusal(
    method: str,
    path: str,
    fields: Iterable[tuple[str, str]],
    max_path: int,
    max_fields: int,
) -> Problem | None:
    """The problem of a request that is refused; None for one that may proceed.

    Args:
        method: the method.
        path: the decoded path.
        fields: the header fields.
        max_path: longest path, in characters.
        max_fields: longest header section, in characters.
    """
    pairs = [(name.lower(), value) for name, value in fields]
    if len(path) > max_path:
        return Problem(414, "The path is longer than {most} characters.", values={"most": max_path})
    if sum(len(name) + len(value) for name, value in pairs) > max_fields:
        return Problem(431, "The header fields are longer than {most} characters.", values={"most": max_fields})
    sent = dict(pairs)
    length = sent.get("content-length", "").strip()
    if length and not (length.isascii() and length.isdigit()):
        return Problem(400, "Content-Length is not a number.")
    if method in _WITHOUT_BODY and (length.strip("0") or "transfer-encoding" in sent):
        return Problem(400, "A request with this method has no body.")
    coding = sent.get("content-encoding", "").strip()
    if method in _WITH_BODY and coding.lower() not in {"", "identity"}:  # RFC 9110 §12.5.3, §15.5.16
        detail = "The body has a content coding ({coding}). Send it without one."
        return Problem(415, detail, headers={"Accept-Encoding": "identity"}, values={"coding": coding[:_SHOWN]})
    return None
