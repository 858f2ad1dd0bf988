"""Names that are made where the data give none: a figure by what it measures and its phrase, a member by who and where.

Each way to make one is a pattern of SPARQL with up to four parts, and a function of the names of these.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import chain
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox

from ...addresses import CODES
from ...i18n import Texts, message, texts
from ...store import Store
from ...vocab import (
    ADMS,
    ATMPGRAPH,
    COUNTRIES,
    DCT,
    DQV,
    EURIO,
    FRAPO,
    LABELS,
    LOCN,
    ORG,
    OWL,
    PROV,
    RDFS,
    SCHEMA,
    SDMX,
    SKOS,
    SPDX,
    VOID,
    prefixes,
)
from .phrases import measured, phrase

_SCHEME: Final = f"{CODES}identifier-scheme/"
# Gives what the data call a term: a literal by its words.
NameOf: TypeAlias = Callable[[Any], str]
# The number of a way to make a name, and the parts that it takes.
Recipe: TypeAlias = tuple[int, tuple[Any, ...]]


def _figure(texts: Texts, parts: tuple[Any, ...], name: NameOf) -> str:
    indicator, value, unit, qualifier = parts
    number = measured(texts, value.value, unit.value, name(unit))
    return f"{name(indicator)}{texts.colon}{phrase(texts, number, qualifier.value, name(qualifier))}"


def _membership(texts: Texts, parts: tuple[Any, ...], name: NameOf) -> str:
    return texts.gettext(message("{member} in {whole}"), member=name(parts[0]), whole=name(parts[1]))


def _grant(texts: Texts, parts: tuple[Any, ...], name: NameOf) -> str:
    funder, value, currency, _ = parts
    amount = texts.money(Decimal(value.value), currency.value)
    return texts.gettext(message("Grant of {amount} by {funder}"), amount=amount, funder=name(funder))


def _agreement(texts: Texts, parts: tuple[Any, ...], _: NameOf) -> str:
    return texts.gettext(message("Grant agreement {number}"), number=parts[1].value)


def _money(texts: Texts, parts: tuple[Any, ...], _: NameOf) -> str:
    return texts.money(Decimal(parts[0].value), parts[1].value)


def _numbered(_: Texts, parts: tuple[Any, ...], name: NameOf) -> str:
    return f"{name(parts[0])} {parts[1].value}"


def _address(texts: Texts, parts: tuple[Any, ...], name: NameOf) -> str:
    return texts.gettext(message("Address of {name}"), name=name(parts[0]))


def _checksum(texts: Texts, parts: tuple[Any, ...], name: NameOf) -> str:
    return texts.gettext(message("Checksum of {name}"), name=name(parts[0]))


def _period(texts: Texts, parts: tuple[Any, ...], name: NameOf) -> str:
    return texts.gettext(message("Period of {name}"), name=name(parts[0]))


def _coverage(texts: Texts, parts: tuple[Any, ...], name: NameOf) -> str:
    return f"{name(parts[0])}{texts.colon}{name(parts[1])}"


def _same(_: Texts, parts: tuple[Any, ...], name: NameOf) -> str:
    return name(parts[0])


@dataclass(frozen=True)
class _Way:
    """A way to make a name.

    Attributes:
        pattern: of `?iri` and its parts `?a` to `?d`.
        write: the name.
        best: it goes before the words that the data have.
    """

    pattern: str
    write: Callable[[Texts, tuple[Any, ...], NameOf], str]
    best: bool = False


_WAYS: Final = (
    _Way(
        f"?iri <{ATMPGRAPH}indicator> ?a ; <{SDMX}measure#obsValue> ?b ; <{SDMX}attribute#unitMeasure> ?c ;"
        f" <{ATMPGRAPH}valueQualifier> ?d",
        _figure,
        best=True,
    ),
    _Way(f"?iri <{ORG}member>|<{ATMPGRAPH}involves> ?a ; <{ORG}organization>|<{ATMPGRAPH}involvedIn> ?b", _membership),
    _Way(
        f"?iri <{PROV}wasAttributedTo> ?a ; <{EURIO}hasFundingAmount> ?sum ."
        f" ?sum <{EURIO}value> ?b ; <{EURIO}currency> ?c",
        _grant,
    ),
    _Way(f"?iri <{SCHEMA}value> ?a ; <{SCHEMA}currency> ?b", _money),
    _Way(
        f'?iri <{ADMS}schemaAgency> ?agency ; <{SKOS}notation> ?b BIND(IRI(CONCAT("{_SCHEME}", ?agency)) AS ?a)',
        _numbered,
        best=True,
    ),
    _Way(f"?iri a <{ATMPGRAPH}Record> ; <{DCT}isPartOf> ?a ; <{DCT}identifier> ?b", _numbered, best=True),
    _Way(
        f"?iri <{DQV}isMeasurementOf> ?a ; <{PROV}wasDerivedFrom> ?figure . ?figure <{ATMPGRAPH}indicator> ?b",
        _coverage,
        best=True,
    ),
    _Way(f"?iri <{FRAPO}hasGrantNumber> ?b ; <{PROV}wasAttributedTo> ?a", _numbered),
    _Way(f"?iri <{FRAPO}hasGrantNumber> ?b", _agreement),
    _Way(f"?iri <{DCT}isReplacedBy> ?a", _same),
    _Way(  # a term that another one, which has a name, is the same as
        f"?iri <{SKOS}exactMatch>|<{RDFS}seeAlso>|<{OWL}equivalentClass>|<{OWL}equivalentProperty> ?a"
        f" FILTER EXISTS {{ ?a {'|'.join(f'<{label}>' for label in LABELS)} ?name }}",
        _same,
    ),
    _Way(f"?iri <{VOID}class>|<{VOID}property> ?a", _same, best=True),  # the part of a dataset that uses it
    _Way(f"?a <{LOCN}address> ?iri", _address),
    _Way(f"?a <{SPDX}checksum> ?iri", _checksum),
    _Way(f"?iri a <{DCT}PeriodOfTime> . ?a <{DCT}temporal> ?iri", _period),
)
_BRANCHES: Final = {
    best: " UNION ".join(f"{{ {w.pattern} BIND({n} AS ?way) }}" for n, w in enumerate(_WAYS) if w.best or not best)
    for best in (True, False)
}
_QUERY: Final = "SELECT ?iri ?way ?a ?b ?c ?d {{ VALUES ?iri {{ {iris} }} {branches} }}"


def recipes(store: Store, iris: Iterable[str], named: Iterable[str]) -> dict[str, Recipe]:
    """What the names of some things are made of, of those that have such a name.

    Args:
        store: that describes them.
        iris: of the things.
        named: those that the data give a name.
    """
    having, rows = set(named), dict[str, Recipe]()
    for row in chain.from_iterable(map(store.select, _queries(iris, having))):
        iri, recipe = row["iri"].value, (int(row["way"].value), tuple(row[part] for part in "abcd"))
        if iri not in rows or _rank(*recipe) < _rank(*rows[iri]):
            rows[iri] = recipe
    return rows


def made_names(
    of: Mapping[str, Recipe], languages: tuple[str, ...], names_of: Callable[[set[str]], Mapping[str, str]]
) -> dict[str, str]:
    """The names that are made of some things.

    Args:
        of: what they are made of.
        languages: of the reader.
        names_of: gives the names of the parts.
    """
    if not of:
        return {}
    names = names_of({t.value for _, parts in of.values() for t in parts if isinstance(t, ox.NamedNode)})
    name: NameOf = lambda term: names[term.value] if isinstance(term, ox.NamedNode) else term.value  # noqa: E731
    written = {}
    for iri, (way, parts) in of.items():
        try:
            written[iri] = _WAYS[way].write(texts(languages[0]), parts, name)
        except (InvalidOperation, AttributeError, KeyError):  # a number that is none, a part that is missing
            continue
    return written


def _queries(iris: Iterable[str], having: Container[str]) -> Iterator[str]:
    """The queries for the parts of names: of things that have one, only of those that go before it."""
    things: dict[bool, list[str]] = {True: [], False: []}
    for iri in iris:
        things[iri in having].append(str(ox.NamedNode(iri)))
    for best, values in things.items():
        if values:
            yield _QUERY.format(iris=" ".join(values), branches=_BRANCHES[best])


def _rank(way: int, parts: tuple[Any, ...]) -> tuple[int, list[str]]:
    """The order in which names count, the same on every engine."""
    return way, list(map(str, parts))


_ROW: Final = re.compile(r".*/doc/table/([^/]+)\.csv#row=(\d+)")
_WORDS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|[-_]+")


def table_name(file: str, titles: Mapping[str, str], language: str) -> str:
    """What the file of a table is called: its title, with the name by which it is found; without one, its own words."""
    if title := titles.get(file):
        return f"{texts(language).gettext(title)} ({file})"
    return file.removesuffix(".csv").replace("-", " ")


def readable(iri: str, base: str, language: str, titles: Mapping[str, str] = MappingProxyType({})) -> str:
    """What an IRI without a name is called, by its own words: table and row, last segment, the site it is on.

    Args:
        iri: its own.
        base: of the publication.
        language: of the reader.
        titles: of tables, by their file.
    """
    if row := _ROW.fullmatch(iri):
        table = table_name(f"{row[1]}.csv", titles, language)
        return texts(language).gettext(message("{table}, row {row}"), table=table, row=row[2])
    if iri.startswith(("mailto:", "tel:")):
        return iri.partition(":")[2]
    if not iri.startswith(("http://", "https://")):
        return iri
    if iri.startswith(COUNTRIES):
        return texts(language).country(iri.removeprefix(COUNTRIES))
    parts = urlsplit(iri)
    last = unquote(parts.fragment or parts.path.rstrip("/").rpartition("/")[2])
    if iri == base:
        return f"{parts.netloc}{parts.path.rstrip('/')}"
    if iri.startswith(base) or any(iri.startswith(namespace) for namespace in prefixes(base).values()):
        words = last if "." in last else _WORDS.sub(" ", last).strip().lower()  # a file keeps its name
        return words or parts.netloc
    site = parts.netloc.removeprefix("www.")
    return f"{site} – {last}" if last and any(char.isdigit() for char in last) and len(last) < _LONG else site


_LONG: Final = 40
