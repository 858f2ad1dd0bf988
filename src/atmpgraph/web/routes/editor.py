"""The terms of a release, for completion in the editor of queries."""

import json
from typing import Final

import pyoxigraph as ox

from ... import __version__
from ...addresses import Addresses
from ...formats import JSON
from ...release.graphs import largest
from ...release.release import Release
from ...vocab import VOID
from ..core.context import Context, created
from ..core.labels import names_in
from ..core.resource import Resource
from ..core.response import Cache, Version

# The catalogue counts them (VoID §4.4). A release without a catalogue is read as a whole, however large.
_COUNTED: Final = {kind: f"SELECT DISTINCT ?term {{ [] <{VOID}{kind}> ?term }}" for kind in ("class", "property")}
_USED: Final = {
    "class": "SELECT DISTINCT ?term { [] a ?term }",
    "property": "SELECT DISTINCT ?term { [] ?term [] }",
}


def _terms(context: Context, release: Release) -> str:
    store, listed, languages = release.store, {}, context.settings.languages
    graphs = largest(release, context.settings.limits.list_page_graphs)
    for kind, iris in {**_used(release), "graph": graphs}.items():
        labels = names_in(store, iris, languages)
        listed[kind] = [{"iri": iri, "labels": {tag: labels[tag][iri].text for tag in languages}} for iri in iris]
    return json.dumps(listed, ensure_ascii=False, separators=(",", ":"))


def _used(release: Release) -> dict[str, list[str]]:
    """The classes and the properties that a release uses."""
    counted = release.in_catalogue(Addresses(release.base).catalogue)
    store, queries = (release.catalogue_store, _COUNTED) if counted else (release.store, _USED)
    terms = {kind: [row["term"] for row in store.select(query)] for kind, query in queries.items()}
    return {kind: sorted(t.value for t in used if isinstance(t, ox.NamedNode)) for kind, used in terms.items()}


RESOURCES = (
    Resource(
        endpoint="editor.terms",
        path="/terms/<digest>.json",
        summary="The classes, properties and graphs of a release with their labels, for completion in the editor.",
        makers={JSON: _terms},
        version=lambda _, release, __: Version((release.digest, __version__), modified=created(release)),
        cache=Cache.IMMUTABLE,
    ),
)
