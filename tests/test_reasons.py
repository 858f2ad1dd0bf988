"""What parsers refuse, in the words of the interface: no English of theirs in another language, and a place."""

import csv
import errno
import io
import json
import os
import re
import tomllib
from collections.abc import Callable

import pyoxigraph as ox
import pytest
from jinja2 import Environment
from rdflib.plugins.sparql import prepareQuery

from atmpgraph.i18n import every_language, texts
from atmpgraph.reasons import lacks_descriptors, reason_of, refusal_of


def _csv(text: str) -> object:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def _turtle(text: str) -> object:
    return list(ox.parse(text, format=ox.RdfFormat.TURTLE))


def _jinja(text: str) -> object:
    return Environment(autoescape=True).parse(text)


def _sparql(text: str) -> object:
    return ox.Store().query(text)


def _names(text: str) -> object:
    return prepareQuery(text)


def _utf_8(text: str) -> object:
    return text.encode("latin-1").decode()


WRONG = [
    *((tomllib.loads, text, said) for text, said in {
        "a": "'=' is missing", "a = ": "ends too early", "a = b": "texts stand in quotation marks (line 1, column 5)",
        "[x": "']' is missing", "a = 1\na = 2": "there twice", 'a = "x\n"': "not closed", "a = [1": "ends too early",
        "a = 1 2": "after the end of a value (line 1", "[a]\n[a]": "there twice", 'a = "\\q"': "two backslashes",
    }.items()),
    *((json.loads, text, said) for text, said in {
        "": "a value is missing", "{": "a name in quotation marks", '{"a" 1}': "':' is missing (line 1, column 6)",
        "[1 2]": "',' is missing", '"x': "not closed", "{} x": "after the end", '"\\q"': "backslashes", '"\n"': "not closed",
    }.items()),
    *((_csv, text, said) for text, said in {
        'a,"b': "not closed", 'a,"b"c': "not doubled",
    }.items()),
    *((_turtle, text, said) for text, said in {
        "a": "a name or a value is expected", "<a> <b> <c> .": "has a scheme", "x:a <b:> <c:> .": "the prefix x: is not",
        '<a:> <b:> "x': "ends too early", "<a: b> <b:> 1 .": "no blanks", '<a:> <b:> "x"@@ .': "the tag of a language",
        "<a:> <b:> <c:>\n<a:> <b:> <c:> .": "a point", '<a:> <b:> "\\q" .': "backslashes", "<a:> <b:> (1 .": "a bracket",
    }.items()),
    *((_jinja, text, said) for text, said in {
        "{{ a }": "'}' cannot stand there", "{{ a b }}": "'b' cannot stand", "{% if x %}": "'if' is not closed", "{# a": "has no end",
        "{% foo %}": "'foo' does not exist", "{% block a-b %}": "letters, digits", "{% set 1 = 2 %}": "'const' cannot get",
    }.items()),
    *((_sparql, text, said) for text, said in {
        "SELECT * { ?a ?b }": "cannot be read (line 1, column 19)", "SELECT * { ?a x:b ?c }": "cannot be read",
        "SELECT ?x (COUNT(*) AS ?n) {?x ?y ?z}": "neither in GROUP BY", "SELECT (1 AS ?x) (1 AS ?x) {}": "the same name",
        "SELECT * { ?a ?b ?c } GROUP BY ?a": "name the columns", "SELECT * { ?a <no iri> ?c }": "has a scheme",
        "SELECT * { FILTER(<http://f>(1)) }": "no function <http://f>",
        "SELECT * { VALUES (?x ?x) {} }": "name each once",
    }.items()),
    *((_names, text, said) for text, said in {
        "SELECT * { ?a x:b ?c }": "declare it with PREFIX", "SELECT * { ?a ?b }": "cannot be read (line 1, column 12)",
    }.items()),
    *((re.compile, text, said) for text, said in {"(a": "a bracket is missing", "[a": "a bracket", "a**": "repeated twice"}.items()),
    (_utf_8, "é", "save it in UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(("parse", "text", "said"), WRONG)
def test_a_parser_is_understood(parse: Callable[[str], object], text: str, said: str) -> None:
    with pytest.raises(Exception) as error:  # noqa: PT011 - each parser has its own
        parse(text)
    words = every_language("{file}: {reason}", file="f", reason=reason_of(error.value))
    assert said.partition(" (")[0] in words["en"]
    assert said.rpartition(" (")[2] in words["en"], "the place"
    assert len(set(words.values())) == len(words), "each language has its own"
    assert str(error.value).partition(":")[0] not in words["fr"]


def test_a_reason_that_nobody_foresaw_has_no_english_words() -> None:
    reason = reason_of("Gremlins in the works (at line 3, column 4)")
    assert texts("fr").gettext("{reason}", reason=reason) == "ce qui s’y trouve n’est pas lisible (ligne 3, colonne 4)"


def test_a_refusal_without_a_number_keeps_its_words() -> None:
    error = OSError("AF_UNIX path too long")
    error.filename = "releases"
    assert str(refusal_of(error)) == "the system says: AF_UNIX path too long"


ENGINES = (
    OSError(errno.EMFILE, os.strerror(errno.EMFILE), "data.nq"),
    OSError("Oxigraph needs at least 96 file descriptors when reserving 48, only 64 allowed"),
    RuntimeError("IO error: While open a file for random read: 000123.sst: Too many open files"),
    ValueError('Failed to open file: IoError { kind: TooManyOpenFiles, message: "Too many open files" }'),
)


@pytest.mark.parametrize("error", ENGINES, ids=lambda error: type(error).__name__)
def test_too_few_files_that_may_be_open_are_told_with_the_remedy(error: Exception) -> None:
    assert lacks_descriptors(error)
    assert "ulimit -n" in str(refusal_of(error))


def test_a_file_named_like_it_is_another_matter() -> None:
    assert not lacks_descriptors(FileNotFoundError(errno.ENOENT, "No such file", "file descriptors.csv"))
