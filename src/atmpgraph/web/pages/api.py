"""What programs can ask: each way with an example, whose values the release has."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from flask import render_template

from ...i18n import message
from ...lists.declared import THINGS
from ...sparql.library import read_library
from ..core.context import Context
from ..core.description import example_thing
from ..core.labels import page_names

_ROWS = "SELECT ?thing ?class WHERE { ?thing a ?class } LIMIT 10"


@dataclass(frozen=True)
class Way:
    """A way to ask: what it gives, and the URL of an example."""

    title: str
    text: str
    url: str


# The ways whose example is an address that every publication has.
_EVERYWHERE: Final = (
    Way(
        message("Match names"),
        message("The things that the names of a table mean (Reconciliation Service API, as OpenRefine uses it)."),
        "reconcile",
    ),
    Way(
        message("Look up identifiers"),
        message("The thing with an identifier of a registry, in any spelling."),
        "lookup",
    ),
    Way(
        message("Everything"),
        message("All data of the current release in one file, in six formats of RDF."),
        "dumps/current/data.ttl",
    ),
    Way(
        message("Changes"),
        message("What changed, as a feed or as a stream that a copy of the data follows (LDES)."),
        "feed.atom",
    ),
    Way(message("Catalogue"), message("The description of the datasets (DCAT-AP), to be harvested."), "catalogue.ttl"),
)


def api_page(context: Context) -> str:
    """The page of all ways."""
    return render_template("api.html", ways=[*_ways(context)])


def _ways(context: Context) -> Iterator[Way]:
    urls, settings = context.urls, context.settings
    partnership = context.iris.partnership(settings.partnership)
    name = page_names(context, {partnership})[partnership].text
    yield Way(
        message("A thing"),
        message("Each thing has an address, which gives it in the format that is asked for."),
        f"{urls.document_at(example_thing(context)['path'])}.jsonld",
    )
    yield Way(
        message("Search"),
        message("Things by their names, identifiers and texts, in any language."),
        urls.page(f"search.json?{urlencode({'q': name})}"),
    )
    lists = sorted(file.stem for file in settings.layered("lists").glob("*.toml") if file.stem != THINGS)
    for listing in lists[:1]:
        yield Way(
            message("Lists"),
            message("All things of a kind, filtered and sorted, as CSV, XLSX, JSON or RDF."),
            urls.page(f"{listing}.csv"),
        )
    for query in list(read_library(settings.layered("queries"), settings.languages))[:1]:
        yield Way(
            message("Ready-made questions"),
            message("The answer of each question as CSV, JSON, XML or RDF."),
            f"{urls.query(query)}.csv",
        )
    yield Way(
        message("Questions in SPARQL"),
        message("Any question of your own (SPARQL 1.1 Protocol)."),
        urls.page(f"sparql?{urlencode({'query': _ROWS, 'format': 'json'})}"),
    )
    yield from (replace(way, url=urls.page(way.url)) for way in _EVERYWHERE)
