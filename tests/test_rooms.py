"""Which room may import which (docs/architecture.md). An arrow that is not here fails, and so does a rule nobody needs."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final

import pytest

from .conftest import ROOT

SOURCE: Final = ROOT / "src" / "atmpgraph"

# Modules of the top level that stand on nothing but each other; every room may use them.
GROUND: Final = frozenset(
    {
        "",
        "addresses",
        "call_texts",
        "check_digits",
        "code_cache",
        "credentials",
        "errors",
        "findings",
        "formats",
        "i18n",
        "interrupts",
        "iris",
        "languages",
        "parallel",
        "progress",
        "interpreter",
        "reasons",
        "sentences",
        "settings",
        "spreadsheets",
        "temporary",
        "vocab",
    }
)

# Each room with the rooms it may import, the ground apart. `web` and `sparql` have rooms within.
MAY_IMPORT: Final = {
    "rdf": set(),
    "observability": set(),
    "http": set(),
    "sources": set(),
    "store": {"http", "rdf", "sparql/syntax"},
    "mapping": {"rdf", "sources"},
    "release": {"rdf", "store"},
    "citation": set(),
    "discovery": {"linking", "linksets", "release", "store"},
    "linksets": {"rdf", "release", "store"},
    "overview": {"rdf", "store"},
    "search": {"rdf", "release", "store"},
    "lists": {"sparql/syntax", "store"},
    "charts": {"sparql", "store"},
    "linking": {"search", "store"},
    "sparql/syntax": set(),
    "sparql": {"http", "rdf", "release", "sparql/syntax", "store"},
    "sparql/service": {"http", "observability", "rdf", "sparql", "sparql/syntax", "store"},
    "catalogue": {"http", "rdf", "release", "store"},
    "stream": {"rdf", "release"},
    "quality": {"http", "mapping", "rdf", "release", "sparql/syntax", "store"},
    "profiles": {"http", "rdf", "release", "sources"},
    "publish": {
        "catalogue",
        "charts",
        "http",
        "layers",
        "lists",
        "linksets",
        "mapping",
        "observability",
        "overview",
        "quality",
        "rdf",
        "release",
        "search",
        "sources",
        "sparql",
        "sparql/service",
        "sparql/syntax",
        "store",
        "stream",
    },
    "web/core": {
        *("catalogue", "citation", "http", "profiles", "rdf", "release", "sparql", "sparql/service", "sparql/syntax"),
        *("lists", "observability", "store"),
    },
    "web/pages": {
        "catalogue",
        "http",
        "charts",
        "layers",
        "lists",
        "linking",
        "linksets",
        "overview",
        "profiles",
        "quality",
        "rdf",
        "release",
        "search",
        "sources",
        "sparql",
        "sparql/service",
        "stream",
        "web/core",
    },
    "web/routes": {
        *("catalogue", "charts", "http", "linking", "linksets", "lists", "profiles", "quality", "rdf", "release"),
        *("search", "sparql"),
        *("observability", "store", "stream", "web/core", "web/pages"),
    },
    "web": {"layers", "observability", "web/core", "web/pages", "web/routes"},
    "server": {"observability", "http", "sparql", "sparql/service", "web", "web/core"},
    "layers": {"mapping", "quality", "release", "sources", "starter"},
    "intake": {"sources", "starter"},
    "starter": set(),
    "commands": {
        *(
            "discovery",
            "intake",
            "layers",
            "publish",
            "quality",
            "release",
            "server",
            "sources",
            "sparql/service",
            "sparql/syntax",
            "starter",
            "store",
        )
    },
    "cli": {"commands", "observability"},
    "__main__": {"cli"},
}
FLASK: Final = frozenset({"web", "web/core", "web/pages", "web/routes", "server"})


def room_of(parts: tuple[str, ...]) -> str:
    """The room of a module; of one in the ground, nothing."""
    if parts[:1] in {("web",), ("sparql",)} and len(parts) > 1 and (SOURCE.joinpath(*parts[:2])).is_dir():
        return "/".join(parts[:2])
    first = parts[0] if parts else ""
    return "" if first in GROUND or first == "__init__" else first


def imports(file: Path) -> Iterator[tuple[str, ...]]:
    """The modules that a file imports: ours by their parts, others by their name alone under `*`."""
    package = file.relative_to(SOURCE).parent.parts
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            module = (*base, *(node.module.split(".") if node.module else ()))
            for name in node.names:
                whole = (*module, name.name)
                is_module = SOURCE.joinpath(*whole).is_dir() or SOURCE.joinpath(*whole).with_suffix(".py").is_file()
                yield whole if is_module else module
        elif isinstance(node, ast.ImportFrom):
            yield "*", str(node.module).partition(".")[0]
        elif isinstance(node, ast.Import):
            yield from (("*", name.name.partition(".")[0]) for name in node.names)


def files() -> dict[Path, str]:
    """Every module with its room."""
    return {
        file: room_of(file.relative_to(SOURCE).with_suffix("").parts)
        for file in SOURCE.rglob("*.py")
        if "templates" not in file.parts
    }


@pytest.mark.parametrize("room", ["", *MAY_IMPORT])
def test_a_room_imports_only_what_it_may(room: str) -> None:
    allowed = MAY_IMPORT.get(room, set()) | {room, ""}
    wrong = [
        f"{file.relative_to(SOURCE)} imports {'.'.join(module)}"
        for file, its in files().items()
        if its == room
        for module in imports(file)
        if module[0:1] != ("*",) and room_of(module) not in allowed
    ]
    assert not wrong


def test_every_room_has_a_rule() -> None:
    assert set(files().values()) - {""} == set(MAY_IMPORT)


def test_every_rule_is_needed() -> None:
    arrows = {(its, room_of(module)) for file, its in files().items() for module in imports(file)}
    unused = [
        f"{room} → {other}" for room, others in MAY_IMPORT.items() for other in others if (room, other) not in arrows
    ]
    assert not unused


def test_no_arrow_leads_back_up() -> None:
    order = TopologicalSorter({room: others - {room} for room, others in MAY_IMPORT.items()})
    assert list(order.static_order())


def test_only_the_web_knows_flask() -> None:
    knowing = {its for file, its in files().items() if ("*", "flask") in set(imports(file))}
    assert knowing <= FLASK


@pytest.mark.parametrize("name", ["cli", "server"])
def test_nothing_imports_what_stands_on_top(name: str) -> None:
    below = [file for file, its in files().items() if its not in {name, "__main__", "cli", "commands"}]
    assert not [file for file in below for module in imports(file) if module[:1] == (name,)]
