"""The SHACL shapes of a publication, and the texts of sources that they are run against."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from rdflib import Graph

from ..addresses import Addresses
from ..errors import AtmpgraphError
from ..rdf.terms import escape

# The local name of the property that holds a text, while it is checked.
HELD_TEXT: Final = "heldText"


def read_shapes(folder: Path, base: str) -> Graph:
    """All `*.ttl` in `folder`; `{base}` in them stands for the base where a relative IRI cannot (literals).

    Raises:
        AtmpgraphError: there is none, or one is not Turtle.
    """
    graph = Graph()
    files = sorted(folder.glob("*.ttl"))
    if not files:
        raise AtmpgraphError(f"{folder}: no shapes; data are published only after a check")
    for file in files:
        try:
            graph.parse(data=file.read_text("utf-8-sig").replace("{base}", base), format="turtle", publicID=base)
        except Exception as error:
            raise AtmpgraphError(f"{file}: not Turtle: {error}") from None
    return graph


def shapes_digest(folder: Path, base: str) -> str:
    """SHA-256 of all that `read_shapes` reads, in hexadecimal."""
    digest = hashlib.sha256(base.encode())
    for file in sorted(folder.glob("*.ttl")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def held_texts(texts: Mapping[str, str], base: str) -> Iterator[str]:
    """The texts of sources as N-Triples, for the check of quotations; they are not published.

    Args:
        texts: text by slug of the source. White space counts as one space, emphasis marks (`*`) as nothing.
    """
    addresses = Addresses(base)
    for slug, text in texts.items():
        plain = " ".join(text.replace("*", "").split())
        yield f'<{addresses.source(slug)}> <{addresses.vocabulary("shapes")}#{HELD_TEXT}> "{escape(plain)}" .\n'
