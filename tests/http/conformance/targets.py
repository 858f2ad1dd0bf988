"""The ways the publication is served. Each is asked in the same words: a raw request target, header lines, a body."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias
from urllib.parse import unquote_to_bytes

from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from atmpgraph.settings import Settings

from ...sparql.processes import PATIENCE

Fields: TypeAlias = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """A response: `asked` says to what, for the messages of failing tests."""

    asked: str
    status: int
    headers: Headers
    body: bytes

    def field(self, name: str) -> str:
        """The value of a header field, lines combined (RFC 9110 §5.3); empty when absent."""
        return ", ".join(self.headers.getlist(name))

    def members(self, name: str) -> set[str]:
        """The members of a field that is a simple list, in lower case."""
        return {member.strip().lower() for member in self.field(name).split(",") if member.strip()}

    @property
    def media_type(self) -> str:
        """The type without its parameters."""
        return self.field("Content-Type").partition(";")[0].strip().lower()

    def __repr__(self) -> str:
        fields = "\n".join(f"  {name}: {value}" for name, value in self.headers)
        return f"{self.asked} → {self.status}\n{fields}\n  {self.body[:300]!r}"


class Target(Protocol):
    """Something that answers requests.

    Attributes:
        name: which.
        prefix: the path under which the publication is mounted there, without a final slash.
    """

    name: str
    prefix: str

    def ask(self, path: str, method: str = "GET", fields: Fields = (), body: bytes = b"") -> Answer:
        """The answer to a request for `path` (percent-encoded, with its query) of the publication."""


def _lines(fields: Fields) -> list[tuple[str, str]]:
    return list(fields.items() if isinstance(fields, Mapping) else fields)


class InProcess:
    """The WSGI application, called as a server would: the path decoded, no raw request target beside it."""

    name = "app"

    def __init__(self, app: Flask, prefix: str = "", environ: dict[str, Any] | None = None) -> None:
        """`environ` is added to that of each request; `prefix` becomes its SCRIPT_NAME."""
        self.app, self.prefix, self._environ = app, prefix, environ or {}

    def ask(self, path: str, method: str = "GET", fields: Fields = (), body: bytes = b"") -> Answer:
        """Call the application."""
        lines = _lines(fields)
        builder = EnvironBuilder(method=method, headers=Headers(lines), data=body or None)
        environ = builder.get_environ()
        builder.close()
        plain, _, query = path.partition("?")
        for name in ("RAW_URI", "REQUEST_URI"):
            environ.pop(name, None)
        environ["PATH_INFO"] = unquote_to_bytes(plain).decode("latin-1")
        environ["QUERY_STRING"] = query
        environ["SCRIPT_NAME"] = self.prefix
        environ["REMOTE_ADDR"] = "203.0.113.9"
        environ.update(self._environ)
        chunks, status, headers = run_wsgi_app(self.app, environ, buffered=True)
        content = b"".join(chunks)
        assert method != "HEAD" or not content, f"HEAD {path} has a body"
        return Answer(f"[{self.name}] {method} {path[:200]} {lines}", int(status.split()[0]), headers, content)


class OverSocket:
    """A server on the loopback interface, spoken to in HTTP/1.1, one connection a request."""

    def __init__(self, name: str, port: int, prefix: str = "") -> None:
        """The server on `port`."""
        self.name, self.port, self.prefix = name, port, prefix

    def ask(self, path: str, method: str = "GET", fields: Fields = (), body: bytes = b"") -> Answer:
        """Send a well-formed request."""
        lines = [("Host", f"127.0.0.1:{self.port}"), ("Connection", "close"), *_lines(fields)]
        if body:
            lines.append(("Content-Length", str(len(body))))
        head = lines[1:] if any(name.lower() == "host" for name, _ in lines[1:]) else lines
        text = f"{method} {self.prefix}{path} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in head) + "\r\n"
        return self.send(text.encode("latin-1") + body, method)

    def send(self, request: bytes, method: str = "GET") -> Answer:
        """Send any bytes; a server that hangs up without a word has answered 400."""
        asked = f"[{self.name}] {request[:300].decode('latin-1')!r}"
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            with suppress(BrokenPipeError, ConnectionResetError):  # refused before the end: its answer may be there
                connection.sendall(request)
            response = http.client.HTTPResponse(connection, method=method)
            try:
                response.begin()
                content = response.read()
            except (http.client.HTTPException, ConnectionError):
                return Answer(asked, 400, Headers(), b"")
            return Answer(asked, response.status, Headers(response.getheaders()), content)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(command: list[str], log: Path, environment: Mapping[str, str] | None = None) -> Iterator[None]:
    """A process as long as the block lasts, with what it says in a file."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


@contextmanager
def serving(settings: Settings, folder: Path, port: int = 0, **others: str) -> Iterator[OverSocket]:
    """The production server over the current release, as `atmpgraph serve` starts it.

    Args:
        settings: of the publication.
        folder: where its log is written; no error may stand in it at the end.
        port: a free one is found without it.
        others: settings beside, as their variables in the environment.
    """
    target = OverSocket("server", port or free_port())
    releases = str(settings.path(settings.folders.releases))
    environment = os.environ | {"ATMPGRAPH_FOLDERS_RELEASES": releases, "ATMPGRAPH_SERVER_WORKERS": "1"} | others
    file = str(settings._root / "atmpgraph.toml")
    command = [sys.executable, "-m", "atmpgraph", "--settings", file, "serve", "--port", str(target.port)]
    log = folder / "log"
    with running(command, log, environment):
        wait_for(target)
        yield target
    assert "Traceback" not in log.read_text(encoding="utf-8", errors="replace"), log


def wait_for(target: Target, path: str = "/health/live") -> None:
    """Wait until a server answers.

    Raises:
        TimeoutError: it does not.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if target.ask(path).status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise TimeoutError(f"{target.name} does not answer")
