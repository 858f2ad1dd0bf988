"""Names for IRIs, in the reader's language if there is one: the label service of the pages."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

import pyoxigraph as ox

from ...release.release import Release
from ...store import Store
from ...vocab import ATMPGRAPH, DCT, LABELS, OA, SKOS, prefixes
from .context import Context
from .made_names import Recipe, made_names, readable, recipes
from .terms import terms

# Things without a name of their own are called by their words: quotations by what they quote, codes and grants by their
# number; `made_names` has names that need more than one statement.
_PATTERNS = (
    *(f"?iri <{predicate}> ?label" for predicate in LABELS),
    f"?iri <{ATMPGRAPH}statedAs> ?label",
    f"?iri <{OA}exact> ?label",
    f"?iri <{OA}hasSelector>/<{OA}exact> ?label",
    f"?iri <{SKOS}notation> ?label",
    f"?iri <{DCT}identifier> ?label",
)
_QUOTED = range(len(LABELS) + 1, len(LABELS) + 3)  # the places of texts that may be long
_WORDS = 90  # characters of a text that names what it is in
_BRANCHES = " UNION ".join(f"{{ {pattern} BIND({rank} AS ?rank) }}" for rank, pattern in enumerate(_PATTERNS))
_ALTERNATIVE = LABELS.index(f"{SKOS}altLabel")
_QUERY = "SELECT ?iri ?rank ?label {{ VALUES ?iri {{ {iris} }} {branches} }}"


@dataclass(frozen=True)
class Name:
    """A name and the tag of its language; empty for none."""

    text: str
    language: str = ""


@lru_cache(1 << 12)
def shortened(iri: str, base: str) -> str:
    """An IRI as people write it: with a prefix, or by its path under our base; whole where that leaves nothing."""
    for prefix, namespace in prefixes(base).items():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri.removeprefix(base).removeprefix("id/") or iri


def names_of(store: Store, iris: Iterable[str], languages: tuple[str, ...]) -> dict[str, Name]:
    """A name for each IRI.

    The best label is the one in the first of the languages, then in any other; then the first by the order of
    `vocab.LABELS`. An alternative name counts only where there is no other in any language. Terms of other vocabularies
    have their names in `terms.ttl`. Names that are made come last, then words of the IRI itself.
    """
    wanted = sorted(set(iris))
    return _for_all(wanted, _given(store, wanted, languages), store.base, languages)


def _for_all(iris: Iterable[str], names: Mapping[str, Name], base: str, languages: tuple[str, ...]) -> dict[str, Name]:
    """The names, and where there is none the words of the IRI."""
    return {iri: names.get(iri) or Name(readable(iri, base, languages[0])) for iri in iris}


def names_in(store: Store, iris: Iterable[str], languages: Iterable[str]) -> dict[str, dict[str, Name]]:
    """The same as `names_of` in each of some languages alone; what the data state is read once."""
    wanted = sorted(set(iris))
    stated = _read(store, wanted)
    given = {tag: _chosen(store, wanted, stated, (tag,)) for tag in languages}
    return {tag: _for_all(wanted, names, store.base, (tag,)) for tag, names in given.items()}


@dataclass(frozen=True)
class _Stated:
    """What names some things in any language.

    Attributes:
        labels: the texts of each, with the number of the pattern that gave it.
        recipes: what the other names are made of.
    """

    labels: Mapping[str, list[tuple[int, ox.Literal]]]
    recipes: Mapping[str, Recipe]


def _given(store: Store, iris: list[str], languages: tuple[str, ...]) -> dict[str, Name]:
    """The names that the data and `terms.ttl` give, or that are made of these."""
    return _chosen(store, iris, _read(store, iris), languages)


def _read(store: Store, iris: list[str]) -> _Stated:
    """Read what names some things."""
    labels: dict[str, list[tuple[int, ox.Literal]]] = defaultdict(list)
    values = " ".join(str(ox.NamedNode(iri)) for iri in iris)
    for row in store.select(_QUERY.format(iris=values, branches=_BRANCHES)) if iris else ():
        if isinstance(row["label"], ox.Literal):
            labels[row["iri"].value].append((int(row["rank"].value), row["label"]))
    return _Stated(labels, recipes(store, iris, labels))


def _chosen(store: Store, iris: list[str], stated: _Stated, languages: tuple[str, ...]) -> dict[str, Name]:
    """The best names for the reader of some languages."""
    places = {tag: place for place, tag in reversed([*enumerate(languages)])}

    def order(label: tuple[int, ox.Literal]) -> tuple[bool, int, int, str, str]:
        rank, text = label
        tag = text.language or ""
        words = _first_words(text.value) if rank in _QUOTED else text.value
        return rank == _ALTERNATIVE, places.get(tag, len(languages)), rank, words, tag

    names = {iri: Name(*min(map(order, labels))[3:]) for iri, labels in stated.labels.items()}
    for iri in iris:
        if term := next((Name(text, tag) for tag in languages if (text := terms(tag).get(iri))), None):
            names[iri] = term
    of_parts = lambda parts: {iri: name.text for iri, name in names_of(store, parts, languages).items()}  # noqa: E731
    return names | {iri: Name(text) for iri, text in made_names(stated.recipes, languages, of_parts).items()}


def _first_words(text: str) -> str:
    """A text, or its first words."""
    words = " ".join(text.split())
    return words if len(words) <= _WORDS else f"{words[:_WORDS].rpartition(' ')[0] or words[:_WORDS]}…"


def data_names(context: Context, release: Release, iris: Iterable[str], languages: tuple[str, ...]) -> dict[str, Name]:
    """The same as `names_of` in the data of a release; from memory where a page showed a name before."""
    wanted = sorted(set(iris))
    return _for_all(wanted, _held(context, release, wanted, languages), release.base, languages)


def _held(context: Context, release: Release, iris: list[str], languages: tuple[str, ...]) -> dict[str, Name]:
    find = partial(_given, release.store, languages=languages)
    return context.publication.names.get_or_find(release.digest, languages, iris, find)


def page_names(context: Context, iris: Iterable[str]) -> dict[str, Name]:
    """Names in the language of the page; of what the data do not name, those of the catalogue."""
    release, wanted = context.release, sorted(set(iris))
    names = _held(context, release, wanted, context.languages)
    described = [iri for iri in wanted if iri not in names and release.in_catalogue(iri)]
    if described:  # else the catalogue need not be loaded
        names |= _given(release.catalogue_store, described, context.languages)
    called = {iri: names.get(iri) for iri in wanted}
    titles = release.table_titles if None in called.values() else {}
    return {iri: name or Name(readable(iri, release.base, context.language, titles)) for iri, name in called.items()}
