"""A SPARQL service elsewhere, on loopback."""

import select
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .processes import PATIENCE

ROWS = (
    '{"head":{"vars":["s","n"]},"results":{"bindings":[{"s":{"type":"uri","value":"http://e/a"},'
    '"n":{"type":"literal","value":"Été","xml:lang":"fr"}},{"s":{"type":"uri","value":"http://e/b"}}]}}'
)


class Remote:
    """A SPARQL service on loopback that answers what a test wants.

    Attributes:
        queries, fields: the queries that came, and the header fields with each.
        held, most: how many of them are held now, and the most that were.
        go: lets all that are held have their answer.
    """

    def __init__(self) -> None:
        """Answer with two rows."""
        self.queries: list[str] = []
        self.fields: list[dict[str, str]] = []
        self.held = self.most = 0
        self.changed, self.go = threading.Condition(), threading.Event()
        self.answer: Callable[[BaseHTTPRequestHandler], None] = self.rows
        remote = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                remote.queries.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                remote.fields.append(dict(self.headers))
                remote.answer(self)

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.iri = f"http://127.0.0.1:{self.server.server_port}/sparql"

    def rows(self, handler: BaseHTTPRequestHandler, content: str = ROWS, status: int = 200) -> None:
        """Answer with some content."""
        handler.send_response(status)
        handler.end_headers()
        handler.wfile.write(content.encode())

    def hold(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer when a test says so, or not at all when the client has closed the connection."""
        self._count(1)
        try:
            while not self.go.is_set():
                if select.select([handler.connection], [], [], 0.02)[0]:  # readable without more data: closed
                    return
            self.rows(handler)
        finally:
            self._count(-1)

    def _count(self, number: int) -> None:
        with self.changed:
            self.held += number
            self.most = max(self.most, self.held)
            self.changed.notify_all()

    def holds(self, number: int) -> bool:
        """Wait until it holds that many; whether it came to that."""
        with self.changed:
            return self.changed.wait_for(lambda: self.held == number, PATIENCE)

    def end(self) -> None:
        """Answer no more."""
        self.go.set()
        self.server.shutdown()
        self.server.server_close()
