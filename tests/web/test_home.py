"""What the home page is made from."""

from atmpgraph.overview.home import home
from atmpgraph.store import memory_store

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
