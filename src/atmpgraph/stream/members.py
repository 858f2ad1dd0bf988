"""Members of the stream: an immutable version of a thing, in N-Quads.

A version has an IRI of its own, on its page. The statements of the stream about it stand in the default graph; those of
the release about the thing stand in the graphs of the sources, with the version in the place of the thing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from ..errors import UnpublishableError
from ..release.diff import Change
from ..vocab import AS, DCT, RDF, XSD

CREATED: Final = DCT + "created"
VERSION_OF: Final = DCT + "isVersionOf"
DELETE: Final = AS + "Delete"
_TYPE: Final = RDF + "type"
# What a thing may not state itself, because in a version it would mean something else.
_RESERVED: Final = (f"<{CREATED}> ", f"<{VERSION_OF}> ", f"<{_TYPE}> <{DELETE}> ")


def member(iri: str, change: Change, date: str) -> bytes:
    """The version of a thing after a change; a deletion when the thing is gone."""
    about = [f'<{CREATED}> "{date}"^^<{XSD}dateTime>', f"<{VERSION_OF}> <{change.thing}>"]
    about += [] if change.now else [f"<{_TYPE}> <{DELETE}>"]
    start, version = len(change.thing) + 3, f"<{iri}> "
    stated = [line[start:] for line in change.now]
    lines = f"\n{version}".join([*(f"{text} ." for text in about), *stated])
    return f"{version}{lines}\n".encode()


@dataclass(frozen=True)
class Version:
    """A member as a reader sees it.

    Attributes:
        number: on its page, from 1.
        thing: the thing that it is a version of.
        date: when its release went live (xsd:dateTime).
        stated: the lines about the thing; none when it is gone.
    """

    number: int
    thing: str
    date: str
    stated: tuple[str, ...]

    @property
    def gone(self) -> bool:
        """Whether the release no longer describes the thing."""
        return not self.stated


def versions(page: bytes) -> Iterator[Version]:
    """The members of a page in their order."""
    lines = page.decode().splitlines()
    for iri, own in groupby(lines, key=lambda line: line.split(" ", 1)[0]):
        rest = [line[len(iri) + 1 :] for line in own]
        version = dict(text.split(" ", 2)[:2] for text in rest if text.startswith(_RESERVED))
        thing, date = version[f"<{VERSION_OF}>"], version[f"<{CREATED}>"].split('"')[1]
        stated = tuple(f"{thing} {text}" for text in rest if not text.startswith(_RESERVED))
        yield Version(int(iri[iri.rindex("#") + 1 : -1]), thing[1:-1], date, stated)


def check_statements(lines: Iterable[bytes]) -> None:
    """Make sure that the stream can carry some statements.

    Args:
        lines: of canonical N-Quads.

    Raises:
        UnpublishableError: a thing states what the stream says of versions.
    """
    reserved = tuple(text.encode() for text in _RESERVED)
    for line in lines:
        place = line.index(b" ") + 1
        if line.startswith(reserved, place):
            raise UnpublishableError(
                "{thing}: states {property}, which the change stream says of versions; map it to another property,"
                " such as dct:issued or dct:hasVersion",
                thing=line[1 : place - 2].decode(),
                property=line[place:].partition(b" ")[0].decode(),
            )


def replay(pages: Iterable[bytes]) -> list[bytes]:
    """The lines that remain after reading all pages: a canonical file."""
    state: dict[str, tuple[str, ...]] = {}
    for page in pages:
        state.update((version.thing, version.stated) for version in versions(page))
    return sorted(f"{line}\n".encode() for lines in state.values() for line in lines)
