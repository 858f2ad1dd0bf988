"""Look-up: one identifier in any spelling, a table of them, the page, and bad input."""

import csv
import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import LANGUAGES, changed
from .rules import BROWSER, check_page

SPELLINGS = [
    ("ror", "01r9htc13", "ulb"),
    ("ror", "https://ror.org/01r9htc13", "ulb"),
    ("ror", "ror.org/01r9htc13/", "ulb"),
    ("ror", "ROR:01R9HTC13", "ulb"),
    ("isni", "0000 0001 2348 6355", "ulb"),
    ("isni", "0000000123486355", "ulb"),
    ("isni", "https://isni.org/isni/0000000123486355", "ulb"),
    ("isni", "0000 0001 2294 713x", "uclouvain"),
    ("wikidata", "Q574606", "ulb"),
    ("wikidata", "http://www.wikidata.org/entity/Q574606", "ulb"),
    ("wikidata", "https://www.wikidata.org/wiki/Q574606", "ulb"),
    ("wikidata", "wd:Q574606", "ulb"),
    ("cbe", "0316.381.138", "spw"),
    ("cbe", "0316381138", "spw"),
    ("cbe", "316381138", "spw"),
    ("cbe", "BE 0316.381.138", "spw"),
    ("cbe", "BE0316381138", "spw"),
    ("cbe", "https://org.belgif.be/id/CbeRegisteredEntity/0316381138", "spw"),
    ("grid", "grid.4989.c", "ulb"),
    ("crossref-funder", "https://doi.org/10.13039/501100010527", "ulb"),
    ("crossref-funder", "10.13039/501100010527", "ulb"),
    ("ror", "01r9htc13?x=1", "ulb"),
    ("isni", "ISNI0000000123486355", "ulb"),
    ("wikidata", "https://www.wikidata.org/wiki/Special:EntityData/Q574606.ttl?flavor=dump", "ulb"),
    ("cbe", "TVABE0316381138", "spw"),
    ("grid", "grid.4989.c#x", "ulb"),
    ("kbo", "0316.381.138", "spw"),
    ("BCE", "0316.381.138", "spw"),
    ("Crossref funder registry", "501100010527", "ulb"),
    ("id", "01r9htc13", "ulb"),
    ("id", "0316.381.138", "spw"),
    ("wikipedia-en", "https://en.wikipedia.org/wiki/Walloon_Government", "gouvernement-wallon"),
]


@pytest.mark.parametrize(("code", "text", "name"), SPELLINGS)
def test_any_spelling_leads_to_the_thing(code: str, text: str, name: str, client: FlaskClient) -> None:
    for path in ("/lookup", "/id/organisation"):
        response = client.get(path, query_string={code: text})
        assert (response.status_code, response.location) == (303, f"/id/organisation/{name}")


def test_a_number_that_contains_another_leads_to_the_thing(client: FlaskClient) -> None:
    """The VAT number of a Belgian enterprise is its enterprise number with the country before it; nobody states it here."""
    for text in ("BE0316381138", "BE 0316.381.138", "be0316381138"):
        assert client.get("/lookup", query_string={"vat": text}).location == "/id/organisation/spw", text
    for text in ("FR0316381138", "0316381139"):
        assert client.get("/lookup", query_string={"vat": text}).status_code == 404, text


@pytest.mark.parametrize(
    ("code", "text", "thing"),
    [
        ("ror", "ROR 01r9htc13", "organisation/ulb"),
        ("ROR", "http://www.ror.org/01r9htc13?lang=fr#top", "organisation/ulb"),
        ("isni", "ISNI 0000 0001 2348 6355", "organisation/ulb"),
        ("isni", "(ISNI)0000000123486355", "organisation/ulb"),
        ("wikidata", "https://www.wikidata.org/wiki/Q574606#P6782", "organisation/ulb"),
        ("cbe", "N° 0316.381.138", "organisation/spw"),
        ("cbe", "BTW BE0316.381.138", "organisation/spw"),
        ("vat", "TVA BE 0316 381 138", "organisation/spw"),
        ("grid", "GRID grid.4989.c", "organisation/ulb"),
        ("euid", "BEKBOBCE.0316.381.138", "organisation/spw"),
        ("sec-cik", "https://www.sec.gov/cgi-bin/browse-edgar?CIK=0001460602&type=10-K", "organisation/orgenesis"),
        ("geonames", "2785919", "place/suarlee"),
        ("geonames", "https://www.geonames.org/2785919/suarlee.html", "place/suarlee"),
        ("nuts", "NUTS BE3", "place/wallonia"),
        ("nuts", "http://data.europa.eu/nuts/code/BE3", "place/wallonia"),
        ("eu-country", "bel", "place/belgium"),
        ("wikidata", "Q31", "place/belgium"),
        ("id", "https://sws.geonames.org/2785919/", "place/suarlee"),
    ],
)
def test_labels_and_addresses_around_it_do_not_matter(code: str, text: str, thing: str, client: FlaskClient) -> None:
    """Nor whether a table of identifiers states it, or a link does."""
    answer = client.get("/lookup", query_string={code: text})
    assert (answer.status_code, answer.location) == (303, f"/id/{thing}")


@pytest.mark.parametrize(
    ("code", "text"), [("nuts", "BE"), ("nuts", "BE35"), ("geonames", "Q31"), ("ror", "2348 6355")]
)
def test_a_part_of_an_identifier_is_none(code: str, text: str, client: FlaskClient) -> None:
    assert client.get("/lookup", query_string={code: text}).status_code == 404


def test_wrong_check_digits_are_told(client: FlaskClient) -> None:
    for code, right, wrong in (
        ("cbe", "0400.000.185", "0316.381.139"),
        ("ror", "05f950310", "01r9htc31"),
        ("ror", "https://ror.org/05f950310", "https://ror.org/01r9htc31/"),
        ("isni", "https://isni.org/isni/0000000121839049", "https://isni.org/isni/0000000121839048"),
    ):
        said = [
            client.get("/lookup", query_string={code: text}, headers={"Accept": "application/json"})
            for text in (right, wrong)
        ]
        assert [each.status_code for each in said] == [404, 404]
        assert ["digit by digit" in each.get_data(as_text=True) for each in said] == [False, True]


@pytest.mark.parametrize(
    ("code", "wrong", "right"),
    [
        ("cbe", "0316.381.139", "0316381138"),
        ("cbe", "BE 0316.381.148", "BE0316381138"),
        ("ror", "https://ror.org/01r9htc31", "01r9htc13"),
        ("isni", "0000 0001 2348 6356", "0000000123486355"),
        ("isni", "000000012294713x1", ""),
        ("isni", "0000 0001 2294 7131", "000000012294713X"),
        ("lei", "5493001KJTIIGC8Y1R13", "5493001KJTIIGC8Y1R12"),
        ("vat", "FR83404833048", ""),  # its check digits stand in front
        ("vat", "FR84404833048", ""),
    ],
)
def test_the_digits_that_would_fit_are_told(code: str, wrong: str, right: str, client: FlaskClient) -> None:
    said = client.get("/lookup", query_string={code: wrong}, headers={"Accept": "application/json"})
    assert said.status_code == 404
    assert (f"those that fit, it is {right}." in said.text) is bool(right), said.text


def test_the_way_leads_to_data(client: FlaskClient) -> None:
    response = client.get("/lookup?ror=01r9htc13", headers={"Accept": "text/turtle"}, follow_redirects=True)
    assert (response.status_code, response.mimetype) == (200, "text/turtle")


def test_several_identifiers_must_all_be_of_one_thing(client: FlaskClient) -> None:
    assert client.get("/lookup?ror=01r9htc13&wikidata=Q574606").status_code == 303
    assert client.get("/lookup?ror=01r9htc13&wikidata=Q378134").status_code == 404


def test_an_identifier_of_another_registry_is_none(client: FlaskClient) -> None:
    assert client.get("/lookup?grid=01r9htc13").status_code == 404


@pytest.mark.parametrize("text", ["05f950310", "nothing", "x" * 5_000, "' OR 1=1", '"}<>\\', "%00", "🙂", "-"])
def test_none_is_404_with_advice(text: str, client: FlaskClient) -> None:
    response = client.get("/lookup", query_string={"ror": text})
    assert response.status_code == 404
    assert "ror" in json.loads(response.data)["detail"]
    check_page(client.get("/lookup", query_string={"ror": text}, headers=BROWSER), "fr")


def test_an_unknown_registry_is_400_with_the_known_ones(client: FlaskClient) -> None:
    response = client.get("/lookup?isbn=0000-0001")
    assert response.status_code == 400
    assert {"ror", "cbe", "wikidata", "isni"} <= set(json.loads(response.data)["registries"])
    assert client.get("/id/organisation").status_code == 404
    assert client.get("/id/organisation?isbn=1").status_code == 404
    assert client.get("/id/organisation?isbn=1&ror=01r9htc13", follow_redirects=True).status_code == 400
    assert client.get("/id/workpackage?ror=01r9htc13", follow_redirects=True).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page(language: str, client: FlaskClient) -> None:
    response = client.get("/lookup", query_string={"lang": language}, headers=BROWSER)
    assert response.status_code == 200
    check_page(response, language)
    assert "<code>ror</code>" in response.text
    codes = {
        each["code"]
        for each in json.loads(client.get("/lookup", headers={"Accept": "application/json"}).data)["registries"]
    }
    assert {"ror", "cbe"} <= codes


def table(
    client: FlaskClient, text: str | bytes, kind: str = "text/csv", status: int = 200, accept: str = "*/*"
) -> Any:
    """The answer to a table."""
    response = client.post("/lookup", data=text, content_type=kind, headers={"Accept": accept})
    assert response.status_code == status, response.text
    return response


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_of_csv(delimiter: str, client: FlaskClient) -> None:
    text = "name,ROR\r\nfirst,https://ror.org/01r9htc13\r\nsecond,nothing\r\nthird,\r\n".replace(",", delimiter)
    response = table(client, f"\ufeff{text}")
    assert response.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(response.text), delimiter=delimiter))
    assert [(row["name"], row["thing"], row["label"], row["things"]) for row in rows] == [
        ("first", "https://w3id.org/atmp-wallonia/id/organisation/ulb", "Université Libre de Bruxelles", "1"),
        ("second", "", "", "0"),
        ("third", "", "", "0"),
    ]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("nom;ror\nUniversité;01r9htc13\n".encode("cp1252"), "text/csv"),
        ("nom;ror\nUniversité;01r9htc13\n".encode("cp1252"), "text/csv; charset=windows-1252"),
        ("nom;ror\nUniversité;01r9htc13\n".encode("latin-1"), "text/csv;charset=ISO-8859-1"),
        ("nom;ror\nUniversité;01r9htc13\n".encode("utf-16"), "text/csv"),
        ("\ufeffsep=;\r\nnom;ror\r\nUniversité;01r9htc13\r\n".encode(), "text/csv"),
        ("nom\tROR ID\nUniversité\thttps://ror.org/01r9htc13\n".encode(), "text/tab-separated-values"),
    ],
    ids=["cp1252", "charset", "latin-1", "utf-16", "sep", "tsv"],
)
def test_a_table_as_programs_save_it(body: bytes, kind: str, client: FlaskClient) -> None:
    lines = table(client, body, kind, 200).text.splitlines()
    assert lines[1].startswith("Université")
    assert "/id/organisation/ulb" in lines[1]


def test_a_column_has_the_name_of_its_registry_in_any_language(client: FlaskClient) -> None:
    for heading in ("KBO", "BCE", "kbo nr", "CBE number"):
        answer = table(client, f"name,{heading}\nsomebody,0316.381.138\n", "text/csv", 200)
        assert "/id/organisation/spw" in answer.text


def test_a_registry_twice_is_400(client: FlaskClient) -> None:
    for path in ("/lookup", "/id/organisation"):
        assert client.get(f"{path}?cbe=0316381138&kbo=0316381139").status_code == 400
        assert client.get(f"{path}?ror=01r9htc13&ror=05f950310").status_code == 400
        assert client.get(f"{path}?ror=01r9htc13&ror=01r9htc13").status_code == 303


def test_a_member_that_is_there_twice_is_told(client: FlaskClient) -> None:
    answer = client.post("/lookup", data='[{"ror": "01r9htc13", "ror": "x"}]', content_type="application/json")
    assert (answer.status_code, "two values of ror" in json.loads(answer.data)["detail"]) == (400, True)


def test_a_table_of_json(client: FlaskClient) -> None:
    rows = [{"ror": "01r9htc13", "n": 1}, {"cbe": 316381138}, {"ror": None}, {}]
    answer = json.loads(table(client, json.dumps(rows), "application/json").data)
    assert [row["things"] for row in answer] == [1, 1, 0, 0]
    assert answer[0]["n"] == 1
    assert answer[1]["label"] == "Service public de Wallonie"


def test_no_column_of_a_table_is_lost(client: FlaskClient) -> None:
    """What is added has another name where the table has such a column; a table that was completed may be sent again."""
    own = table(client, "ror,label,label_2\n01r9htc13,mine,too\n").text
    (row,) = csv.DictReader(io.StringIO(own))
    assert [row[name] for name in ("label", "label_2", "label_3")] == ["mine", "too", "Université Libre de Bruxelles"]
    (answer,) = json.loads(table(client, '[{"ror": "01r9htc13", "thing": "mine"}]', "application/json").data)
    assert (answer["thing"], answer["thing_2"][-16:]) == ("mine", "organisation/ulb")
    completed = table(client, "ror,name\n01r9htc13,x\n").text
    assert table(client, completed).text == completed


def test_the_iri_of_a_thing_leads_to_it(client: FlaskClient, release: Release) -> None:
    iri = f"{release.base}id/figure/budget"
    assert client.get("/lookup", query_string={"id": iri}).location == "/id/figure/budget"
    assert client.get("/id/organisation", query_string={"id": iri}, follow_redirects=True).status_code == 404


def test_the_answer_has_the_format_that_is_wanted(client: FlaskClient) -> None:
    assert json.loads(table(client, "ror\n01r9htc13\n", accept="application/json").data)[0]["things"] == 1
    assert table(client, '[{"ror": "01r9htc13"}]', "application/json", accept="text/csv").text.startswith("ror,thing")


def test_a_form_of_the_page(client: FlaskClient) -> None:
    response = client.post("/lookup", data={"table": "id\n01r9htc13\n"}, headers=BROWSER)
    assert (response.status_code, response.mimetype) == (200, "text/csv")
    file = {"table": (io.BytesIO(b"id\n01r9htc13\n"), "x.csv")}
    assert client.post("/lookup", data=file, content_type="multipart/form-data").text.count("ulb") == 1


def test_no_cell_becomes_a_formula(client: FlaskClient) -> None:
    text = table(client, "ror,=cmd\n01r9htc13,=1+1\nx,@SUM(A1)\n").text
    assert "'=1+1" in text
    assert "'@SUM(A1)" in text
    assert "'=cmd" in text


@pytest.mark.parametrize(
    ("text", "kind", "status"),
    [
        ("", "text/csv", 400),
        ("name\nx\n", "text/csv", 400),
        (b"ror\n\x81\xfe\n", "text/csv", 400),
        (b"ror\n\xff\xfe\n", "text/csv; charset=utf-8", 400),
        (b"ror\nx\n", "text/csv; charset=rot13", 400),
        (b"ror\nx\n", "text/csv; charset=nonsense", 400),
        (b'[{"ror": "\xe9"}]', "application/json", 400),
        ('ror\n"x', "text/csv", 400),
        ("ror,ror\n01r9htc13,x\n", "text/csv", 400),
        ("ror,,\n01r9htc13,x,y\n", "text/csv", 400),
        ("ror\n01r9htc13,x\n", "text/csv", 400),
        ("{", "application/json", 400),
        ('[{"ror": "01r9htc13", "x": "\\ud800"}]', "application/json", 400),
        ('[{"ror": "01r9htc13", "\\udfff": 1}]', "application/json", 400),
        ('[{"ror": "01r9htc13", "x": 1e400}]', "application/json", 400),
        ('[{"ror": "01r9htc13", "x": NaN}]', "application/json", 400),
        ("{}", "application/json", 400),
        ("[1]", "application/json", 400),
        ("[]", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ("<x/>", "text/xml", 415),
        ("ror\n" + "x\n" * 20_000, "text/csv", 413),
        (json.dumps([{"ror": "x"}] * 20_000), "application/json", 413),
        ("ror\n" + "x" * 3_000_000, "text/csv", 413),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_bad_table(text: str | bytes, kind: str, status: int, client: FlaskClient) -> None:
    response = table(client, text, kind, status)
    assert response.content_type == "application/problem+json"


def test_the_bound_is_a_setting(released: Settings) -> None:
    small = create_app(changed(released, linking={"max_lookups": 2})).test_client()
    table(small, "ror\na\nb\n")
    table(small, "ror\na\nb\nc\n", status=413)
