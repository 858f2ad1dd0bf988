"""Check digits: a digit that is another one, or two that changed places, is told at its cell, wherever an identifier stands."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, Namespace, URIRef

from atmpgraph.check_digits import check_named, is_euid, is_ror, is_vat, with_check_digits
from atmpgraph.findings import Finding, Severity
from atmpgraph.publish.tables import open_tables, read_codes
from atmpgraph.settings import Settings
from atmpgraph.sources.wrong_identifiers import wrong_identifiers

from ..conftest import ROOT, edit

ATMP = Namespace("https://w3id.org/atmpgraph/ns#")
FUNDED = ROOT / "tests" / "publications" / "funded" / "atmpgraph.toml"


def told(publication: Path) -> list[Finding]:
    settings = Settings.load(publication)
    codes = read_codes(settings)
    return list(wrong_identifiers(open_tables(settings, codes), codes))


def test_identifiers_of_both_publications_are_right(publication: Path) -> None:
    assert told(publication) == []
    assert told(FUNDED) == []


@pytest.mark.parametrize(
    ("table", "before", "after", "column"),
    [
        ("identifiers.csv", "isni,0000 0000 9526 6987", "isni,0000 0000 9526 6978", "value"),
        ("identifiers.csv", "isni,0000 0001 2294 713X", "isni,0000 0001 2294 7131", "value"),
        ("identifiers.csv", "ror,02495e989,https://ror.org/02495e989", "ror,02495e998,https://ror.org/02495e989", "value"),
        ("identifiers.csv", "https://ror.org/02495e989", "https://ror.org/02459e989", "same_as"),
        ("identifiers.csv", "cbe,0316.381.138", "cbe,0316.831.138", "value"),
        ("identifiers.csv", "CbeRegisteredEntity/0316381138", "CbeRegisteredEntity/0316381183", "same_as"),
        ("organisation-links.csv", "https://ror.org/03xkm6e60", "https://ror.org/03xkm6e06", "close_match"),
        ("organisations.csv", "https://www.biowin.org/", "https://isni.org/isni/0000000095266978", "homepage"),
        ("organisations.csv", "https://www.biowin.org/", "https://orcid.org/0000-0002-1825-0079", "homepage"),
        ("organisations.csv", "https://www.biowin.org/", "https://search.gleif.org/#/record/5493001KJTIIGC8Y1R21", "homepage"),
    ],
)  # fmt: skip
def test_a_wrong_digit_is_a_violation_at_its_cell(
    publication: Path, table: str, before: str, after: str, column: str
) -> None:
    row = edit(Settings.load(publication), table, before, after)
    (finding,) = told(publication)
    (place,) = finding.places
    assert (finding.severity, place.file, place.row, place.column) == (Severity.VIOLATION, table, row, column)
    assert finding.value
    assert finding.value in after or after in finding.value
    assert {"en", "fr", "nl", "de", "it"} <= finding.message.keys()
    assert "compare it with the registry" in finding.message["en"]


def test_a_record_that_is_an_identifier_is_looked_at(publication: Path) -> None:
    """The pages of the records of a source are addresses of a registry."""
    names = publication.parent / "data" / "names.csv"
    header, *lines = names.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("gouvernement-wallon,")
    records = ["00jv65874", *("" for _ in lines[1:])]
    lines = [f"{header},record", *(f"{line},{record}" for line, record in zip(lines, records, strict=True))]
    names.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert told(publication) == []  # its records have no page yet
    sources = publication.parent / "data" / "sources.csv"
    header, *lines = sources.read_text(encoding="utf-8").splitlines()
    pages = ["https://ror.org/{record}" if line.startswith("ror,") else "" for line in lines]
    assert any(pages)
    lines = [f"{header},record_page", *(f"{line},{page}" for line, page in zip(lines, pages, strict=True))]
    sources.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (finding,) = told(publication)
    assert [(place.file, place.row, place.column) for place in finding.places] == [("names.csv", 2, "record")]


@pytest.mark.parametrize(
    ("scheme", "value"),
    [("vat", "BE0316381139"), ("vat", "IT99999900015"), ("vat", "CHE107787578"), ("euid", "BEKBOBCE.0316.381.139")],
)
def test_a_number_that_registries_copy_is_a_warning(publication: Path, scheme: str, value: str) -> None:
    edit(Settings.load(publication), "identifiers.csv", "grid,grid.425767.5", f"{scheme},{value}")
    (finding,) = told(publication)
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("check", "right"),
    [
        # As the registries have them.
        *(("ror", value) for value in ("00jv65847", "03xkm6e60", "02495e989", "01r9htc13", "02qnnz951", "03s4khd80")),
        *(("isni", value) for value in ("0000 0004 0461 6320", "0000 0001 2184 581X", "0000-0002-1825-0097")),
        *(("lei", value) for value in ("213800KUD8LAJWSQ9D15", "5493001KJTIIGC8Y1R12")),
        ("be.vat", "0316.381.138"),
        *(
            ("vat", value)
            for value in ("BE0316381138", "CHE107787577", "NO995525828", "GB980780684", "US123456789", "EL094259216")
        ),
        *(("euid", value) for value in ("BEKBOBCE.0316.381.138", "ITRI.VE-9999990")),
    ],
)
def test_known_numbers_are_right(check: str, right: str) -> None:
    test = check_named(check)
    assert test
    assert test(right)


@given(st.integers(0, 32**6 - 1), st.integers(0, 8), st.data())
def test_a_ror_identifier_with_another_character_is_wrong(number: int, place: int, data: st.DataObject) -> None:
    """ISO 7064 MOD 97-10 finds each single substitution."""
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    digits = "".join(alphabet[number >> 5 * n & 31] for n in range(5, -1, -1))
    right = f"0{digits}{98 - number * 100 % 97:02}"
    assert is_ror(right)
    allowed = alphabet if place < 7 else "0123456789"
    other = data.draw(st.sampled_from([one for one in allowed if one != right[place]]))
    assert not is_ror(right[:place] + other + right[place + 1 :])


@pytest.mark.parametrize("wrong", ["", "0249", "1" * 9, "0i495e989", "02495E989", "02495e98٩"])
def test_what_is_no_identifier_is_none(wrong: str) -> None:
    assert not is_ror(wrong)


def test_other_forms_are_left_to_the_shapes(publication: Path) -> None:
    edit(Settings.load(publication), "identifiers.csv", "isni,0000 0000 9526 6987", "isni,0000000095266987x")
    assert told(publication) == []


@pytest.mark.parametrize(
    ("code", "right"),
    [
        ("ror", "02495e989"),
        ("isni", "0000000095266987"),
        ("isni", "000000012146438X"),
        ("cbe", "0316381138"),
        ("lei", "529900T8BM49AURSDO55"),
    ],
)
def test_the_code_list_says_where_check_digits_stand(code: str, right: str) -> None:
    """They follow from what stands before them, and never from a wrong character there."""
    graph = Graph().parse(ROOT / "ontology" / "auth" / "identifier-scheme.ttl")
    scheme = URIRef(f"https://w3id.org/atmpgraph/auth/identifier-scheme/{code}")
    name, length = (str(graph.value(scheme, ATMP[term])) for term in ("checkDigits", "checkLength"))
    wrong = right[: -int(length)] + "0" * int(length)
    assert with_check_digits(wrong, name, int(length)) == right
    assert with_check_digits(right, name, 0) == with_check_digits(right, "nonsense", 2) == ""


def test_a_country_without_a_known_rule_passes() -> None:
    assert is_vat("XK330123456")
    assert is_euid("FR7501.552081317")


def test_a_column_of_the_publication_names_its_registry(publication: Path) -> None:
    """A table of its own has LEI in one column and numbers of a named registry in another."""
    data = publication.parent / "data"
    descriptor = (data / "datapackage.json").read_text(encoding="utf-8")
    lei = '"identifier": "https://w3id.org/atmpgraph/auth/identifier-scheme/lei", "name": "lei", "type": "string"'
    resource = f'{{"name": "banks", "path": "banks.csv", "schema": {{"fields": [{{{lei}}}]}}}}, '
    before = '"resources": ['
    assert before in descriptor
    (data / "datapackage.json").write_text(descriptor.replace(before, before + resource, 1), encoding="utf-8")
    (data / "banks.csv").write_text("lei\n213800KUD8LAJWSQ9D15\n213800KUD8LAJWSQ9D51\n", encoding="utf-8")
    (finding,) = told(publication)
    assert [(place.file, place.row, place.column) for place in finding.places] == [("banks.csv", 3, "lei")]


def test_a_declaration_that_names_no_registry_is_told(publication: Path) -> None:
    edit(Settings.load(publication), "datapackage.json", '"identifier": "{scheme}"', '"identifier": "{registry}"')
    (finding,) = told(publication)
    assert finding.places[0].file == "datapackage.json"
    assert "“{registry}” is neither" in finding.message["en"]


@pytest.mark.parametrize("name", ["isnii", "be.vatt", "os.path", "../x", "be"])
def test_a_check_that_nobody_computes_is_told(publication: Path, name: str) -> None:
    assert check_named(name) is None
    own = publication.parent / "data" / "ontology" / "own.ttl"
    own.write_text(
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "<auth/card/library> a skos:Concept ; skos:inScheme <auth/card> ;\n"
        f'    <https://w3id.org/atmpgraph/ns#checkDigits> "{name}" .\n',
        encoding="utf-8",
    )
    (finding,) = told(publication)
    assert "auth/card/library" in finding.message["en"]
