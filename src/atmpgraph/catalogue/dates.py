"""When things were issued and last changed: told from the catalogue of the release before, never from the clock alone.

A date moves only when what it is about is different, so that a harvester that compares dates does no needless work; so
does the version of a dataset, which is the release that brought its bytes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

import pyoxigraph as ox

from ..vocab import ADMS, DCAT, DCT, FOAF, RDF, SPDX, XSD

Path: TypeAlias = tuple[str, ...]

ISSUED: Final = DCT + "issued"
MODIFIED: Final = DCT + "modified"
VERSION: Final = DCAT + "version"
_STATUS: Final = ADMS + "status"
_CHANGE: Final = "http://purl.org/adms/changetype/"
_FILES: Final = DCAT + "distribution"
_SUM: Final = SPDX + "checksum"
_TOPIC: Final = FOAF + "primaryTopic"

# For each class, in this order, the paths to what must be the same: a file and a dataset are their bytes, a record is
# all that is said of its topic, a catalogue is its records.
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
        for triple in triples:
            self.add(triple)

    def add(self, triple: ox.Triple) -> None:
        self._about[_iri(triple.subject)].add(triple)

    def values(self, thing: str, predicate: str) -> list[str]:
        return sorted(_iri(t.object) for t in self._about.get(thing, ()) if t.predicate.value == predicate)

    def of(self, kind: str) -> list[str]:
        return sorted(thing for thing in self._about if kind in self.values(thing, RDF + "type"))

    def reached(self, thing: str, path: Path) -> frozenset[ox.Triple]:
        """What is said of the ends of a path from a thing; of the thing itself, without its dates."""
        ends = [thing]
        for step in path:
            ends = [end for start in ends for end in self.values(start, step)]
        own = {ISSUED, MODIFIED, _STATUS} if not path else set()
        return frozenset(t for end in ends for t in self._about.get(end, ()) if t.predicate.value not in own)


def _date(day: str) -> ox.Literal:
    return ox.Literal(day, datatype=ox.NamedNode(XSD + ("dateTime" if "T" in day else "date")))


def _iri(term: object) -> str:
    return str(getattr(term, "value", term))


def dates(made: Iterable[ox.Triple], before: Iterable[ox.Triple], now: str, version: str) -> Iterator[ox.Triple]:
    """The dates of everything in a catalogue that has none of its own, and the versions of its datasets.

    Args:
        made: the catalogue without them.
        before: the catalogue of the release before, with them; empty for the first.
        now: when this release is made (xsd:dateTime).
        version: of this release.
    """
    new, old = _Index(made), _Index(before)
    for kind, paths in _SAME.items():
        for thing in new.of(kind):
            same = all(new.reached(thing, path) == old.reached(thing, path) for path in paths)
            issued = next(iter(old.values(thing, ISSUED)), now)
            modified = next(iter(old.values(thing, MODIFIED)), now) if same else now
            told = {ISSUED: _date(issued), MODIFIED: _date(modified)}
            if kind == DCAT + "Dataset":
                kept = old.values(thing, VERSION) if same else []
                told[VERSION] = ox.Literal(next(iter(kept), version))
            for predicate, value in told.items():
                if not new.values(thing, predicate):
                    triple = ox.Triple(ox.NamedNode(thing), ox.NamedNode(predicate), value)
                    new.add(triple)
                    yield triple
            if kind == DCAT + "CatalogRecord":
                status = ox.NamedNode(_CHANGE + ("created" if issued == modified else "updated"))
                yield ox.Triple(ox.NamedNode(thing), ox.NamedNode(_STATUS), status)
