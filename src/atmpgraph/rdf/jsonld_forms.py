"""The forms of JSON-LD that a client may ask for by the `profile` parameter of its media type (JSON-LD 1.1 §C)."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import pyoxigraph as ox

from ..formats import JSON_LD
from ..http.negotiate import parse_accept
from . import jsonld

Statements: TypeAlias = Iterable[ox.Triple | ox.Quad]


def asked_form(accept: str | None) -> str:
    """The form that the client likes best; empty when it names none that we know."""
    best: tuple[float, str] = (0.0, "")
    for wanted in parse_accept(accept or ""):
        if f"{wanted.type}/{wanted.subtype}" == JSON_LD.media_type and wanted.weight > best[0]:
            named = dict(wanted.parameters).get("profile", "").split()
            best = (wanted.weight, next((form for form in named if form in jsonld.FORMS), ""))
    return best[1]


def media_type(form: str) -> str:
    """The media type of a form; the plain one for none."""
    return f'{JSON_LD.media_type};profile="{form}"' if form else JSON_LD.media_type


def json_ld(statements: Statements, prefixes: Mapping[str, str], form: str, root: str) -> bytes:
    """The statements in a form; framed by `root` where that is asked. What is compacted is flat too."""
    if form == jsonld.EXPANDED:
        return jsonld.expanded(statements)
    if form == jsonld.FRAMED:
        return jsonld.framed(statements, prefixes, root)
    return jsonld.compacted(statements, prefixes)
