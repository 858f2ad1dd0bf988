"""Look-up: the things that have an identifier, in any of the ways that people write it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ..search import Searcher
from ..search.collect import Text
from ..search.words import clean, keys
from ..store import Store
from .properties import Property, texts, values

ANY: Final = "id"  # names no registry: an identifier of any
_MOST: Final = 50  # things that one identifier may mean
_LONGEST: Final = 300  # characters of an identifier, its address included


@dataclass(frozen=True)
class LookedUp:
    """A thing that has the identifiers.

    Attributes:
        iri: of it.
        texts: its names and other texts.
    """

    iri: str
    texts: tuple[Text, ...]


def look_up(
    searcher: Searcher, store: Store, registries: Mapping[str, Property], given: Mapping[str, str], start: str
) -> list[LookedUp]:
    """The things that have all of some identifiers.

    Args:
        searcher: of the release; its keys are identifiers without what people leave out.
        store: says which registry an identifier is of.
        registries: by their code.
        given: identifiers by the code of their registry, or under `id`.
        start: of the IRIs of the things that count.
    """
    by_code = [_having(searcher, store, registries.get(code), text, start) for code, text in given.items()]
    if not by_code:
        return []
    common = set(by_code[0]).intersection(*by_code[1:])
    return [by_code[0][iri] for iri in sorted(common)]


def _having(searcher: Searcher, store: Store, registry: Property | None, text: str, start: str) -> dict[str, LookedUp]:
    """The things that have one identifier, by their IRI."""
    wanted = {key for key in keys(clean(text)) if key} if len(text) <= _LONGEST else set()
    if not wanted:
        return {}
    candidates = searcher.with_identifier(text, _MOST)
    things = {
        each.iri: LookedUp(each.iri, each.texts)
        for each in candidates
        if each.iri.startswith(start) and _is_of(wanted, (t.text for t in each.texts if t.field == "identifier"))
    }
    if registry is None:
        return things
    its = values(store, things, registry)
    return {iri: thing for iri, thing in things.items() if _is_of(wanted, texts(its.get(iri, ())))}


def _is_of(wanted: set[str], identifiers: Iterable[str]) -> bool:
    return any(not wanted.isdisjoint(keys(identifier)) for identifier in identifiers)
