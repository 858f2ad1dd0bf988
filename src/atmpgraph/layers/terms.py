"""The terms of the software's vocabulary, and which of them a file names (Turtle and SPARQL have the same words)."""

import re
from collections.abc import Container, Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..addresses import CODES, ONTOLOGY, SOFTWARE
from ..settings.layers import supplied
from ..vocab import ATMPGRAPH

_WORD: Final = re.compile(
    r'(?P<iri><[^<>"{}|^`\\\s]*>)|(?P<string>"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\''
    r'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\')|(?P<comment>#[^\n]*)|(?P<prefix>[A-Za-z][\w.-]*|):(?P<name>[\w-]*)',
    re.DOTALL,
)
_VERSION: Final = re.compile(re.escape(f"{SOFTWARE}ns/") + r"\d+(\.\d+)*")  # of the ontology, which is no term
_DECLARED: Final = re.compile(r"(?im)^\s*@?prefix\s+(?P<prefix>[\w.-]*):\s*<(?P<namespace>[^>]*)>")
_IN_STRING: Final = re.compile(rf"{re.escape(SOFTWARE)}[^\s<>\"{{}}]*|\batmpgraph:(?P<name>\w[\w-]*)")
# What is named without being a term: the ontology as a document, and the starts of the lists.
_SPACES: Final = frozenset({SOFTWARE, ATMPGRAPH, CODES, ONTOLOGY})


@cache
def software_terms() -> frozenset[str]:
    """The terms, code lists and codes that the software defines."""
    return frozenset(
        quad.subject.value
        for file in supplied("ontology").rglob("*.ttl")
        for quad in ox.parse(
            file.read_text("utf-8-sig"), format=ox.RdfFormat.TURTLE, base_iri="https://publication.example/"
        )
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(SOFTWARE)
    )


def unknown_terms(file: Path, added: Container[str] = ()) -> Iterator[tuple[int, str]]:
    """The line and the IRI of each term of ours that a file names and that does not exist.

    Args:
        file: that names terms.
        added: the codes that the publication adds to its copies of our lists.
    """
    text = file.read_text(encoding="utf-8-sig", errors="replace")
    for place, iri in _named(text):
        if iri not in added and not exists(iri):
            yield text.count("\n", 0, place) + 1, iri


def exists(iri: str) -> bool:
    """Whether an IRI is a term of ours, or the beginning of some where a code follows."""
    if iri in software_terms() or iri in _SPACES or iri == f"{SOFTWARE}auth" or _VERSION.fullmatch(iri):
        return True
    return iri.endswith("/") and any(term.startswith(iri) for term in software_terms())


def nearest(iri: str) -> str:
    """The term that is meant, perhaps; empty if none is near."""
    space, name = _split(iri)
    names = {own: term for term in software_terms() for beside, own in (_split(term),) if beside == space}
    close = get_close_matches(name, names, 1, 0.7)
    return names[close[0]] if close else ""


def _split(iri: str) -> tuple[str, str]:
    """The namespace of a term, and its name."""
    name = re.split("[#/]", iri)[-1]
    return iri[: len(iri) - len(name)], name


def named(text: str) -> Iterator[tuple[int, str]]:
    """Where a text names IRIs outside of its strings, and which."""
    prefixes = {line["prefix"]: line["namespace"] for line in _DECLARED.finditer(text)}
    for word in _WORD.finditer(text):
        if iri := word["iri"]:
            yield word.start(), iri[1:-1]
        elif word["name"] and (namespace := prefixes.get(word["prefix"] or "", "")):
            yield word.start(), namespace + word["name"]


def _named(text: str) -> Iterator[tuple[int, str]]:
    """Where a text names IRIs of the software, and which; of a template the part before its first column."""
    yield from ((place, iri) for place, iri in named(text) if iri.startswith(SOFTWARE))
    for word in _WORD.finditer(text):
        for inside in _IN_STRING.finditer(word["string"] or ""):
            yield word.start() + inside.start(), ATMPGRAPH + inside["name"] if inside["name"] else inside[0]
