"""Members of the stream: an immutable version of a thing, in N-Quads.

A version has an IRI of its own, on its page. What the stream says of it stands in the default graph; what the release
states about the thing, in the graphs of the sources, with the version in the place of the thing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from ..errors import ReleaseError
from ..release.diff import Change
from ..vocab import DCT, RDF, XSD

CREATED: Final = DCT + "created"
VERSION_OF: Final = DCT + "isVersionOf"
DELETE: Final = "https://www.w3.org/ns/activitystreams#Delete"
_TYPE: Final = RDF + "type"
# What a thing may not state itself: in a version it would say something else.
_RESERVED: Final = (f"<{CREATED}> ", f"<{VERSION_OF}> ", f"<{_TYPE}> <{DELETE}> ")


def member(iri: str, change: Change, date: str) -> bytes:
    """The version of a thing after a change; one that is gone is marked so."""
    about = [f'<{CREATED}> "{date}"^^<{XSD}dateTime>', f"<{VERSION_OF}> <{change.thing}>"]
    about += [] if change.now else [f"<{_TYPE}> <{DELETE}>"]
    stated = [line[len(change.thing) + 3 :] for line in change.now]
    return "".join(f"<{iri}> {rest}\n" for rest in (*(f"{text} ." for text in about), *stated)).encode()


@dataclass(frozen=True)
class Version:
    """A member as it is read.

    Attributes:
        number: on its page, from 1.
        thing: of which it is a version.
        date: when its release went live (xsd:dateTime).
        stated: the lines about the thing; none when it is gone.
    """

    number: int
    thing: str
    date: str
    stated: tuple[str, ...]

    @property
    def gone(self) -> bool:
        """Whether the release does not describe the thing any more."""
        return not self.stated


def versions(page: bytes) -> Iterator[Version]:
    """The members of a page in their order."""
    lines = page.decode().splitlines()
    for iri, own in groupby(lines, key=lambda line: line.split(" ", 1)[0]):
        rest = [line[len(iri) + 1 :] for line in own]
        told = dict(text.split(" ", 2)[:2] for text in rest if text.startswith(_RESERVED))
        thing, date = told[f"<{VERSION_OF}>"], told[f"<{CREATED}>"].split('"')[1]
        stated = tuple(f"{thing} {text}" for text in rest if not text.startswith(_RESERVED))
        yield Version(int(iri[iri.rindex("#") + 1 : -1]), thing[1:-1], date, stated)


def check_statements(canonical: Path) -> None:
    """Make sure that the stream can carry a release.

    Raises:
        ReleaseError: a thing states what the stream says of versions.
    """
    with canonical.open(encoding="utf-8") as file:
        for line in file:
            thing, _, rest = line.partition(" ")
            if rest.startswith(_RESERVED):
                raise ReleaseError(
                    f"{thing[1:-1]}: states {rest.partition(' ')[0]}, which the change stream says of versions; "
                    "map it to another property, such as dct:issued or dct:hasVersion"
                )


def replay(pages: Iterable[bytes]) -> list[bytes]:
    """The lines that a reader of all pages has at the end: a canonical file."""
    state: dict[str, tuple[str, ...]] = {}
    for page in pages:
        state.update((version.thing, version.stated) for version in versions(page))
    return sorted(f"{line}\n".encode() for lines in state.values() for line in lines)
