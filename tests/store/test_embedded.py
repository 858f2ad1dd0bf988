"""The embedded store: loaded once, proven, opened read-only by as many processes as there are."""

import os
import subprocess
import sys
from dataclasses import asdict, replace
from multiprocessing import get_context
from pathlib import Path

import pyoxigraph as ox
import pytest

from atmpgraph.errors import QueryError, ReleaseError
from atmpgraph.rdf.datatypes import CANONICAL
from atmpgraph.rdf.terms import literal
from atmpgraph.sparql.service.sandbox import confine
from atmpgraph.store import BACKENDS, EMBEDDED, StoreAddress
from atmpgraph.vocab import XSD

from .conftest import BASE, LINES, A, B, Load, line

VALUES = {
    "string": ("", "text", 'quotes " \\ and\nlines\t', "é 𝔘 \u200b"),
    "anyURI": ("https://example.org/é?x=%20#y",),
    "boolean": ("true", "0"),
    "date": ("2024-02-29", "0001-01-01"),
    "decimal": ("2.20", "-0.0", "81000000", "123456789.123456789"),
    "duration": ("P3Y", "P6M", "P1Y6M14D", "PT36H", "P0D"),
    "gYear": ("2024", "-0044", "12024+00:00"),
    "gYearMonth": ("2024-01",),
    "base64Binary": ("YQ==",),
    "dateTime": ("2024-01-17T09:30:00.50+01:00", "2024-12-31T24:00:00Z", "-0044-03-15T12:00:00"),
    "dayTimeDuration": ("PT90M", "-P1D"),
    "double": ("1e3", "1.5E-9", "INF", "NaN", "-0", "123456789012345680"),
    "float": ("0.1", "16777216"),
    "gDay": ("---31",),
    "gMonth": ("--01",),
    "gMonthDay": ("--02-29",),
    "hexBinary": ("00FF",),
    "language": ("fr-BE",),
    "time": ("24:00:00", "09:30:00.10Z"),
    "token": ("two words",),
    "yearMonthDuration": ("P14M",),
    "integer": ("+007", "-1", "9007199254740993"),
}


def test_an_address_is_json_and_names_its_backend(load: Load) -> None:
    address = load(LINES)
    assert BACKENDS[address.kind] is EMBEDDED
    assert StoreAddress(**asdict(address)) == address
    assert len({address, replace(address, digest="0"), replace(address, location="x"), replace(address, kind="x")}) == 4


def test_every_published_datatype_has_values_here() -> None:
    assert {XSD + name for name in VALUES} == set(CANONICAL)


@pytest.mark.parametrize("datatype", VALUES)
def test_every_published_datatype_comes_back_as_it_went_in(datatype: str, load: Load) -> None:
    lines = {line("s", "p", literal(value, XSD + datatype)) for value in VALUES[datatype]}
    address = load(lines)
    EMBEDDED.verify(address)
    values = {quad.object for quad in ox.parse("".join(lines), format=ox.RdfFormat.N_QUADS)}
    store = EMBEDDED.open(address, BASE)
    assert {quad.object for quad in store.quads()} == values
    assert {row["o"] for row in store.select("SELECT ?o { <s> <p> ?o }")} == values


def test_tags_of_languages_come_back(load: Load) -> None:
    EMBEDDED.verify(load({line("s", "p", '"Été"@fr'), line("s", "p", '"Zomer"@nl-be')}))


@pytest.mark.parametrize(
    "value",
    [f'"2.20"^^<{XSD}decimal>', f'"01"^^<{XSD}integer>', f'"1"^^<{XSD}boolean>', f'"1"^^<{XSD}string>', '"a"@EN'],
)
def test_a_literal_that_is_not_canonical_is_refused(value: str, load: Load) -> None:
    with pytest.raises(ReleaseError, match="not in canonical form"):
        EMBEDDED.verify(load({line("s", "p", value)}))


def test_a_datatype_that_is_not_published_is_refused(load: Load) -> None:
    with pytest.raises(ReleaseError, match="canonical"):
        EMBEDDED.verify(load({line("s", "p", f'"1"^^<{XSD}nonNegativeInteger>')}))


def change(address: StoreAddress, remove: str = "", add: str = "") -> None:
    """Change a store behind its address; what is no N-Quads line is one of N-Triples, for the default graph."""
    store = ox.Store(address.location)
    for text, act in ((remove, store.remove), (add, store.add)):
        for quad in ox.parse(text, format=ox.RdfFormat.N_QUADS):
            act(quad)
    store.flush()


def triple(text: str) -> str:
    """A line without its graph."""
    return text.rpartition(" <")[0] + " .\n"


@pytest.mark.parametrize(
    ("remove", "add", "reason"),
    [
        (LINES[1], "", "canonical"),
        ("", line("s", "p", '"9"'), "canonical"),
        (LINES[1], line("s", "p", '"9"'), "canonical"),
        (LINES[0], line("s", "p", '"1"', f"{A}2"), "canonical"),
        (triple(LINES[0]), "", "union"),
        ("", triple(line("s", "p", '"9"')), "union"),
    ],
    ids=["missing", "added", "other value", "other graph", "missing in the union", "added to the union"],
)
def test_a_store_that_differs_is_refused(remove: str, add: str, reason: str, load: Load) -> None:
    address = load(LINES)
    EMBEDDED.verify(address)
    change(address, remove, add)
    with pytest.raises(ReleaseError, match=reason):
        EMBEDDED.verify(address)


def test_a_store_of_another_release_is_refused(load: Load) -> None:
    with pytest.raises(ReleaseError):
        EMBEDDED.verify(replace(load(LINES), digest="0" * 64))


def test_a_damaged_store_is_refused(load: Load) -> None:
    address = load([line(f"s{number}", "p", f'"{number:0200}"') for number in range(500)])
    EMBEDDED.verify(address)
    tables = [file for file in Path(address.location).iterdir() if file.suffix == ".sst"]
    for file in tables:
        content = bytearray(file.read_bytes())
        content[len(content) // 3] ^= 0xFF
        file.write_bytes(content)
    with pytest.raises(ReleaseError):
        EMBEDDED.verify(address)


def test_a_store_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError):
        EMBEDDED.verify(StoreAddress(EMBEDDED.kind, str(tmp_path / "none"), "0" * 64))


def test_loading_leaves_nothing_beside_the_store(load: Load, tmp_path: Path) -> None:
    load(LINES)
    assert {path.name for path in tmp_path.iterdir()} == {"data.nq", "store"}


def test_reading_changes_no_file(load: Load) -> None:
    address = load(LINES)
    before = {file: file.read_bytes() for file in Path(address.location).iterdir()}
    EMBEDDED.verify(address)
    store = EMBEDDED.open(address, BASE)
    with pytest.raises(QueryError):
        store.query("INSERT DATA { <a> <b> <c> }")
    assert len(list(store.quads())) == len(LINES)
    assert {file: file.read_bytes() for file in Path(address.location).iterdir()} == before


def _graphs(address: StoreAddress) -> list[str]:
    store = EMBEDDED.open(address, BASE)
    confine(1 << 30, EMBEDDED.descriptors(address), 0)
    return store.graphs()


def test_several_processes_open_a_store_at_the_same_time(load: Load) -> None:
    """Each with no more descriptors than the backend claims."""
    address = load(LINES)
    here = EMBEDDED.open(address, BASE)
    with get_context("spawn").Pool(3, maxtasksperchild=1) as pool:
        assert pool.map(_graphs, [address] * 3) == [[A, B]] * 3
    assert here.graphs() == [A, B]


def test_the_interface_loads_nothing_of_the_web() -> None:
    """Workers start fast: they import stores, and no framework."""
    program = (
        "import sys, atmpgraph.store; print({name.partition('.')[0] for name in sys.modules} & {'flask', 'rdflib'})"
    )
    done = subprocess.run([sys.executable, "-c", program], env=os.environ, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# Opens a store and gives up what a worker of the query service gives up, then reads all of it in each order.
CONFINED = """
import sys
from pathlib import Path
from atmpgraph.sparql.service.sandbox import confine
from atmpgraph.store import EMBEDDED, StoreAddress
address = StoreAddress("embedded", sys.argv[1], "")
store = EMBEDDED.open(address, "https://example.org/")
more = EMBEDDED.descriptors(address)
confine(1 << 30, more)
for pattern in ("?s ?p ?o", "GRAPH ?g { ?s ?p ?o }", "<urn:s1> ?p ?o", "?s <urn:p1> ?o", "GRAPH ?g { ?s ?p <urn:o1> }"):
    assert list(store.select(f"SELECT * {{ {pattern} }}")), pattern
try:
    files = [open("/dev/null") for _ in range(more + 1)]
    print("a file was opened")
except OSError:
    print(more)
"""


@pytest.mark.parametrize(("loads", "open_later"), [(0, False), (40, True)])
def test_a_confined_process_reads_a_store_of_any_number_of_tables(loads: int, open_later: bool, tmp_path: Path) -> None:
    engine = ox.Store(str(tmp_path / "store"))
    for load in range(loads):  # each makes tables of its own
        lines = (f"<urn:s{load}> <urn:p{n % 7}> <urn:o{n}> <urn:g{load}> .\n" for n in range(200))
        quads = "".join(lines)
        engine.bulk_load(quads, format=ox.RdfFormat.N_QUADS)
        engine.bulk_load(quads.replace(f" <urn:g{load}>", ""), format=ox.RdfFormat.N_TRIPLES)
    engine.bulk_load("<urn:s1> <urn:p1> <urn:o1> <urn:g> .\n<urn:s1> <urn:p1> <urn:o1> .", format=ox.RdfFormat.N_QUADS)
    del engine
    call = [sys.executable, "-c", CONFINED, str(tmp_path / "store")]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    assert done.stdout.strip().isdecimal(), done.stdout
    assert (int(done.stdout) > 0) == open_later
