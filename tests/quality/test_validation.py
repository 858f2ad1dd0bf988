"""Both engines, and a graph as a whole and in parts, have the same findings on our shapes."""

import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from unittest.mock import Mock

import pyoxigraph as ox
import pytest
from rdflib import Graph, Namespace
from rdflib.namespace import DCTERMS, SH

from atmpgraph.errors import AtmpgraphError
from atmpgraph.findings import Finding
from atmpgraph.progress import SILENT, Progress
from atmpgraph.quality import validate as checking
from atmpgraph.quality.constraint_query import asks_for_blank, is_distributive, predicates, reports_nodes
from atmpgraph.quality.engines import quick_results
from atmpgraph.quality.reach import Reach, UnboundedError
from atmpgraph.quality.shapes import read_shapes
from atmpgraph.quality.validate import CheckedBefore, GraphToCheck, Validation, validate
from atmpgraph.quality.validation_plan import plan
from atmpgraph.rdf.canonical import line_changes
from atmpgraph.release.sealed import SEAL
from atmpgraph.settings.groups import Build
from atmpgraph.store import EMBEDDED, StoreAddress

from ..conftest import LANGUAGES
from ..long import LONG, often
from ..steps import Steps
from .conftest import BASE, ROOT
from .test_shapes import CASES, Case, change

EX = Namespace("https://example.org/")
WHOLE = 10**9
PARTS = 25


@pytest.fixture(scope="module")
def our_shapes() -> Graph:
    return read_shapes(ROOT / "shapes", BASE, LANGUAGES)


def lines_of(graph: Graph) -> list[bytes]:
    """Canonical N-Quads, all in one graph."""
    quads = ox.parse(graph.serialize(format="nt"), format=ox.RdfFormat.N_TRIPLES)
    return sorted({f"{quad.triple} <{BASE}id/graph/press> .\n".encode() for quad in quads})


def part_size(lines: Sequence[bytes]) -> int:
    """Bytes of a part, so that there are some of them."""
    return max(2_000, sum(map(len, lines)) // PARTS)


@lru_cache
def recipe(shapes: Graph) -> str:
    """Distinguishes shapes, so that how they are run is planned once."""
    return digest(sorted(shapes.serialize(format="nt").encode().splitlines()))


def digest(lines: Sequence[bytes]) -> str:
    return sha256(b"".join(lines)).hexdigest()


def stored(lines: Sequence[bytes], scratch: Path) -> StoreAddress:
    folder = Path(tempfile.mkdtemp(dir=scratch))
    (folder / "data.nq").write_bytes(b"".join(lines))
    return EMBEDDED.load(folder / "data.nq", folder / "store", "")


def validation(
    lines: Sequence[bytes],
    shapes: Graph,
    scratch: Path,
    *,
    checked: Path | None = None,
    before: Sequence[bytes] | None = None,
    progress: Progress = SILENT,
    **limits: int,
) -> Validation:
    """A check by the quick engine, in parts unless `limits` say otherwise; perhaps after that of other lines."""
    address, follows = stored(lines, scratch), None
    if before is not None:
        gone, come = line_changes(before, lines) or ([], [])
        follows = CheckedBefore(digest(before), stored(before, scratch), gone, come)
    of, told = digest(lines), recipe(shapes)
    graph = GraphToCheck(
        iter(lines), len(lines), BASE, address, recipe=told, checked=checked, digest=of, before=follows
    )
    sizes = {"max_reference_statements": 0, "part_bytes": part_size(lines), "jobs": 1, "max_listed_findings": WHOLE}
    return validate(graph, shapes, Build(**sizes | limits), scratch, progress)


def brief(finding: Finding) -> tuple[str | None, ...]:
    """All that distinguishes a result, with its texts where they are those of a shape of ours."""
    named = (finding.constraint, finding.shape, finding.component, finding.node, finding.path)
    texts = finding.message.values() if (finding.shape or "").startswith(BASE) else ()
    return *((text or "").removeprefix(BASE) for text in named), finding.term, finding.severity, *texts


def same(lines: Sequence[bytes], shapes: Graph, scratch: Path, part_of_limited: int = WHOLE) -> int:
    """The number of findings, which are the same whoever checks; so are their sums, where five of them are listed."""
    expected = validation(lines, shapes, scratch, max_reference_statements=WHOLE).listed
    for part_bytes in (part_size(lines), WHOLE):
        found = validation(lines, shapes, scratch, part_bytes=part_bytes).listed
        mine, theirs = Counter(map(brief, found.findings)), Counter(map(brief, expected.findings))
        assert (dict(mine - theirs), dict(theirs - mine)) == ({}, {})
    limited = often(part_of_limited, part_size(lines))
    first = validation(lines, shapes, scratch, part_bytes=limited, max_listed_findings=5).listed
    totals = Counter(finding.severity for finding in first.findings) + Counter(first.more)
    assert totals == Counter(finding.severity for finding in expected.findings)
    return len(expected.findings)


@pytest.mark.parametrize("firsts", [(0,), (1,), (2,), (3,)] if LONG else [(0, 3)])
def test_mistakes_of_all_kinds_have_the_same_findings(
    firsts: Iterable[int], conforming: Graph, our_shapes: Graph, tmp_path: Path
) -> None:
    graph = Graph() + conforming
    cases = _without_blank_nodes(case for first in firsts for case in CASES[first::4])
    for case in cases:
        change(graph, case.update)
    assert same(lines_of(graph), our_shapes, tmp_path) >= len(cases) // 2  # some hide others


def _without_blank_nodes(cases: Iterable[Case]) -> list[Case]:
    """Those that a canonical graph may have."""
    return [case for case in cases if "blank" not in case.name and "_:" not in case.update and "[" not in case.update]


@pytest.mark.parametrize("seed", range(often(1, 5)))
def test_statements_lost_and_altered_have_the_same_findings(
    seed: int, conforming: Graph, our_shapes: Graph, tmp_path: Path
) -> None:
    chance, lines = random.Random(seed), lines_of(conforming)
    objects = [line.split(b" ", 2)[2] for line in lines]
    for number in chance.sample(range(len(lines)), len(lines) // 12):
        subject, predicate, _ = lines[number].split(b" ", 2)
        other = b" ".join([subject, predicate, chance.choice(objects)])
        lines[number] = other if chance.random() < 0.7 else lines[0]
    assert same(sorted(set(lines)), our_shapes, tmp_path) > 10


def test_a_thing_in_the_place_of_each_text_has_the_same_findings(
    conforming: Graph, our_shapes: Graph, tmp_path: Path
) -> None:
    """No engine stops at a value that is no literal where a shape reads its language."""
    graph, place = Graph() + conforming, next(conforming.objects(None, DCTERMS.source))
    for predicate in sorted(set(conforming.predicates()), key=str):
        stated = sorted(conforming.subject_objects(predicate), key=str)
        for subject, text in [each for each in stated if getattr(each[1], "language", None)][:1]:
            graph.remove((subject, predicate, text))
            graph.add((subject, predicate, place))
    assert same(lines_of(graph), our_shapes, tmp_path) > 10


# Shapes as others write them: without names, with long and repeated paths, classes that are shapes, closed nodes.
FOREIGN = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <https://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:ontology sh:declare [ sh:prefix "ex" ; sh:namespace "https://example.org/"^^xsd:anyURI ] .

[] a sh:NodeShape ; sh:targetClass ex:Person ; sh:severity sh:Info ;
    sh:property [ sh:path ex:name ; sh:minCount 1 ; sh:datatype xsd:string ; sh:message "a name"@en , "un nom"@fr ] ;
    sh:property [ sh:path ( ex:knows ex:name ) ; sh:minCount 1 ; sh:severity sh:Warning ] ;
    sh:property [ sh:path [ sh:inversePath ex:knows ] ; sh:maxCount 2 ; sh:class ex:Person ] ;
    sh:property [ sh:path [ sh:zeroOrMorePath ex:parent ] ; sh:nodeKind sh:IRI ; sh:disjoint ex:enemy ] ;
    sh:property [ sh:path [ sh:alternativePath ( ex:age ex:years ) ] ; sh:maxInclusive 120 ; sh:lessThan ex:limit ] ;
    sh:property [ sh:path ex:knows ; sh:qualifiedMinCount 1 ;
        sh:qualifiedValueShape [ sh:property [ sh:path ( [ sh:inversePath ex:parent ] ex:name ) ; sh:minCount 1 ] ] ] .
ex:Place a rdfs:Class , sh:NodeShape ; sh:closed true ; sh:ignoredProperties ( <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ) ;
    sh:property [ sh:path ex:name ; sh:maxCount 1 ] .
ex:Home sh:targetObjectsOf ex:lives ; sh:or ( [ sh:class ex:Place ] [ sh:node ex:Tent ] ) ; sh:not [ sh:hasValue ex:p3 ] .
ex:Tent a sh:NodeShape ; sh:property [ sh:path [ sh:oneOrMorePath ex:in ] ; sh:class ex:Place ] .
ex:Old sh:targetSubjectsOf ex:age , ex:years ; sh:sparql
    [ sh:prefixes ex:ontology ; sh:message "older than a parent" ; sh:select "SELECT $this ?value { $this ex:age ?value ; ex:parent/ex:age ?other FILTER(?other <= ?value) }" ] ,
    [ sh:prefixes ex:ontology ; sh:message "of one name" ; sh:select "SELECT $this ?value { $this ex:name ?name . ?value ex:name ?name FILTER(?value != $this) }" ] .
ex:Group sh:targetNode ex:g1 , ex:nobody ; sh:property [ sh:path ex:member ; sh:minCount 2 ] ; sh:sparql
    [ sh:prefixes ex:ontology ; sh:message "a sum" ; sh:select "SELECT $this (?n AS ?value) { { SELECT $this (COUNT(?m) AS ?n) { $this ex:member ?m } GROUP BY $this } FILTER(?n > 3) }" ] .
"""


def foreign_lines(seed: int) -> list[bytes]:
    """A random graph of people, places and groups."""
    chance = random.Random(seed)
    people, places = [f"<{EX}n{n}>" for n in range(60)], [f"<{EX}p{n}>" for n in range(12)]
    a, number = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<http://www.w3.org/2001/XMLSchema#integer>"
    said = {f"<{EX}Student> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <{EX}Person>"}
    for person in people:
        said.add(f"{person} {a} <{EX}{chance.choice(('Person', 'Student', 'Ghost'))}>")
        said |= {f"{person} <{EX}knows> {chance.choice(people + places)}" for _ in range(chance.randrange(4))}
        said |= {f"{person} <{EX}{p}> {chance.choice(people)}" for p in ("parent", "enemy") if chance.random() < 0.5}
        said.add(f"{person} <{EX}lives> {chance.choice([*places, people[0]])}")
        said |= {
            f'{person} <{EX}{p}> "{chance.randrange(150)}"^^{number}' for p in ("age", "limit") if chance.random() < 0.6
        }
        said |= {f'{person} <{EX}name> "name {chance.randrange(40)}"' for _ in range(chance.randrange(3))}
    for place in places:
        said |= {f"{place} {a} <{EX}Place>"} if chance.random() < 0.7 else set()
        said |= {f"{place} <{EX}{chance.choice(('in', 'near'))}> {chance.choice(places)}" for _ in range(2)}
        said.add(f'{place} <{EX}name> "place {place}"'.replace(f'"place {place}"', f'"{chance.random()}"'))
    said |= {f"<{EX}g1> <{EX}member> {person}" for person in people[: chance.randrange(6)]}
    return sorted(f"{each} <{EX}graph> .\n".encode() for each in said)


@pytest.mark.parametrize("seed", range(3))
def test_shapes_of_others_have_the_same_findings(seed: int, tmp_path: Path) -> None:
    shapes = Graph().parse(data=FOREIGN, format="turtle")
    how = plan(shapes, with_store=True)
    assert (len(how.far), len(how.set_wide)) == (1, 2)
    lines = foreign_lines(seed)
    assert same(lines, shapes, tmp_path, part_size(lines)) > 50


@pytest.mark.parametrize(
    "constraint",
    [
        "sh:sparql [ sh:select 'SELECT $this { ?other ?p ?o }' ]",  # a pattern far from the node
        "sh:sparql [ sh:select 'SELECT $this { { SELECT (COUNT(?o) AS ?n) { $this ?p ?o } } FILTER(?n > 1) }' ]",
        "sh:sparql [ sh:select 'SELECT $this { $this <urn:p> ?o . GRAPH ?g { $this ?p ?o } }' ]",
        # What binds a variable in a part of its own binds none outside: there it may be anything.
        "sh:sparql [ sh:select 'SELECT $this { $this <urn:p> ?z . ?x <urn:q> ?y FILTER NOT EXISTS { ?z <urn:r> ?x } }' ]",
        "sh:sparql [ sh:select 'SELECT $this { $this <urn:p> ?z . ?x <urn:q> ?y FILTER EXISTS { ?z <urn:r> ?x } }' ]",
        "sh:sparql [ sh:select 'SELECT $this { ?x <urn:q> ?y MINUS { $this <urn:r> ?x } }' ]",
        "sh:sparql [ sh:select 'SELECT $this { OPTIONAL { $this <urn:p> ?x } ?x <urn:q> ?y }' ]",
        "sh:sparql [ sh:select 'SELECT $this { { $this <urn:p> ?x } UNION { $this <urn:r> ?z } ?x <urn:q> ?y }' ]",
        "sh:sparql [ sh:select 'SELECT $this { $this <urn:p> ?z FILTER EXISTS { ?z <urn:r> ?x } FILTER EXISTS { ?x <urn:q> ?y } }' ]",
        "<urn:length> 4",  # the parameter of a component that only an engine knows
    ],
)
def test_what_may_see_everything_is_not_run_over_parts(constraint: str) -> None:
    shapes = Graph().parse(
        data=f"""@prefix sh: <{SH}> .
            <urn:shape> sh:targetClass <urn:C> ; {constraint} .
            <urn:component> a sh:ConstraintComponent ; sh:parameter [ sh:path <urn:length> ] .""",
        format="turtle",
    )
    [shape] = shapes.subjects(SH.targetClass)
    with pytest.raises(UnboundedError):
        Reach(shapes).add(shape)
    assert plan(shapes, with_store=False).far == (shape,)


def test_what_both_sides_of_a_union_bind_is_bound_after_it(tmp_path: Path) -> None:
    """One step from the node, or three."""
    query = """SELECT $this {
        { $this <urn:p> ?x } UNION { $this <urn:r> ?z . ?z <urn:t> ?w . ?w <urn:s> ?x } ?x <urn:q> ?y }"""
    shapes = Graph().parse(
        data=f"@prefix sh: <{SH}> . <urn:shape> sh:targetClass <urn:C> ; sh:sparql [ sh:select '''{query}''' ] .",
        format="turtle",
    )
    assert plan(shapes, with_store=False).near
    graph = Graph()
    for n in range(60):
        way = f":p :x{n}", f":r :z{n} . :z{n} :t :w{n} . :w{n} :s :x{n}"
        graph.parse(data=f"@prefix : <urn:> . :n{n} a :C ; {way[n % 2]} . :x{n} :q :y .", format="turtle")
    assert same(lines_of(graph), shapes, tmp_path) == 60


@pytest.mark.parametrize(
    ("query", "alike"),
    [
        ("SELECT $this { ?x ?p $this FILTER(?x != $this) }", True),
        ("SELECT $this { ?x ?p $this FILTER NOT EXISTS { $this ?q ?x } } GROUP BY $this HAVING(COUNT(?x) > 1)", True),
        ("SELECT $this { ?x ?p $this OPTIONAL { ?y ?q ?x FILTER(?y = $this) } }", True),
        ("SELECT $this { { ?x ?p ?y FILTER(?y = $this) } }", False),  # no value of $this in a group of its own
        ("SELECT $this { { ?x ?p ?y FILTER(?y = $this) } UNION { $this ?p ?x } }", False),
        ("SELECT $this { ?x ?p $this FILTER NOT EXISTS { GRAPH ?g { ?x ?q ?y } } }", False),  # not in the union alone
        ("SELECT $this { ?x ?p ?y } GROUP BY ?x", False),
        ("SELECT $this { { SELECT $this (COUNT(?x) AS ?n) { ?x ?p $this } GROUP BY $this } }", False),
        ("SELECT ?x { ?x ?p $this }", False),
        ("SELECT $this { ?x ?p $this } LIMIT 1", False),
        ("ASK { ?x ?p $this }", False),
        ("SELECT $this { $this $PATH ?x }", False),
    ],
)
def test_one_query_stands_for_many_only_where_the_value_of_this_is_the_same(query: str, alike: bool) -> None:
    shapes = Graph().parse(data=f"<urn:c> <{SH}select> '''{query}''' .", format="turtle")
    assert is_distributive(shapes, next(iter(shapes.subjects()))) == alike


@pytest.mark.parametrize(
    ("query", "blank"),
    [
        ("SELECT DISTINCT $this ?value { { ?value ?p ?o } UNION { ?s ?p ?value } FILTER(isBlank(?value)) }", True),
        ("SELECT $this { $this ?p ?value FILTER(isBlank(?value) || isIRI(?value)) }", False),
        ("SELECT $this { $this ?p ?value FILTER(!isBlank(?value)) }", False),
        ("SELECT $this { $this ?p ?value FILTER(?value) }", False),
        ("SELECT $this ?value { $this ?p ?o BIND(BNODE() AS ?value) FILTER(isBlank(?value)) }", False),
        ("SELECT $this { $this ?p ?o OPTIONAL { ?o ?q ?value FILTER(isBlank(?value)) } }", False),
    ],
)
def test_a_query_whose_solutions_have_a_blank_node(query: str, blank: bool) -> None:
    assert asks_for_blank(query) == blank


@pytest.mark.parametrize(
    "triple", [f"_:a <{DCTERMS.relation}> <urn:a>", f"<urn:a> <{DCTERMS.relation}> _:a"], ids=["subject", "object"]
)
def test_a_blank_node_is_found(triple: str, conforming: Graph, our_shapes: Graph, tmp_path: Path) -> None:
    lines = sorted([*lines_of(conforming), f"{triple} <{BASE}id/graph/press> .\n".encode()])
    constraints = [finding.constraint for finding in validation(lines, our_shapes, tmp_path).listed.findings]
    assert constraints.count(f"{BASE}ns/shapes#noBlankNode") == 1


@pytest.mark.parametrize(
    ("query", "nodes"),
    [
        ("SELECT $this { $this <urn:p> ?x }", True),
        ("SELECT $this ?value { $this <urn:p> ?value . ?value <urn:q>|<urn:r> ?x }", True),
        ("SELECT $this ?value { $this <urn:p> ?value }", False),
        ("SELECT $this ?value { $this <urn:p> ?value . ?value ^<urn:q> ?x }", False),  # the object of ?x
        ("SELECT $this ?value { $this <urn:p> ?value FILTER NOT EXISTS { ?value <urn:q> ?x } }", False),
        ("SELECT $this ?value { $this <urn:p> ?value OPTIONAL { ?value <urn:q> ?x } }", False),
        ("SELECT $this ?value { { $this <urn:p> ?value } UNION { ?value <urn:q> $this } }", False),
        ("SELECT $this (STR(?x) AS ?value) { $this <urn:p> ?x . ?x <urn:q> ?y }", False),
    ],
)
def test_literals_are_reported_by_the_engine_that_keeps_how_they_are_written(query: str, nodes: bool) -> None:
    shapes = Graph().parse(data=f"<urn:c> <{SH}select> '''{query}''' .", format="turtle")
    assert reports_nodes(shapes, next(iter(shapes.subjects()))) == nodes


def test_a_part_that_is_the_same_is_not_checked_again(conforming: Graph, our_shapes: Graph, tmp_path: Path) -> None:
    graph, checked = Graph() + conforming, tmp_path / "checked.json"
    change(graph, CASES[0].update)
    first = validation(lines_of(graph), our_shapes, tmp_path, part_bytes=2_000)
    first.parts.write(checked)
    digests = set(json.loads(checked.read_bytes())) - {SEAL}
    again = validation(lines_of(graph), our_shapes, tmp_path, checked=checked, part_bytes=2_000)
    assert set(map(brief, again.listed.findings)) == set(map(brief, first.listed.findings))
    change(graph, f'INSERT DATA {{ <{BASE}id/person/minister> foaf:name "Another" }}')
    after = validation(lines_of(graph), our_shapes, tmp_path, checked=checked, part_bytes=2_000)
    assert len(after.listed.findings) > len(first.listed.findings)
    after.parts.write(checked)
    assert len(digests) > 2
    assert 0 < len(set(json.loads(checked.read_bytes())) - digests - {SEAL}) < len(digests)


def test_a_small_graph_that_is_the_same_is_not_checked_again(
    conforming: Graph, our_shapes: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, checked = Graph() + conforming, tmp_path / "checked.json"
    change(graph, CASES[0].update)
    engine, reference = Mock(wraps=quick_results), Mock(return_value=[])
    monkeypatch.setattr(checking, "quick_results", engine)
    monkeypatch.setattr("atmpgraph.quality.reference.reference_results", reference)
    first = validation(lines_of(graph), our_shapes, tmp_path, part_bytes=WHOLE)
    first.parts.write(checked)
    again = validation(lines_of(graph), our_shapes, tmp_path, checked=checked, part_bytes=WHOLE)
    assert (again.listed, bool(again.parts), engine.call_count) == (first.listed, True, 1)
    validation(lines_of(graph), our_shapes, tmp_path, checked=checked, max_reference_statements=WHOLE)
    assert (engine.call_count, reference.call_count) == (1, 1), "it has words of its own"
    change(graph, f'INSERT DATA {{ <{BASE}id/person/minister> foaf:name "Another" }}')
    validation(lines_of(graph), our_shapes, tmp_path, checked=checked, part_bytes=WHOLE)
    assert engine.call_count == 2


def test_what_there_is_to_do_is_shown_and_done(conforming: Graph, our_shapes: Graph, tmp_path: Path) -> None:
    """First the constraints that are one query, then the parts; what is taken over is not among it."""
    graph, checked = Graph() + conforming, tmp_path / "checked.json"
    whole, parts = "checking the whole graph against some shapes", "checking the graph against the shapes"
    first, second = Steps(), Steps()
    validation(lines_of(graph), our_shapes, tmp_path, part_bytes=2_000, progress=first).parts.write(checked)
    assert list(first.totals) == [whole, parts]
    assert first.done == first.totals
    before = lines_of(graph)
    change(graph, f'INSERT DATA {{ <{BASE}id/person/minister> foaf:name "Another" }}')
    follows = {"checked": checked, "before": before, "progress": second}
    validation(lines_of(graph), our_shapes, tmp_path, part_bytes=2_000, **follows)  # type: ignore[arg-type]
    assert second.done == second.totals
    assert 0 < second.done[parts] < first.done[parts]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * { ?s <urn:p> ?o }", {"urn:p"}),
        ("SELECT * { ?s <urn:p>/^<urn:q>|<urn:r> ?o }", {"urn:p", "urn:q", "urn:r"}),
        ("SELECT * { ?s <urn:p> ?o FILTER NOT EXISTS { ?o <urn:q> ?s OPTIONAL { ?s <urn:r> ?o } } }", "pqr"),
        ("SELECT (COUNT(*) AS ?n) { { SELECT ?s { ?s <urn:p> ?o } } UNION { ?s <urn:q> ?o } } GROUP BY ?s", "pq"),
        ("SELECT * { ?s ?p ?o }", None),
        ("SELECT * { ?s <relative> ?o }", None),
        ("SELECT * { ?s <urn:p>+ ?o }", None),
        ("SELECT * { ?s <urn:p>? ?o }", None),
        ("SELECT * { ?s !<urn:p> ?o }", None),
        ("SELECT * { ?s <urn:p> ?o FILTER EXISTS { ?o ?any ?s } }", None),
        (
            "SELECT * { ?s <urn:p> ?o FILTER NOT EXISTS { ?o <urn:q> ?c FILTER NOT EXISTS { ?c <urn:r> ?d } } }",
            {"urn:p", "urn:q", "urn:r"},
        ),
    ],
)
def test_the_predicates_that_a_query_depends_on(query: str, expected: Iterable[str] | None) -> None:
    short = None if expected is None else {f"urn:{each.removeprefix('urn:')}" for each in expected}
    assert predicates(query) == short


def test_a_chain_of_checks_has_the_findings_of_each(conforming: Graph, our_shapes: Graph, tmp_path: Path) -> None:
    """What is taken over from the check before never hides or keeps a finding."""
    chance, checked, findings = random.Random(6), tmp_path / "checked.json", list[int]()
    whole = sorted(conforming, key=str)
    graph, lines = Graph() + conforming, lines_of(conforming)
    for _ in range(often(4, 10)):
        for subject, predicate, _ in chance.sample(whole, 6):
            others = [obj for _, same, obj in whole if same == predicate]
            if chance.random() < 0.5:
                graph.remove((subject, predicate, None))
            graph.add((subject, predicate, chance.choice(others)))
        if chance.random() < 0.3:
            graph = Graph() + conforming
        before, lines = lines, lines_of(graph)
        alone = validation(lines, our_shapes, tmp_path, part_bytes=often(WHOLE, 5_000))
        follows = {"checked": checked, "before": before} if checked.exists() else {}
        after = validation(lines, our_shapes, tmp_path, part_bytes=5_000, **follows)  # type: ignore[arg-type]
        assert Counter(map(brief, after.listed.findings)) == Counter(map(brief, alone.listed.findings))
        after.parts.write(checked)
        findings.append(len(alone.listed.findings))
    assert len(set(findings)) > 2


def test_what_was_noted_of_parts_may_be_damaged(tmp_path: Path) -> None:
    """What is noted is believed only with its seal."""
    lines, shapes, checked = foreign_lines(0), Graph().parse(data=FOREIGN, format="turtle"), tmp_path / "checked.json"
    first = validation(lines, shapes, tmp_path)
    first.parts.write(checked)
    assert len(json.loads(checked.read_bytes())) > 3
    content = json.loads(checked.read_bytes())
    for outcome in content.values():
        if isinstance(outcome, dict):
            outcome["results"] = []
    checked.write_text(json.dumps(content), encoding="utf-8")
    for damage in (lambda: None, lambda: checked.write_bytes(b"{"), checked.unlink, checked.mkdir):
        damage()
        again = validation(lines, shapes, tmp_path, checked=checked)
        assert Counter(map(brief, again.listed.findings)) == Counter(map(brief, first.listed.findings))


def test_what_the_reference_refuses_is_told(tmp_path: Path) -> None:
    """It gives an error back where others raise one (SHACL §5.2.1: no MINUS)."""
    query = "SELECT $this { ?x <urn:q> ?y MINUS { $this <urn:r> ?x } }"
    text = f"@prefix sh: <{SH}> . <urn:shape> sh:targetClass <urn:C> ; sh:sparql [ sh:select '{query}' ] ."
    with pytest.raises(AtmpgraphError, match="MINUS"):
        validation(
            [b"<urn:n> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:C> <urn:g> .\n"],
            Graph().parse(data=text, format="turtle"),
            tmp_path,
            max_reference_statements=WHOLE,
        )


@pytest.mark.parametrize(
    "patterns",
    [
        "$this <urn:p> ?z . ?x <urn:q> ?value FILTER NOT EXISTS { ?z <urn:r> ?x }",
        "$this <urn:p> ?z . ?x <urn:q> ?value FILTER EXISTS { ?z <urn:r> ?x }",
        "OPTIONAL { $this <urn:r> ?x } ?x <urn:q> ?value",
        "{ $this <urn:r> ?x } UNION { $this <urn:p> ?z } ?x <urn:q> ?value",
        "$this <urn:p> ?z FILTER EXISTS { ?z <urn:r> ?x } FILTER EXISTS { ?x <urn:q> ?y }",
        "$this <urn:p> ?z . OPTIONAL { ?z <urn:r> ?x . ?x <urn:q> ?value } FILTER(BOUND(?value))",
        "$this <urn:p> ?z . OPTIONAL { ?z <urn:r> ?x } OPTIONAL { ?x <urn:q> ?value } FILTER(BOUND(?value))",
    ],
)
def test_what_is_bound_in_a_part_of_a_query_has_the_same_findings(patterns: str, tmp_path: Path) -> None:
    shape = f"<urn:shape> sh:targetClass <urn:C> ; sh:sparql [ sh:select 'SELECT DISTINCT $this ?value {{ {patterns} }}' ] ."
    graph, shapes = Graph(), Graph().parse(data=f"@prefix sh: <{SH}> . {shape}", format="turtle")
    for n in range(40):
        more = (
            f":z{n} :r :x{n} ." * (n % 2),
            f":n{n} :r :x{n} ." * (n % 3 == 0),
            f":x{n} :q 'y{n % 2}' ." * (n % 5 == 0),
        )
        graph.parse(data=f"@prefix : <urn:> . :n{n} a :C ; :p :z{n} . {' '.join(more)}", format="turtle")
    assert same(lines_of(graph), shapes, tmp_path) > 3
