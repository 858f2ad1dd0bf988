"""ldes-client, as npm has it, makes a copy of several releases from the change stream, deletions included."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pyoxigraph as ox
import pytest

from atmpgraph.stream.follow import follow

from ..http.conformance.targets import free_port, serving
from ..release.fixtures import publish, trial
from ..web.rules import BROWSER
from .tools import node

pytestmark = pytest.mark.clients
CREATED, VERSION_OF = "http://purl.org/dc/terms/created", "http://purl.org/dc/terms/isVersionOf"
DELETE = "https://www.w3.org/ns/activitystreams#Delete"
SIZE = 4


@dataclass
class Place:
    """A publication that is served where its IRIs say: its folder of releases, and its releases so far."""

    releases: Path
    base: str
    states: list[set[str]] = field(default_factory=list)

    def publish(self, things: dict[str, str]) -> None:
        """Have a release go live in which things have these names."""
        graph, label = f"<{self.base}id/graph/a>", "<http://www.w3.org/2004/02/skos/core#prefLabel>"
        state = {f'<{self.base}id/thing/{slug}> {label} "{name}"@fr {graph} .' for slug, name in things.items()}
        number = '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'
        state |= {f"<{self.base}id/thing/{slug}> <{self.base}ns/number> {number} {graph} ." for slug in things}
        publish(self.releases, state, f"2026-01-0{len(self.states) + 1}T00:00:00Z", self.base, store=True)
        follow(self.releases, self.base, SIZE)
        self.states.append(state)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    port = free_port()
    found = Place(tmp_path / "releases", f"http://127.0.0.1:{port}/")
    found.publish(dict.fromkeys("abcdefghij", "first"))
    found.publish(dict.fromkeys("abcdefgh", "first") | {"c": "çà"})
    found.publish(dict.fromkeys("abdefgh", "first") | {"i": "back"})
    settings = trial(found.releases, found.base)
    text = f'base = "{found.base}"\npartnership = "trial"\nlicence = "https://example.org/licence"\n'
    for name in ("title", "description"):
        text += f'[{name}]\nfr = "Essai"\nnl = "Proef"\nde = "Probe"\nen = "Trial"\n'
    (tmp_path / "atmpgraph.toml").write_text(text, encoding="utf-8")
    settings._root = tmp_path
    with serving(settings, tmp_path, port) as server:
        assert server.ask("/stream", fields=BROWSER).status == 200
        yield found


def members(base: str, order: str, **config: Any) -> list[list[Any]]:
    """What the client gives: the members in its order."""
    printed = node("ldes.mjs", f"{base}stream", json.dumps(config), order)
    quads: list[Any] = list(ox.parse(printed, format=ox.RdfFormat.N_QUADS))
    found: dict[str, list[Any]] = {}
    for quad in quads:
        found.setdefault(quad.subject.value, []).append(quad)
    return list(found.values())


def apply(state: dict[str, set[str]], member: list[Any]) -> None:
    """Take a member as its stream says it is meant."""
    [thing] = [quad.object for quad in member if quad.predicate.value == VERSION_OF]
    told = {CREATED, VERSION_OF}
    stated = {f"{ox.Quad(thing, *list(q)[1:])} ." for q in member if q.predicate.value not in told}
    state[thing.value] = set() if any(quad.object.value == DELETE for quad in member) else stated


def test_it_replicates_and_resumes(place: Place, tmp_path: Path) -> None:
    saved = str(tmp_path / "saved")
    copy: dict[str, set[str]] = {}
    first = members(place.base, "ascending", statePath=saved)
    assert len(first) == 10 + 3 + 2, "ten things; one changed and two gone; one gone and one back"
    for member in first:
        apply(copy, member)
    assert set().union(*copy.values()) == place.states[-1]
    place.publish(dict.fromkeys("xyz", "last") | {"a": "first"})
    second = members(place.base, "ascending", statePath=saved)
    assert len(second) == 3 + 7, "only what is new: three things came, seven went"
    for member in second:
        apply(copy, member)
    assert set().union(*copy.values()) == place.states[-1]


def test_it_makes_the_things_of_their_latest_versions(place: Place) -> None:
    found = [q for m in members(place.base, "descending", materialize=True, lastVersionOnly=True) for q in m]
    gone = {quad.subject.value for quad in found if quad.object.value == DELETE}
    assert gone == {f"{place.base}id/thing/{slug}" for slug in "cj"}
    left = {f"{q} ." for q in found if q.subject.value not in gone and q.predicate.value != CREATED}
    assert left == place.states[-1]


def test_the_command_on_the_page_makes_a_copy(place: Place, tmp_path: Path) -> None:
    """As it stands there, but that it does not stay to follow."""
    with urlopen(Request(f"{place.base}stream", headers=BROWSER)) as response:
        found = re.search("<code>npx (ldes-client .*?)</code>", response.read().decode())
    assert found
    program, *arguments = shlex.split(unescape(found[1]))
    arguments.remove("--follow")
    assert arguments[-2:] == ["--save", "state"]
    printed = node(f"bin/{program}", *arguments[:-1], str(tmp_path / "state"))
    assert printed.count(f"<{VERSION_OF}>") == 10 + 2 + 3, (
        "all of the first release, and what each of the others changed"
    )
