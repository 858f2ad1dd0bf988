"""The SHACL shapes of a publication, and the texts of sources that they are run against."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rdflib import Graph, URIRef
from rdflib import __version__ as rdflib_version

from ..addresses import Addresses
from ..code_cache import CodeCache
from ..i18n import NOT_TURTLE, TranslatedError, message
from ..rdf.terms import escape
from ..reasons import reason_of
from .number_words import with_number_words
from .shape_texts import filled

if TYPE_CHECKING:  # a worker starts faster without
    from ..settings.layers import Folder

# The local name of the property that holds a text, while it is checked.
HELD_TEXT: Final = "heldText"
_LINK: Final = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")  # of Markdown
# To parse those of the starter takes a quarter of a second, to read the graph again a tenth of that.
_GRAPHS: Final = CodeCache("shapes", __file__, 8, rdflib_version)
_NO_SHAPES: Final = message("{folder}: no shapes; data are published only after a check")


def read_shapes(folder: "Folder", base: str, languages: Sequence[str]) -> Graph:
    """All `*.ttl` in `folder`, for a publication with this base and these languages.

    Raises:
        AtmpgraphError: there is none, or one is not Turtle.
    """
    return read_distinguished(folder, base, languages)[0]


def read_distinguished(folder: "Folder", base: str, languages: Sequence[str]) -> tuple[Graph, str]:
    """The same, and SHA-256 of all that was read for it, in hexadecimal."""
    files = sorted(folder.glob("*.ttl"))
    if not files:
        raise TranslatedError(_NO_SHAPES, folder=folder)
    texts = [(file, _text(file)) for file in files]  # read once: somebody may write a file meanwhile
    digest = hashlib.sha256(" ".join((base, *languages)).encode())
    for _, text in texts:
        digest.update(with_number_words(text).encode())
    return _parsed(tuple((file, filled(text, base, languages)) for file, text in texts), base), digest.hexdigest()


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TranslatedError(NOT_TURTLE, file=file, reason=reason_of(error)) from None


@lru_cache(maxsize=8)
def _parsed(texts: tuple[tuple[Path, str], ...], base: str) -> Graph:
    """The shapes of all files; nobody changes the graph."""
    graph, prefixes = _GRAPHS.get(f"{base} {[text for _, text in texts]}", lambda: _parse(texts, base))
    for prefix, namespace in prefixes:  # a graph that is unpickled has those that rdflib prefers
        graph.bind(prefix, namespace, replace=True)
    return graph


def _parse(texts: tuple[tuple[Path, str], ...], base: str) -> tuple[Graph, list[tuple[str, URIRef]]]:
    """The graph, and its prefixes."""
    graph = Graph()
    for file, text in texts:
        try:
            graph.parse(data=text, format="turtle", publicID=base)
        except Exception as error:
            raise TranslatedError(NOT_TURTLE, file=file, reason=reason_of(error)) from None
    return graph, list(graph.namespaces())


def held_texts(texts: Mapping[str, str], base: str) -> Iterator[str]:
    """The texts of sources as N-Triples, for the check of quotations; they are not published.

    Args:
        texts: text by slug of the source. White space counts as one space, emphasis marks (`*`) as nothing, a link as
            its words.
    """
    addresses = Addresses(base)
    for slug, text in texts.items():
        plain = " ".join(_LINK.sub(r"\1", text).replace("*", "").split())
        yield f'<{addresses.source(slug)}> <{addresses.vocabulary("shapes")}#{HELD_TEXT}> "{escape(plain)}" .\n'
