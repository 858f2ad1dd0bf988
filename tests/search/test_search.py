"""What a search finds: on the publication of this repository, and on made-up things."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atmpgraph.release.release import Release
from atmpgraph.search import Searcher, Way, searcher_of
from atmpgraph.search.collect import Entry, Text
from atmpgraph.search.index import write_index
from atmpgraph.vocab import FOAF, ORG, QB

ORGANISATION = f"{ORG}Organization"
CASES = [
    ("BioWin", "id/organisation/biowin", Way.ALL),
    ("biowinn", "id/organisation/biowin", Way.SIMILAR),
    ("bio win", "id/organisation/biowin", Way.ALL),
    ("biow", "id/organisation/biowin", Way.ALL),
    ("boiwin", "id/organisation/biowin", Way.SIMILAR),
    ("BioWin nirgends", "id/organisation/biowin", Way.SOME),
    ("univ louvain", "id/organisation/uclouvain", Way.ALL),
    ("louvain univ", "id/organisation/uclouvain", Way.ALL),
    ("univeristé louvain", "id/organisation/uclouvain", Way.SIMILAR),
    ("UCLouvain", "id/organisation/uclouvain", Way.ALL),
    ("UCL", "id/organisation/uclouvain", Way.ALL),
    ("https://ror.org/02495e989", "id/organisation/uclouvain", Way.ALL),
    ("ROR 02495E989", "id/organisation/uclouvain", Way.ALL),
    ("02495e989", "id/organisation/uclouvain", Way.ALL),
    ("SPW", "id/organisation/spw", Way.ALL),
    ("UNIVERSITE LIBRE", "id/organisation/ulb", Way.ALL),
    ("Ponchaut", "id/person/sylvie-ponchaut", Way.ALL),
    ("trentaine grosse", "id/quotation/lalibre-applicants", Way.ALL),
    ("emplois directs", "auth/indicator/direct-jobs", Way.ALL),
    ("thérapies", "auth/therapy", Way.ALL),
    ("therapieën", "auth/therapy", Way.ALL),
    ("Therapien", "auth/therapy", Way.ALL),
    ("therapies", "auth/therapy", Way.ALL),
    ("monitoring manufacturing ATMP", "id/workpackage/maidam", Way.ALL),
    ("MAIDAM", "id/workpackage/maidam", Way.ALL),
]


@pytest.fixture(scope="session")
def searcher(release: Release) -> Searcher:
    """What searches the publication of this repository."""
    opened = searcher_of(release)
    assert opened
    return opened


@pytest.mark.parametrize(("text", "thing", "way"), CASES)
def test_the_best_comes_first(text: str, thing: str, way: Way, searcher: Searcher, release: Release) -> None:
    results = searcher.search(text)
    assert (results.hits[0].iri, results.way) == (release.base + thing, way)


@pytest.mark.parametrize("text", ["zzzz qqqq", "*", "", "\x00", "\u202e", "CER Groupe", '"', "👍"])
def test_what_is_not_known_is_not_found(text: str, searcher: Searcher) -> None:
    results = searcher.search(text)
    assert (results.count, results.hits, results.kinds) == (0, (), {})


@pytest.mark.parametrize(
    ("text", "field", "marked"),
    [
        ("univ louvain", "name", ["Univ", "Louvain"]),
        ("UCL", "other", ["Université catholique de Louvain"]),
        ("ror.org/02495e989", "identifier", ["02495e989"]),
        ("univeristy louvain", "name", ["University", "Louvain"]),
    ],
)
def test_a_hit_has_its_reason(text: str, field: str, marked: list[str], searcher: Searcher) -> None:
    reason = searcher.search(text).hits[0].reason(("en", "fr"))
    assert reason.field == field
    assert [part for part, matches in reason.parts if matches] == marked


def test_the_reason_is_in_the_language_of_the_reader(searcher: Searcher, release: Release) -> None:
    (hit,) = (hit for hit in searcher.search("BioWin").hits if hit.iri.endswith("/event/call-to-members"))
    for language in ("fr", "nl", "de", "en"):
        assert hit.reason((language,)).language == language == hit.name((language,)).language


def test_hits_are_counted_by_kind_and_paged(searcher: Searcher) -> None:
    results = searcher.search("BioWin", limit=5)
    assert sum(results.kinds.values()) == results.count > 5
    rest = [searcher.search("BioWin", first=first, limit=5) for first in range(0, results.count, 5)]
    iris = [hit.iri for page in rest for hit in page.hits]
    assert len(set(iris)) == len(iris) == results.count
    for kind, count in results.kinds.items():
        of_kind = searcher.search("BioWin", kind, limit=100)
        assert {hit.kind for hit in of_kind.hits} == {kind}
        assert len(of_kind.hits) == of_kind.count == count
        assert of_kind.kinds == results.kinds


def test_parts_of_things_are_no_hits(searcher: Searcher) -> None:
    iris = {hit.iri for text in ("biowin", "2024", "coordinator") for hit in searcher.search(text, limit=1_000).hits}
    assert not [iri for iri in iris if re.search(r"/id/(selector|identifier|graph|membership|period|address)/", iri)]


def test_a_candidate_is_as_likely_as_its_name_is_alike(searcher: Searcher, release: Release) -> None:
    uclouvain = f"{release.base}id/organisation/uclouvain"
    for text, least in (
        ("UCLouvain", 100),
        ("https://ror.org/02495e989", 100),
        ("Univ. catholique de Louvain", 85),
        ("Louvain, Université catholique de", 90),
    ):
        best = searcher.candidates(text, ORGANISATION, 3)[0]
        assert best.iri == uclouvain
        assert best.score >= least
    assert searcher.candidates("UCLouvain", f"{QB}Observation") == []
    assert searcher.candidates("zzzz qqqq") == []


@settings(max_examples=300)
@given(st.text(max_size=400), st.none() | st.text(max_size=40))
def test_anything_may_be_searched(searcher: Searcher, text: str, kind: str | None) -> None:
    results = searcher.search(text, kind, limit=3)
    for hit in results.hits:
        assert hit.reason(("fr",)).text
    searcher.candidates(text, kind, 2)


@settings(max_examples=60)
@given(st.data())
def test_a_word_of_a_text_finds_it(searcher: Searcher, data: st.DataObject) -> None:
    hit = data.draw(st.sampled_from(searcher.search("de", limit=300).hits))
    worded = [text.text for text in hit.texts if text.field != "identifier"]
    text = " ".join(data.draw(st.sampled_from(worded)).split()[:12])
    results = searcher.search(text, limit=1_000)
    assert results.way is Way.ALL
    assert hit.iri in {each.iri for each in results.hits}


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """What searches some made-up things."""
    things = {
        "cer": (Text("name", "fr", "CER Groupe"), Text("identifier", "", "0408.123.456")),
        "long": (
            Text("name", "en", "Centre for a word " + "x" * 5_000),
            Text("text", "en", "word " * 3_000 + "needle"),
        ),
        "markup": (Text("name", "", "<script>alert(1)</script> & co"),),
        "german": (
            Text("name", "de", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"),
        ),
        "rtl": (Text("name", "ar", "جامعة لوفان"),),
    }
    folder = tmp_path_factory.mktemp("few")
    entries = [Entry(iri, f"{FOAF}Agent", (f"{FOAF}Agent",), texts) for iri, texts in things.items()]
    write_index(entries, folder / "index")
    return Searcher(folder / "index")


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("cer groupe", "cer"),
        ("CERgroupe", "cer"),
        ("Groupe CER", "cer"),
        ("CER", "cer"),
        ("cer grup", "cer"),
        ("BE0408123456", "cer"),
        ("Donaudampf", "german"),
        ("needle", "long"),
        ("<script>alert(1)</script>", "markup"),
        ("لوفان جامعة", "rtl"),
    ],
)
def test_made_up_things_are_found(text: str, thing: str, few: Searcher) -> None:
    assert few.search(text).hits[0].iri == thing


def test_a_long_text_is_cut_around_what_matches(few: Searcher) -> None:
    assert len(few.search("word").hits[0].reason(()).text) < 250


def test_an_index_is_read_where_nobody_may_write(few: Searcher, tmp_path: Path) -> None:
    write_index([Entry("a", "k", ("k",), (Text("name", "", "alone"),))], tmp_path / "index")
    assert len({file.stat().st_mode for file in (tmp_path / "index").iterdir()}) == 1
    before = sorted(file.name for file in (tmp_path / "index").iterdir())
    (tmp_path / "index").chmod(0o500)
    assert Searcher(tmp_path / "index").search("alone").count == 1
    assert sorted(file.name for file in (tmp_path / "index").iterdir()) == before
