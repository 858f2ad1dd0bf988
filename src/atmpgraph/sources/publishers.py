"""Publishers whose name is nearly that of an organisation or person of the tables: they may be meant.

In the check of the tables, since SPARQL measures no distance between texts. A publisher is linked to what we describe
only where the names are the same (`data/rules/source-publishers.rq`), so a slip of the pen loses the link.
"""

import csv
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from rapidfuzz.distance import OSA

from ..findings import Finding, Place, Severity
from ..i18n import every_language, message
from .package import Package, Table

RULE: Final = "publisherName"
_SOURCES: Final = "sources"
_NAMED: Final = {"organisations": "name_", "names": "name_", "people": "name"}
_LEAST: Final = 5  # letters: shorter names, as acronyms, are near one another by chance
_SLIPS: Final = 2
_NEAR: Final = message(
    "nearly the name “{name}”: write it so if it is meant, or acknowledge “{rule}” of “source”, {slug}"
)


def misspelt_publishers(package: Package) -> Iterator[Finding]:
    """The publishers that no organisation or person is called, but nearly.

    Args:
        package: of the tables.
    """
    names: dict[str, list[str]] = {}
    for table in package.tables.values():
        if table.name in _NAMED:
            for name in _cells(table, _NAMED[table.name]):
                names.setdefault(_letters(name), []).append(name)
    every, near = {name for spellings in names.values() for name in spellings}, dict[str, str]()
    for table in package.tables.values():
        columns = table.header()
        if table.name == _SOURCES and {"slug", "publisher"} <= {*columns}:
            slug, publisher = columns.index("slug"), columns.index("publisher")
            with suppress(OSError, UnicodeDecodeError, csv.Error):  # the check of the table says it
                for number, cells in table.rows():
                    written = cells[publisher]
                    if not written or written in every:
                        continue
                    if written not in near:
                        near[written] = _nearest(_letters(written), names)
                    if near[written]:
                        yield _finding(table, number, cells[slug], written, near[written])


def _cells(table: Table, column: str) -> Iterator[str]:
    places = [place for place, name in enumerate(table.header()) if name.startswith(column)]
    with suppress(OSError, UnicodeDecodeError, csv.Error):
        for _, cells in table.rows():
            yield from (cells[place] for place in places if cells[place])


def _letters(name: str) -> str:
    """What of a name is not case, space or punctuation."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _nearest(publisher: str, names: dict[str, list[str]]) -> str:
    if publisher in names:
        return names[publisher][0]
    slips = min(_SLIPS, len(publisher) // _LEAST)
    near = [
        (distance, letters)
        for letters in names
        if abs(len(letters) - len(publisher)) <= slips
        and _digits(letters) == _digits(publisher)
        and (distance := OSA.distance(publisher, letters, score_cutoff=slips)) <= slips
    ]
    return names[min(near)[1]][0] if near else ""


def _digits(letters: str) -> str:
    """“Laboratory 12” and “Laboratory 13” are two."""
    return "".join(filter(str.isdigit, letters))


def _finding(table: Table, row: int, slug: str, publisher: str, name: str) -> Finding:
    place = Place(table.file, row, "publisher")
    sentence = every_language(_NEAR, name=name, rule=RULE, slug=slug)
    return Finding("table", Severity.WARNING, sentence, (place,), publisher, rule=f"{RULE}/source/{slug}")
