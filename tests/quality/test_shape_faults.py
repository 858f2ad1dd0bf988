"""Every fault of a shape is told in one run, with its file and its shape, and nothing else is."""

import itertools
from pathlib import Path

import pytest
from rdflib import Graph

from atmpgraph.findings import Place, ViolationError
from atmpgraph.publish.build import check
from atmpgraph.quality.shape_faults import faults_of
from atmpgraph.quality.shape_texts import filled
from atmpgraph.settings import Settings

from ..conftest import BASE, LANGUAGES, ROOT, own_file

HEAD = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.com/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:names sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.com/"^^xsd:anyURI ] .
"""
SELECT = '[ sh:prefixes ex:names ; sh:select "%s" ]'
# What a property shape says beside its path, and what is wrong.
IN_PROPERTY = {
    'sh:minCount "1"': "sh:minCount needs a whole number from 0",
    "sh:minCount -1": "sh:minCount needs a whole number from 0",
    "sh:maxCount 1.5": "sh:maxCount needs a whole number from 0",
    "sh:maxLength 1e1": "sh:maxLength needs a whole number from 0",
    "sh:minCount 1 , 2": "sh:minCount may stand only once in a shape",
    "sh:minCount 2 ; sh:maxCount 1": "sh:minCount is larger than sh:maxCount",
    "sh:nodeKind sh:Iri": "sh:nodeKind needs one of sh:IRI",
    "sh:nodeKind 'IRI'": "sh:nodeKind needs one of sh:IRI",
    'sh:uniqueLang "true"': "sh:uniqueLang needs true or false",
    "sh:datatype 'date'": "sh:datatype needs the IRI of a datatype",
    "sh:class 'C'": "sh:class needs an IRI",
    "sh:in ex:a": "sh:in needs a list",
    "sh:languageIn 'fr'": "sh:languageIn needs a list",
    "sh:or [ sh:class ex:C ]": "sh:or needs a list",
    "sh:languageIn ( 1 'fr' )": "sh:languageIn needs a list of tags",
    "sh:languageIn ( 'in French' )": "sh:languageIn needs a list of tags",
    "sh:datatype xsd:strng": "sh:datatype needs the IRI of a datatype",
    "sh:or ( 'x' )": "sh:or needs a list of shapes",
    "sh:and ()": "sh:and needs a list of shapes",
    "sh:flags 'i'": "sh:flags says nothing here without sh:pattern",
    "sh:qualifiedMinCount 1": "sh:qualifiedMinCount says nothing here without sh:qualifiedValueShape",
    "sh:qualifiedValueShape ex:Other": "without sh:qualifiedMinCount / sh:qualifiedMaxCount",
    "sh:minInclusive 'abc'^^xsd:date": "expected a date such as 2024-01-17",
    "sh:in ( '1' '1,5'^^xsd:decimal )": "expected a decimal number",
    "sh:hasValue '300'^^xsd:byte": "has no such number",
    "sh:minInclusive ex:a": "sh:minInclusive needs a literal",
    "sh:not 'x'": "sh:not needs an IRI, or its content in square brackets",
    "sh:pattern 'a'@fr": "sh:pattern needs a text without a language",
    "sh:pattern '('": r"not a pattern of XPath, which SHACL has: ( without",
    "sh:pattern 'a' ; sh:flags 'g'": "g is no flag",
    "sh:message ex:a": "sh:message needs a text",
    "sh:severity 'Warning'": "sh:severity needs an IRI",
    "sh:severity sh:Error": "sh:severity needs an IRI: sh:Violation, sh:Warning or sh:Info",
    "sh:minInclusive 5 ; sh:maxInclusive 2.5": "sh:minInclusive is larger than sh:maxInclusive",
    "sh:minExclusive '2024-02-01'^^xsd:date ; sh:maxInclusive '2024-01-01'^^xsd:date": "sh:minExclusive is larger than",
    "sh:node ex:Nowhere": "no file of shapes says anything about this shape, which sh:node names",
    "sh:or ( ex:Nowhere [ sh:class ex:C ] )": "which sh:or names",
    "sh:or ( [ sh:minCount 1 ] [ sh:class ex:C ] )": "sh:minCount is about the values of a path",
    "sh:ignoredProperties ( ex:p )": "sh:ignoredProperties says nothing here without sh:closed",
    "sh:expression [ sh:path ex:q ]": "sh:expression is of SHACL Advanced Features, which are not run",
    "sh:minCounts 1": "SHACL has no property sh:minCounts; is sh:minCount meant?",
    "sh:xyzzy 1": "SHACL has no property sh:xyzzy",
}
IN_NODE = {
    "sh:property [ sh:minCount 1 ]": "a property shape needs one sh:path",
    "sh:property []": "a property shape needs one sh:path",
    "sh:property ex:Other": "a property shape needs one sh:path",
    "sh:property 'x'": "sh:property needs an IRI",
    "sh:property [ sh:path ex:p , ex:q ]": "sh:path may stand only once",
    "sh:property [ sh:path 'p' ]": "not a path of SHACL",
    "sh:property [ sh:path () ]": "not a path of SHACL",
    "sh:property [ sh:path (ex:p) ]": "not a path of SHACL",
    "sh:property [ sh:path [ sh:inversePath 'p' ] ]": "not a path of SHACL",
    "sh:property [ sh:path [ sh:alternativePath ex:p ] ]": "not a path of SHACL",
    "sh:targetClass 'C'": "sh:targetClass needs an IRI",
    "sh:targetNode [ ]": "sh:targetNode needs an IRI or a literal",
    "sh:js [ sh:jsFunctionName 'f' ]": "sh:js is a script, which is not run",
    "sh:minCount 1": "sh:minCount is about the values of a path",
    "sh:uniqueLang true": "sh:uniqueLang is about the values of a path",
    "sh:lessThan ex:p": "sh:lessThan is about the values of a path",
    "sh:property ex:Nowhere": "which sh:property names",
    "sh:rule [ sh:order 1 ]": "sh:rule is of SHACL Advanced Features, which are not run",
    "sh:closed true ; sh:ignoredProperties ( 'x' )": "sh:ignoredProperties needs a list: properties",
    "sh:sparql [ sh:ask 'ASK { $this ?p ?v }' ]": "a SPARQL constraint needs one sh:select",
    f"sh:sparql {SELECT % 'SELECT $this { $this $PATH ?v }'}": "$PATH is the path of a property shape",
    "sh:closed 'yes'": "sh:closed needs true or false",
    "sh:sparql [ sh:message 'x' ]": "a SPARQL constraint needs one sh:select",
    f"sh:sparql {SELECT % 'SELECT $this { $this ex:p ?v FILTER(?v }'}": "not a query that can be run: what stands there cannot be read (line 1, column",
    f"sh:sparql {SELECT % 'SELECT $this { $this foo:p ?v }'}": "the prefix foo: is not declared",
    f"sh:sparql {SELECT % 'SELECT ?v { ?v ex:p ?w }'}": "the query must select $this",
    f"sh:sparql {SELECT % 'SELECT $this { $this ex:p ?v MINUS { ?v ex:p 1 } }'}": "SHACL allows no MINUS",
    f"sh:sparql {SELECT % 'SELECT $this { VALUES ?v { 1 } $this ex:p ?v }'}": "SHACL allows no VALUES",
    f"sh:sparql {SELECT % 'SELECT $this { $this ex:p ?v FILTER(ex:f(?v)) }'}": "not a query that can be run",
    "sh:sparql [ sh:prefixes ex:names ; sh:select '''SELECT $this { $this ex:p ?v FILTER(REGEX(?v, \"\\\\\\\\p{Foo}\")) }''' ]": "not a pattern",
}
GOOD = f"""
ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:targetNode "x" ; sh:closed true ; sh:ignoredProperties () ;
  sh:property [ sh:path ( ex:p [ sh:zeroOrMorePath [ sh:inversePath ex:q ] ] ) ; sh:minCount 0 ; sh:maxCount 3 ; sh:pattern "^\\\\p{{L}}$" ] ,
    [ sh:path [ sh:alternativePath ( ex:p ex:q ) ] ; sh:in ( 1 "a"@fr ex:b ) ; sh:flags "i" ; sh:pattern "a" ; sh:message "a"@fr , "b" ] ,
    ex:InAnotherFile ;
  sh:sparql {SELECT % "SELECT $this ?value { $this ex:p ?value FILTER(STR(?value) = 'MINUS values foo:x' && ?value != <urn:values:minus>) }"} ,
    {SELECT % "SELECT $this (COUNT(?v) AS ?n) { $this ex:p ?v } GROUP BY $this HAVING (COUNT(?v) > 1)"} ;
  sh:property [ sh:path ex:p ; sh:sparql {SELECT % "SELECT $this ?value { $this $PATH ?value FILTER(?value = 1) }"} ] .
"""


def said(turtle: str, beside: str = "") -> list[str]:
    """What is wrong with shapes, in English, and that each names file and shape."""
    graph, other = (Graph().parse(data=HEAD + each, format="turtle") for each in (turtle, beside))
    faults = faults_of(graph, Path("own.ttl"), graph + other)
    assert {(fault.places, fault.shape) for fault in faults} <= {
        ((Place("own.ttl"),), f"http://example.com/{shape}") for shape in ("S", "Other")
    }
    return [fault.message["en"] for fault in faults]


@pytest.mark.parametrize("content", IN_PROPERTY)
def test_a_fault_of_a_property_shape_is_named(content: str) -> None:
    [fault] = said(f"ex:S a sh:NodeShape ; sh:property [ sh:path ex:p ; {content} ] .", "ex:Other sh:name 'x' .")
    assert IN_PROPERTY[content] in fault


@pytest.mark.parametrize("content", IN_NODE)
def test_a_fault_of_a_node_shape_is_named(content: str) -> None:
    [fault] = said(f"ex:S a sh:NodeShape ; {content} . ex:Other sh:name 'x' .")
    assert IN_NODE[content] in fault


def test_one_run_tells_all() -> None:
    contents = [f"sh:property [ sh:path ex:p ; {content} ]" for content in IN_PROPERTY] + [*IN_NODE]
    turtle = " ;\n".join(["ex:S a sh:NodeShape", *contents]) + " . ex:Other sh:name 'x' ."
    faults = said(turtle)
    for expected in itertools.chain(IN_PROPERTY.values(), IN_NODE.values()):
        assert any(expected in fault for fault in faults), expected


def test_good_shapes_have_no_fault() -> None:
    assert said(GOOD, "ex:InAnotherFile a sh:PropertyShape ; sh:path ex:q .") == []


def test_the_supplied_shapes_have_no_fault() -> None:
    files = {
        file: Graph().parse(data=filled(file.read_text("utf-8"), BASE, LANGUAGES), format="turtle", publicID=BASE)
        for file in (ROOT / "shapes").rglob("*.ttl")
    }
    whole = Graph()
    for graph in files.values():
        whole += graph
    assert [fault.text("en") for file, graph in files.items() for fault in faults_of(graph, file, whole)] == []


def test_a_check_tells_the_faults_of_all_files(started: Settings, tmp_path: Path) -> None:
    own_file(started, "shapes", "one.ttl").write_text(HEAD + "ex:S sh:property [ sh:minCount 1 ] .", encoding="utf-8")
    own_file(started, "shapes", "two.ttl").write_text(HEAD + "ex:T sh:pattern '[' .\nex:U sh:in (", encoding="utf-8")
    own_file(started, "shapes", "three.ttl").write_text(HEAD + "ex:V exx:p 1 .", encoding="utf-8")
    own_file(started, "shapes", "four.ttl").write_text(
        HEAD + "ex:W sh:pattern '[' ; sh:targetClass ex:C .", encoding="utf-8"
    )
    (tmp_path / "scratch").mkdir()
    with pytest.raises(ViolationError) as refusal:
        check(started, tmp_path / "scratch")
    findings = refusal.value.report.findings
    assert {finding.places[0].file for finding in findings} == {"one.ttl", "two.ttl", "three.ttl", "four.ttl"}
    assert {finding.places[0].row for finding in findings if finding.places[0].file in {"two.ttl", "three.ttl"}} == {
        4,
        5,
    }


def test_what_is_wrong_with_a_literal_is_told_by_a_finding_alone(
    started: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """And not by the log of a library, with a trace."""
    wrong = (
        'ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:maxInclusive "abc"^^xsd:date ] .'
    )
    own_file(started, "shapes", "own.ttl").write_text(HEAD + wrong, encoding="utf-8")
    (tmp_path / "scratch").mkdir()
    with pytest.raises(ViolationError) as refusal:
        check(started, tmp_path / "scratch")
    [fault] = refusal.value.report.findings
    assert (fault.value, fault.shape, fault.places) == ("abc", "http://example.com/S", (Place("own.ttl"),))
    assert caplog.records == []
    assert "Traceback" not in capfd.readouterr().err
