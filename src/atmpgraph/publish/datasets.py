"""Datasets that a publication cuts out of its graph by CONSTRUCT queries."""

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

import pyoxigraph as ox

from ..errors import QueryError
from ..i18n import QUERY_FAILS, TranslatedError
from ..rdf.canonical import CanonicalWriter
from ..reasons import reason_of
from ..settings.layers import Folder
from ..sparql.syntax.query_form import rows_of_triples
from ..store import BACKENDS, Store, StoreAddress
from .timed import in_time


def write_datasets(
    queries: Folder, store: Store, scratch: Path, seconds: float, taken: Collection[str] = ()
) -> dict[str, Path]:
    """Write the triples of each dataset as sorted lines; returns the files by the names of the queries.

    Args:
        queries: the folder of the queries.
        store: of all statements.
        scratch: a folder for the files.
        seconds: how long a query may take.
        taken: the names of those that are not written.

    Raises:
        TranslatedError: a query is not a CONSTRUCT query, or takes too long.
    """
    wanted = [query for query in queries.glob("*.rq") if query.stem not in taken]
    return {query.stem: in_time(query, seconds, partial(_dataset, query, store, scratch)) for query in wanted}


def write_datasets_at(
    queries: Folder, address: StoreAddress, base: str, scratch: Path, seconds: float, taken: Collection[str] = ()
) -> dict[str, Path]:
    """The same from the store at an address."""
    return write_datasets(queries, BACKENDS[address.kind].open(address, base), scratch, seconds, taken)


def _dataset(query: Path, store: Store, scratch: Path) -> Path:
    path = scratch / f"dataset-{query.stem}.nt"
    try:
        with CanonicalWriter(scratch) as lines:
            for line in _lines(query.read_text(encoding="utf-8-sig"), store):
                lines.add(line)
            lines.write(path)
    except QueryError as error:
        raise TranslatedError(QUERY_FAILS, file=query, reason=reason_of(error)) from None
    return path


def _lines(query: str, store: Store) -> Iterator[str]:
    """The triples as lines, in any order, some of them several times."""
    if rows := rows_of_triples(query):
        for subject, predicate, value in store.select(rows):
            if (
                isinstance(subject, ox.NamedNode | ox.BlankNode)
                and isinstance(predicate, ox.NamedNode)
                and value is not None
            ):
                yield f"{subject} {predicate} {value} .\n"
    else:
        for triple in store.construct(query):
            yield f"{triple} .\n"
