"""The messages between a client, the broker and its processes: frames over Unix sockets.

A frame is its kind (one byte), the length of its content (four bytes, big-endian) and the content.

    client → broker      QUERY, a `QueryRequest`; or ALIVE, without content
    broker → client      DATA … END, or at any point PROBLEM; a cached result is CACHED DATA … END;
                         ALIVE, the answer to one, and each second in which nothing else is sent
    worker → broker      READY, once its store is open; or STORE_FAILED, a `StoreFailure`
    broker → worker      QUERY, a `QueryJob`
    worker → broker      DATA … END, an `Outcome`; or at any point PROBLEM or STORE_FAILED
    federator → broker   QUERY, the job with the rows of other services in it, or PROBLEM

A connection to the broker carries one query after the other; to close it ends the query that runs. `END` to a client
is a `ResultEnd`. `CACHED` carries what `END` carries otherwise, and the length of the result, so that nothing of it has
to be buffered.

What is written for each query is short and read in few steps. The parts of a message are lines of JSON, which holds no
line end itself; the part of a job that is the same for all queries of a release is read once.
"""

import asyncio
import json
import socket
import struct
from collections.abc import Iterator
from dataclasses import asdict, astuple, dataclass
from functools import lru_cache
from typing import Final, Literal, Self, TypeAlias

from ...errors import StoreFailureKind
from ...http.problem import Problem
from ...i18n import Sentence
from ...store import StoreAddress

QUERY: Final = b"Q"
READY: Final = b"R"
DATA: Final = b"D"
END: Final = b"E"
CACHED: Final = b"C"
PROBLEM: Final = b"P"
ALIVE: Final = b"A"
STORE_FAILED: Final = b"F"

HEADER: Final = struct.Struct(">cI")
LARGEST: Final = 1 << 26  # bytes of a frame; a query is smaller still
_READ: Final = 1 << 16


Cut: TypeAlias = Literal["", "rows", "bytes"]
_CUTS: Final[tuple[Cut, ...]] = ("", "rows", "bytes")
_OUTCOME: Final = struct.Struct(">QB")
_json: Final = json.JSONEncoder(check_circular=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class Setup:
    """What jobs have in common: the store, and how much a query may use.

    Attributes:
        store: address of the release's store.
        base: base of the publication.
        rows, bytes: largest result; 0 for no limit.
        nesting, patterns, operators: the largest query that is planned (`syntax.complexity`).
    """

    store: StoreAddress
    base: str
    rows: int
    bytes: int
    nesting: int
    patterns: int
    operators: int


@dataclass(frozen=True)
class QueryJob(Setup):
    """A query for a worker.

    Attributes:
        query: the query string.
        default_graphs, named_graphs: the RDF dataset of the request (SPARQL 1.1 Protocol §2.1.4); none when both are
            empty.
        format: suffix of the format to send.
        offset: rows or triples of the result to skip.
        rest: the URL of the rest of a result that is cut short, without the offset at its end; empty for no such URL.
    """

    query: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    format: str
    offset: int
    rest: str

    def encode(self) -> bytes:
        """The content of its frame: two lines, the first of which is the setup."""
        setup = _encoded(self.store, self.base, self.rows, self.bytes, self.nesting, self.patterns, self.operators)
        values = [self.query, self.default_graphs, self.named_graphs, self.format, self.offset, self.rest]
        return setup + _json(values).encode()

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """The job in a frame."""
        first, _, second = content.partition(b"\n")
        query, default, named, suffix, offset, rest = json.loads(second)
        return cls(*_values(first), query, tuple(default), tuple(named), suffix, offset, rest)


@lru_cache(64)
def _encoded(store: StoreAddress, *others: object) -> bytes:
    return _json([astuple(store), *others]).encode() + b"\n"


@lru_cache(64)
def _values(line: bytes) -> tuple[StoreAddress, str, int, int, int, int, int]:
    store, base, rows, size, nesting, patterns, operators = json.loads(line)
    return StoreAddress(*store), base, rows, size, nesting, patterns, operators


def store_of(job: bytes) -> tuple[StoreAddress, str]:
    """The store of an encoded job, and the base of the publication."""
    return _values(job.partition(b"\n")[0])[:2]


@dataclass(frozen=True)
class QueryRequest:
    """A job and its client.

    Attributes:
        client: all queries of one client share its part of the service.
        timeout_seconds: longest time that the query may run; the service may allow less. None for no limit of its own.
        cacheable: whether its result may be cached.
        federated: whether it calls other services, which comes first.
        processor_seconds: longest time that it may use a processor, however many share it. None for no such limit.
    """

    job: QueryJob
    client: str
    timeout_seconds: float | None
    cacheable: bool
    federated: bool
    processor_seconds: float | None = None

    def encode(self) -> bytes:
        """The content of its frame: a line, and the job."""
        line = _json([self.client, self.timeout_seconds, self.cacheable, self.federated, self.processor_seconds])
        return b"%b\n%b" % (line.encode(), self.job.encode())


@dataclass(frozen=True)
class ArrivedRequest:
    """A request as the broker reads it: the job goes on as it came.

    Attributes:
        client, timeout_seconds, cacheable, federated, processor_seconds: as in `QueryRequest`.
        job: encoded.
    """

    client: str
    timeout_seconds: float | None
    cacheable: bool
    federated: bool
    processor_seconds: float | None
    job: bytes

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """The request in a frame."""
        line, _, job = content.partition(b"\n")
        client, timeout_seconds, cacheable, federated, processor_seconds = json.loads(line)
        return cls(client, timeout_seconds, cacheable, federated, processor_seconds, job)


@dataclass(frozen=True)
class Outcome:
    """How a result ended.

    Attributes:
        rows: rows or triples sent.
        cut: which limit ended it; empty when it is complete.
        before: what precedes all that was written; a link to the rest is certain only at the end.
    """

    rows: int = 1
    cut: Cut = ""
    before: bytes = b""

    def encode(self) -> bytes:
        """The content of its frame."""
        return _OUTCOME.pack(self.rows, _CUTS.index(self.cut)) + self.before

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """The outcome in a frame."""
        rows, cut = _OUTCOME.unpack_from(content)
        return cls(rows, _CUTS[cut], content[_OUTCOME.size :])


@dataclass(frozen=True)
class ResultEnd:
    """What a client learns at the end of a result.

    Attributes:
        timing: milliseconds by part of the work.
        fields: the header fields with the client's quota.
        outcome: how the result ended, encoded.
        length: bytes of a cached result, the start that the outcome holds apart.
    """

    timing: dict[str, float]
    fields: dict[str, str]
    outcome: bytes
    length: int = 0

    def encode(self) -> bytes:
        """The content of its frame: a line, and the outcome."""
        line = _json([self.timing, self.fields, self.length])
        return b"%b\n%b" % (line.encode(), self.outcome)

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """The ending in a frame."""
        line, _, outcome = content.partition(b"\n")
        timing, fields, length = json.loads(line)
        return cls(timing, fields, outcome, length)


@dataclass(frozen=True)
class StoreFailure:
    """Why a store cannot be read.

    Attributes:
        removed: the release was removed; otherwise it is damaged.
        cause: for the log: it names paths.
        remote: what happened to a remote store; None for a store on this disk.
    """

    removed: bool
    cause: str
    remote: StoreFailureKind | None = None

    def encode(self) -> bytes:
        """The content of its frame."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """The failure in a frame."""
        return cls(**json.loads(content))


def job_frame(job: QueryJob) -> bytes:
    """The frame of a job."""
    return frame(QUERY, job.encode())


def problem_frame(problem: Problem) -> bytes:
    """The frame of a problem."""
    return frame(PROBLEM, json.dumps(asdict(problem), default=str).encode())


def problem_from(content: bytes) -> Problem:
    """The problem of a frame. What is an object among its values was a sentence."""
    members = json.loads(content)
    values = {name: Sentence(**each) if isinstance(each, dict) else each for name, each in members["values"].items()}
    return Problem(**members | {"values": values})


def frame(kind: bytes, content: bytes) -> bytes:
    """The bytes of a frame."""
    return HEADER.pack(kind, len(content)) + content


def frames(connection: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    """The frames from a socket, until the other side closes it."""
    with connection.makefile("rb", _READ) as stream:
        while len(head := stream.read(HEADER.size)) == HEADER.size:
            kind, length = HEADER.unpack(head)
            content = stream.read(length)
            if len(content) < length:
                return
            yield kind, content


async def read_frame(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The next frame.

    Raises:
        EOFError: the other side closed the socket.
        ValueError: the frame is too large.
    """
    kind, length = HEADER.unpack(await reader.readexactly(HEADER.size))
    if length > LARGEST:
        raise ValueError("the frame is too large")
    return kind, await reader.readexactly(length)
