"""Store files that are cut, overwritten, exchanged or removed, before a store is opened and while it is read.

Every answer is right or an error that names the store, and never the end of the process: the engine maps no file into
memory, and compares a checksum of each block that it reads. It does not notice three things. With a list of files that
is cut before a store is opened, the store is what it was earlier. Blocks of another store, written over a file that is
open, have checksums of their own that fit. And over what it cannot read it sorts, counts and subtracts for ever, and
takes EXISTS as true. So a release proves the digest of each file first, and again when the system says that one
changed (`release.integrity`).
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from subprocess import run
from typing import Final

import pyoxigraph as ox
import pytest

from atmpgraph.errors import DamagedError, EvaluationError, QueryError, ReleaseError, RemovedError
from atmpgraph.store import EMBEDDED, Store, StoreAddress

from ..long import LONG
from ..sparql.processes import PATIENCE
from .conftest import BASE, line

QUERIES: Final = (
    "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }",
    "SELECT ?s ?p ?o { ?s ?p ?o }",
    "SELECT ?p ?o { <s7> ?p ?o }",
    "SELECT ?s ?o { ?s <p2> ?o }",
    'SELECT ?s { ?s <p1> "value 8" }',
    "SELECT DISTINCT ?g { GRAPH ?g {} }",
)
STATEMENTS: Final = 2_000
MEMORY: Final = 1 << 30  # bytes: the engine may take all that there is when it sorts or counts what it cannot read


def _cut(share: float) -> Callable[[Path, Path], object]:
    return lambda file, _: os.truncate(file, int(file.stat().st_size * share))


def _flip(share: float) -> Callable[[Path, Path], object]:
    def flip(file: Path, _: Path) -> None:
        content = bytearray(file.read_bytes())
        if content:
            content[min(int(len(content) * share), len(content) - 1)] ^= 0x55
            with file.open("r+b") as same:
                same.write(content)

    return flip


def _overwrite(file: Path, other: Path) -> None:
    """With the same file of another store, as far as this one reaches."""
    with file.open("r+b") as same:
        same.write(other.read_bytes()[: file.stat().st_size] if other.exists() else bytes(file.stat().st_size))


def _exchange(file: Path, other: Path) -> None:
    file.unlink()
    if other.exists():
        shutil.copyfile(other, file)


DAMAGES: Final[dict[str, Callable[[Path, Path], object]]] = {
    "emptied": _cut(0),
    "cut": _cut(0.5),
    "one byte at the start": _flip(0),
    "one byte in the middle": _flip(0.5),
    "one byte at the end": _flip(1),
    "overwritten": _overwrite,
    "exchanged": _exchange,
    "removed": lambda file, _: file.unlink(),
}


def load(folder: Path, word: str) -> StoreAddress:
    """A store of some thousand statements, large enough for several blocks in a file."""
    lines = sorted(line(f"s{n % 500}", f"p{n % 7}", f'"{word} {n}"', f"{BASE}g{n % 3}") for n in range(STATEMENTS))
    folder.mkdir()
    (folder / "data.nq").write_text("".join(lines), encoding="utf-8")
    return EMBEDDED.load(folder / "data.nq", folder / "store", sha256("".join(lines).encode()).hexdigest())


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of a store and of another one."""
    folder = tmp_path_factory.mktemp("stores")
    return Path(load(folder / "a", "value").location), Path(load(folder / "b", "other").location)


def answers(store: Store) -> list[str | None]:
    """A digest of the answer to each query; None for one that names the damage."""

    def answer(query: str) -> str | None:
        try:
            return sha256("\n".join(sorted(map(str, store.select(query)))).encode()).hexdigest()
        except DamagedError:
            return None

    return [answer(query) for query in QUERIES]


# Runs in a process of its own, so that its end is seen. Prints what it answers at first and after the damage.
PROGRAM: Final = """
import json, resource, sys
from pathlib import Path
from atmpgraph.errors import DamagedError
from atmpgraph.store import EMBEDDED, StoreAddress
from tests.store.test_damage import BASE, DAMAGES, MEMORY, answers
resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
folder, other, cases, when = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]), sys.argv[4]
import shutil, tempfile
for file, name in cases:
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "store"
        shutil.copytree(folder, copy)
        address = StoreAddress("embedded", str(copy), "")
        store = EMBEDDED.open(address, BASE) if when != "before" else None
        if when == "warm":
            answers(store)
        DAMAGES[name](copy / file, other / file)
        try:
            store = store or EMBEDDED.open(address, BASE)
            print(json.dumps([file, name, answers(store)]), flush=True)
        except DamagedError:
            print(json.dumps([file, name, []]), flush=True)
        del store
"""


@pytest.mark.parametrize(("number", "when"), enumerate(["before", "open", "warm"]))
def test_a_damaged_file_is_noticed_or_not_needed(number: int, when: str, stores: tuple[Path, Path]) -> None:
    """Each file with each damage at one of these moments, in turn; at all of them with `make bench`."""
    files = sorted(file.name for file in stores[0].iterdir())
    cases = [
        (file, name)
        for row, file in enumerate(files)
        for column, name in enumerate(DAMAGES)
        if LONG or (row + column + number) % 3 == 0
    ]
    right = answers(EMBEDDED.open(StoreAddress("embedded", str(stores[0]), ""), BASE))
    assert all(right)
    call = [sys.executable, "-c", PROGRAM, str(stores[0]), str(stores[1]), json.dumps(cases), when]
    done = run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    outcomes = [json.loads(text) for text in done.stdout.splitlines()]
    assert [(file, name) for file, name, _ in outcomes] == cases
    wrong = [
        (file, name)
        for file, name, given in outcomes
        if any(answer not in {None, expected} for answer, expected in zip(given, right, strict=bool(given)))
    ]
    assert not [(file, name) for file, name in wrong if not _unnoticed(when, file, name)]
    noticed = any(None in given or not given for _, _, given in outcomes)
    assert noticed or when == "warm"  # all blocks are in memory by then


def _unnoticed(when: str, file: str, name: str) -> bool:
    """Whether the engine itself need not notice."""
    if when == "before":
        return file.startswith("MANIFEST")
    return file.endswith(".sst") and name == "overwritten"


def test_reading_changes_no_file(stores: tuple[Path, Path]) -> None:
    def state() -> dict[str, tuple[int, bytes]]:
        return {file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in stores[0].iterdir()}

    before = state()
    assert all(answers(EMBEDDED.open(StoreAddress("embedded", str(stores[0]), ""), BASE)))
    assert state() == before


def test_the_error_names_the_store(stores: tuple[Path, Path], tmp_path: Path) -> None:
    copy = tmp_path / "store"
    shutil.copytree(stores[0], copy)
    store = EMBEDDED.open(StoreAddress("embedded", str(copy), ""), BASE)
    for file in copy.glob("*.sst"):
        os.truncate(file, 0)
    with pytest.raises(DamagedError, match="atmpgraph build") as raised:
        list(store.select(QUERIES[1]))
    assert raised.value.path == copy
    with pytest.raises(DamagedError):
        list(store.construct("CONSTRUCT WHERE { ?s ?p ?o }"))
    with pytest.raises(DamagedError):
        list(store.quads())
    with pytest.raises(ReleaseError, match="does not give back"):
        EMBEDDED.verify(StoreAddress("embedded", str(copy), ""))


# The engine would read for ever what it cannot read: so this is another process, which ends late.
_PROOFS: Final = """
import shutil, sys
from pathlib import Path
from atmpgraph.errors import ReleaseError
from atmpgraph.store import EMBEDDED, StoreAddress

whole, copy, digest = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
proven = 0
for table in sorted(whole.glob("*.sst")):
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(whole, copy)
    content = bytearray((copy / table.name).read_bytes())
    for place in range(len(content) // 4, len(content) // 2, 7):
        content[place] ^= 0x55
    (copy / table.name).write_bytes(content)
    try:
        EMBEDDED.verify(StoreAddress("embedded", str(copy), digest))
    except ReleaseError:
        proven += 1
print(proven)
"""


def test_a_proof_ends_whichever_table_is_damaged(tmp_path: Path) -> None:
    whole = load(tmp_path / "whole", "value")
    EMBEDDED.verify(whole)
    command = [sys.executable, "-c", _PROOFS, whole.location, str(tmp_path / "copy"), whole.digest]
    ended = run(command, timeout=PATIENCE, check=True, capture_output=True, text=True)
    assert int(ended.stdout) >= 2  # the texts, and the index in which statements are read


def test_a_folder_that_is_gone_was_removed(tmp_path: Path) -> None:
    with pytest.raises(RemovedError, match="removed meanwhile"):
        EMBEDDED.open(StoreAddress("embedded", str(tmp_path / "none"), ""), BASE)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DamagedError):
        EMBEDDED.open(StoreAddress("embedded", str(tmp_path / "empty"), ""), BASE)


def test_a_store_that_is_removed_while_it_is_open_answers_on(stores: tuple[Path, Path], tmp_path: Path) -> None:
    copy = tmp_path / "store"
    shutil.copytree(stores[0], copy)
    store = EMBEDDED.open(StoreAddress("embedded", str(copy), ""), BASE)
    shutil.rmtree(copy)
    assert all(answers(store))


def test_what_cannot_be_evaluated_is_no_damage(store: Store) -> None:
    with pytest.raises(EvaluationError, match="custom function"):
        store.query("SELECT * { ?s ?p ?o FILTER(<urn:none>(?o)) }")
    with pytest.raises(QueryError):
        store.query("SELECT * {")
    assert isinstance(store.query("ASK {}"), ox.QueryBoolean)
