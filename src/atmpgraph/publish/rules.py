"""What follows from the tables and the code lists by rules: `CONSTRUCT` queries over the union of all sources.

A rule says once what a column would repeat in each row. What it states is the publisher's choice, and stands in the
editorial graph.
"""

from collections.abc import Iterator
from pathlib import Path

from ..addresses import Addresses
from ..errors import QueryError
from ..i18n import QUERY_FAILS, TranslatedError
from ..rdf.statements import quad_of
from ..rdf.terms import line
from ..reasons import reason_of
from ..settings.layers import Folder
from ..store import Store


def rules(folder: Folder) -> dict[str, Path]:
    """The rules of a folder, by the names of their files. No rule sees what another one states."""
    return {path.name: path for path in sorted(folder.glob("*.rq"))}


def rule_lines(rule: Path, store: Store) -> Iterator[str]:
    """What a rule states of a graph, as lines of N-Quads in the graph `id/graph/editorial`; some may come again.

    Raises:
        TranslatedError: it is not a CONSTRUCT query, or its result cannot be published.
    """
    graph = Addresses(store.base).graph("editorial")
    try:
        for triple in store.construct(rule.read_text(encoding="utf-8-sig")):
            yield line(quad_of(triple, graph))
    except (QueryError, ValueError) as error:
        raise TranslatedError(QUERY_FAILS, file=rule, reason=reason_of(error)) from None
