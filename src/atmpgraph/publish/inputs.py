"""What a release is made with beside its data: the queries of its datasets, its Data Package, its shapes.

Each is stated by its SHA-256 in the graph `id/graph/catalogue`, and so has its part in the digest of the release: who
edits one of them, and no table, gets a new release.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pyoxigraph as ox

from ..addresses import WHOLE
from ..errors import AtmpgraphError
from ..quality.shapes_document import shapes_lines
from ..rdf.terms import line
from ..sources.package import DESCRIPTOR
from ..vocab import PROV
from .dumps import DATASETS


def named(content: bytes) -> str:
    """The name of some bytes by their SHA-256 (RFC 6920 §3)."""
    return f"ni:///sha-256;{urlsafe_b64encode(sha256(content).digest()).decode().rstrip('=')}"


def input_lines(data: Path, shapes: Path, base: str) -> Iterator[str]:
    """What the datasets and the catalogue were influenced by, as canonical lines (PROV-O: a query is no source).

    Shapes are taken as what they state, so that a comment in them makes no release.

    Args:
        data: the folder of the tables.
        shapes: the folder of the shapes.
        base: of the publication.

    Raises:
        AtmpgraphError: a file of shapes is not Turtle.
    """
    try:
        rules = "".join(shapes_lines(shapes, base)).encode()
    except (SyntaxError, ValueError) as error:
        raise AtmpgraphError(f"{shapes}: {error}") from None
    made = {"id/catalogue": rules, f"id/dataset/{WHOLE}": (data / DESCRIPTOR).read_bytes()}
    made |= {f"id/dataset/{query.stem}": query.read_bytes() for query in (data / DATASETS).glob("*.rq")}
    graph, influenced = ox.NamedNode(f"{base}id/graph/catalogue"), ox.NamedNode(f"{PROV}wasInfluencedBy")
    for thing, content in made.items():
        yield line(ox.Quad(ox.NamedNode(base + thing), influenced, ox.NamedNode(named(content)), graph))
