"""What a build takes over from the release before changes nothing: it has the bytes of a build that takes nothing."""

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from tantivy import Query

from atmpgraph.lists.renew import renew_lists
from atmpgraph.overview.home import home
from atmpgraph.publish import codings, dumps, go_live, lookups, reuse
from atmpgraph.publish.build import build
from atmpgraph.publish.origins import Origins
from atmpgraph.publish.verify import verify
from atmpgraph.quality.links import external_addresses, read_links
from atmpgraph.release.layout import ReleaseFolder, ReleasesFolder
from atmpgraph.release.release import open_release
from atmpgraph.search.collect import Entry
from atmpgraph.search.index import entry_of, open_index
from atmpgraph.search.renew import renewed
from atmpgraph.settings import Settings
from atmpgraph.store import EMBEDDED, Store
from atmpgraph.vocab import ORG

from ..conftest import ROOT
from ..long import LONG
from ..release.damages import copied


def rows(settings: Settings, table: str) -> tuple[Path, list[str]]:
    path = settings.path(settings.folders.data) / table
    return path, path.read_text(encoding="utf-8").splitlines(keepends=True)


def changed_cell(settings: Settings, chance: random.Random) -> None:
    path, lines = rows(settings, "people.csv")
    path.write_text("".join(lines).replace("Person", chance.choice(["Personne", "Persoon", "Mensch"])), "utf-8")


def added_row(settings: Settings, chance: random.Random) -> None:
    path, lines = rows(settings, "people.csv")
    first = lines[1].split(",", 1)
    lines.insert(1, f"p-{chance.randrange(10**6)},{first[1]}")
    path.write_text("".join(lines), "utf-8")


def removed_row(settings: Settings, chance: random.Random) -> None:
    path, lines = rows(settings, "people.csv")
    if len(lines) > 2:
        del lines[1]
    path.write_text("".join(lines), "utf-8")


def emptied_table(settings: Settings, chance: random.Random) -> None:
    path, lines = rows(settings, "events.csv")
    path.write_text(lines[0], "utf-8")


def new_prefix(settings: Settings, chance: random.Random) -> None:
    file = settings.path(settings.folders.ontology) / "more.ttl"
    if file.exists():
        file.unlink()
    else:
        number = chance.randrange(100)
        file.write_text(f'<ns/more#x{number}> <http://www.w3.org/2006/time#year> "{number}" .', "utf-8")


def changed_label(settings: Settings, chance: random.Random) -> None:
    path, lines = rows(settings, "organisations.csv")
    path.write_text("".join(lines).replace("Example University", f"University {chance.randrange(100)}"), "utf-8")


def changed_title(settings: Settings, chance: random.Random) -> None:
    path, lines = rows(settings, "workpackages.csv")
    path.write_text("".join(lines).replace("Fictional Methods", f"Fictional Methods {chance.randrange(100)}"), "utf-8")


def changed_number(settings: Settings, chance: random.Random) -> None:
    path, lines = rows(settings, "funding.csv")
    path.write_text("".join(lines).replace("example,,,,", f"example,,{chance.randrange(1, 9)}000,EUR,"), "utf-8")


def changed_list(settings: Settings, chance: random.Random) -> None:
    folder = settings.path(settings.folders.lists)
    folder.mkdir(exist_ok=True)
    text = (ROOT / "lists" / "funding.toml").read_text("utf-8")
    (folder / "funding.toml").write_text(text.replace("Financement", f"Argent {chance.random()}"), "utf-8")


def changed_rules(settings: Settings, chance: random.Random) -> None:
    file = settings.layered("rules").own / "more.rq"
    if file.exists():
        file.unlink()
    else:
        file.parent.mkdir(exist_ok=True)
        text = f"{chance.randrange(100)}"
        file.write_text(f'CONSTRUCT {{ ?thing <urn:more> "{text}" }} WHERE {{ ?thing <{ORG}member> ?member }}', "utf-8")


def changed_link(settings: Settings, chance: random.Random) -> None:
    path, lines = rows(settings, "identifiers.csv")
    organisation = rows(settings, "organisations.csv")[1][1].partition(",")[0]
    link = f"{organisation},wikidata,Q{chance.randrange(1, 99)},,,editorial\n"
    path.write_text(lines[0] if len(lines) > 1 else lines[0] + link, "utf-8")


Edit: TypeAlias = Callable[[Settings, random.Random], None]
EDITS: Final[tuple[tuple[Edit, ...], ...]] = (
    (changed_cell, added_row, changed_rules),
    (new_prefix, emptied_table),
    (removed_row, changed_label, changed_link, new_prefix, changed_number, changed_list),
    (changed_title,),
    (changed_rules,),
)
SHARED: Final = (
    *("lists.sqlite", "search/meta.json", "links.txt", "links.index"),
    *("linksets.txt", "linksets.index", "linksets.json"),
)
# A build after some edits, or after each of them.
STEPS: Final = tuple((edit,) for some in EDITS for edit in some) if LONG else EDITS


def live(settings: Settings) -> ReleaseFolder:
    folder = ReleasesFolder(settings.path(settings.folders.releases))
    assert folder.live
    return folder.release(folder.live)


def content(release: ReleaseFolder) -> dict[str, bytes]:
    """All files but the stores, which never have the same bytes twice, and the list of these."""
    paths = {path.relative_to(release.path).as_posix(): path for path in release.path.rglob("*") if path.is_file()}
    stores = ("store/", "lookups/catalogue/", "lookups/search/", "internal.json")
    return {name: path.read_bytes() for name, path in paths.items() if not name.startswith(stores)}


def indexed(release: ReleaseFolder) -> list[Entry]:
    """What the index of a release has of each thing, in its order, by which equal scores are ranked."""
    searcher = open_index(release.search)
    hits = searcher.search(Query.all_query(), max(searcher.num_docs, 1)).hits
    return [entry_of(searcher, address) for _, address in hits]


@pytest.mark.no_cover  # as many builds as there are steps, twice
def test_random_edits_end_in_the_bytes_of_a_build_from_nothing(
    started: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, linked, shared, partly = random.Random(11), 0, Counter[str](), Counter[str]()

    def noted(renew: Callable[..., Any]) -> Callable[..., Any]:
        def note(*arguments: Any) -> Any:
            outcome = renew(*arguments)
            partly[renew.__name__] += bool(outcome)
            return outcome

        return note

    monkeypatch.setattr(lookups, "renew_lists", noted(renew_lists))
    monkeypatch.setattr(lookups, "renewed", noted(renewed))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for number, edits in enumerate(STEPS):
        for edit in edits:
            edit(started, chance)
        before = live(started)
        other = copied(started, tmp_path / str(number))
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1700000000 + number))
        with monkeypatch.context() as patch:
            patch.setattr(Origins, "read", lambda *_: None)
            patch.setattr(reuse, "link", lambda *_: False)
            patch.setattr(reuse.Unchanged, "since", lambda *_: None)
            patch.setattr(codings, "link", lambda *_: False)
            patch.setattr(dumps, "link", lambda *_: False)
            patch.setattr(reuse.Earlier, "_read", lambda *_: None)
            assert build(other).digest
        assert build(started).digest == live(other).path.name
        assert content(live(started)) == content(live(other)), edits
        assert indexed(live(started)) == indexed(live(other)), edits
        for name in SHARED:
            shared[name] += (live(started).lookups / name).samefile(before.lookups / name)
        assert list(verify(live(started).path.parent, started.base)) == []
        linked += sum(
            path.samefile(before.path / name)
            for name, path in live(started).downloads().items()
            if (before.path / name).exists()
        )
        linked += sum((before.store / path.name).exists() for path in live(started).store.glob("*.sst"))
        shutil.rmtree(tmp_path / str(number))
    assert linked > 10 * len(STEPS), "much was taken over"
    assert partly["renew_lists"] > 1, "lists were copied but for some rows"
    assert partly["renewed"] > 1, "so was the index but for some things"
    assert all(0 < count < len(STEPS) for count in shared.values()), shared


def test_a_store_that_was_changed_wrongly_is_made_anew(started: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    changed_cell(started, random.Random(1))

    def nothing(*_: object, **__: object) -> None:
        """Leave the copy as it was."""

    with monkeypatch.context() as patch:
        patch.setattr(type(EMBEDDED), "change", nothing)
        build(started)
    assert list(verify(live(started).path.parent, started.base)) == []


def test_a_released_file_is_never_written_into(started: Settings) -> None:
    """Two releases may share it."""
    before = live(started)
    state = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before.path.rglob("*") if path.is_file()}
    changed_cell(started, random.Random(1))
    build(started)
    assert live(started) != before
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in state} == state


def test_damage_in_a_shared_file_is_seen_in_both_releases_and_mended_in_both(started: Settings) -> None:
    """A table, and a file that is made of others."""
    before = live(started)
    removed_row(started, random.Random(1))
    new_prefix(started, random.Random(2))
    build(started)
    after = live(started)
    names = ("tables/people.csv", "coded/shapes.nt.gzip")
    files = {release.path / name: (before.path / name).read_bytes() for release in (before, after) for name in names}
    for name in names:
        assert (before.path / name).samefile(after.path / name)
        with (before.path / name).open("r+b") as file:
            file.write(b"#####")
    assert {damage.path for damage in verify(after.path.parent, started.base)} == set(files)
    assert all(repair.done for repair in build(started).repairs)
    assert {path: path.read_bytes() for path in files} == files
    assert list(verify(after.path.parent, started.base)) == []


def test_the_home_page_is_taken_over_unless_it_would_change(started: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    made = list[str]()

    def noted(store: Store, partnership: str) -> dict[str, Any]:
        made.append(partnership)
        return home(store, partnership)

    monkeypatch.setattr(lookups, "home", noted)
    changed_cell(started, random.Random(1))
    build(started)
    assert made == [], "the name of a person is not among the rows"
    emptied_table(started, random.Random(1))
    build(started)
    assert len(made) == 1
    release = open_release(live(started).path.parent, "current", started.base)
    assert (release.overview or {})["home"] == json.loads(json.dumps(home(release.store, made[0])))


@pytest.mark.parametrize("damage", ["", "removed", "{}"])
def test_external_addresses_are_taken_over_from_a_whole_file(
    damage: str, started: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of some changed statements they are read anyway; of all only where these are not known."""
    read, file = list[int](), live(started).links
    before = read_links(file)
    if damage == "removed":
        file.unlink()
    elif damage:
        file.write_text(damage, "utf-8")

    def noted(lines: Iterable[bytes], *bases: str) -> dict[str, tuple[str, ...]]:
        every = list(lines)
        read.append(len(every))
        return external_addresses(every, *bases)

    monkeypatch.setattr(go_live, "external_addresses", noted)
    changed_cell(started, random.Random(1))
    build(started)
    assert read_links(live(started).links) == before
    assert len(before.links) > 3
    assert (max(read) > 100) == bool(damage)
