"""Texts, numbers and dates in each language: nothing untranslated, nothing left over, every plural form."""

import ast
import pickle
import re
import shutil
import sys
from collections.abc import Iterator, Sized
from decimal import Decimal
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog

from atmpgraph import i18n
from atmpgraph.code_cache import CodeCache
from atmpgraph.http.problem import Problem
from atmpgraph.i18n import FOLDER, Sentence, Texts, counting, every_language, texts

from .conftest import LANGUAGES, ROOT
from .messages import SOURCE, TRANSLATED, extracted, read

_PLACEHOLDER = re.compile(r"\{(\w+(?:!r)?)\}")


@pytest.fixture(scope="module")
def keys() -> Catalog:
    """Every text of the interface."""
    return extracted()


def _forms(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, tuple | list) else (str(text),)


def test_every_language_of_the_settings_has_a_catalogue() -> None:
    assert {file.stem for file in FOLDER.glob("*.po")} == set(TRANSLATED)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_no_other(language: str, keys: Catalog) -> None:
    catalog = read(language)
    wanted = {(_forms(message.id), message.context) for message in keys if message.id}
    there = {(_forms(message.id), message.context) for message in catalog if message.id}
    assert wanted - there == set(), "`make texts` puts them into the catalogue"
    assert there - wanted == set(), "`make texts` takes them out"
    assert not catalog.obsolete
    for message in catalog:
        if message.id:
            assert all(_forms(message.string)), message.id
            assert not message.fuzzy


def test_no_call_escapes_the_extraction(keys: Catalog) -> None:
    """Such as one inside an f-string, which tools for gettext do not look into."""
    names = {"TermError", "counted", "counting", "every_language", "gettext", "message", "ngettext"}
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="pgettext"), args=[ast.Constant(str(context)), ast.Constant(str(text)), *_]
                ):
                    assert keys.get(text, context), (file, node.lineno)
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Constant(str(text)), *_]):
                    assert name not in names or keys.get(text), (file, node.lineno)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_values_of_its_text(language: str) -> None:
    for message in read(language):
        if message.id:
            wanted = [set(_PLACEHOLDER.findall(form)) for form in _forms(message.id)]
            for form in _forms(message.string):
                assert set(_PLACEHOLDER.findall(form)) in wanted, message.id
            assert set(_PLACEHOLDER.findall(_forms(message.string)[-1])) == wanted[-1], message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_plural_form_of_the_language_is_there(language: str) -> None:
    catalog = read(language)
    counted = [message for message in catalog if isinstance(message.id, tuple)]
    assert len(counted) > 5
    for message in counted:
        assert len(_forms(message.string)) == catalog.num_plurals, message.id
    # the catalogue and CLDR agree on what is singular
    for n in (0, 1, 2, 5, 21, 100):
        singular = Locale.parse(language).plural_form(n) == "one"
        assert (texts(language).ngettext("{n} row", "{n} rows", n).split()[1:] == _words(language, 1)) is singular, n


def _words(language: str, n: int) -> list[str]:
    return texts(language).ngettext("{n} row", "{n} rows", n).split()[1:]


def test_nobody_reads_a_plural_in_brackets() -> None:
    """`row(s)` is what a program says that does not know plural forms."""
    bracketed = re.compile(r"(?:\}|\bn\}) \w+\((?:s|en|n|e|nen)\)")
    for file in [*SOURCE.rglob("*.html"), *FOLDER.iterdir(), *SOURCE.rglob("*.py")]:
        assert not bracketed.search(file.read_text(encoding="utf-8")), file


@pytest.mark.parametrize(("n", "words"), [(0, "0 ligne"), (1, "1 ligne"), (2, "2 lignes"), (4000, "4\u202f000 lignes")])
def test_plurals_and_numbers_follow_the_language(n: int, words: str) -> None:
    assert Texts("fr").ngettext("{n} row", "{n} rows", n) == words


@pytest.mark.parametrize(
    ("text", "fr", "de", "en"),
    [
        ("2024", "2024", "2024", "2024"),
        ("2024-01", "janvier 2024", "Januar 2024", "January 2024"),
        ("2024-01-17", "17 janvier 2024", "17. Januar 2024", "17 January 2024"),
        (
            "2024-01-17T09:05:00Z",
            "17 janvier 2024, 09:05 UTC",
            "17. Januar 2024, 09:05 UTC",
            "17 January 2024, 09:05 UTC",
        ),
        (
            "2024-01-17T00:30:00+02:00",
            "16 janvier 2024, 22:30 UTC",
            "16. Januar 2024, 22:30 UTC",
            "16 January 2024, 22:30 UTC",
        ),
        ("2024-13-40", "2024-13-40", "2024-13-40", "2024-13-40"),
        ("spring 2024", "spring 2024", "spring 2024", "spring 2024"),
    ],
)
def test_dates_are_written_as_people_do(text: str, fr: str, de: str, en: str) -> None:
    assert [Texts(language).date(text) for language in ("fr", "de", "en")] == [fr, de, en]


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "12,3\xa0%"), ("nl", "12,3%"), ("de", "12,3\xa0%"), ("en", "12.3%")]
)
def test_a_share_is_written_in_per_cent(language: str, words: str) -> None:
    assert texts(language).percent(0.123).replace("\u202f", "\xa0") == words


@pytest.mark.parametrize(
    ("number", "words"),
    [("81000000", "81 millions"), ("2345000", "2,345 millions"), ("1499999.5", "1 499 999,5"), ("450000", "450 000")],
)
def test_millions_are_words_where_few_decimals_say_them(number: str, words: str) -> None:
    assert re.sub(r"[\xa0\u202f]", " ", texts("fr").compact(Decimal(number))) == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_is_rounded(language: str) -> None:
    for number in ("123456789", "1000000001", "0.000001", "19.35"):
        digits = re.sub(r"\D", "", texts(language).compact(Decimal(number)))
        assert digits.strip("0") == re.sub(r"\D", "", number).strip("0")


def test_a_language_that_nobody_knows_is_called_by_its_tag() -> None:
    """And not by the name of the language that stands in for it."""
    assert texts("fr").alternatives(["es", "en", "xx", "zh-hant"]) == "espagnol, anglais, xx ou chinois (traditionnel)"


def test_the_pages_that_come_with_the_software_are_in_every_language() -> None:
    pages = {file.name.partition(".")[0] for file in FOLDER.glob("*.md")}
    assert pages == {"accessibility"}
    for page in pages:
        assert {file.name.split(".")[1] for file in FOLDER.glob(f"{page}.*.md")} == {*TRANSLATED, "en"}


# What the catalogues do not say: another word for the same thing, another way to address people, marks of another language.
AVOIDED = {
    "de": [r"\b(der|ein|einen|kein) IRI\b", r"\b[Bb]erichtigen\b", r"\bso dass\b", r"\bReleases?\b", r"\bDing(e|en|s)?\b", r"\bdu\b",
           r"\bDatenspeicher\b", r"\bGeldgeber\b", r"“[^„]*”", r"\bIdentifikator(s|en)?\b", r"\bSachen?\b",
           r"\bRechtsperson\b", r"\bStadt\b"],
    "nl": [r"“", r"\b[Ii]dentificaties?\b", r"\b[Bb]ewering(en)?\b", r"\brelease\b", r"\b[Dd]ing(en)?\b", r"\bgegevensopslag\b",
           r"\bwoordenlijst\b", r"\bvork\b", r"\bje\b", r"\bingang\b", r"\bvocabulaires?\b", r"(?<!af)gedrukte\b"],
    "fr": [r"[“”]", r"\b([Aa]ffirmation|[Éé]noncé)s?\b", r"\b[Gg]enres?\b", r"\b[Ee]nregistrement\b", r"\bentrepôt\b", r"\btu\b",
           r"\b[Bb]ailleur\b", r"[^ \u00a0\u202f];", r"\b[Mm]onnaie\b", r"\bau tableau des\b", r"(?<!« )(?<!/)\b[Ww]orkpackages?\b"],
    "it": [r"[“”]", r"\b(correggete|scrivete|togliete|aggiungete|salvate|intendevate|inviate|usate)\b(?!$)", r"\bLo confronti\b",
           r"\binterrogazion[ei]\b", r"\bidentificator[ei]\b", r"\b[Ii]nsiem[ei] di dati\b", r"\b[Aa]ffermazion[ei]\b", r"\bcontributori\b"],
}  # fmt: skip


def _published() -> Iterator[tuple[str, str, str]]:
    """File, language and text of what the software and the first publication say in Turtle, queries, lists, tables and pages."""
    folders = (
        "shapes",
        "ontology",
        "data/ontology",
        "src/atmpgraph/quality",
        "src/atmpgraph/catalogue",
        "src/atmpgraph/web",
    )
    for file in sorted(
        {ROOT / "data" / "catalogue.ttl"}.union(*((ROOT / folder).rglob("*.ttl") for folder in folders))
    ):
        if file.name == "authority.ttl":  # labels of the EU, in its words
            continue
        for text, language in re.findall(r'"((?:[^"\\\n]|\\.)*)"@([a-z]{2})', file.read_text(encoding="utf-8")):
            yield file.name, language, text
    for file in sorted((ROOT / "data" / "pages").glob("*.md")):
        yield file.name, file.suffixes[0][1:], file.read_text(encoding="utf-8")
    for file in sorted((ROOT / "queries").glob("*.rq")):
        for language, text in re.findall(r"^#\+ [\w.]+@(\w+): (.*)$", file.read_text(encoding="utf-8"), re.M):
            yield file.name, language, text
    for file in sorted((ROOT / "lists").glob("*.toml")):
        for language, text in re.findall(r'\b([a-z]{2}) = "([^"]*)"', file.read_text(encoding="utf-8")):
            yield file.name, language, text


def test_what_is_published_has_the_words_of_the_interface() -> None:
    texts = list(_published())
    assert {language for _, language, _ in texts} >= set(AVOIDED)
    wrong = [
        (file, word, text)
        for file, language, text in texts
        for word in AVOIDED.get(language, ())
        if re.search(word, text)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", AVOIDED)
def test_one_thing_has_one_word_and_people_are_addressed_in_one_way(language: str) -> None:
    forms = [form for entry in read(language) if entry.id for form in _forms(entry.string)]
    assert [(word, form) for word in AVOIDED[language] for form in forms if re.search(word, form)] == []


# Names of values that count, and why a sentence with one says the same of one thing as of several.
_NUMBERS = re.compile(
    r"\{(n|count|most|length|number|total|wanted|least|limit|rows|nodes|graphs|statements|sent|held|missing|foreign)\}[ \u00a0](?!(?:of|s|MiB)\b)\w"
)
_SAME = {
    "the limit is never one": (
        "the picture has more than {n} bytes", "more than {n} rows, which nobody", "{file}: it has more than {n}",
        "The query {name} has more than {most}", "The queries took longer than", "The table has more than {most}",
        "the cell is longer than {n}", "Only the first {n} rows", "A workbook has the first {rows}",
        "The first line names the columns", "up to {n} queries a batch", "The path is longer than", "The header fields",
        "its answer is longer than", "The query nests more", "The query joins {most}", "The query has more than {most}",
        "it cuts results after {limit}", "A list is filtered by up to", "is too much for {n} graphs",
        "a line has more than {n}",
    ),
    "there are more than the limit, or than one": (
        "There are {count} queries", "There are {count} things", "A text of the query", "The query has {length}",
        "The query has {count} SERVICE", "A search has {most}", "{path}: {n} releases start", "{nodes} blank nodes",
        "The range lies outside the {length}", "it has {n} columns",
    ),
    "the number has no noun, or is a rank": (
        "column {n} has", "number {n} of 'resources'", "The first {n} are listed", "The newest {n}", "Only the first {n} are shown",
        "Page {n}", "and {n} more", "does not read back as published", "sh:{least} is larger", "in their union", "{place}: a port below {least}",
    ),
}  # fmt: skip


def test_a_sentence_that_counts_has_a_form_for_one(keys: Catalog) -> None:
    allowed = [part for parts in _SAME.values() for part in parts]
    sentences = [message.id for message in keys if isinstance(message.id, str)]
    counts = [each for each in sentences if _NUMBERS.search(each)]
    assert [each for each in counts if not any(part in each for part in allowed)] == []
    assert [part for part in allowed if not any(part in each for each in sentences)] == []


@pytest.mark.parametrize("language", ["en", *TRANSLATED])
def test_a_sentence_is_held_until_its_number_is_said(language: str) -> None:
    """As a value of another one, in an error that travelled, and in a record for all languages."""
    held = pickle.loads(pickle.dumps(Sentence(counting("{n} row", "{n} rows"), {"n": 1})))
    for said in (texts(language).sentence(held), every_language(held.text, **held.values).get(language)):
        assert said == texts(language).ngettext("{n} row", "{n} rows", 1)
        assert said != texts(language).ngettext("{n} row", "{n} rows", 2).replace("2", "1")
    assert str(held) == "1 row"


@pytest.mark.parametrize("value", ["\u202eabc", "مرحبا 12", "\u2069\u202eabc", "\u2067abc", "שלום"])
def test_a_value_from_right_to_left_turns_no_other_words_round(value: str) -> None:
    sentence = "Nothing here has the value “{value}” of “{name}”."
    for text in (
        texts("nl").gettext(sentence, value=value, name="unit"),
        Problem(404, sentence, values={"value": value, "name": "unit"}).sentence(texts("nl").gettext),
    ):
        before, first, rest = text.partition("\u2068")
        inside, last, after = rest.partition("\u2069")
        assert (before, first, last, after) == ("Niets hier heeft de waarde ‘", "\u2068", "\u2069", "’ van ‘unit’.")
        assert not {"\u2066", "\u2067", "\u2068", "\u2069"} & set(inside)
        assert inside.strip("\u202e") in value


@pytest.mark.parametrize("value", ["abc", "Université de Liège", "1\u202f000", "𝕌", "東京"])
def test_a_value_from_left_to_right_stays_as_it_is(value: str) -> None:
    assert texts("en").gettext("Search for “{text}”", text=value) == f"Search for “{value}”"


def test_what_is_read_of_the_supplied_catalogues_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And of no other one, which somebody may be writing."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(i18n, "_CATALOGUES", CodeCache("texts", str(tmp_path / "module.py"), 9))
    supplied = FOLDER / "fr.po"
    own = Path(shutil.copy(supplied, tmp_path))

    def made(file: Path) -> tuple[Sized, ...]:
        return vars(i18n._compiled(file))["_catalog"], i18n._keys.__wrapped__(file)

    first = made(supplied)
    assert all(map(len, first))
    assert made(own) == first
    monkeypatch.setattr(i18n, "_read", lambda _: Catalog())
    assert made(supplied) == first
    assert made(own) != first
