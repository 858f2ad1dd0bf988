"""When things were issued and last changed: derived from the catalogue of the release before, not from the clock alone.

A date moves only with what it is about, so a harvester that compares dates does no needless work. So does the version
of a dataset, which is the release that brought its bytes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

import pyoxigraph as ox

from ..rdf.statements import Value, date, text_of, triple
from ..vocab import ADMS, CHANGE_TYPE, DCAT, DCT, FOAF, RDF, SPDX

Path: TypeAlias = tuple[str, ...]

ISSUED: Final = DCT + "issued"
MODIFIED: Final = DCT + "modified"
VERSION: Final = DCAT + "version"
_STATUS: Final = ADMS + "status"
_FILES: Final = DCAT + "distribution"
_SUM: Final = SPDX + "checksum"
_TOPIC: Final = FOAF + "primaryTopic"

# For each class, in this order, the paths to what must be the same: a file and a dataset are their bytes, a record is
# the description of its topic, a catalogue is its records.
_SAME: Final[dict[str, tuple[Path, ...]]] = {
    DCAT + "Distribution": ((_SUM,),),
    DCAT + "Dataset": ((_FILES, _SUM),),
    DCAT + "DataService": ((),),
    DCAT + "CatalogRecord": ((), (_TOPIC,), (_TOPIC, _FILES), (_TOPIC, _FILES, _SUM)),
    DCAT + "Catalog": ((), (DCAT + "record",), (DCT + "publisher",), (DCAT + "contactPoint",)),
}


class _Index:
    """Triples by subject."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._about: dict[str, set[ox.Triple]] = defaultdict(set)
        for stated in triples:
            self.add(stated)

    def add(self, stated: ox.Triple) -> None:
        self._about[text_of(stated.subject)].add(stated)

    def values(self, thing: str, predicate: str) -> list[str]:
        return sorted(text_of(t.object) for t in self._about.get(thing, ()) if t.predicate.value == predicate)

    def of(self, kind: str) -> list[str]:
        return sorted(thing for thing in self._about if kind in self.values(thing, RDF + "type"))

    def reached(self, thing: str, path: Path) -> frozenset[ox.Triple]:
        """The triples about the ends of a path from a thing; about the thing itself, those without its dates."""
        ends = [thing]
        for step in path:
            ends = [end for start in ends for end in self.values(start, step)]
        own = {ISSUED, MODIFIED, _STATUS} if not path else set()
        return frozenset(t for end in ends for t in self._about.get(end, ()) if t.predicate.value not in own)


def dates(triples: Iterable[ox.Triple], before: Iterable[ox.Triple], now: str, version: str) -> Iterator[ox.Triple]:
    """The dates of everything in a catalogue that has none of its own, and the versions of its datasets.

    Args:
        triples: the catalogue without them.
        before: the catalogue of the release before, with them; empty for the first.
        now: date of this release (xsd:dateTime).
        version: of this release.
    """
    new, old = _Index(triples), _Index(before)
    for kind, paths in _SAME.items():
        for thing in new.of(kind):
            same = all(new.reached(thing, path) == old.reached(thing, path) for path in paths)
            issued = next(iter(old.values(thing, ISSUED)), now)
            modified = next(iter(old.values(thing, MODIFIED)), now) if same else now
            dated: dict[str, Value] = {ISSUED: date(issued), MODIFIED: date(modified)}
            if kind == DCAT + "Dataset":
                versions = old.values(thing, VERSION) if same else []
                dated[VERSION] = ox.Literal(next(iter(versions), version))
            for predicate, value in dated.items():
                if not new.values(thing, predicate):
                    added = triple(thing, predicate, value)
                    new.add(added)
                    yield added
            if kind == DCAT + "CatalogRecord":
                yield triple(thing, _STATUS, CHANGE_TYPE + ("created" if issued == modified else "updated"))
