"""When each thing last changed, by release: sorted lines of IRI and date, for the sitemap."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from .diff import diff
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
    before = dict(thing_dates(live_description(ReleaseFolder(live)))) if live else {}
    changed = diff(live, path, base).things if live else {}
    with ReleaseFolder(path).canonical.open("rb") as file:
        for subject, _ in groupby(line.split(b"> ", 1)[0][1:].decode() for line in file):
            if subject.startswith(base):
                yield f"{subject} {created if subject in changed else before.get(subject, created)}\n"


def thing_dates(description: DescriptionFolder) -> Iterator[tuple[str, str]]:
    """The things of a release and their dates; none for a release without the file."""
    if description.thing_dates.is_file():
        with description.thing_dates.open(encoding="utf-8") as file:
            for line in file:
                thing, _, date = line.rstrip("\n").rpartition(" ")
                yield thing, date
