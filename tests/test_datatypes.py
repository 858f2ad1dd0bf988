"""Values of every kind of datatype, from a column of a table to each format of the site and back."""

import csv
import io
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import Graph, Literal, URIRef

from atmpgraph.findings import Place, Severity, ViolationError
from atmpgraph.publish.build import build, check
from atmpgraph.publish.push import push
from atmpgraph.release.release import open_release
from atmpgraph.settings import Settings
from atmpgraph.store import remote_settings
from atmpgraph.web import create_app

from .conftest import changed, own_file
from .store.engines import Engine, Oxigraph, Virtuoso, running, store_of

XSD = "http://www.w3.org/2001/XMLSchema#"
GEO = "http://www.opengis.net/ont/geosparql#"
# The type of a column in the Data Package, its datatype in the mapping, a cell, and what is published.
COLUMNS = {
    "moment": ({"type": "datetime"}, XSD + "dateTime", "2024-01-17T09:30:00Z", "2024-01-17T09:30:00Z"),
    "local": (
        {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S"},
        XSD + "dateTime",
        "2024-01-17T09:30:00",
        "2024-01-17T09:30:00",
    ),
    "midnight": ({"type": "string"}, XSD + "dateTime", "2024-01-17T24:00:00", "2024-01-18T00:00:00"),
    "zoned": ({"type": "string"}, XSD + "dateTime", "2024-01-17T09:30:00.50+01:00", "2024-01-17T09:30:00.5+01:00"),
    "clock": ({"type": "time"}, XSD + "time", "09:30:00", "09:30:00"),
    "size": ({"type": "number"}, XSD + "double", "1.5e-7", "0.00000015"),
    "large": ({"type": "number"}, XSD + "double", "6.02214076E23", "602214076000000000000000"),
    "ratio": ({"type": "number"}, XSD + "float", "0.10", "0.1"),
    "nothing": ({"type": "string"}, XSD + "double", "NaN", "NaN"),
    "year": ({"type": "year"}, XSD + "gYear", "2024", "2024"),
    "bygone": ({"type": "string"}, XSD + "gYear", "-0044", "-0044"),
    "month": ({"type": "yearmonth"}, XSD + "gYearMonth", "2024-01", "2024-01"),
    "span": ({"type": "duration"}, XSD + "duration", "PT36H", "P1DT12H"),
    "day": ({"type": "date"}, XSD + "date", "2024-01-17", "2024-01-17"),
    "where": ({"type": "string"}, GEO + "wktLiteral", "POINT(4.86 50.46)", "POINT(4.86 50.46)"),
    "shape": ({"type": "string"}, GEO + "geoJSONLiteral", '{"type": "Point", "coordinates": [4.8, 50]}', None),
    "own": ({"type": "string"}, "http://example.com/own#code", ' a "b" \\ é ', None),
}
CHANGED_BY_VIRTUOSO = {"zoned", "size", "large", "bygone", "span", "where"}  # docs/remote-store.md
THING = "https://example.org/p/id/sample/one"
MAPPING = """
@prefix rr: <http://www.w3.org/ns/r2rml#> . @prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> . @base <https://example.org/p/> .
<#sample> a rr:TriplesMap ; rml:logicalSource [ rml:source "samples.csv" ; rml:referenceFormulation ql:CSV ] ;
  rr:subjectMap [ rr:template "https://example.org/p/id/sample/{slug}" ; rr:class <http://example.com/own#Sample> ;
    rr:graphMap [ rr:template "https://example.org/p/id/graph/{source}" ] ] ;
"""


def literals() -> dict[str, ox.Literal]:
    """What is published, by property."""
    return {
        f"http://example.com/own#{name}": ox.Literal(cell if form is None else form, datatype=ox.NamedNode(kind))
        for name, (_, kind, cell, form) in COLUMNS.items()
    }


def with_samples(settings: Settings, **cells: str) -> Settings:
    """A publication with a table of its own, a column for each datatype."""
    fields = [{"name": "slug"}, {"name": "source"}, *({"name": name, **COLUMNS[name][0]} for name in COLUMNS)]
    resource = {"name": "samples", "path": "samples.csv", "schema": {"fields": fields}}
    own_file(settings, "descriptor").write_text(json.dumps({"resources": [resource]}), encoding="utf-8")
    maps = [
        f"rr:predicateObjectMap [ rr:predicate <http://example.com/own#{name}> ; rr:objectMap [ rml:reference '{name}' ;"
        f" rr:datatype <{kind}> ] ]"
        for name, (_, kind, _, _) in COLUMNS.items()
    ]
    own_file(settings, "mapping", "samples.rml.ttl").write_text(MAPPING + " ;\n".join(maps) + " .\n", encoding="utf-8")
    row = {
        "slug": "one",
        "source": "announcement",
        **{name: cell for name, (_, _, cell, _) in COLUMNS.items()},
        **cells,
    }
    with (settings.path(settings.folders.data) / "samples.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row)
    return settings


@pytest.fixture(scope="module")
def samples(_started: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A publication with such a table, built."""
    folder = tmp_path_factory.mktemp("samples") / "example"
    shutil.copytree(_started, folder, symlinks=True)
    settings = with_samples(Settings.load(folder / "atmpgraph.toml"))
    built = build(settings)
    assert built.release, list(built.report.lines("en"))
    return settings


def as_oxigraph(graph: Graph) -> dict[str, ox.Literal]:
    """The literals of a graph of rdflib, as they are written."""
    return {
        str(predicate): ox.Literal(str(value), datatype=ox.NamedNode(str(value.datatype)))
        for predicate, value in graph.predicate_objects(URIRef(THING))
        if isinstance(value, Literal) and str(predicate) in literals()
    }


@pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf", "jsonld", "trig", "nq"])
def test_each_format_has_each_value_as_it_is_published(samples: Settings, suffix: str) -> None:
    answer = create_app(samples).test_client().get(f"/doc/sample/one.{suffix}")
    assert answer.status_code == 200
    formats = {"rdf": "xml", "jsonld": "json-ld", "nq": "nquads"}
    if suffix in {"trig", "nq"}:
        quads = ox.parse(answer.data, format=ox.RdfFormat.from_extension(suffix))
        found = {q.predicate.value: q.object for q in quads if q.subject.value == THING}
        assert {name: found[name] for name in literals()} == literals()
        return
    with patch.object(rdflib, "NORMALIZE_LITERALS", False):
        graph = Graph().parse(data=answer.data, format=formats.get(suffix, suffix))
    assert as_oxigraph(graph) == literals()


def test_the_table_and_the_page_have_each_value(samples: Settings) -> None:
    client = create_app(samples).test_client()
    rows = csv.DictReader(io.StringIO(client.get("/doc/sample/one.csv").text))
    found = {
        row["property"]: ox.Literal(row["value"], datatype=ox.NamedNode(row["type"].replace("xsd:", XSD)))
        for row in rows
        if row["property"] in literals()
    }
    assert found == literals()
    page = client.get("/doc/sample/one.html?lang=en").text
    for text in (
        "17 January 2024, 09:30 UTC",
        "17 January 2024, 09:30<",
        "0.00000015",
        "POINT(4.86 50.46)",
        "P1DT12H",
        "-0044",
        "NaN",
    ):
        assert text in page


@pytest.fixture(params=["embedded", Oxigraph, Virtuoso])
def asked(request: pytest.FixtureRequest, samples: Settings, tmp_path: Path) -> Iterator[Settings]:
    """The publication over each store."""
    if request.param == "embedded":
        yield samples
        return
    engine: Engine = request.param(tmp_path / "engine")
    with patch.dict(os.environ, engine.environment), running(engine):
        settings = changed(samples, store=store_of(engine))
        push(settings)
        yield settings


def test_each_store_gives_back_each_value(asked: Settings, request: pytest.FixtureRequest) -> None:
    releases = asked.path(asked.folders.releases)
    store = open_release(releases, "current", asked.base, remote_settings(asked)).store
    rows = store.select(f"SELECT ?p ?o {{ <{THING}> ?p ?o }}")
    found = {row["p"].value: row["o"] for row in rows}
    different = {name.rpartition("#")[2] for name, literal in literals().items() if found[name] != literal}
    assert different == (CHANGED_BY_VIRTUOSO if "Virtuoso" in request.node.name else set())


def test_a_cell_that_is_not_of_its_datatype_is_named(started: Settings, tmp_path: Path) -> None:
    wrong = {"zoned": "2024-01-17 09:30", "where": "50.46, 4.86", "bygone": "44 BC", "nothing": "none"}
    (tmp_path / "scratch").mkdir()
    with pytest.raises(ViolationError) as refusal:
        check(with_samples(started, **wrong), tmp_path / "scratch")
    found = {(finding.places[0], finding.value) for finding in refusal.value.report.of(Severity.VIOLATION)}
    assert found == {(Place("samples.csv", 2, name), cell) for name, cell in wrong.items()}
