"""The web as a harvester sees it: an address under the base is redirected to the server, as w3id.org does it."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urldefrag, urljoin

from ..http.conformance.targets import Answer, OverSocket

HOST: Final = "server.example.net"
SERVER: Final = f"https://{HOST}/"
_VALIDATORS: Final = {"If-None-Match": "ETag", "If-Modified-Since": "Last-Modified"}
PASTED: Final = ("queries/", "charts/", "docs/", "reconcile")


@dataclass
class Web:
    """A client that keeps what it read, and asks for it again by its tag or by its date.

    Attributes:
        server: where the publication is served.
        base: of its IRIs.
        by: the field that it asks again with; empty for a client that keeps nothing.
        seen: every answer of this run, redirections too.
        read: the status of each address asked for in this run, after redirections.
    """

    server: OverSocket
    base: str
    by: str = "If-None-Match"
    seen: list[Answer] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=dict)
    _kept: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict)
    _places: dict[str, str] = field(default_factory=dict)

    def ask(self, url: str, fields: Mapping[str, str], method: str = "GET") -> Answer:
        """The answer at an address, redirections followed; a 304 comes with the body that was kept."""
        asked, lines, key = url, dict(fields), (url, str(sorted(fields.items())))
        if method == "GET" and key in self._kept:
            lines[self.by] = self._kept[key][0]
        for _ in range(5):
            url = urldefrag(url).url
            if url.startswith(self.base):
                url = SERVER + url.removeprefix(self.base)
            assert url.startswith(SERVER), f"{url} is not of this publication"
            answer = self.server.ask("/" + url.removeprefix(SERVER), method, {"Host": HOST, **lines})
            self.seen.append(answer)
            # pages with something to paste elsewhere name the address that they were read at
            assert not leaks(answer) or url.startswith(tuple(f"{SERVER}{page}" for page in PASTED)), answer
            if answer.status not in {301, 302, 303, 307, 308}:
                break
            url = urljoin(url, answer.field("Location"))
        self._places[asked] = url
        if method != "GET":
            return answer
        self.read[asked] = answer.status
        body = decoded(answer)
        if answer.status == 304:
            body = self._kept[key][1]
        elif answer.status == 200 and self.by:
            self._kept[key] = (answer.field(_VALIDATORS[self.by]), body)
        return Answer(answer.asked, answer.status, answer.headers, body)

    def place(self, url: str) -> str:
        """Where a request for an address ended."""
        return self._places[url]

    def again(self) -> None:
        """Forget how the last run went; what was kept stays."""
        self.seen.clear()
        self.read.clear()


def decoded(answer: Answer) -> bytes:
    """The body without its content coding."""
    packed = answer.field("Content-Encoding") == "gzip" and answer.body
    return gzip.decompress(answer.body) if packed else answer.body


def leaks(answer: Answer) -> set[str]:
    """What an answer, fields and bytes, tells of the machine that gave it or of the Host that was asked for."""
    told = decoded(answer) + str(answer.headers).encode()
    return {name for name in (HOST, "localhost", "127.0.0.1", "0.0.0.0", "[::1]") if name.encode() in told}
