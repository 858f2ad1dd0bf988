"""What quotations say of when, in four languages: told where the tables say otherwise, else left alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import SH

from atmpgraph.quality.engines import quick_results
from atmpgraph.quality.reference import reference_results
from atmpgraph.quality.results import Result
from atmpgraph.quality.shape_texts import filled

from ..conftest import LANGUAGES
from .conftest import BASE, PREFIXES, ROOT


class Said(NamedTuple):
    """What a quotation says, and from when until when."""

    words: str
    start: str = ""
    end: str = ""


def on(words: str, end: str, start: str = "") -> Said:
    return Said(words, start, end)


OUTSIDE = [
    on("BioWin avait lancé, fin avril, un appel", "2023-04-03"),
    on("lancé à la fin du mois d’avril 2023", "2023-04-03", "2023-04-03"),
    on("De oproep kwam eind april 2023", "2023-04-03"),
    on("Der Aufruf kam Ende April.", "2023-04-03"),
    on("The call was launched at the end of April", "2023-04-03"),
    on("The call was launched in late April", "2023-05-01"),
    on("mi-avril", "2023-04-02"),
    on("half april", "2023-04-28"),
    on("Mitte April", "2023-04-28"),
    on("mid-April", "2023-04-28", "2023-04-25"),
    on("début avril 2023", "2023-04-25"),
    on("begin april", "2023-04-25"),
    on("Anfang April", "2023-04-25"),
    on("early April", "2023-04-25"),
    on("a validé fin 2023 le financement", "2023-03-31"),
    on("begin 2024", "2024-11-02"),
    on("Mitte 2024", "2024-12-31", "2024-12"),
    on("early 2024", "2024-10"),
    on("eind april", "2023-05", "2023-05"),
    on("fin 2023", "2024", "2024"),
]
WITHIN = [
    on("BioWin avait lancé, fin avril, un appel", "2023-04-30"),
    on("De oproep kwam eind april", "2023-04", "2023-04"),
    on("Ende April", "2023-04-30", "2023-04-01"),
    on("late April", "2023-04-19"),
    on("mid-April", "2023-04-15"),
    on("mi-avril", "2023-04", "2023-04"),
    on("Anfang April", "2023-04-05"),
    on("by the end of April", "2023-04-03"),
    on("d’ici la fin avril", "2023-04-03"),
    on("bis Ende April", "2023-04-03"),
    on("tegen eind april", "2023-04-03"),
    on("Begin: april 2024", "2024-04-25"),
    on("Ende: April 2024", "2024-04-03"),
    on("from early April to the end of April", "2023-04-15"),
    on("fin mai ou début juin", "2023-07-01"),
    on("late 2023", "2023", "2023"),
    on("mi-2024", "2024-06-20", "2024-06-20"),
    on("fin 2023", "2023-12-31"),
    on("eind 2023", "2024-03", "2023-11"),
    on("Ende gut", "2023-04-03"),
    on("the end of the call", "2023-04-03"),
]

OTHER_YEARS = [
    on("plus de 36 % entre 2019 et 2025, pour atteindre 10 milliards en 2032", "2032", "2019"),
    on("36 % between 2019 and 2025", "2025", "2025"),
    on("36 % from 2019 to 2025", "2025", "2020"),
    on("36% tussen 2019 en 2025", "2024", "2019"),
    on("36 % per jaar van 2019 tot 2025", "2019", "2019"),
    on("36 % zwischen 2019 und 2025", "2025-12-31", "2018-01-01"),
    on("36 % von 2019 bis 2025", "2026"),
    on("36 % (CAGR 2019–2025)", "2024", "2019"),
    on("36 % (TCAC 2019-2025)", ""),
]
THESE_YEARS = [
    on("plus de 36 % entre 2019 et 2025, pour atteindre 10 milliards en 2032", "2025", "2019"),
    on("36 % tussen 2019 en 2025", "2025-12-31", "2019-01-01"),
    on("36 % von 2019 bis 2025", "2025"),
    on("36 % (CAGR 2019–2025)", "", "2019"),
    on("36 % d’ici 2035", "2035"),
    on("36 % in 2024 and 40 % in 2025", "2024", "2024"),
    on("36 % en 2024 et 2025", "2024", "2024"),
    on("36 % between 2019 and 2025, 12 % between 2025 and 2032", "2032", "2025"),
    on("36 %", ""),
]


def triples(name: str, event: Said) -> str:
    dates = "".join(
        f' ; {term} "{date}"^^xsd:{ {10: "date", 7: "gYearMonth", 4: "gYear"}[len(date)] }'
        for term, date in (("dcat:startDate", event.start), ("dcat:endDate", event.end))
        if date
    )
    return f"""
    <id/event/{name}> a prov:Activity ; dct:temporal <id/period/{name}> ; atmpgraph:statedIn <id/quotation/{name}> .
    <id/figure/{name}> a qb:Observation ; sdmx-a:unitMeasure unit:PERCENT-PER-YR ; sdmx-d:refPeriod <id/period/{name}> ;
        prov:wasDerivedFrom <id/quotation/{name}> .
    <id/period/{name}> skos:prefLabel "{event.words}" {dates} ; a dct:PeriodOfTime .
    <id/quotation/{name}> oa:hasSelector <id/selector/{name}> .
    <id/selector/{name}> oa:exact "{event.words}" ."""


EVENTS = {
    f"{kind}-{number}": event
    for kind, events in (
        ("outside", OUTSIDE),
        ("within", WITHIN),
        ("other-years", OTHER_YEARS),
        ("these-years", THESE_YEARS),
    )
    for number, event in enumerate(events)
}


@pytest.fixture(scope="module")
def shapes() -> Graph:
    """The three constraints, with their targets."""
    whole, graph = Graph(), Graph()
    for name in ("event", "figure", "period", "prefixes"):
        text = (ROOT / f"shapes/{name}.ttl").read_text("utf-8")
        whole.parse(data=filled(text, BASE, LANGUAGES), format="turtle", publicID=BASE)
    graph += whole.cbd(URIRef(f"{BASE}ns/shapes"))
    for name in ("EventPart", "PeriodPart", "FigureGrowthYears"):
        shape = URIRef(f"{BASE}ns/shapes#{name}Shape")
        graph += whole.cbd(shape)
        for constraint in whole.objects(shape, SH.sparql):
            graph += whole.cbd(constraint)
    return graph


@pytest.fixture(scope="module")
def graph() -> Graph:
    text = PREFIXES + "".join(triples(name, event) for name, event in EVENTS.items())
    return Graph().parse(data=text, format="turtle", publicID=BASE)


def expected() -> set[tuple[str, str]]:
    return {
        *((f"event/outside-{number}", "eventPart") for number in range(len(OUTSIDE))),
        *((f"figure/other-years-{number}", "figureGrowthYears") for number in range(len(OTHER_YEARS))),
        *((f"period/outside-{number}", "periodPart") for number in range(len(OUTSIDE))),
    }


@pytest.mark.parametrize("engine", [quick_results, reference_results])
def test_words_are_compared_with_the_tables(
    engine: Callable[[Path, Graph], Iterator[Result]], graph: Graph, shapes: Graph, tmp_path: Path
) -> None:
    file = tmp_path / "data.nt"
    graph.serialize(file, "nt", encoding="utf-8")
    found = {(each.node.partition("/id/")[2], str(each.constraint).rpartition("#")[2]) for each in engine(file, shapes)}
    assert found == expected()
