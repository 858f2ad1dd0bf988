"""What pages look up in a release, written at build: lists in which a line is found by its number, the index of words
and an overview.

Without them each page would read as much as the data grow. The same statements give the same bytes; only the store of
the catalogue and the index never have the same ones twice.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from .. import __version__
from ..addresses import Addresses
from ..catalogue.discovery import document_dates
from ..errors import ReleaseError
from ..lists.declared import declarations
from ..lists.renew import renew_lists
from ..lists.write import queries as listed
from ..lists.write import write_lists
from ..overview.home import home, predicates
from ..quality.links import MOST_THINGS, read_links
from ..rdf.canonical import CanonicalWriter, file_changes, merged_blocks, subjects, triple_blocks
from ..rdf.numbered_lines import ListWriter, write_lines
from ..rdf.sorted_lines import SortedLines
from ..release.diff import KINDS, changes
from ..release.integrity import prove
from ..release.layout import DescriptionFolder, ReleaseFolder
from ..release.listing import read_listing
from ..release.manifest import read_manifest
from ..release.release import ENCODED
from ..search.collect import entries
from ..search.collect import queries as searched
from ..search.index import write_index
from ..search.renew import renewed
from ..settings import Settings
from ..store import EMBEDDED, Store, StoreAddress
from .inputs import lists_line
from .reuse import Unchanged

_MOST_CHANGES: Final = 100_000  # statements that are compared with what the home page shows


def write_lookups(
    folder: ReleaseFolder, previous: ReleaseFolder | None, store: Store, settings: Settings, scratch: Path
) -> None:
    """Write what pages look up in a release, but its lists and index, once it has its statements, report and links.

    Args:
        folder: of the release.
        previous: the release before; None for the first.
        store: of its statements.
        settings: of the publication.
        scratch: a folder for intermediate files.
    """
    folder.lookups.mkdir(exist_ok=True)
    with folder.canonical.open("rb") as lines:
        write_lines(folder.incoming, _links(lines, store.base, scratch))
    with CanonicalWriter(scratch) as encoded:
        for subject in subjects(folder.canonical):
            if match := ENCODED.match(subject):
                iri = match[1].decode()
                encoded.add(f"{unquote(iri)}\t{iri}\n")
        write_lines(folder.encoded, encoded.lines())
    report = json.loads(folder.report.read_bytes())
    findings = report.pop("findings")
    write_lines(folder.findings, map(_json_line, findings))
    union = sum(map(len, triple_blocks(merged_blocks([folder.canonical]))))
    check = read_links(folder.links)
    shown = (replace(link, things=link.things[:MOST_THINGS]) for link in check.links)
    write_lines(folder.external_links, (_json_line(link.as_json()) for link in shown))
    links = {"checked": check.checked, "counts": check.counts()}
    counts = _write_changed(folder, previous, store.base)
    overview = {
        "changes": counts,
        "union": union,
        "report": report,
        "links": links,
        "home": _home(folder, previous, store, Addresses(store.base).partnership(settings.partnership)),
    }
    folder.overview.write_text(json.dumps(overview, ensure_ascii=False, sort_keys=True), encoding="utf-8")


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


def _home(folder: ReleaseFolder, previous: ReleaseFolder | None, store: Store, partnership: str) -> dict[str, Any]:
    """What the home page shows: that of the release before, if no statement that it is made from has changed."""
    changes = file_changes(previous.canonical, folder.canonical, _MOST_CHANGES) if previous else None
    if previous and changes is not None:
        own = {f"<{iri}>".encode() for iri in predicates(store.base)}
        if not any(line.split(b" ", 2)[1] in own for lines in changes for line in lines):
            with suppress(FileNotFoundError, ReleaseError, KeyError, TypeError, ValueError):
                if read_manifest(previous.manifest).software == __version__:
                    prove(previous.overview, read_listing(previous.listing)[previous.overview])
                    before: dict[str, Any] = json.loads(previous.overview.read_bytes())["home"]
                    if before["partnership"] == partnership:
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
    spaces = tuple(f"<{space}".encode() for space in Addresses(base).documented)
    with CanonicalWriter(scratch) as links:
        for line in lines:
            subject, predicate, thing, _ = line.split(b" ", 3)  # the beginning of a text is none
            if thing.startswith(spaces) and b"#" not in thing:
                links.add((b"%b %b %b\n" % (thing, predicate, subject)).decode())
        yield from links.lines()


def _stating(link: bytes) -> bytes:
    """What a statement that is a link starts with."""
    thing, predicate, subject = link[:-1].split(b" ")
    return b"%b %b %b " % (subject, predicate, thing)
