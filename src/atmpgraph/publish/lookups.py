"""What pages look up in a release, written at build: lists in which a line is found by its number, the index of words
and an overview.

Without them each page would read as much as the data grow. The same statements give the same bytes; only the store of
the catalogue and the index never have the same ones twice.
"""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ..addresses import Addresses
from ..catalogue.discovery import document_dates
from ..linksets.links import may_link, write_linksets
from ..linksets.registries import QUERIES
from ..lists.declared import declarations
from ..lists.renew import renew_lists
from ..lists.write import queries as listed
from ..lists.write import write_lists
from ..overview.home import home, predicates
from ..quality.links import MOST_THINGS, read_links
from ..rdf.canonical import CanonicalWriter, merged_blocks, subjects, triple_blocks
from ..rdf.numbered_lines import ListWriter, index_of, write_lines
from ..rdf.sorted_lines import SortedLines
from ..rdf.terms import without_graph
from ..release.diff import KINDS, changes
from ..release.layout import DescriptionFolder, ReleaseFolder
from ..release.release import ENCODED
from ..search.collect import entries
from ..search.collect import queries as searched
from ..search.index import write_index
from ..search.renew import renewed
from ..settings import Settings
from ..store import EMBEDDED, Store, StoreAddress
from .inputs import lists_line
from .reuse import Unchanged


def write_lookups(
    folder: ReleaseFolder,
    previous: ReleaseFolder | None,
    store: Store,
    settings: Settings,
    scratch: Path,
    unchanged: Unchanged | None = None,
) -> None:
    """Write what pages look up in a release, but its lists and index, once it has its statements, report and links.

    Args:
        folder: of the release.
        previous: the release before; None for the first.
        store: of its statements.
        settings: of the publication.
        scratch: a folder for intermediate files.
        unchanged: what is as it was in the release before, if that is known.
    """
    folder.lookups.mkdir(exist_ok=True)
    spaces = _spaces(store.base)
    if not _is_taken(folder.incoming, unchanged, lambda line: _is_link(line, spaces)):
        with folder.canonical.open("rb") as lines:
            write_lines(folder.incoming, _links(lines, store.base, scratch))
    if not _is_taken(folder.encoded, unchanged, lambda line: bool(ENCODED.match(line))):
        with CanonicalWriter(scratch) as encoded:
            for subject in subjects(folder.canonical):
                if match := ENCODED.match(subject):
                    iri = match[1].decode()
                    encoded.add(f"{unquote(iri)}\t{iri}\n")
            write_lines(folder.encoded, encoded.lines())
    report = json.loads(folder.report.read_bytes())
    findings = report.pop("findings")
    write_lines(folder.findings, map(_json_line, findings))
    check = read_links(folder.links)
    shown = (replace(link, things=link.things[:MOST_THINGS]) for link in check.links)
    write_lines(folder.external_links, (_json_line(link.as_json()) for link in shown))
    links = {"checked": check.checked, "counts": check.counts()}
    counts = _write_changed(folder, previous, store.base)
    overview = {
        "changes": counts,
        "union": _union(folder, unchanged),
        "report": report,
        "links": links,
        "home": _home(folder, unchanged, store, Addresses(store.base).partnership(settings.partnership)),
    }
    folder.overview.write_text(json.dumps(overview, ensure_ascii=False, sort_keys=True), encoding="utf-8")


def write_registry_links(folder: ReleaseFolder, unchanged: Unchanged | None, store: Store, scratch: Path) -> None:
    """Write the links to registries; those of the release before where there are no others, and the registries too.

    Args:
        folder: of the release, which has its statements.
        unchanged: what is as it was in the release before, if that is known.
        store: of the statements.
        scratch: a folder for intermediate files.
    """
    folder.lookups.mkdir(exist_ok=True)
    same = unchanged and all(unchanged.gives_the_same(query, store.base) for query in QUERIES)
    if not (same and _is_taken(folder.linksets, unchanged, may_link, folder.linksets_summary)):
        write_linksets(folder, store, scratch)


def write_index_at(
    folder: ReleaseFolder, unchanged: Unchanged | None, address: StoreAddress, settings: Settings, scratch: Path
) -> None:
    """Write the index in a worker, which opens the store; that of the release before where nothing in it changed.

    Args:
        folder: of the release, which has its statements.
        unchanged: what is as it was in the release before, if that is known.
        address: of the store of its statements.
        settings: of the publication.
        scratch: a folder for intermediate files.
    """
    folder.lookups.mkdir(exist_ok=True)
    shutil.rmtree(folder.search, ignore_errors=True)
    if unchanged and unchanged.take(folder.search, searched().values(), settings.base):
        return
    shutil.rmtree(folder.search, ignore_errors=True)
    store = EMBEDDED.open(address, settings.base)
    before = unchanged.whole(folder.search) if unchanged else None
    touched = unchanged.touched(settings.base) if unchanged else None
    things = renewed(before, store, scratch, touched) if before and touched else None
    write_index(entries(store, scratch) if things is None else things, folder.search)


def write_lists_of(folder: ReleaseFolder, store: Store, settings: Settings) -> None:
    """Write the lists of a release."""
    folder.lookups.mkdir(exist_ok=True)
    write_lists(folder.lists, declarations(settings.layered("lists"), store.base), store, settings.languages)


def write_lists_at(
    folder: ReleaseFolder, unchanged: Unchanged | None, address: StoreAddress, settings: Settings
) -> None:
    """The same in a worker, which opens the store; those of the release before where nothing that they show changed."""
    folder.lookups.mkdir(exist_ok=True)
    declared = settings.layered("lists")
    if unchanged:
        influence = lists_line(declared, settings.base).encode()
        lists = declarations(declared, settings.base)
        if influence not in unchanged.lines:
            if unchanged.take(folder.lists, listed(lists), settings.base):
                return
            before = unchanged.whole(folder.lists)
            store, touched = EMBEDDED.open(address, settings.base), unchanged.touched(settings.base)
            if before and touched and renew_lists(folder.lists, before, lists, store, settings.languages, touched):
                return
    write_lists_of(folder, EMBEDDED.open(address, settings.base), settings)


def _is_taken(path: Path, unchanged: Unchanged | None, concerns: Callable[[bytes], bool], *more: Path) -> bool:
    """Whether lines and their index, and more files after these, are those of the release before: no statement that
    came or went concerns them.
    """
    if unchanged is None or any(map(concerns, unchanged.lines)):
        return False
    return all(unchanged.take(file, (), "") for file in (path, index_of(path), *more))


def _union(folder: ReleaseFolder, unchanged: Unchanged | None) -> int:
    """How many triples all graphs have together."""
    if unchanged and (overview := unchanged.whole(folder.overview)):
        before, after = (SortedLines.open(each.canonical) for each in (unchanged.previous, folder))
        gone, come = ({without_graph(line)[:-2] for line in lines} for lines in (unchanged.gone, unchanged.come))
        count: int = json.loads(overview.read_bytes())["union"]
        return count + sum(not before.starting(each) for each in come) - sum(not after.starting(each) for each in gone)
    return sum(map(len, triple_blocks(merged_blocks([folder.canonical]))))


def _home(folder: ReleaseFolder, unchanged: Unchanged | None, store: Store, partnership: str) -> dict[str, Any]:
    """What the home page shows: that of the release before, if no statement that it is made from has changed."""
    if unchanged and (overview := unchanged.whole(folder.overview)):
        own = {f"<{iri}>".encode() for iri in predicates(store.base)}
        before: dict[str, Any] = json.loads(overview.read_bytes())["home"]
        if before["partnership"] == partnership and not any(line.split(b" ", 2)[1] in own for line in unchanged.lines):
            return before
    return home(store, partnership)


def write_description_lookups(description: DescriptionFolder, folder: ReleaseFolder, base: str, scratch: Path) -> None:
    """Write what pages look up in the description of a release.

    Args:
        description: its folder, with the catalogue and the dates.
        folder: of the release, which has its statements.
        base: of the publication.
        scratch: a folder for intermediate files.
    """
    description.lookups.mkdir(exist_ok=True)
    address = EMBEDDED.load(description.catalogue, description.catalogue_store, folder.path.name)
    data = SortedLines.open(folder.canonical)
    with description.catalogue.open("rb") as lines:
        added = [link for link in _links(lines, base, scratch) if not data.starting(_stating(link))]
    write_lines(description.catalogue_links, added)
    addresses = Addresses(base)
    with CanonicalWriter(scratch) as dated:
        for thing, date in document_dates(description, EMBEDDED.open(address, base)):
            if addresses.has_document(thing):
                dated.add(f"{addresses.document(thing)} {date}\n")
        write_lines(description.documents, dated.lines())


def _write_changed(folder: ReleaseFolder, previous: ReleaseFolder | None, base: str) -> dict[str, int] | None:
    """The things that changed since the release before, which may be removed later; returns the counts, as `Diff`."""
    if previous and not previous.canonical.is_file():
        return None
    counts, rows = Counter[str](), f"<{Addresses(base).graph('tables')}> ."
    with ExitStack() as files:
        before = files.enter_context(previous.canonical.open("rb")) if previous else ()
        after = files.enter_context(folder.canonical.open("rb"))
        lists = {kind: files.enter_context(ListWriter(folder.changed(kind))) for kind in KINDS}
        for change in changes(before, after):
            removed = [line for line in change.removed if not line.endswith(rows)]
            added = [line for line in change.added if not line.endswith(rows)]
            if removed or added:
                counts["added"] += len(added)
                counts["removed"] += len(removed)
                counts[f"things_{change.kind}"] += 1
                stated = {"removed": removed, "added": added} if change.kind != "added" else {}
                lists[change.kind].write(_json_line({"thing": change.thing, **stated}))
    return {name: counts[name] for name in ("added", "removed", *(f"things_{kind}" for kind in KINDS))}


def _json_line(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def _links(lines: Iterable[bytes], base: str, scratch: Path) -> Iterator[bytes]:
    """The links to what has a document, sorted and distinct, each as object, predicate and subject."""
    spaces = _spaces(base)
    with CanonicalWriter(scratch) as links:
        for line in lines:
            if _is_link(line, spaces):
                subject, predicate, thing, _ = line.split(b" ", 3)
                links.add((b"%b %b %b\n" % (thing, predicate, subject)).decode())
        yield from links.lines()


def _spaces(base: str) -> tuple[bytes, ...]:
    """What the IRIs of what has a document begin with."""
    return tuple(f"<{space}".encode() for space in Addresses(base).documented)


def _is_link(line: bytes, spaces: tuple[bytes, ...]) -> bool:
    thing = line.split(b" ", 3)[2]  # the beginning of a text is none
    return thing.startswith(spaces) and b"#" not in thing


def _stating(link: bytes) -> bytes:
    """What a statement that is a link starts with."""
    thing, predicate, subject = link[:-1].split(b" ")
    return b"%b %b %b " % (subject, predicate, thing)
