"""What a version offers to others: terms, codes, prefixes of JSON-LD, addresses, settings, commands.

`python -m tests.stability.published` adds what is there now to `published.json`; a version that is given out is the moment
for it. Nothing leaves that file but with a major version (docs/stability.md).
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TypeAlias

import pyoxigraph as ox

from atmpgraph.cli import main
from atmpgraph.settings import Settings
from atmpgraph.vocab import ATMPGRAPH, prefixes
from atmpgraph.web import route_modules
from atmpgraph.web.core.resource import template

FILE: Final = Path(__file__).parent / "published.json"
ONTOLOGY: Final = Path(__file__).parents[2] / "ontology"
OURS: Final = ATMPGRAPH.removesuffix("ns#")
BASE: Final = "https://example.org/p/"
Published: TypeAlias = dict[str, list[str] | dict[str, str]]


def _described(files: Iterable[Path]) -> list[str]:
    """What the files of the ontology describe in the namespace of the software."""
    stated = (
        quad.subject for file in files for quad in ox.parse(path=str(file), format=ox.RdfFormat.TURTLE, base_iri=BASE)
    )
    return sorted({term.value for term in stated if isinstance(term, ox.NamedNode) and term.value.startswith(OURS)})


def published() -> Published:
    """What is there now."""
    context = {name: iri for name, iri in prefixes(BASE).items() if not iri.startswith(BASE)}
    resources = [each for module in route_modules() for each in module.RESOURCES]
    return {
        "terms": _described(ONTOLOGY.rglob("*.ttl")),
        "prefixes": context,
        "addresses": sorted({template(rule) for each in resources for rule in each.rules}),
        "settings": sorted(" ".join(place) for place in Settings.places()),
        "commands": sorted(
            f"{name} {option}".strip()
            for name, command in main.commands.items()
            for option in ("", *(opt for parameter in command.params for opt in parameter.opts if opt.startswith("-")))
        ),
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(published(), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
