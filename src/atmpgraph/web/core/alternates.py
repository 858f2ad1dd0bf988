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
from .context import Context
from .description import Description
from .labels import Name, page_names
from .signposting import RepresentationUrls


@dataclass(frozen=True)
class AlternatesPage:
    """What the template shows: each profile with its formats and their URLs; the first one is the default."""

    topic: str
    profiles: list[tuple[Profile, list[tuple[Format, str]]]]
    names: dict[str, Name]


def _by_profile(
    release: Release, described: Description, urls: RepresentationUrls
) -> list[tuple[Profile, list[tuple[Format, str]]]]:
    profiles = [*delivered(release, described.topic), ALTERNATES]
    return [(profile, [(fmt, urls.of(fmt, profile)) for fmt in profile.formats]) for profile in profiles]


def alternates_page(context: Context, described: Description, urls: RepresentationUrls) -> AlternatesPage:
    """The page, with links on this server."""
    profiles = _by_profile(context.release, described, urls)
    return AlternatesPage(described.topic, profiles, page_names(context, [described.topic]))


def alternates(release: Release, described: Description, *, suffixes: bool) -> list[ox.Quad]:
    """The list as RDF, in the vocabulary of the standard; representations have their URLs under our base."""
    urls, document = RepresentationUrls(described.document, suffixes), described.document
    quads = [statement(document, ALTR + "hasDefaultRepresentation", urls.of(TURTLE))]
    for profile, formats in _by_profile(release, described, urls):
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
