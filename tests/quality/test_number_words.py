"""Numbers in words, in five languages: what is right is let pass, what is wrong is told, by both engines."""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

import pytest
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import SH

from atmpgraph.quality.engines import quick_results
from atmpgraph.quality.reference import reference_results
from atmpgraph.quality.results import Result
from atmpgraph.quality.shape_texts import filled
from atmpgraph.quality.shapes import read_shapes
from atmpgraph.vocab import ATMPGRAPH, QB

from .conftest import BASE, ROOT

Engine: TypeAlias = Callable[[Path, Graph], Iterator[Result]]
OBSERVATION: Final = URIRef(QB + "Observation")
STATED_AS: Final = URIRef(ATMPGRAPH + "statedAs")
VALUE: Final = URIRef("http://purl.org/linked-data/sdmx/2009/measure#obsValue")
READ: Final = {
    "fr": {
        "cent": 100, "cent vingt": 120, "deux cents partenaires": 200, "deux cent cinquante emplois": 250, "deux mille": 2000,
        "trois cent vingt-six": 326, "vingt-cinq mille": 25_000, "deux cent mille": 200_000, "deux cents millions d’euros": 200_000_000,
        "une douzaine": 12, "deux douzaines": 24, "trois dizaines": 30, "deux centaines": 200, "soixante-douze": 72,
        "quatre-vingt-dix": 90, "vingt et un": 21, "vingt-sixième": 26, "onzième": 11, "un centre de recherche": 1,
    },
    "en": {
        "a hundred": 100, "one hundred and twenty": 120, "two hundred and fifty": 250, "two thousand": 2000,
        "two hundred thousand": 200_000, "two dozen": 24, "twenty-one": 21, "twenty-sixth": 26, "eleventh": 11, "twentieth": 20,
    },
    "de": {
        "einhundertzwanzig": 120, "zweihundert": 200, "dreihundertsechsundzwanzig": 326, "zweihunderttausend": 200_000,
        "fünfundzwanzigtausend": 25_000, "zwei Dutzend": 24, "einundzwanzig": 21, "sechsundzwanzigste": 26, "elfte": 11,
    },
    "nl": {
        "honderdtwintig": 120, "tweehonderd": 200, "driehonderdzesentwintig": 326, "tweehonderdduizend": 200_000,
        "vijfentwintigduizend": 25_000, "twee dozijn": 24, "eenentwintig": 21, "zesentwintigste": 26, "elfde": 11,
    },
    "it": {
        "centoventi": 120, "duecento": 200, "trecentoventisei": 326, "duecentomila": 200_000, "venticinquemila": 25_000,
        "due dozzine": 24, "ventuno": 21, "ventotto": 28, "ventisei": 26,
    },
}  # fmt: skip
# Parts, and numbers of several words that are not added up: nothing is said of them.
PASSED_OVER: Final = ["trois dixièmes", "un vingtième", "two thirds", "one tenth", "drei Zehntel", "een vijfde", "twee tienden",
               "une demi-douzaine", "half a dozen", "plusieurs centaines", "hundreds of", "deux mille cinq cents",
               "fifteen hundred", "quinze cents", "trois fois"]  # fmt: skip


def test_the_table_has_each_number_in_each_language_and_no_word_twice() -> None:
    with (ROOT / "src" / "atmpgraph" / "quality" / "number_words.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = {language: {int(row["number"]) for row in rows if row["language"] == language} for language in READ}
    expected = {*range(1, 21), *range(30, 100, 10), 100, 1000}
    assert {language: expected - found for language, found in numbers.items() if expected - found} == {}
    meant: dict[str, set[str]] = {}
    for row in rows:
        for column in ("cardinal", "ordinal", "collective", "stem"):
            for word in row[column].split():
                meant.setdefault(word, set()).add(row["number"])
    assert {word: found for word, found in meant.items() if len(found) > 1} == {}


def test_the_shape_is_published_with_the_words_in_it() -> None:
    text = filled((ROOT / "shapes" / "figure.ttl").read_text(encoding="utf-8"), BASE, ("fr",))
    assert "|trentaine=30|" in text
    assert not re.search(r"\{(words|steps|cardinal|ordinal|collective|stem|multiple)\b", text)


@pytest.mark.parametrize("engine", [quick_results, reference_results])
def test_a_number_in_words_is_its_value(engine: Engine, tmp_path: Path) -> None:
    shapes, data, wrong = Graph() + read_shapes(ROOT / "shapes", BASE, tuple(READ)), Graph(), set[tuple[str, str]]()
    shape = next(s for s in shapes.subjects(RDF.type, SH.NodeShape) if str(s).endswith("FigureNumberWordShape"))
    for other in {*shapes.subjects(RDF.type, SH.NodeShape)} - {shape}:
        shapes.remove((other, None, None))
    cases = [(text, language, value) for language, texts in READ.items() for text, value in texts.items()]
    cases += [(text, "en", 7) for text in PASSED_OVER]
    for number, (text, language, value) in enumerate(cases):
        for more in (0, 1):
            figure = URIRef(f"https://example.org/{number}/{more}")
            data.add((figure, RDF.type, OBSERVATION))
            data.add((figure, STATED_AS, Literal(text, language)))
            data.add((figure, VALUE, Literal(value + more)))
            if more and text not in PASSED_OVER:
                wrong.add((str(figure), text))
    data.serialize(tmp_path / "data.nt", format="nt", encoding="utf-8")
    told = {str(result.node) for result in engine(tmp_path / "data.nt", shapes)}
    assert {text for figure, text in wrong if figure not in told} == set()
    assert told == {figure for figure, _ in wrong}
