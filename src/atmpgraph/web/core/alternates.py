"""All representations of a document, by profile and format: the page of `?_profile=alt`, and the same as RDF (ALTR)."""

from dataclasses import dataclass

import pyoxigraph as ox

from ...formats import TURTLE, Format
from ...profiles.registry import ALTERNATES, ALTR, Profile
from ...profiles.translate import delivered
from ...release.release import Release
from ...vocab import DCT, RDF
from ..pages.document import name_all
from .context import release
from .description import Description
from .labels import Name
from .signposting import Address

_PROF = "http://www.w3.org/ns/dx/prof/"


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
    address = Address(described.document, suffixes)
    document, quads = described.document, []

    def state(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> None:
        quads.append(ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), value))

    state(document, ALTR + "hasDefaultRepresentation", ox.NamedNode(address.of(TURTLE)))
    for profile, formats in _all(opened, described, address):
        state(profile.iri, RDF + "type", ox.NamedNode(_PROF + "Profile"))
        state(profile.iri, _PROF + "hasToken", ox.Literal(profile.token))
        for fmt, url in formats:
            state(document, ALTR + "hasRepresentation", ox.NamedNode(url))
            state(url, RDF + "type", ox.NamedNode(ALTR + "Representation"))
            state(url, DCT + "format", ox.Literal(fmt.media_type))
            state(url, DCT + "conformsTo", ox.NamedNode(profile.iri))
    return quads
