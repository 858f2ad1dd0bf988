"""The codes and addresses of a vocabulary, from its file: what CORDIS names by a code has an address there.

A code of EuroSciVoc as CORDIS writes it is a path, such as `/23/43/251`: the notations (SKOS §6) of a concept and of
those above it. A path is made of the whole chain, so that a vocabulary numbered in another way fits nowhere.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..i18n import TranslatedError, message
from ..settings.groups import Imports
from ..vocab import SKOS
from .codes_of_others import VOCABULARIES
from .sheets import require_size

SUFFIXES: Final = frozenset({".rdf", ".ttl", ".nt", ".xml"})
_FORMATS: Final = {".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES}
_DEEPEST: Final = 20  # steps from the top to a concept
_MOST: Final = 100_000  # codes; a vocabulary whose ways branch into more is none
_NOT_RDF: Final = message("{file}: not a vocabulary in RDF that can be read; download it again")
_UNKNOWN: Final = message(
    "{file}: there is no concept in it with a code of a known vocabulary ({vocabularies}); give the file of that one"
)


def codes_of(path: Path, limits: Imports) -> tuple[str, Mapping[str, str]]:
    """The list of codes that a file fills, and the address of the concept by its code.

    Args:
        path: of the vocabulary.
        limits: how large it may be.

    Raises:
        TranslatedError: it cannot be read, or no vocabulary that is known is in it.
    """
    require_size(path, limits)
    notations, above = dict[str, str](), dict[str, list[str]]()
    try:
        for quad in ox.parse(path=path, format=_FORMATS.get(path.suffix.lower(), ox.RdfFormat.RDF_XML)):
            subject, value = str(getattr(quad.subject, "value", "")), str(getattr(quad.object, "value", ""))
            if quad.predicate.value == f"{SKOS}notation":
                notations[subject] = value
            elif quad.predicate.value == f"{SKOS}broader":
                above.setdefault(subject, []).append(value)
    except (SyntaxError, ValueError):
        raise TranslatedError(_NOT_RDF, file=str(path)) from None
    paths = _paths(notations, above)
    for name, vocabulary in VOCABULARIES.items():
        if codes := {code: iri for code, iri in paths if iri.startswith(vocabulary["concepts"])}:
            return name, codes
    raise TranslatedError(_UNKNOWN, file=str(path), vocabularies=", ".join(VOCABULARIES))


def _paths(notations: Mapping[str, str], above: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """The codes of the concepts, from the top downwards: one for each way that leads to a concept."""
    below: dict[str, list[str]] = {}
    for concept in sorted(above):
        for upper in above[concept]:
            below.setdefault(upper, []).append(concept)
    level = [(f"/{notation}", concept) for concept, notation in notations.items() if concept not in above]
    paths = level
    for _ in range(_DEEPEST):
        level = [
            (f"{path}/{notations[each]}", each)
            for path, iri in level
            for each in below.get(iri, ())
            if each in notations
        ]
        if len(paths) + len(level) > _MOST:
            break
        paths = paths + level
    return paths


def content_of(codes: Mapping[str, str], own: Path) -> str:
    """A list of codes as a file: the lines that are there stay, and come first."""
    content = io.StringIO()
    if own.is_file():
        before = own.read_text(encoding="utf-8-sig")
        content.write(before if before.endswith("\n") else f"{before}\n")
        with own.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            header, there = [*(reader.fieldnames or ())], {row["theirs"] for row in reader}
    else:
        header, there = ["theirs", "ours"], set[str]()
        content.write("theirs,ours\n")
    writer = csv.DictWriter(content, header, lineterminator="\n")
    writer.writerows({"theirs": code, "ours": iri} for code, iri in sorted(codes.items()) if code not in there)
    return content.getvalue()
