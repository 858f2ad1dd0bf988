"""Names beside their points so that none lies over another: those of the layer `apart` of a specification.

A name stands above its point, else to its right, below or to its left, the first of these that is free. One without any
is left out: its point stays, and the data beside the picture has it. What is no name of one line stays where it is.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Final, TypeAlias

Box: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom

_LETTER, _LINE = 6.6, 13.0  # pixels of a letter and of a line, of the fonts in use the widest
_POINT, _AWAY = 6.0, 10.5  # half of a point, and how far its name is
_LAYER: Final = re.compile(r'(<g class="mark-text role-mark apart_marks"[^>]*>)(.*?)(</g>)', re.DOTALL)
_NAME: Final = re.compile(
    r'<text ([^>]*)text-anchor="\w+" transform="translate\((-?[\d.]+),(-?[\d.]+)\)"([^>]*)>([^<]*)</text>'
)


def names_apart(svg: str) -> str:
    """The picture with the names of that layer apart; any other as it is."""
    return _LAYER.sub(lambda layer: layer[1] + _NAME.sub("", layer[2]) + "".join(_placed(layer[2])) + layer[3], svg)


def _placed(layer: str) -> Iterator[str]:
    names = [(float(x), float(y), (aria, look), name) for aria, x, y, look, name in _NAME.findall(layer)]
    occupied: list[Box] = [(x - _POINT, y - _POINT, x + _POINT, y + _POINT) for x, y, _, _ in names]
    for x, y, (aria, look), name in names:
        width = len(unescape(name)) * _LETTER
        for anchor, at, left, base in (
            ("middle", x, x - width / 2, y - _AWAY),
            ("start", x + _AWAY, x + _AWAY, y + 4),
            ("middle", x, x - width / 2, y + _AWAY + _LINE - 4),
            ("end", x - _AWAY, x - _AWAY - width, y + 4),
        ):
            box = left, base - _LINE + 3, left + width, base + 3
            if not any(_overlap(box, other) for other in occupied):
                occupied.append(box)
                yield f'<text {aria}text-anchor="{anchor}" transform="translate({at:g},{base:g})"{look}>{name}</text>'
                break


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
