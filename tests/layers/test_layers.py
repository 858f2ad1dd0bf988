"""A publication is tables and settings; a file of its own is added to the supplied ones, or takes the place of one."""

import csv
import json
from pathlib import Path

import pytest

from atmpgraph.errors import AtmpgraphError
from atmpgraph.findings import Finding, Place, Report, Severity, ViolationError
from atmpgraph.layers.conflicts import conflict_findings
from atmpgraph.layers.fit import misfits
from atmpgraph.publish.build import build
from atmpgraph.publish.tables import read_tables
from atmpgraph.settings import Settings
from atmpgraph.starter import start
from atmpgraph.web import create_app

from ..conftest import own_file

GADGET = """@prefix gadgets: <ns/gadgets#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
gadgets:Gadget a owl:Class ; rdfs:label "Gadget"@en , "gadget"@fr , "gadget"@nl , "Gerät"@de .
gadgets:colour a owl:ObjectProperty ; rdfs:label "colour"@en , "couleur"@fr , "kleur"@nl , "Farbe"@de .
"""
COLOURS = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
<auth/colour> a skos:ConceptScheme ; dct:title "Colours"@en , "Couleurs"@fr , "Kleuren"@nl , "Farben"@de ;
    skos:hasTopConcept <auth/colour/red> .
<auth/colour/red> a skos:Concept ; skos:inScheme <auth/colour> ; skos:topConceptOf <auth/colour> ;
    skos:notation "red" ; skos:definition "Like fire."@en , "Comme le feu."@fr , "Als vuur."@nl , "Wie Feuer."@de ;
    skos:prefLabel "red"@en , "rouge"@fr , "rood"@nl , "rot"@de .
"""
MAPPING = """@prefix rml: <http://w3id.org/rml/> .
@base <https://elsewhere.example/> .
<#gadgets> a rml:TriplesMap ;
    rml:logicalSource [ rml:source "gadgets.csv" ; rml:referenceFormulation rml:CSV ] ;
    rml:subjectMap [
        rml:template "id/gadget/{slug}" ; rml:class <ns/gadgets#Gadget> ; rml:graphMap [ rml:template "id/graph/{source}" ]
    ] ;
    rml:predicateObjectMap [
        rml:predicate <http://www.w3.org/2004/02/skos/core#prefLabel> ;
        rml:objectMap [ rml:reference "label_{language}" ; rml:language "{language}" ]
    ] , [ rml:predicate <ns/gadgets#colour> ; rml:objectMap [ rml:template "auth/colour/{colour}" ] ] .
"""
SHAPE = """@prefix sh: <http://www.w3.org/ns/shacl#> .
<ns/shapes#GadgetShape> a sh:NodeShape ; sh:targetClass <ns/gadgets#Gadget> ; sh:property <ns/shapes#gadgetColour> .
<ns/shapes#gadgetColour> a sh:PropertyShape ; sh:path <ns/gadgets#colour> ; sh:maxCount 0 ; sh:severity sh:Warning ;
    sh:message "No colour, please."@en .
"""
QUERY = "#+ title@en: Gadgets\nPREFIX g: <ns/gadgets#>\nSELECT ?gadget { GRAPH ?graph { ?gadget a g:Gadget } }\n"
PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8"\n\nmsgid "Skip to content"\nmsgstr "To the gadgets"\n'


def write(settings: Settings, name: str, text: str) -> None:
    file = settings.path(Path(name))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def told(settings: Settings) -> Report:
    """What is found in the tables and the files of a publication, which is where each build begins."""
    try:
        return Report(tuple(read_tables(settings).findings))
    except ViolationError as refusal:
        return refusal.report


def of(report: Report, severity: Severity = Severity.VIOLATION) -> list[Finding]:
    """The findings about files."""
    return [finding for finding in report.of(severity) if finding.check == "files"]


def test_a_publication_copies_nothing(tmp_path: Path) -> None:
    start(tmp_path / "p", "https://example.org/p/")
    names = {path.relative_to(tmp_path / "p").as_posix() for path in (tmp_path / "p").rglob("*") if path.is_file()}
    others = {name for name in names if not name.endswith(".csv")}
    assert others == {".gitignore", "atmpgraph.toml", "data/catalogue.ttl", "data/datapackage.json"}


def test_files_alone_add_a_class_a_list_a_query_a_shape_a_text_a_template_and_a_table(started: Settings) -> None:
    fields = [{"name": name, "type": "string"} for name in ("slug", "label_{language}", "colour", "source")]
    table = {
        "name": "gadgets",
        "path": "gadgets.csv",
        "format": "csv",
        "encoding": "utf-8",
        "schema": {"fields": fields},
    }
    write(started, "data/datapackage.json", json.dumps({"name": "example", "resources": [table]}))
    write(started, "data/gadgets.csv", "slug,label_en,label_it,colour,source\nlever,Lever,Leva,red,announcement\n")
    write(started, "mapping/gadgets.rml.ttl", MAPPING)
    write(started, "ontology/gadgets.ttl", GADGET)
    write(started, "ontology/auth/colour.ttl", COLOURS)
    write(started, "shapes/gadget.ttl", SHAPE)
    write(started, "queries/gadgets.rq", QUERY)
    write(started, "texts/en.po", PO)
    page = '{% extends "supplied/home.html" %}{% block main %}<p>Gadgets!</p>{{ super() }}{% endblock %}'
    write(started, "templates/home.html", page)
    write(started, "static/house.css", "p { color: red }")
    built = build(started)
    assert built.digest, "\n".join(built.report.lines("en"))
    assert "No colour, please." in {finding.message["en"] for finding in built.report.of(Severity.WARNING)}
    client = create_app(started).test_client()
    turtle = client.get("/id/gadget/lever", headers={"Accept": "text/turtle"}, follow_redirects=True).text
    assert '"Leva"@it' in turtle
    assert "auth/colour/red" in turtle
    assert "Gadget" in client.get("/doc/gadget/lever?lang=en", headers={"Accept": "text/html"}).text
    assert "lever" in client.get("/queries/gadgets.csv").text
    assert "red" in client.get("/auth/colour/red", headers={"Accept": "text/turtle"}).text
    home = client.get("/?lang=en", headers={"Accept": "text/html"}).text
    assert "<p>Gadgets!</p>" in home
    assert "To the gadgets" in home
    assert "more than 10" in home, "the supplied page goes on"
    assert client.get("/static/house.css").content_type.startswith("text/css")


def test_a_file_of_the_same_name_replaces_and_the_check_says_so(started: Settings) -> None:
    file = own_file(started, "queries", "people.rq")
    assert of(told(started), Severity.INFO) == [], "the same content replaces nothing"
    file.write_text(file.read_text(encoding="utf-8") + "# Ours.\n", encoding="utf-8")
    [finding] = of(build(started).report, Severity.INFO)
    assert finding.places[0].file == "queries/people.rq"
    assert (
        "# Ours."
        in create_app(started).test_client().get("/queries/people", headers={"Accept": "application/sparql-query"}).text
    )


def test_a_table_that_is_not_there_is_empty(started: Settings) -> None:
    tables = ["events", "successions", "place-links", "identifiers"]
    for table in tables:
        (started.path(started.folders.data) / f"{table}.csv").unlink()
    built = build(started)
    assert built.release, "\n".join(built.report.lines("en"))
    published = json.loads((built.release.folder.tables / "datapackage.json").read_bytes())
    assert not {resource["name"] for resource in published["resources"]}.intersection(tables)
    assert not [table for table in tables if (built.release.folder.tables / f"{table}.csv").exists()]


def test_a_reference_to_a_table_that_is_not_there_is_told(started: Settings) -> None:
    (started.path(started.folders.data) / "places.csv").unlink()
    (started.path(started.folders.data) / "place-links.csv").unlink(missing_ok=True)
    report = told(started)
    assert not report.conforms
    assert {finding.places[0].column for finding in report.of(Severity.VIOLATION)} & {"place", "area"}


def test_a_column_that_is_not_there_is_empty(started: Settings) -> None:
    path = started.path(started.folders.data) / "organisations.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        del row["homepage"], row["part_of"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    built = build(started)
    assert built.digest, "\n".join(built.report.lines("en"))


@pytest.mark.parametrize(
    ("name", "text", "place", "value"),
    [
        ("queries/bad.rq", "SELECT * {\n ?s ?p\n}", "bad.rq", None),
        (
            "queries/term.rq",
            "PREFIX a: <https://w3id.org/atmpgraph/ns#>\nSELECT * { ?s a:sourc ?o }",
            "term.rq",
            "https://w3id.org/atmpgraph/ns#sourc",
        ),
        (
            "ontology/t.ttl",
            "<ns/x#a> <ns/x#b> <https://w3id.org/atmpgraph/auth/confidence/hihg> .",
            "t.ttl",
            "https://w3id.org/atmpgraph/auth/confidence/hihg",
        ),
        (
            "shapes/s.ttl",
            "<ns/shapes#A> <http://www.w3.org/ns/shacl#node> <ns/shapes#Gone> .",
            "s.ttl",
            "https://example.org/p/ns/shapes#Gone",
        ),
        ("shapes/common.ttl", "", "", ""),
        (
            "templates/home.html",
            '{% extends "base.html" %}{% block gone %}x{% endblock %}',
            "templates/home.html",
            "gone",
        ),
        ("templates/base.html", "<html>{% block head %}{% endblock %}</html>", "templates/document.html", "main"),
        ("templates/home.html", '{% extends "none.html" %}', "templates/home.html", "none.html"),
        ("templates/home.html", "{% block %}", "templates/home.html", None),
        ("templates/home.html", '{% extends "home.html" %}', "templates/home.html", "home.html"),
        ("templates/home.html", "{{ site_title|uper }}", "templates/home.html", "uper"),
        ("templates/home.html", "{% if site_title is definde %}x{% endif %}", "templates/home.html", "definde"),
        ("templates/home.html", "<<<<<<< HEAD\n{{ site_title }}", "templates/home.html", None),
    ],
)
def test_what_does_not_fit_is_told(started: Settings, name: str, text: str, place: str, value: str | None) -> None:
    write(started, name, text)
    report = told(started)
    assert not report.conforms
    found = {(finding.places[0].file, finding.value) for finding in report.of(Severity.VIOLATION) if finding.places}
    assert (place, value) in found or not place, found


def test_what_a_template_may_call_is_what_there_is(started: Settings) -> None:
    """Each filter, test and global of the pages; another name shows nothing, and what is meant is offered."""
    environment = create_app(started).jinja_env
    calls = [f"{{{{ x|{name} }}}}" for name in environment.filters]
    calls += [f"{{{{ x is {name} }}}}" for name in environment.tests if name.isidentifier() and name != "in"]
    calls += [f"{{{{ {name} }}}}" for name in environment.globals]
    write(started, "templates/home.html", f"{{% set x = 1 %}}{' '.join(calls)}")
    assert [finding for finding in misfits(started) if finding.places[0].file == "templates/home.html"] == []
    write(started, "templates/home.html", "{{ site_titel }}")
    [finding] = [finding for finding in misfits(started) if finding.places[0].file == "templates/home.html"]
    assert (finding.severity, finding.value) == (Severity.WARNING, "site_titel")
    assert "did you mean site_title?" in finding.message["en"]


@pytest.mark.parametrize(
    "name",
    [
        "atmpgraph.toml",
        "data/catalogue.ttl",
        "data/datapackage.json",
        "texts/legal.en.md",
        "texts/de.po",
        "static/a.css",
    ],
)
def test_marks_of_two_versions_are_told_at_their_line(started: Settings, name: str) -> None:
    path = started.path(Path(name))
    path.parent.mkdir(exist_ok=True)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"\n<<<<<<< HEAD\n{text}=======\n>>>>>>> theirs\n", encoding="utf-8")
    [finding] = conflict_findings(started)
    assert (finding.places[0].file, finding.places[0].row) == (name, 2)
    assert finding.severity is Severity.VIOLATION


@pytest.mark.parametrize("name", ["templates/home.html", "mapping/people.rml.ttl", "shapes/common.ttl", "queries/x.rq"])
def test_what_is_not_utf_8_is_told(started: Settings, name: str) -> None:
    write(started, name, "")
    started.path(Path(name)).write_bytes(b"# \xe9\n")
    try:
        report = told(started)
    except AtmpgraphError as error:
        assert Path(name).name in str(error)  # noqa: PT017
    else:
        assert name.rpartition("/")[2] in "".join(report.lines("en"))
        assert not report.conforms


def test_a_mapping_that_names_a_column_that_is_gone_is_told(started: Settings) -> None:
    file = own_file(started, "mapping", "people.rml.ttl")
    file.write_text(
        file.read_text(encoding="utf-8").replace('rml:reference "name"', 'rml:template "{nmae} {name}"'),
        encoding="utf-8",
    )
    texts = [finding.text("en") for finding in told(started).of(Severity.VIOLATION)]
    assert any("people.rml.ttl" in text and "nmae" in text for text in texts), texts


def test_a_term_is_said_in_the_language_of_the_reader_with_the_one_that_is_meant(started: Settings) -> None:
    write(started, "queries/term.rq", "SELECT * { ?s <https://w3id.org/atmpgraph/ns#particpatesIn> ?o }")
    [finding] = of(told(started))
    assert (
        finding.message["en"]
        == "there is no such term of atmpgraph; is https://w3id.org/atmpgraph/ns#participatesIn meant?"
    )
    assert finding.message["fr"] != finding.message["en"]


def test_nobody_reads_a_mapping_where_it_was_before(started: Settings) -> None:
    place = started.layered("mapping").supplied / "people.rml.ttl"
    write(started, "data/mapping/people.rml.ttl", place.read_text(encoding="utf-8"))
    assert of(told(started)) == []
    write(started, "data/mapping/people.rml.ttl", place.read_text(encoding="utf-8") + "# Ours.\n")
    [finding] = of(told(started))
    assert "upgrade" in finding.message["en"]


def test_only_a_name_beside_it_is_offered_for_a_term(started: Settings) -> None:
    """The namespace that all terms begin with makes none of them alike."""
    write(started, "queries/term.rq", "SELECT * { ?s <https://w3id.org/atmpgraph/ns#statisticalUnit> ?o }")
    [finding] = of(told(started))
    assert "meant" not in finding.message["en"]


def test_a_link_that_leads_to_no_file_is_told(started: Settings) -> None:
    """It would be as if the table were not there."""
    table = started.path(started.folders.data) / "events.csv"
    table.rename(table.with_name("elsewhere"))
    table.symlink_to("gone.csv")
    write(started, "ontology/mine.ttl", "")
    started.path(Path("ontology/loop.ttl")).symlink_to("loop.ttl")
    assert {finding.places[0].file for finding in of(told(started))} == {"events.csv", "ontology/loop.ttl"}


def test_what_is_no_turtle_is_said_in_the_language_of_the_reader(started: Settings) -> None:
    write(started, "ontology/mine.ttl", "")
    started.path(Path("ontology/mine.ttl")).write_bytes(b'<a> <b> "\xe9"@es .\n')
    [finding] = told(started).of(Severity.VIOLATION)
    assert "mine.ttl" in finding.text("en")
    assert finding.message["de"] != finding.message["en"]


def test_terms_without_an_ontology_are_told(started: Settings) -> None:
    write(started, "ontology/gadgets.ttl", GADGET)
    [finding] = [finding for finding in of(told(started), Severity.WARNING) if "owl:Ontology" in finding.message["en"]]
    assert finding.places[0].file == "ontology/gadgets.ttl"
    described = '<ns/gadgets> a owl:Ontology ; <http://purl.org/dc/terms/title> "Gadgets"@en .\n'
    write(started, "ontology/gadgets.ttl", GADGET + described)
    assert not [finding for finding in of(told(started), Severity.WARNING) if "owl:Ontology" in finding.message["en"]]


def test_a_property_without_any_shape_is_told(started: Settings) -> None:
    fields = [{"name": name, "type": "string"} for name in ("slug", "label_{language}", "colour", "source")]
    table = {"name": "gadgets", "path": "gadgets.csv", "schema": {"fields": fields}}
    write(started, "data/datapackage.json", json.dumps({"name": "example", "resources": [table]}))
    write(started, "data/gadgets.csv", "slug,label_en,colour,source\nlever,Lever,red,announcement\n")
    write(started, "mapping/gadgets.rml.ttl", MAPPING)
    write(started, "ontology/gadgets.ttl", GADGET)
    write(started, "ontology/auth/colour.ttl", COLOURS)

    def unlooked() -> list[tuple[str, str | None]]:
        findings = [finding for finding in of(told(started), Severity.WARNING) if "no shape" in finding.message["en"]]
        return [(finding.places[0].file, finding.value) for finding in findings]

    assert unlooked() == [("mapping/gadgets.rml.ttl", "https://example.org/p/ns/gadgets#colour")]
    write(started, "shapes/gadget.ttl", SHAPE)
    assert unlooked() == [], "labels are looked at by a supplied shape"
    query = SHAPE.replace("sh:path <ns/gadgets#colour>", "sh:path <ns/gadgets#hue>") + (
        '<ns/shapes> sh:declare <ns/shapes#g> . <ns/shapes#g> sh:prefix "g" ; sh:namespace "https://example.org/p/ns/gadgets#" .\n'
        "<ns/shapes#C> a sh:NodeShape ; sh:targetClass <ns/gadgets#Gadget> ; sh:sparql <ns/shapes#c> .\n"
        "<ns/shapes#c> a sh:SPARQLConstraint ; sh:prefixes <ns/shapes> ;\n"
        '    sh:select "SELECT $this { $this g:colour ?colour FILTER(false) }" ; sh:message "x"@en .\n'
    )
    write(started, "shapes/gadget.ttl", query)
    assert unlooked() == [], "a query names it"


def test_a_column_in_a_language_of_nobody_is_told(started: Settings) -> None:
    path = started.path(started.folders.data) / "sectors.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()

    def columns(added: str) -> list[Place]:
        lines = [header.replace(",source", f",{added},source"), *(",X,".join(row.rsplit(",", 1)) for row in rows)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        warnings = told(started).of(Severity.WARNING)
        return [finding.places[0] for finding in warnings if "is no language of this" in finding.message["en"]]

    assert columns("label_xx") == [Place("sectors.csv", 1, "label_xx")]
    assert columns("label_fr-be") == [], "a special case of one of them"


@pytest.mark.parametrize("folder", ["ontology/more", "shapes/more", "queries/more", "data/rules/more"])
def test_a_link_to_a_folder_is_told(started: Settings, tmp_path: Path, folder: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    place = started.path(Path(folder))
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(tmp_path / "elsewhere")
    [finding] = [finding for finding in of(told(started)) if "link to a folder" in finding.message["en"]]
    assert finding.places[0].file == folder.removeprefix("data/")


def test_a_rule_that_is_replaced_is_told_and_its_terms_are_looked_at(started: Settings) -> None:
    file = own_file(started, "rules", "record-pages.rq")
    text = file.read_text(encoding="utf-8")
    file.write_text(text + "# Ours.\n", encoding="utf-8")
    [finding] = of(told(started), Severity.INFO)
    assert finding.places[0].file == "rules/record-pages.rq"
    bad = 'PREFIX a: <https://w3id.org/atmpgraph/ns#>\nCONSTRUCT { ?s a:sourc "x"@en } WHERE { ?s a:sourc ?o }\n'
    write(started, "data/rules/more.rq", bad)
    assert "https://w3id.org/atmpgraph/ns#sourc" in {finding.value for finding in of(told(started))}
