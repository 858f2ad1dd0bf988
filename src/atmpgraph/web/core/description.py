"""What a release states about one thing, and what its document states about itself."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import overload
from urllib.parse import unquote

import pyoxigraph as ox

from ...addresses import Addresses, candidates, iri_to_path
from ...rdf.numbered_lines import NumberedLines
from ...rdf.statements import about
from ...release.release import Release
from ...vocab import DCT, FOAF, RDF, RDFS, SKOS, VOID
from .context import Context
from .paging import Paging, paged

# How the parts of a document link to it: terms to their ontology, of which all are shown, codes to their list.
_DEFINED, _LISTED = f"{RDFS}isDefinedBy", f"{SKOS}inScheme"
PARTS = (_DEFINED, _LISTED)
_INCOMING = "SELECT DISTINCT ?subject ?predicate { ?subject ?predicate %s }"


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
    """

    topic: str
    document: str
    quads: list[ox.Quad]
    parts: dict[str, list[ox.Quad]]
    embedded: list[ox.Quad] | None = None
    dataset: str = ""
    paging: Paging | None = None

    def published(self, licence: str) -> list[ox.Quad]:
        """All quads of the document; those about itself, which no source states, in the default graph."""
        quads = [*self.quads, *(quad for part in self.parts.values() for quad in part)]
        document = ox.NamedNode(self.document)
        stated = {DCT + "license": licence, VOID + "inDataset": self.dataset}
        if self.document != self.topic:
            stated |= {RDF + "type": FOAF + "Document", FOAF + "primaryTopic": self.topic}
        elif any(q.subject == document and q.predicate.value == DCT + "license" for q in quads):
            del stated[DCT + "license"]
        whole = about(self.document, *((name, iri) for name, iri in stated.items() if iri))
        return [*quads, *whole, *(self.paging.view(self.document) if self.paging else ())]


def describe(context: Context, topic: str, document: str) -> Description | None:
    """The description of a thing, of a code list with the page that the URL names; None when nothing is stated.

    Raises:
        ProblemError: 404 there is no such page.
    """
    release = context.release
    quads = release.quads(topic)
    if not quads:
        return None
    parts, paging = list[str](), None
    if document == topic:
        listed = Incoming(release, topic, only=_LISTED)
        paging = paged(len(listed), context.settings.limits.list_page_codes)
        found = [*Incoming(release, topic, only=_DEFINED), *listed[paging.first : paging.last]]
        parts = sorted({subject for _, subject in found} - {topic})
    stated = {iri: release.quads(iri) for iri in parts}
    dataset = Addresses(release.base).dataset()
    return Description(topic, document, quads, stated, dataset=dataset, paging=paging)


def describe_catalogue(release: Release, document: str) -> Description | None:
    """The whole catalogue as a document; None when the release has none."""
    topic = Addresses(release.base).catalogue
    return Description(topic, document, _catalogue(release), {}, embedded=[]) if release.in_catalogue(topic) else None


@lru_cache(maxsize=1)
def _catalogue(release: Release) -> list[ox.Quad]:
    """The statements of the catalogue, parsed once: harvesters read it in every format and page."""
    return release.graph("catalogue")


class Incoming(Sequence[tuple[str, str]]):
    """The links to a thing, as pairs of predicate and subject: those of the data, then those of the catalogue."""

    def __init__(self, release: Release, topic: str, *, only: str = "", without: Iterable[str] = ()) -> None:
        """Look up how many there are.

        Args:
            release: in which.
            topic: the IRI of the thing.
            only: the predicate of the links; empty for any.
            without: predicates of links that are left out.
        """
        self._lists: list[tuple[NumberedLines | _Computed, range]] = []
        self._skipped = len(f"<{topic}> ".encode())
        wanted = f"<{topic}> " + (f"<{only}> " if only else "")
        unwanted = [f"<{topic}> <{predicate}> ".encode() for predicate in without]
        paths = release.folder.incoming, release.description.catalogue_links
        lists: list[NumberedLines | _Computed] = [found for at in paths if (found := release.numbered(at)) is not None]
        for lines in lists or [_Computed(release, topic)]:
            rest = lines.starting(wanted.encode())
            for left_out in sorted(map(lines.starting, unwanted), key=lambda numbers: numbers.start):
                if left_out:
                    self._lists.append((lines, range(rest.start, left_out.start)))
                    rest = range(left_out.stop, rest.stop)
            self._lists.append((lines, rest))

    def __len__(self) -> int:
        """How many links there are."""
        return sum(len(numbers) for _, numbers in self._lists)

    @overload
    def __getitem__(self, number: int) -> tuple[str, str]: ...
    @overload
    def __getitem__(self, number: slice) -> list[tuple[str, str]]: ...

    def __getitem__(self, number: int | slice) -> tuple[str, str] | list[tuple[str, str]]:
        """A link, or neighbouring ones."""
        if isinstance(number, int):
            return self[number : number + 1][0]
        first, last, _ = number.indices(len(self))
        found: list[tuple[str, str]] = []
        for lines, numbers in self._lists:
            chosen = numbers[max(first, 0) : max(last, 0)]
            if chosen:
                found += map(self._pair, lines[chosen[0] : chosen[-1] + 1])
            first, last = first - len(numbers), last - len(numbers)
        return found

    def _pair(self, line: bytes) -> tuple[str, str]:
        predicate, _, subject = line[self._skipped :].decode().partition(" ")
        return predicate[1:-1], subject[1:-1]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """All of them."""
        return iter(self[:])


class _Computed(list[bytes]):
    """The links of a release that an earlier version made: all of them, asked of its store."""

    def __init__(self, release: Release, topic: str) -> None:
        query = _INCOMING % ox.NamedNode(topic)
        rows = (row for store in release.stores(topic) for row in store.select(query))
        super().__init__(sorted({f"<{topic}> {row['predicate']} {row['subject']}".encode() for row in rows}))

    def starting(self, prefix: bytes) -> range:
        """The numbers of the lines that start with `prefix`."""
        return range(bisect_left(self, prefix), bisect_left(self, prefix + b"\xff"))


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
        if context.release.lines(iri):
            return iri
    return context.release.encoded(f"{unquote(context.base)}{kind}/{stem}")


def example_thing(context: Context) -> Mapping[str, str]:
    """The path of a thing that every publication describes: its partnership."""
    path = iri_to_path(context.iris.things, context.iris.partnership(context.settings.partnership))
    return {"path": path or ""}
