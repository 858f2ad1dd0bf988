"""Labels of terms of other vocabularies that have none in a language of the pages: `web/terms.ttl`."""

from collections import ChainMap, defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ...languages import ranges

_FILE: Final = Path(__file__).parents[1] / "terms.ttl"


@cache
def _labels() -> dict[str, dict[str, str]]:
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    for quad in ox.parse(path=str(_FILE), format=ox.RdfFormat.TURTLE):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
            labels[quad.object.language or ""][quad.subject.value] = quad.object.value
    return dict(labels)


@lru_cache(256)
def terms(language: str) -> Mapping[str, str]:
    """The labels of a language, by the IRI of the term; where it has none, those of what it is a special case of."""
    return ChainMap(*(_labels().get(tag, {}) for tag in ranges(language)))
