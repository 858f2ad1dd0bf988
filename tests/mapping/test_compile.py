"""The compiled subset of RML: what it makes of rows, and a clear error for everything outside it."""

import json
from pathlib import Path

import pytest

from atmpgraph.i18n import texts
from atmpgraph.mapping.compile import CellError, compile_mapping
from atmpgraph.mapping.document import read_mapping, rebased
from atmpgraph.mapping.faults import MappingError
from atmpgraph.sources.package import open_package

BASE = "https://example.org/p/"
PREFIXES = """@base <https://other.example/> .
@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
@prefix ex: <http://example.com/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SOURCE = 'rml:logicalSource [ rml:source "t.csv" ; rml:referenceFormulation ql:CSV ]'
SUBJECT = 'rr:subjectMap [ rr:template "https://other.example/id/{a}" ; rr:graph ex:g ]'
S, G = f"<{BASE}id/1>", "<http://example.com/g> ."


def mapped(folder: Path, document: str, rows: str = "a,b,c d\n1,x,y\n") -> list[str]:
    """The lines that a document makes of a table, sorted."""
    (folder / "t.csv").write_text(rows, encoding="utf-8")
    fields = [{"name": name, "unmapped": True} for name in ("a", "b", "c d")]
    descriptor = {"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": fields}}]}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    (folder / "t.rml.ttl").write_text(PREFIXES + document, encoding="utf-8")
    lines: list[str] = []
    for mapper in compile_mapping(read_mapping(folder, BASE), open_package(folder), BASE):
        errors: list[CellError] = []
        mapper.lines(lines.append, errors.append)
        if errors:
            raise errors[0]
    return sorted(line.rstrip("\n") for line in lines)


def pom(predicate_object: str) -> str:
    return f"<#m> {SOURCE} ; {SUBJECT} ; rr:predicateObjectMap [ {predicate_object} ] ."


MAKES = {
    "constant object": ("rr:predicate ex:p ; rr:object ex:o", f"{S} <http://example.com/p> <http://example.com/o> {G}"),
    "constant literal": ('rr:predicate ex:p ; rr:object "x"@fr', f'{S} <http://example.com/p> "x"@fr {G}'),
    "constant number": (
        "rr:predicate ex:p ; rr:object 2.50",
        f'{S} <http://example.com/p> "2.5"^^<http://www.w3.org/2001/XMLSchema#decimal> {G}',
    ),
    "reference": ('rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ]', f'{S} <http://example.com/p> "x" {G}'),
    "column with a space": (
        'rr:predicate ex:p ; rr:objectMap [ rml:reference "c d" ]',
        f'{S} <http://example.com/p> "y" {G}',
    ),
    "language": (
        'rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ; rr:language "nl" ]',
        f'{S} <http://example.com/p> "x"@nl {G}',
    ),
    "datatype": (
        'rr:predicate ex:p ; rr:objectMap [ rml:reference "a" ; rr:datatype xsd:integer ]',
        f'{S} <http://example.com/p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> {G}',
    ),
    "template IRI": (
        'rr:predicate ex:p ; rr:objectMap [ rr:template "http://x/{a}/{b}#z" ]',
        f"{S} <http://example.com/p> <http://x/1/x#z> {G}",
    ),
    "relative template": (
        'rr:predicate ex:p ; rr:objectMap [ rr:template "x/{b}" ]',
        f"{S} <http://example.com/p> <{BASE}x/x> {G}",
    ),
    "template literal": (
        r'rr:predicate ex:p ; rr:objectMap [ rr:template "{b} \\{and\\} {a}" ; rr:termType rr:Literal ]',
        f'{S} <http://example.com/p> "x {{and}} 1" {G}',
    ),
    "template with datatype": (
        'rr:predicate ex:p ; rr:objectMap [ rr:template "{a}.50" ; rr:datatype xsd:decimal ]',
        f'{S} <http://example.com/p> "1.5"^^<http://www.w3.org/2001/XMLSchema#decimal> {G}',
    ),
    "reference IRI": (
        'rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ; rr:termType rr:IRI ]',
        f"{S} <http://example.com/p> <{BASE}x> {G}",
    ),
    "predicate map": (
        'rr:predicateMap [ rr:template "http://x/{b}" ] ; rr:object ex:o',
        f"{S} <http://x/x> <http://example.com/o> {G}",
    ),
    "newer vocabulary": (
        '<http://w3id.org/rml/predicate> ex:p ; <http://w3id.org/rml/objectMap> [ <http://w3id.org/rml/reference> "b" ]',
        f'{S} <http://example.com/p> "x" {G}',
    ),
}


@pytest.mark.parametrize("name", MAKES)
def test_a_term_map_makes_its_term(tmp_path: Path, name: str) -> None:
    document, expected = MAKES[name]
    assert mapped(tmp_path, pom(document)) == [expected]


def test_a_class_describes_the_subject_and_names_its_row(tmp_path: Path) -> None:
    document = f'<#m> {SOURCE} ; rr:subjectMap [ rr:template "https://other.example/id/{{a}}" ; rr:class ex:C ; rr:graph ex:g ] .'
    assert mapped(tmp_path, document, "a,b,c d\n1,,\n\n2,,\n") == [
        f"<{BASE}id/1> <http://purl.org/dc/terms/source> <{BASE}doc/table/t.csv#row=2> <{BASE}id/graph/tables> .",
        f"<{BASE}id/1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://example.com/C> {G}",
        f"<{BASE}id/2> <http://purl.org/dc/terms/source> <{BASE}doc/table/t.csv#row=4> <{BASE}id/graph/tables> .",
        f"<{BASE}id/2> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://example.com/C> {G}",
    ]


def test_predicates_times_objects_times_graphs(tmp_path: Path) -> None:
    lines = mapped(tmp_path, pom("rr:predicate ex:p , ex:q ; rr:object ex:o , ex:n ; rr:graph ex:h"))
    assert len(lines) == 8
    assert {line.split()[3] for line in lines} == {"<http://example.com/g>", "<http://example.com/h>"}


@pytest.mark.parametrize("empty", ["1,,y", ",x,y"])
def test_an_empty_cell_makes_no_term(tmp_path: Path, empty: str) -> None:
    document = pom('rr:predicate ex:p ; rr:objectMap [ rr:template "http://x/{b}" ]')
    assert mapped(tmp_path, document, f"a,b,c d\n{empty}\n") == []


def test_an_empty_cell_in_the_graph_makes_no_statement(tmp_path: Path) -> None:
    subject = (
        'rr:subjectMap [ rr:template "https://other.example/id/{a}" ; rr:graphMap [ rr:template "http://g/{b}" ] ]'
    )
    document = f"<#m> {SOURCE} ; {subject} ; rr:predicateObjectMap [ rr:predicate ex:p ; rr:object ex:o ] ."
    assert mapped(tmp_path, document, "a,b,c d\n1,,\n2,g,\n") == [
        f"<{BASE}id/2> <http://example.com/p> <http://example.com/o> <http://g/g> ."
    ]


def test_cells_cannot_break_out_of_their_term(tmp_path: Path) -> None:
    document = pom('rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ] ') + pom(
        'rr:predicate ex:q ; rr:objectMap [ rr:template "http://x/{b}" ]'
    ).replace("<#m>", "<#n>")
    lines = mapped(tmp_path, document, 'a,b,c d\n1,"""> . <x> \\\n\'+evil()+\'",\n')
    assert len(lines) == 2
    assert all(line.count("> ") <= 5 and "\n" not in line for line in lines)
    assert r'"\"> . <x> \\\n' in lines[0]


REFUSED = {
    "unknown property": (pom('rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ; rr:inverseExpression "x" ]'), "inverseExpression"),
    "foreign property": (pom('rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ; ex:x "x" ]'), "http://example.com/x"),
    "join": (pom("rr:predicate ex:p ; rr:objectMap [ rr:parentTriplesMap <#other> ]"), "parentTriplesMap"),
    "function": (pom("rr:predicate ex:p ; rr:objectMap [ <http://semweb.mmlab.be/ns/fnml#functionValue> [] ]"), "functionValue"),
    "blank node": (pom('rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ; rr:termType rr:BlankNode ]'), "BlankNode"),
    "literal predicate": (pom('rr:predicateMap [ rml:reference "b" ; rr:termType rr:Literal ] ; rr:object ex:o'), "Literal"),
    "constant literal predicate": (pom('rr:predicate "x" ; rr:object ex:o'), "must be an IRI"),
    "no term": (pom("rr:predicate ex:p ; rr:objectMap [ rr:language 'fr' ]"), "exactly one of"),
    "two kinds": (pom('rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ; rr:constant ex:o ]'), "exactly one of"),
    "datatype and language": (pom('rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ; rr:datatype xsd:date ; rr:language "fr" ]'), "one datatype or one language"),
    "unknown datatype": (pom('rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ; rr:datatype xsd:nonNegativeInteger ]'), "nonNegativeInteger"),
    "language of no column": (pom('rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ; rr:language "{language}" ]'), "the tag of a language"),
    "bad language": (pom('rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ; rr:language "français" ]'), "the tag of a language"),
    "template without a column": (pom('rr:predicate ex:p ; rr:objectMap [ rr:template "http://x/" ]'), "template"),
    "open brace": (pom('rr:predicate ex:p ; rr:objectMap [ rr:template "http://x/{b" ]'), "lone "),
    "no object": (pom("rr:predicate ex:p"), "needs a predicate and an object"),
    "unknown column": (pom('rr:predicate ex:p ; rr:objectMap [ rml:reference "z" ]'), "no column 'z'"),
    "no graph": (f'<#m> {SOURCE} ; rr:subjectMap [ rr:template "x/{{a}}" ] ; rr:predicateObjectMap [ rr:predicate ex:p ; rr:object ex:o ] .', "no graph map"),
    "no subject": (f"<#m> {SOURCE} .", "exactly one subject map"),
    "class that is no IRI": (f'<#m> {SOURCE} ; rr:subjectMap [ rr:template "x/{{a}}" ; rr:class "C" ; rr:graph ex:g ] .', "class must be an IRI"),
    "other table": (f'<#m> rml:logicalSource [ rml:source "u.csv" ; rml:referenceFormulation ql:CSV ] ; {SUBJECT} .', "no table u.csv"),
    "not CSV": (f'<#m> rml:logicalSource [ rml:source "t.csv" ; rml:referenceFormulation ql:JSONPath ] ; {SUBJECT} .', "JSONPath"),
    "iterator": (f'<#m> rml:logicalSource [ rml:source "t.csv" ; rml:referenceFormulation ql:CSV ; rml:iterator "$" ] ; {SUBJECT} .', "iterator"),
    "no source": (f"<#m> rml:logicalSource [ rml:referenceFormulation ql:CSV ] ; {SUBJECT} .", "exactly one source"),
    "no triples map": ("ex:a ex:b ex:c .", "no triples map"),
    "not Turtle": ("<#m> a", "not Turtle"),
    "constant with a datatype": (pom('rr:predicate ex:p ; rr:objectMap [ rr:constant "5" ; rr:datatype xsd:integer ]'), "datatype of a constant"),
    "constant with a language": (pom('rr:predicate ex:p ; rr:objectMap [ rr:constant "x" ; rr:language "fr" ]'), "language of a constant"),
    "IRI with a datatype": (pom('rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ; rr:termType rr:IRI ; rr:datatype xsd:date ]'), "no datatype"),
    "default graph": (pom("rr:predicate ex:p ; rr:object ex:o ; rr:graph rr:defaultGraph"), "default graph"),
    "no logical source": (f"<#m> a rr:TriplesMap ; rml:logicalsource [] ; {SUBJECT} .", "logicalsource"),
    "only a subject map": (f"<#m> {SUBJECT} .", "exactly one logicalSource"),
    "map that nothing uses": (pom("rr:predicate ex:p ; rr:object ex:o") + ' <#left> rr:template "{a}" .', "no triples map uses it"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_outside_the_subset_is_refused_with_its_place(tmp_path: Path, name: str) -> None:
    document, said = REFUSED[name]
    with pytest.raises(MappingError) as error:
        mapped(tmp_path, document)
    assert said in str(error.value)
    assert "t.rml.ttl" in str(error.value)
    told = {error.value.text(texts(language)) for language in ("fr", "nl", "de", "it", "en")}
    assert len(told) == 5, "each language has its own words"


@pytest.mark.parametrize(
    ("document", "rows", "said"),
    [
        ('rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ; rr:datatype xsd:decimal ]', "a,b,c d\n1,2,\n2,many,\n", "t.csv, row 3, column b: expected a decimal"),
        ('rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ; rr:termType rr:IRI ]', "a,b,c d\n1,two words,\n", "t.csv, row 2, column b: not an IRI"),
        ('rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ]', 'a,b,c d\n1,x,\n2,"x"y,\n', "t.csv, after row 2: not a CSV row"),
    ],
)  # fmt: skip
def test_a_cell_that_makes_no_term_is_told_with_its_place(tmp_path: Path, document: str, rows: str, said: str) -> None:
    with pytest.raises(MappingError) as error:
        mapped(tmp_path, pom(document), rows)
    assert said in str(error.value)


def test_all_bad_cells_come_at_once(tmp_path: Path) -> None:
    mapped(
        tmp_path, pom('rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ; rr:datatype xsd:decimal ]'), "a,b,c d\n"
    )
    (tmp_path / "t.csv").write_text("a,b,c d\n1,many,\n2,2.5,\n3,more,\n", encoding="utf-8")
    (mapper,) = compile_mapping(read_mapping(tmp_path, BASE), open_package(tmp_path), BASE)
    lines: list[str] = []
    errors: list[CellError] = []
    count = mapper.lines(lines.append, errors.append)
    assert count == 3
    assert [(e.file, e.row, e.column, e.value) for e in errors] == [
        ("t.csv", 2, "b", "many"),
        ("t.csv", 4, "b", "more"),
    ]
    assert len(lines) == 1, "the good row is mapped"


def test_a_column_that_nothing_maps_is_told(tmp_path: Path) -> None:
    mapped(tmp_path, pom("rr:predicate ex:p ; rr:object ex:o"))
    descriptor = {"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": [{"name": "a"}, {"name": "b"}]}}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    with pytest.raises(MappingError, match=r"t.csv: no triples map uses b, c d"):
        compile_mapping(read_mapping(tmp_path, BASE), open_package(tmp_path), BASE)


IN_LANGUAGES = pom('rr:predicate ex:p ; rr:objectMap [ rml:reference "t_{language}" ; rr:language "{language}" ]')


def test_one_object_map_stands_for_the_columns_in_all_languages(tmp_path: Path) -> None:
    """Any tag of BCP 47, in the header as people write it, in the data in lower case; other suffixes are no languages."""
    mapped(tmp_path, IN_LANGUAGES, "a\n")
    header = ["a", "t_fr", "t_pt-BR", "t_sr-Latn", "t_date", "t_pt_br", "u_fr"]
    (tmp_path / "t.csv").write_text(f"{','.join(header)}\n1,un,um,jedan,x,x,x\n2,,dois,,x,x,x\n", encoding="utf-8")
    fields = [{"name": "a"}, {"name": "t_{language}"}, *({"name": name, "unmapped": True} for name in header[-3:])]
    descriptor = {"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": fields}}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    package = open_package(tmp_path)
    (mapper,) = compile_mapping(read_mapping(tmp_path, BASE), package, BASE)
    lines: list[str] = []
    assert mapper.lines(lines.append, print) == 2
    assert sorted(line.split(" ", 2)[2].split(" <")[0] for line in lines) == [
        '"dois"@pt-br',
        '"jedan"@sr-latn',
        '"um"@pt-br',
        '"un"@fr',
    ]
    assert [field["name"] for field in package.fields("t.csv")] == header
    assert [field["name"] for field in json.loads(package.published)["resources"][0]["schema"]["fields"]] == header


def test_a_column_that_is_named_by_itself_is_in_no_language(tmp_path: Path) -> None:
    mapped(tmp_path, IN_LANGUAGES, "a\n")
    (tmp_path / "t.csv").write_text("a,t_fr,t_id\n1,un,7\n", encoding="utf-8")
    fields = [{"name": "a"}, {"name": "t_{language}"}, {"name": "t_id", "unmapped": True}]
    descriptor = {"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": fields}}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    (mapper,) = compile_mapping(read_mapping(tmp_path, BASE), open_package(tmp_path), BASE)
    lines: list[str] = []
    mapper.lines(lines.append, print)
    assert len(lines) == 1
    assert '"un"@fr' in lines[0]


def test_a_document_runs_on_another_base(tmp_path: Path) -> None:
    """Only the base of the document is put in place of; a longer IRI that starts like a text stays as it is."""
    assert rebased('@base <http://a/> .\n<x> "http://a/{b}" "say http://a/" .', "http://c/") == (
        '@base <http://c/> .\n<x> "http://c/{b}" "say http://a/" .'
    )


def test_a_folder_without_a_mapping_is_told(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="no mapping"):
        read_mapping(tmp_path, BASE)


FILLED = (
    f'<#m> {SOURCE} ; rr:subjectMap [ rr:template "https://other.example/id/{{a}}" ; rr:class ex:C ; rr:graph ex:g ; '
    '<https://w3id.org/atmpgraph/ns#whereFilled> "b" ] ; '
    'rr:predicateObjectMap [ rr:predicate ex:p ; rr:objectMap [ rml:reference "b" ] ] .'
)


def test_a_row_has_no_subject_where_the_column_that_must_be_filled_is_empty(tmp_path: Path) -> None:
    lines = mapped(tmp_path, FILLED, "a,b,c d\n1,x,y\n2,,y\n3,z,\n")
    described = {line.split(" ")[0] for line in lines}
    assert described == {f"<{BASE}id/1>", f"<{BASE}id/3>"}
    assert len(lines) == 6  # a class, a statement and a row each


def test_a_column_that_must_be_filled_is_one_of_the_table(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="no column 'z'"):
        mapped(tmp_path, FILLED.replace('"b" ]', '"z" ]', 1))


def conditioned(word: str, condition: str) -> str:
    return (
        f'<#m> {SOURCE} ; rr:subjectMap [ rr:template "https://other.example/id/{{a}}" ; rr:class ex:C ; rr:graph ex:g ; '
        f"<https://w3id.org/atmpgraph/ns#{word}> [ {condition} ] ] ; "
        'rr:predicateObjectMap [ rr:predicate ex:p ; rr:objectMap [ rml:reference "c d" ] ] .'
    )


RDF_VALUE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#value>"


@pytest.mark.parametrize(("word", "rows"), [("where", {1, 3}), ("whereNot", {2, 4})])
def test_a_row_has_a_subject_by_the_value_of_a_column(tmp_path: Path, word: str, rows: set[int]) -> None:
    document = conditioned(word, f'rml:reference "b" ; {RDF_VALUE} "x" , "y\\"z"')
    lines = mapped(tmp_path, document, 'a,b,c d\n1,x,1\n2,,2\n3,"y""z",3\n4,xx,4\n')
    assert {line.split(" ")[0] for line in lines} == {f"<{BASE}id/{row}>" for row in rows}


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (f'rml:reference "z" ; {RDF_VALUE} "x"', "no column 'z'"),
        ('rml:reference "b"', "a condition on b needs a value"),
        (f'{RDF_VALUE} "x"', "exactly one reference is expected, not 0"),
        (f'rml:reference "b" ; rr:template "{{b}}" ; {RDF_VALUE} "x"', "condition: .*template> is not supported"),
    ],
)
def test_a_wrong_condition_is_told(tmp_path: Path, condition: str, told: str) -> None:
    with pytest.raises(MappingError, match=told):
        mapped(tmp_path, conditioned("where", condition), "a,b,c d\n1,x,y\n")


LISTS = [{"name": "a"}, {"name": "b", "type": "list", "delimiter": ";"}]


def of_lists(folder: Path, document: str) -> list[str]:
    (folder / "t.csv").write_text('a,b\n1,"x; y;"\n2,\n3,z\n', encoding="utf-8")
    descriptor = {"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": LISTS}}]}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    (folder / "t.rml.ttl").write_text(PREFIXES + document, encoding="utf-8")
    (mapper,) = compile_mapping(read_mapping(folder, BASE), open_package(folder), BASE)
    lines: list[str] = []
    mapper.lines(lines.append, print)
    return [line.split(" ", 2)[2].split(" <")[0] for line in lines]


@pytest.mark.parametrize(
    ("term", "objects"),
    [
        ('rml:reference "b"', ['"x"', '"y"', '"z"']),
        ('rml:reference "b" ; rr:language "fr"', ['"x"@fr', '"y"@fr', '"z"@fr']),
        ('rr:template "http://e/{b}/{a}"', ["<http://e/x/1>", "<http://e/y/1>", "<http://e/z/3>"]),
    ],
)
def test_each_value_of_a_list_is_an_object(term: str, objects: list[str], tmp_path: Path) -> None:
    """Data Package v2, fields of the type `list`: the separator is declared, gaps and nothing are no values."""
    assert of_lists(tmp_path, pom(f"rr:predicate ex:p ; rr:objectMap [ {term} ]")) == objects


def test_a_list_makes_no_subject(tmp_path: Path) -> None:
    subject = 'rr:subjectMap [ rr:template "https://other.example/id/{b}" ; rr:graph ex:g ]'
    document = f'<#m> {SOURCE} ; {subject} ; rr:predicateObjectMap [ rr:predicate ex:p ; rr:object "x" ] .'
    with pytest.raises(MappingError, match="the column b has several values"):
        of_lists(tmp_path, document.replace("ex:p", 'ex:p ; rr:objectMap [ rml:reference "a" ]'))
