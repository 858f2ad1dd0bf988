"""Rules: what follows from a code is stated once, in the graph of our own choices."""

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from atmpgraph.findings import Place
from atmpgraph.i18n import TranslatedError
from atmpgraph.progress import SILENT, Progress
from atmpgraph.publish.build import build
from atmpgraph.publish.graph import make_graph
from atmpgraph.publish.rules import rule_lines, rules
from atmpgraph.publish.tables import read_tables
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.settings.layers import supplied
from atmpgraph.sparql.library import query_finding
from atmpgraph.store import memory_store
from atmpgraph.store.embedded import MemoryStore
from atmpgraph.vocab import DCT, FOAF, SKOS

from ..conftest import BASE
from ..steps import Steps

KIND = "https://w3id.org/atmpgraph/auth/organisation-kind"
EURIO, CV = "http://data.europa.eu/s66#", "http://data.europa.eu/m8g/"


def classes(release: Release, organisation: str) -> set[str]:
    rows = release.store.select(
        f"SELECT ?class {{ GRAPH <id/graph/editorial> {{ <id/organisation/{organisation}> a ?class }} }}"
    )
    of_every_organisation = {"http://www.w3.org/ns/org#Organization", "http://xmlns.com/foaf/0.1/Organization"}
    return {row["class"].value for row in rows} - of_every_organisation


def test_the_kind_alone_gives_the_classes(release: Release) -> None:
    assert classes(release, "uclouvain") == {
        "http://www.w3.org/ns/legal#LegalEntity",
        f"{EURIO}HigherOrSecondaryEducation",
    }
    assert classes(release, "cmmi") == {
        "http://www.w3.org/ns/org#OrganizationalCollaboration",
        f"{EURIO}ResearchOrganisation",
    }


def test_a_public_body_that_funds_is_a_funding_agency_and_no_public_body_too(release: Release) -> None:
    """EURIO declares the two disjoint; both governments have the same kind."""
    assert classes(release, "gouvernement-wallon") == {f"{CV}PublicOrganisation", f"{EURIO}FundingAgency"}
    assert classes(release, "belgian-federal-government") == {f"{CV}PublicOrganisation", f"{EURIO}PublicBody"}


def test_a_rule_that_is_no_construct_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "wrong.rq").write_text("SELECT * { ?s ?p ?o }", encoding="utf-8")
    with pytest.raises(TranslatedError, match=r"wrong\.rq: .*a CONSTRUCT query is expected"):
        list(rule_lines(tmp_path / "wrong.rq", memory_store([], BASE)))


def test_a_rule_that_would_end_the_process_is_told_with_its_file(tmp_path: Path) -> None:
    """The engine recurses over what is nested, and over chains: 3,000 groups end a process on a stack of 8 MB."""
    deep = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {'{' * 3_000} ?s ?p ?o {'}' * 3_000}"
    chain = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER({'1+' * 60_000}1) }}"
    for text, reason in ((deep, "nests"), (chain, "operators")):
        (tmp_path / "wrong.rq").write_text(text, encoding="utf-8")
        finding = query_finding(tmp_path / "wrong.rq", BASE)
        assert finding
        assert finding.places == (Place("wrong.rq"),)
        assert reason in finding.message["en"]


def test_an_empty_graph_follows_from_nothing() -> None:
    stated = {name: [*rule_lines(rule, memory_store([], BASE))] for name, rule in rules(supplied("rules")).items()}
    assert stated
    assert not any(stated.values())


@pytest.fixture
def large(started: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A publication without a release, whose rules are applied side by side as those of a large one."""
    shutil.rmtree(started.path(started.folders.releases))
    monkeypatch.setattr("atmpgraph.publish.derived._MANY", 0)
    return started.with_jobs(2)


def test_rules_side_by_side_state_what_they_state_one_after_the_other(
    large: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How many were applied is shown."""
    steps = Steps()

    def digest(name: str, progress: Progress = SILENT) -> str:
        (tmp_path / name).mkdir()
        return make_graph(read_tables(large), large, tmp_path / name, progress).digest

    side_by_side = digest("side by side", steps)
    every = len(rules(large.layered("rules")))
    assert steps.done["applying the rules"] == steps.totals["applying the rules"] == every
    monkeypatch.setattr("atmpgraph.publish.derived._MANY", 1 << 60)
    assert side_by_side == digest("one after the other")


def test_a_rule_that_fails_in_a_process_of_its_own_is_told_with_its_file(large: Settings) -> None:
    rule = large.layered("rules").own / "wrong.rq"
    rule.parent.mkdir(exist_ok=True)
    rule.write_text("CONSTRUCT { ?s a [] } WHERE { ?s a ?class }", encoding="utf-8")
    with pytest.raises(TranslatedError, match=r"wrong\.rq: .*blank node"):
        build(large)


def test_a_source_leads_to_who_published_it(release: Release) -> None:
    """An organisation or a person whose name is the publisher's; the press release names none, RTL is not described."""
    rows = release.store.select(
        "PREFIX schema: <https://schema.org/> SELECT ?source ?agent { ?source schema:publisher ?agent } ORDER BY ?source"
    )
    published = {row["source"].value.rpartition("/")[2]: row["agent"].value.rpartition("/")[2] for row in rows}
    assert published == {
        "biowin-2023-12-21": "biowin",
        "biowin-board": "biowin",
        "dermine-2024-01-17": "thomas-dermine",
        "orgenesis-2024-02-29": "orgenesis",
        "orgenesis-2024-03-13": "orgenesis",
    }


def test_a_publisher_is_the_one_that_has_the_name_in_whatever_language() -> None:
    """Not one of two that have it; a name is one however often it is stated."""
    triples = """
        <s1> a foaf:Document ; dct:publisher "One" . <s2> a foaf:Document ; dct:publisher "Two" .
        <s3> a foaf:Document ; dct:publisher "One" . <s4> a foaf:Document ; dct:publisher "Nobody" .
        <s5> a foaf:Document ; dct:publisher "Person" . <s6> dct:publisher "One" .
        <o1> a foaf:Organization ; skos:prefLabel "One"@fr , "One"@nl ; skos:altLabel "One" .
        <o2> a foaf:Organization ; skos:prefLabel "Two"@fr . <o3> a foaf:Organization ; skos:altLabel "Two"@en .
        <p1> a foaf:Person ; foaf:name "Person" . <x> skos:prefLabel "Nobody" .
    """
    names = {"foaf": FOAF, "dct": DCT, "skos": SKOS}
    head = "".join(f"PREFIX {prefix}: <{namespace}> " for prefix, namespace in names.items())
    store = MemoryStore(BASE, ox.Store())
    store.add(ox.parse(head + triples, format=ox.RdfFormat.TURTLE, base_iri=BASE))
    stated = {line.rpartition(" <")[0] for line in rule_lines(rules(supplied("rules"))["source-publishers.rq"], store)}
    publisher = "https://schema.org/publisher"
    assert stated == {
        f"<{BASE}{source}> <{publisher}> <{BASE}{agent}>"
        for source, agent in (("s1", "o1"), ("s3", "o1"), ("s5", "p1"))
    }


STATES = """
CONSTRUCT { ?thing <%s> "%s"@en } WHERE { ?thing a <http://www.w3.org/ns/org#Organization> }
"""


@pytest.mark.parametrize(
    ("predicate", "text", "reason"),
    [
        (f"{DCT}abstract", "a\\u0001b", r"XML does not allow the character U\+0001"),
        (f"{DCT}abstract", "a\\uFFFEb", r"XML does not allow the character U\+FFFE"),
        ("urn:1", "text", "RDF/XML cannot abbreviate"),
        (f"{DCT}isVersionOf", "text", "which the change stream says of versions"),
    ],
)
@pytest.mark.parametrize("name", ["rules/mine.rq", "coverage.rq"])
def test_what_cannot_be_published_is_told_with_the_query_that_states_it(
    name: str, predicate: str, text: str, reason: str, started: Settings
) -> None:
    file = started.path(started.folders.data) / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(STATES % (predicate, text), encoding="utf-8")
    with pytest.raises(TranslatedError, match=rf"{name}: .*{reason}"):
        build(started)
