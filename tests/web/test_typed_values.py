"""Values that have a type are in words: a duration, a truth value; and codes of others have names in each language."""

import pyoxigraph as ox
import pytest
from flask import Flask

from atmpgraph.release.release import Release
from atmpgraph.vocab import XSD
from atmpgraph.web.core.context import Context, publication
from atmpgraph.web.core.labels import page_names
from atmpgraph.web.pages.filters import typed

from ..conftest import LANGUAGES

# What the catalogue and the tables take from these has a name in each language of the publication.
_TAKEN = (
    "http://publications.europa.eu/resource/authority/",
    "http://purl.org/adms/",
    "http://www.w3.org/ns/dqv#",
    "http://www.w3.org/2016/05/ldqd#",
)
_FILE_TYPES = "http://publications.europa.eu/resource/authority/file-type/"  # CSV is CSV in each


@pytest.mark.parametrize(
    ("text", "datatype", "language", "words"),
    [
        ("P5Y", "duration", "fr", "5 ans"),
        ("P1Y6M", "duration", "de", "1 Jahr, 6 Monate"),
        ("P1D", "duration", "nl", "1 dag"),
        ("P3M", "yearMonthDuration", "en", "3 months"),
        ("true", "boolean", "de", "Ja"),
        ("0", "boolean", "fr", "Non"),
        ("12345", "positiveInteger", "de", "12.345"),
        ("2.5", "double", "fr", "2,5"),
        # what is none stays as it is
        ("P", "duration", "fr", "P"),
        ("PT5M<b>", "duration", "fr", "PT5M<b>"),
        ("INF", "double", "fr", "INF"),
    ],
)
def test_a_value_is_in_words(app: Flask, text: str, datatype: str, language: str, words: str) -> None:
    with app.test_request_context(f"/?lang={language}"):
        written = typed(ox.Literal(text, datatype=ox.NamedNode(XSD + datatype)))
    assert written.striptags() == words if hasattr(written, "striptags") else written == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_codes_of_others_have_names(app: Flask, release: Release, language: str) -> None:
    files = release.folder.canonical, release.description.catalogue
    terms = {
        term.value
        for file in files
        for quad in ox.parse(path=str(file), format=ox.RdfFormat.N_QUADS)
        for term in (quad.predicate, quad.object)
        if isinstance(term, ox.NamedNode) and term.value.startswith(_TAKEN) and not term.value.endswith(("#", "/"))
    }
    assert len(terms) > 20
    with app.test_request_context(f"/?lang={language}"):
        names = page_names(Context(publication(), "/", "", language), terms)
    assert not {iri for iri in terms if names[iri].language != language and not iri.startswith(_FILE_TYPES)}
