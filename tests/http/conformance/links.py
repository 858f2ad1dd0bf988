"""Link header fields (RFC 8288 §3) and linksets (RFC 9264) as data."""

import json
import re
from dataclasses import dataclass, field
from typing import Final

_LINK: Final = re.compile(
    r'\s*<([^>]*)>((?:\s*;\s*[\w!#$%&*+.^`|~-]+\s*(?:=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)\s*(?:,|\Z)'
)
_PARAMETER: Final = re.compile(r';\s*([\w!#$%&*+.^`|~-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?')


@dataclass(frozen=True)
class Link:
    """One link: where to, and what it is."""

    href: str
    relations: frozenset[str]
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, frozenset[str]]:
        """What makes two links the same."""
        return self.href, self.parameters.get("type", ""), self.relations


def links(value: str) -> list[Link]:
    """The links of a field value.

    Raises:
        AssertionError: it breaks the grammar.
    """
    found, place = [], 0
    while place < len(value):
        match = _LINK.match(value, place)
        assert match, f"not a Link field: {value[place : place + 80]!r}"
        place = match.end()
        parameters: dict[str, str] = {}
        for name, quoted, plain in _PARAMETER.findall(match[2]):
            parameters.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) or plain)
        relations = frozenset(parameters.pop("rel").split())
        found.append(Link(match[1], relations, parameters))
    return found


def by_relation(found: list[Link], relation: str) -> list[Link]:
    """The links of one relation."""
    return [link for link in found if relation in link.relations]


def linkset(body: bytes) -> dict[str, list[Link]]:
    """The links of an `application/linkset+json` (RFC 9264 §4.2) by their anchors."""
    result: dict[str, list[Link]] = {}
    for context in json.loads(body)["linkset"]:
        into = result.setdefault(context.pop("anchor"), [])
        for relation, targets in context.items():
            for link in targets:
                parameters = {name: value for name, value in link.items() if name != "href" and isinstance(value, str)}
                into.append(Link(link["href"], frozenset({relation}), parameters))
    return result
