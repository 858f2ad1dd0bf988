"""A server in front of a real engine that passes its answers on, or spoils them in one way."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

HALF: Final = 2  # an answer is cut there
_DRIP_SECONDS: Final = 0.05


class Spoiler(ThreadingHTTPServer):
    """Listens on the loopback interface.

    Attributes:
        mode: how answers are spoilt; empty: not at all.
        spoilt: the methods whose answers are.
        requests: what was received, as path, header fields and body.
        released: ends the waits of slow answers.
    """

    daemon_threads = True

    def __init__(self, engine_port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.engine_port = engine_port
        self.mode = ""
        self.spoilt = frozenset({"POST"})
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.released = threading.Event()

    @property
    def address(self) -> str:
        """The address of the server."""
        return f"http://localhost:{self.server_address[1]}"  # a name, which is looked up in each process

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no fault."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Spoiler

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""

    def do_POST(self) -> None:
        """Ask the engine, and pass its answer on or spoil it."""
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.server.requests.append((self.path, dict(self.headers), body))
        connection = http.client.HTTPConnection("127.0.0.1", self.server.engine_port)
        fields = {
            name: self.headers[name] for name in ("Content-Type", "Accept", "Authorization") if name in self.headers
        }
        connection.request(self.command, self.path, body, fields)
        response = connection.getresponse()
        content, kind = response.read(), response.headers["Content-Type"] or "text/plain"
        connection.close()
        spoil = _SPOILING.get(self.server.mode) if self.command in self.server.spoilt else None
        if spoil:
            spoil(self, content, kind)
        else:
            self.answer(response.status, content, kind)

    do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 - the names are the library's

    def answer(self, status: int, content: bytes, kind: str, length: int | None = None, **fields: str) -> None:
        """Send a response; with another length it is cut off."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)
        if length is not None and length != len(content):
            self.close_connection = True

    def unframed(self, content: bytes, kind: str) -> None:
        """Send a response that ends with its connection."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def chunked(self, content: bytes, kind: str) -> None:
        """Send one chunk and no end."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%b\r\n" % (len(content), content))
        self.close_connection = True

    def wait(self) -> None:
        """Answer nothing for long."""
        self.server.released.wait(600)
        self.close_connection = True

    def drip(self, content: bytes, kind: str) -> None:
        """Send one byte after the other."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with suppress(OSError):
            for at in range(len(content)):
                self.wfile.write(content[at : at + 1])
                if self.server.released.wait(_DRIP_SECONDS):
                    break
        self.close_connection = True


def _stray(handler: _Handler, content: bytes, kind: str) -> None:
    """A word that nobody asked for follows, as servers send it to a connection that is idle for long."""
    handler.answer(200, content, kind)
    handler.wfile.write(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 4\r\n\r\nlate")


def _other_release(handler: _Handler, content: bytes, kind: str) -> None:
    handler.answer(200, content.replace(b'"value":"', b'"value":"0000'), kind)


_SPOILING: Final[dict[str, Callable[[_Handler, bytes, str], None]]] = {
    "garbage": lambda handler, _, kind: handler.answer(200, b"\x00\xff" * 50, kind),
    "html": lambda handler, *_: handler.answer(200, b"<html><body>Sign in</body></html>", "text/html"),
    "redirect": lambda handler, content, kind: handler.answer(
        302, content, kind, Location=handler.server.address + "/trap"
    ),
    "denied": lambda handler, *_: handler.answer(401, b"no", "text/plain", WWW_Authenticate='Basic realm="x"'),
    "forbidden": lambda handler, *_: handler.answer(403, b"no", "text/plain"),
    "missing": lambda handler, *_: handler.answer(404, b"no", "text/plain"),
    "failed": lambda handler, *_: handler.answer(500, b"stack overflow", "text/plain"),
    "not understood": lambda handler, *_: handler.answer(
        500, b"Virtuoso 37000 Error TR...: transitive start not given\n\nSPARQL query:\n", "text/plain"
    ),
    "overloaded": lambda handler, *_: handler.answer(503, b"later", "text/plain"),
    "gateway": lambda handler, *_: handler.answer(504, b"later", "text/plain"),
    "half": lambda handler, content, kind: handler.answer(200, content[: len(content) // HALF], kind, len(content)),
    "half, framed": lambda handler, content, kind: handler.answer(200, content[: len(content) // HALF], kind),
    "half, chunked": lambda handler, content, kind: handler.chunked(content[: len(content) // HALF], kind),
    "half, unframed": lambda handler, content, kind: handler.unframed(content[: content.find(b"\n") + 1], kind),
    "closed": lambda handler, *_: setattr(handler, "close_connection", True),
    "over its time": lambda handler, content, kind: handler.answer(200, content, kind, X_SQL_State="S1TAT"),
    "over its rows": lambda handler, content, kind: handler.answer(200, content, kind, X_SPARQL_MaxRows="10"),
    "slow": lambda handler, *_: handler.wait(),
    "dripping": lambda handler, content, kind: handler.drip(content, kind),
    "too long": lambda handler, content, kind: handler.answer(200, content + b" " * 4_000_000, kind),
    "another release": _other_release,
    "stray words": _stray,
}
MODES: Final = tuple(_SPOILING)


@contextmanager
def spoiling(engine_port: int) -> Iterator[Spoiler]:
    """A spoiler as long as the block lasts."""
    spoiler = Spoiler(engine_port)
    thread = threading.Thread(target=spoiler.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield spoiler
    finally:
        spoiler.released.set()
        spoiler.shutdown()
        spoiler.server_close()
