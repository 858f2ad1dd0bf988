"""An independent RML engine makes the same quads of the same files: of ours, and of made-up ones.

morph-kgc lives in an environment of its own (`make test-clients` makes it), because it needs an older rdflib.
"""

import csv
import json
import re
import subprocess
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import RDF, Graph, Literal, Namespace
from rdflib.term import Node

from atmpgraph.mapping.compile import compile_mapping
from atmpgraph.mapping.document import read_mapping
from atmpgraph.rdf.terms import line
from atmpgraph.settings.layers import Layered, supplied
from atmpgraph.sources.package import open_package

from ..conftest import BASE, ROOT, absent

RR, RML = Namespace("http://www.w3.org/ns/r2rml#"), Namespace("http://semweb.mmlab.be/ns/rml#")
OUR = Namespace("https://w3id.org/atmpgraph/ns#")
pytestmark = pytest.mark.clients
ENGINE = ROOT / ".venv-morph-kgc" / "bin" / "python"

MADE_UP = """@base <https://w3id.org/atmp-wallonia/> .
@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
@prefix ex: <http://example.com/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<#thing> a rr:TriplesMap ;
  rml:logicalSource [ rml:source "things.csv" ; rml:referenceFormulation ql:CSV ] ;
  rr:subjectMap [ rr:template "http://example.com/{kind}/{code}" ; rr:class ex:Thing , ex:Other ; rr:graphMap [ rr:template "http://example.com/graph/{source}" ] ] ;
  rr:predicateObjectMap [ rr:predicate ex:label , ex:name ; rr:objectMap [ rml:reference "text" ; rr:language "fr" ] ] ;
  rr:predicateObjectMap [ rr:predicate ex:plain ; rr:objectMap [ rml:reference "text" ] , [ rml:reference "code" ] ] ;
  rr:predicateObjectMap [ rr:predicate ex:count ; rr:objectMap [ rml:reference "count" ; rr:datatype xsd:integer ] ] ;
  rr:predicateObjectMap [ rr:predicate ex:amount ; rr:objectMap [ rml:reference "amount" ; rr:datatype xsd:decimal ] ] ;
  rr:predicateObjectMap [ rr:predicate ex:date ; rr:objectMap [ rml:reference "date" ; rr:datatype xsd:date ] ] ;
  rr:predicateObjectMap [ rr:predicate ex:sentence ; rr:objectMap [ rr:template "{code} in {source}" ; rr:termType rr:Literal ] ] ;
  rr:predicateObjectMap [ rr:predicate ex:page ; rr:objectMap [ rml:reference "page" ; rr:termType rr:IRI ] ] ;
  rr:predicateObjectMap [ rr:predicateMap [ rr:template "http://example.com/is-{kind}-of" ] ; rr:objectMap [ rr:template "http://example.com/{source}#{code}" ] ] ;
  rr:predicateObjectMap [ rr:predicate ex:constant ; rr:object ex:c , ex:d ; rr:graph ex:extra ] .
<#by-reference> a rr:TriplesMap ;
  rml:logicalSource [ rml:source "things.csv" ; rml:referenceFormulation ql:CSV ] ;
  rr:subjectMap [ rml:reference "page" ; rr:termType rr:IRI ; rr:graph ex:pages ] ;
  rr:predicateObjectMap [ rr:predicate ex:of ; rr:objectMap [ rr:template "http://example.com/{kind}/{code}" ] ] .
"""
ROWS = [
    ["kind", "code", "source", "text", "count", "amount", "date", "page"],
    ["a", "plain", "s1", "un texte", "26", "2.6", "2024-01-17", "https://example.org/p?q=1&r=%20#f"],
    ["a", "with space", "s1", 'a "quoted", word', "0", "-0.5", "2024-02-29", ""],
    ["b", "sl/ash?#[]@!$&'()*+,;=:%", "s 2", "back\\slash", "", "81000000", "", "https://example.org/é"],
    ["b", "un-res_erved.~", "s1", "two\nlines\tand a tab", "-3", "", "", ""],
    ["", "no kind", "s1", "none of this is said", "1", "1", "2024-01-01", "https://example.org/2"],
    ["c", "no-source", "", "nor this", "1", "1", "2024-01-01", "https://example.org/3"],
    ["a", "plain", "s1", "un texte", "26", "2.6", "2024-01-17", "https://example.org/p?q=1&r=%20#f"],
    ["c", "null", "s1", "NULL", "7", "0.001", "", "https://example.org/4"],
]


def written_out(document: Path, folder: Path, scratch: Path) -> Path | None:
    """A mapping document as RML has it: with an object map for each language of the table, and for no absent column.

    None for a document about a table that is not there.
    """
    text = document.read_text(encoding="utf-8")
    (table,) = set(re.findall(r'rml:source "([^"]+)"', text))
    package = open_package(folder)
    if not (folder / table).is_file():
        return None

    def each(found: re.Match[str]) -> str:
        columns = package.in_languages(table, found["column"]).items()
        maps = [f'[ rml:reference "{column}" ; rr:language "{tag}" ]' for column, tag in columns]
        return " , ".join(maps) or '[ rml:reference "in no language" ]'

    pattern = r'\[ rml:reference "(?P<column>[^"]*\{language\}[^"]*)" ; rr:language "\{language\}" \]'
    graph = Graph().parse(data=re.sub(pattern, each, text), format="turtle")
    header = set(package.tables[table].header())

    def is_there(term: Node) -> bool:
        templates = " ".join(map(str, graph.objects(term, RR.template)))
        return {*map(str, graph.objects(term, RML.reference)), *re.findall(r"\{([^}]+)\}", templates)} <= header

    for triples_map, term in list(graph.subject_objects(RR.subjectMap)):
        if not is_there(term):
            graph.remove((triples_map, None, None))
    for statement, term in list(graph.subject_objects(RR.objectMap)):
        if not is_there(term):
            graph.remove((statement, RR.objectMap, term))
            if not set(graph.predicates(statement)) & {RR.objectMap, RR.object}:
                graph.remove((None, RR.predicateObjectMap, statement))
    for triples_map, term in list(graph.subject_objects(RR.subjectMap)):  # the rows of its own, in a table of its own
        for word, is_one in ((OUR.where, True), (OUR.whereNot, False)):
            for condition in graph.objects(term, word):
                column = str(graph.value(condition, RML.reference))
                values = {str(value) for value in graph.objects(condition, RDF.value)}
                rows = list(csv.DictReader((folder / table).open(encoding="utf-8", newline="")))
                part = scratch / f"{len(list(scratch.iterdir()))}-{table}"
                with part.open("w", encoding="utf-8", newline="") as file:
                    writer = csv.DictWriter(file, list(rows[0]))
                    writer.writeheader()
                    writer.writerows(row for row in rows if (row[column] in values) is is_one)
                source = graph.value(triples_map, RML.logicalSource)
                assert source
                graph.set((source, RML.source, Literal(str(part))))
    written = scratch / document.name
    graph.serialize(written, format="turtle")
    return written


def independent(folder: Path, scratch: Path) -> set[str]:
    """The quads that morph-kgc makes of the mapping documents in `folder`, as canonical lines."""
    if not ENGINE.exists():
        absent(f"{ENGINE} is not here; 'make test-clients' makes it")
    quads = set[str]()
    for number, path in enumerate(sorted(folder.rglob("*.rml.ttl"))):  # all at once take many times as long
        place = scratch / f"document-{number}"
        place.mkdir()
        written = written_out(path, folder, place)
        if written is None:
            continue
        config, output = place / "morph.ini", place / "morph.nq"
        config.write_text(
            f"[CONFIGURATION]\noutput_format=N-QUADS\noutput_file={output}\nna_values=\n"
            f"number_of_processes=1\nlogging_level=ERROR\n[D]\nmappings={written}\n",
            encoding="utf-8",
        )
        subprocess.run([ENGINE, "-m", "morph_kgc", config], cwd=folder, check=True, capture_output=True, timeout=600)
        if output.is_file():
            quads.update(line(quad) for quad in ox.parse(path=str(output), format=ox.RdfFormat.N_QUADS))
    return quads


def ours(folder: Path, mapping: Path) -> set[str]:
    """The quads that we make, but for the rows, which RML has no word for."""
    lines: set[str] = set()
    package = open_package(Layered(folder / "datapackage.json", supplied("descriptor")))
    for mapper in compile_mapping(read_mapping(mapping, BASE), package, BASE):
        mapper.lines(lines.add, print)
    return {text for text in lines if not text.endswith(f"<{BASE}id/graph/tables> .\n")}


def test_our_mapping(tmp_path: Path) -> None:
    expected = independent(ROOT / "data", tmp_path)
    assert len(expected) > 2500
    assert ours(ROOT / "data", ROOT / "data" / "mapping") == expected


def test_a_made_up_mapping(tmp_path: Path) -> None:
    import csv

    with (tmp_path / "things.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(ROWS)
    (tmp_path / "things.rml.ttl").write_text(MADE_UP, encoding="utf-8")
    fields = [{"name": name} for name in ROWS[0]]
    descriptor = {"resources": [{"name": "things", "path": "things.csv", "schema": {"fields": fields}}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    expected = independent(tmp_path, tmp_path)
    made = ours(tmp_path, tmp_path)
    assert made == expected
    assert len(made) > 60
