"""A thing in the terms of other vocabularies, as the queries of `profiles/` construct it."""

import json
import re
import threading
from collections.abc import Mapping
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
from ..rdf.statements import quad_of, text_of
from ..release.release import Release
from ..sources import DESCRIPTOR
from ..vocab import DCAT, RDF
from .dataset_json import croissant, datacite, schema_org
from .registry import CITED, CROISSANT, MODEL, SCHEMA, SHAPED, TRANSLATED

_FOLDER = Path(__file__).parent
_PREFIX: Final = re.compile(r"^PREFIX ([\w-]+): <([^>]*)>", re.MULTILINE)
_NAME: Final = re.compile(r"([\w-]+):([\w-]+)")
# How a query gives the classes of the thing: in its template, by name and as a variable; in its pattern, those that the
# thing must have, and then nothing else; those in its place, by those that it has.
_GIVES: Final = re.compile(r"CONSTRUCT \{\s*\$thing a ([^;.}]+)")
_REQUIRES: Final = re.compile(r"WHERE \{\s*\$thing a ((?:[\w-]+:[\w-]+[ ,]*)+)[;.](\s*\{ \} UNION)?")
_IN_PLACE: Final = re.compile(r"VALUES (?:\?(\w+)|\(\?(\w+) \?class\)) \{([^}]*)\}\s*\$thing a \?(?:\1|\2)\b")
_lock = threading.Lock()
_CACHED: Final = 5_000  # statements of translations in memory, some 5 MB: a release never changes
_cache = LRUCache[tuple[Release, str, str], tuple[ox.Quad, ...]](_CACHED, getsizeof=lambda quads: len(quads) + 1)


@dataclass(frozen=True)
class _Translation:
    """A query, and what its text tells of its result before it runs.

    Attributes:
        text: of the query.
        required: the classes that the thing must have.
        always: the classes that every such thing has in the result; empty if it takes more.
        in_place: those that it has by one of its own.
        complete: whether a thing that has any of these has no others.
    """

    text: str
    required: frozenset[str]
    always: frozenset[str]
    in_place: Mapping[str, str]
    complete: bool

    def evident(self, classes: frozenset[str]) -> frozenset[str]:
        """Classes that a thing of these classes has in the result, for which the query need not run."""
        return self.always | {given for own, given in self.in_place.items() if own in classes}


@cache
def _queries(token: str, base: str) -> tuple[_Translation, ...]:
    texts = (file.read_text(encoding="utf-8") for file in sorted((_FOLDER / token).glob("*.rq")))
    return tuple(_read(text, base) for text in texts)


def _read(text: str, base: str) -> _Translation:
    """What a query tells.

    Raises:
        ValueError: its first pattern names no class of the thing.
    """
    names = dict(_PREFIX.findall(text))
    first, gives, given = _REQUIRES.search(text), _GIVES.search(text), _IN_PLACE.search(text)
    if first is None or not set(names) >= {prefix for prefix, _ in _NAME.findall(first[1])}:
        raise ValueError(f"a query begins with the class of the thing: {text[:200]}")

    def classes(part: str) -> list[str]:
        return [urljoin(base, names[prefix] + name) for prefix, name in _NAME.findall(part)]

    template = gives[1] if gives else ""
    in_place, paired = (classes(given[3]), bool(given[2])) if given and "?class" in template else ([], False)
    pairs = dict(zip(in_place[::2], in_place[1::2], strict=True) if paired else zip(in_place, in_place, strict=True))
    always = frozenset(classes(template)) if first[2] else frozenset[str]()
    return _Translation(text, frozenset(classes(first[1])), always, pairs, complete=paired or "?" not in template)


@lru_cache(64)  # few: an entry keeps its release, with all its files
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


def _fitting(release: Release, topic: str, profile: Profile) -> tuple[_Translation, ...]:
    """The queries of a profile that a thing has the classes for."""
    return _by_classes(profile.token, release.base, _classes(release, topic))[0]


@lru_cache(512)  # most things have one of few classes
def _by_classes(token: str, base: str, classes: frozenset[str]) -> tuple[tuple[_Translation, ...], bool]:
    """The queries that things of some classes have the classes for; whether one gives terms without being run."""
    fitting = tuple(query for query in _queries(token, base) if query.required <= classes)
    return fitting, any(query.evident(classes) for query in fitting)


@lru_cache(32)  # each response looks several times
def delivered(release: Release, topic: str) -> tuple[Profile, ...]:
    """The profiles that describe a thing, our own model first.

    Raises:
        StoreError: a remote store does not answer.
    """
    translations = [profile for profile in TRANSLATED if _has_terms(release, topic, profile)]
    return _profiles(release, translations, is_dataset=is_dataset(release, topic))


def _has_terms(release: Release, topic: str, profile: Profile) -> bool:
    """Whether a profile has terms for a thing: by its classes, where those tell."""
    evident = _by_classes(profile.token, release.base, _classes(release, topic))[1]
    return evident or bool(translated(release, topic, profile))


def classes_in(release: Release, topic: str, profile: Profile) -> list[str]:
    """The classes of a thing in the terms of a profile, sorted.

    Raises:
        StoreError: a remote store does not answer.
    """
    own, queries = _classes(release, topic), _fitting(release, topic, profile)
    if all(query.complete and query.evident(own) for query in queries):
        return sorted({iri for query in queries for iri in query.evident(own)})
    quads = translated(release, topic, profile)
    given = {text_of(q.object) for q in quads if text_of(q.subject) == topic and q.predicate.value == f"{RDF}type"}
    return sorted(given)


def likely(release: Release, topic: str) -> tuple[Profile, ...]:
    """The same; as long as a remote store does not answer, by the classes of the thing."""
    try:
        return delivered(release, topic)
    except StoreError:
        translations = [profile for profile in TRANSLATED if _fitting(release, topic, profile)]
        return _profiles(release, translations, is_dataset=f"{DCAT}Dataset" in _classes(release, topic))


def _profiles(release: Release, translations: list[Profile], *, is_dataset: bool) -> tuple[Profile, ...]:
    base = release.base
    return _resolved(MODEL, base), *(_resolved(each, base) for each in translations), *(SHAPED if is_dataset else ())


_resolved = lru_cache(64)(Profile.resolved)


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
