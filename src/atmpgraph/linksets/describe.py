"""What VoID says of linksets: an IRI for each registry, and one for each property where there are several (VoID §5)."""

from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from ..addresses import Addresses
from ..i18n import message, texts
from ..rdf.statements import integer, triple
from ..vocab import DCT, FOAF, RDF, VOID, prefixes
from .links import Linkset

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
        iri, page = addresses.linkset(linkset.registry.code), addresses.linkset_page(linkset.registry.code)
        yield triple(addresses.dataset(), VOID + "subset", iri)
        yield triple(iri, FOAF + "page", page)
        for suffix in ("ttl", "nt"):
            yield triple(iri, VOID + "dataDump", f"{page}.{suffix}")
        yield from _part(iri, linkset, linkset.properties, addresses, languages)
        if len(linkset.properties) > 1:
            for property_, number in linkset.properties.items():
                part = addresses.linkset(f"{linkset.registry.code}--{_name(property_).replace(':', '-')}")
                yield triple(iri, VOID + "subset", part)
                yield from _part(part, linkset, {property_: number}, addresses, languages)


def _part(
    iri: str, linkset: Linkset, properties: dict[str, int], addresses: Addresses, languages: Sequence[str]
) -> Iterator[ox.Triple]:
    """The linkset of some properties; a linkset has no more than one link predicate, so several have none."""
    registry, space = linkset.registry, linkset.registry.spaces[0]
    only = next(iter(properties)) if len(properties) == 1 else ""
    title = _OF_PROPERTY if only and len(linkset.properties) > 1 else _TITLE
    yield triple(iri, RDF + "type", VOID + "Linkset")
    yield triple(iri, VOID + "subjectsTarget", addresses.dataset())
    yield triple(iri, VOID + "objectsTarget", space)
    yield triple(iri, VOID + "triples", integer(sum(properties.values())))
    if only:
        yield triple(iri, VOID + "linkPredicate", only)
    yield triple(space, RDF + "type", VOID + "Dataset")
    yield triple(space, VOID + "uriSpace", ox.Literal(space))
    for language in languages:
        name = registry.labels.get(language) or next(iter(registry.labels.values()), registry.code)
        words = texts(language).gettext(title, registry=name, property=_name(only))
        yield triple(iri, DCT + "title", ox.Literal(words, language=language))
        yield triple(space, DCT + "title", ox.Literal(name, language=language))


def _name(property_: str) -> str:
    """A property with its prefix."""
    return next(
        (
            f"{name}:{property_.removeprefix(space)}"
            for name, space in prefixes("").items()
            if property_.startswith(space)
        ),
        property_,
    )
