"""What is still the example's that `atmpgraph init` wrote: fine while nobody sees it, false in public."""

import csv
import tomllib
from collections.abc import Iterator
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pyoxigraph as ox

from ..findings import Finding, Place, Severity
from ..i18n import every_language
from ..settings import FILE_NAME, Settings
from ..sources.package import Package
from ..starter import HERE
from ..vocab import DCAT, DCT, FOAF, VCARD

# Names that nobody can have in public (RFC 2606, RFC 6761, RFC 6762).
_RESERVED: Final = ("example.com", "example.net", "example.org", "example", "invalid", "local", "localhost", "test")
_CATALOGUE: Final = "catalogue.ttl"
# What the description of the example says that is true of no other publication.
_SPOKEN: Final = frozenset(
    {
        *(DCT + name for name in ("title", "description", "spatial")),
        *(FOAF + "name", FOAF + "mbox", DCAT + "keyword"),
        *(VCARD + name for name in ("fn", "organization-name", "hasEmail")),
    }
)
_SPEAKING: Final = ("id/catalogue", "id/dataset/partnership", "id/agent/publisher", "id/contact/data")
_TABLES: Final = ("partnerships.csv", "organisations.csv", "people.csv", "sources.csv", "workpackages.csv")


def is_public(base: str) -> bool:
    """Whether what stands under a base is for everybody: its host is not one of those that nobody can have."""
    host = (urlsplit(base).hostname or "").rstrip(".")
    try:
        return ip_address(host).is_global
    except ValueError:
        return not any(host == name or host.endswith(f".{name}") for name in _RESERVED)


def fiction(settings: Settings, package: Package) -> list[Finding]:
    """What would be false in public; elsewhere, a warning where the home page would be about nothing."""
    public = is_public(settings.base)
    findings = [*_partnership(settings, package, Severity.VIOLATION if public else Severity.WARNING)]
    if public:
        findings += [*_settings(settings), *_catalogue(package), *_rows(package)]
    return findings


def _partnership(settings: Settings, package: Package, severity: Severity) -> Iterator[Finding]:
    """The partnership of the home page, if no row is about it."""
    table = package.tables.get("partnerships.csv")
    header, rows = (table.header(), table.rows()) if table else ([], ())
    slugs = {dict(zip(header, cells, strict=False)).get("slug", "") for _, cells in rows}
    if settings.partnership not in slugs and "partnership" not in settings.stand_ins:
        message = every_language(
            "`partnership` names a partnership that is not in partnerships.csv, so the home page is about nothing; "
            "give it the slug of a row, or add the row"
        )
        yield Finding("files", severity, message, (Place(FILE_NAME),), settings.partnership)


def _settings(settings: Settings) -> Iterator[Finding]:
    """Title and description."""
    example = tomllib.loads((HERE / FILE_NAME).read_text(encoding="utf-8"))
    ours = settings.model_dump()
    for name in ("title", "description"):
        for language, text in example[name].items():
            if ours[name].get(language) == text:
                yield _still(Place(FILE_NAME, column=f"[{name}] {language}"), text)


def _catalogue(package: Package) -> Iterator[Finding]:
    """Names, keywords, place and mailboxes in the description for portals."""
    file = package.folder / _CATALOGUE
    try:
        statements = set(
            ox.parse(file.read_text("utf-8-sig"), format=ox.RdfFormat.TURTLE, base_iri="https://p.example/")
        )
    except (OSError, SyntaxError, ValueError):
        return  # the build says it
    for quad in sorted(statements & _example(), key=str):
        value = quad.object.value if isinstance(quad.object, ox.Literal | ox.NamedNode) else str(quad.object)
        yield _still(Place(f"{package.folder.name}/{_CATALOGUE}"), value)


@cache
def _example() -> frozenset[ox.Quad]:
    """What the description of the example says."""
    quads = ox.parse(path=str(HERE / _CATALOGUE), format=ox.RdfFormat.TURTLE, base_iri="https://p.example/")
    speaking = {f"https://p.example/{name}" for name in _SPEAKING}
    return frozenset(q for q in quads if q.predicate.value in _SPOKEN and getattr(q.subject, "value", "") in speaking)


def _rows(package: Package) -> Iterator[Finding]:
    """Rows of the example."""
    for name in _TABLES:
        table = package.tables.get(name)
        if table is None:
            continue
        example = [row.items() for row in _dicts(HERE / "tables" / name)]
        for number, cells in table.rows():
            row = {column: cell for column, cell in zip(table.header(), cells, strict=False) if cell}
            # Who publishes in fewer languages has taken columns away.
            if "fict" in " ".join(cells).casefold() and any(row.items() <= one for one in example):
                yield _still(Place(name, number), cells[0])


def _dicts(file: Path) -> Iterator[dict[str, str]]:
    """The cells of each row that are not empty, by column."""
    with file.open(encoding="utf-8-sig", newline="") as content:
        for row in csv.DictReader(content):
            yield {column: cell for column, cell in row.items() if cell}


def _still(place: Place, value: str) -> Finding:
    message = every_language(
        "this is still what the fictional example says, and would be false in public: write your own, or remove it"
    )
    return Finding("files", Severity.VIOLATION, message, (place,), value)
