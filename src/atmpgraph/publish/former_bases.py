"""A publication under another base than before: nothing is built before the settings say so, and the data link both.

The rule of the links is the settings alone, so that the same input gives the same release whatever was built before:
each thing, code list and code has `owl:sameAs` to its IRI under each former base (docs/decisions/layers.md).
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from ..addresses import Addresses
from ..errors import ReleaseError
from ..findings import Finding, Place, Severity
from ..i18n import every_language
from ..release.layout import ReleasesFolder
from ..release.manifest import read_manifest
from ..settings import FILE_NAME, Settings
from ..vocab import OWL


def base_findings(settings: Settings) -> Iterator[Finding]:
    """A violation for each base of a release that is neither the present one nor a former one of the settings."""
    bases = {settings.base, *settings.previous_bases}
    unknown = set[str]()
    for folder in ReleasesFolder(settings.path(settings.folders.releases)).all():
        with suppress(OSError, ReleaseError):
            unknown.add(read_manifest(folder.manifest).base)
    message = every_language(
        "there is a release under this base, which is not that of the settings, and its IRIs would lead nowhere: add"
        " it to `previous_bases`, or set `base` back"
    )
    for base in sorted(unknown - bases) if "base" not in settings.stand_ins else ():
        yield Finding("files", Severity.VIOLATION, message, (Place(FILE_NAME),), base)


def former_lines(lines: Iterable[bytes], settings: Settings) -> Iterator[str]:
    """The links from each thing to its former IRIs, as canonical lines in the graph of the tables.

    Args:
        lines: sorted statements of the publication.
        settings: of the publication.
    """
    addresses = Addresses(settings.base)
    starts = tuple(f"<{settings.base}{space}".encode() for space in ("id/", "auth/"))
    graph, skipped, before = addresses.graph("tables"), addresses.graph("").encode(), b""
    for line in lines if settings.previous_bases else ():
        if not line.startswith(starts):
            continue
        subject = line[1 : line.index(b">")]
        if subject != before and not subject.startswith(skipped):
            before, name = subject, subject.decode().removeprefix(settings.base)
            for base in dict.fromkeys(settings.previous_bases):
                yield f"<{subject.decode()}> <{OWL}sameAs> <{base}{name}> <{graph}> .\n"
