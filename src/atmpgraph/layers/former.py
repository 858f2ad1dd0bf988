"""What a publication has from before the layers: `init` of version 0.1 copied the supplied set, and the vocabulary was
each publication's own (`<base>ns/atmp#`).

`copied.json` has the digests of what was copied, so that an untouched copy is told from an edited one.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from ..addresses import CODES
from ..mapping.document import rebased
from ..settings import Settings
from ..settings.layers import supplied
from ..vocab import ATMPGRAPH

_HERE: Final = Path(__file__).parent
_BASE: Final = "https://publication.example/"
# The code lists that each publication had, and that are the software's today.
SCHEMES: Final = (
    *("confidence", "funding-origin", "metric", "organisation-kind", "participation-role", "partnership-role"),
    "value-qualifier",
)
# Where each former folder of the publication is today.
_MOVED: Final = {"data/mapping": "mapping"}


@cache
def _copied() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((_HERE / "copied.json").read_text(encoding="utf-8"))
    return content


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def copies(root: Path) -> Iterator[Path]:
    """The files that `init` copied and that nobody changed, or that are the same as the supplied ones of today."""
    for name, digest in _copied()["files"].items():
        file = root / name
        if file.is_file():
            content = rebased(file.read_text(encoding="utf-8-sig", errors="replace"), _BASE)
            today = _today(name)
            same = today.is_file() and rebased(today.read_text(encoding="utf-8-sig"), _BASE) == content
            if same or _short(content.encode()) == digest:
                yield file


def _today(name: str) -> Path:
    """The supplied file of today for one that was copied."""
    return supplied("shapes").parent / name


def left_behind(root: Path) -> dict[Path, Path]:
    """The files in folders that nobody reads any more, each with the place where it is read."""
    return {
        file: root / now / file.name
        for before, now in _MOVED.items()
        for file in sorted((root / before).glob("*.rml.ttl"))
    }


def renamed(text: str, base: str) -> str:
    """A file with the terms and codes of the software under their names of today."""
    start = rf"(?:{re.escape(base)}|\{{base\}}|(?<=[<\"]))"
    text = re.sub(rf"{start}ns/atmp#", ATMPGRAPH, text)
    text = re.sub(rf"{start}ns/atmp(?=>)", ATMPGRAPH.removesuffix("#"), text)
    text = re.sub(rf"{start}auth/(?=(?:{'|'.join(SCHEMES)})[/>\"{{])", CODES, text)
    return re.sub(r"(?<![\w:-])atmp:", "atmpgraph:", text)


def reduced(descriptor: dict[str, Any]) -> dict[str, Any]:
    """A copied descriptor without what was copied: what a publication adds to the supplied one, or changes."""
    tables, resources = _copied()["tables"], []
    for resource in descriptor.get("resources", []):
        before = tables.get(resource["name"])
        schema = resource.get("schema", {})
        if before is None:
            resources.append(resource)
            continue
        fields = [field for field in schema.get("fields", []) if _digest(field) != before["fields"].get(field["name"])]
        rest = {**resource, "schema": {name: value for name, value in schema.items() if name != "fields"}}
        if _digest(rest) == before["rest"]:
            rest = {"name": resource["name"], "path": resource["path"], "schema": {}}
            if not fields:
                continue
        resources.append({**rest, "schema": {**rest["schema"], "fields": fields}})
    return {**{name: value for name, value in descriptor.items() if name != "resources"}, "resources": resources}


def _digest(value: object) -> str:
    return _short(json.dumps(value, sort_keys=True, ensure_ascii=False).encode())


def former_columns(table: str) -> set[str]:
    """The columns that a supplied table had."""
    return set(_copied()["tables"].get(Path(table).stem, {"fields": ()})["fields"])


def had_vocabulary(settings: Settings) -> bool:
    """Whether the publication has, or had, a vocabulary of its own for what is everybody's today."""
    return settings.path(settings.folders.ontology).joinpath("atmp.ttl").is_file()


def former_terms() -> str:
    """What the former terms are today, in Turtle."""
    return (_HERE / "former-terms.ttl").read_text(encoding="utf-8")
