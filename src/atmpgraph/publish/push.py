"""A push: a release gets into a slot of the engine that is idle, is read back, and only then goes live.

    idle slot → filled → read back → its record → the link

The record names the slot of the release, and the link names the release (`release/slots.py`): so one rename switches
both. A push that is killed at any moment leaves the live release in its slot; the next one goes on.
"""

import fcntl
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..credentials import store_credentials
from ..errors import ReleaseError, SettingsError, StoreError
from ..i18n import Sentence, counting, message, texts
from ..progress import SILENT, Progress
from ..release.layout import ReleasesFolder
from ..release.release import named, open_at, open_release
from ..release.slots import Held, LiteralChange, forget_held, held_in, note_held, slot_of
from ..settings import Settings
from ..store.graph_store import GraphStore
from ..store.slot_graphs import MARKER_GRAPH, UNION_GRAPH, marker
from .go_live import go_live_again
from .read_back import Returned, read_back, summed
from .result_sample import properties, sample
from .self_description import now
from .slot_engine import SlotEngine
from .slot_filling import Sendings, Slot
from .slot_parts import Part, parts
from .workplace import scratch

_PROBE_GRAPH: Final = "urn:x-atmpgraph:probe"
_ATTEMPTS: Final = 2  # at a graph that does not read back as it was sent


@dataclass(frozen=True)
class Pushed:
    """The outcome of a push.

    Attributes:
        held: the release in its slot.
        sent: statements that were sent, those of the union included.
        switched: whether another release was live before.
    """

    held: Held
    sent: int
    switched: bool

    def lines(self, language: str) -> list[str]:
        """The outcome for people: the slot, what was sent, and which literals the engine changes."""
        words, held = texts(language), self.held
        line = (
            words.gettext("release {digest} is live in slot {slot}", digest=held.digest, slot=held.slot)
            if held.slot
            else words.gettext("release {digest} is live in the store", digest=held.digest)
        )
        statements = sum(graph.statements for graph in held.graphs.values())
        read = words.gettext(
            "{statements} in {graphs}, {union} in their union; {sent} sent",
            statements=Sentence(_STATEMENTS, {"n": statements}),
            graphs=Sentence(_GRAPHS, {"n": len(held.graphs)}),
            union=held.union.statements,
            sent=self.sent,
        )
        sentences = [_sentence(change, language) for change in held.changed]
        return [line, read, *sentences, *(_in_results(each, language) for each in held.in_results)]

    def as_json(self) -> dict[str, Any]:
        """The outcome as JSON."""
        return {**self.held.as_json(), "sent": self.sent, "switched": self.switched}


def _sentence(change: LiteralChange, language: str) -> str:
    return texts(language).ngettext(
        "the store gives {n} literal back in another way: {published} as {returned}; documents have the first form",
        "the store gives {n} literals back in another way, such as {published} as {returned}; documents have the first"
        " form",
        change.literals,
        published=change.example[0],
        returned=change.example[1],
    )


def _in_results(change: LiteralChange, language: str) -> str:
    return texts(language).gettext(
        "results of queries have literals such as {published} as {returned}",
        published=change.example[0],
        returned=change.example[1],
    )


def push(settings: Settings, progress: Progress = SILENT, name: str = "", *, anew: bool = False) -> Pushed:
    """Load a release into an idle slot, unless a slot holds it, and switch to it.

    Args:
        settings: of the publication.
        progress: gets what runs and how far it is.
        name: the start of the digest of the release; empty: the one that was built last.
        anew: whether everything is sent, whatever the slot holds.

    Raises:
        SettingsError: no store is set, its settings do not fit, or its credentials.
        ReleaseError: there is no such release, or another push is running.
        StoreError: the store refuses, gives no answer, or does not give back what it got.
    """
    if not settings.store.graph_store:
        raise SettingsError(
            "[store] graph_store names no address: without it nothing can be pushed (docs/remote-store.md)"
        )
    releases = settings.path(settings.folders.releases)
    folder = ReleasesFolder(releases)
    digest = named(releases, name or folder.waiting or folder.current.name)
    open_release(releases, digest, settings.base).prove()  # before an hour is spent on a damaged one
    with _alone(folder):
        live = folder.live
        pushing = _Push(settings, digest, progress)
        held, sent = (None, 0) if anew else (pushing.held(), 0)
        if held is None:
            with scratch() as place:
                held, sent = pushing.load(place, anew=anew)
        go_live_again(digest, settings)
    return Pushed(held, sent, live != digest)


@contextmanager
def _alone(folder: ReleasesFolder) -> Iterator[None]:
    """Let one push run at a time; the lock goes with the process, however it ends."""
    folder.slots.path.mkdir(parents=True, exist_ok=True)
    with folder.slots.lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ReleaseError(
                "{path}: another push is running here; wait for it to end", path=str(folder.path)
            ) from None
        yield


class _Push:
    """One release on its way into a slot."""

    def __init__(self, settings: Settings, digest: str, progress: Progress) -> None:
        self._settings, self._digest, self._progress = settings, digest, progress
        self._releases = settings.path(settings.folders.releases)
        self._folder = ReleasesFolder(self._releases)
        self._names = settings.store.slots or ("",)
        self._credentials = store_credentials()

    def held(self) -> Held | None:
        """The slot that holds the release already, by its record, its marker and its counts."""
        held = slot_of(self._releases, self._digest)
        if held is None or held.slot not in self._names:
            return None
        engine = self._slot(held.slot).engine
        graphs = {**held.graphs, held.union_graph: held.union}
        whole = engine.holds(self._digest) and all(
            engine.count(graph) == each.statements for graph, each in graphs.items()
        )
        return held if whole else None

    def load(self, place: Path, *, anew: bool) -> tuple[Held, int]:
        """Fill an idle slot, read it back and record it; returns also how many statements were sent."""
        release = open_at(self._folder.release(self._digest).path, self._settings.base)
        canonical = release.whole(release.folder.canonical)
        (place / "parts").mkdir()
        wanted = parts(canonical, place / "parts", UNION_GRAPH)
        slot = self._slot(self._idle())
        before = next((held for held in held_in(self._releases) if held.slot == slot.name), None)
        sendings = Sendings(self._releases, slot.name, before)
        sendings.begin(self._digest)
        if before:
            forget_held(self._releases, before.digest)
        slot.graph_store.delete(MARKER_GRAPH)
        ours = {graph for graph in slot.engine.graphs() if graph.startswith(self._settings.base)}
        slot.remove((ours | sendings.graphs) - {part.graph for part in wanted}, sendings)
        if anew:
            for part in wanted:
                sendings.drop(part.graph)
        sent = slot.fill(wanted, sendings, self._progress)
        returned, more = self._proven(slot, wanted, sendings, place)
        held = Held(
            self._digest,
            slot.name,
            now(),
            graphs={
                part.graph: each.held for part, each in zip(wanted, returned, strict=True) if part is not wanted[-1]
            },
            union=returned[-1].held,
            union_graph=UNION_GRAPH,
            changed=summed(change for each in returned[:-1] for change in each.changes),
            in_results=self._in_results(slot, wanted[-1], place),
        )
        slot.graph_store.put(MARKER_GRAPH, marker(self._digest))
        note_held(self._releases, held)
        sendings.end()
        return held, sent + more

    def _proven(
        self, slot: Slot, wanted: Sequence[Part], sendings: Sendings, place: Path
    ) -> tuple[list[Returned], int]:
        """Read all parts back; what differs is sent once more. Returns also how many statements that were."""
        self._progress.step(
            message("reading the store back"), sum(part.statements for part in wanted), message("statements")
        )
        outcomes, more = list[Returned](), 0
        for part in wanted:
            for attempt in range(_ATTEMPTS):
                returned = read_back(part, self._progress.over(slot.graph_store.read(part.graph)), place)
                if returned.whole:
                    break
                sendings.drop(part.graph)
                if attempt + 1 == _ATTEMPTS:
                    raise StoreError("unusable", _DIFFERENT, **_difference(slot, part, returned))
                more += slot.fill([part], sendings, SILENT)
            outcomes.append(returned)
        return outcomes, more

    def _in_results(self, slot: Slot, union: Part, place: Path) -> tuple[LiteralChange, ...]:
        """How results of queries have literals otherwise.

        Raises:
            StoreError: they have other things.
        """
        some = sample(union, place / "sample")
        returned = read_back(some, slot.engine.values(union.graph, properties(some)), place)
        if not returned.whole:
            difference = Sentence(_DIFFERENT, _difference(slot, some, returned))
            raise StoreError("unusable", "results of queries: {difference}", difference=difference)
        return returned.changes

    def _slot(self, name: str) -> Slot:
        store = self._settings.store
        address = store.graph_store_address(name)
        graphs = GraphStore(address, self._credentials, store.connect_timeout_seconds, store.push_timeout_seconds)
        return Slot(name, graphs, SlotEngine(self._settings, name), store)

    def _idle(self) -> str:
        """The slot to fill: the one that has part of the release, an unused one, else the one that was filled first."""
        live = slot_of(self._releases, self._folder.live) if self._folder.live else None
        idle = [name for name in self._names if live is None or live.slot != name]
        if not idle:  # one slot: nothing can be asked as long as it is filled
            return self._names[0]
        filled = {held.slot: held.proven for held in held_in(self._releases)}
        begun = [name for name in idle if Sendings(self._releases, name, None).digest == self._digest]
        chosen = [*begun, *sorted(idle, key=lambda name: filled.get(name, ""))][0]
        if live and live.slot in self._names:
            self._require_apart(self._slot(live.slot), self._slot(chosen))
        return chosen

    def _require_apart(self, live: Slot, idle: Slot) -> None:
        """Make sure that two slots are two datasets, before anything of the live one is lost."""
        probe = secrets.token_hex()  # a push that was killed may have left another one in either
        idle.graph_store.put(_PROBE_GRAPH, marker(probe))
        try:
            if any(probe in str(triple.object) for triple in live.graph_store.read(_PROBE_GRAPH)):
                problem = message("[store] slots: {live} and {idle} are one dataset; each needs its own")
                raise SettingsError(problem, live=live.name, idle=idle.name)
        finally:
            idle.graph_store.delete(_PROBE_GRAPH)


def _difference(slot: Slot, part: Part, returned: Returned) -> dict[str, object]:
    """The values of `_DIFFERENT`."""
    return {
        "address": slot.graph_store.address,
        "graph": f"<{part.graph}>",
        "sent": Sentence(_STATEMENTS, {"n": part.statements}),
        "held": returned.held.statements,
        "missing": returned.missing,
        "foreign": returned.foreign,
        "example": returned.example,
    }


_GRAPHS: Final = counting("{n} graph", "{n} graphs")
_STATEMENTS: Final = counting("{n} statement", "{n} statements")
_DIFFERENT: Final = message(
    "{address}: {graph} does not read back as published: {sent} were sent, {held} came back; {missing} are"
    " missing and {foreign} are others, such as {example}"
)
