"""Texts in the reader's language: gettext catalogues, and numbers, money and dates by locale (CLDR, through Babel).

English sentences are the keys. A language is one file, `locale/<tag>.po`; English has none. A publication has texts of
its own in `texts/<tag>.po`, for another language or in the place of the supplied ones. What a language lacks is taken
from the one it is a special case of (`pt` for `pt-BR`), then from English. Catalogues are read as they are, without a
step that compiles them; what is read of the supplied ones is kept (`docs/decisions/texts.md`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, cached_property
from gettext import GNUTranslations, NullTranslations
from hashlib import sha256
from io import BytesIO
from itertools import chain
from pathlib import Path
from string import Formatter
from typing import Final, Literal, TypeVar

from babel import Locale, UnknownLocaleError, dates, lists, numbers
from babel import __version__ as babel_version
from babel.core import get_global
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po

from .code_cache import CodeCache
from .errors import AtmpgraphError, SettingsError
from .languages import ranges
from .sentences import Counting as Counting
from .sentences import Sentence as Sentence  # what marks texts comes from here, and so does what holds one
from .sentences import isolated

FOLDER: Final = Path(__file__).parent / "locale"
SOURCE: Final = "en"  # the language of the keys
# The locale of a language, where its plain tag stands for another country's habits.
_LOCALES: Final = {"en": "en-GB"}
# The folder with the texts of the publication that the command, or the request, is about.
_OWN: ContextVar[Path | None] = ContextVar("own_texts", default=None)
_SCALES: Final = (10**9, 10**6)
# To parse the supplied catalogues takes a fifth of a second, in each command and each server.
_CATALOGUES: Final = CodeCache("texts", __file__, 32, babel_version)
_DECIMALS: Final = 3  # of millions in words; a number with more is written with all its digits
_NBSP: Final = "\u00a0"
Scalar = int | float | Decimal
T = TypeVar("T")


class Texts:
    """The texts, numbers and dates of one language. Safe to share between threads."""

    def __init__(self, language: str, own: Path | None = None) -> None:
        """Take the texts of a language.

        Args:
            language: its tag.
            own: the folder with those of the publication.
        """
        self.language = language
        self._own = own
        self._locale = _locale(language)

    @cached_property
    def _catalogue(self) -> NullTranslations:
        catalogue = NullTranslations()
        for file in _files(self.language, self._own):
            with suppress(CatalogueError):  # which the check says
                catalogue.add_fallback(_compiled(file))
        return catalogue

    @property
    def locale(self) -> Locale:
        """Its habits, for programs that write numbers and dates themselves."""
        return self._locale

    @property
    def direction(self) -> str:
        """Of the script: `ltr` or `rtl`."""
        return self._locale.text_direction

    # texts

    def load(self) -> None:
        """Read from files now what texts, numbers and dates take; by itself each is read when it is needed."""
        self._catalogue.info()
        self.number(0)
        self.date("2000-01-01")

    def gettext(self, message: str, **values: object) -> str:
        """A sentence; whole numbers among the values are written as the language does, and one that counts fits its
        number.
        """
        if isinstance(message, Counting) and isinstance(number := values.get(message.number), int):
            return self._filled(self.pattern(message.one, str(message), number), values)
        return self._filled(self._catalogue.gettext(message), values)

    def sentence(self, sentence: Sentence) -> str:
        """A sentence that stands as a value of others."""
        return self.gettext(sentence.text, **sentence.values)

    def pgettext(self, context: str, message: str, **values: object) -> str:
        """A word that is translated in more than one way: the context tells which."""
        return self._filled(self._catalogue.pgettext(context, message), values)

    @property
    def colon(self) -> str:
        """What stands between a label and its value."""
        return f"{self.pgettext('punctuation', ':')} "

    def ngettext(self, singular: str, plural: str, n: int, **values: object) -> str:
        """A sentence about `n` things, in the plural form that `n` takes."""
        return self._filled(self.pattern(singular, plural, n), {"n": n, **values})

    def pattern(self, singular: str, plural: str, n: int) -> str:
        """The same, before it is filled in."""
        return self._catalogue.ngettext(singular, plural, n)

    def plurals(self, singular: str, plural: str) -> dict[str, str]:
        """A sentence about `{n}` things in each plural form, by its CLDR category, for programs that fill it in."""
        category: Callable[[int], str] = self._locale.plural_form
        samples = {category(n): n for n in (*range(101), 10**6)}
        return {name: self._catalogue.ngettext(singular, plural, n) for name, n in samples.items()}

    def has(self, message: str) -> bool:
        """Whether a sentence is translated, or is in the language of the keys."""
        return next(reversed([*ranges(self.language)])) == SOURCE or self._catalogue.gettext(message) != message

    def alternatives(self, tags: Iterable[str]) -> str:
        """Languages by their names, one of which is meant: `French, Dutch or German`."""
        return self.joined(map(self._name, tags), "or")

    def joined(self, words: Iterable[str], style: Literal["standard", "or"]) -> str:
        """Some words with an *and* or an *or* before the last."""
        return str(lists.format_list([*words], style=style, locale=self._locale))

    def _name(self, tag: str) -> str:
        """What a language is called in this one; its tag, where nobody says it."""
        name = _locale(tag).get_display_name(self._locale) if is_known(tag) else None
        return self._locale.languages.get(tag) or name or tag

    def _filled(self, text: str, values: dict[str, object]) -> str:
        if not values:
            return text
        return text.format(**{name: self._value(value) for name, value in values.items()})

    def _value(self, value: object) -> object:
        if isinstance(value, Sentence):
            return self.sentence(value)
        if type(value) is str:
            return isolated(value)
        return self.number(value) if type(value) is int else value

    # numbers

    def number(self, value: Scalar) -> str:
        """A number with all its digits."""
        return numbers.format_decimal(Decimal(str(value)), format=None, locale=self._locale, decimal_quantization=False)

    def compact(self, value: Scalar) -> str:
        """A number, its millions and milliards in words where few decimals say it; never rounded."""
        for scale in _SCALES:
            if value >= scale:
                scaled = (Decimal(str(value)) / scale).normalize()
                if -int(scaled.as_tuple().exponent) > _DECIMALS:
                    break
                category = self._locale.plural_form(scaled)
                pattern = self._locale.compact_decimal_formats["long"][category][str(scale)].pattern
                return str(pattern).replace("0", self.number(scaled)).replace(" ", _NBSP)
        return self.number(value)

    def quantity(self, value: Scalar, unit: str) -> str:
        """A number and its unit."""
        return f"{self.compact(value)}{_NBSP}{unit}" if unit else self.compact(value)

    def money(self, value: Scalar, currency: str) -> str:
        """An amount in a currency (ISO 4217), with the symbol where the language puts it."""
        symbol = numbers.get_currency_symbol(currency, locale=self._locale)
        pattern = self._locale.currency_formats["standard"].pattern
        amount, gap = self._with_cents(self.compact(value), value, currency), _NBSP if _NBSP in pattern else ""
        return f"{symbol}{gap}{amount}" if pattern.startswith("¤") else f"{amount}{gap}{symbol}"

    def _with_cents(self, written: str, value: Scalar, currency: str) -> str:
        """An amount with all the digits of a part of its currency (CLDR): 0.5 is 0.50 euros; a whole one has none."""
        amount = Decimal(str(value)).normalize()
        lacking = numbers.get_currency_precision(currency) + int(amount.as_tuple().exponent)
        whole = written != self.number(value) or amount == amount.to_integral_value()
        return written if whole or lacking <= 0 else written + self.number(0) * lacking

    def currency(self, code: str) -> str:
        """The name of a currency by its code (ISO 4217); what is none stays as it is."""
        return numbers.get_currency_name(code, locale=self._locale)

    def country(self, code: str) -> str:
        """The name of a country by its code (ISO 3166-1, two letters or three); what is none stays as it is."""
        two = get_global("territory_aliases").get(code, [code])
        name: str = self._locale.territories.get(two[0], code)
        return name

    def percent(self, share: Scalar) -> str:
        """A share of 1 in per cent, with all its digits."""
        return numbers.format_percent(Decimal(str(share)), locale=self._locale, decimal_quantization=False)

    def size(self, count: int) -> str:
        """A number of bytes, in kB."""
        return f"{self.number(max(round(count / 1000, 1), 0.1))}{_NBSP}kB"

    # dates

    def date(self, text: str) -> str:
        """A year, month, day or moment of XSD, as people write it; what is none of these stays as it is."""
        try:
            match len(text):
                case 7:
                    return dates.format_skeleton("yMMMM", datetime.strptime(text, "%Y-%m"), locale=self._locale)  # noqa: DTZ007
                case 10:
                    return dates.format_date(datetime.strptime(text, "%Y-%m-%d"), "long", self._locale)  # noqa: DTZ007
                case length if length > 10:
                    moment = datetime.fromisoformat(text)
                    zone, moment = (" UTC", moment.astimezone(UTC)) if moment.tzinfo else ("", moment)
                    day, time = (
                        dates.format_date(moment, "long", self._locale),
                        dates.format_time(moment, "short", locale=self._locale),
                    )
                    return f"{day}, {time}{zone}"
        except ValueError:
            pass
        return text

    # languages

    def language_name(self, tag: str) -> str:
        """What a language is called in itself."""
        name = _locale(tag).get_display_name() or tag if is_known(tag) else tag
        return name[0].upper() + name[1:]


@cache
def _locale(language: str) -> Locale:
    """The locale of a language: its own, or that of what it is a special case of, or that of English."""
    for tag in ranges(language):
        try:
            return Locale.parse(_LOCALES.get(tag, tag), sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(_LOCALES[SOURCE], sep="-")


def is_known(language: str) -> bool:
    """Whether CLDR knows it."""
    return _locale(language) != _locale(SOURCE) or [*ranges(language)][-1] == SOURCE


def _files(language: str, own: Path | None) -> Iterator[Path]:
    """The catalogues of a language, in the order in which they are asked."""
    for tag in ranges(language):
        for folder in (own, FOLDER):
            yield from (
                (file for file in folder.glob("*.po") if file.stem.lower() == tag and file.is_file()) if folder else ()
            )


def own_texts(folder: Path) -> None:
    """Take the texts of a publication beside those that are supplied, from here on, in this thread or request."""
    _OWN.set(folder if folder.is_dir() else None)


def texts(language: str) -> Texts:
    """The texts of a language, read once."""
    return _texts(language.lower(), _OWN.get())


@cache
def _texts(language: str, own: Path | None) -> Texts:
    return Texts(language, own)


def written() -> tuple[str, ...]:
    """The languages there are texts in, that of the keys first."""
    return _written(_OWN.get())


@cache  # findings come by the thousand
def _written(own: Path | None) -> tuple[str, ...]:
    tags = {file.stem.lower() for folder in (FOLDER, own) if folder for file in folder.glob("*.po")}
    return SOURCE, *sorted(tags - {SOURCE})


def lacking(language: str) -> tuple[int, int]:
    """How many texts of the interface a language lacks, so that English stands for them, and how many there are."""
    keys = _keys(*FOLDER.glob("*.po"))
    if [*ranges(language)][-1] == SOURCE:
        return 0, len(keys)
    return len(keys - _keys(*_files(language, _OWN.get()))), len(keys)


@cache
def _keys(*files: Path) -> frozenset[tuple[str | None, str]]:
    """The sentences that some catalogues translate, each with its context."""
    return _once("keys", files, lambda: frozenset(_translated(files)))


def _translated(files: Iterable[Path]) -> Iterator[tuple[str | None, str]]:
    for each in chain.from_iterable(map(_entries, files)):
        if (
            each.id
            and not each.fuzzy
            and (each.string if isinstance(each.string, str) else each.string and all(each.string))
        ):
            yield each.context, each.id if isinstance(each.id, str) else each.id[0]


@dataclass(frozen=True)
class WrongText:
    """A text in a catalogue of a publication that cannot be used.

    Attributes:
        line: of the file.
        key: the sentence that it translates.
        names: those in brackets that the sentence does not have, or lacks.
        is_pattern: whether its brackets are in pairs, so that it can be filled in.
        lacks: whether the names are those that it lacks; without names, there is no such sentence.
    """

    line: int | None
    key: str
    names: tuple[str, ...] = ()
    is_pattern: bool = True
    lacks: bool = False


def wrong_texts(file: Path) -> Iterator[WrongText]:
    """What is wrong with a catalogue: sentences that there are not, names in brackets without a value or left out.

    Raises:
        CatalogueError: it is not a catalogue.
    """
    _compiled(file)
    keys = _keys(*FOLDER.glob("*.po"))
    for each in _read(file):
        forms, translations = ([t] if isinstance(t, str) else list(t or ()) for t in (each.id, each.string))
        if not forms or not forms[0]:
            continue
        try:
            wanted, there = (set().union(*map(_names_in, each)) for each in (forms, translations))
        except ValueError:
            yield WrongText(each.lineno, forms[0], is_pattern=False)
            continue
        names = there - wanted
        if any(translations) and (left_out := wanted - there):
            yield WrongText(each.lineno, forms[0], tuple(sorted(left_out)), lacks=True)
        if names or (each.context, forms[0]) not in keys:
            yield WrongText(each.lineno, forms[0], tuple(sorted(names)))


def _names_in(text: str) -> set[str]:
    """The names in brackets.

    Raises:
        ValueError: the brackets are not in pairs.
    """
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def to_translate(language: str, file: Path) -> tuple[bytes, int]:
    """A catalogue of the texts that a language lacks, after those of a file; and how many they are.

    Args:
        language: its tag.
        file: a catalogue of the language, if it is there.
    """
    catalog = _read(file) if file.is_file() else Catalog(_locale(language) if is_known(language) else None)
    supplied = sorted(FOLDER.glob("*.po"))
    translated = _keys(*_files(language, _OWN.get()))
    number = 0
    for message in _read(supplied[0]):
        key = message.id if isinstance(message.id, str) else message.id[0]
        if key and (message.context, key) not in translated:
            number += 1
            catalog.add(message.id, context=message.context, flags=message.flags)
    content = BytesIO()
    write_po(content, catalog, width=120, sort_output=True, omit_header=False)
    return content.getvalue(), number


def _read(file: Path) -> Catalog:
    """A catalogue; its plural forms are those of its language, where it does not say them.

    Raises:
        CatalogueError: it is not one.
    """
    try:
        with file.open("rb") as texts:
            return read_po(texts, _locale(file.stem) if is_known(file.stem) else None, abort_invalid=True)
    except PoFileError as error:
        raise CatalogueError(file, error.lineno + 1) from None
    except (OSError, LookupError, ValueError, UnknownLocaleError):
        raise CatalogueError(file) from None


def _once(kind: str, files: Sequence[Path], make: Callable[[], T]) -> T:
    """What is made of some catalogues: of supplied ones once, of others, which people write, each time."""
    if any(file.parent != FOLDER for file in files):
        return make()
    return _CATALOGUES.get(f"{kind} {[(file.name, sha256(file.read_bytes()).hexdigest()) for file in files]}", make)


def _compiled(file: Path) -> GNUTranslations:
    """A catalogue that can be asked.

    Raises:
        CatalogueError: it is none.
    """

    def compiled() -> bytes:
        out = BytesIO()
        write_mo(out, _read(file))
        return out.getvalue()

    try:
        return GNUTranslations(BytesIO(_once("compiled", (file,), compiled)))
    except (LookupError, ValueError):  # of the charset, or of the plural forms
        raise CatalogueError(file) from None


def _entries(file: Path) -> Iterator[Message]:
    with suppress(CatalogueError):
        yield from _read(file)


def every_language(sentence: str, **values: object) -> dict[str, str]:
    """A sentence in each language there is, by its tag: for records that are read later, by anyone."""
    return {language: texts(language).gettext(sentence, **values) for language in written()}


def message(text: str) -> str:
    """Mark a sentence for extraction; it is translated where it is shown."""
    return text


NO_CATALOGUE: Final = message("{file}: not a catalogue of gettext in UTF-8, or its head is wrong; correct it")
NO_CATALOGUE_LINE: Final = message("{file}, line {line}: not a catalogue of gettext from here on; correct it")
# What is wrong with a file of the publication that cannot be read.
QUERY_FAILS: Final = message("{file}: the query cannot be used; correct it: {reason}")
NOT_UTF_8: Final = message("{file}: not in UTF-8; save it in UTF-8")
NOT_TURTLE: Final = message(
    "{file}: not Turtle in UTF-8, or not a statement that can be published; correct it: {reason}"
)


def counted(singular: str, plural: str) -> tuple[str, str]:
    """Mark a sentence about `{n}` things for extraction."""
    return singular, plural


def counting(one: str, several: str, number: str = "n") -> Counting:
    """Mark a sentence that counts, by the value of this name, for extraction; it goes wherever a sentence goes."""
    return Counting(one, several, number)


class CatalogueError(SettingsError):
    """A file of texts is not a catalogue of gettext.

    Attributes:
        file: the file.
        line: of it, where the first mistake is; None where it is wrong as a whole.
    """

    def __init__(self, file: Path, line: int | None = None) -> None:
        """Name the file."""
        super().__init__(NO_CATALOGUE_LINE if line else NO_CATALOGUE, file=str(file), line=str(line))
        self.file, self.line = file, line


class TranslatedError(AtmpgraphError):
    """What is given cannot be used: a file, a name or an option."""
