"""Every response is read by its own Content-Type; what no reader here knows is a failure."""

import csv
import gzip
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any, Final, TypeAlias

import pyoxigraph as ox
import yaml
from python_calamine import CalamineWorkbook

from atmpgraph.addresses import Addresses

from .links import links
from .tables import XLSX
from .targets import Answer, Target

Graph: TypeAlias = frozenset[ox.Triple]

RDF: Final = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}
_RESULTS: Final = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
_CHARSET: Final = re.compile(r'charset="?utf-8"?\s*(;|$)', re.IGNORECASE)


class Page(HTMLParser):
    """A page: its elements, and the data blocks of JSON-LD in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.data: list[str] = []
        self.words = ""
        self._block = False
        self.feed(text)
        self.close()
        assert text.lower().startswith("<!doctype html>")
        assert {"html", "head", "title", "body", "main"} <= {tag for tag, _ in self.elements}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._block = tag == "script" and dict(attrs).get("type") == "application/ld+json"
        if self._block:
            self.data.append("")

    def handle_endtag(self, _tag: str) -> None:
        self._block = False

    def handle_data(self, data: str) -> None:
        if self._block:
            self.data[-1] += data
        else:
            self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


def content(answer: Answer) -> bytes:
    """The body without its content coding."""
    coding = answer.field("Content-Encoding")
    if coding == "gzip":
        return gzip.decompress(answer.body)
    if coding == "zstd":
        import zstandard

        return zstandard.ZstdDecompressor().decompressobj().decompress(answer.body)
    assert coding in {"", "identity"}, answer
    return answer.body


def _with_contexts(value: Any, target: Target, base: str) -> Any:
    """JSON-LD with the contexts of the publication put in for their addresses, as a processor would (§ remote context)."""
    if isinstance(value, dict):
        return {
            key: _context(inner, target, base) if key == "@context" else _with_contexts(inner, target, base)
            for key, inner in value.items()
        }
    return [_with_contexts(inner, target, base) for inner in value] if isinstance(value, list) else value


def _context(value: Any, target: Target, base: str) -> Any:
    if isinstance(value, list):
        return [_context(inner, target, base) for inner in value]
    if not isinstance(value, str):
        return value
    answer = target.ask(local(value, target, base), fields={"Accept": "application/ld+json"})
    assert answer.status == 200, answer
    return json.loads(answer.body)["@context"]


def local(reference: str, target: Target, base: str) -> str:
    """The path, under the target's mount, of an IRI of ours or of a URL of the target."""
    reference = Addresses(base).served(reference)
    if reference.startswith(base):
        path = "/" + reference.removeprefix(base)
    else:
        assert reference.startswith(f"{target.prefix}/"), f"{reference} is neither ours nor under {target.prefix}/"
        path = reference.removeprefix(target.prefix)
    path = path.partition("#")[0]
    return "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in path)


def json_ld(text: str | bytes, target: Target, base: str) -> Graph:
    """The graph of a JSON-LD document (the union of its graphs)."""
    document = _with_contexts(json.loads(text), target, base)
    return _triples(ox.parse(json.dumps(document).encode(), format=ox.RdfFormat.JSON_LD, base_iri=base))


def _triples(quads: Any) -> Graph:
    found = frozenset(quad.triple for quad in quads)
    if any(triple.predicate.value.endswith("/shacl#path") for triple in found):
        # Of shapes alone: a path of several steps has no other form than a blank node (SHACL §2.3.1).
        shapes = ox.Dataset(ox.Quad(*triple) for triple in found)
        shapes.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        return frozenset(quad.triple for quad in shapes)
    assert not any(isinstance(term, ox.BlankNode) for triple in found for term in triple), "a blank node"
    return found


def graph(answer: Answer, target: Target, base: str) -> Graph:
    """The graph that a response carries: an RDF body, or the data blocks of a page."""
    body = content(answer)
    if answer.media_type == "text/html":
        blocks = Page(body.decode()).data
        assert blocks, f"no JSON-LD in the page\n{answer}"
        blocks = [block for block in blocks if not block.startswith('{"@context": "https://schema.org/"')]
        return json_ld(blocks[0], target, base)  # a second one is for search engines
    if answer.media_type == "application/ld+json":
        return json_ld(body, target, base)
    return _triples(ox.parse(body, format=RDF[answer.media_type]))


def problem(answer: Answer) -> dict[str, Any]:
    """The members of a problem (RFC 9457 §3.1)."""
    assert answer.media_type == "application/problem+json", answer
    members = json.loads(answer.body)
    assert isinstance(members, dict)
    assert members["status"] == answer.status, answer
    for name in ("type", "title", "detail"):
        assert isinstance(members[name], str), answer
        assert members[name].strip(), answer
    assert "Traceback" not in answer.body.decode()
    return members


def _table(body: bytes) -> None:
    rows = list(csv.reader(io.StringIO(body.decode(), newline=""), strict=True))
    assert len({len(row) for row in rows}) == 1, "rows of different widths"


def _linkset(body: bytes) -> None:
    """RFC 9264 §4.2."""
    for context in json.loads(body)["linkset"]:
        assert isinstance(context["anchor"], str)
        for relation, targets in context.items():
            assert relation == "anchor" or all(isinstance(link["href"], str) for link in targets)


def _bibtex(body: bytes) -> None:
    text = body.decode()
    assert re.match(r"@misc\{[\w-]+,\n", text)
    assert text.endswith("\n}\n")


def _patch(body: bytes) -> None:
    """RDF Patch: a header, a transaction of changes, each a statement of N-Quads."""
    lines = body.decode().splitlines()
    start = lines.index("TX .")
    assert lines[-1] == "TC ."
    assert all(line.startswith("H ") for line in lines[:start])
    assert {line[:2] for line in lines[start + 1 : -1]} <= {"A ", "D "}
    list(ox.parse("\n".join(line[2:] for line in lines[start + 1 : -1]), format=ox.RdfFormat.N_QUADS))


def _png(body: bytes) -> None:
    """The signature, and the chunks from the head to the end (PNG §5.2, §5.6)."""
    assert body.startswith(b"\x89PNG\r\n\x1a\n")
    assert body[12:16] == b"IHDR"
    assert body[-8:-4] == b"IEND"


_OTHERS: Final[dict[str, Callable[[bytes], object]]] = {
    "text/plain": bytes.decode,
    "text/css": bytes.decode,
    "text/csv": _table,
    "text/html": lambda body: Page(body.decode()),
    "image/svg+xml": ET.fromstring,
    "image/png": _png,
    "application/xml": ET.fromstring,
    "application/json": json.loads,
    "application/schema+json": json.loads,
    "application/vnd.oai.openapi+json": json.loads,
    "application/rdf-patch": _patch,
    "application/link-format": lambda body: links(body.decode().replace("\n", " ")),
    "application/x-bibtex": _bibtex,
    "application/vnd.citationstyles.csl+json": json.loads,
    "application/yaml": yaml.safe_load,
    "application/linkset+json": _linkset,
    XLSX: lambda body: CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python(),
    "application/sparql-query": bytes.decode,
    "application/x-suggestions+json": json.loads,
    "application/opensearchdescription+xml": ET.fromstring,
    "application/atom+xml": ET.fromstring,
}


def read(answer: Answer, target: Target, base: str) -> None:
    """Parse the body by its Content-Type.

    Raises:
        Exception: whatever the parser of that type says of a body that is something else.
    """
    body, kind = content(answer), answer.media_type
    if kind.startswith("text/"):
        assert _CHARSET.search(answer.field("Content-Type")), answer
    if kind in RDF:
        graph(answer, target, base)
    elif kind in _RESULTS:
        results = ox.parse_query_results(body, format=_RESULTS[kind])
        if not isinstance(results, ox.QueryBoolean):
            list(results)
    elif kind == "application/problem+json":
        problem(answer)
    else:
        assert kind in _OTHERS, f"nobody can read {kind!r}\n{answer}"
        _OTHERS[kind](body)
