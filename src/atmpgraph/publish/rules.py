"""What follows from the tables and the code lists by rules: `CONSTRUCT` queries over the union of all sources.

A rule says once what a column would repeat in each row. What it states is the publisher's choice, and stands in the
editorial graph.
"""

from ..addresses import Addresses
from ..errors import QueryError
from ..i18n import QUERY_FAILS, TranslatedError
from ..rdf.statements import quad_of
from ..rdf.terms import line
from ..reasons import reason_of
from ..settings.layers import Folder
from ..store import Store


def rule_lines(folder: Folder, store: Store) -> list[str]:
    """What the rules of a folder state of a graph, as canonical lines in the graph `id/graph/editorial`.

    No rule sees what another one states.

    Raises:
        TranslatedError: a rule is not a CONSTRUCT query, or its result cannot be published.
    """
    graph = Addresses(store.base).graph("editorial")
    lines = set[str]()
    for path in sorted(folder.glob("*.rq")):
        try:
            lines.update(
                line(quad_of(triple, graph)) for triple in store.construct(path.read_text(encoding="utf-8-sig"))
            )
        except (QueryError, ValueError) as error:
            raise TranslatedError(QUERY_FAILS, file=path, reason=reason_of(error)) from None
    return sorted(lines)
