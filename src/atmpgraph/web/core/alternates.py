"""All representations of a document, by profile and format: the page of `?_profile=alt`, and the same as RDF (ALTR)."""

from dataclasses import dataclass

import pyoxigraph as ox

from ...formats import TURTLE, Format
from ...http.profile_negotiation import Profile
from ...profiles.registry import ALTERNATES
from ...profiles.translate import delivered
from ...rdf.statements import about, statement
from ...release.release import Release
from ...vocab import ALTR, DCT, PROF, RDF
from ..pages.document import name_all
from .context import release
from .description import Description
from .labels import Name
from .signposting import Address


@dataclass(frozen=True)
class AlternatesPage:
    """What the template shows: for each profile its formats with their addresses; the first one is the default."""

    topic: str
    profiles: list[tuple[Profile, list[tuple[Format, str]]]]
    names: dict[str, Name]


def _all(opened: Release, described: Description, address: Address) -> list[tuple[Profile, list[tuple[Format, str]]]]:
    profiles = [*delivered(opened, described.topic), ALTERNATES]
    return [(p, [(fmt, address.of(fmt, p)) for fmt in p.formats]) for p in profiles]


def alternates_page(described: Description, address: Address) -> AlternatesPage:
    """The page, with links to where the document is served."""
    return AlternatesPage(described.topic, _all(release(), described, address), name_all([described.topic]))


def alternates(opened: Release, described: Description, *, suffixes: bool) -> list[ox.Quad]:
    """The list as RDF, in the vocabulary of the standard; representations go by their address under our base."""
    address, document = Address(described.document, suffixes), described.document
    quads = [statement(document, ALTR + "hasDefaultRepresentation", address.of(TURTLE))]
    for profile, formats in _all(opened, described, address):
        quads += about(profile.iri, (RDF + "type", PROF + "Profile"), (PROF + "hasToken", ox.Literal(profile.token)))
        for fmt, url in formats:
            quads.append(statement(document, ALTR + "hasRepresentation", url))
            quads += about(
                url,
                (RDF + "type", ALTR + "Representation"),
                (DCT + "format", ox.Literal(fmt.media_type)),
                (DCT + "conformsTo", profile.iri),
            )
    return quads
