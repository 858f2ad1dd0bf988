"""Reading the slots of a remote store: whether each still gives back what a push recorded."""

from collections.abc import Iterator
from pathlib import Path

from ..credentials import store_credentials
from ..errors import StoreError
from ..release.layout import ReleasesFolder
from ..release.release import open_at
from ..release.slots import Held, held_in
from ..settings import Settings
from ..store.graph_store import GraphStore
from .read_back import read_back
from .slot_engine import SlotEngine
from .slot_parts import parts
from .verify import Damage
from .workplace import scratch


def verify_slots(settings: Settings, digest: str | None = None) -> Iterator[Damage]:
    """Read all that slots hold.

    Args:
        settings: of the publication.
        digest: of the one release to read; None for all.
    """
    releases = settings.path(settings.folders.releases)
    for held in held_in(releases):
        if digest in {None, held.digest}:
            record = ReleasesFolder(releases).slots.held(held.digest)
            if held.slot not in (settings.store.slots or ("",)):
                yield Damage(record, f"the settings have no slot {held.slot!r}")
                continue
            with scratch() as place:
                try:
                    yield from (Damage(record, reason) for reason in _differences(settings, held, place))
                except StoreError as error:
                    yield Damage(record, str(error))


def _differences(settings: Settings, held: Held, place: Path) -> Iterator[str]:
    """How a slot differs from its record."""
    store = settings.store
    address = store.graph_store_address(held.slot)
    graphs = GraphStore(address, store_credentials(), store.connect_timeout_seconds, store.push_timeout_seconds)
    if not SlotEngine(settings, held.slot).holds(held.digest):
        yield f"{address}: the slot does not say that it holds this release"
    release = open_at(ReleasesFolder(settings.path(settings.folders.releases)).release(held.digest).path, settings.base)
    (place / "parts").mkdir()
    recorded = {**held.graphs, held.union_graph: held.union}
    for part in parts(release.whole(release.folder.canonical), place / "parts", held.union_graph):
        returned = read_back(part, graphs.read(part.graph), place).held
        if returned != recorded.get(part.graph):
            yield f"{address}: <{part.graph}> is not what was pushed: it has {returned.statements} statements"
