"""Which query states what cannot be published: it is looked for once something has failed, which is seldom."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pyoxigraph as ox

from ..errors import NotExpressibleError, UnpublishableError
from ..formats import JSON_LD, RDF_XML
from ..i18n import QUERY_FAILS, TranslatedError
from ..rdf.expressible import expressible
from ..reasons import reason_of
from ..settings import Settings
from ..stream.members import check_statements
from .derived import COVERAGE
from .graph import Graph
from .rules import rules


@contextmanager
def naming_its_query(graph: Graph, settings: Settings) -> Iterator[None]:
    """Name the rule, or the coverage, that states what the block cannot write.

    Raises:
        TranslatedError: one does.
        UnpublishableError: it is not one of these that does.
    """
    try:
        yield
    except UnpublishableError:
        named = {**rules(settings.layered("rules")), COVERAGE: settings.layered("coverage").file}
        for name, file in named.items():
            try:
                _require_publishable(graph.origins.lines(graph.folder.canonical, name) if graph.origins else ())
            except (NotExpressibleError, UnpublishableError) as error:
                raise TranslatedError(QUERY_FAILS, file=file, reason=reason_of(error)) from None
        raise


def _require_publishable(lines: Iterable[bytes]) -> None:
    """Require that the stream and every format can say some statements.

    Raises:
        NotExpressibleError, UnpublishableError: they cannot.
    """
    for line in lines:
        check_statements([line])
        quads = [*ox.parse(line, format=ox.RdfFormat.N_QUADS)]
        for fmt in (RDF_XML, JSON_LD):
            for _ in expressible(quads, fmt):
                pass
