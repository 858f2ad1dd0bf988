"""What pages look up in a release, written at build: lists in which a line is found by its number, and an overview.

Without them each page would read as much as the data grow. The same statements give the same bytes; only the store of
the catalogue never has the same ones twice.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from urllib.parse import unquote

from ..addresses import Addresses
from ..catalogue.discovery import document_dates, documents
from ..overview.home import home
from ..quality.links import MOST_THINGS, read_links
from ..rdf.canonical import CanonicalWriter
from ..rdf.numbered_lines import ListWriter, write_lines
from ..release.diff import KINDS, changes
from ..release.layout import DescriptionFolder, ReleaseFolder
from ..release.release import ENCODED
from ..store import EMBEDDED, Store


def write_lookups(
    folder: ReleaseFolder, previous: ReleaseFolder | None, store: Store, partnership: str, scratch: Path
) -> None:
    """Write what pages look up in a release, once it has its statements, report and links.

    Args:
        folder: of the release.
        previous: the release before; None for the first.
        store: of its statements.
        partnership: the IRI of the one that the home page shows.
        scratch: a folder for intermediate files.
    """
    folder.lookups.mkdir(exist_ok=True)
    with folder.canonical.open("rb") as lines:
        write_lines(folder.incoming, _links(lines, store.base, scratch))
    with folder.canonical.open("rb") as lines:
        write_lines(folder.encoded, sorted(set(_encoded(lines))))
    report = json.loads(folder.report.read_bytes())
    findings = report.pop("findings")
    write_lines(folder.findings, map(_json_line, findings))
    with folder.canonical.open("rb") as lines:
        union = sum(1 for _ in groupby(line.rpartition(b" <")[0] for line in lines))
    check = read_links(folder.links)
    shown = (replace(link, things=link.things[:MOST_THINGS]) for link in check.links)
    write_lines(folder.external_links, (_json_line(link.as_json()) for link in shown))
    links = {"checked": check.checked, "counts": check.counts()}
    counts = _write_changed(folder, previous, store.base)
    overview = {"changes": counts, "union": union, "report": report, "links": links, "home": home(store, partnership)}
    folder.overview.write_text(json.dumps(overview, ensure_ascii=False, sort_keys=True), encoding="utf-8")


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
    with description.catalogue.open("rb") as lines, folder.canonical.open("rb") as data:
        links = set(_links(lines, base, scratch))
        links.difference_update(_link(line, base) for line in data)
    write_lines(description.catalogue_links, sorted(links))
    dated = documents(document_dates(description, EMBEDDED.open(address, base)).items(), base)
    write_lines(description.documents, (f"{address} {date}\n".encode() for address, date in dated))


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
            removed, added = (
                [line for line in some if not line.endswith(rows)] for some in (change.removed, change.added)
            )
            if removed or added:
                counts.update({"added": len(added), "removed": len(removed), f"things_{change.kind}": 1})
                stated = {"removed": removed, "added": added} if change.kind != "added" else {}
                lists[change.kind].write(_json_line({"thing": change.thing, **stated}))
    return {name: counts[name] for name in ("added", "removed", *(f"things_{kind}" for kind in KINDS))}


def _json_line(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def _links(lines: Iterable[bytes], base: str, scratch: Path) -> Iterator[bytes]:
    """The links to what has a document, sorted and distinct."""
    with CanonicalWriter(scratch) as links:
        for line in lines:
            if link := _link(line, base):
                links.add(link.decode())
        yield from links.lines()


def _link(line: bytes, base: str) -> bytes:
    """A statement as a link: object, predicate, subject; empty when the object is nothing that has a document."""
    subject, predicate, rest = line.split(b" ", 2)
    thing = rest.partition(b" ")[0] if rest.startswith(b"<") else b""
    if not thing or not Addresses(base).has_document(thing[1:-1].decode()):
        return b""
    return b"%b %b %b\n" % (thing, predicate, subject)


def _encoded(lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        if match := ENCODED.match(line):
            iri = match[1].decode()
            yield f"{unquote(iri)}\t{iri}\n".encode()
