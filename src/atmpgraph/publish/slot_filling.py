"""Filling a slot, and going on where a push was interrupted.

What a slot got is noted beside the releases. What was sent and is counted there is not sent again,
neither after an interruption nor when the next release has the same graph; the whole is read back in the end.
"""

import os
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from ..errors import DamagedError, StoreError
from ..i18n import message
from ..progress import Progress
from ..reasons import refusal_of
from ..release.layout import ReleasesFolder
from ..release.sealed import read_sealed, write_sealed
from ..release.slots import Held
from ..settings.groups import SLOT, RemoteStore
from ..store.graph_store import GraphStore
from .slot_engine import SlotEngine
from .slot_parts import Part

_GRAPH: Final = "{graph}"
_FILE: Final = "{file}"
_NOTED_SECONDS: Final = 0.2  # between two notes of what was sent
_COMPLAINT: Final = 500  # characters of what a bulk loader says


@dataclass(frozen=True)
class Sent:
    """What a slot got of a graph.

    Attributes:
        published: SHA-256 of the whole graph, in hexadecimal.
        statements: how many of its lines were sent, from the first one.
    """

    published: str
    statements: int


class Sendings:
    """What a slot got, graph by graph; on disk some times a second, which loses no more than that if it is killed."""

    def __init__(self, releases: Path, slot: str, held: Held | None) -> None:
        """Read what is noted of a slot; what it holds counts as sent."""
        self._path, self.slot = ReleasesFolder(releases).slots.filling(slot), slot
        self._sent, self._written = _of(held) if held else {}, 0.0
        self.digest = held.digest if held else ""
        with suppress(FileNotFoundError, DamagedError, AttributeError, KeyError, TypeError):
            noted = read_sealed(self._path, must=True)
            if noted["slot"] == slot:
                self._sent = {graph: Sent(**sent) for graph, sent in noted["graphs"].items()}
                self.digest = noted["digest"]

    @property
    def graphs(self) -> set[str]:
        """The graphs that the slot may hold."""
        return set(self._sent)

    def begin(self, digest: str) -> None:
        """Note that the slot is filled with a release from now on."""
        self.digest = digest
        self.write()

    def sent(self, part: Part) -> int:
        """How many statements of a graph the slot got."""
        sent = self._sent.get(part.graph)
        return sent.statements if sent and sent.published == part.sha256 else 0

    def note(self, part: Part, statements: int) -> None:
        """Note how many statements of a graph the slot has got."""
        self._sent[part.graph] = Sent(part.sha256, statements)
        self._changed()

    def drop(self, graph: str) -> None:
        """Note that a graph is not whole any more, or gone."""
        if self._sent.pop(graph, None):
            self._changed()

    def end(self) -> None:
        """Take the note away: the slot has its record."""
        self._path.unlink(missing_ok=True)

    def _changed(self) -> None:
        if time.monotonic() - self._written > _NOTED_SECONDS:
            self.write()

    def write(self) -> None:
        """Write it down now."""
        self._written = time.monotonic()
        self._path.parent.mkdir(exist_ok=True)
        graphs = {graph: asdict(sent) for graph, sent in self._sent.items()}
        write_sealed(self._path, {"slot": self.slot, "digest": self.digest, "graphs": graphs})


def _of(held: Held) -> dict[str, Sent]:
    graphs = {**held.graphs, held.union_graph: held.union}
    return {graph: Sent(each.published, each.statements) for graph, each in graphs.items()}


@dataclass(frozen=True)
class Slot:
    """A slot that is filled.

    Attributes:
        name: as the settings have it.
        graph_store: where its graphs are written and read.
        engine: what counts them.
        settings: of the store.
    """

    name: str
    graph_store: GraphStore
    engine: SlotEngine
    settings: RemoteStore

    def fill(self, wanted: Sequence[Part], sendings: Sendings, progress: Progress) -> int:
        """Send what the slot does not have; returns how many statements that were.

        Raises:
            StoreError: the engine or its bulk loader refuses, or gives no answer.
        """
        total = sum(part.statements for part in wanted)
        progress.step(message("loading the store"), total, message("statements"))
        try:
            return sum(self._send(part, sendings, progress) for part in wanted)
        finally:
            sendings.write()

    def remove(self, graphs: Iterable[str], sendings: Sendings) -> None:
        """Remove graphs that are not of the release.

        Raises:
            StoreError: as above.
        """
        for graph in sorted(graphs):
            sendings.drop(graph)
            self.graph_store.delete(graph)

    def _send(self, part: Part, sendings: Sendings, progress: Progress) -> int:
        there = sendings.sent(part)
        if there and not self._has(part, there):
            there = 0
        progress.advance(there)
        if there == part.statements:
            return 0
        if self.settings.load_command:
            self._load(part, sendings)
            progress.advance(part.statements)
            return part.statements
        if not there:
            sendings.drop(part.graph)
        done = there
        for piece in part.pieces(there, self.settings.push_bytes):
            send = self.graph_store.post if done else self.graph_store.put
            send(part.graph, b"".join(piece))
            done += len(piece)
            sendings.note(part, done)
            progress.advance(len(piece))
        return done - there

    def _has(self, part: Part, sent: int) -> bool:
        """Whether a graph has what was sent; a piece may have arrived that was not noted any more."""
        count = self.engine.count(part.graph)
        return count == sent if sent == part.statements else count >= sent

    def _load(self, part: Part, sendings: Sendings) -> None:
        """Run the bulk loader of the engine; the credentials are in its environment."""
        sendings.drop(part.graph)
        self.graph_store.delete(part.graph)
        values = {_FILE: str(part.file), _GRAPH: part.graph, SLOT: self.name}
        command = [_filled(argument, values) for argument in self.settings.load_command]
        try:
            ended = subprocess.run(command, capture_output=True, check=False, env=os.environ)  # noqa: S603 - the operator's
        except OSError as error:
            raise StoreError(
                "unusable", "[store] load_command: {command}: {reason}", command=command[0], reason=refusal_of(error)
            ) from None
        if ended.returncode:
            words = " ".join((ended.stderr or ended.stdout).decode(errors="replace").split())[-_COMPLAINT:]
            raise StoreError(
                "unusable",
                "[store] load_command: {command} ends with {status} for {graph}: {words}",
                command=command[0],
                status=str(ended.returncode),
                graph=f"<{part.graph}>",
                words=words,
            )
        sendings.note(part, part.statements)


def _filled(argument: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        argument = argument.replace(name, value)
    return argument
