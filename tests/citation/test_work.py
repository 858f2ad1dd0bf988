"""Citations: what their readers read is what was meant, whatever the title holds."""

import json
import re
import unicodedata

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from atmpgraph.citation import Work
from atmpgraph.citation.latex import latex

DIGEST = "0123456789abcdef" * 4
WORK = Work(
    "Université « X & Y » 100 %: {#1_a}",
    "Région wallonne",
    "2026-01-02",
    DIGEST,
    "https://example.org/p/id/été/a_b",
    f"https://example.org/p/releases/{DIGEST}/doc/été/a_b",
    "https://spdx.org/licenses/CC-BY-4.0",
    "Essai",
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)


def test_bibtex() -> None:
    assert WORK.bibtex() == (
        "@misc{t-a-b-01234567,\n"
        "  author = {{R{\\'{e}}gion wallonne}},\n"
        "  title = {{Universit{\\'{e}} {\\guillemotleft} X \\& Y {\\guillemotright} 100 \\%: \\{\\#1\\_a\\}}},\n"
        "  howpublished = {Essai},\n"
        "  publisher = {R{\\'{e}}gion wallonne},\n"
        "  year = {2026},\n"
        "  date = {2026-01-02},\n"
        "  version = {0123456789ab},\n"
        "  url = {https://example.org/p/id/%C3%A9t%C3%A9/a_b},\n"
        f"  note = {{Release SHA-256 {DIGEST}, "
        f"\\url{{https://example.org/p/releases/{DIGEST}/doc/%C3%A9t%C3%A9/a_b}}}},\n"
        "}\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Liège, Öl, naïf, ñ", r"Li{\`{e}}ge, {\"{O}}l, na{\"{\i}}f, {\~{n}}"),
        ("Łódź ça Šœ ß", r"{\L}{\'{o}}d{\'{z}} {\c{c}}a {\v{S}}{\oe} {\ss}"),
        ("a\\b ~ ^ $ {", r"a{\textbackslash}b {\textasciitilde} {\textasciicircum} \$ \{"),
        ("Ωμέγα 日本", "Ωμέγα 日本"),
        ("e\u0301", r"{\'{e}}"),
        ("two\n lines", "two lines"),
        ("15 €", r"15 {\texteuro}"),
    ],
)
def test_accents(text: str, expected: str) -> None:
    assert latex(text) == expected


@given(TEXTS)
def test_braces_are_balanced_and_nothing_of_meaning_is_left(text: str) -> None:
    """A reader of BibTeX counts braces, escaped ones too; so an escaped one has its partner or none is there."""
    found = latex(text)
    bare = re.sub(r"\\[{}$&#%_]", "", found)
    depth = 0
    for char in bare:
        depth += (char == "{") - (char == "}")
        assert depth >= 0
    assert depth == 0
    assert not set(re.sub(r"\\\S", "", bare)) & set("$&#%_")
    assert "\n" not in found


@given(TEXTS, TEXTS)
def test_csl_and_cff_say_what_was_meant(title: str, publisher: str) -> None:
    work = Work(title, publisher, "2026-01-02", DIGEST, WORK.iri, WORK.state, "https://example.org/licence", "Essai")
    [item] = json.loads(json.dumps(work.csl()))
    assert (item["title"], item["author"]) == (title, [{"literal": publisher}])
    assert item["issued"] == {"date-parts": [[2026, 1, 2]]}
    read = yaml.safe_load(work.cff())
    assert (read["title"], read["authors"]) == (title, [{"name": publisher}])
    assert read["version"] == DIGEST
    assert read["license-url"] == "https://example.org/licence"


def test_cff_has_what_its_schema_asks_for() -> None:
    """https://github.com/citation-file-format/citation-file-format, 1.2.0."""
    read = yaml.safe_load(WORK.cff())
    assert {"cff-version", "message", "title", "authors"} <= set(read)
    assert (read["cff-version"], read["type"], read["license"]) == ("1.2.0", "dataset", "CC-BY-4.0")
    assert str(read["date-released"]) == "2026-01-02"
    assert [identifier["type"] for identifier in read["identifiers"]] == ["url"]


def test_a_release_is_a_dataset_of_its_own() -> None:
    iri = f"https://example.org/p/releases/{DIGEST}"
    work = Work("Trial", "Us", "2026-01-02", DIGEST, iri, iri, WORK.licence)
    assert work.key == "release-01234567"
    assert work.csl()[0]["type"] == "dataset"
    assert "container-title" not in work.csl()[0]
    assert "\\url" not in work.bibtex()
    assert unicodedata.is_normalized("NFC", work.bibtex())
