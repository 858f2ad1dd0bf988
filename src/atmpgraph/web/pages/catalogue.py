"""The page of the catalogue: its datasets, each with its files, and its services."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from ...release.manifest import Score
from ...vocab import DCAT, DCT
from ..core.context import Context
from ..core.description import Description
from ..core.labels import Name, page_names
from ..core.paging import Paging

_DATASET: Final = f"{DCAT}dataset"
_LISTED: Final = frozenset({_DATASET, f"{DCAT}service"})
_ENTRIES: Final = f"""
SELECT ?entry ?service ?modified ?file ?url ?format ?size {{
  VALUES (?entry ?service) {{ %s }}
  OPTIONAL {{ ?entry <{DCT}modified> ?modified }}
  OPTIONAL {{ ?entry <{DCAT}endpointURL> ?url }}
  OPTIONAL {{
    ?entry <{DCAT}distribution> ?file .
    ?file <{DCAT}downloadURL> ?url ; <{DCT}format> ?format ; <{DCAT}byteSize> ?size
  }}
}} ORDER BY ?entry ?file"""
_DESCRIPTIONS: Final = f"""
SELECT ?entry ?text {{ VALUES ?entry {{ %s }} ?entry <{DCT}description> ?text }} ORDER BY ?entry ?text"""


@dataclass(frozen=True)
class Entry:
    """A dataset or service on the page.

    Attributes:
        iri: of the thing.
        part: of the page: `datasets`, `services`, or `sources` for the dataset of one source.
        modified: the day of the last change.
        about: its descriptions.
        files: URL, format and size in bytes of each; of a service, its URL alone.
    """

    iri: str
    part: str
    modified: str
    about: list[ox.Literal] = field(default_factory=list)
    files: list[tuple[str, str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class CataloguePage:
    """What the template shows: the entries by part of the page, the largest first; names; the score of the metadata."""

    parts: Mapping[str, list[Entry]]
    names: dict[str, Name]
    paging: Paging | None
    score: Score | None


def catalogue_page(context: Context, described: Description) -> CataloguePage:
    """The page of what is described of the catalogue."""
    entries, sources, store = dict[str, Entry](), context.iris.dataset("graph-"), context.release.catalogue_store
    listed = {str(quad.object): quad.predicate.value for quad in described.quads if quad.predicate.value in _LISTED}
    values = " ".join(f"({iri} {'UNDEF' if by == _DATASET else 'true'})" for iri, by in sorted(listed.items()))
    for row in store.select(_ENTRIES % values):
        iri = row["entry"].value
        part = "services" if row["service"] else "sources" if iri.startswith(sources) else "datasets"
        entry = entries.setdefault(iri, Entry(iri, part, row["modified"].value[:10] if row["modified"] else ""))
        if row["url"]:
            size = int(row["size"].value) if row["size"] else 0
            entry.files.append((row["url"].value, row["format"].value if row["format"] else "", size))
    for row in store.select(_DESCRIPTIONS % " ".join(sorted(listed))):
        entries[row["entry"].value].about.append(row["text"])
    largest = sorted(entries.values(), key=lambda entry: -len(entry.files))
    parts = {part: [entry for entry in largest if entry.part == part] for part in ("datasets", "services", "sources")}
    names = page_names(context, {*entries, *(fmt for each in largest for _, fmt, _ in each.files if fmt)})
    return CataloguePage(parts, names, described.paging, context.release.manifest.score)
