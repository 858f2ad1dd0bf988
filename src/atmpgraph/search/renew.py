"""The things of an index of which little has changed: what another index has of them, and what is others since."""

from collections.abc import Callable, Iterable, Iterator, Set
from heapq import merge
from pathlib import Path

from tantivy import Query

from ..rdf.canonical import CanonicalWriter
from ..store import Store
from .collect import Entry, entries, iri_in, queries
from .index import content_of, entry_of, open_index


def renewed(
    before: Path, store: Store, scratch: Path, touched: Callable[[str, str], Set[str] | None]
) -> Iterator[Entry] | None:
    """All things of a release as `entries` has them; None where they have to be looked for.

    Args:
        before: the index of another release.
        store: of the statements.
        scratch: a folder for intermediate files.
        touched: gives, for a query and a variable, the IRIs of the things that may have other solutions now.
    """
    things = set[str]()
    for query in queries().values():
        some = touched(query, "thing")
        if some is None:
            return None
        things |= some
    index = open_index(before)
    hits = index.search(Query.all_query(), max(index.num_docs, 1), count=False).hits
    if hits and not entry_of(index, hits[0][1]).classes:  # of an earlier edition, which has none
        return None
    remaining = (each for _, address in hits if iri_in(each := content_of(index, address)) not in things)
    return merge(_in_order(remaining, scratch), entries(store, scratch, things), key=_order)


def _in_order(unsorted: Iterable[str], scratch: Path) -> Iterator[Entry]:
    """Things in JSON, by IRI: the engine has merged its parts in any order."""
    with CanonicalWriter(scratch) as lines:
        for content in unsorted:
            lines.add(f"{iri_in(content)}\t{content}\n")
        for line in lines.lines():
            yield Entry.of_json(line.decode().partition("\t")[2].rstrip("\n"))


def _order(entry: Entry) -> bytes:
    return f"{entry.iri}\t".encode()
