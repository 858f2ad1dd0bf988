"""A disk that is full or read-only: a sentence that names it, and nothing left behind. Real ones, as mounts of our own."""

import errno
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from atmpgraph.settings import Settings

from ..conftest import unable
from ..long import often, some

# Runs in namespaces of its own, where any user may mount. $1: the options of the mount, $2: which folder it is.
SCRIPT = """
set -e
releases="$PWD/releases" place="$PWD/place"
mkdir -p "$releases" "$place"
mount -t tmpfs -o "$1" tmpfs "$place"
case "$2" in
  releases) export ATMPGRAPH_FOLDERS_RELEASES="$place" ;;
  temporary) export TMPDIR="$place" ;;
esac
status=0
"$3" -m atmpgraph build || status=$?
find "$place" "$releases" -name '.building*' >&2
exit $status
"""


def build_on(options: str, role: str, settings: Settings) -> tuple[int, str]:
    """Build on a disk with these options; the exit status, and what is said on standard error."""
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh", options, role]
    done = subprocess.run(
        [*command, sys.executable], cwd=settings.path(Path()), capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


@pytest.fixture(autouse=True)
def _namespaces() -> None:
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        unable("this machine gives no namespaces")


@pytest.mark.parametrize("size", some(["40k", "1100k", "2m"], 2))
def test_a_full_disk(size: str, started: Settings) -> None:
    status, said = build_on(f"size={size}", "releases", started)
    assert "Traceback" not in said
    assert ".building" not in said
    assert status == 1
    assert said.splitlines()[-1].startswith("atmpgraph: ")
    assert "no space is left; free some" in said
    assert "/place" in said.splitlines()[-1]


def test_there_are_sizes_that_suffice(started: Settings) -> None:
    status, said = build_on("size=20m", "releases", started)
    assert (status, ".building" in said) == (0, False)


def test_a_read_only_disk(started: Settings) -> None:
    status, said = build_on("ro,size=20m", "releases", started)
    assert (status, said.splitlines()[-1].partition(": ")[0]) == (1, "atmpgraph")
    assert "/place/.lock: the file system cannot be written to; this command writes there" in said


def test_a_temporary_folder_that_is_full(started: Settings) -> None:
    """The build itself needs none beyond what fits in it; what it cannot write it says."""
    status, said = build_on("size=4k", "temporary", started)
    assert "Traceback" not in said
    assert status == 0 or "no space is left; free some" in said


# A first release is there. Then the disk has more and more room beyond it, up to what a build needs; each time of nearly that
# much, and of less and less below it, each build that fails is told of on a line.
REBUILD = """
set -e
place="$PWD/place" first="$PWD/first"
export ATMPGRAPH_FOLDERS_RELEASES="$place"
mkdir -p "$place"
mount -t tmpfs -o size=100m tmpfs "$place"
cp -a releases/. "$place"
cp -a "$place" "$first"
mv changed data/organisations.csv
state() { (cd "$1"; ls -A | grep -vx build.json | sort | tr '\\n' ' '; readlink current); }
low=0 high=8000
while [ $((high - low)) -gt "$2" ]; do
  room=$(((low + high) / 2)) status=0
  used=$(df -k --output=used "$place" | tail -n 1)
  mount -o "remount,size=$((used + room))k" "$place"
  "$1" -m atmpgraph build >/dev/null 2>said || status=$?
  if [ $status = 0 ]; then
    high=$room
    mount -o remount,size=100m "$place"
    find "$place" -mindepth 1 -delete
    cp -a "$first/." "$place"
  else
    low=$room
    echo "$(tail -n 1 said)|$(grep -c Traceback said || true)|$(state "$place")|$(state "$first")"
  fi
done
"""


def test_the_old_release_stays_whatever_room_a_build_has(started: Settings) -> None:
    table = started.path(started.folders.data) / "organisations.csv"
    head, first, *others = table.read_text(encoding="utf-8").splitlines(keepends=True)
    started.path(Path("changed")).write_text("".join([head, *others, first]), encoding="utf-8")
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", REBUILD, "sh", sys.executable]
    nearest = str(often(600, 150))  # kilobytes
    done = subprocess.run([*command, nearest], cwd=started.path(Path()), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) >= often(2, 4), "some builds failed for want of room"
    for line in lines:
        said, traces, now, before = line.split("|")
        assert said.startswith("atmpgraph: ")
        assert "no space is left; free some" in said
        assert (traces, now) == ("0", before)


@pytest.mark.parametrize("size", ["8k", "400k"])
def test_a_check_has_no_room_for_its_temporary_files(size: str, started: Settings) -> None:
    script = SCRIPT.replace("atmpgraph build", "atmpgraph check")
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", f"size={size}", "temporary"]
    done = subprocess.run(
        [*command, sys.executable], cwd=started.path(Path()), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].endswith("place: no space is left; free some, and run the command again")


# Writes the lists and the index of the live release to the disk; the errors, each with its number and place.
WRITE = """
import sys
from pathlib import Path
from atmpgraph.lists.declared import declarations
from atmpgraph.lists.write import write_lists
from atmpgraph.release.release import open_release
from atmpgraph.search.collect import entries
from atmpgraph.search.index import write_index
from atmpgraph.settings import Settings

settings = Settings.load(Path("atmpgraph.toml"))
store = open_release(settings.path(settings.folders.releases), "current", settings.base).store
lists = declarations(settings.layered("lists"), settings.base)
place = Path("place")
for write in (
    lambda: write_lists(place / "lists.sqlite", lists, store, settings.languages),
    lambda: write_index(entries(store, Path()), place / "index"),
):
    try:
        write()
    except OSError as error:
        print(error.errno, error.filename)
    for path in place.glob("*.sqlite"):
        path.unlink()
"""


@pytest.mark.parametrize(("room", "refused"), [("24k", ["place/lists.sqlite", "place/index"]), ("4m", [])])
def test_the_engines_of_lists_and_search_say_it_too(room: str, refused: list[str], started: Settings) -> None:
    script = f'mkdir -p place && mount -t tmpfs -o size={room} tmpfs place && exec "$1" -c "$2"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", sys.executable, WRITE]
    done = subprocess.run(command, cwd=started.path(Path()), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [word for place in refused for word in (str(errno.ENOSPC), place)]


# The temporary folder is a small disk, or the folder of what is written; the place that the error of each writer names.
OVERFLOW = """
import json, sys, tempfile
from pathlib import Path
from atmpgraph.lists.layout import new_lists
from atmpgraph.rdf.canonical import CanonicalWriter
from atmpgraph.release.thing_state import record_published
from atmpgraph.sources.package import open_package

BLOBS = "CREATE {} TABLE blobs AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9000)"
temporary, target = Path(tempfile.gettempdir()), Path(sys.argv[1])
BASE = "https://example.org/p/"


def lists(where: str) -> None:
    with new_lists(target / "lists.sqlite") as file:
        file.execute(BLOBS.format(where) + " SELECT randomblob(1000) FROM n")


def runs(folder: Path) -> None:
    with CanonicalWriter(folder, 1000) as writer:
        for number in range(100_000):
            writer.add(f"{number:090}\\n")


def published() -> None:
    (Path("data.nq")).write_text("".join(f"<{BASE}id/a/{n:090}> <urn:p> <urn:o> <urn:g> .\\n" for n in range(30_000)))
    record_published(target, [Path("data.nq")], BASE)


def table() -> None:
    folder = Path("tables")
    folder.mkdir(exist_ok=True)
    fields = [{"name": "slug", "type": "string"}]
    resource = {"name": "t", "path": "t.csv", "dialect": {"delimiter": ";"}, "schema": {"fields": fields}}
    (folder / "datapackage.json").write_text(json.dumps({"resources": [resource]}))
    (folder / "t.csv").write_text("slug;\\n" + "".join(f"{n:0900};\\n" for n in range(3_000)))
    open_package(folder)


for write in (lambda: lists("TEMP"), lambda: lists(""), lambda: runs(temporary), lambda: runs(target), published, table):
    try:
        write()
    except OSError as error:
        print(Path(error.filename).relative_to(Path.cwd()).parts[0])
    else:
        print("written")
    (target / "lists.sqlite").unlink(missing_ok=True)
"""


@pytest.mark.parametrize(
    ("role", "places"),
    [
        ("temporary", ["written", "written", "place", "written", "place", "place"]),
        ("releases", ["place", "place", "written", "place", "place", "written"]),
    ],
)
def test_the_disk_that_is_full_is_named(role: str, places: list[str], tmp_path: Path) -> None:
    """Temporary files may be on another one than the releases; those that SQLite makes by itself are on that."""
    other = {
        "temporary": 'TMPDIR="$PWD/place" target="$PWD/here"',
        "releases": 'TMPDIR="$PWD/here" target="$PWD/place"',
    }
    script = (
        f'mkdir place here && mount -t tmpfs -o size=1m tmpfs place && export {other[role]} && "$1" -c "$2" "$target"'
    )
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", sys.executable, OVERFLOW]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == places
