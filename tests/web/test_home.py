"""What the home page is made from."""

from atmpgraph.overview.home import home
from atmpgraph.publish.build import build
from atmpgraph.settings import Settings
from atmpgraph.store import memory_store
from atmpgraph.web import create_app

from .rules import BROWSER

BASE = "https://example.org/"
SDMX = "http://purl.org/linked-data/sdmx/2009/"
STATED = {
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": "<http://purl.org/linked-data/cube#Observation>",
    **{
        f"https://w3id.org/atmpgraph/ns#{name}": f"<urn:{name}>"
        for name in ("indicator", "subject", "source", "valueQualifier")
    },
    "https://w3id.org/atmpgraph/ns#statedAs": '"one"',
    f"{SDMX}measure#obsValue": '"1"^^<http://www.w3.org/2001/XMLSchema#integer>',
    **{f"{SDMX}attribute#{name}": f"<urn:{name}>" for name in ("unitMeasure", "obsStatus")},
    **{f"{SDMX}dimension#{name}": f"<urn:{name}>" for name in ("refArea", "refPeriod")},
}


def test_of_several_quotations_each_has_its_own_words() -> None:
    lines = {f"<urn:figure> <{predicate}> {term}" for predicate, term in STATED.items()}
    for quotation, words in (("urn:a", "z words"), ("urn:b", "a words")):
        lines |= {
            f"<urn:figure> <http://www.w3.org/ns/prov#wasDerivedFrom> <{quotation}>",
            f"<{quotation}> <http://www.w3.org/ns/oa#hasSelector> <{quotation}s>",
            f'<{quotation}s> <http://www.w3.org/ns/oa#exact> "{words}"',
        }
    store = memory_store(sorted(f"{line} <urn:g> .\n".encode() for line in lines), BASE)
    [group] = home(store, "urn:subject")["figures"]["groups"]
    [row] = group["rows"]
    assert (row["quotation"], row["words"][0], row["by"]) == ("urn:a", "z words", None)


def test_a_difference_says_whose_it_is(started: Settings) -> None:
    """Unless it is about the partnership itself, as all of the page is."""

    def difference() -> str:
        page = create_app(started).test_client().get("/?lang=en", headers=BROWSER).text
        return page.partition('id="differences"')[2].partition('<p class="group">')[2].partition("</p>")[0]

    assert "/auth/indicator/new-direct-jobs" in difference()
    assert "/doc/" not in difference()
    table = started.path(started.folders.data) / "figures.csv"
    text = table.read_text(encoding="utf-8")
    changed = text.replace(",new-direct-jobs,partnership,example,", ",new-direct-jobs,workpackage,methods,")
    assert changed.count(",workpackage,methods,") == 2
    table.write_text(changed, encoding="utf-8")
    assert build(started).switched
    assert 'href="/doc/workpackage/methods?lang=en"' in difference()
    assert "(<a " in difference()
