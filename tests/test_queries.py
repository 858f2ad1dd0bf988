"""The query library: each question is well made, portable, and answered as a reader of the sources would answer it.

The expected answers are those of data/*.csv and the texts of the sources. tests/test_answers_from_tables.py works out each
of them a second time, from the tables and without SPARQL.
"""

import csv
import re
from collections import Counter
from typing import Final, NamedTuple

import pytest
import rdflib
from pyoxigraph import NamedNode, Quad, QueryBoolean, QuerySolutions, QueryTriples, RdfFormat, Store

from atmpgraph.release.release import Release
from atmpgraph.sparql.library import read_library
from atmpgraph.sparql.query_head import SUBJECTS

from .conftest import BASE, LANGUAGES, ROOT, WRITTEN

FILES: Final = {file.stem: file for file in sorted((ROOT / "queries").glob("*.rq"))}
LIBRARY: Final = read_library(ROOT / "queries", LANGUAGES)
TEXTS: Final = {name: query.file_text for name, query in LIBRARY.items()}
SELECTS: Final = sorted(name for name, text in TEXTS.items() if re.search(r"^SELECT\b", text, re.M))
TRANSLATED: Final = sorted(name for name in SELECTS if "?language" in TEXTS[name])

# The question on recent sources holds a date that users change; the answers below are for this one.
SINCE: Final = '"2024-02-01"^^xsd:date'

Row = tuple[str, ...]


# How a query is run --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def dataset(release: Release) -> Store:
    """The statements of the release in their graphs; the default graph is left empty, as an engine that merges would."""
    store = Store()
    store.load(path=release.path / "data.nq", format=RdfFormat.N_QUADS)
    return store


def add_coverage(store: Store) -> None:
    """Run data/coverage.rq over a store and put what it constructs into the graph of coverage."""
    graph = NamedNode(BASE + "id/graph/coverage")
    text = (ROOT / "data" / "coverage.rq").read_text(encoding="utf-8")
    triples = store.query(text, base_iri=BASE, use_default_graph_as_union=True)
    assert isinstance(triples, QueryTriples)
    store.extend([Quad(t.subject, t.predicate, t.object, graph) for t in triples])


@pytest.fixture(scope="session")
def backwards(dataset: Store) -> Store:
    """The same statements, put in from the last to the first."""
    store = Store()
    for quad in sorted(dataset, key=str, reverse=True):
        store.add(quad)
    return store


@pytest.fixture(scope="session")
def other_engine(dataset: Store) -> rdflib.Dataset:
    """The same statements in another engine, written by other people in another language."""
    other = rdflib.Dataset(default_union=True)
    nquads = dataset.dump(format=RdfFormat.N_QUADS)
    assert nquads is not None
    other.parse(data=nquads, format="nquads")
    return other


def short(value: str) -> str:
    """An IRI without the part that says nothing here."""
    for start in (BASE, "http://qudt.org/vocab/unit/", "http://purl.org/linked-data/sdmx/2009/code#"):
        value = value.removeprefix(start)
    return value


def select(store: Store, text: str, *columns: str) -> list[Row]:
    """The rows of a SELECT over the union of all graphs, in order; an unbound cell is empty."""
    solutions = store.query(text, base_iri=BASE, use_default_graph_as_union=True)
    assert isinstance(solutions, QuerySolutions)
    wanted = columns or tuple(variable.value for variable in solutions.variables)
    return [tuple("" if row[name] is None else short(row[name].value) for name in wanted) for row in solutions]


def construct(store: Store, text: str) -> set[tuple[str, str, str]]:
    triples = store.query(text, base_iri=BASE, use_default_graph_as_union=True)
    assert isinstance(triples, QueryTriples)
    return {(short(t.subject.value), short(t.predicate.value), short(t.object.value)) for t in triples}


def ask(store: Store, text: str) -> bool:
    answer = store.query(text, base_iri=BASE, use_default_graph_as_union=True)
    assert isinstance(answer, QueryBoolean)
    return bool(answer)


def table(name: str) -> list[dict[str, str]]:
    with (ROOT / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# How a query is written ----------------------------------------------------------------------------------------------


def test_the_library_is_large_enough() -> None:
    assert len(FILES) >= 18


@pytest.mark.parametrize("name", FILES)
def test_title_and_description_in_every_language(name: str) -> None:
    lines = [line for line in TEXTS[name].splitlines() if re.match(r"#\+ (title|description)@", line)]
    header = [re.fullmatch(r"#\+ (title|description)@([a-z]{2}): (\S.*\S)", line) for line in lines]
    assert [(found[1], found[2]) for found in header if found] == [
        (key, language) for key in ("title", "description") for language in WRITTEN
    ]
    texts = [found[3] for found in header if found]
    assert len(set(texts)) == len(texts), "a text was not translated"
    head, _, query = TEXTS[name].partition("PREFIX")
    assert all(line.startswith("#+") for line in head.splitlines())
    assert "#+" not in query


@pytest.mark.parametrize("language", WRITTEN)
@pytest.mark.parametrize("name", FILES)
def test_every_column_and_parameter_has_a_label(name: str, language: str) -> None:
    """Codes stand beside their words, so no two columns are called alike."""
    query = LIBRARY[name]
    assert query.head.subject != "other"
    assert query.head.pictures is not None
    labels = {column: query.label(column, (language,)) for column in query.head.columns}
    columns = dict(query.labels) | {(key.removeprefix("column."), tag): "" for key, tag in query.head.texts}
    assert {name for name in query.column_labels((language,)) if (name, language) not in columns} == set()
    assert len(set(labels.values())) == len(labels)


def test_the_columns_are_those_of_the_answer(dataset: Store) -> None:
    for name in SELECTS:
        solutions = dataset.query(TEXTS[name], base_iri=BASE, use_default_graph_as_union=True)
        assert isinstance(solutions, QuerySolutions)
        assert list(LIBRARY[name].head.columns) == [variable.value for variable in solutions.variables]


def test_every_code_has_its_words_beside_it() -> None:
    """So that a person sees them once."""
    codes = {
        (name, column)
        for name, query in LIBRARY.items()
        for column in query.head.columns
        if "(code)" in query.label(column, ("en",)) and column not in {*query.head.words, *query.head.on_page}
    }
    assert codes == set()


def test_every_label_is_of_a_column() -> None:
    used = {name for query in LIBRARY.values() for name in query.column_labels(("en",))}
    assert {name for name, _ in LIBRARY["figures"].labels} <= used


def test_the_library_is_in_the_order_of_its_subjects() -> None:
    subjects = [query.head.subject for query in LIBRARY.values()]
    assert list(dict.fromkeys(subjects)) == [subject for subject in SUBJECTS if subject in subjects]
    places = [query.head.place for query in LIBRARY.values()]
    assert places == sorted(set(places)), "two questions have one place"


@pytest.mark.parametrize("name", FILES)
def test_lines_fit_and_are_clean(name: str) -> None:
    assert TEXTS[name].endswith("\n")
    for line in TEXTS[name].splitlines():
        assert line == line.rstrip()
        assert "\t" not in line
        assert line.startswith("#+") or len(line) <= 120


@pytest.mark.parametrize("name", FILES)
def test_prefixes_are_used_and_ours_are_relative(name: str) -> None:
    body = TEXTS[name]
    assert BASE not in body
    for prefix, namespace in re.findall(r"^PREFIX ([\w-]+): +<([^>]*)>", body, re.M):
        assert re.search(rf"(?<![\w-]){prefix}:[\w*]", body), f"{prefix} is never used"
        assert (namespace == "https://w3id.org/atmpgraph/ns#") == (prefix == "atmpgraph")
        assert re.match(r"https?://", namespace)


def _words_of_this_publication() -> set[str]:
    """The slugs of the publication's own things; codes of indicators and code lists are everybody's."""
    tables = [file.stem for file in (ROOT / "data").glob("*.csv")]
    slugs = {row["slug"] for name in tables for row in table(name) if "slug" in row}
    general = {row["code"] for row in table("indicators")}
    general |= {row["slug"] for row in table("sources") if row["kind"] == "MetadataDocument"}
    for scheme in (ROOT / "ontology" / "auth").glob("*.ttl"):
        general |= set(re.findall(rf"auth/{scheme.stem}/([\w-]+)> a ", scheme.read_text(encoding="utf-8")))
    general |= {row["scheme"] for row in table("identifiers")}
    return {slug.lower() for slug in slugs - general}


@pytest.mark.parametrize("name", [*FILES, "../data/coverage"])
def test_knows_no_partnership(name: str) -> None:
    text = (ROOT / "queries" / f"{name}.rq").read_text(encoding="utf-8").lower()
    text = re.sub(
        r"<https://w3id.org/atmpgraph/ns#>|\batmpgraph:|<https://w3id.org/atmpgraph/auth/[\w-]+/[\w-]+>", " ", text
    )
    assert not _words_of_this_publication() & set(re.findall(r"\w[\w.-]*\w", text))
    names = {row[column] for row in table("organisations") for column in row if column.startswith("name_")}
    names |= {row[column] for row in table("partnerships") for column in ("acronym_fr", "acronym_en")} | {
        row["name"] for row in table("people")
    }
    for word in sorted(names - {""}):
        assert not re.search(rf"\b{re.escape(word.lower())}\b", text), word
    assert not re.search(r"<id/(?!graph/editorial>)|<auth/(therapy|value-chain-stage)", text), (
        "no thing of a publication is named"
    )


@pytest.mark.parametrize("name", SELECTS)
def test_duplicates_in_the_union_do_not_show(name: str) -> None:
    """Some engines do not merge a statement that stands in two graphs."""
    assert re.search(r"^SELECT DISTINCT\b|^GROUP BY\b", TEXTS[name], re.M)
    for counted in re.findall(r"COUNT\((.*?)\)", TEXTS[name]):
        assert counted.startswith("DISTINCT ") or (counted == "*" and "{ GRAPH ?graph { ?s ?p ?o } }" in TEXTS[name])


NAMING: Final = [
    (name, column)
    for name, query in LIBRARY.items()
    for column in query.head.columns
    if column.startswith("publisher") and name != "places"  # it shows links
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "column"), NAMING)
def test_an_answer_says_who_says_so(name: str, column: str, language: str, dataset: Store) -> None:
    """The publisher, or the name of a source that does not say who published it."""
    text = TEXTS[name].replace('VALUES ?language { "en" }', f'VALUES ?language {{ "{language}" }}')
    assert all(value for (value,) in select(dataset, text, column))


@pytest.mark.parametrize(("language", "unknown", "editors"), [
    ("fr", "non précisé", "Rédaction de la publication PIT ATMP"),
    ("nl", "niet vermeld", "Redactie van de publicatie PIT ATMP"),
    ("de", "nicht angegeben", "Redaktion der Veröffentlichung PIT ATMP"),
    ("en", "not stated", "Editors of the publication PIT ATMP"),
])  # fmt: skip
def test_who_published_a_source_is_said_in_words(language: str, unknown: str, editors: str, dataset: Store) -> None:
    """By the source; of the publication's own texts, its editors; else that nobody says so."""
    text = TEXTS["sources"].replace('VALUES ?language { "en" }', f'VALUES ?language {{ "{language}" }}')
    own = {row["slug"]: editors for row in table("sources") if row["kind"] == "MetadataDocument"}
    expected = {
        f"id/source/{row['slug']}": row["publisher"] or own.get(row["slug"], unknown) for row in table("sources")
    }
    assert sorted(select(dataset, text, "source", "publisher")) == sorted(expected.items())


# How it runs anywhere ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SELECTS)
def test_the_order_leaves_no_choice(name: str, dataset: Store, backwards: Store) -> None:
    order = re.search(r"^ORDER BY (.*)\Z", TEXTS[name].rstrip("\n"), re.M)
    assert order
    joined = {place: keys for keys, place in re.findall(r"BIND \(CONCAT\(([^{}]*?)\) AS \?(\w+)\)", TEXTS[name])}
    keys = [
        key
        for name_of_key in re.findall(r"\?(\w+)", order[1])
        for key in re.findall(r"\?(\w+)", joined.get(name_of_key, f"?{name_of_key}"))
    ]
    rows = select(dataset, TEXTS[name], *keys)
    assert len(set(rows)) == len(rows), "two rows with the same sort keys"
    assert select(dataset, TEXTS[name]) == select(backwards, TEXTS[name])


@pytest.mark.parametrize("name", FILES)
def test_another_engine_answers_the_same(name: str, dataset: Store, other_engine: rdflib.Dataset) -> None:
    result = other_engine.query(TEXTS[name], base=BASE)
    if result.type == "ASK":
        assert result.askAnswer == ask(dataset, TEXTS[name])
    elif result.type == "CONSTRUCT":
        assert result.graph is not None
        expected = construct(dataset, TEXTS[name])
        assert {tuple(short(str(term)) for term in triple) for triple in result.graph} == expected
    else:
        assert result.vars is not None
        columns = [str(variable) for variable in result.vars]
        rows = [tuple("" if term is None else short(str(term)) for term in row) for row in result]  # type: ignore[union-attr]
        assert rows == select(dataset, TEXTS[name], *columns)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TRANSLATED)
def test_the_language_changes_labels_only(name: str, language: str, dataset: Store) -> None:
    assert 'VALUES ?language { "en" }' in TEXTS[name]
    translated = TEXTS[name].replace('VALUES ?language { "en" }', f'VALUES ?language {{ "{language}" }}')
    keys = [key for key in ("figure", "figure1", "figure2", "organisation", "source") if f"?{key} " in TEXTS[name]]
    assert select(dataset, translated, *keys) == select(dataset, TEXTS[name], *keys)


# What it answers -----------------------------------------------------------------------------------------------------

PR: Final = "id/source/press-release-2024-01-17"
RELEASE: Final = "Press release of 17 January 2024"  # its text names no issuer
FV: Final = "id/source/flandersvaccine-2024"
BIOWIN: Final = "id/source/biowin-2023-12-21"
DERMINE: Final = "id/source/dermine-2024-01-17"
LALIBRE: Final = "id/source/lalibre-2023-09-21"
LPOST: Final = "id/source/lpost-2024-01-17"
RTL: Final = "id/source/rtl-2024-01-17"
WALLONIA: Final = "id/source/wallonia-be"
QUESTION: Final = "id/source/parliament-question-264"
TRENDS: Final = "id/source/trends-2023-10"
MAIDAM: Final = "id/source/orgenesis-2024-02-29"
EXO: Final = "id/source/orgenesis-2024-03-13"
ROR: Final = "id/source/ror"
SAME_AS: Final = "http://www.w3.org/2002/07/owl#sameAs"
CLOSE_MATCH: Final = "http://www.w3.org/2000/01/rdf-schema#seeAlso"


class Answer(NamedTuple):
    """The telling columns of a question, and all its rows in order."""

    columns: str
    rows: list[Row]


ANSWERS: Final[dict[str, Answer]] = {
    # "Plus de 2 100 emplois directs" exist; "plus de 470" are to come says the release, and three that follow it; 600 says
    # L-Post, "environ 600" the question in Parliament. Only the release speaks of estimates.
    "direct-jobs": Answer(
        "indicator exactness value status subject publisher",
        [
            ("direct-jobs", "more than", "2100", "obsStatus-A", "id/sector/atmp", RELEASE),
            ("new-direct-jobs", "more than", "470", "obsStatus-F", "id/partnership/pit-atmp", "Orgenesis"),
            ("new-direct-jobs", "more than", "470", "obsStatus-E", "id/partnership/pit-atmp", RELEASE),
            ("new-direct-jobs", "more than", "470", "obsStatus-F", "id/partnership/pit-atmp", "RTL info"),
            ("new-direct-jobs", "more than", "470", "obsStatus-F", "id/partnership/pit-atmp", "Wallonia.be"),
            ("new-direct-jobs", "exactly", "600", "obsStatus-F", "id/partnership/pit-atmp", "L-Post"),
            (
                "new-direct-jobs",
                "approximately",
                "600",
                "obsStatus-F",
                "id/partnership/pit-atmp",
                "Parlement de Wallonie",
            ),
        ],
    ),
    # 60 % of 81 million is 48.6 million; 40 % is 32.4 million. "environ 60%" in the release and "Around 60%" in its English
    # version; RTL, L-Post and the question leave "about" out.
    "public-share": Answer(
        "origin shareExactness share budgetExactness budget product currency source",
        [
            ("public funds", "approximately", "60", "exactly", "81000000", "48600000", "CCY_EUR", FV),
            ("public funds", "exactly", "60", "more than", "81000000", "48600000", "CCY_EUR", LPOST),
            ("public funds", "exactly", "60", "exactly", "81000000", "48600000", "CCY_EUR", QUESTION),
            ("public funds", "approximately", "60", "exactly", "81000000", "48600000", "CCY_EUR", PR),
            ("public funds", "exactly", "60", "exactly", "81000000", "48600000", "CCY_EUR", RTL),
            ("private funds", "approximately", "40", "exactly", "81000000", "32400000", "CCY_EUR", FV),
            ("private funds", "exactly", "40", "exactly", "81000000", "32400000", "CCY_EUR", QUESTION),
            ("private funds", "approximately", "40", "exactly", "81000000", "32400000", "CCY_EUR", PR),
            ("private funds", "exactly", "40", "exactly", "81000000", "32400000", "CCY_EUR", RTL),
        ],
    ),
    # "Orgenesis, Cilyx, CMMI, convExYO, EXO Biologics, ExoXpert, Genflow Biosciences, LiveDrop, ULB, UMONS and
    # Xomexbio"; "Orgenesis Services Belgium, Université catholique de Louvain (UCLouvain) … and DNAlytics".
    "workpackage-members": Answer(
        "code organisation role source",
        [
            ("EXOFASTTRACK", "id/organisation/cilyx", "participant", EXO),
            ("EXOFASTTRACK", "id/organisation/cmmi", "participant", EXO),
            ("EXOFASTTRACK", "id/organisation/convexyo", "participant", EXO),
            ("EXOFASTTRACK", "id/organisation/exo-biologics", "participant", EXO),
            ("EXOFASTTRACK", "id/organisation/exoxpert", "participant", EXO),
            ("EXOFASTTRACK", "id/organisation/genflow-biosciences", "participant", EXO),
            ("EXOFASTTRACK", "id/organisation/livedrop", "participant", EXO),
            ("EXOFASTTRACK", "id/organisation/orgenesis", "participant", EXO),
            ("EXOFASTTRACK", "id/organisation/ulb", "participant", EXO),
            ("EXOFASTTRACK", "id/organisation/umons", "participant", EXO),
            ("EXOFASTTRACK", "id/organisation/xomexbio", "participant", EXO),
            ("MAIDAM", "id/organisation/dnalytics", "participant", MAIDAM),
            ("MAIDAM", "id/organisation/orgenesis-services-belgium", "participant", MAIDAM),
            ("MAIDAM", "id/organisation/trail", "participant", MAIDAM),
            ("MAIDAM", "id/organisation/uclouvain", "participant", MAIDAM),
        ],
    ),
    # Jobs to be created are estimates in the release ("les estimations réalisées tablent sur") and forecasts elsewhere ("devraient
    # être créés", "will be created"); the market's future is a forecast.
    "forecasts": Answer(
        "kind printed period source",
        [
            ("estimated", "plus de 470 emplois directs", "Five years from 17 January 2024", PR),
            ("estimated", "1 200 emplois indirects", "Five years from 17 January 2024", PR),
            ("forecast", "36%", "Until 2035", LPOST),
            ("forecast", "plus de 36 %", "From 2019 to 2025", PR),
            ("forecast", "80 milliards d'euros", "2032", LPOST),
            ("forecast", "10 milliards d'euros", "2025", QUESTION),
            ("forecast", "80 milliards", "2032", QUESTION),
            ("forecast", "environ 10 milliards d'euros", "2025", PR),
            ("forecast", "80 milliards", "2032", PR),
            ("forecast", "600 emplois directs", "Date not stated by the source", LPOST),
            ("forecast", "more than 470 direct", "Five years from 29 February 2024", MAIDAM),
            ("forecast", "environ 600 emplois directs", "Date not stated by the source", QUESTION),
            ("forecast", "Plus de 470 emplois directs", "Five years from 17 January 2024", RTL),
            ("forecast", "more than 470 direct jobs", "Five years, dates not stated", WALLONIA),
            ("forecast", "1,200 indirect jobs", "Five years from 29 February 2024", MAIDAM),
            ("forecast", "1 200 emplois indirects", "Date not stated by the source", QUESTION),
            ("forecast", "1.200 indirects", "Five years from 17 January 2024", RTL),
            ("forecast", "1,200 indirect jobs", "Five years, dates not stated", WALLONIA),
            ("forecast", "1.800 emplois", "Date not stated by the source", LPOST),
        ],
    ),
    # L-Post's "plus de 81 millions" against six that say 81; "about" 60 and 40 % (release, its English version) against those
    # without; its bare 36 % against "plus de 36 %"; 10 milliards with and without "environ"; 234 members against 250; three
    # numbers of direct jobs; "pas moins de 26" against 26 at the same time.
    "disagreements": Answer(
        "indicator figure1 exactness1 value1 figure2 exactness2 value2",
        [
            ("budget", "fv-budget", "exactly", "81000000", "lpost-budget", "more than", "81000000"),
            ("budget", "lpost-budget", "more than", "81000000", "budget", "exactly", "81000000"),
            ("budget", "lpost-budget", "more than", "81000000", "orgenesis-budget", "exactly", "81000000"),
            ("budget", "lpost-budget", "more than", "81000000", "question-budget", "exactly", "81000000"),
            ("budget", "lpost-budget", "more than", "81000000", "rtl-budget", "exactly", "81000000"),
            ("budget", "lpost-budget", "more than", "81000000", "wb-budget", "exactly", "81000000"),
            ("funding-share", "fv-private-share", "approximately", "40", "question-private-share", "exactly", "40"),
            ("funding-share", "fv-private-share", "approximately", "40", "rtl-private-share", "exactly", "40"),
            ("funding-share", "private-share", "approximately", "40", "rtl-private-share", "exactly", "40"),
            ("funding-share", "question-private-share", "exactly", "40", "private-share", "approximately", "40"),
            ("funding-share", "fv-public-share", "approximately", "60", "lpost-public-share", "exactly", "60"),
            ("funding-share", "fv-public-share", "approximately", "60", "question-public-share", "exactly", "60"),
            ("funding-share", "fv-public-share", "approximately", "60", "rtl-public-share", "exactly", "60"),
            ("funding-share", "lpost-public-share", "exactly", "60", "public-share", "approximately", "60"),
            ("funding-share", "public-share", "approximately", "60", "rtl-public-share", "exactly", "60"),
            ("funding-share", "question-public-share", "exactly", "60", "public-share", "approximately", "60"),
            ("market-growth", "lpost-market-growth", "exactly", "36", "market-growth", "more than", "36"),
            (
                "market-size",
                "question-market-2025",
                "exactly",
                "10000000000",
                "market-2025",
                "approximately",
                "10000000000",
            ),
            ("members", "ccp-members", "exactly", "234", "biowin-members", "exactly", "250"),
            ("members", "ccp-members", "exactly", "234", "lalibre-members", "approximately", "250"),
            ("new-direct-jobs", "lpost-new-direct-jobs", "exactly", "600", "new-direct-jobs", "more than", "470"),
            (
                "new-direct-jobs",
                "lpost-new-direct-jobs",
                "exactly",
                "600",
                "orgenesis-new-direct-jobs",
                "more than",
                "470",
            ),
            (
                "new-direct-jobs",
                "lpost-new-direct-jobs",
                "exactly",
                "600",
                "question-new-direct-jobs",
                "approximately",
                "600",
            ),
            ("new-direct-jobs", "lpost-new-direct-jobs", "exactly", "600", "rtl-new-direct-jobs", "more than", "470"),
            ("new-direct-jobs", "lpost-new-direct-jobs", "exactly", "600", "wb-new-direct-jobs", "more than", "470"),
            (
                "new-direct-jobs",
                "orgenesis-new-direct-jobs",
                "more than",
                "470",
                "question-new-direct-jobs",
                "approximately",
                "600",
            ),
            (
                "new-direct-jobs",
                "question-new-direct-jobs",
                "approximately",
                "600",
                "new-direct-jobs",
                "more than",
                "470",
            ),
            (
                "new-direct-jobs",
                "question-new-direct-jobs",
                "approximately",
                "600",
                "rtl-new-direct-jobs",
                "more than",
                "470",
            ),
            (
                "new-direct-jobs",
                "question-new-direct-jobs",
                "approximately",
                "600",
                "wb-new-direct-jobs",
                "more than",
                "470",
            ),
            ("partners", "fv-partners", "exactly", "26", "rtl-partners", "at least", "26"),
            ("partners", "lpost-partners", "exactly", "26", "rtl-partners", "at least", "26"),
            ("partners", "partners", "exactly", "26", "rtl-partners", "at least", "26"),
            ("partners", "rtl-partners", "at least", "26", "wb-partners", "exactly", "26"),
        ],
    ),
    # Budget: release, its English version, Wallonia.be, RTL, Orgenesis, the question. Partners: the same but RTL ("pas moins
    # de"), and L-Post.
    "agreements": Answer(
        "indicator exactness value unit sources",
        [
            ("budget", "exactly", "81000000", "CCY_EUR", "6"),
            ("partners", "exactly", "26", "NUM", "6"),
            ("duration", "exactly", "3", "YR", "5"),
            ("new-indirect-jobs", "exactly", "1200", "NUM", "5"),
            ("new-direct-jobs", "more than", "470", "NUM", "4"),
            ("funding-share", "exactly", "60", "PERCENT", "3"),
            ("granted-amount", "almost", "23000000", "CCY_EUR", "3"),
            ("market-size", "exactly", "80000000000", "CCY_EUR", "3"),
            ("workpackages", "exactly", "12", "NUM", "3"),
            ("funding-share", "approximately", "40", "PERCENT", "2"),
            ("funding-share", "exactly", "40", "PERCENT", "2"),
            ("funding-share", "approximately", "60", "PERCENT", "2"),
            ("pillars", "exactly", "3", "NUM", "2"),
            ("projects", "exactly", "12", "NUM", "2"),
        ],
    ),
    # 4 + 11 members named, Orgenesis and its Belgian company once: 14; and two hospitals: 16.
    "unknown": Answer(
        "measured declared described source",
        [
            ("Partners", "26", "16", FV),
            ("Partners", "26", "16", LPOST),
            ("Partners", "26", "16", MAIDAM),
            ("Partners", "26", "16", QUESTION),
            ("Partners", "26", "16", PR),
            ("Partners", "26", "16", RTL),
            ("Partners", "26", "16", WALLONIA),
            ("Work packages", "12", "2", BIOWIN),
            ("Work packages", "12", "2", PR),
            ("Work packages", "12", "2", WALLONIA),
        ],
    ),
    "ror": Answer(
        "organisation relation ror",
        [
            ("id/organisation/deloitte", CLOSE_MATCH, "https://ror.org/03xkm6e60"),
            ("id/organisation/gouvernement-wallon", SAME_AS, "https://ror.org/00jv65847"),
            ("id/organisation/saint-luc", SAME_AS, "https://ror.org/03s4khd80"),
            ("id/organisation/spw", SAME_AS, "https://ror.org/0215gxf82"),
            ("id/organisation/uclouvain", SAME_AS, "https://ror.org/02495e989"),
            ("id/organisation/ulb", SAME_AS, "https://ror.org/01r9htc13"),
            ("id/organisation/umons", SAME_AS, "https://ror.org/02qnnz951"),
        ],
    ),
    "since": Answer(
        "issued source indicator exactness value unit",
        [
            ("2024-02-29", MAIDAM, "budget", "exactly", "81000000", "CCY_EUR"),
            ("2024-02-29", MAIDAM, "duration", "exactly", "3", "YR"),
            ("2024-02-29", MAIDAM, "granted-amount", "exactly", "2000000", "CCY_EUR"),
            ("2024-02-29", MAIDAM, "new-direct-jobs", "more than", "470", "NUM"),
            ("2024-02-29", MAIDAM, "new-indirect-jobs", "exactly", "1200", "NUM"),
            ("2024-02-29", MAIDAM, "partners", "exactly", "26", "NUM"),
            ("2024-02-29", MAIDAM, "projects", "exactly", "12", "NUM"),
            ("2024-03-13", EXO, "granted-amount", "exactly", "1500000", "CCY_EUR"),
            ("2026-03-07", "id/source/fedomop-readme", "", "", "", ""),
            ("2026-06-14", ROR, "", "", "", ""),
        ],
    ),
    "timeline": Answer(
        "date period event actor source",
        [
            ("2022", "2022", "id/event/federal-call", "", "id/source/lalibre-2023-05-08"),
            ("2022", "2022", "id/event/federal-call", "id/organisation/belgian-federal-government", DERMINE),
            ("2023-04-30", "End of April 2023", "id/event/call-to-members", "id/organisation/biowin", LALIBRE),
            ("2023-09-21", "No later than 21 September 2023", "id/event/selection", "", "id/source/editorial"),
            ("2023-09-21", "No later than 21 September 2023", "id/event/selection", "id/organisation/biowin", TRENDS),
            ("2023-09-21", "No later than 21 September 2023", "id/event/submission", "id/organisation/biowin", LALIBRE),
            ("2023-12-31", "Late 2023", "id/event/funding-decision", "id/organisation/gouvernement-wallon", PR),
            ("2024-01-17", "17 January 2024", "id/event/launch", "", DERMINE),
            ("2024-01-17", "17 January 2024", "id/event/launch", "", RTL),
            ("2024-01-17", "17 January 2024", "id/event/launch", "id/organisation/gouvernement-wallon", MAIDAM),
            ("2024-01-17", "17 January 2024", "id/event/launch", "id/organisation/gouvernement-wallon", PR),
            ("2024-01-24", "24 January 2024", "id/event/parliament-question", "", QUESTION),
            ("2024-02-29", "29 February 2024", "id/event/maidam-announced", "id/organisation/orgenesis", MAIDAM),
            ("2024-03-13", "13 March 2024", "id/event/exofasttrack-announced", "id/organisation/orgenesis", EXO),
        ],
    ),
    "figures": Answer(
        "indicator exactness value unit source",
        [
            ("applicants", "more than", "30", "NUM", LALIBRE),
            ("budget", "exactly", "81000000", "CCY_EUR", FV),
            ("budget", "more than", "81000000", "CCY_EUR", LPOST),
            ("budget", "exactly", "81000000", "CCY_EUR", MAIDAM),
            ("budget", "exactly", "81000000", "CCY_EUR", QUESTION),
            ("budget", "exactly", "81000000", "CCY_EUR", PR),
            ("budget", "exactly", "81000000", "CCY_EUR", RTL),
            ("budget", "exactly", "81000000", "CCY_EUR", WALLONIA),
            ("budget-usd", "exactly", "88900000", "CCY_USD", FV),
            ("duration", "exactly", "3", "YR", MAIDAM),
            ("duration", "exactly", "3", "YR", QUESTION),
            ("duration", "exactly", "3", "YR", PR),
            ("duration", "exactly", "3", "YR", RTL),
            ("duration", "exactly", "3", "YR", WALLONIA),
            ("granted-amount", "almost", "23000000", "CCY_EUR", FV),
            ("granted-amount", "almost", "23000000", "CCY_EUR", PR),
            ("granted-amount", "almost", "23000000", "CCY_EUR", RTL),
            ("granted-amount-usd", "exactly", "25300000", "CCY_USD", FV),
            ("new-direct-jobs", "exactly", "600", "NUM", LPOST),
            ("new-direct-jobs", "more than", "470", "NUM", MAIDAM),
            ("new-direct-jobs", "approximately", "600", "NUM", QUESTION),
            ("new-direct-jobs", "more than", "470", "NUM", PR),
            ("new-direct-jobs", "more than", "470", "NUM", RTL),
            ("new-direct-jobs", "more than", "470", "NUM", WALLONIA),
            ("new-indirect-jobs", "exactly", "1200", "NUM", MAIDAM),
            ("new-indirect-jobs", "exactly", "1200", "NUM", QUESTION),
            ("new-indirect-jobs", "exactly", "1200", "NUM", PR),
            ("new-indirect-jobs", "exactly", "1200", "NUM", RTL),
            ("new-indirect-jobs", "exactly", "1200", "NUM", WALLONIA),
            ("new-total-jobs", "exactly", "1800", "NUM", LPOST),
            ("participating-cluster-members", "exactly", "26", "NUM", BIOWIN),
            ("partner-companies", "exactly", "21", "NUM", LPOST),
            ("partner-research-centres", "exactly", "1", "NUM", PR),
            ("partner-universities", "exactly", "4", "NUM", LPOST),
            ("partners", "exactly", "26", "NUM", FV),
            ("partners", "exactly", "26", "NUM", LPOST),
            ("partners", "exactly", "26", "NUM", MAIDAM),
            ("partners", "exactly", "26", "NUM", QUESTION),
            ("partners", "exactly", "26", "NUM", PR),
            ("partners", "at least", "26", "NUM", RTL),
            ("partners", "exactly", "26", "NUM", WALLONIA),
            ("pillars", "exactly", "3", "NUM", BIOWIN),
            ("pillars", "exactly", "3", "NUM", LPOST),
            ("projects", "exactly", "12", "NUM", MAIDAM),
            ("projects", "exactly", "12", "NUM", TRENDS),
            ("requested-amount", "exactly", "95000000", "CCY_EUR", TRENDS),
            ("workpackages", "exactly", "12", "NUM", BIOWIN),
            ("workpackages", "exactly", "12", "NUM", PR),
            ("workpackages", "exactly", "12", "NUM", WALLONIA),
        ],
    ),
    # The market's size is money too, but not the partnership's.
    "money": Answer(
        "indicator exactness value currency subject source",
        [
            ("budget", "exactly", "81000000", "EUR", "id/partnership/pit-atmp", FV),
            ("budget", "more than", "81000000", "EUR", "id/partnership/pit-atmp", LPOST),
            ("budget", "exactly", "81000000", "EUR", "id/partnership/pit-atmp", MAIDAM),
            ("budget", "exactly", "81000000", "EUR", "id/partnership/pit-atmp", QUESTION),
            ("budget", "exactly", "81000000", "EUR", "id/partnership/pit-atmp", PR),
            ("budget", "exactly", "81000000", "EUR", "id/partnership/pit-atmp", RTL),
            ("budget", "exactly", "81000000", "EUR", "id/partnership/pit-atmp", WALLONIA),
            ("budget-usd", "exactly", "88900000", "USD", "id/partnership/pit-atmp", FV),
            ("granted-amount", "exactly", "1500000", "EUR", "id/funding/exofasttrack-grant", EXO),
            ("granted-amount", "exactly", "2000000", "EUR", "id/funding/maidam-grant", MAIDAM),
            ("granted-amount", "almost", "23000000", "EUR", "id/partnership/pit-atmp", FV),
            ("granted-amount", "almost", "23000000", "EUR", "id/partnership/pit-atmp", PR),
            ("granted-amount", "almost", "23000000", "EUR", "id/partnership/pit-atmp", RTL),
            ("granted-amount-usd", "exactly", "25300000", "USD", "id/partnership/pit-atmp", FV),
            ("requested-amount", "exactly", "95000000", "EUR", "id/partnership/pit-atmp", TRENDS),
        ],
    ),
    # The release gives shares, not who pays them nor how much.
    "funding": Answer(
        "funding origin funds funder amount currency source",
        [
            ("id/funding/private", "private funds", "id/partnership/pit-atmp", "", "", "", PR),
            ("id/funding/public", "public funds", "id/partnership/pit-atmp", "", "", "", PR),
            (
                "id/funding/exofasttrack-grant",
                "public funds",
                "id/workpackage/exofasttrack",
                "id/organisation/gouvernement-wallon",
                "1500000",
                "EUR",
                EXO,
            ),
            (
                "id/funding/maidam-convention",
                "public funds",
                "id/workpackage/maidam",
                "",
                "",
                "",
                "id/source/fedomop-readme",
            ),
            (
                "id/funding/maidam-grant",
                "public funds",
                "id/workpackage/maidam",
                "id/organisation/gouvernement-wallon",
                "2000000",
                "EUR",
                MAIDAM,
            ),
        ],
    ),
    # "mené par BioWin … et le département de la Recherche et du Développement technologique"; "led by BioWin"; "Contact presse et
    # analystes Andrew Lloyd & Associates".
    "roles": Answer(
        "role name source",
        [
            ("coordinator", "BioWin", PR),
            ("coordinator", "BioWin", WALLONIA),
            ("coordinator", "Département de la Recherche et du Développement technologique", PR),
            ("funder", "Gouvernement wallon", PR),
            ("partner", "Institut Jules Bordet", LPOST),
            ("partner", "Cliniques Universitaires Saint-Luc", LPOST),
            ("press contact", "Andrew Lloyd & Associates", PR),
            ("supporter", "Belgian federal government", DERMINE),
        ],
    ),
    # Cell, gene, exosomes and phages, in the release, at BioWin and in L-Post; the rest in the release; kinds in L-Post too.
    "topics": Answer(
        "list topic source",
        [
            ("Therapies", "cell therapy", BIOWIN),
            ("Therapies", "cell therapy", LPOST),
            ("Therapies", "cell therapy", PR),
            ("Therapies", "exosome therapy", BIOWIN),
            ("Therapies", "exosome therapy", LPOST),
            ("Therapies", "exosome therapy", PR),
            ("Therapies", "gene therapy", BIOWIN),
            ("Therapies", "gene therapy", LPOST),
            ("Therapies", "gene therapy", PR),
            ("Therapies", "phage therapy", BIOWIN),
            ("Therapies", "phage therapy", LPOST),
            ("Therapies", "phage therapy", PR),
            ("Stages of the value chain", "clinical research", PR),
            ("Stages of the value chain", "preclinical research", PR),
            ("Stages of the value chain", "process control", PR),
            ("Stages of the value chain", "process design", PR),
            ("Stages of the value chain", "scientific research", PR),
            ("Kinds of organisation", "company", LPOST),
            ("Kinds of organisation", "company", PR),
            ("Kinds of organisation", "hospital", LPOST),
            ("Kinds of organisation", "research centre", PR),
            ("Kinds of organisation", "university", LPOST),
            ("Kinds of organisation", "university", PR),
            ("Kinds of organisation", "university hospital", PR),
        ],
    ),
    "places": Answer(
        "name link source",
        [
            ("Belgium", "http://publications.europa.eu/resource/authority/country/BEL", "id/source/ted-rdf-mapping"),
            ("Belgium", "http://www.wikidata.org/entity/Q31", "id/source/whosonfirst"),
            ("Belgium", "https://sws.geonames.org/2802361/", "id/source/whosonfirst"),
            ("Brussels", "https://sws.geonames.org/2800866/", ROR),
            ("Louvain-la-Neuve", "https://sws.geonames.org/2792073/", ROR),
            ("Mons", "https://sws.geonames.org/2790869/", ROR),
            ("Namur", "http://www.wikidata.org/entity/Q134121", "id/source/whosonfirst"),
            ("Namur", "https://sws.geonames.org/2790471/", "id/source/whosonfirst"),
            ("Arrondissement of Namur", "http://data.europa.eu/nuts/code/BE352", "id/source/ted-rdf-mapping"),
            ("Arrondissement of Namur", "http://www.wikidata.org/entity/Q1125", "id/source/whosonfirst"),
            ("Suarlée", "http://www.wikidata.org/entity/Q2779990", "id/source/whosonfirst"),
            ("Suarlée", "https://sws.geonames.org/2785919/", "id/source/whosonfirst"),
            ("Wallonia", "http://data.europa.eu/nuts/code/BE3", "id/source/ted-rdf-mapping"),
            ("Wallonia", "http://www.wikidata.org/entity/Q231", "id/source/whosonfirst"),
            ("Wallonia", "https://sws.geonames.org/3337387/", ROR),
        ],
    ),
    "identifiers": Answer(
        "organisation scheme value read digits source",
        [
            ("id/organisation/gouvernement-wallon", "crossref-funder", "100016132", "2026-06-14", "", ROR),
            ("id/organisation/gouvernement-wallon", "grid", "grid.484739.5", "2026-06-14", "", ROR),
            ("id/organisation/gouvernement-wallon", "ror", "00jv65847", "2026-06-14", "ror", ROR),
            ("id/organisation/gouvernement-wallon", "wikipedia-en", "Walloon Government", "2026-06-14", "", ROR),
            ("id/organisation/orgenesis", "sec-cik", "0001460602", "", "", "id/source/q10k-orgenesis"),
            ("id/organisation/saint-luc", "crossref-funder", "501100005042", "2026-06-14", "", ROR),
            ("id/organisation/saint-luc", "grid", "grid.48769.34", "2026-06-14", "", ROR),
            ("id/organisation/saint-luc", "isni", "0000 0004 0461 6320", "2026-06-14", "isni", ROR),
            ("id/organisation/saint-luc", "ror", "03s4khd80", "2026-06-14", "ror", ROR),
            ("id/organisation/saint-luc", "wikidata", "Q2979314", "2026-06-14", "", ROR),
            ("id/organisation/spw", "cbe", "0316.381.138", "", "be.vat", "id/source/fedict-dcat"),
            ("id/organisation/spw", "cbe", "0316.381.138", "", "be.vat", "id/source/wikipedia-spw"),
            ("id/organisation/spw", "crossref-funder", "501100009595", "2026-06-14", "", ROR),
            ("id/organisation/spw", "grid", "grid.425767.5", "2026-06-14", "", ROR),
            ("id/organisation/spw", "isni", "0000 0000 9526 6987", "2026-06-14", "isni", ROR),
            ("id/organisation/spw", "ror", "0215gxf82", "2026-06-14", "ror", ROR),
            ("id/organisation/uclouvain", "crossref-funder", "501100005041", "2026-06-14", "", ROR),
            ("id/organisation/uclouvain", "grid", "grid.7942.8", "2026-06-14", "", ROR),
            ("id/organisation/uclouvain", "isni", "0000 0001 2294 713X", "2026-06-14", "isni", ROR),
            ("id/organisation/uclouvain", "ror", "02495e989", "2026-06-14", "ror", ROR),
            ("id/organisation/uclouvain", "wikidata", "Q378134", "2026-06-14", "", ROR),
            ("id/organisation/ulb", "crossref-funder", "501100010527", "2026-06-14", "", ROR),
            ("id/organisation/ulb", "grid", "grid.4989.c", "2026-06-14", "", ROR),
            ("id/organisation/ulb", "isni", "0000 0001 2348 6355", "2026-06-14", "isni", ROR),
            ("id/organisation/ulb", "ror", "01r9htc13", "2026-06-14", "ror", ROR),
            ("id/organisation/ulb", "wikidata", "Q574606", "2026-06-14", "", ROR),
            ("id/organisation/umons", "grid", "grid.8364.9", "2026-06-14", "", ROR),
            ("id/organisation/umons", "isni", "0000 0001 2184 581X", "2026-06-14", "isni", ROR),
            ("id/organisation/umons", "ror", "02qnnz951", "2026-06-14", "ror", ROR),
            ("id/organisation/umons", "wikidata", "Q1742161", "2026-06-14", "", ROR),
        ],
    ),
    # 26 organisations, 7 of them with an identifier.
    "without-identifier": Answer(
        "name kind",
        [
            ("Andrew Lloyd & Associates", "advisory firm"),
            ("Belgian federal government", "government"),
            ("BioWin", "cluster"),
            ("Cilyx", "company"),
            ("CMMI", "research platform"),
            ("convExYO", "company"),
            ("Deloitte", "advisory firm"),
            ("DNAlytics", "company"),
            ("EXO Biologics", "company"),
            ("ExoXpert", "company"),
            ("Genflow Biosciences", "company"),
            ("Institut Jules Bordet", "hospital"),
            ("LiveDrop", "company"),
            ("Orgenesis Services Belgium", "company"),
            ("pharma.be", "trade association"),
            ("Service public de Wallonie Économie, Emploi, Recherche", "public administration"),
            ("Département de la Recherche et du Développement technologique", "public administration"),
            ("TRusted AI Labs", "research platform"),
            ("Xomexbio", "company"),
        ],
    ),
    # "(Source pharma.be)": four shares and three ranks; "(Source Deloitte)": a growth and two sizes.
    "third-party-figures": Answer(
        "name indicator exactness value source",
        [
            ("Deloitte", "market-growth", "more than", "36", PR),
            ("Deloitte", "market-size", "approximately", "10000000000", PR),
            ("Deloitte", "market-size", "exactly", "80000000000", PR),
            ("pharma.be", "eu-exports-share", "exactly", "18.7", PR),
            ("pharma.be", "eu-jobs-share", "exactly", "7.8", PR),
            ("pharma.be", "eu-population-share", "exactly", "2.6", PR),
            ("pharma.be", "eu-rd-share", "exactly", "19.3", PR),
            ("pharma.be", "exports-rank", "exactly", "2", PR),
            ("pharma.be", "jobs-rank", "exactly", "3", PR),
            ("pharma.be", "rd-rank", "exactly", "1", PR),
        ],
    ),
    # "le Gouvernement wallon … a validé fin 2023 le financement".
    "decisions": Answer(
        "date event organisation source",
        [
            ("2023-12-31", "id/event/funding-decision", "id/organisation/gouvernement-wallon", PR),
            ("2024-01-17", "id/event/launch", "id/organisation/gouvernement-wallon", MAIDAM),
            ("2024-01-17", "id/event/launch", "id/organisation/gouvernement-wallon", PR),
        ],
    ),
    # "sur 3 ans"; neither start nor end is said by any source.
    "dates": Answer(
        "start end signed value unitName thing source",
        [
            ("", "", "", "3", "year", "id/partnership/pit-atmp", MAIDAM),
            ("", "", "", "3", "year", "id/partnership/pit-atmp", QUESTION),
            ("", "", "", "3", "year", "id/partnership/pit-atmp", PR),
            ("", "", "", "3", "year", "id/partnership/pit-atmp", RTL),
            ("", "", "", "3", "year", "id/partnership/pit-atmp", WALLONIA),
        ],
    ),
    # Two grants and one agreement, for the 11 and the 4 members of two consortia; the public share is for the partnership.
    "grants": Answer(
        "grant amount currency code organisation role share",
        [
            (
                "id/funding/exofasttrack-grant",
                "1500000",
                "EUR",
                "EXOFASTTRACK",
                "id/organisation/cilyx",
                "participant",
                "",
            ),
            (
                "id/funding/exofasttrack-grant",
                "1500000",
                "EUR",
                "EXOFASTTRACK",
                "id/organisation/cmmi",
                "participant",
                "",
            ),
            (
                "id/funding/exofasttrack-grant",
                "1500000",
                "EUR",
                "EXOFASTTRACK",
                "id/organisation/convexyo",
                "participant",
                "",
            ),
            (
                "id/funding/exofasttrack-grant",
                "1500000",
                "EUR",
                "EXOFASTTRACK",
                "id/organisation/exo-biologics",
                "participant",
                "",
            ),
            (
                "id/funding/exofasttrack-grant",
                "1500000",
                "EUR",
                "EXOFASTTRACK",
                "id/organisation/exoxpert",
                "participant",
                "",
            ),
            (
                "id/funding/exofasttrack-grant",
                "1500000",
                "EUR",
                "EXOFASTTRACK",
                "id/organisation/genflow-biosciences",
                "participant",
                "",
            ),
            (
                "id/funding/exofasttrack-grant",
                "1500000",
                "EUR",
                "EXOFASTTRACK",
                "id/organisation/livedrop",
                "participant",
                "",
            ),
            (
                "id/funding/exofasttrack-grant",
                "1500000",
                "EUR",
                "EXOFASTTRACK",
                "id/organisation/orgenesis",
                "participant",
                "",
            ),
            (
                "id/funding/exofasttrack-grant",
                "1500000",
                "EUR",
                "EXOFASTTRACK",
                "id/organisation/ulb",
                "participant",
                "",
            ),
            (
                "id/funding/exofasttrack-grant",
                "1500000",
                "EUR",
                "EXOFASTTRACK",
                "id/organisation/umons",
                "participant",
                "",
            ),
            (
                "id/funding/exofasttrack-grant",
                "1500000",
                "EUR",
                "EXOFASTTRACK",
                "id/organisation/xomexbio",
                "participant",
                "",
            ),
            ("id/funding/maidam-convention", "", "", "MAIDAM", "id/organisation/dnalytics", "participant", ""),
            (
                "id/funding/maidam-convention",
                "",
                "",
                "MAIDAM",
                "id/organisation/orgenesis-services-belgium",
                "participant",
                "",
            ),
            ("id/funding/maidam-convention", "", "", "MAIDAM", "id/organisation/trail", "participant", ""),
            ("id/funding/maidam-convention", "", "", "MAIDAM", "id/organisation/uclouvain", "participant", ""),
            ("id/funding/maidam-grant", "2000000", "EUR", "MAIDAM", "id/organisation/dnalytics", "participant", ""),
            (
                "id/funding/maidam-grant",
                "2000000",
                "EUR",
                "MAIDAM",
                "id/organisation/orgenesis-services-belgium",
                "participant",
                "",
            ),
            ("id/funding/maidam-grant", "2000000", "EUR", "MAIDAM", "id/organisation/trail", "participant", ""),
            ("id/funding/maidam-grant", "2000000", "EUR", "MAIDAM", "id/organisation/uclouvain", "participant", ""),
            ("id/funding/public", "", "", "", "id/organisation/biowin", "coordinator", ""),
            ("id/funding/public", "", "", "", "id/organisation/jules-bordet", "partner", ""),
            ("id/funding/public", "", "", "", "id/organisation/saint-luc", "partner", ""),
            ("id/funding/public", "", "", "", "id/organisation/spw-eer-drdt", "coordinator", ""),
        ],
    ),
    "workpackages": Answer(
        "code source",
        [("EXOFASTTRACK", EXO), ("MAIDAM", MAIDAM)],
    ),
    # No project here was funded under a grant agreement; tests/test_funded_project.py has one.
    "participants": Answer("order name role contribution", []),
    "gaps": Answer(
        "title words source",
        [
            ("Answer of the Minister to question no. 264", "Question écrite du 24/01/2024", QUESTION),
            (
                "Information file on the partners of the project",
                "Dossier d'information sur les partenaires du projet.",
                PR,
            ),
            ("Federal programme “Biotech Valley of the Future”", "", DERMINE),
            (
                "Shares of the beneficiaries of the two grants announced",
                "awarded a €1.5 million grant from the Walloon government in Belgium for its EXOFASTTRACK project",
                EXO,
            ),
            (
                "Infographic of the project",
                "Infographie : présentation visuelle du projet collaboratif ATMP en Wallonie.",
                PR,
            ),
            ("Issuer of the press release", "A propos de BioWin", PR),
            ("Time of the jobs in L-Post", "1.800 emplois dont 600 emplois directs", LPOST),
            (
                "Make-up of the 26 partners",
                "Le plan rassemble 26 partenaires dont 21 entreprises, quatre universités et des hôpitaux (Saint-Luc, Jules Bordet, etc.)",
                LPOST,
            ),
            ("List of the 26 partners", "associe 26 partenaires pour 12 workpackages", PR),
            ("Quotation of Sylvie Ponchaut in English", "", WALLONIA),
            (
                "Duration and amount of the BioWin-Medvia project",
                "Au total, 17 projets ont été introduits et c’est celui de BioWin-Medvia qui a été retenu.",
                "id/source/lalibre-2023-05-08",
            ),
            (
                "White paper on the ATMP sector in Wallonia",
                "White paper décrivant le secteur de l'ATMP en Wallonie.",
                PR,
            ),
            ("Titles, numbers and leads of the 12 workpackages", "associe 26 partenaires pour 12 workpackages", PR),
        ],
    ),
    "programmes": Answer(
        "name funds scheme source",
        [
            ("Walloon Recovery Plan", "id/partnership/pit-atmp", "id/funding-scheme/walloon-recovery-plan", FV),
            ("Walloon Recovery Plan", "id/partnership/pit-atmp", "id/funding-scheme/walloon-recovery-plan", PR),
        ],
    ),
    "press-contact": Answer(
        "name homepage organisation source",
        [
            ("Andrew Lloyd & Associates", "", "id/organisation/andrew-lloyd-associates", PR),
        ],
    ),
    "without-lead": Answer(
        "code participants",
        [
            ("EXOFASTTRACK", "11"),
            ("MAIDAM", "4"),
        ],
    ),
    "people": Answer(
        "name function words place source",
        [
            (
                "Sylvie Ponchaut",
                "directrice générale de BioWin",
                "« Avec ce partenariat, nous allons permettre aux acteurs Wallons du secteur de garder leur leadership en renforçant l'écosystème et en lui donnant les outils et les moyens pour rester à la pointe de l'innovation », déclare Sylvie Ponchaut, directrice générale de BioWin.",
                "paragraph 5",
                PR,
            ),
            (
                "Willy Borsus",
                "Ministre et Vice-président du Gouvernement wallon",
                "« Un projet ambitieux tel que celui-ci permettra d'ancrer des talents et des savoirs dans notre Région », souligne Willy Borsus, Ministre et Vice-président du Gouvernement wallon.",
                "paragraph 4",
                PR,
            ),
            (
                "Willy Borsus",
                "Ministre et Vice-président du Gouvernement wallon",
                "souligne Willy Borsus, Ministre et Vice-président du Gouvernement wallon. « Ce projet aura un gros impact en termes d'attractivité régionale. Le PIT ATMP constitue une opportunité unique de développement et de croissance d'un secteur d'importance pour l'avenir de la Wallonie. »",
                "paragraph 4",
                PR,
            ),
        ],
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers(name: str, dataset: Store) -> None:
    columns, expected = ANSWERS[name]
    rows = select(dataset, TEXTS[name], *columns.split())
    known = re.compile(r"^(id/figure|auth/indicator)/")
    assert [tuple(known.sub("", cell) for cell in row) for row in rows] == expected


def test_every_question_has_a_checked_answer() -> None:
    apart = {"quotations", "statements", "members-graph", "without-quotation"}
    apart |= {"organisations", "indicators", "sources"}  # as long as their tables
    assert set(ANSWERS) | apart == set(FILES)


@pytest.mark.parametrize(("name", "column", "kind"), [
    ("organisations", "slug", "organisation"),
    ("sources", "slug", "source"),
])  # fmt: skip
def test_a_list_has_what_its_table_has(name: str, column: str, kind: str, dataset: Store) -> None:
    rows = select(dataset, TEXTS[name], kind)
    assert sorted({row[0] for row in rows}) == sorted({f"id/{kind}/{row[column]}" for row in table(name)})
    assert [
        row for row in select(dataset, TEXTS[name], "name" if kind == "organisation" else "title") if not row[0]
    ] == []


def test_indicators_count_their_figures(dataset: Store) -> None:
    counted = Counter(row["indicator"] for row in table("figures"))
    rows = select(dataset, TEXTS["indicators"], "indicator", "figures")
    assert {iri.removeprefix("auth/indicator/"): int(n) for iri, n in rows} == counted
    definitions = {row["code"]: row["definition_en"] for row in table("indicators")}
    for iri, definition in select(dataset, TEXTS["indicators"], "indicator", "definition"):
        assert definition == definitions[iri.removeprefix("auth/indicator/")]


def test_quotations(dataset: Store) -> None:
    """All 82 figures have their words; the printed number stands in the quotation."""
    rows = select(dataset, TEXTS["quotations"], "figure", "value", "printed", "words", "place", "speaker", "source")
    assert len(rows) == len({row[0] for row in rows}) == 82
    assert all(printed in words for _, _, printed, words, *_ in rows)
    assert (
        "id/figure/developers",
        "15",
        "15+",
        "15+ sociétés développant des ATMPs",
        "key figures, line 1",
        "",
        PR,
    ) in rows
    assert (
        "id/figure/belgium-exports-rank",
        "2",
        "deuxième",
        "Ce qui lui vaut, respectivement la troisième, deuxième et première place en Europe. (Source pharma.be)",
        "paragraph 6",
        "",
        PR,
    ) in rows
    assert (
        "id/figure/fv-granted",
        "23000000",
        "Almost €23 million",
        "Almost €23 million ($25.3M) was already allocated in 2023",
        "",
        "",
        FV,
    ) in rows
    assert {row[5] for row in rows} == {""}, "both speakers of the release speak without a figure"


def test_statements(dataset: Store) -> None:
    """Every statement is counted once, in a graph that is described."""
    rows = select(dataset, TEXTS["statements"], "graph", "statements", "trust")
    assert sum(int(count) for _, count, _ in rows) == len(dataset)
    # An identifier has a class, a value, a scheme and a bearer; SPW's has a sameAs besides.
    assert ("id/graph/q10k-orgenesis", "4", "high") in rows
    assert ("id/graph/fedict-dcat", "5", "high") in rows
    # Three links of places and nothing else.
    assert ("id/graph/ted-rdf-mapping", "3", "high") in rows
    assert {graph for graph, _, trust in rows if trust == "medium"} == {
        "id/graph/lpost-2024-01-17",
        "id/graph/lalibre-2023-05-08",
        "id/graph/lalibre-2023-09-21",
        "id/graph/trends-2023-10",
        "id/graph/orgenesis-2024-02-29",
        "id/graph/fedomop-readme",
        "id/graph/telesambre-cmmi",
        "id/graph/wikipedia-spw",
    }


def test_members_graph(dataset: Store) -> None:
    triples = construct(dataset, TEXTS["members-graph"])
    has_member = "http://www.w3.org/ns/org#hasMember"
    pairs = {(subject, value) for subject, predicate, value in triples if predicate == has_member}
    expected = {
        (f"id/workpackage/{code.lower()}", organisation)
        for code, organisation, *_ in ANSWERS["workpackage-members"].rows
    }
    assert pairs == expected
    assert pairs == {(s, o) for s, p, o in triples if p == "https://schema.org/member"}
    assert pairs == {(o, s) for s, p, o in triples if p == "https://schema.org/memberOf"}
    assert ("id/workpackage/maidam", "https://schema.org/identifier", "MAIDAM") in triples
    assert ("id/organisation/umons", "https://schema.org/name", "Université de Mons") in triples


def test_without_quotation(dataset: Store) -> None:
    assert not ask(dataset, TEXTS["without-quotation"])
    damaged = Store()
    lost = NamedNode(BASE + "id/selector/pr-granted")
    damaged.extend([quad for quad in dataset if quad.subject != lost])
    assert ask(damaged, TEXTS["without-quotation"])


def test_since_a_day_takes_a_source_dated_by_its_month(dataset: Store) -> None:
    assert SINCE in TEXTS["since"]
    text = TEXTS["since"].replace(SINCE, '"2024-01-20"^^xsd:date')
    assert {row[0] for row in select(dataset, text, "source")} == {
        QUESTION,
        MAIDAM,
        EXO,
        ROR,
        "id/source/fedomop-readme",
    }


def test_without_lead_forgets_a_workpackage_once_a_source_names_its_lead(dataset: Store) -> None:
    told = Store()
    told.extend(list(dataset))
    organisation, workpackage = NamedNode(BASE + "id/organisation/dnalytics"), NamedNode(BASE + "id/workpackage/maidam")
    told.add(
        Quad(
            organisation,
            NamedNode("https://w3id.org/atmpgraph/ns#leads"),
            workpackage,
            NamedNode(BASE + "id/graph/new"),
        )
    )
    assert select(told, TEXTS["without-lead"], "code") == [("EXOFASTTRACK",)]


# Coverage ------------------------------------------------------------------------------------------------------------

DECLARED: Final = """
    PREFIX atmpgraph: <https://w3id.org/atmpgraph/ns#>
    PREFIX org: <http://www.w3.org/ns/org#>
    <id/partnership/p> a atmpgraph:Partnership .
    <id/figure/p> atmpgraph:indicator <auth/indicator/partners> ; atmpgraph:subject <id/partnership/p> .
    <id/figure/w> atmpgraph:indicator <auth/indicator/workpackages> ; atmpgraph:subject <id/partnership/p> .
"""


def _coverage(turtle: str) -> dict[str, str]:
    """The described count by figure, for made-up statements that stand in two graphs at once."""
    store = Store()
    for graph in ("id/graph/one", "id/graph/two"):
        store.load(DECLARED + turtle, format=RdfFormat.TURTLE, base_iri=BASE, to_graph=NamedNode(BASE + graph))
    add_coverage(store)
    text = """
        PREFIX dqv: <http://www.w3.org/ns/dqv#>
        SELECT ?coverage ?value WHERE {
          GRAPH <id/graph/coverage> {
            ?coverage a dqv:QualityMeasurement ; dqv:computedOn <id/partnership/p> ; dqv:value ?value
          }
        }
    """
    return dict(select(store, text, "coverage", "value"))  # type: ignore[arg-type]


def test_coverage_of_nothing_is_zero() -> None:
    assert _coverage("") == {"id/coverage/p": "0", "id/coverage/w": "0"}


@pytest.mark.parametrize(
    ("turtle", "partners"),
    [
        pytest.param("<o/a> atmpgraph:participatesIn <w/1> .", 1, id="a participant"),
        pytest.param("<o/a> atmpgraph:leads <w/1> .", 1, id="a lead"),
        pytest.param("<o/a> atmpgraph:participatesIn <w/1> , <w/2> ; atmpgraph:leads <w/2> .", 1, id="twice the same"),
        pytest.param("<o/a> atmpgraph:participatesIn <w/3> .", 0, id="a work package of another partnership"),
        pytest.param(
            "<m> org:member <o/a> ; org:organization <id/partnership/p> ; org:role <https://w3id.org/atmpgraph/auth/partnership-role/partner> .",
            1,
            id="a partner of the whole",
        ),
        pytest.param(
            "<m> org:member <o/a> ; org:organization <id/partnership/p> ; org:role <https://w3id.org/atmpgraph/auth/partnership-role/funder> .",
            0,
            id="a funder is no partner",
        ),
        pytest.param(
            "<o/a> atmpgraph:participatesIn <w/1> ; org:subOrganizationOf <o/b> . <o/b> atmpgraph:participatesIn <w/2> .",
            1,
            id="a part and its whole",
        ),
        pytest.param(
            "<o/a> atmpgraph:participatesIn <w/1> ; org:subOrganizationOf <o/b> ."
            "<o/b> org:subOrganizationOf <o/c> . <o/c> atmpgraph:leads <w/2> .",
            1,
            id="a part of a part and its whole",
        ),
        pytest.param(
            "<o/a> atmpgraph:participatesIn <w/1> ; org:subOrganizationOf <o/b> .",
            1,
            id="a part whose whole is not named",
        ),
        pytest.param(
            "<o/a> atmpgraph:participatesIn <w/1> ; org:subOrganizationOf <o/b> ."
            "<o/c> atmpgraph:participatesIn <w/1> ; org:subOrganizationOf <o/b> .",
            2,
            id="two parts of a whole that is not named",
        ),
        pytest.param(
            "<o/a> atmpgraph:participatesIn <w/1> ; org:subOrganizationOf <o/b> . <o/b> atmpgraph:participatesIn <w/3> .",
            1,
            id="a whole named in another partnership only",
        ),
    ],
)
def test_coverage_counts(turtle: str, partners: int) -> None:
    workpackages = (
        "<w/1> atmpgraph:workpackageOf <id/partnership/p> . <w/2> atmpgraph:workpackageOf <id/partnership/p> ."
    )
    workpackages += "<id/partnership/q> a atmpgraph:Partnership . <w/3> atmpgraph:workpackageOf <id/partnership/q> ."
    assert _coverage(workpackages + turtle) == {"id/coverage/p": str(partners), "id/coverage/w": "2"}


def test_coverage_looks_at_figures_of_partnerships_only() -> None:
    assert "id/coverage/x" not in _coverage(
        "<id/figure/x> atmpgraph:indicator <auth/indicator/partners> ; atmpgraph:subject <id/organisation/o> ."
    )


def test_coverage_is_described_fully(dataset: Store) -> None:
    text = """
        SELECT ?p ?o WHERE { GRAPH <id/graph/coverage> { <id/coverage/partners> ?p ?o } } ORDER BY ?p
    """
    assert select(dataset, text) == [
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "http://www.w3.org/ns/dqv#QualityMeasurement"),
        ("http://www.w3.org/ns/dqv#computedOn", "id/partnership/pit-atmp"),
        ("http://www.w3.org/ns/dqv#isMeasurementOf", "https://w3id.org/atmpgraph/auth/metric/coverage"),
        ("http://www.w3.org/ns/dqv#value", "16"),
        ("http://www.w3.org/ns/prov#wasDerivedFrom", "id/figure/partners"),
    ]
