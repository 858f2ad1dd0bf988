"""Where each statement of a release comes from: rows, a rule, the coverage, the description; noted for the next build.

A line of the canonical file may come from several. The note is beside the releases, a byte a line, and may be lost at
any time: then the next build loads its store anew.
"""

import zlib
from array import array
from base64 import b85decode, b85encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import Final, Self

from ..errors import DamagedError
from ..release.sealed import read_sealed, write_sealed

ROWS: Final = "rows"
DESCRIPTION: Final = "description"
_MOST: Final = 256  # sets of origins, each a byte


@dataclass(frozen=True)
class Origins:
    """The origins of the lines of a canonical file.

    Attributes:
        digest: of that file.
        recipes: what tells one edition of an origin from another, by its name.
        sets: origins that some lines have together.
        codes: for each line the place of its set.
    """

    digest: str
    recipes: Mapping[str, str]
    sets: tuple[frozenset[str], ...]
    codes: bytes

    @classmethod
    def read(cls, path: Path, digest: str) -> Self | None:
        """What was noted of the file with a digest, if that is what is noted."""
        with suppress(FileNotFoundError, DamagedError, KeyError, ValueError, TypeError, zlib.error):
            content = read_sealed(path, must=True)
            if content["digest"] == digest:
                sets = tuple(map(frozenset, content["sets"]))
                return cls(digest, content["recipes"], sets, zlib.decompress(b85decode(content["codes"])))
        return None

    def write(self, path: Path) -> None:
        """Note them."""
        codes = b85encode(zlib.compress(self.codes)).decode()
        sets = [sorted(each) for each in self.sets]
        write_sealed(path, {"digest": self.digest, "recipes": dict(self.recipes), "sets": sets, "codes": codes})

    def lines(self, canonical: Path, *names: str) -> Iterator[bytes]:
        """The lines of the file that come from one of some origins at least."""
        chosen = bytes(not origins.isdisjoint(names) for origins in self.sets).ljust(_MOST, b"\0")
        with canonical.open("rb", buffering=1 << 20) as file:
            yield from compress(file, self.codes.translate(chosen))

    def write_lines(self, canonical: Path, name: str, scratch: Path) -> tuple[Path, ...]:
        """The lines that come from one origin, as a sorted file in a folder."""
        path = scratch / f"before-{name}.nq"
        with path.open("wb") as file:
            file.writelines(self.lines(canonical, name))
        return (path,)


class OriginsWriter:
    """Takes where the lines of a canonical file come from, in their order."""

    def __init__(self) -> None:
        """Begin with no line."""
        self._sets, self._codes = list[frozenset[str]](), array("H")
        self._with = dict[tuple[int | None, str], int]()

    def code(self, name: str, before: int | None = None) -> int:
        """The code of the lines from one origin, and from those of a code besides."""
        if (code := self._with.get((before, name))) is None:
            names = {name} if before is None else {name, *self._sets[before]}
            if names not in self._sets:
                self._sets.append(frozenset(names))
            code = self._with[before, name] = self._sets.index(frozenset(names))
        return code

    def add(self, codes: Iterable[int]) -> None:
        """Note the next lines."""
        self._codes.extend(codes)

    def origins(self, digest: str, recipes: Mapping[str, str]) -> Origins | None:
        """What is noted; None where there are too many sets."""
        if len(self._sets) > _MOST:
            return None
        return Origins(digest, recipes, tuple(self._sets), bytes(iter(self._codes)))
