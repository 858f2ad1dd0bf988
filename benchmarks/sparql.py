"""SPARQL: twelve kinds of queries (`queries.toml`), hot and each different, asked of several programs in turn.

Before it is timed, each program's answers are compared with ours, row by row.
"""

import http.client
import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import quote

import pyoxigraph as ox

from .generate import BASE, Grower
from .load import Different, Load, WrongAnswersError, load, middle, one_by_one
from .outcomes import Outcome
from .peers import QueryPeer, nginx
from .peers.ours import Ours
from .processes import HOST, Server
from .publication import Publication

Term: TypeAlias = tuple[str, ...]

FRESH: Final = 1_000
SLOW_ROWS: Final = 10_000
JSON: Final = "application/sparql-results+json"
TRIPLES: Final = "application/n-triples"
# The kinds that are compared through a Python client too, which levels differences.
BY_CLIENT: Final = ("look-up", "join", "describe", "figures-of-a-thing")
# The kind that is asked through nginx too: of the others ours is the quicker one without it.
_BEHIND: Final = "look-up"
_NUMBERS: Final = frozenset(
    f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("integer", "decimal", "double", "int", "long")
)
_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"
_TOML: Final = Path(__file__).with_name("queries.toml")


@dataclass(frozen=True)
class Query:
    """A kind of query.

    Attributes:
        kind: its name.
        text: with `~T~` for the number of a thing and `~N~` for one that does not come again.
        first: the lowest number of a thing.
        size: how many there are.
        ordered: whether the order of rows counts.
    """

    kind: str
    text: str
    first: int
    size: int
    ordered: bool

    @property
    def accept(self) -> str:
        """The media type that is asked for."""
        return TRIPLES if re.search(r"^\s*(DESCRIBE|CONSTRUCT)", self.text, re.MULTILINE) else JSON

    def filled(self, thing: int, number: int) -> str:
        """The query about one thing."""
        return self.text.replace("~T~", str(thing)).replace("~N~", str(number))

    def target(self, path: str, text: str | None = None) -> str:
        """What is requested of a server: a template, or one query."""
        return f"{path}?query={quote(self.text if text is None else text, safe='~')}"


def read_queries(grower: Grower) -> dict[str, Query]:
    """The queries by their kind, for a publication of that size."""
    with _TOML.open("rb") as file:
        table = tomllib.load(file)
    prefixes: dict[str, str] = table.pop("prefixes")
    found = {}
    for kind, row in table.items():
        text = re.sub(r"<((?:id|auth)/[^>]+)>", rf"<{BASE}\1>", row["text"].strip())
        used = [
            f"PREFIX {prefix}: <{iri if '//' in iri else BASE + iri}>\n"
            for prefix, iri in prefixes.items()
            if re.search(rf"(?<![\w-]){re.escape(prefix)}:", text)
        ]
        size = grower.counts[row["thing"]]
        first = min(row.get("first", 0), size - 1)
        most = min(row.get("most", size), size - first)
        found[kind] = Query(kind, "".join(used) + text, first, most, row.get("ordered", False))
    return found


class Asker:
    """Asks programs in turn, and never twice for the same where each query is to be different."""

    def __init__(self, servers: Sequence[Server], queries: dict[str, Query], seconds: int, rounds: int) -> None:
        self.servers, self.queries, self.seconds, self.rounds = servers, queries, seconds, rounds
        self.failed: dict[str, str] = {}
        self._next = FRESH * 10

    def fresh(self, amount: int) -> int:
        """The first of so many numbers that were not used before."""
        self._next += amount
        return self._next - amount

    def by_wrk(self, query: Query, *, hot: bool) -> dict[str, Load]:
        """What each program gives to eight connections."""

        def once(server: Server) -> Load:
            asked: str | Different
            if hot:
                asked = query.target(server.sparql, query.filled(query.first, FRESH))
            else:
                start = self.fresh(self.seconds * 30_000)
                asked = Different(query.target(server.sparql), query.first, query.size, start)
            return load(server, asked, seconds=self.seconds, connections=8, fields={"Accept": query.accept})

        return self._in_turn(once)

    def by_client(self, query: Query, amount: int, *, hot: bool) -> dict[str, Load]:
        """What each program gives to one Python client that asks so many times."""

        def once(server: Server) -> Load:
            start = self.fresh(amount)
            pairs = (
                (query.first, FRESH) if hot else (query.first + n % query.size, n) for n in range(start, start + amount)
            )
            targets = (query.target(server.sparql, query.filled(*pair)) for pair in pairs)
            return one_by_one(server, targets, {"Accept": query.accept})

        return self._in_turn(once)

    def _in_turn(self, once: Callable[[Server], Load]) -> dict[str, Load]:
        """The medians of some rounds. Who gives no good answer is left out from then on."""
        rounds: dict[str, list[Load]] = {server.name: [] for server in self.servers}
        for number in range(self.rounds):
            for server in _turned(self.servers, number):
                if server.name not in self.failed:
                    try:
                        rounds[server.name].append(once(server))
                    except WrongAnswersError as error:
                        self.failed[server.name] = str(error)
        return {name: middle(loads) for name, loads in rounds.items() if name not in self.failed}


def _turned(servers: Sequence[Server], number: int) -> list[Server]:
    """Another one first in each round."""
    start = number % len(servers)
    return [*servers[start:], *servers[:start]]


def measure(
    publication: Publication,
    peers: Sequence[QueryPeer],
    scratch: Path,
    *,
    kinds: Sequence[str] = (),
    seconds: int = 2,
    rounds: int = 5,
    clients: int = 300,
) -> Iterator[Outcome | str]:
    """Ask ours and the peers, none of which logs requests; ratios, and remarks about answers that differ.

    Hot look-ups are asked of ours behind `deploy/nginx.conf` too, whose cache answers.

    Args:
        publication: that all of them serve.
        peers: that can run.
        scratch: a folder for logs.
        kinds: of queries; all without it.
        seconds: that wrk asks each time.
        rounds: in turn, of which the median counts.
        clients: how often the Python client asks in a round; not at all with 0.
    """
    queries, own = read_queries(publication.grower), Ours(ATMPGRAPH_LOG_ACCESS="false")
    with ExitStack() as opened:
        servers: dict[str, Server] = {}
        for peer in (own, *peers):
            if reason := peer.missing():
                yield f"without {peer.name}: {reason}"
            else:
                servers[peer.name] = opened.enter_context(peer.serving(publication, scratch))
        yield "queries: none logs requests, as ours does by default; behind nginx its cache answers, peers have none"
        behind = list[Server]()
        if reason := nginx.missing():
            yield f"queries without nginx: {reason}"
        else:
            in_front = opened.enter_context(nginx.before(servers[Ours.name], scratch))
            behind.append(replace(in_front, sparql=nginx.PREFIX + in_front.sparql))
        big = publication.grower.rows > SLOW_ROWS
        for kind in kinds or queries:
            query = queries[kind]
            peers_now = [own, *(peer for peer in peers if not (big and kind in peer.slow))]
            yield from (
                f"{kind}: {peer.name} is asked of a small publication alone" for peer in peers if peer not in peers_now
            )
            right, remarks = _right(query, [servers[peer.name] for peer in peers_now if peer.name in servers])
            yield from remarks
            if servers[Ours.name] not in right:
                continue
            yield from _timed(kind, query, Asker(right, queries, seconds, rounds), clients)
            if behind and kind == _BEHIND:
                through, remarks = _right(query, [right[0], *behind])
                yield from remarks
                yield from _timed(kind, query, Asker([*through[1:], *right[1:]], queries, seconds, rounds), clients)
        for server in servers.values():
            memory = {f"process_{n}_MB": round(size / 1e6, 1) for n, size in enumerate(server.private_bytes().values())}
            yield Outcome(f"memory of all processes: {server.name}", sum(memory.values()), "MB", {server.name: memory})


def _right(query: Query, servers: Sequence[Server]) -> tuple[list[Server], list[str]]:
    """Those whose answers are those of ours, the first; and in what the others differ."""
    differs = {server.name: difference(query, servers[0], server) for server in servers}
    remarks = [
        f"{query.kind}: {name} is not timed, since its answer differs: {what}" for name, what in differs.items() if what
    ]
    return [server for server in servers if not differs[server.name]], remarks


def _timed(kind: str, query: Query, asker: "Asker", clients: int) -> Iterator[Outcome | str]:
    """The first of the programs against the others: ours hot and different, behind nginx only hot."""
    first = asker.servers[0].name
    behind = "" if first == Ours.name else f", {first}"
    for hot in (True,) if behind else (True, False):
        how = ("hot" if hot else "different") + behind
        yield from _ratios(f"{kind}, {how}, wrk", first, asker.by_wrk(query, hot=hot))
        if clients and kind in BY_CLIENT:
            yield from _ratios(f"{kind}, {how}, one client", first, asker.by_client(query, clients, hot=hot))
    for reason in asker.failed.values():
        yield f"{kind}: {reason}"


def _ratios(name: str, ours: str, found: dict[str, Load]) -> Iterator[Outcome]:
    if ours not in found:
        return
    others = [other for other in found if other != ours]
    for other in others:
        details = {who: found[who].rounded() for who in (ours, other)}
        yield Outcome(f"{name} : {other}", found[ours].rate / found[other].rate, details=details)
    if not others:
        yield Outcome(name, found[ours].rate, "/s", {ours: found[ours].rounded()})


def difference(query: Query, ours: Server, other: Server) -> str:
    """In what the answers of another program differ from ours, for some things; empty when in nothing."""
    for thing in sorted({query.first, query.first + query.size // 2, query.first + query.size - 1}):
        text = query.filled(thing, FRESH)
        try:
            mine, theirs = (answer(server, query, text) for server in (ours, other))
        except (WrongAnswersError, OSError, ValueError, SyntaxError, KeyError) as error:
            return str(error)
        if mine != theirs:
            only = "".join(f"; only there: {row}" for row in list(Counter(theirs) - Counter(mine))[:1])
            return f"{len(theirs)} rows, ours {len(mine)}, for thing {thing}{only}"
    return ""


def answer(server: Server, query: Query, text: str) -> list[Any]:
    """The rows of an answer, in one form whatever the program; sorted where their order does not count.

    Of a description, the statements about the thing itself.

    Raises:
        WrongAnswersError: it is not a good one.
    """
    connection = http.client.HTTPConnection(HOST, server.port, timeout=30)
    try:
        connection.request("GET", query.target(server.sparql, text), headers={"Accept": query.accept})
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise WrongAnswersError(f"{server.name}: {response.status} {body[:200]!r}")
    rows: list[Any]
    if query.accept == TRIPLES:
        graph = {
            (triple.subject, triple.predicate, triple.object)
            for triple in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)
        }
        described = re.search(r"DESCRIBE (<[^>]+>)", text)
        rows = [tuple(map(str, each)) for each in graph if not described or str(each[0]) == described[1]]
    else:
        bindings = json.loads(body)["results"]["bindings"]
        rows = [tuple(sorted((name, *_term(value)) for name, value in row.items())) for row in bindings]
    return rows if query.ordered else sorted(rows)


def _term(value: dict[str, str]) -> Term:
    datatype, text = value.get("datatype", ""), value["value"]
    if datatype in _NUMBERS:
        try:
            return ("number", str(Decimal(text).normalize()))
        except InvalidOperation:
            pass
    kind = "literal" if "literal" in value["type"] else value["type"]
    return (kind, text, value.get("xml:lang", "").lower(), "" if datatype == _STRING else datatype)
