"""A thing in the terms of other vocabularies, as the queries of `profiles/` construct it."""

import json
import re
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

import pyoxigraph as ox
from cachetools import LRUCache

from ..errors import StoreError
from ..http.profile_negotiation import Profile
from ..rdf.statements import quad_of
from ..release.release import Release
from ..sources import DESCRIPTOR
from ..vocab import DCAT, RDF
from .dataset_json import croissant, datacite, schema_org
from .registry import CITED, CROISSANT, MODEL, SCHEMA, SHAPED, TRANSLATED

_FOLDER = Path(__file__).parent
_FIRST: Final = re.compile(r"WHERE \{\s*\$thing a ([\w-]+):([\w-]+)")
_PREFIX: Final = re.compile(r"^PREFIX ([\w-]+): <([^>]*)>", re.MULTILINE)
_lock = threading.Lock()
_CACHED: Final = 5_000  # statements of translations in memory, some 5 MB: a release never changes
_cache = LRUCache[tuple[Release, str, str], tuple[ox.Quad, ...]](_CACHED, getsizeof=lambda quads: len(quads) + 1)


@dataclass(frozen=True)
class _Translation:
    """A query, and the class that its first pattern requires of the thing."""

    text: str
    required: str


@cache
def _queries(token: str, base: str) -> tuple[_Translation, ...]:
    texts = (file.read_text(encoding="utf-8") for file in sorted((_FOLDER / token).glob("*.rq")))
    return tuple(_Translation(text, urljoin(base, _required(text))) for text in texts)


def _required(text: str) -> str:
    """The class that the first pattern of a query requires.

    Raises:
        ValueError: the first pattern names none.
    """
    first, prefixes = _FIRST.search(text), dict(_PREFIX.findall(text))
    if first is None or first[1] not in prefixes:
        raise ValueError(f"a query begins with the class of the thing: {text[:200]}")
    return f"{prefixes[first[1]]}{first[2]}"


@lru_cache(1_024)
def _classes(release: Release, topic: str) -> frozenset[str]:
    """The classes of a thing: a query of which it lacks the class need not run."""
    begin = f"<{topic}> <{RDF}type> <".encode()
    lines = (line.removeprefix(begin) for line in release.lines(topic, f"{RDF}type") if line.startswith(begin))
    return frozenset(line.partition(b">")[0].decode() for line in lines)


def translated(release: Release, topic: str, profile: Profile) -> tuple[ox.Quad, ...]:
    """The description of a thing in a profile; empty when the profile has no terms for such a thing."""
    key = release, profile.token, topic
    with _lock:
        if (cached := _cache.get(key)) is not None:
            return cached
    thing = str(ox.NamedNode(topic))
    queries = [query.text.replace("$thing", thing) for query in _fitting(release, topic, profile)]
    triples = {t for store in release.stores(topic) for query in queries for t in store.construct(query)}
    quads = tuple(map(quad_of, triples))
    with _lock, suppress(ValueError):  # longer than all the room there is
        _cache[key] = quads
    return quads


def _fitting(release: Release, topic: str, profile: Profile) -> list[_Translation]:
    """The queries of a profile that a thing has the class for."""
    classes = _classes(release, topic)
    return [query for query in _queries(profile.token, release.base) if query.required in classes]


def delivered(release: Release, topic: str) -> list[Profile]:
    """The profiles that describe a thing, our own model first.

    Raises:
        StoreError: a remote store does not answer.
    """
    translations = [profile for profile in TRANSLATED if translated(release, topic, profile)]
    return _profiles(release, translations, is_dataset=is_dataset(release, topic))


def likely(release: Release, topic: str) -> list[Profile]:
    """The same; as long as a remote store does not answer, by the classes of the thing."""
    try:
        return delivered(release, topic)
    except StoreError:
        translations = [profile for profile in TRANSLATED if _fitting(release, topic, profile)]
        return _profiles(release, translations, is_dataset=f"{DCAT}Dataset" in _classes(release, topic))


def _profiles(release: Release, translations: list[Profile], *, is_dataset: bool) -> list[Profile]:
    base = release.base
    return [MODEL.resolved(base), *(each.resolved(base) for each in translations), *(SHAPED if is_dataset else ())]


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
