"""What a cell of a list says in a reader's language: words for codes and things, numbers and dates by locale."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from ...addresses import SOFTWARE, Addresses
from ...i18n import Texts
from ...lists.lookup import Cell, Lists, Row
from ...vocab import EU_AUTHORITY, XSD, prefixes
from ..core.labels import Name
from ..core.phrases import measured, phrase
from ..core.terms import terms

_NUMBERS: Final = frozenset(f"{XSD}{name}" for name in ("decimal", "integer", "nonNegativeInteger", "double", "float"))
_DATES: Final = frozenset(f"{XSD}{name}" for name in ("date", "dateTime", "gYearMonth", "gYear"))
# Where terms and codes are: the end of their IRI says more than its host.
_VOCABULARIES: Final = (SOFTWARE, EU_AUTHORITY, *(space for space in prefixes("").values() if ":" in space))
_MOST_NAMES: Final = 20_000  # names that are held


@dataclass(frozen=True)
class Entry:
    """An entry of a cell.

    Attributes:
        text: for people.
        language: of the text, where the data says.
        iri: of the thing, if it is one.
        linked: whether one wants to go there: a thing of the publication, or a page elsewhere; not a code.
        number: if it is one.
        date: as XSD has it, if it is one.
        details: of a number, in words: unit, currency, exactness.
    """

    text: str
    language: str = ""
    iri: str = ""
    linked: bool = False
    number: Decimal | None = None
    date: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reader:
    """Reads cells in a language: `languages` is that and those that stand for it."""

    lists: Lists
    languages: Sequence[str]
    texts: Texts
    base: str
    _names: dict[str, Name] = field(default_factory=dict)

    def names(self, iris: Iterable[str]) -> dict[str, Name]:
        """A name for each IRI; where the data have none, a readable one is made."""
        if len(self._names) > _MOST_NAMES:
            self._names.clear()
        used = set(iris)
        self._names.update(self._look_up(used - self._names.keys()))
        return {iri: self._names[iri] for iri in used}

    def _look_up(self, wanted: set[str]) -> dict[str, Name]:
        named = {iri: Name(*name) for iri, name in self.lists.names(wanted, self.languages).items()}
        for iri in wanted:
            if text := terms(self.languages[0]).get(iri):
                named[iri] = Name(text, self.languages[0])
            elif iri not in named:
                text = next((each for tag in self.languages if (each := terms(tag).get(iri))), "")
                named[iri] = Name(text or _readable(iri, self.base))
        return named

    def read(self, rows: Sequence[Row], details: Sequence[Sequence[str]]) -> Iterator[tuple[str, list[list[Entry]]]]:
        """The thing and the cells of some rows; `details` are those of each column."""
        names = self.names(iri for row in rows for iri in (row.thing, *_iris(row.cells)))
        for row in rows:
            yield row.thing, [self._cell(*pair, names) for pair in zip(row.cells, details, strict=True)]

    def _cell(self, cell: Cell, details: Sequence[str], names: dict[str, Name]) -> list[Entry]:
        return [self._entry(entry, details, names) for entry in self._spoken(cell)]

    def _spoken(self, cell: Cell) -> Cell:
        """The entries but for the texts in other languages than the best one that there is."""
        tags = {entry[1] for entry in cell if isinstance(entry, list) and entry[1]}
        if len(tags) < 2:
            return cell
        best = next((tag for tag in self.languages if tag in tags), min(tags))
        return [entry for entry in cell if not isinstance(entry, list) or entry[1] in {"", best}]

    def _entry(self, entry: Any, details: Sequence[str], names: dict[str, Name]) -> Entry:  # noqa: ANN401
        term, stated = (entry["value"], entry) if isinstance(entry, dict) else (entry, {})
        if isinstance(term, str):
            name = names[term]
            linked = Addresses(self.base).is_thing(term) or _is_elsewhere(term, self.base)
            return Entry(name.text, name.language, term, linked)
        text, language, datatype = term
        if datatype in _NUMBERS and (number := _number(text)) is not None:
            words = tuple(_words(stated.get(name), names) for name in details)
            return Entry(self._figure(text, stated, names), number=number, details=words)
        if datatype in _DATES:
            return Entry(self.texts.date(text), date=text)
        return Entry(text, language)

    def _figure(self, value: str, stated: dict[str, Any], names: dict[str, Name]) -> str:
        """A number with its unit, currency and exactness in one phrase."""
        unit, currency = stated.get("unit"), stated.get("currency")
        if isinstance(unit, str):
            number = measured(self.texts, value, unit, names[unit].text)
        elif isinstance(currency, list):
            number = self.texts.money(Decimal(value), currency[0])
        else:
            number = self.texts.number(Decimal(value))
        qualifier = stated.get("qualifier")
        return phrase(self.texts, number, qualifier, names[qualifier].text) if isinstance(qualifier, str) else number


def _words(term: object, names: dict[str, Name]) -> str:
    if isinstance(term, str):
        return names[term].text
    return str(term[0]) if isinstance(term, list) else ""


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _iris(cells: Iterable[Cell]) -> Iterator[str]:
    for cell in cells:
        for entry in cell:
            for term in entry.values() if isinstance(entry, dict) else (entry,):
                if isinstance(term, str):
                    yield term


def _is_elsewhere(iri: str, base: str) -> bool:
    """Whether an IRI is neither ours nor that of a term or code."""
    return not iri.startswith((base, *_VOCABULARIES))


def _readable(iri: str, base: str) -> str:
    """What an IRI without a name says to people: the host of a page, else its last part in words."""
    if _is_elsewhere(iri, base) and (host := urlsplit(iri).hostname):
        return host
    end = unquote(iri.rstrip("/#").replace("#", "/").rpartition("/")[2])
    return end.replace("-", " ").replace("_", " ") or iri
