"""What a publication says of itself, in `data/catalogue.ttl` and the settings: the graph `id/graph/catalogue`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..errors import AtmpgraphError
from ..rdf.terms import line
from ..settings import Settings
from ..vocab import DCT

FILE: Final = "catalogue.ttl"


def curated_lines(folder: Path, settings: Settings) -> Iterator[str]:
    """The canonical lines of the description; they are part of the release, so its digest covers them.

    Raises:
        AtmpgraphError: there is no such file, it is not Turtle, or it has what cannot be published.
    """
    file, base = folder / FILE, settings.base
    graph, catalogue = ox.NamedNode(f"{base}id/graph/catalogue"), ox.NamedNode(f"{base}id/catalogue")
    try:
        for quad in ox.parse(path=str(file), format=ox.RdfFormat.TURTLE, base_iri=base):
            yield line(ox.Quad(quad.subject, quad.predicate, quad.object, graph))
    except FileNotFoundError:
        remedy = "it describes the publication for portals; take the one that 'atmpgraph init' makes"
        raise AtmpgraphError(f"{file}: no such file; {remedy}") from None
    except (SyntaxError, ValueError) as error:
        raise AtmpgraphError(f"{file}: {error}") from None
    for name, text in (("title", settings.title), ("description", settings.description)):
        for language, words in text.model_dump().items():
            literal = ox.Literal(words, language=language)
            yield line(ox.Quad(catalogue, ox.NamedNode(DCT + name), literal, graph))
    yield line(ox.Quad(catalogue, ox.NamedNode(DCT + "license"), ox.NamedNode(settings.licence), graph))
