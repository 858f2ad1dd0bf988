"""A thing in the terms of other vocabularies, as the queries of `profiles/` construct it."""

import json
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
from cachetools import LRUCache

from ..http.profile_negotiation import Profile
from ..rdf.statements import quad_of
from ..release.release import Release
from ..sources.package import DESCRIPTOR
from .dataset_json import croissant, datacite, schema_org
from .registry import CITED, CROISSANT, MODEL, SCHEMA, SHAPED, TRANSLATED

_FOLDER = Path(__file__).parent
_lock = threading.Lock()
_CACHED: Final = 5_000  # statements of translations in memory, some 5 MB: a release never changes
_cache = LRUCache[tuple[Release, str, str], tuple[ox.Quad, ...]](_CACHED, getsizeof=lambda quads: len(quads) + 1)


@cache
def _queries(token: str) -> tuple[str, ...]:
    return tuple(file.read_text(encoding="utf-8") for file in sorted((_FOLDER / token).glob("*.rq")))


def translated(release: Release, topic: str, profile: Profile) -> tuple[ox.Quad, ...]:
    """The description of a thing in a profile; empty when the profile has no terms for such a thing."""
    key = release, profile.token, topic
    with _lock:
        if (cached := _cache.get(key)) is not None:
            return cached
    thing = str(ox.NamedNode(topic))
    queries = [query.replace("$thing", thing) for query in _queries(profile.token)]
    triples = {t for store in release.stores(topic) for query in queries for t in store.construct(query)}
    quads = tuple(map(quad_of, triples))
    with _lock, suppress(ValueError):  # longer than all the room there is
        _cache[key] = quads
    return quads


def delivered(release: Release, topic: str) -> list[Profile]:
    """The profiles that describe a thing, our own model first."""
    base, shaped = release.base, SHAPED if is_dataset(release, topic) else ()
    return [MODEL.resolved(base), *(p.resolved(base) for p in TRANSLATED if translated(release, topic, p)), *shaped]


def is_dataset(release: Release, topic: str) -> bool:
    """Whether a thing is a dataset of the catalogue, with files."""
    files = f"{SCHEMA.iri}distribution"
    return release.in_catalogue(topic) and any(q.predicate.value == files for q in translated(release, topic, SCHEMA))


def shaped(release: Release, topic: str, profile: Profile, languages: tuple[str, ...]) -> dict[str, Any]:
    """A dataset as JSON in the fixed shape of a profile; for any other, in schema.org's terms for search engines."""
    quads = translated(release, topic, SCHEMA)
    if profile == CITED:
        return datacite(quads, topic, languages)
    if profile == CROISSANT:
        package = json.loads(release.whole(release.folder.tables / DESCRIPTOR).read_bytes())
        return croissant(quads, topic, languages, package)
    return schema_org(quads, topic, languages)
