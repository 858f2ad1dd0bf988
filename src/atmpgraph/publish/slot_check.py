"""Reading the slots of a remote store: whether each still gives back what a push recorded."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..credentials import store_credentials
from ..errors import StoreError
from ..i18n import Sentence, counting, message
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

_NO_SLOT: Final = message("the settings have no slot “{slot}”")
_SILENT: Final = message("{address}: the slot does not say that it holds this release")
_CHANGED: Final = counting(
    "{address}: <{graph}> is not what was pushed: it has {n} statement",
    "{address}: <{graph}> is not what was pushed: it has {n} statements",
)


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
                yield Damage(record, Sentence(_NO_SLOT, {"slot": held.slot}))
                continue
            with scratch() as place:
                try:
                    yield from (Damage(record, reason) for reason in _differences(settings, held, place))
                except StoreError as error:
                    yield Damage.of(record, error)


def _differences(settings: Settings, held: Held, place: Path) -> Iterator[Sentence]:
    """How a slot differs from its record."""
    store = settings.store
    address = store.graph_store_address(held.slot)
    graphs = GraphStore(address, store_credentials(), store.connect_timeout_seconds, store.push_timeout_seconds)
    if not SlotEngine(settings, held.slot).holds(held.digest):
        yield Sentence(_SILENT, {"address": address})
    release = open_at(ReleasesFolder(settings.path(settings.folders.releases)).release(held.digest).path, settings.base)
    (place / "parts").mkdir()
    recorded = {**held.graphs, held.union_graph: held.union}
    for part in parts(release.whole(release.folder.canonical), place / "parts", held.union_graph):
        returned = read_back(part, graphs.read(part.graph), place).held
        if returned != recorded.get(part.graph):
            yield Sentence(_CHANGED, {"address": address, "graph": part.graph, "n": returned.statements})
