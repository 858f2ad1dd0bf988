"""Documents: asked again and again, against nginx with the same bytes and fields as files; and one not asked before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from .load import Different, Load, WrongAnswersError, get, load, middle, one_by_one
from .outcomes import Outcome
from .peers import Peer, nginx
from .peers.ours import Ours
from .processes import Server
from .publication import Publication

TURTLE: Final = "/doc/organisation/o100.ttl"
PAGE: Final = "/doc/organisation/o100.html"
_TRUSTED: Final = '["127.0.0.1"]'


def hot(publication: Publication, scratch: Path, *, seconds: int = 2, rounds: int = 5) -> Iterator[Outcome | str]:
    """A document in Turtle, a page and a 304: ours, ours behind nginx, and nginx with files, in turn; none logs."""
    if reason := nginx.missing():
        yield f"documents without nginx: {reason}"
        return
    with Ours(ATMPGRAPH_PROXY_TRUSTED=_TRUSTED, ATMPGRAPH_LOG_ACCESS="false").serving(publication, scratch) as ours:
        answers = {path: get(ours, path) for path in (TURTLE, PAGE)}
        with nginx.with_files(answers, scratch) as files, nginx.before(ours, scratch) as behind:
            for what, path, conditional in (
                ("turtle", TURTLE, False),
                ("page", PAGE, False),
                ("304", TURTLE, True),
            ):
                asked = (
                    (ours, path),
                    (behind, nginx.PREFIX + path),
                    (files, path),
                )
                found: dict[str, list[Load]] = {server.name: [] for server, _ in asked}
                checked = [(server, target, _fields(server, target, conditional)) for server, target in asked]
                for _ in range(rounds):
                    for server, target, fields in checked:
                        found[server.name].append(load(server, target, seconds=seconds, connections=16, fields=fields))
                loads = {name: middle(each) for name, each in found.items()}
                reference = loads[files.name]
                for server, how in ((ours, ""), (behind, ", behind nginx")):
                    details = {name: loads[name].rounded() for name in (server.name, files.name)}
                    name = f"document {what}, hot{how} : {files.name}"
                    yield Outcome(name, loads[server.name].rate / reference.rate, details=details)


def _fields(server: Server, target: str, conditional: bool) -> dict[str, str]:
    """The fields of the request, once the server is known to answer it right.

    Raises:
        WrongAnswersError: it does not.
    """
    answer = get(server, target)
    fields = {"If-None-Match": answer.fields["etag"]} if conditional else {}
    again = get(server, target, fields)
    if answer.status != 200 or again.status != (304 if conditional else 200):
        raise WrongAnswersError(f"{server.name}: {answer.status} and {again.status} for {target}")
    return fields


def publisher(publication: Publication, peer: Peer, scratch: Path, *, rounds: int = 3) -> Iterator[Outcome | str]:
    """A thing's document in Turtle, hot and each different, of ours and of another publisher in turn."""
    if reason := peer.missing():
        yield f"without {peer.name}: {reason}"
        return
    half = publication.grower.counts["organisations"] // 2
    with Ours().serving(publication, scratch) as ours, peer.serving(publication, scratch) as theirs:
        asked = {ours: ("/doc/organisation/o~T~.ttl", {}), theirs: ("/id/organisation/o~T~", {"Accept": "text/turtle"})}
        for how in ("hot", "different"):
            found: dict[str, list[Load]] = {server.name: [] for server in asked}
            for number in range(rounds):
                for server, (path, fields) in asked.items():
                    hot = path.replace("~T~", "100")
                    if not _describes(get(server, hot, fields).body):
                        yield f"{peer.name} is not timed: {server.name} does not describe {hot}"
                        return
                    target = hot if how == "hot" else Different(path, 0, half, number * half // rounds)
                    found[server.name].append(load(server, target, seconds=2, connections=16, fields=fields))
            loads = {name: middle(each) for name, each in found.items()}
            details = {name: each.rounded() for name, each in loads.items()}
            yield Outcome(
                f"document turtle, {how} : {peer.name}", loads[ours.name].rate / loads[peer.name].rate, details=details
            )


def _describes(turtle: bytes) -> bool:
    """Whether it has the names of an organisation."""
    return any(triple.predicate.value.endswith("prefLabel") for triple in ox.parse(turtle, format=ox.RdfFormat.TURTLE))


def fresh(publication: Publication, size: str, scratch: Path) -> Iterator[Outcome]:
    """Documents of which none was asked before: by wrk, and by one client, which tells how long one takes."""
    half = publication.grower.counts["organisations"] // 2
    many = min(half, 2_000)
    with Ours().serving(publication, scratch) as ours:
        for suffix, what in (("ttl", "document"), ("html", "page")):
            name, path = f"{what} not asked before, {size} release", "/doc/organisation/o~T~." + suffix
            given = load(ours, Different(path, 0, half, 0, many), seconds=3 + many // 200, connections=16)
            yield Outcome(name, given.rate, "/s", {"atmpgraph": given.rounded()})
            targets = (path.replace("~T~", str(half + number)) for number in range(min(300, half)))
            taken = one_by_one(ours, targets, {})
            yield Outcome(f"{name}, one client, p99", taken.p99_ms, "ms", {"atmpgraph": taken.rounded()})
