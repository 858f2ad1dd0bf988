"""The files for download: each says what the release says, or the release is not made."""

import hashlib
import json
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest

from atmpgraph.errors import ReleaseError
from atmpgraph.formats import JSON_LD, N_TRIPLES, RDF_XML, TRIG, TURTLE
from atmpgraph.publish import dumps
from atmpgraph.publish.bodies import Part, all_prefixes, bodies, used_prefixes
from atmpgraph.publish.datasets import write_datasets
from atmpgraph.publish.dumps import taken_over, write_dumps
from atmpgraph.publish.reuse import Unchanged
from atmpgraph.rdf import chunks
from atmpgraph.rdf.canonical import CanonicalWriter, file_changes
from atmpgraph.rdf.chunks import Chunk
from atmpgraph.rdf.serialize import prefix_of
from atmpgraph.release.layout import ReleaseFolder
from atmpgraph.release.listing import list_internal
from atmpgraph.release.manifest import File, Manifest, write_manifest
from atmpgraph.settings.layers import Layered, supplied
from atmpgraph.sources.package import Package, open_package
from atmpgraph.store import memory_store
from atmpgraph.vocab import XSD

from ..conftest import ROOT, tables_of
from ..long import in_turn

BASE = "https://example.org/p/"
_TEXTS = (
    "plain",
    'a\\"]},{\\"@id\\":\\"b',
    "<x> .",
    "tab\\tline\\nend",
    " .",
    "é\U0001f600",
    "\\\\",
    "@prefix a: <b> .",
)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many chunks of few lines."""
    monkeypatch.setattr(chunks, "_LEAST", 5)
    monkeypatch.setattr(chunks, "_MOST", 40)
    monkeypatch.setattr(chunks, "_ONE_IN", 4)


@pytest.fixture
def package(tmp_path: Path) -> Package:
    """A publication whose only dataset are the things with a label."""
    (tmp_path / "data" / "datasets").mkdir(parents=True)
    query = "CONSTRUCT { ?s ?p ?o } WHERE { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?l ; ?p ?o }"
    (tmp_path / "data" / "datasets" / "named.rq").write_text(query)
    (tmp_path / "data" / "datapackage.json").write_text((ROOT / "data" / "datapackage.json").read_text())
    whole = tables_of(ROOT / "atmpgraph.toml")
    for name in whole.tables:
        (tmp_path / "data" / name).write_bytes((whole.folder / name).read_bytes())
    return open_package(Layered(tmp_path / "data" / "datapackage.json", supplied("descriptor")))


def statements(seed: int, things: int = 150) -> list[str]:
    chance, lines = random.Random(seed), list[str]()
    for number in range(things):
        subject = f"<{BASE}id/{chance.choice(['a', 'a-b', 'b'])}/{number}>"
        for _ in range(chance.randint(1, 6)):
            predicate = chance.choice(
                ["http://www.w3.org/2000/01/rdf-schema#label", "http://purl.org/dc/terms/title", f"{BASE}ns/own#p"]
            )
            text = chance.choice([f'"{chance.choice(_TEXTS)} {number}"@en', f"<{BASE}id/a/{number // 2}>"])
            lines += [
                f"{subject} <{predicate}> {text} <{BASE}id/graph/{graph}> .\n"
                for graph in chance.sample(["one", "two", "three"], chance.randint(1, 2))
            ]
    return lines


def edited(lines: list[str], seed: int) -> list[str]:
    chance = random.Random(seed)
    kept = [line for line in lines if chance.random() > 0.02]
    new = f'<{BASE}id/new/{seed}> <http://xmlns.com/foaf/0.1/name> "new" <{BASE}id/graph/g{seed % 3}> .\n'
    return [line for line in kept if "graph/two" not in line or seed % 4] + [new]


def written(
    lines: list[str], folder: Path, package: Package, processes: int = 1, before: ReleaseFolder | None = None
) -> ReleaseFolder:
    """The files, and a manifest that lists them."""
    release = ReleaseFolder(folder / "release")
    release.path.mkdir(parents=True)
    with CanonicalWriter(folder) as writer:
        for line in lines:
            writer.add(line)
        digest = writer.write(release.canonical)
    store = memory_store(release.canonical.open("rb"), BASE)
    queries, taken = package.folder / "datasets", dumps.NOTHING
    if before and before.canonical.is_file():
        gone, come = file_changes(before.canonical, release.canonical, 10_000) or ([], [])
        graphs = sorted({line.rsplit(" ", 2)[1][1:-1] for line in lines})
        taken = taken_over(queries, Unchanged(before, release, gone, come, is_whole=False), BASE, graphs)
    datasets = partial(write_datasets, queries, store, folder, 60.0, frozenset(taken.datasets))
    write_dumps(release, package, BASE, datasets, folder, processes, before, taken)
    files = {
        name: File(path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
        for name, path in release.downloads().items()
    }
    manifest = Manifest(digest=digest, created="", base=BASE, statements=0, files_created="", files=files)
    write_manifest(release.manifest, manifest)
    list_internal(release, manifest)
    return release


def content(release: ReleaseFolder) -> dict[str, bytes]:
    files = {**release.downloads(), "chunks.json": release.chunks}
    return {name: path.read_bytes() for name, path in files.items()}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'<https://example.org/p/a> <https://example.org/1> "x" .\n', "cannot abbreviate"),
        (b'<https://example.org/p/a> <https://example.org/says> "\\u0001" .\n', "does not allow the character"),
    ],
)
def test_what_a_format_cannot_say_stops_the_build(line: bytes, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "data.nt"
    file.write_bytes(line)
    chunk = Chunk(file, 0, len(line), "")
    assert bodies(Part((chunk,), (TURTLE.suffix,), "https://example.org/p/"))
    with pytest.raises(ReleaseError, match=f"^data.rdf .*{reason}"):
        bodies(Part((chunk,), (RDF_XML.suffix,), "https://example.org/p/"))


def test_every_format_says_the_same(small: None, package: Package, tmp_path: Path) -> None:
    release = written(statements(1), tmp_path / "r", package)
    quads = set(ox.parse(path=str(release.canonical), format=ox.RdfFormat.N_QUADS))
    assert len(list(chunks.chunks(release.canonical))) > 10
    for fmt in (N_TRIPLES, TURTLE, RDF_XML, JSON_LD):
        assert isinstance(fmt.engine, ox.RdfFormat)
        said = [quad.triple for quad in ox.parse(path=str(release.dump(fmt.suffix)), format=fmt.engine)]
        assert set(said) == {quad.triple for quad in quads}, fmt.name
        assert len(said) == len(set(said)), fmt.name
    trig = release.dump(TRIG.suffix)
    assert set(ox.parse(path=str(trig), format=ox.RdfFormat.TRIG)) == quads
    parts = {name: path for name, path in release.downloads().items() if name.startswith("graphs/")}
    assert set(parts) == {"graphs/one.ttl", "graphs/three.ttl", "graphs/two.ttl"}
    for name, path in parts.items():
        said = [quad.triple for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)]
        graph = f"{BASE}id/graph/{path.stem}"
        assert set(said) == {quad.triple for quad in quads if quad.graph_name.value == graph}, name
    named = {quad.subject for quad in quads if quad.predicate.value.endswith("#label")}
    for fmt in (TURTLE, JSON_LD):
        assert isinstance(fmt.engine, ox.RdfFormat)
        said = [q.triple for q in ox.parse(path=str(release.datasets / f"named.{fmt.suffix}"), format=fmt.engine)]
        assert set(said) == {quad.triple for quad in quads if quad.subject in named}


def test_a_document_is_neat(small: None, package: Package, tmp_path: Path) -> None:
    release = written(statements(1), tmp_path / "r", package)
    turtle = release.dump(TURTLE.suffix).read_text(encoding="utf-8")
    head, *things = turtle.removesuffix("\n").split("\n\n")
    assert head.splitlines() == sorted(head.splitlines())
    assert {line.split()[1] for line in head.splitlines()} == {"atmpgraph:", "dct:", "rdfs:"} - (
        set() if "w3id.org/atmpgraph/ns#" in turtle else {"atmpgraph:"}
    )
    subjects = [thing.split()[0] for thing in things]
    assert subjects == sorted(subjects)
    assert len(subjects) == len(set(subjects)) > 100
    trig = release.dump(TRIG.suffix).read_text(encoding="utf-8")
    assert [line for line in trig.splitlines() if line.endswith("{")] == [
        f"<{BASE}id/graph/{name}> {{" for name in ("one", "three", "two")
    ]
    assert not any(line != line.rstrip() for line in trig.splitlines())
    nodes = release.dump(JSON_LD.suffix).read_text(encoding="utf-8").splitlines()
    assert len(nodes) == len(subjects) + 2, "a line for each thing"


@pytest.mark.parametrize("processes", [1, 2])
def test_the_bytes_do_not_depend_on_how_they_were_made(
    processes: int, small: None, package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is edited, what is taken over from the release before changes no byte."""
    monkeypatch.setattr(dumps, "_SMALL", 0)
    monkeypatch.setattr(dumps, "_PART", 2_000)
    lines, before = statements(2), None
    for seed in range(6):
        made = written(lines, tmp_path / f"{seed}", package, processes, before)
        assert content(made) == content(written(lines, tmp_path / f"{seed}-anew", package))
        lines, before = edited(lines, seed), made
        if seed == 3:
            table = package.folder / "people.csv"
            table.write_text(table.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")


def in_one_graph(lines: list[str]) -> list[str]:
    return [line for line in lines if "/1> " not in line or "graph/one" not in line]


@pytest.mark.parametrize("few", [0, 20])
def test_a_file_that_stays_the_same_is_one_file(
    few: int, small: None, package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dumps, "_FEW", few)
    lines = statements(3)
    first = written(lines, tmp_path / "1", package)
    changed = in_one_graph(lines)
    again = written(changed, tmp_path / "2", package, before=first)

    def is_linked(name: str) -> bool:
        return (first.path / name).samefile(again.path / name)

    assert is_linked("graphs/two.ttl")
    assert is_linked("graphs/three.ttl")
    assert is_linked("tables/people.csv")
    assert not is_linked("graphs/one.ttl")
    assert not is_linked("data.ttl")
    assert content(again) == content(written(changed, tmp_path / "anew", package))


def test_only_graphs_with_other_statements_are_cut(
    small: None, package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = statements(3)
    first, cut = written(lines, tmp_path / "1", package), list[str]()
    monkeypatch.setattr(dumps, "chunks", lambda path: cut.append(path.read_text()) or chunks.chunks(path))  # type: ignore[func-returns-value]
    written(in_one_graph(lines), tmp_path / "2", package, before=first)
    whole, *rest = cut
    assert "/graph/two>" in whole
    assert not any("/graph/two>" in each for each in rest)
    assert any("/graph/one>" in each for each in rest)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def _turned(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"plain", b"plaim"))


WAYS: Final = (Path.unlink, _cut, _turned)
DAMAGED: Final = ("data.ttl", "data.trig", "graphs/two.ttl", "chunks.json", "tables/people.csv")


@pytest.mark.parametrize(
    ("name", "damage"), [(name, way) for number, name in enumerate(DAMAGED) for way in in_turn(WAYS, number)]
)
def test_what_is_damaged_is_not_taken_over(
    damage: Callable[[Path], None], name: str, small: None, package: Package, tmp_path: Path
) -> None:
    first = written(statements(4), tmp_path / "first", package)
    damage(first.path / name)
    for number, lines in enumerate((edited(statements(4), 1), in_one_graph(statements(4)))):
        whole = content(written(lines, tmp_path / f"{number}-anew", package))
        assert content(written(lines, tmp_path / f"{number}", package, before=first)) == whole


def test_a_list_of_chunks_that_lacks_one_is_not_believed(small: None, package: Package, tmp_path: Path) -> None:
    lines = statements(4)
    first = written(lines, tmp_path / "first", package)
    noted = json.loads(first.chunks.read_bytes())
    del noted["documents"]["graphs/two.ttl"][0]
    first.chunks.write_text(json.dumps(noted))
    again = written(in_one_graph(lines), tmp_path / "again", package, before=first)
    assert content(again) == content(written(in_one_graph(lines), tmp_path / "anew", package))


@pytest.mark.parametrize("graph", ["", " <http://purl.org/dc/terms/graph>"])
def test_the_prefixes_of_a_chunk_are_those_of_its_terms_but_its_graph(tmp_path: Path, graph: str) -> None:
    choice = random.Random(1)
    prefixes = {iri: prefix for prefix, iri in all_prefixes(BASE).items()}
    namespaces = [*prefixes, "http://example.net/", "http://purl.org/dc/"]

    def iri() -> str:
        return f"<{choice.choice(namespaces)}{choice.choice(('a', 'é', 'x/y', ''))}>"

    def thing() -> str:
        return choice.choice((iri(), f'"{choice.choice(_TEXTS)}"', f'"1"^^{iri()}'))

    for number in range(200):
        lines = [f"{iri()} {iri()} {thing()}{graph} .\n" for _ in range(choice.randint(1, 6))]
        file = tmp_path / f"{number}.nq"
        file.write_text("".join(sorted(lines)), encoding="utf-8")
        terms = {
            term.value if isinstance(term, ox.NamedNode) else term.datatype.value
            for quad in ox.parse("".join(lines), format=ox.RdfFormat.N_QUADS)
            for term in quad.triple
        }
        used = {prefix_of(term, prefixes) for term in terms if term != f"{XSD}string"} - {""}
        chunk = Chunk(file, 0, file.stat().st_size, "")
        assert used_prefixes(Part((chunk,), (), BASE)) == [tuple(sorted(used))]
