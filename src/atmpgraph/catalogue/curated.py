"""The publication's own description, from `data/catalogue.ttl` and the settings: the graph `id/graph/catalogue`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..addresses import Addresses
from ..i18n import NOT_TURTLE, Sentence, TranslatedError, message
from ..rdf.statements import quad_of, statement
from ..rdf.terms import line
from ..reasons import reason_of
from ..settings import Settings
from ..vocab import DCT, PROV
from .authority import language

# Settings other than the default, as the release states them: its catalogue is made from the release alone.
SOURCE_DATASETS: Final = "urn:atmpgraph:catalogue:source-datasets"
NO_CHECKSUMS: Final = "urn:atmpgraph:catalogue:no-checksums"
FILE: Final = "catalogue.ttl"
NO_CATALOGUE: Final = message(
    "no such file; it describes the publication for portals: take the one that 'atmpgraph init' makes"
)


def curated_lines(folder: Path, settings: Settings) -> Iterator[str]:
    """The canonical lines of the description, which are part of the release, so that its digest covers them.

    Raises:
        AtmpgraphError: there is no such file, it is not Turtle, or something in it cannot be published.
    """
    file, addresses = folder / FILE, Addresses(settings.base)
    graph, catalogue = addresses.graph("catalogue"), addresses.catalogue
    speaks = False  # whether the file says in which languages the catalogue is
    try:
        for quad in ox.parse(file.read_text("utf-8-sig"), format=ox.RdfFormat.TURTLE, base_iri=settings.base):
            speaks = speaks or (quad.subject.value, quad.predicate.value) == (catalogue, f"{DCT}language")
            yield line(quad_of(quad.triple, graph))
    except FileNotFoundError:
        raise TranslatedError(message("{place}: {reason}"), place=file, reason=Sentence(NO_CATALOGUE)) from None
    except (SyntaxError, ValueError) as error:
        raise TranslatedError(NOT_TURTLE, file=file, reason=reason_of(error)) from None
    for name, text in (("title", settings.title), ("description", settings.description)):
        for tag, words in text.root.items():
            yield line(statement(catalogue, DCT + name, ox.Literal(words, language=tag), graph))
    yield line(statement(catalogue, DCT + "license", settings.licence, graph))
    chosen = {SOURCE_DATASETS: settings.catalogue.source_datasets, NO_CHECKSUMS: not settings.catalogue.checksums}
    for choice in (choice for choice, is_made in chosen.items() if is_made):
        yield line(statement(catalogue, PROV + "wasInfluencedBy", choice, graph))
    for iri in dict.fromkeys(filter(None, map(language, () if speaks else settings.languages))):
        yield line(statement(catalogue, DCT + "language", iri, graph))
