"""`atmpgraph link`: a file of a registry, our organisations, and the table of candidates."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..i18n import message, texts
from ..iris import fault
from ..linksets.registries import Spaces, read_registries
from ..progress import SILENT, Progress
from ..release.layout import write_atomically
from ..store import Store
from .candidates import TABLE, Candidates, read_table, with_candidates
from .matching import Matcher
from .ours import organisations
from .records import ADDRESS, Record, read_records


@dataclass(frozen=True)
class Discovery:
    """What a run finds.

    Attributes:
        file: the table of candidates.
        organisations: ours that were compared.
        records: of the registry.
        candidates: the table.
    """

    file: Path
    organisations: int
    records: int
    candidates: Candidates

    def write(self) -> None:
        """Write the table, at once or not at all."""
        write_atomically(self.file, self.candidates.content())

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        rows = self.candidates.rows
        counts = {"records": self.records, "organisations": self.organisations}
        return {**counts, "new": self.candidates.new, "decided": self.candidates.decisions, "candidates": rows}

    def lines(self, language: str) -> list[str]:
        """For people."""
        words = texts(language)
        return [
            words.ngettext("{n} record compared", "{n} records compared", self.records),
            words.ngettext("{n} new candidate", "{n} new candidates", self.candidates.new),
            words.ngettext("{n} decision stays as it is", "{n} decisions stay as they are", self.candidates.decisions),
            words.gettext(
                "{file}: write the key of the source that says who accepts, and when, into “accepted”, or a reason into"
                " “rejected”",
                file=str(self.file),
            ),
        ]


def discover(
    file: Path, store: Store, folder: Path, least: int, language: str, progress: Progress = SILENT
) -> Discovery:
    """Compare the records of a file with our organisations; nothing is written yet.

    Args:
        file: of a registry.
        store: of the release.
        folder: of the tables.
        least: the lowest score of a candidate, up to 100.
        language: of the reasons.
        progress: gets how many records are compared.

    Raises:
        TranslatedError: the file has no records, or is broken; or the table is not plain CSV.
        OSError: a file cannot be read.
    """
    table = folder / TABLE
    columns, before = read_table(table)
    registries = read_registries(store)
    spaces = Spaces(registries)
    ours = organisations(store, registries)
    things = {registry.code for registry in registries if registry.is_thing}
    matcher, number = Matcher(ours, least), 0
    progress.step(message("comparing the records"), unit=message("records"))
    for record in progress.over(_resolved(read_records(file), spaces)):
        matcher.add(record)
        number += 1
    progress.end()
    return Discovery(
        table, len(ours), number, with_candidates(columns, before, matcher.candidates(), things, texts(language))
    )


def _resolved(records: Iterator[Record], spaces: Spaces) -> Iterator[Record]:
    """The records with the code of their registry and their identifier there, where the address says both."""
    for record in records:
        identifiers = set(record.identifiers)
        scheme, key = record.scheme, record.key
        if scheme == ADDRESS and "://" in key and not fault(key):
            identifiers.add((ADDRESS, key))
            scheme, key = next(iter(spaces.identifiers(key)), (scheme, key))
        if scheme != ADDRESS:
            identifiers.add((scheme, key))
        yield replace(record, scheme=scheme, key=key, identifiers=frozenset(identifiers))
