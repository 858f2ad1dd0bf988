"""The releases as a feed, for readers and programs that follow a site: Atom (RFC 4287)."""

import json
from typing import Final

from flask import render_template

from ...formats import Format
from ...i18n import texts
from ..core.context import Context
from ..core.resource import Resource
from ..core.response import Version
from .releases import Switches, switches_of

ATOM: Final = Format("Atom", "atom", "application/atom+xml", "text")


def _feed(context: Context, switches: Switches) -> str:
    """Each time that a release went live; the same release may come back, so an entry is named by its date too."""
    language = context.requested_language or context.settings.languages[0]
    return render_template(
        "feed.xml",
        title=context.settings.title.best((language, *context.settings.languages)),
        language=language,
        words=texts(language),
        iris=context.iris,
        entries=switches.entries,
        updated=switches.entries[0]["date"],
        licence=context.settings.licence,
    )


RESOURCES = (
    Resource(
        endpoint="feed.feed",
        path="/feed.atom",
        summary="The releases as a feed (Atom, RFC 4287): each time that one went live, the newest first.",
        load=switches_of,
        makers={ATOM: _feed},
        version=lambda _, switches, __: Version((json.dumps(switches.entries),)),
    ),
)
