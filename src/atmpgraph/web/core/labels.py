"""Names for IRIs, in the reader's language if there is one: the label service of the pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pyoxigraph as ox

from ...addresses import Addresses
from ...i18n import texts
from ...store import Store
from ...vocab import ADMS, ATMPGRAPH, DCT, FRAPO, LABELS, OA, ORG, PROV, SCHEMA, SKOS, prefixes
from .context import Context
from .terms import terms

# Things without a name of their own are called by their words: figures as printed, quotations by what they quote,
# identifiers by their system and number, records and grants by their number, amounts by what they are.
_PATTERNS = (
    *(f"?iri <{predicate}> ?label" for predicate in LABELS),
    f"?iri <{ATMPGRAPH}statedAs> ?label",
    f"?iri <{OA}exact> ?label",
    f"?iri <{OA}hasSelector>/<{OA}exact> ?label",
    f'?iri <{ADMS}schemaAgency> ?system ; <{SKOS}notation> ?code BIND(CONCAT(?system, " ", ?code) AS ?label)',
    f"?iri <{SKOS}notation> ?label",
    f"?iri <{DCT}identifier>|<{FRAPO}hasGrantNumber> ?label",
    f"?iri <{SCHEMA}value> ?amount ; <{SCHEMA}currency> ?label",
    f"?iri <{PROV}wasDerivedFrom>/<{ATMPGRAPH}statedAs> ?label",
)
_BRANCHES = " UNION ".join(f"{{ {pattern} BIND({rank} AS ?rank) }}" for rank, pattern in enumerate(_PATTERNS))
_ALTERNATIVE = LABELS.index(f"{SKOS}altLabel")
# A membership or an involvement has no name: it is called by who it is of, and in what.
_MEMBERS = (
    "SELECT ?iri ?member ?whole {{ VALUES ?iri {{ {iris} }}"
    f" ?iri <{ORG}member>|<{ATMPGRAPH}involves> ?member ; <{ORG}organization>|<{ATMPGRAPH}involvedIn> ?whole }}}}"
)
_QUERY = "SELECT ?iri ?rank ?label ?amount {{ VALUES ?iri {{ {iris} }} {branches} }}"


@dataclass(frozen=True)
class Name:
    """A name and the tag of its language; empty for none."""

    text: str
    language: str = ""


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
    have their names in `terms.ttl`. All other IRIs are shortened.
    """
    wanted = sorted(set(iris))
    best: dict[str, tuple[bool, int, int, str, str]] = {}
    values = " ".join(str(ox.NamedNode(iri)) for iri in wanted)
    for row in store.select(_QUERY.format(iris=values, branches=_BRANCHES)) if wanted else ():
        label = row["label"]
        if isinstance(label, ox.Literal):
            tag = label.language or ""
            place = languages.index(tag) if tag in languages else len(languages)
            rank = int(row["rank"].value)
            amount = row["amount"]
            words = texts(languages[0]).money(Decimal(amount.value), label.value) if amount else label.value
            candidate = (rank == _ALTERNATIVE, place, rank, words, tag)
            best[row["iri"].value] = min(candidate, best.get(row["iri"].value, candidate))
    names = {}
    for iri in wanted:
        if term := next((Name(text, tag) for tag in languages if (text := terms(tag).get(iri))), None):
            names[iri] = term
        elif iri in best:
            names[iri] = Name(*best[iri][3:])
        else:
            names[iri] = Name(shortened(iri, store.base))
    return names | _memberships(
        store, [iri for iri in wanted if iri not in best and Addresses(store.base).is_thing(iri)], languages
    )


def _memberships(store: Store, unnamed: Sequence[str], languages: tuple[str, ...]) -> dict[str, Name]:
    """The names of those that are memberships or involvements."""
    values = " ".join(str(ox.NamedNode(iri)) for iri in unnamed)
    rows = list(store.select(_MEMBERS.format(iris=values))) if unnamed else []
    if not rows:
        return {}
    parts = names_of(store, [row[part].value for row in rows for part in ("member", "whole")], languages)
    return {
        row["iri"].value: Name(f"{parts[row['member'].value].text} – {parts[row['whole'].value].text}") for row in rows
    }


def page_names(context: Context, iris: Iterable[str]) -> dict[str, Name]:
    """Names in the language of the page; of what the data do not name, those of the catalogue."""
    release, wanted = context.release, list(iris)
    names = names_of(release.store, wanted, context.languages)
    unnamed = [iri for iri, name in names.items() if name.text == shortened(iri, release.base)]
    described = [iri for iri in unnamed if release.in_catalogue(iri)]
    if not described:  # then the catalogue need not be loaded
        return names
    return names | names_of(release.catalogue_store, described, context.languages)
