"""A thing in the terms of other vocabularies: what the queries of `profiles/` give for it."""

import threading
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

import pyoxigraph as ox

from .. import profiles
from ..http.profiles import MODEL, TRANSLATED, Profile
from ..release.opened import Release

_FOLDER = Path(profiles.__file__).parent
_lock = threading.Lock()
# A release never changes, so a translation is made once; it goes with its release.
_made: WeakKeyDictionary[Release, dict[tuple[str, str], tuple[ox.Quad, ...]]] = WeakKeyDictionary()


@cache
def _queries(token: str) -> tuple[str, ...]:
    return tuple(file.read_text(encoding="utf-8") for file in sorted((_FOLDER / token).glob("*.rq")))


def translated(release: Release, topic: str, profile: Profile) -> tuple[ox.Quad, ...]:
    """The description of a thing in a profile; empty when the profile has no terms for such a thing."""
    with _lock:
        made = _made.setdefault(release, {})
    key = (profile.token, topic)
    if key not in made:
        thing = str(ox.NamedNode(topic))
        triples = {t for q in _queries(profile.token) for t in release.store.construct(q.replace("$thing", thing))}
        made[key] = tuple(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    return made[key]


def delivered(release: Release, topic: str) -> list[Profile]:
    """The profiles that a thing can be described in, our own model first."""
    base = release.base
    return [MODEL.named(base), *(p.named(base) for p in TRANSLATED if translated(release, topic, p))]
