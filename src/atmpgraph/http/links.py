"""Typed links: as a `Link` field (RFC 8288) and as a link set (RFC 9264)."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from urllib.parse import quote

_PARAMETERS: Final = 1 << 10  # in memory, some 200 bytes each
_SAFE: Final = "!#$%&'()*+,/:;=?@[]~"
_SAFE_ALONE: Final = re.compile(rf"[\w.{re.escape(_SAFE)}-]*", re.ASCII)  # as nearly all are


class Link(NamedTuple):
    """One link from a resource, the context.

    Attributes:
        target: URI reference.
        rel: relation type; several are separated by blanks.
        attributes: target attributes, such as `type`, `hreflang`, `profile`; `anchor` for another context.
    """

    target: str
    rel: str
    attributes: Mapping[str, str] = MappingProxyType({})

    def __str__(self) -> str:
        """The link as an element of a `Link` field."""
        return f"<{_ascii(self.target)}>{_parameters(self.rel, tuple(self.attributes.items()))}"


def link_field(links: Iterable[Link]) -> str:
    """The value of a `Link` field."""
    return ", ".join(map(str, links))


def link_set(contexts: Mapping[str, Iterable[Link]]) -> bytes:
    """Links by their context, as `application/linkset+json` (RFC 9264 §4.2)."""
    members: dict[str, dict[str, Any]] = {anchor: {"anchor": anchor} for anchor in contexts}
    for anchor, links in contexts.items():
        for link in links:
            start = link.attributes.get("anchor", anchor)
            context = members.setdefault(start, {"anchor": start})
            target = {"href": link.target} | _target_attributes(link.attributes)
            for relation in link.rel.split():
                if target not in context.setdefault(relation, []):
                    context[relation].append(target)
    return json.dumps({"linkset": list(members.values())}, ensure_ascii=False, indent=1).encode() + b"\n"


def _target_attributes(attributes: Mapping[str, str]) -> dict[str, str | list[str]]:
    """As members: `hreflang` and those that RFC 8288 does not define are arrays (RFC 9264 §4.2.4)."""
    return {k: v if k in {"type", "media", "title"} else [v] for k, v in attributes.items() if k != "anchor"}


@lru_cache(_PARAMETERS)
def _parameters(rel: str, attributes: tuple[tuple[str, str], ...]) -> str:
    """What follows the target of a link: most links of a site have one of few relations, types and profiles."""
    parts = ["", f'rel="{rel}"', *(f"{name}={_quoted(_ascii(value, also=' '))}" for name, value in attributes)]
    return "; ".join(parts)


def _ascii(text: str, also: str = "") -> str:
    """The URI of an IRI (RFC 3987 §3.1), without any character that could end the field or the angle brackets."""
    return text if _SAFE_ALONE.fullmatch(text) else quote(text, safe=_SAFE + also)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
