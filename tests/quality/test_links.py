"""External links are asked as a good neighbour asks, and what is told of them is what they answered."""

import json
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from atmpgraph.cli import main
from atmpgraph.errors import AtmpgraphError
from atmpgraph.http.outbound import Address, Outbound, OutboundError
from atmpgraph.quality.link_check import LinkChecker, check_links
from atmpgraph.quality.links import ExternalLink, LinkCheck, external_addresses, links_to, read_links
from atmpgraph.release.layout import CANONICAL

from ..conftest import absent, copy_publication
from ..release.fixtures import BASE, GRAPH, named, publish, trial


class Host:
    """A server on loopback; the path says how it answers."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        """Answer until it is closed; over TLS where there is a `context` for it."""
        self.closed = threading.Event()
        self.asked: list[tuple[str, str, str]] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                host.answer(self)

            def do_GET(self) -> None:
                host.answer(self)

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        """Answer nobody any more."""
        self.closed.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """`/<status>` answers so, `/<status>/<place>` redirects there; `/get/<status>` only to GET; `/silent` never."""
        with self.lock:
            self.asked.append((handler.command, handler.path, handler.headers["User-Agent"]))
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(0.01)
        with self.lock:  # before the answer, after which the next question may come
            self.at_once -= 1
        _, first, *rest = handler.path.partition("?")[0].split("/", 2)
        if first == "get":
            first = "500" if handler.command == "HEAD" else rest[0]
            rest = []
        if first == "silent":
            self.closed.wait(600)
        elif first == "drip":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for _ in range(2_000):
                time.sleep(0.05)
                try:
                    handler.wfile.write(b"x")
                except OSError:
                    break
        else:
            handler.send_response(int(first))
            if rest:
                handler.send_header("Location", rest[0] if ":" in rest[0] else f"/{rest[0]}")
            handler.end_headers()


@pytest.fixture
def host() -> Iterator[Host]:
    found = Host()
    yield found
    found.close()


def loopback(address: Address) -> bool:
    """Stands for a public address here."""
    return address == ip_address("127.0.0.1")


def asking(**changes: Any) -> LinkChecker:
    """As the command asks, but of this very address of loopback."""
    limits = {"most": 100, "hosts": 4, "pause": 0.0, "redirects": 3, "seconds": 60.0} | changes
    outbound = Outbound(limits.pop("seconds"), 0, loopback)
    return LinkChecker(outbound, "test/1 (+https://example.org/quality)", **limits)


def asked(host: Host, path: str, **changes: Any) -> ExternalLink:
    [link] = asking(**changes).check({host.url + path: ("thing",)}).links
    assert link.things == ("thing",)
    return link


@pytest.mark.parametrize(
    ("path", "outcome", "status", "leads"),
    [
        ("/200", "answers", 200, ""),
        ("/404", "missing", 404, ""),
        ("/410", "missing", 410, ""),
        ("/403", "closed", 403, ""),
        ("/429", "closed", 429, ""),
        ("/500", "failing", 500, ""),
        ("/304", "failing", 304, ""),
        ("/get/200", "answers", 200, ""),
        ("/get/404", "missing", 404, ""),
        ("/301/200", "moved", 200, "/200"),
        ("/308/301/200", "moved", 200, "/200"),
        ("/302/200", "answers", 200, "/200"),
        ("/302/301/200", "answers", 200, "/200"),
        ("/301/404", "missing", 404, "/404"),
    ],
)
def test_what_an_answer_means(host: Host, path: str, outcome: str, status: int, leads: str) -> None:
    link = asked(host, path)
    assert (link.outcome, link.status) == (outcome, status)
    assert link.leads == (leads and host.url + leads)
    assert link.answers == (outcome in {"answers", "moved"})


def test_head_is_asked_first_and_get_only_where_that_did_not_do(host: Host) -> None:
    asked(host, "/200")
    asked(host, "/404")
    asked(host, "/429")  # asked to wait, it asks no more
    assert [(method, path) for method, path, _ in host.asked] == [
        ("HEAD", "/200"),
        ("HEAD", "/404"),
        ("GET", "/404"),
        ("HEAD", "/429"),
    ]
    assert {agent for _, _, agent in host.asked} == {"test/1 (+https://example.org/quality)"}


def test_a_redirection_is_followed_only_to_a_permitted_address(host: Host) -> None:
    elsewhere = host.url.replace("127.0.0.1", "127.0.0.2")
    link = asked(host, f"/302/{elsewhere}/200")
    assert (link.outcome, link.problem, link.leads) == ("unreachable", "its address is not public", f"{elsewhere}/200")
    assert len(host.asked) == 1
    for place in ("file:///etc/passwd", "http://user@127.0.0.1/", "http://[::1"):
        assert asked(host, f"/302/{place}").outcome == "unreachable"


def test_the_own_machine_is_not_asked(host: Host) -> None:
    with pytest.raises(OutboundError, match="not public"):
        Outbound(1, 0).status("HEAD", f"{host.url}/200", {})
    assert not host.asked


def test_redirections_come_to_an_end(host: Host) -> None:
    link = asked(host, "/302/302/302/302/200")
    assert (link.outcome, link.problem) == ("failing", "it redirects more than 3 times")
    assert asked(host, "/302/302/302/200").outcome == "answers"


def test_an_answer_that_drips_is_given_up(host: Host) -> None:
    start = time.monotonic()
    link = asked(host, "/drip", seconds=0.3)
    assert (link.outcome, link.problem) == ("unreachable", "it takes longer than 0.3 seconds")
    assert time.monotonic() - start < 60, "not all of it was awaited"


def test_nobody_there(host: Host) -> None:
    host.close()
    link = asked(host, "/200")
    assert (link.outcome, link.status) == ("unreachable", 0)
    assert "refused" in link.problem.lower()


def test_a_host_is_asked_one_question_at_a_time_hosts_at_the_same_time(host: Host) -> None:
    other = Host()
    try:
        urls: dict[str, tuple[str, ...]] = {f"{h.url}/200?{n}": () for n in range(8) for h in (host, other)}
        found = asking().check(urls)
    finally:
        other.close()
    assert found.counts() == {"answers": 16}
    assert (host.most_at_once, other.most_at_once) == (1, 1)


def test_the_pause_is_kept(host: Host) -> None:
    start = time.monotonic()
    asking(pause=0.1).check({f"{host.url}/200?{n}": () for n in range(3)})
    assert time.monotonic() - start >= 0.2


def test_no_more_are_asked_than_allowed_and_the_others_are_told(host: Host) -> None:
    found = asking(most=2).check({f"{host.url}/200?{n}": () for n in range(5)})
    assert len(host.asked) == 2
    assert found.counts() == {"answers": 2, "unasked": 3}


def test_the_links_are_those_that_statements_about_our_things_lead_to() -> None:
    page, kind, label = "http://xmlns.com/foaf/0.1/page", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "http://l"
    lines = [
        f"<{BASE}id/a> <{page}> <https://there.example/x#part> <{GRAPH}> .",
        f"<{BASE}id/b> <{page}> <https://there.example/x> <{GRAPH}> .",
        f"<{BASE}id/a> <{kind}> <http://class.example/C> <{GRAPH}> .",
        f"<{BASE}id/a> <{page}> <{BASE}id/b> <{GRAPH}> .",
        f"<{BASE}id/a> <{page}> <mailto:x@example.org> <{GRAPH}> .",
        f'<{BASE}id/a> <{label}> "> <http://words.example/" <{GRAPH}> .',
        f"<{BASE}ns/x> <{page}> <http://ontology.example/> <{GRAPH}> .",
    ]
    found = external_addresses((f"{line}\n".encode() for line in lines), BASE)
    assert found == {"https://there.example/x": (f"{BASE}id/a", f"{BASE}id/b")}


def test_a_check_is_kept_and_holds_for_the_links_of_now(tmp_path: Path) -> None:
    path = tmp_path / "links.json"
    assert read_links(path) == LinkCheck()
    made = LinkCheck(
        "2026-01-01T00:00:00Z",
        (ExternalLink("http://e/1", ("a",), "missing", 404), ExternalLink("http://e/2", (), "answers", 200)),
    )
    made.write(path)
    assert read_links(path) == made
    now = links_to(read_links(path), {"http://e/1": ("b",), "http://e/3": ("c",)})
    assert now.links == (ExternalLink("http://e/1", ("b",), "missing", 404), ExternalLink("http://e/3", ("c",)))
    path.write_text('{"links": [{"x": 1}]}')
    with pytest.raises(AtmpgraphError, match=r"links\.json: KeyError"):
        read_links(path)


@pytest.fixture
def selfsigned(tmp_path: Path) -> Iterator[Host]:
    """A server whose certificate nobody vouches for."""
    openssl = shutil.which("openssl") or absent("openssl is not here (Debian: apt install openssl)")
    pair = [str(tmp_path / name) for name in ("certificate.pem", "key.pem")]
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    subprocess.run([openssl, *made, "-out", pair[0], "-keyout", pair[1]], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    found = Host(context)
    yield found
    found.close()


def test_a_whole_check_tells_of_each_link_how_it_ended(host: Host, selfsigned: Host, tmp_path: Path) -> None:
    """What the command does, but of this machine."""
    gone = Host()
    gone.close()
    expected = {
        f"{host.url}/200": ("answers", 200, ""),
        f"{host.url}/404": ("missing", 404, ""),
        f"{host.url}/301/200": ("moved", 200, ""),
        f"{host.url}/503": ("failing", 503, ""),
        f"{host.url}/silent": ("unreachable", 0, "longer than 4 seconds"),
        f"{selfsigned.url}/200": ("unreachable", 0, "certificate verify failed"),
        f"{host.url.replace('http:', 'https:')}/200": ("unreachable", 0, "SSL"),
        f"{gone.url}/200": ("unreachable", 0, "refused"),
    }
    settings = trial(tmp_path, links={"timeout_seconds": 4, "pause_seconds": 0})
    page = "<http://xmlns.com/foaf/0.1/page>"
    publish(tmp_path, [f"<{BASE}id/a> {page} <{url}> <{GRAPH}> ." for url in expected], "2026-01-01T00:00:00Z")
    said: list[ExternalLink] = []
    found = check_links(tmp_path / "current" / CANONICAL, settings, said.append, loopback)
    assert {link.url for link in found.links} == {link.url for link in said} == set(expected)
    for link in found.links:
        outcome, status, problem = expected[link.url]
        assert (link.outcome, link.status, link.things) == (outcome, status, (f"{BASE}id/a",)), link
        assert problem.lower() in link.problem.lower(), link
    assert read_links(tmp_path / "links.json") == found
    assert not selfsigned.asked, "nothing is sent to a server that is not who it says"
    *lines, counts = found.lines()
    assert counts == "1 missing, 1 failing, 4 unreachable, 1 moved, 1 answers"
    assert lines[0] == f"missing: {host.url}/404: 404: from {BASE}id/a"
    assert len(lines) == 6, "those that answer are counted only"


def test_without_external_links_there_is_nothing_to_ask(tmp_path: Path) -> None:
    publish(tmp_path, named("a", "one"), "2026-01-01T00:00:00Z")
    found = check_links(tmp_path / "current" / CANONICAL, trial(tmp_path))
    assert list(found.lines()) == ["no external links"]
    assert found.checked
    assert not found.offline


def test_the_command_asks_public_addresses_only_and_keeps_what_it_found(tmp_path: Path, host: Host) -> None:
    file = copy_publication(tmp_path)
    file.write_text(file.read_text(encoding="utf-8").replace("https://w3id.org/atmp-wallonia/", BASE), encoding="utf-8")
    page = "<http://xmlns.com/foaf/0.1/page>"
    publish(tmp_path / "releases", [f"<{BASE}id/a> {page} <{host.url}/200> <{GRAPH}> ."], "2026-01-01T00:00:00Z")
    done = CliRunner().invoke(main, ["--settings", str(file), "links", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["links"] == [
        {
            "url": f"{host.url}/200",
            "things": [f"{BASE}id/a"],
            "outcome": "unreachable",
            "problem": "its address is not public",
        }
    ]
    assert not host.asked
    assert read_links(tmp_path / "releases" / "links.json").links[0].problem == "its address is not public"
    people = CliRunner().invoke(main, ["--settings", str(file), "links"])
    assert people.stdout.endswith("1 unreachable\n")


def test_without_a_network_nothing_is_said_of_the_links(tmp_path: Path) -> None:
    file = copy_publication(tmp_path)
    file.write_text(file.read_text(encoding="utf-8").replace("https://w3id.org/atmp-wallonia/", BASE), encoding="utf-8")
    page = "<http://xmlns.com/foaf/0.1/page>"
    publish(
        tmp_path / "releases",
        [f"<{BASE}id/a> {page} <http://no-such-host.invalid/> <{GRAPH}> ."],  # RFC 6761 §6.4: no such name, ever
        "2026-01-01T00:00:00Z",
    )
    done = CliRunner().invoke(main, ["--settings", str(file), "links"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "check the network connection" in done.stderr
    assert not (tmp_path / "releases" / "links.json").exists()


def test_every_address_of_another_network_is_refused_before_it_is_asked() -> None:
    seen: list[Address] = []

    def permitted(address: Address) -> bool:
        seen.append(address)
        return False

    with pytest.raises(OutboundError, match="not public"):
        Outbound(1, 0, permitted).status("GET", "http://localhost:1/", {})
    assert seen
