"""The publication of this repository: what the sources say, all of it, and nothing else. Written down by hand."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest

from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.sources.package import open_package

from .conftest import ROOT, shared

# Every figure of the press release: value, unit, exactness, status, words as printed.
RELEASE_FIGURES = {
    "budget": ("81000000", "CCY_EUR", "exact", "A", "81M€"),
    "duration": ("3", "YR", "exact", "A", "3 ans"),
    "partners": ("26", "NUM", "exact", "A", "26 partenaires"),
    "workpackages": ("12", "NUM", "exact", "A", "12 workpackages"),
    "research-centres": ("1", "NUM", "exact", "A", "un centre de recherche"),
    "public-share": ("60", "PERCENT", "approximately", "A", "environ 60%"),
    "private-share": ("40", "PERCENT", "approximately", "A", "40%"),
    "granted-2023": ("23000000", "CCY_EUR", "almost", "A", "Près de 23M€"),
    "new-direct-jobs": ("470", "NUM", "more-than", "E", "plus de 470 emplois directs"),
    "new-indirect-jobs": ("1200", "NUM", "exact", "E", "1 200 emplois indirects"),
    "belgium-eu-population": ("2.6", "PERCENT", "exact", "A", "2,6 %"),
    "belgium-eu-jobs": ("7.8", "PERCENT", "exact", "A", "7,8 %"),
    "belgium-eu-exports": ("18.7", "PERCENT", "exact", "A", "18,7 %"),
    "belgium-eu-rd": ("19.3", "PERCENT", "exact", "A", "19,3 %"),
    "belgium-jobs-rank": ("3", "RANK", "exact", "A", "troisième"),
    "belgium-exports-rank": ("2", "RANK", "exact", "A", "deuxième"),
    "belgium-rd-rank": ("1", "RANK", "exact", "A", "première"),
    "market-growth": ("36", "PERCENT-PER-YR", "more-than", "F", "plus de 36 %"),
    "market-2025": ("10000000000", "CCY_EUR", "approximately", "F", "environ 10 milliards d'euros"),
    "market-2032": ("80000000000", "CCY_EUR", "exact", "F", "80 milliards"),
    "developers": ("15", "NUM", "at-least", "A", "15+"),
    "contract-manufacturers": ("8", "NUM", "exact", "A", "8"),
    "service-companies": ("15", "NUM", "at-least", "A", "15+"),
    "direct-jobs": ("2100", "NUM", "more-than", "A", "Plus de 2 100"),
    "total-jobs": ("6000", "NUM", "exact", "A", "6 000"),
    "biowin-members": ("250", "NUM", "exact", "A", "250 membres"),
}
MEMBERS = {
    "maidam": {"orgenesis-services-belgium", "uclouvain", "trail", "dnalytics"},
    "exofasttrack": {
        "orgenesis", "cilyx", "cmmi", "convexyo", "exo-biologics", "exoxpert", "genflow-biosciences", "livedrop", "ulb",
        "umons", "xomexbio",
    },
}  # fmt: skip
# Numbers of the release that are no figures: dates, the five years of the estimates, the year of the grant, telephones.
NOT_FIGURES = {"17", "2024", "2023", "2019", "2025", "2032"}


def rows(settings: Settings, table: str) -> list[dict[str, str]]:
    found = open_package(settings.layered("descriptor")).tables[f"{table}.csv"]
    return [dict(zip(found.header(), cells, strict=True)) for _, cells in found.rows()]


def test_every_figure_of_the_press_release(release: Release) -> None:
    solutions = release.store.select("""
        PREFIX atmpgraph: <https://w3id.org/atmpgraph/ns#>
        PREFIX prov: <http://www.w3.org/ns/prov#>
        PREFIX sdmx-a: <http://purl.org/linked-data/sdmx/2009/attribute#>
        PREFIX sdmx-m: <http://purl.org/linked-data/sdmx/2009/measure#>
        SELECT * WHERE {
          GRAPH <id/graph/press-release-2024-01-17> {
            ?figure sdmx-m:obsValue ?value ; sdmx-a:unitMeasure ?unit ; atmpgraph:valueQualifier ?qualifier ;
              sdmx-a:obsStatus ?status ; atmpgraph:statedAs ?words ; prov:wasDerivedFrom ?quotation }
        }""")
    found = {
        row["figure"].value.rpartition("/")[2]: (
            row["value"].value,
            row["unit"].value.rpartition("/")[2],
            row["qualifier"].value.rpartition("/")[2],
            row["status"].value.rpartition("-")[2],
            row["words"].value,
        )
        for row in solutions
    }
    assert found == RELEASE_FIGURES


def test_no_number_of_the_press_release_is_left_out(released: Settings) -> None:
    text = shared("reference/press-release-2024-01-17.fr.txt").read_text(encoding="utf-8")
    body = text[: text.index("Contact presse")]
    numbers = {number.strip().replace(" ", "") for number in re.findall(r"\d[\d ]*(?:,\d+)?", body)}
    told = {
        number.replace(" ", "")
        for row in rows(released, "figures")
        for number in re.findall(r"\d[\d ]*(?:,\d+)?", row["stated_as_fr"])
    }
    assert numbers - told - NOT_FIGURES == set()


def test_the_values_are_those_of_the_words(released: Settings) -> None:
    """Digits in the words as printed, with their magnitude, are the value."""
    powers = {"M€": 6, "million": 6, "$": 6, "milliard": 9}
    for row in rows(released, "figures"):
        words = row["stated_as_fr"] or row["stated_as_en"]
        if found := re.search(r"\d[\d  ]*(?:[.,]\d+)?", words):
            digits = re.sub(r"[  ]|[.,](?=\d{3}$)", "", found.group()).replace(",", ".")
            power = next((p for word, p in powers.items() if word in words), 0)
            assert Decimal(row["value"]) == Decimal(digits).scaleb(power), row["slug"]


def test_the_members_of_the_named_workpackages(released: Settings) -> None:
    found: dict[str, set[str]] = {}
    for row in rows(released, "participations"):
        found.setdefault(row["workpackage"], set()).add(row["organisation"])
    assert found == MEMBERS


def test_conflicting_claims_stand_side_by_side(release: Release) -> None:
    solutions = release.store.select("""
        PREFIX atmpgraph: <https://w3id.org/atmpgraph/ns#>
        PREFIX sdmx-m: <http://purl.org/linked-data/sdmx/2009/measure#>
        SELECT ?graph ?value WHERE {
          GRAPH ?graph { ?figure atmpgraph:indicator <auth/indicator/new-direct-jobs> ; sdmx-m:obsValue ?value } }""")
    found = {(row["graph"].value.rpartition("/")[2], row["value"].value) for row in solutions}
    assert found == {
        ("press-release-2024-01-17", "470"),
        ("wallonia-be", "470"),
        ("rtl-2024-01-17", "470"),
        ("orgenesis-2024-02-29", "470"),
        ("lpost-2024-01-17", "600"),
        ("parliament-question-264", "600"),
    }


def test_coverage(release: Release) -> None:
    coverage = {(c.indicator.rpartition("/")[2], c.declared, c.described) for c in release.manifest.coverage}
    assert coverage == {("partners", 26, 16), ("workpackages", 12, 2)}


@pytest.mark.parametrize(
    "number", ["0419052272", "0419.052.272", "0407626464", "0407.626.464", "0325777171", "0325.777.171"]
)
def test_nothing_unverified_is_published(release: Release, number: str) -> None:
    assert number not in (release.path / "data.nq").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["ConvEyXO", "XomeXbio", "Mitosir", "MITOSIR", "476 650 438", "56 54 07 00", "Schiettekatte"]
)
def test_neither_guesses_nor_private_contacts_are_published(release: Release, name: str) -> None:
    assert name not in (release.path / "data.nq").read_text(encoding="utf-8")


def test_every_row_names_its_source(released: Settings) -> None:
    for table in open_package(released.layered("descriptor")).tables.values():
        assert {"source", "confidence", "accepted", "rule"} & set(table.header()), (
            f"{table.name} has no column for the source"
        )


def test_identifiers_are_those_of_the_evidence(released: Settings) -> None:
    """Each identifier said to come from ROR stands in the record of ROR."""
    evidence = "".join(
        path.read_text(encoding="utf-8") for path in shared("reference/facts-evidence").glob("ror-*.json")
    )
    for row in rows(released, "identifiers"):
        if row["source"] == "ror":
            assert row["value"].replace(" ", "") in evidence.replace(" ", ""), row


def test_ror_and_isni_check_digits(released: Settings) -> None:
    """ISO 7064: MOD 97-10 for ROR (Crockford base 32), MOD 11-2 for ISNI."""
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    for row in rows(released, "identifiers"):
        if row["scheme"] == "ror":
            number = 0
            for character in row["value"][1:7]:
                number = number * 32 + alphabet.index(character)
            assert 98 - number * 100 % 97 == int(row["value"][7:]), row
        if row["scheme"] == "isni":
            total = 0
            for character in row["value"].replace(" ", "")[:-1]:
                total = (total + int(character)) * 2
            assert "0123456789X"[(12 - total % 11) % 11] == row["value"][-1], row


def _words(released: Settings) -> dict[str, str]:
    """The exact words by quotation, in the language of the source."""
    return {
        row["slug"]: next(row[column] for column in row if column.startswith("exact_") and row[column])
        for row in rows(released, "quotations")
    }


def test_quotations_of_a_text_that_is_held_stand_in_it(released: Settings) -> None:
    held = {row["slug"]: row["text"] for row in rows(released, "sources") if row["text"]}
    assert set(held) == {"press-release-2024-01-17"}
    text = shared("reference/press-release-2024-01-17.fr.txt").read_text(encoding="utf-8")
    plain = " ".join(re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", text).replace("*", "").split())
    quoted = [row for row in rows(released, "quotations") if row["source"] in held]
    assert len(quoted) == 30
    for row in quoted:
        assert row["exact_fr"] in plain, row["slug"]


def test_quotations_of_other_sources_stand_in_the_evidence(released: Settings) -> None:
    """The words of pages that were read stand in the notes of what was seen there, so nobody made them up."""
    evidence = " ".join(
        shared("reference/facts.md").read_text(encoding="utf-8").replace("’", "'").replace("**", "").split()
    )
    for row in rows(released, "quotations"):
        if row["source"] != "press-release-2024-01-17":
            words = _words(released)[row["slug"]].replace("’", "'")
            assert words in evidence, row["slug"]


def test_who_says_so_and_as_what_stands_in_the_words(released: Settings) -> None:
    words = _words(released)
    people = {row["slug"]: row for row in rows(released, "people")}
    names = {row["slug"]: row["name_fr"] or row["name_en"] for row in rows(released, "organisations")}
    for row in rows(released, "quotations"):
        if row["speaker"]:
            assert people[row["speaker"]]["name"] in words[row["slug"]], row["slug"]
    for person in people.values():
        function = next(person[column] for column in person if column.startswith("function_") and person[column])
        assert function in words[person["quotation"]], person["slug"]
    for row in rows(released, "figures"):
        if row["attributed_to"]:
            assert names[row["attributed_to"]] in words[row["quotation"]], row["slug"]


def test_an_event_names_whom_its_source_names(released: Settings) -> None:
    """One launch, by the Walloon Government; a selection of which only a latest date is known."""
    events = rows(released, "events")
    launch = [row for row in events if row["slug"] == "launch"]
    assert {row["organisation"] for row in launch} == {"gouvernement-wallon", ""}
    assert not {"presentation", "federal-launch"} & {row["slug"] for row in events}
    periods = {row["slug"]: row for row in rows(released, "periods")}
    dated = {row["slug"]: periods[row["period"]] for row in events if row["period"]}
    assert (dated["selection"]["start_date"], dated["selection"]["end_date"]) == ("", "2023-09-21")
    assert dated["funding-decision"]["label_fr"] == "Fin 2023"


def test_what_was_left_out_has_a_reason(released: Settings) -> None:
    gaps = {row["slug"]: row for row in rows(released, "gaps")}
    assert {"dossier-on-the-partners", "white-paper", "infographic", "issuer", "partners", "make-up"} <= set(gaps)
    for row in gaps.values():
        assert all(row[f"reason_{language}"] for language in ("fr", "nl", "de", "en")), row["slug"]


def test_no_name_stands_twice_in_a_file_of_json() -> None:
    """Readers of JSON take the last one, and say nothing (RFC 8259 §4)."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs), [name for name, _ in pairs]
        return dict(pairs)

    for file in [*(ROOT / "src").rglob("*.json"), *(ROOT / "data").rglob("*.json")]:
        json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=once)


def test_in_the_terms_of_eurio_19_take_part_and_named_members_benefit(release: Release) -> None:
    """Who only funds or supports takes no part; a grant whose source names no member has no beneficiary."""
    eurio = "PREFIX eurio: <http://data.europa.eu/s66#>"
    parts = release.store.select(
        f"{eurio} SELECT ?who {{ ?p a eurio:Project ; eurio:hasInvolvedParty ?r . ?r eurio:isRoleOf ?who }}"
    )
    named = [row["who"].value.rpartition("/")[2] for row in parts]
    roles = {"biowin", "spw-eer-drdt", "saint-luc", "jules-bordet"}
    assert sorted(named) == sorted(MEMBERS["maidam"] | MEMBERS["exofasttrack"] | roles)
    assert len(named) == 19
    found = release.store.select(
        f"{eurio} SELECT ?grant ?who {{ ?grant a eurio:Grant ; eurio:hasBeneficiary/eurio:isRoleOf ?who }}"
    )
    beneficiaries = {(row["grant"].value.rpartition("/")[2], row["who"].value.rpartition("/")[2]) for row in found}
    assert beneficiaries == {(f"{wp}-grant", who) for wp, members in MEMBERS.items() for who in members}
