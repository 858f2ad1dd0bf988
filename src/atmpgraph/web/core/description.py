"""What a release states about one thing, and what its document states about itself."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlencode

import pyoxigraph as ox
from flask import request

from ...addresses import Addresses, candidates, iri_to_path
from ...catalogue.paging import entries, listing, page
from ...formats import Format
from ...rdf.blank_nodes import is_genid
from ...rdf.statements import about
from ...release.incoming import Incoming
from ...release.release import Release
from ...vocab import DCT, FOAF, RDF, RDFS, SKOS, VOID
from .context import Context
from .i18n import note_arguments
from .paging import Paging, paged

# How the parts of a document link to it: terms to their ontology, of which all are shown, codes to their list.
_DEFINED, _LISTED = f"{RDFS}isDefinedBy", f"{SKOS}inScheme"
PARTS = (_DEFINED, _LISTED)
ROWS: Final = "rows"  # the parameter with the number of the page of the tables that people see
_PROFILE: Final = "_profile"  # the parameter that names one


@dataclass(frozen=True)
class Description:
    """A thing and its document.

    Attributes:
        topic: IRI of the thing.
        document: IRI of the document about it; an ontology or code list is its own document.
        quads: the statements about the thing, each in the graph of its source.
        parts: the statements about the terms or concepts that the thing defines, by their IRI.
        embedded: the data blocks of its page, if they are not the whole.
        dataset: IRI of the dataset that the document belongs to (VoID §7.1).
        paging: of its parts, where it has pages.
        whole: gives all quads in a format, in place of `quads` and what says which of the pages this is.
        links: those to the thing; `incoming` is the page of them that people see.
    """

    topic: str
    document: str
    quads: list[ox.Quad]
    parts: dict[str, list[ox.Quad]]
    embedded: list[ox.Quad] | None = None
    dataset: str = ""
    paging: Paging | None = None
    whole: Callable[[Format | None], list[ox.Quad]] | None = None
    links: Sequence[tuple[str, str]] = ()
    incoming: Paging | None = None

    def published(self, licence: str, fmt: Format | None = None) -> list[ox.Quad]:
        """All quads of the document; those about itself, which no source states, in the default graph."""
        quads = self.whole(fmt) if self.whole else [*self.quads, *(q for part in self.parts.values() for q in part)]
        document = ox.NamedNode(self.document)
        stated = {DCT + "license": licence, VOID + "inDataset": self.dataset}
        if self.document != self.topic:
            stated |= {RDF + "type": FOAF + "Document", FOAF + "primaryTopic": self.topic}
        elif any(q.subject == document and q.predicate.value == DCT + "license" for q in quads):
            del stated[DCT + "license"]
        whole = about(self.document, *((name, iri) for name, iri in stated.items() if iri))
        return [*quads, *whole, *(self.paging.view(self.document) if self.paging and not self.whole else ())]


def describe(context: Context, topic: str, document: str) -> Description | None:
    """The description of a thing, of one with many values or codes the page that the URL names; None for no thing.

    Raises:
        ProblemError: 404 there is no such page.
    """
    release, size = context.release, context.settings.limits.document_page_values
    lines = release.lines(topic)
    if not lines:
        return None
    is_whole = not context.iris.is_thing(topic)  # an ontology or a code list is its own document
    listed = Incoming(release, topic, only=_LISTED) if is_whole else ()
    most = max(len(listed), *(map(len, _by_property(lines)) if len(lines) > size else ()), 0)
    paging = paged(most, size) if most > size else None
    parts = {subject for _, subject in (listed[paging.first : paging.last] if paging else listed)}
    terms = {subject for _, subject in Incoming(release, topic, only=_DEFINED)} if is_whole else set()
    parts |= terms
    stated = {iri: release.quads(iri) for iri in sorted(parts - {topic})}
    quads = list(ox.parse(b"\n".join(_on(paging, lines) if paging else lines), format=ox.RdfFormat.N_QUADS))
    if is_whole:
        _add_nodes(release, stated, quads)
    links = Incoming(release, topic, without=PARTS if stated else ())
    incoming = paged(len(links), context.settings.limits.incoming_links, "incoming")
    if ROWS in request.args and not is_whole:
        note_arguments(**{ROWS: request.args[ROWS]})  # the page for people says whether there is such a page
    dataset = Addresses(release.base).dataset()
    embedded = quads if terms else None  # all terms of an ontology in all languages would be most of its page
    return Description(topic, document, quads, stated, embedded, dataset, paging, links=links, incoming=incoming)


def _add_nodes(release: Release, stated: dict[str, list[ox.Quad]], quads: Iterable[ox.Quad]) -> None:
    """Add the nodes without a name of their own to which the parts lead, as a list or a restriction."""
    rest = [*quads, *(quad for part in stated.values() for quad in part)]
    while rest:
        value = rest.pop().object
        if isinstance(value, ox.NamedNode) and is_genid(value.value) and value.value not in stated:
            stated[value.value] = release.quads(value.value)
            rest += stated[value.value]


def _by_property(lines: list[bytes]) -> Iterator[list[bytes]]:
    """The statements about a thing, sorted, by their properties: searched for, since a thing may have very many."""
    start = 0
    while start < len(lines):
        subject, name, _ = lines[start].split(b" ", 2)
        end = bisect_left(lines, b"%b %b!" % (subject, name), start)  # "!" sorts next after the space
        yield lines[start:end]
        start = end


def _on(paging: Paging, lines: list[bytes]) -> Iterator[bytes]:
    """The statements on a page: of the properties with many values some, all others on every page."""
    for values in _by_property(lines):
        yield from values[paging.first : paging.last] if len(values) > paging.size else values


def describe_catalogue(context: Context, document: str, *, pages: bool) -> Description | None:
    """The catalogue as a document; None when the release has none.

    Args:
        context: of the request.
        document: the IRI of the document.
        pages: it has pages, of which the URL names one; otherwise it is whole as far as the settings allow, and leads
            to the pages.

    Raises:
        ProblemError: 404 there is no such page.
    """
    release, limits = context.release, context.settings.limits
    if not release.in_catalogue(context.iris.catalogue):
        return None
    datasets, size = entries(release), limits.catalogue_page_datasets
    if not pages and len(datasets) > limits.home_catalogue_datasets:
        paging = Paging(1, size, len(datasets))
    else:
        paging = paged(len(datasets), size) if pages and size else Paging(1, max(len(datasets), 1), len(datasets))
    shown, whole = datasets[paging.first : paging.last], context.iris.catalogue_page()
    return Description(
        context.iris.catalogue,
        document,
        listing(release, shown),
        {},
        embedded=[],
        paging=paging,
        whole=lambda fmt: [*page(release, shown), *paging.view(whole, whole, place(whole, fmt))],
    )


def place(document: str, fmt: Format | None) -> str:
    """The start of the URLs of the pages of a document, in the format and profile of the request.

    Harvesters ask for the next page with its address alone.
    """
    profile = f"?{urlencode({_PROFILE: request.args[_PROFILE]})}" if _PROFILE in request.args else ""
    return f"{document}.{fmt.suffix}{profile}" if fmt else f"{document}{profile}"


def resolve_iri(context: Context, kind: str, stem: str, start: str = "/") -> str | None:
    """The IRI of `{kind}/{stem}` as the release writes it; None when it describes nothing of that name.

    Args:
        context: of the request.
        kind: the first segment of the IRI's path, which may differ from that of the URL (`id`, `doc`).
        stem: the decoded path of the URL after its first segment, without the suffix of a fixed format.
        start: what precedes that in the path of the URL.
    """
    sent = context.raw_path.partition(start)[2]
    ending = unquote(sent)[len(stem) :] if unquote(sent).startswith(stem) else ""
    raw = f"{kind}/{sent.removesuffix(ending)}" if sent and sent.endswith(ending) else ""
    for iri in candidates(context.base, f"{kind}/{stem}", raw):
        if context.release.describes(iri):
            return iri
    return context.release.encoded(f"{unquote(context.base)}{kind}/{stem}")


def example_thing(context: Context) -> Mapping[str, str]:
    """The path of a thing that every publication describes: its partnership."""
    path = iri_to_path(context.iris.things, context.iris.partnership(context.settings.partnership))
    return {"path": path or ""}
