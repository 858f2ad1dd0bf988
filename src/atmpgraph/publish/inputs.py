"""The inputs of a release beside its data: queries of datasets, Data Package, shapes, lists, charts.

Each is stated by its SHA-256 in the graph `id/graph/catalogue`, and so has its part in the digest of the release: an
edit of one of them, and of no table, makes a new release.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256

from ..addresses import Addresses
from ..quality.shapes_document import shapes_lines
from ..rdf.statements import statement
from ..rdf.terms import line
from ..settings.layers import Folder
from ..sources.package import Package
from ..vocab import PROV


def digest_name(content: bytes) -> str:
    """The name of some bytes by their SHA-256 (RFC 6920 §3)."""
    return f"ni:///sha-256;{urlsafe_b64encode(sha256(content).digest()).decode().rstrip('=')}"


def input_lines(
    package: Package,
    shapes: Folder,
    lists: Folder,
    datasets: Folder,
    charts: bytes,
    base: str,
    languages: Sequence[str],
) -> Iterator[str]:
    """State what influenced the datasets and the catalogue, as canonical lines (PROV-O: a query is no source).

    Of shapes the statements count, so that a comment in them makes no release.

    Args:
        package: the tables.
        shapes: the folder of the shapes.
        lists: the folder of the declarations of lists.
        datasets: the folder of the queries of the datasets.
        charts: what the pictures of the data are made from.
        base: of the publication.
        languages: of the publication.

    Raises:
        AtmpgraphError: a file of shapes is not Turtle.
    """
    addresses = Addresses(base)
    inputs = [
        (addresses.catalogue, "".join(shapes_lines(shapes, base, languages)).encode()),
        (addresses.dataset(), package.published),
        *((addresses.dataset(query.stem), query.read_bytes()) for query in datasets.glob("*.rq")),
        (addresses.catalogue, charts),
    ]
    for thing, content in inputs:
        yield _line(thing, content, addresses)
    yield lists_line(lists, base)


def lists_line(lists: Folder, base: str) -> str:
    """What is stated of the declarations of lists: another line as soon as one of them is another."""
    addresses = Addresses(base)
    return _line(addresses.catalogue, b"".join(file.read_bytes() for file in lists.glob("*.toml")), addresses)


def _line(thing: str, content: bytes, addresses: Addresses) -> str:
    return line(statement(thing, f"{PROV}wasInfluencedBy", digest_name(content), addresses.graph("catalogue")))
