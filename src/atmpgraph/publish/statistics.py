"""The VoID description of a new release; what was counted for the same statements is that of the release before."""

from contextlib import suppress
from pathlib import Path

import pyoxigraph as ox

from ..addresses import Addresses
from ..catalogue.void import Before, void
from ..errors import DamagedError, ReleaseError
from ..release.integrity import prove
from ..release.manifest import read_manifest
from ..store import EMBEDDED, StoreAddress
from .reuse import Unchanged


def statistics_at(
    address: StoreAddress, base: str, canonical: Path, unchanged: Unchanged | None = None
) -> set[ox.Triple]:
    """The description of the statements in the store at an address.

    Args:
        address: of the store.
        base: of the publication.
        canonical: the sorted file of the statements.
        unchanged: of the release before, if there is one.
    """
    return void(EMBEDDED.open(address, base), canonical, _before(unchanged, base) if unchanged else None)


def _before(unchanged: Unchanged, base: str) -> Before | None:
    """The description of the release before; None where it is not whole."""
    folder, graph = unchanged.previous, ox.NamedNode(Addresses(base).page(".well-known/void"))
    name = folder.catalogue.relative_to(folder.path).as_posix()
    with suppress(FileNotFoundError, KeyError, DamagedError, ReleaseError):
        prove(folder.catalogue, read_manifest(folder.manifest).files[name])
        quads = ox.parse(path=str(folder.catalogue), format=ox.RdfFormat.N_QUADS)
        return Before.of((quad.triple for quad in quads if quad.graph_name == graph), unchanged.lines)
    return None
