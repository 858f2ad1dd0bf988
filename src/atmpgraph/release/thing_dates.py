"""When each thing last changed, by release: sorted lines of IRI and date, for the sitemap."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from .diff import diff
from .release import CANONICAL, description_folder

FILE = "modified.txt"


def thing_date_lines(folder: Path, current: Path | None, created: str, base: str) -> Iterator[str]:
    """A line for each thing of the release in `folder`: its date moves only when what is stated about it changed.

    Args:
        folder: of the new release, which has its canonical file.
        current: of the release that is live; None for the first.
        created: when the new one is made (xsd:dateTime).
        base: of the publication.
    """
    before = dict(thing_dates(description_folder(current))) if current else {}
    changed = diff(current, folder, base).things if current else {}
    with (folder / CANONICAL).open("rb") as file:
        for subject, _ in groupby(line.split(b"> ", 1)[0][1:].decode() for line in file):
            if subject.startswith(base):
                yield f"{subject} {created if subject in changed else before.get(subject, created)}\n"


def thing_dates(folder: Path) -> Iterator[tuple[str, str]]:
    """The things of a release and their dates; none where it does not tell.

    Args:
        folder: of what is told of it.
    """
    path = folder / FILE
    if path.is_file():
        with path.open(encoding="utf-8") as file:
            for line in file:
                thing, _, date = line.rstrip("\n").rpartition(" ")
                yield thing, date
