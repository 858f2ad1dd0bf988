"""Who edits what a release is made with gets a new release, though no table changed; the old one stays as it was made."""

import hashlib
from base64 import urlsafe_b64decode
from collections.abc import Callable

import pytest

from atmpgraph.charts.draw import recipe
from atmpgraph.errors import AtmpgraphError
from atmpgraph.publish.build import build
from atmpgraph.publish.charts import chart_files
from atmpgraph.publish.inputs import digest_name, input_lines
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.release.release import open_release
from atmpgraph.settings import Settings
from atmpgraph.settings.layers import Kind
from atmpgraph.sources.package import open_package
from atmpgraph.web import create_app

from ..conftest import own_file


def stated(settings: Settings) -> dict[str, list[str]]:
    """The names of what each thing was made with."""
    package, folders = (
        open_package(settings.layered("descriptor")),
        (settings.layered("shapes"), settings.layered("lists"), settings.layered("datasets")),
    )
    charts = recipe(chart_files(settings))
    names: dict[str, list[str]] = {}
    for line in input_lines(package, *folders, charts, settings.base, settings.languages):
        thing, name, _ = line.split(" ")[::2]
        names.setdefault(thing[1:-1].removeprefix(settings.base), []).append(name[1:-1])
    return names


def add(kind: Kind, name: str, text: str) -> Callable[[Settings], None]:
    """An edit: text at the end of a file."""

    def edit(settings: Settings) -> None:
        with own_file(settings, kind, name).open("a", encoding="utf-8") as file:
            file.write(text)

    return edit


def move(settings: Settings) -> None:
    """An edit: the same shapes in another file."""
    file = own_file(settings, "shapes", "person.ttl")
    (file.parent / "another.ttl").write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    file.write_text("", encoding="utf-8")


def describe(settings: Settings) -> None:
    """An edit: another title of the tables."""
    (settings.path(settings.folders.data) / "datapackage.json").write_text('{"title": "Tables"}', encoding="utf-8")


SHAPE = "\n<ns/shapes#more> a <http://www.w3.org/ns/shacl#NodeShape> ; <http://www.w3.org/ns/shacl#property> [] .\n"


@pytest.mark.parametrize(
    ("edit", "changed"),
    [
        (add("datasets", "figures.rq", "# a comment is a part of its bytes\n"), {"id/dataset/figures"}),
        (add("datasets", "more.rq", "CONSTRUCT WHERE { ?s ?p ?o }"), {"id/dataset/more"}),
        (describe, {"id/dataset/partnership"}),
        (add("shapes", "person.ttl", SHAPE), {"id/catalogue"}),
        (add("shapes", "catalogue/catalogue.ttl", SHAPE), {"id/catalogue"}),
        (add("shapes", "person.ttl", "\n# Only a comment.\n"), set()),
        (move, set()),
        (add("charts", "timeline.rq", "# a comment is a part of its bytes\n"), {"id/catalogue"}),
        (add("charts", "theme.json", "\n"), set()),
    ],
)
def test_an_edit_is_seen_where_it_counts(
    edit: Callable[[Settings], None], changed: set[str], started: Settings
) -> None:
    before = stated(started)
    assert stated(started) == before
    edit(started)
    after = stated(started)
    assert {thing for thing in before | after if before.get(thing) != after.get(thing)} == changed


def test_the_name_is_that_of_the_bytes(started: Settings) -> None:
    """RFC 6920 §3: base64url without padding; and its own example (§8.1)."""
    assert digest_name(b"Hello World!") == "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk"
    query = started.layered("datasets") / "figures.rq"
    told = stated(started)["id/dataset/figures"][0].removeprefix("ni:///sha-256;")
    assert urlsafe_b64decode(told + "=") == hashlib.sha256(query.file.read_bytes()).digest()


def test_what_is_not_turtle_is_told(started: Settings) -> None:
    add("shapes", "person.ttl", "nonsense")(started)
    with pytest.raises(AtmpgraphError, match="shapes"):
        stated(started)


def test_an_edited_query_makes_a_release_and_the_old_one_answers_as_before(started: Settings) -> None:
    releases, file = started.path(started.folders.releases), "datasets/code-lists.ttl"
    first = ReleasesFolder(releases).live
    add("shapes", "person.ttl", "\n# Only a comment.\n")(started)
    same = build(started)
    assert (same.digest, same.new) == (first, False)
    query = own_file(started, "datasets", "code-lists.rq")
    query.write_text("CONSTRUCT { ?concept ?property ?scheme } WHERE { ?concept ?property ?scheme }", encoding="utf-8")
    built = build(started)
    assert built.new
    old, new = (open_release(releases, str(digest), started.base) for digest in (first, built.digest))
    assert old.manifest.files[file] != new.manifest.files[file]
    client = create_app(started).test_client()
    for place, release in ((old.digest, old), (new.digest, new), ("current", new)):
        content = client.get(f"/dumps/{place}/{file}").data
        assert hashlib.sha256(content).hexdigest() == release.manifest.files[file].sha256
