"""When each thing last changed, by release: sorted lines of IRI and date, for the sitemap."""

from collections.abc import Iterator
from pathlib import Path

from ..addresses import Addresses
from ..rdf.canonical import subjects
from .diff import changes
from .layout import DescriptionFolder, ReleaseFolder
from .listing import live_description


def thing_date_lines(path: Path, live: Path | None, created: str, base: str) -> Iterator[str]:
    """A line for each thing of a release; its date moves only with the statements about it.

    Args:
        path: the folder of the release, which has its canonical file.
        live: the folder of the live release; None before the first.
        created: when the release is made or reactivated (xsd:dateTime).
        base: of the publication.
    """
    changed = _Ahead(_changed(live, path, base) if live else iter(()))
    before = _Ahead(thing_dates(live_description(ReleaseFolder(live))) if live else iter(()))
    addresses = Addresses(base)
    for subject in subjects(ReleaseFolder(path).canonical):
        thing = subject[1:-2].decode()
        if addresses.is_own(thing):
            date = created if changed.at(thing) else before.at(thing) or created
            yield f"{thing} {date}\n"


def _changed(live: Path, path: Path, base: str) -> Iterator[tuple[str, str]]:
    """The things that changed, but for the rows of tables, in their order."""
    rows = f"<{Addresses(base).graph('tables')}> ."
    with ReleaseFolder(live).canonical.open("rb") as before, ReleaseFolder(path).canonical.open("rb") as after:
        for change in changes(before, after):
            if any(not line.endswith(rows) for line in (*change.removed, *change.added)):
                yield change.thing, "changed"


class _Ahead:
    """What is noted of things, which are asked for in their order."""

    def __init__(self, noted: Iterator[tuple[str, str]]) -> None:
        self._noted, self._next = noted, next(noted, None)

    def at(self, thing: str) -> str:
        """What is noted of a thing; empty for nothing."""
        while self._next and _key(self._next[0]) < _key(thing):
            self._next = next(self._noted, None)
        return self._next[1] if self._next and self._next[0] == thing else ""


def _key(thing: str) -> bytes:
    return f"{thing}>".encode()  # as in the lines


def thing_dates(description: DescriptionFolder) -> Iterator[tuple[str, str]]:
    """The things of a release and their dates; none for a release without the file."""
    if description.thing_dates.is_file():
        with description.thing_dates.open(encoding="utf-8") as file:
            for line in file:
                thing, _, date = line.rstrip("\n").rpartition(" ")
                yield thing, date
