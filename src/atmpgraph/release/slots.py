"""Which slot of a remote store holds a release: one sealed record a release, beside the releases.

A slot is a dataset of the engine that is ours alone. The link `current` names the release, and its record names the
slot: so one link switches both, and a process asks the slot of the release that it serves. A push that begins to fill a
slot first takes the record of what that slot held away.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

from ..errors import DamagedError
from .integrity import State, state_of_file
from .layout import ReleasesFolder, sync
from .sealed import read_sealed, write_sealed

_RECORDS: Final = 64  # that a process remembers


@dataclass(frozen=True)
class GraphHeld:
    """A graph in a slot.

    Attributes:
        statements: that were read back.
        published: SHA-256 of its canonical N-Triples, as the release has them, in hexadecimal.
        returned: the same of what the engine gives back; another one where it changes literals.
    """

    statements: int
    published: str
    returned: str


@dataclass(frozen=True)
class LiteralChange:
    """A way in which an engine gives literals back.

    Attributes:
        datatype: of the literals as published.
        returned: their datatype in the engine.
        literals: how many statements it concerns.
        example: one as published and as it is given back, as N-Triples.
    """

    datatype: str
    returned: str
    literals: int
    example: tuple[str, str]


@dataclass(frozen=True)
class Held:
    """A release in a slot, proven by reading it back.

    Attributes:
        digest: of the release.
        slot: as the settings name it; empty where the engine has one dataset only.
        proven: when it was read back (xsd:dateTime).
        graphs: the named graphs, by their IRI.
        union: the merge of the named graphs.
        union_graph: the IRI of the graph with it.
        changed: how the engine gives literals back that it changes, in its named graphs.
        in_results: how results of queries have literals otherwise, of a sample of each datatype.
        state: another one after each push, so that nothing of an earlier one is used for it.
    """

    digest: str
    slot: str
    proven: str
    graphs: Mapping[str, GraphHeld]
    union: GraphHeld
    union_graph: str
    changed: tuple[LiteralChange, ...] = ()
    in_results: tuple[LiteralChange, ...] = ()
    state: str = ""

    @cached_property
    def returned(self) -> str:
        """SHA-256 of what is asked of the slot: its name, and what it gives back of each graph, in hexadecimal."""
        graphs = sorted((iri, graph.returned) for iri, graph in self.graphs.items())
        text = json.dumps([self.slot, self.union_graph, self.union.returned, graphs])
        return hashlib.sha256(text.encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """The record as JSON; its state is that of the file."""
        members = asdict(self)
        del members["state"]
        return members

    @classmethod
    def from_json(cls, members: Mapping[str, Any], state: str) -> "Held":
        """Read a record.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        return cls(
            digest=members["digest"],
            slot=members["slot"],
            proven=members["proven"],
            graphs={iri: GraphHeld(**graph) for iri, graph in members["graphs"].items()},
            union=GraphHeld(**members["union"]),
            union_graph=members["union_graph"],
            changed=_changes(members["changed"]),
            in_results=_changes(members["in_results"]),
            state=state,
        )


def _changes(listed: Iterable[Mapping[str, Any]]) -> tuple[LiteralChange, ...]:
    return tuple(LiteralChange(**{**change, "example": tuple(change["example"])}) for change in listed)


@lru_cache(_RECORDS)  # each query asks
def record_of(releases: Path, digest: str) -> Path:
    """The record of the slot that holds a release."""
    return ReleasesFolder(releases).slots.held(digest)


def slot_of(releases: Path, digest: str) -> Held | None:
    """The slot that holds a release; None where none does, or the record of it is damaged.

    The file of the record is looked at each time (stat(2)), and read again when it is another one.

    Args:
        releases: the folder.
        digest: of the release.
    """
    path = record_of(releases, digest)
    with suppress(FileNotFoundError, DamagedError):
        return _read(path, state_of_file(path))
    return None


def held_in(releases: Path) -> Iterator[Held]:
    """What all slots hold, by the digests of the releases."""
    for path in ReleasesFolder(releases).slots.all():
        if held := slot_of(releases, path.stem):
            yield held


def note_held(releases: Path, held: Held) -> None:
    """Record that a slot holds a release, and so that it holds no other one any more."""
    folder = ReleasesFolder(releases).slots
    for other in list(held_in(releases)):
        if other.slot == held.slot and other.digest != held.digest:
            forget_held(releases, other.digest)
    folder.path.mkdir(exist_ok=True)
    write_sealed(folder.held(held.digest), held.as_json())


def forget_held(releases: Path, digest: str) -> None:
    """Take the record of a release away, for good: from now on nobody asks a slot for it."""
    folder = ReleasesFolder(releases).slots
    folder.held(digest).unlink(missing_ok=True)
    if folder.path.is_dir():
        sync(folder.path)


def read_held(path: Path) -> Held:
    """Read a record.

    Raises:
        FileNotFoundError: there is none.
        DamagedError: it is not what was written.
    """
    return _read(path, state_of_file(path))


@lru_cache(_RECORDS)
def _read(path: Path, state: State) -> Held:
    members = read_sealed(path, must=True)
    try:
        held = Held.from_json(members, f"{hash(state):x}")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DamagedError(path, "not the record of a slot: {words}", words=repr(error)) from None
    if held.digest != path.stem:
        raise DamagedError(path, "of another release")
    return held
