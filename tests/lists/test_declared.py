"""Declarations of lists: what is read, and what is told of a faulty one."""

import pytest

from atmpgraph.lists.declared import declaration_findings, declarations
from atmpgraph.settings import Settings

from ..conftest import own_file

WHOLE = """
title = { en = "Gadgets", fr = "Gadgets", nl = "Gadgets", de = "Gadgets" }
things = "?thing a foaf:Person"
sort = "-name"

[columns.name]
label = { en = "Name", fr = "Nom", nl = "Naam", de = "Name" }

[columns.born]
label = { en = "Born", fr = "Né", nl = "Geboren", de = "Geboren" }
value = "?thing dct:date ?value"
facet = "year"
"""


def findings(settings: Settings, text: str, name: str = "gadgets.toml") -> list[tuple[str, int | None, str]]:
    """What is told of a file: where, and the sentence."""
    own_file(settings, "lists", name).write_text(text, encoding="utf-8")
    found = declaration_findings(settings.layered("lists"), settings.base, settings.languages)
    return [(each.places[0].file, each.places[0].row, each.message["en"]) for each in found]


def test_the_supplied_ones_have_no_fault(started: Settings) -> None:
    lists = declarations(started.layered("lists"), started.base)
    assert [each.slug for each in lists if each.menu] == ["partners", "workpackages", "funding", "figures", "sources"]
    assert not list(declaration_findings(started.layered("lists"), started.base, ("fr", "nl", "de", "en", "it")))


def test_a_file_adds_a_list(started: Settings) -> None:
    assert findings(started, WHOLE) == []
    added = next(each for each in declarations(started.layered("lists"), started.base) if each.slug == "gadgets")
    assert (added.sort, [(column.name, column.facet) for column in added.columns]) == (
        "-name",
        [("name", ""), ("born", "year")],
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("sort =", "sort ==", 4, "not TOML"),
        ("foaf:Person", "foaf:Person {", 3, "not a pattern of SPARQL"),
        ("dct:date ?value", "dct:date ?date", 9, "does not bind ?value"),
        ('facet = "year"', 'facet = "month"', 9, "a facet is one of value, year"),
        ('facet = "year"', "filter = true", 9, "“filter” says nothing here"),
        ("[columns.born]", "[columns.page]", 9, "cannot be the name of a column"),
        ('sort = "-name"', 'sort = "age"', 4, "sorted by age"),
        ('sort = "-name"', 'order = "age"', 4, "“order” says nothing here"),
        ('title = { en = "Gadgets"', 'titles = { en = "Gadgets"', 2, "“titles” says nothing here"),
        ('label = { en = "Born"', 'label = { en = ""', 9, "“label” has a text for each language"),
        ('things = "?thing a foaf:Person"\n', "", None, "a text “things” is missing"),
    ],
)
def test_a_fault_is_told_with_its_line(old: str, new: str, line: int | None, words: str, started: Settings) -> None:
    assert WHOLE.count(old) == 1
    ((file, row, sentence),) = findings(started, WHOLE.replace(old, new))
    assert (file, row) == ("lists/gadgets.toml", line)
    assert words in sentence


def test_a_language_that_lacks_is_told(started: Settings) -> None:
    ((_, _, sentence),) = findings(started, WHOLE.replace(', nl = "Naam"', ""))
    assert sentence == "“Name” has no translation here for nl; add it"


def test_a_name_that_is_no_path_is_told(started: Settings) -> None:
    assert "the name of the file" in findings(started, WHOLE, "My gadgets.toml")[0][2]


def test_what_is_not_utf_8_is_told(started: Settings) -> None:
    own_file(started, "lists", "gadgets.toml").write_bytes(b'title = "\xe9"')
    (found,) = declaration_findings(started.layered("lists"), started.base, started.languages)
    assert "UTF-8" in found.message["en"]
