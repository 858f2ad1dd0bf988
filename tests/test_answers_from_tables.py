"""The answers of the library worked out a second time, from the tables as a person reads them: no SPARQL, mapping or release.

Each function says in a few lines what the question means. Columns are those of tests/test_queries.py, where the same answers
stand written out; the order of the rows is tested there.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from itertools import combinations
from typing import Final

import pytest
from pyoxigraph import Store
from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS, SKOS

from .conftest import ROOT
from .test_queries import ANSWERS, SINCE, TEXTS, Row, dataset, select, table

__all__ = ["dataset"]

Rows = Iterator[tuple[str, ...]]
LANGUAGES: Final = ("en", "fr", "nl", "de")  # the one that is asked for, then the others in their order
EXACTNESS: Final = {"exact": "exactly"}
CODES: Final = "https://w3id.org/atmpgraph/auth"


# How a person reads the tables --------------------------------------------------------------------------------------


@cache
def rows(name: str) -> list[dict[str, str]]:
    return table(name)


def one(name: str, slug: str) -> dict[str, str]:
    """What the rows of a thing say of it together; the first one counts."""
    said: dict[str, str] = {}
    for row in rows(name):
        if row["slug"] == slug:
            said |= {column: value for column, value in row.items() if value and column not in said}
    return defaultdict(str, said)


def text(row: dict[str, str], column: str) -> str:
    """A text in English, else in another language."""
    return next((row[f"{column}_{tag}"] for tag in LANGUAGES if row[f"{column}_{tag}"]), "")


def name_of(organisation: str) -> str:
    return text(one("organisations", organisation), "name")


def publisher(source: str) -> str:
    """Who says so: whoever published the source, or what it is called for short, or its title."""
    row = one("sources", source)
    return row["publisher"] or row["short_en"] or text(row, "title")


def issued(source: str) -> str:
    row = one("sources", source)
    return row["issued_date"] or row["issued_month"]


@cache
def codes(scheme: str) -> Graph:
    return Graph().parse(ROOT / "ontology" / "auth" / f"{scheme}.ttl", publicID="https://w3id.org/atmpgraph/")


def word(scheme: str, code: str) -> str:
    """What a code list says for a code, in English."""
    labels = codes(scheme).objects(URIRef(f"{CODES}/{scheme}/{code}"), SKOS.prefLabel)
    return next(str(label) for label in labels if label.language == "en")  # type: ignore[attr-defined]


def exactness(figure: dict[str, str]) -> str:
    return EXACTNESS.get(figure["qualifier"], figure["qualifier"].replace("-", " "))


def value(figure: dict[str, str]) -> str:
    """A number without needless zeros."""
    return f"{Decimal(figure['value']):f}"


def printed(figure: dict[str, str]) -> str:
    return text(figure, "stated_as")


def words(quotation: str) -> str:
    return text(one("quotations", quotation), "exact") if quotation else ""


def dates(period: str) -> tuple[str, str]:
    """The first and the last day, month or year of a period, as far as it says."""
    row = one("periods", period)
    first, last = (
        next((row[f"{end}_{part}"] for part in ("date", "month", "year") if row[f"{end}_{part}"]), "")
        for end in ("start", "end")
    )
    return first, last


def figures(**wanted: str | set[str]) -> list[dict[str, str]]:
    def fits(row: dict[str, str]) -> bool:
        return all(row[key] in ({each} if isinstance(each, str) else each) for key, each in wanted.items())

    return [row for row in rows("figures") if fits(row)]


def about(figure: dict[str, str]) -> str:
    return f"id/{figure['about_type']}/{figure['about']}"


def source(row: dict[str, str]) -> str:
    return f"id/source/{row['source']}"


# What each question means -------------------------------------------------------------------------------------------


def direct_jobs() -> Rows:
    """Existing and expected ones, of whoever counts them."""
    for row in figures(indicator={"direct-jobs", "new-direct-jobs"}):
        status = f"obsStatus-{row['status']}"
        yield row["indicator"], exactness(row), value(row), status, about(row), publisher(row["source"])


def public_share() -> Rows:
    """Each share beside the budget of the same source, and the product of both."""
    for row in figures(indicator="funding-share"):
        budget = figures(indicator="budget", source=row["source"])[0]
        product = Decimal(row["value"]) / 100 * Decimal(budget["value"])
        origin = word("funding-origin", one("funding", row["about"])["origin"])
        amount = (exactness(budget), value(budget), f"{product.normalize():f}", budget["unit"])
        yield origin, exactness(row), value(row), *amount, source(row)


def workpackage_members() -> Rows:
    for row in rows("participations"):
        code = one("workpackages", row["workpackage"])["identifier"]
        assert row["role"] == "participatesIn"
        yield code, f"id/organisation/{row['organisation']}", "participant", source(row)


def forecasts() -> Rows:
    kinds = {"E": "estimated", "F": "forecast"}
    for row in figures(status={"E", "F"}):
        yield kinds[row["status"]], printed(row), one("periods", row["period"])["label_en"], source(row)


def apart(one_period: str, other: str) -> bool:
    """Whether one is over before the other begins, as far as both dates go."""
    (first, last), (other_first, other_last) = dates(one_period), dates(other)
    pairs = [(last, other_first), (other_last, first)]
    return any(end[: len(start)] < start[: len(end)] for end, start in pairs if end and start)


def disagreements() -> Rows:
    """Two sources of one thing in one unit that do not give the same value as exactly."""
    for a, b in combinations(sorted(rows("figures"), key=lambda row: row["source"]), 2):
        same = all(a[key] == b[key] for key in ("indicator", "about_type", "about", "unit"))
        differs = (value(a), a["qualifier"]) != (value(b), b["qualifier"])
        if same and differs and a["source"] != b["source"] and not apart(a["period"], b["period"]):
            yield a["indicator"], a["slug"], exactness(a), value(a), b["slug"], exactness(b), value(b)


def agreements() -> Rows:
    who: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in rows("figures"):
        who[row["indicator"], about(row), exactness(row), value(row), row["unit"]].add(row["source"])
    for (indicator, _, exact, number, unit), sources in who.items():
        if len(sources) > 1:
            yield indicator, exact, number, unit, str(len(sources))


def named_partners() -> set[str]:
    """Members of work packages and partners of the whole; a company and its daughter are one."""
    named = {row["organisation"] for row in rows("participations")}
    named |= {row["organisation"] for row in rows("roles") if row["role"] == "partner"}
    return {each for each in named if one("organisations", each)["part_of"] not in named}


def unknown() -> Rows:
    described = {"partners": len(named_partners()), "workpackages": len({row["slug"] for row in rows("workpackages")})}
    for row in figures(indicator=set(described)):
        label = next(each["label_en"] for each in rows("indicators") if each["code"] == row["indicator"])
        yield label, value(row), str(described[row["indicator"]]), source(row)


def ror() -> Rows:
    """The same one by its identifier, or a near one by a link."""
    for row in rows("identifiers"):
        if row["scheme"] == "ror":
            same = "http://www.w3.org/2002/07/owl#sameAs"
            yield f"id/organisation/{row['organisation']}", same, f"https://ror.org/{row['value']}"
    for row in rows("organisation-links"):
        if "ror.org" in row["close_match"]:
            near = "http://www.w3.org/2000/01/rdf-schema#seeAlso"
            yield f"id/organisation/{row['organisation']}", near, row["close_match"]


def since() -> Rows:
    """Sources of February 2024 or later with their figures; a source without one has a row too."""
    for each in rows("sources"):
        if issued(each["slug"]) >= SINCE[1:11]:
            brought = figures(source=each["slug"])
            for row in brought:
                said = (row["indicator"], exactness(row), value(row), row["unit"])
                yield issued(each["slug"]), f"id/source/{each['slug']}", *said
            if not brought:
                yield issued(each["slug"]), f"id/source/{each['slug']}", "", "", "", ""


def timeline() -> Rows:
    """Each event with each source and whom that names; one source may date what another tells."""
    when = {row["slug"]: row["period"] for row in rows("events") if row["period"]}
    for row in rows("events"):
        first, last = dates(when[row["slug"]])
        actor = f"id/organisation/{row['organisation']}" if row["organisation"] else ""
        label = one("periods", when[row["slug"]])["label_en"]
        yield first or last, label, f"id/event/{row['slug']}", actor, source(row)


def of_partnership() -> Rows:
    for row in figures(about_type="partnership"):
        yield row["indicator"], exactness(row), value(row), row["unit"], source(row)


def money() -> Rows:
    """In a currency, of the partnership or what funds it, not of a market."""
    for row in figures(about_type={"partnership", "workpackage", "funding"}):
        if row["unit"].startswith("CCY_"):
            yield (
                row["indicator"],
                exactness(row),
                value(row),
                row["unit"].removeprefix("CCY_"),
                about(row),
                source(row),
            )


def funding() -> Rows:
    for row in rows("funding"):
        origin = word("funding-origin", row["origin"])
        funder = f"id/organisation/{row['funder']}" if row["funder"] else ""
        funds = f"id/{row['funds_type']}/{row['funds']}"
        yield f"id/funding/{row['slug']}", origin, funds, funder, row["amount"], row["currency"], source(row)


def roles() -> Rows:
    for row in rows("roles"):
        yield row["role"].replace("-", " "), name_of(row["organisation"]), source(row)


def topics() -> Rows:
    lists = {"therapy": "therapy", "value-chain-stage": "value-chain-stage", "organisation-kind": "organisation-kind"}
    kinds = [{**row, "scheme": "organisation-kind", "code": row["kind"]} for row in rows("partner-kinds")]
    for row in [*rows("topics"), *kinds]:
        place = (
            ROOT / "ontology" / "auth" if row["scheme"] == "organisation-kind" else ROOT / "data" / "ontology" / "auth"
        )
        file = place / f"{lists[row['scheme']]}.ttl"
        graph = Graph().parse(file, publicID="https://e/")
        concept = next(each for each in graph.subjects(SKOS.prefLabel) if str(each).endswith(f"/{row['code']}"))
        scheme = next(graph.objects(concept, SKOS.inScheme))
        said = [[str(o) for o in graph.objects(s, p) if o.language == "en"]  # type: ignore[attr-defined]
                for s, p in ((scheme, DCTERMS.title), (concept, SKOS.prefLabel))]  # fmt: skip
        yield said[0][0], said[1][0], source(row)


def places() -> Rows:
    for row in rows("place-links"):
        yield text(one("places", row["place"]), "label"), row["exact_match"], source(row)


def identifiers() -> Rows:
    digits = {"ror": "ror", "isni": "isni", "cbe": "be.vat"}  # those of the schemes here that have check digits
    for row in rows("identifiers"):
        read = (issued(row["source"]), digits.get(row["scheme"], ""))
        yield f"id/organisation/{row['organisation']}", row["scheme"], row["value"], *read, source(row)


def without_identifier() -> Rows:
    identified = {row["organisation"] for row in rows("identifiers")}
    for slug in {row["slug"] for row in rows("organisations")} - identified:
        yield name_of(slug), word("organisation-kind", one("organisations", slug)["kind"])


def third_party_figures() -> Rows:
    for row in rows("figures"):
        if row["attributed_to"]:
            yield name_of(row["attributed_to"]), row["indicator"], exactness(row), value(row), source(row)


def decisions() -> Rows:
    """Events of those who fund the partnership, which is not one of its work packages."""
    funders = {row["organisation"] for row in rows("roles") if row["role"] == "funder"}
    funders |= {row["funder"] for row in rows("funding") if row["funds_type"] == "partnership"} - {""}
    for row in rows("events"):
        if row["organisation"] in funders:
            first, last = dates(row["period"])
            yield first or last, f"id/event/{row['slug']}", f"id/organisation/{row['organisation']}", source(row)


def durations() -> Rows:
    """No table says when the partnership starts, ends or was signed."""
    for row in figures(indicator="duration"):
        yield "", "", "", value(row), {"YR": "year"}[row["unit"]], about(row), source(row)


def grants() -> Rows:
    """Each grant with each of those who take part in what it funds, a work package or the whole."""
    for row in rows("funding"):
        if row["eurio_class"] != "Grant":
            continue
        if row["funds_type"] == "workpackage":
            code = one("workpackages", row["funds"])["identifier"]
            members = {(each["organisation"], "participant") for each in rows("participations")
                       if each["workpackage"] == row["funds"]}  # fmt: skip
        else:  # who pays, supports or answers the press is no member
            code = ""
            members = {(each["organisation"], each["role"]) for each in rows("roles")
                       if each["role"] in {"partner", "coordinator"}}  # fmt: skip
        for organisation, role in members:
            paid = (row["amount"], row["currency"])
            yield f"id/funding/{row['slug']}", *paid, code, f"id/organisation/{organisation}", role, ""


def workpackages() -> Rows:
    for row in rows("workpackages"):
        yield row["identifier"], source(row)


def participants() -> Rows:
    """No project of this publication has an agreement with an order of participants."""
    yield from ()


def gaps() -> Rows:
    for row in rows("gaps"):
        yield row["title_en"], words(row["quotation"]), source(row)


def programmes() -> Rows:
    for row in rows("programmes"):
        named = one("programmes", row["slug"])["title_en"]
        yield named, f"id/partnership/{row['partnership']}", f"id/funding-scheme/{row['slug']}", source(row)


def press_contact() -> Rows:
    for row in rows("roles"):
        if row["role"] == "press-contact":
            homepage = one("organisations", row["organisation"])["homepage"]
            yield name_of(row["organisation"]), homepage, f"id/organisation/{row['organisation']}", source(row)


def without_lead() -> Rows:
    assert {row["role"] for row in rows("participations")} == {"participatesIn"}, "nobody is said to lead"
    members = Counter(row["workpackage"] for row in rows("participations"))
    for row in rows("workpackages"):
        yield row["identifier"], str(members[row["slug"]])


def people() -> Rows:
    for row in rows("quotations"):
        if row["speaker"]:
            person = one("people", row["speaker"])
            said = (text(person, "function"), words(row["slug"]), row["location"])
            yield person["name"], *said, source(row)


def organisations() -> Rows:
    """The town where its place has a name in English, else as the source writes it."""
    details = {row["organisation"]: row for row in rows("organisation-details")}
    for slug in {row["slug"] for row in rows("organisations")}:
        more = details.get(slug, defaultdict(str))
        town = one("places", more["place"])["label_en"] if more["place"] else more["town"]
        homepage = one("organisations", slug)["homepage"] or more["homepage"]
        yield name_of(slug), word("organisation-kind", one("organisations", slug)["kind"]), town, homepage


def sources() -> Rows:
    for row in rows("sources"):
        if row["kind"] != "MetadataDocument":  # our own texts are by the editors, whom the catalogue names
            yield text(row, "title"), row["publisher"] or "not stated", issued(row["slug"]), row["url"]


def quotations() -> Rows:
    for row in rows("figures"):
        quoted = one("quotations", row["quotation"])
        yield row["indicator"], value(row), printed(row), words(row["quotation"]), quoted["location"], source(row)


MEANING: Final[dict[str, Callable[[], Rows]]] = {
    "direct-jobs": direct_jobs,
    "public-share": public_share,
    "workpackage-members": workpackage_members,
    "forecasts": forecasts,
    "disagreements": disagreements,
    "agreements": agreements,
    "unknown": unknown,
    "ror": ror,
    "since": since,
    "timeline": timeline,
    "figures": of_partnership,
    "money": money,
    "funding": funding,
    "roles": roles,
    "topics": topics,
    "places": places,
    "identifiers": identifiers,
    "without-identifier": without_identifier,
    "third-party-figures": third_party_figures,
    "decisions": decisions,
    "dates": durations,
    "grants": grants,
    "workpackages": workpackages,
    "participants": participants,
    "gaps": gaps,
    "programmes": programmes,
    "press-contact": press_contact,
    "without-lead": without_lead,
    "people": people,
}
LISTS: Final[dict[str, tuple[str, Callable[[], Rows]]]] = {
    "organisations": ("name kind town homepage", organisations),
    "quotations": ("indicator value printed words place source", quotations),
}


def said(store: Store, name: str, columns: str) -> list[Row]:
    """The answer of the library, in an order of our own."""
    found = select(store, TEXTS[name], *columns.split())
    cut = ("id/figure/", "auth/indicator/")
    return sorted(tuple(cell.removeprefix(cut[0]).removeprefix(cut[1]) for cell in row) for row in found)


@pytest.mark.parametrize("name", MEANING)
def test_the_tables_say_the_same(name: str, dataset: Store) -> None:
    assert said(dataset, name, ANSWERS[name].columns) == sorted(MEANING[name]())


@pytest.mark.parametrize("name", LISTS)
def test_the_tables_have_the_same_list(name: str, dataset: Store) -> None:
    columns, meaning = LISTS[name]
    assert said(dataset, name, columns) == sorted(meaning())


def test_each_source_is_listed_as_its_table_has_it(dataset: Store) -> None:
    ours = {f"id/source/{row['slug']}" for row in rows("sources") if row["kind"] == "MetadataDocument"}
    listed = select(dataset, TEXTS["sources"], "source", "title", "publisher", "issued", "page")
    assert sorted(row[1:] for row in listed if row[0] not in ours) == sorted(sources())
    assert ours < {row[0] for row in listed}


def test_every_question_is_worked_out() -> None:
    assert set(MEANING) == set(ANSWERS)
