"""The interfaces for programs, for people who look for one (RFC 9727)."""

from typing import Final

from flask import render_template

from ...catalogue.discovery import interfaces
from ...i18n import message
from ..core.context import Context

_NAMES: Final = {
    "sparql": message("Questions in SPARQL"),
    "data": message("The graphs, to be downloaded"),
    "stream": message("The changes, to be followed"),
    "catalogue": message("The catalogue, to be harvested"),
}


def interfaces_page(context: Context, _: object) -> str:
    """Each interface with its name, its URL and what describes it."""
    listed = [(_NAMES[url.removeprefix(context.base)], url, links) for url, links in interfaces(context.base).items()]
    return render_template("interfaces.html", interfaces=listed)
