"""A publication with as many rows as wanted: one thing that all others link to, many sources, many of everything."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path

from atmpgraph.settings.layers import supplied
from atmpgraph.starter import start

BASE = "https://example.org/grown/"
SHAPE = """
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shapes: <ns/shapes#> .
shapes:OrganisationShape a sh:NodeShape ; sh:targetClass foaf:Organization ; sh:property shapes:homepage ;
    rdfs:label "Pages web"@fr , "Webpagina’s"@nl .
shapes:homepage a sh:PropertyShape ; sh:path foaf:homepage ; sh:minCount 2 ; sh:severity sh:Warning ;
    sh:message "Une page."@fr , "Een pagina."@nl , "Eine Seite."@de , "A page."@en .
"""

Row = Mapping[str, object]


def grow(folder: Path, size: int) -> None:
    """Start a publication and add rows to its tables.

    Args:
        folder: of the publication.
        size: rows that are added to the largest tables.
    """
    start(folder, BASE)
    (folder / "shapes").mkdir()
    for file in supplied("shapes").glob("*.ttl"):
        (folder / "shapes" / file.name).write_text("", encoding="utf-8")  # checking takes most of the time of a build
    (folder / "shapes" / "homepage.ttl").write_text(SHAPE, encoding="utf-8")
    sources = max(size // 4, 2)

    def names(text: str, *columns: str) -> Row:
        return {f"{column}_{language}": text for column in columns for language in ("fr", "nl", "de", "en")}

    def source(n: int) -> Row:
        return {"source": f"src{n % sources}", "quotation": f"q{n % sources}"}

    tables: Mapping[str, tuple[int, Callable[[int], Row]]] = {
        "sources": (
            sources,
            lambda n: {
                "slug": f"src{n}",
                "kind": "NewsItem",
                "title_en": f"Article {n}",
                "publisher": "The Times (fictional)",
                "issued_date": f"20{10 + n % 15}-01-01",
                "language": "ENG",
                "confidence": "medium",
            },
        ),
        "quotations": (
            sources,
            lambda n: {"slug": f"q{n}", "source": f"src{n}", "exact_en": f"words {n}", "location": "paragraph 1"},
        ),
        "sectors": (size, lambda n: {"slug": f"se{n}", "source": "editorial", **names(f"Sector {n}", "label")}),
        "organisations": (
            size,
            lambda n: {
                "slug": f"o{n}",
                "kind": "company",
                "homepage": f"https://o{n}.example/",
                **names(f"Organisation {n}", "name"),
                **source(n),
            },
        ),
        "workpackages": (
            max(size // 10, 2),
            lambda n: {
                "slug": f"wp{n}",
                "partnership": "example",
                "identifier": f"W{n}",
                **names(f"Work {n}", "title"),
                **source(n),
            },
        ),
        "participations": (
            size,
            lambda n: {"organisation": f"o{n}", "workpackage": "methods", "role": "participatesIn", **source(n)},
        ),
        "funding": (
            size,
            lambda n: {
                "slug": f"f{n}",
                "origin": "private",
                "funds_type": "partnership",
                "funds": "example",
                **names(f"Part {n}", "title"),
                **source(n),
            },
        ),
        "events": (
            size,
            lambda n: {
                "slug": f"e{n}",
                "period": "2025",
                "organisation": "o0",
                **names(f"Event {n}", "title"),
                **source(n),
            },
        ),
        "figures": (
            size,
            lambda n: {
                "slug": f"fi{n}",
                "indicator": "budget",
                "about_type": "partnership",
                "about": "example",
                "area": "exampleland",
                "period": "P2Y",
                "value": n,
                "unit": "CCY_EUR",
                "qualifier": "exact",
                "status": "A",
                "stated_as_en": f"words {n}",
                **source(n),
            },
        ),
    }
    for name, (count, row) in tables.items():
        path = folder / "data" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as table:
            columns = next(csv.reader(table))
        with path.open("a", encoding="utf-8", newline="") as table:
            csv.DictWriter(table, columns, lineterminator="\n").writerows(map(row, range(count)))
