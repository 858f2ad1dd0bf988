"""The messages between a client, the broker and its processes: frames over Unix sockets.

A frame is its kind (one byte), the length of its content (four bytes, big-endian) and the content.

    client → broker      QUERY, a `QueryRequest`; or ALIVE, without content
    broker → client      DATA … END, or at any point PROBLEM; a cached result is CACHED DATA … END;
                         ALIVE, the answer to one, and each second in which nothing else is sent
    worker → broker      READY, once its store is open; or STORE_FAILED, a `StoreFailure`
    broker → worker      QUERY, a `QueryJob`
    worker → broker      DATA … END, or at any point PROBLEM or STORE_FAILED
    federator → broker   QUERY, the job with the rows of other services in it, or PROBLEM

`CACHED` carries what `END` carries otherwise, and the length of the result, so that nothing of it has to be buffered.
"""

import asyncio
import json
import socket
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from ...http.problem import Problem
from ...store import StoreAddress

QUERY: Final = b"Q"
READY: Final = b"R"
DATA: Final = b"D"
END: Final = b"E"
CACHED: Final = b"C"
PROBLEM: Final = b"P"
ALIVE: Final = b"A"
STORE_FAILED: Final = b"F"

_HEADER: Final = struct.Struct(">cI")
_LARGEST: Final = 1 << 26  # bytes of a frame; a query is smaller still
_READ: Final = 1 << 16


@dataclass(frozen=True)
class QueryJob:
    """A query for a worker.

    Attributes:
        store: address of the release's store.
        base: base of the publication.
        query: the query string.
        default_graphs, named_graphs: the RDF dataset of the request (SPARQL 1.1 Protocol §2.1.4); none when both are
            empty.
        format: suffix of the format to send.
        offset: rows or triples of the result to skip.
        rows, bytes: largest result; 0 for no limit.
        nesting, patterns, operators: the largest query that is planned (`syntax.complexity`).
        next: URL of the rest of a result that is cut short, without the offset at its end.
    """

    store: StoreAddress
    base: str
    query: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    format: str
    offset: int
    rows: int
    bytes: int
    nesting: int
    patterns: int
    operators: int
    next: str


@dataclass(frozen=True)
class QueryRequest:
    """A job and its client.

    Attributes:
        client: all queries of one client share its part of the service.
        timeout_seconds: longest time that the query may run; the service may allow less. None for no limit of its own.
        cacheable: whether its result may be cached.
        federated: whether it calls other services, which comes first.
    """

    job: QueryJob
    client: str
    timeout_seconds: float | None
    cacheable: bool
    federated: bool

    def encode(self) -> bytes:
        """The content of its frame."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """The request in a frame."""
        values = json.loads(content)
        return cls(**values | {"job": job_from(values["job"])})


@dataclass(frozen=True)
class StoreFailure:
    """Why a store cannot be read.

    Attributes:
        removed: the release was removed; otherwise it is damaged.
        cause: for the log: it names paths.
    """

    removed: bool
    cause: str

    def encode(self) -> bytes:
        """The content of its frame."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """The failure in a frame."""
        return cls(**json.loads(content))


def job_from(values: dict[str, Any]) -> QueryJob:
    """A job from JSON."""
    graphs = {name: tuple(values[name]) for name in ("default_graphs", "named_graphs")}
    return QueryJob(**values | graphs | {"store": StoreAddress(**values["store"])})


def job_frame(job: QueryJob) -> bytes:
    """The frame of a job."""
    return frame(QUERY, json.dumps(asdict(job)).encode())


def problem_frame(problem: Problem) -> bytes:
    """The frame of a problem."""
    return frame(PROBLEM, json.dumps(asdict(problem), default=str).encode())


def problem_from(content: bytes) -> Problem:
    """The problem of a frame."""
    return Problem(**json.loads(content))


def frame(kind: bytes, content: bytes) -> bytes:
    """The bytes of a frame."""
    return _HEADER.pack(kind, len(content)) + content


def frames(connection: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    """The frames from a socket, until the other side closes it."""
    with connection.makefile("rb", _READ) as stream:
        while len(head := stream.read(_HEADER.size)) == _HEADER.size:
            kind, length = _HEADER.unpack(head)
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
    kind, length = _HEADER.unpack(await reader.readexactly(_HEADER.size))
    if length > _LARGEST:
        raise ValueError("the frame is too large")
    return kind, await reader.readexactly(length)
