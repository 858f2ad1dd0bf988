"""Patterns of shapes are XPath's: both engines say the same of a text, and what is no pattern is refused in words."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import SH

from atmpgraph.quality.engines import quick_results
from atmpgraph.quality.patterns import Engine, PatternError, engine_pattern
from atmpgraph.quality.reference import reference_results
from atmpgraph.quality.shape_texts import filled

from ..conftest import BASE, LANGUAGES, ROOT

E = "http://example.com/"
# Pattern, flags, texts that match, texts that do not (XQuery and XPath Functions §7.6.1).
PATTERNS = [
    (r"^\p{L}+$", "", ["é", "Ωmega"], ["1", "a b", ""]),
    (r"^\P{L}$", "", ["1", "-"], ["a"]),
    (r"^[\p{Lu}\p{Nd}]{2}$", "", ["É1"], ["é1"]),
    (r"^[^\p{L}\d]+$", "", ["--"], ["a", "1"]),
    (r"^\p{IsBasicLatin}+$", "", ["az~ "], ["é"]),
    (r"^\P{IsBasicLatin}$", "", ["é", "я"], ["a"]),
    (r"^[\p{IsLatin-1Supplement}\p{IsCyrillic}]+$", "", ["éя"], ["a", "ω"]),
    (r"^\p{IsGreek}\p{IsGreekandCoptic}$", "", ["ωΩ"], ["ab"]),
    (r"^[\p{IsBasicLatin}-[\P{L}]]+$", "", ["ab"], ["a1", "é"]),
    (r"^\i\c*$", "", ["été", "_a-1.b"], ["1a", "-a", "a b"]),
    (r"^\I\C$", "", ["1 "], ["ab"]),
    ("^[a-z-[aeiou]]+$", "", ["xyz"], ["abc", "x-z"]),
    (r"^[\p{L}-[A-Za-z]]$", "", ["É"], ["E"]),
    ("^[^a-c-[x-z]]$", "", ["d"], ["a", "x"]),
    (r"^[\s-[\n]]$", "", [" ", "\t"], ["\n"]),
    ("^a$", "", ["a"], ["a\n", "\na", "ab"]),
    ("^(a|b$)", "", ["ab", "b"], ["cb", "b\n"]),
    ("^b$", "m", ["b", "a\nb", "b\nc"], ["ab"]),
    ("^.$", "", ["a"], ["\n", ""]),
    ("^.$", "s", ["a", "\n"], ["ab"]),
    ("a b", "x", ["ab"], ["a b"]),
    ("^a [ ] b $", "x", ["a b"], ["ab"]),
    ("A", "i", ["a", "A"], ["b"]),
    ("É", "i", ["é"], ["e"]),
    ("a.b", "q", ["xa.by"], ["acb"]),
    ("A.(", "qi", ["a.("], ["ab("]),
    (r"\$\^\.\-\[\]\{\}\(\)\|\?\*\+\\", "", ["$^.-[]{}()|?*+\\"], ["$"]),
    ("^[&~#()./|$-]+$", "", ["&~#()./|$-"], ["&&a"]),
    ("^(?:ab)+?c{2,3}$", "", ["ababcc"], ["abc"]),
    (r"^\d\w\s$", "", ["1a ", "٣é\t"], ["a1 "]),
    ("^$", "", [""], ["a"]),
    ("a||b", "", ["", "x"], []),
]
WRONG = {
    "(": r"write \( for the character itself",
    "a)": r"write \) for the character itself",
    "[a": r"write \[ for the character itself",
    "a]": r"write \] for the character itself",
    "a}": r"write \} for the character itself",
    "*a": "nothing that can be repeated",
    "|+": "nothing that can be repeated",
    "a**": "nothing that can be repeated",
    "a++": "nothing that can be repeated",
    "a{2,1}": "the first number is larger",
    "^*": "nothing that can be repeated",
    "(?=a)": "XPath has no such groups",
    "(?i)a": "XPath has no such groups",
    "(?P<a>b)": "XPath has no such groups",
    r"\bword": r"\b means nothing in XPath",
    r"a\Z": r"\Z means nothing in XPath",
    r"\u00e9": r"\u means nothing in XPath",
    r"\x41": r"\x means nothing in XPath",
    "a\\": "means nothing in XPath",
    r"(a)\1": "reference back to a group",
    "[b-a]": "a range goes from a character to a later one",
    r"[\d-z]": "a range goes from a character to a later one",
    r"\pL": "general categories",
    r"\p{Latin}": "general categories",
    r"\p{IsKlingon}": r"\p{IsKlingon}: the general categories and blocks",
    r"\p{isBasicLatin}": "general categories",
    r"\p{IsHighSurrogates}": "a class without characters",
    "[[:alpha:]]": "without its counterpart",
    "[]": "without its counterpart",
    "[a-[b]c]": "a subtracted class ends its class",
    "[a-[a]]": "a class without characters",
}


def conforms(pattern: str, flags: str, text: str, folder: Path) -> tuple[bool, bool]:
    """Whether a text matches, as each engine says."""
    shapes, data, shape, node = Graph(), Graph(), URIRef(E + "S"), URIRef(E + "x")
    shapes.add((shape, RDF.type, SH.PropertyShape))
    shapes.add((shape, SH.targetNode, node))
    shapes.add((shape, SH.path, RDF.value))
    shapes.add((shape, SH.pattern, Literal(pattern)))
    if flags:
        shapes.add((shape, SH.flags, Literal(flags)))
    data.add((node, RDF.value, Literal(text)))
    file = folder / "data.nt"
    data.serialize(file, format="nt", encoding="utf-8")
    return not list(reference_results(file, shapes)), not list(quick_results(file, shapes))


@pytest.mark.parametrize(("pattern", "flags", "right", "wrong"), PATTERNS)
def test_both_engines_read_a_pattern_as_xpath_does(
    pattern: str, flags: str, right: list[str], wrong: list[str], tmp_path: Path
) -> None:
    assert {text: conforms(pattern, flags, text, tmp_path) for text in (*right, *wrong)} == {
        **dict.fromkeys(right, (True, True)),
        **dict.fromkeys(wrong, (False, False)),
    }


@pytest.mark.parametrize("pattern", WRONG)
def test_what_is_no_pattern_is_refused_in_words(pattern: str) -> None:
    with pytest.raises(PatternError, match=re.escape(WRONG[pattern])):
        engine_pattern(pattern, "", Engine.QUICK)


def test_a_flag_that_is_none_is_refused() -> None:
    with pytest.raises(PatternError, match="g is no flag"):
        engine_pattern("a", "ig", Engine.QUICK)


def test_no_supplied_pattern_changes_but_at_its_end() -> None:
    """So that the words of an engine, which name the pattern, stay readable."""
    patterns = 0
    for file in (ROOT / "shapes").rglob("*.ttl"):
        graph = Graph().parse(data=filled(file.read_text("utf-8"), BASE, LANGUAGES), format="turtle", publicID=BASE)
        for shape, pattern in graph.subject_objects(SH.pattern):
            flags = str(graph.value(shape, SH.flags) or "")
            written, left = engine_pattern(str(pattern), flags, Engine.REFERENCE)
            assert (written.replace(r"\Z", "$"), left) == (str(pattern), flags)
            patterns += 1
    assert patterns > 50


@settings(max_examples=2_000)
@given(st.text(r"ab-[]^$.\pPLdwsic{}()|?*+,12", max_size=12), st.text("smixq", max_size=2))
def test_a_pattern_is_refused_or_both_engines_can_read_it(pattern: str, flags: str) -> None:
    try:
        written, left = engine_pattern(pattern, flags, Engine.REFERENCE)
    except PatternError:
        return
    re.compile(written)
    assert set(left) <= {"i", "m"}
