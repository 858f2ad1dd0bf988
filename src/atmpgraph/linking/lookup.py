"""Look-up: the things that have an identifier, in any of the ways that people write it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from ..search import Searcher
from ..search.collect import Text
from ..search.words import clean, country, keys, spellings
from ..store import Store
from .properties import Property, texts, values

ANY: Final = "id"  # names no registry: an identifier of any
_MOST: Final = 50  # things that one identifier may mean
_LONGEST: Final = 300  # characters of an identifier, its address included
_SEPARATORS: Final = re.compile(r"\W")


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
    by_code = [_having(searcher, store, registries, code, text, start) for code, text in given.items()]
    if not by_code:
        return []
    common = set(by_code[0]).intersection(*by_code[1:])
    return [by_code[0][iri] for iri in sorted(common)]


def _having(
    searcher: Searcher, store: Store, registries: Mapping[str, Property], code: str, text: str, start: str
) -> dict[str, LookedUp]:
    """The things that have one identifier, by their IRI."""
    if code == ANY and (own := searcher.with_iri(text)):
        return {each.iri: LookedUp(each.iri, each.texts) for each in own if each.iri.startswith(start)}
    wanted = {key for key in spellings(clean(text)) if key} if len(text) <= _LONGEST else set()
    if not wanted:
        return {}
    candidates = searcher.with_identifier(text, _MOST)
    things = {
        each.iri: LookedUp(each.iri, each.texts)
        for each in candidates
        if each.iri.startswith(start)
        and not wanted.isdisjoint(_keys(t.text for t in each.texts if t.field == "identifier"))
    }
    if code not in registries:
        return things
    for registry, read in _telling(registries[code], registries.values()):
        its = values(store, things, registry)
        having = {
            iri: thing for iri, thing in things.items() if _is_one(text, wanted, map(read, texts(its.get(iri, ()))))
        }
        if having:
            return having
    return {}


def _telling(registry: Property, registries: Iterable[Property]) -> Iterator[tuple[Property, Callable[[str], str]]]:
    """The registries that tell an identifier of one, itself first, each with what reads it there; empty for none."""
    yield registry, str
    for other in registries:
        if other != registry:
            for form in other.contained:
                yield other, partial(_within, form, registry.pattern)
            for form in registry.contained:
                yield other, partial(_taken_out, form)


def _within(form: str, pattern: str, identifier: str) -> str:
    """The number that contains an identifier, if it is one of the pattern."""
    number = form.replace("{value}", _SEPARATORS.sub("", identifier))
    return number if re.fullmatch(pattern, number) else ""


def _taken_out(form: str, number: str) -> str:
    """The identifier that a number contains."""
    before, _, after = form.partition("{value}")
    compact = _SEPARATORS.sub("", number)
    fits = compact.startswith(before) and compact.endswith(after)
    return compact.removeprefix(before).removesuffix(after) if fits else ""


def _is_one(text: str, wanted: set[str], identifiers: Iterable[str]) -> bool:
    """Whether an identifier is written as one of some, and of the same country where both name one."""
    own = country(clean(text))
    return any(not wanted.isdisjoint(keys(each)) and own in {"", country(each) or own} for each in identifiers if each)


def _keys(identifiers: Iterable[str]) -> set[str]:
    return {key for identifier in identifiers for key in keys(identifier)}
