"""What VoID says of linksets: an IRI for each registry, and one for each property where there are several (VoID §5)."""

from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from ..addresses import Addresses
from ..i18n import message, texts
from ..rdf.statements import integer, triple
from ..vocab import DCT, FOAF, RDF, VOID
from .links import Linkset, property_name

_TITLE = message("Links to {registry}")
_OF_PROPERTY = message("Links to {registry} ({property})")


def described(linksets: Iterable[Linkset], base: str, languages: Sequence[str]) -> Iterator[ox.Triple]:
    """The description of linksets.

    Args:
        linksets: of a release.
        base: of the publication.
        languages: that titles are in.
    """
    addresses = Addresses(base)
    for linkset in linksets:
        iri = addresses.linkset(linkset.code)
        yield triple(addresses.dataset(), VOID + "subset", iri)
        yield from _linkset(iri, linkset, addresses, languages)
        for part in linkset.parts:
            its = addresses.linkset(part.code)
            yield triple(iri, VOID + "subset", its)
            yield from _linkset(its, part, addresses, languages)


def _linkset(iri: str, linkset: Linkset, addresses: Addresses, languages: Sequence[str]) -> Iterator[ox.Triple]:
    """One linkset; it has no more than one link predicate, so those with several have none."""
    registry, space = linkset.registry, linkset.registry.spaces[0]
    page = addresses.linkset_page(linkset.code)
    title = _OF_PROPERTY if linkset.part else _TITLE
    yield triple(iri, RDF + "type", VOID + "Linkset")
    yield triple(iri, FOAF + "page", page)
    for suffix in ("ttl", "nt"):
        yield triple(iri, VOID + "dataDump", f"{page}.{suffix}")
    yield triple(iri, VOID + "subjectsTarget", addresses.dataset())
    yield triple(iri, VOID + "objectsTarget", space)
    yield triple(iri, VOID + "triples", integer(linkset.total))
    if len(linkset.properties) == 1:
        yield triple(iri, VOID + "linkPredicate", *linkset.properties)
    yield triple(space, RDF + "type", VOID + "Dataset")
    yield triple(space, VOID + "uriSpace", ox.Literal(space))
    for language in languages:
        name = registry.labels.get(language) or next(iter(registry.labels.values()), registry.code)
        words = texts(language).gettext(title, registry=name, property=property_name(linkset.part))
        yield triple(iri, DCT + "title", ox.Literal(words, language=language))
        yield triple(space, DCT + "title", ox.Literal(name, language=language))
