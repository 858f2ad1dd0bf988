"""A linkset as text, line by line: CSV, and BEACON, which registries exchange."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Final

from ..spreadsheets import as_text
from .links import Link, Linkset

_PIECE: Final = 500  # lines that leave together


def csv_pieces(links: Iterable[Link]) -> Iterator[bytes]:
    """The links as CSV (RFC 4180), a row a link."""
    yield from _pieces(_row(cells) for cells in (("subject", "property", "object"), *links))


def beacon_pieces(linkset: Linkset, links: Iterable[Link], base: str, home: str) -> Iterator[bytes]:
    """The links as BEACON: what follows the base, the property where there are several, what follows the space.

    Args:
        linkset: that they are of.
        links: all of them.
        base: of the publication.
        home: the address of this linkset.
    """
    space, properties = linkset.space, linkset.properties
    single = next(iter(properties)) if len(properties) == 1 else ""
    fields = {
        "FORMAT": "BEACON",
        "PREFIX": f"{base}{{+ID}}",
        "TARGET": f"{space}{{+ID}}",
        "RELATION": single or "{+ID}",
        "NAME": linkset.registry.labels.get("en", linkset.registry.code),
        "HOMEPAGE": home,
        "FEED": f"{home}.txt",
    }

    def target(address: str) -> str:
        return address.removeprefix(space)

    yield "".join(f"#{name}: {value}\n" for name, value in fields.items()).encode() + b"\n"
    yield from _pieces(
        f"{link.subject.removeprefix(base)}|{'' if single else link.property}|{target(link.object)}\n" for link in links
    )


def _row(cells: Iterable[str]) -> str:
    out = StringIO()
    csv.writer(out).writerow(map(as_text, cells))
    return out.getvalue()


def _pieces(lines: Iterable[str]) -> Iterator[bytes]:
    piece: list[str] = []
    for line in lines:
        piece.append(line)
        if len(piece) >= _PIECE:
            yield "".join(piece).encode()
            piece = []
    yield "".join(piece).encode()
