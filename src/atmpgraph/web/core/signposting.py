"""The links of a document: its representations, and the signposts of FAIR Signposting levels 1 and 2."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

import pyoxigraph as ox

from ... import vocab
from ...addresses import Addresses
from ...errors import StoreError
from ...formats import HTML, JSON_LD, LINK_SET, TURTLE, Format
from ...http.links import Link, link_set
from ...http.profile_negotiation import Profile, token_links
from ...profiles.registry import MODEL, SCHEMA
from ...profiles.translate import classes_in, delivered, is_dataset, likely
from ...rdf.statements import text_of
from ...release.incoming import Incoming
from ...release.release import Release
from ...vocab import ATMPGRAPH, DCAT, DCT, PROV, QB, RDF, RDFS, SKOS
from .description import Description

_AUTHORS = {PROV + "wasAttributedTo", DCT + "creator"}
_WHOLES = {SKOS + "inScheme", RDFS + "isDefinedBy", QB + "dataSet", DCT + "isPartOf", ATMPGRAPH + "workpackageOf"}
_FILE, _DATASETS = DCAT + "distribution", frozenset({DCAT + "Dataset", DCAT + "Catalog"})
_ENDINGS = 1 << 10  # of URLs, in memory
_OFFERS = 1 << 7  # lists of profiles, in memory
_FIRST_ITEMS = 4  # files of a dataset that come before what has another profile: a header field is short
_MOST_ITEMS = 200  # parts of a thing that are linked; its page leads to the others


@dataclass(frozen=True)
class RepresentationUrls:
    """The URLs of the representations of a document.

    Attributes:
        url: the negotiated one.
        suffixes: each format has a URL by suffix; otherwise by `?_mediatype=`.
    """

    url: str
    suffixes: bool = True

    def of(self, fmt: Format, profile: Profile | None = None, **arguments: str | None) -> str:
        """The URL of one representation, which is not negotiated."""
        given = tuple((name, value) for name, value in arguments.items() if value)
        return self.url + _ending(self.suffixes, fmt, profile.token if profile else MODEL.token, given)


@lru_cache(_ENDINGS)
def _ending(suffixes: bool, fmt: Format, profile: str, arguments: tuple[tuple[str, str], ...]) -> str:
    """How the URL of a representation ends: its suffix, and its query."""
    query = {} if suffixes else {"_mediatype": fmt.media_type}
    if profile != MODEL.token:
        query["_profile"] = profile
    query |= arguments
    return (f".{fmt.suffix}" if suffixes else "") + ("?" + urlencode(query, safe="/") if query else "")


def representations(urls: RepresentationUrls, profiles: Sequence[Profile]) -> list[Link]:
    """A link to each representation, by profile and format."""
    alternates = _alternates(urls.suffixes, tuple(profiles))
    return [Link(urls.url + ending, "alternate", attributes) for ending, attributes in alternates]


@lru_cache(_OFFERS)
def _alternates(suffixes: bool, profiles: tuple[Profile, ...]) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """How the URL of each representation ends, and what its link says of it: the same for all things of a kind."""
    return tuple(
        (_ending(suffixes, fmt, profile.token, ()), {"type": fmt.media_type, "profile": profile.iri})
        for profile in profiles
        for fmt in profile.formats
    )


def signposts(release: Release, described: Description, urls: RepresentationUrls, licence: str) -> list[Link]:
    """All links of a document, the most useful first; fewer as long as a remote store does not answer."""
    profiles = likely(release, described.topic)
    about = [Link(urls.of(fmt), "describedby", {"type": fmt.media_type}) for fmt in (TURTLE, JSON_LD)]
    about += [
        Link(urls.of(LINK_SET), "linkset", {"type": LINK_SET.media_type}),
        Link(described.topic, "cite-as"),
        Link(described.document, "canonical"),
        Link(vocab.SCHEMA + "AboutPage", "type"),
        *(Link(iri, "type") for iri in _classes(release, described.topic)),
        Link(licence, "license"),
    ]
    related = _relatives(release, described)
    types = [fmt.media_type for fmt in profiles[0].formats]
    items = [link for link in related if link.rel == "item"]
    first = _FIRST_ITEMS if is_dataset(release, described.topic) else 0
    return [
        *about,
        *(link for link in related if link.rel != "item"),
        *representations(urls, profiles[:1]),
        *token_links(profiles),
        *items[:first],
        *sorted(
            representations(urls, profiles[1:]),
            key=lambda link: [*types, link.attributes["type"]].index(link.attributes["type"]),
        ),
        *items[first:],
    ]


def document_link_set(
    release: Release, described: Description, licence: str, *, suffixes: bool, links: Sequence[Link] = ()
) -> bytes:
    """The link set of a document: from the page, and back to it from each of its other representations."""
    urls = RepresentationUrls(described.document, suffixes)
    back = [Link(described.document, "describes", {"type": HTML.media_type})]
    metadata = [link.target for link in representations(urls, delivered(release, described.topic))]
    page = urls.of(HTML)
    return link_set(
        {described.document: [*links, *signposts(release, described, urls, licence)]}
        | {target: back for target in metadata if target != page}
    )


def _classes(release: Release, topic: str) -> list[str]:
    """The classes of a thing in schema.org's terms; none as long as a remote store does not answer."""
    try:
        return classes_in(release, topic, SCHEMA)
    except StoreError:
        return []


def _relatives(release: Release, described: Description) -> list[Link]:
    """Links to the authors of a thing, to the wholes that it is part of, to its files and its parts."""
    topic = ox.NamedNode(described.topic)  # the description of the catalogue has other subjects too
    linked = [
        (quad.predicate.value, quad.object.value)
        for quad in described.quads
        if quad.subject == topic and isinstance(quad.object, ox.NamedNode)
    ]
    published = any(predicate == RDF + "type" and iri in _DATASETS for predicate, iri in linked)
    authors = _AUTHORS | ({DCT + "publisher"} if published else set())
    links = {
        ("author" if predicate in authors else "collection", iri)
        for predicate, iri in linked
        if predicate in _WHOLES | authors
    }
    files = sorted({iri for predicate, iri in linked if predicate == _FILE})[:_MOST_ITEMS]
    linking = described.links if described.links and not described.parts else Incoming(release, described.topic)
    if len(linking) > _MOST_ITEMS:  # then each kind is looked up by itself
        parts = [
            link for whole in sorted(_WHOLES) for link in Incoming(release, described.topic, only=whole)[:_MOST_ITEMS]
        ]
    else:
        parts = [link for link in linking if link[0] in _WHOLES]
    items = sorted({item for _, item in parts} - {described.topic})[:_MOST_ITEMS]
    page, served = {"type": HTML.media_type}, Addresses(release.base).served
    return [
        *(
            Link(iri, rel) if rel == "author" else Link(served(iri), rel, page)
            for rel, iri in sorted(links)
            if iri != described.topic
        ),
        *(link for file in files for link in _content(release, file)),
        *(Link(served(item), "item", page) for item in items),
    ]


def _content(release: Release, distribution: str) -> list[Link]:
    """The file of a distribution, with its media type."""
    stated = {quad.predicate.value: text_of(quad.object) for quad in release.quads(distribution)}
    url, media = stated.get(DCAT + "downloadURL"), stated.get(DCAT + "mediaType", "").rpartition("media-types/")[2]
    return [Link(url, "item", {"type": media} if media else {})] if url else []
