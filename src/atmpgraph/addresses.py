"""The URL map of a publication (docs/architecture.md): the one place that puts an IRI or a URL together.

IRIs follow the Belgian URI standard, `{base}{type}/{concept}/{reference}`. `Addresses` has the templates; the functions
below it turn the path of a URL into the IRI that it stands for, and back.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote_to_bytes

# The dataset that is the whole graph; the one name of a dataset that the code knows.
WHOLE: Final = "partnership"
CURRENT: Final = "current"  # stands for the digest of the current release in URLs
_THING, _DOCUMENT, _VOCABULARY, _CODE = "id/", "doc/", "ns/", "auth/"
# The vocabulary of the software: the same in every publication, each of which serves it too.
SOFTWARE: Final = "https://w3id.org/atmpgraph/"
ONTOLOGY: Final = SOFTWARE + "ns"
CODES: Final = SOFTWARE + _CODE
_ONTOLOGY_PATH: Final = _VOCABULARY + "atmpgraph"  # where a site serves the ontology


@dataclass(frozen=True)
class Addresses:
    """The IRIs and URLs under a base, which ends with a slash.

    The server itself is mounted anywhere: with the path of its mount point as `base`, the same templates give links.
    """

    base: str

    # things: 303 to their document

    @property
    def things(self) -> str:
        """The start of the IRI of every thing."""
        return self.base + _THING

    def thing(self, kind: str, name: str) -> str:
        """The IRI of a thing, such as an organisation."""
        return f"{self.things}{kind}/{name}"

    def is_thing(self, iri: str) -> bool:
        """Whether an IRI names a thing, which has a document apart from itself."""
        return iri.startswith(self.things)

    def partnership(self, name: str) -> str:
        """The partnership that a publication is about."""
        return self.thing("partnership", name)

    def graph(self, name: str) -> str:
        """The named graph of a source, or one of our own such as `tables`."""
        return self.thing("graph", name)

    def source(self, name: str) -> str:
        """A source."""
        return self.thing("source", name)

    def dataset(self, name: str = WHOLE) -> str:
        """A dataset of the catalogue; without a name the whole graph."""
        return self.thing("dataset", name)

    def linkset(self, name: str) -> str:
        """The links to a registry, by its code."""
        return self.thing("linkset", name)

    def linkset_page(self, registry: str) -> str:
        """The page of the links to a registry, and with a suffix their files."""
        return f"{self.base}linksets/{registry}"

    def distribution(self, name: str) -> str:
        """A file of a dataset, as the catalogue describes it."""
        return self.thing("distribution", name)

    @property
    def catalogue(self) -> str:
        """The catalogue as a thing."""
        return f"{self.things}catalogue"

    def catalogue_page(self, number: int | None = None) -> str:
        """The catalogue as a document, or one page of it."""
        return self.page("catalogue") + ("" if number is None else f"?page={number}")

    # documents and vocabularies

    def document(self, iri: str) -> str:
        """The document about a thing; ontology, code lists, codes and the catalogue are documents themselves."""
        if iri == self.catalogue:
            return self.catalogue_page()
        return f"{self.base}{_DOCUMENT}{iri.removeprefix(self.things)}" if self.is_thing(iri) else self.served(iri)

    def served(self, iri: str) -> str:
        """Where the site serves an IRI: the vocabulary of the software beside that of the publication."""
        if iri.startswith(CODES):
            return self.base + iri.removeprefix(SOFTWARE)
        if iri.partition("#")[0] == ONTOLOGY:
            return f"{self.base}{_ONTOLOGY_PATH}{iri.removeprefix(ONTOLOGY)}"
        return iri

    def is_own(self, iri: str) -> bool:
        """Whether an IRI is of the publication or of the vocabulary of the software."""
        return iri.startswith(self.own)

    @property
    def own(self) -> tuple[str, str]:
        """The starts of the IRIs of the publication and of the vocabulary of the software."""
        return self.base, SOFTWARE

    def document_at(self, path: str) -> str:
        """The document about the thing at a path, percent-encoded and without `id/`."""
        return f"{self.base}{_DOCUMENT}{path}"

    def has_document(self, iri: str) -> bool:
        """Whether we serve a document about an IRI; a fragment has none of its own."""
        return "#" not in iri and iri.startswith(self.documented)

    @property
    def documented(self) -> tuple[str, ...]:
        """The starts of the IRIs of everything that has a document; a fragment has none of its own."""
        return (*(self.base + space for space in (_THING, _VOCABULARY, _CODE)), CODES, ONTOLOGY)

    @property
    def tables(self) -> str:
        """The start of the IRI of every table."""
        return f"{self.base}{_DOCUMENT}table/"

    def table(self, file: str, row: int | None = None) -> str:
        """A table, or one of its rows (RFC 7111 §2.1)."""
        return f"{self.tables}{file}" + ("" if row is None else f"#row={row}")

    def vocabulary(self, name: str) -> str:
        """An ontology or another vocabulary under `ns/`."""
        return f"{self.base}{_VOCABULARY}{name}"

    # releases

    def release(self, digest: str) -> str:
        """A release."""
        return f"{self.base}releases/{digest}"

    def release_quality(self, digest: str) -> str:
        """The quality report of a release."""
        return f"{self.release(digest)}/quality"

    def dump(self, name: str, digest: str = CURRENT) -> str:
        """A file of a release; of the current one, under the URL that does not change."""
        return f"{self.base}dumps/{digest}/{name}"

    def metric(self, name: str = "") -> str:
        """A metric of quality; without a name, the start of the IRI of every metric."""
        return f"{self.page('quality')}#{name}"

    def memento(self, path: str, digest: str) -> str:
        """The state that a release has of the document at a path (RFC 7089)."""
        return f"{self.release(digest)}/{_DOCUMENT}{path}"

    def timemap(self, path: str) -> str:
        """The list of all states of the document at a path."""
        return f"{self.base}timemap/{_DOCUMENT}{path}"

    # pages and services

    def page(self, path: str) -> str:
        """A page or service by its path, such as `sparql`, `catalogue` or `.well-known/void`."""
        return self.base + path

    def query(self, name: str) -> str:
        """A query of the library."""
        return f"{self.base}queries/{name}"

    def chart(self, name: str) -> str:
        """A chart as a thing."""
        return self.thing("chart", name)

    def problem(self, kind: str) -> str:
        """A kind of problem (RFC 9457 §3.1.1)."""
        return f"{self.base}problems/{kind}"

    def stream(self, page: int | None = None) -> str:
        """The change stream, or one of its pages."""
        return f"{self.base}stream" + ("" if page is None else f"/{page}")

    def graph_store(self, graph: str | None = None) -> str:
        """A named graph under the Graph Store Protocol (§4.2); without one, the default graph."""
        return f"{self.base}data?" + ("default" if graph is None else f"graph={quote(graph, safe='')}")


_NOT_IN_IRI = re.compile(r"[\x00-\x20\x7f<>\"{}|\\^`%\ud800-\udfff]")


def path_to_iri(base: str, path: str) -> str:
    """The IRI of a decoded path under `base`; what no IRI may have is percent-encoded (RFC 3987 §2.2, §3.1)."""
    return base + _NOT_IN_IRI.sub(lambda m: quote(m[0], errors="replace"), path)


def served_path(base: str, iri: str) -> str | None:
    """The path and fragment at which the site at `base` serves an IRI; None for one that it does not serve."""
    return iri_to_path(base, Addresses(base).served(iri))


def iri_to_path(base: str, iri: str) -> str | None:
    """The path and fragment of an IRI under `base`, percent-encoded for a link; None for any other IRI."""
    return quote(iri.removeprefix(base), safe="/%#!$&'()*+,;=:@~?") if iri.startswith(base) else None


def raw_path(target: str, *decoded: str) -> str:
    """The percent-encoded path of a request target, if it is that of one of the `decoded` ones (latin-1, as in WSGI).

    A server may have normalised the path but not the target; then the encoding is uncertain and the result is empty.
    """
    if target.lower().startswith(("http://", "https://")):  # absolute-form (RFC 9112 §3.2.2)
        target = "/" + target.partition("://")[2].partition("/")[2]
    path = target.partition("?")[0].partition("#")[0]
    return path if path and unquote_to_bytes(path.encode("latin-1", "replace")).decode("latin-1") in decoded else ""


def candidates(base: str, path: str, raw: str = "") -> list[str]:
    """The IRIs under `base` that a path may stand for, the most literal first.

    An IRI in the data may have `é` or `%C3%A9`; a URL has the same for both (RFC 3987 §3.1). The raw path, where the
    server passes it on, is more precise than the decoded one: `%2F` is no slash there.
    """
    literal = [base + raw, _unescaped(base, raw)] if raw else []
    if path == _ONTOLOGY_PATH:
        return [ONTOLOGY]
    software = [SOFTWARE + path] if path.startswith(_CODE) and _NOT_IN_IRI.search(path) is None else []
    return list(
        dict.fromkeys([*software, *literal, path_to_iri(base, path), base + quote(path, safe=_SAFE, errors="replace")])
    )


_SAFE = "/!$&'()*+,;=:@~"
_ESCAPED = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")


def _unescaped(base: str, raw: str) -> str:
    """A raw path with the characters beyond ASCII written out, and nothing else (RFC 3987 §3.2)."""

    def decode(match: re.Match[str]) -> str:
        try:
            return unquote_to_bytes(match[0]).decode()
        except UnicodeDecodeError:
            return match[0]

    return base + _ESCAPED.sub(decode, raw)
