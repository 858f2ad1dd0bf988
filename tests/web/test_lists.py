"""Lists of things as pages and as downloads: every state has an address, and a download has what the page shows."""

import csv
import json
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from unittest.mock import Mock
from xml.etree import ElementTree
from zipfile import ZipFile

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from atmpgraph.publish.build import build
from atmpgraph.settings import Settings
from atmpgraph.web import create_app
from atmpgraph.web.pages import list_downloads, list_workbook
from atmpgraph.web.pages.list_words import Entry

from ..conftest import own_file
from .rules import BROWSER, Page, check_page

LISTS = ("partners", "workpackages", "funding", "figures", "sources")


def page(client: FlaskClient, url: str, language: str = "en") -> Page:
    """A page of a list."""
    mark = "&" if "?" in url else "?"
    response = client.get(f"{url}{mark}lang={language}", headers=BROWSER)
    assert response.status_code == 200, response.text
    assert len(response.data) < 100_000
    return check_page(response, language)


def rows(client: FlaskClient, url: str) -> list[list[str]]:
    """A list as CSV."""
    return list(csv.reader(StringIO(client.get(url).text)))


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_the_menu_leads_to_the_lists(client: FlaskClient, language: str) -> None:
    links = [target for _, target in page(client, "/partners", language).links]
    for name in LISTS:
        assert f"/{name}?lang={language}" in links


@pytest.mark.parametrize("name", [*LISTS, "things", "things/Observation", "things/foaf:Person", "things/Person"])
def test_each_list_is_a_table_with_heads(client: FlaskClient, name: str) -> None:
    shown = page(client, f"/{name}")
    assert len(shown.all("caption")) == len(shown.all("table")) == 1
    assert {each.get("scope") for each in shown.all("th")} == {"col", "row"}
    assert [each for each in shown.all("th") if each.get("aria-sort") in {"ascending", "descending"}]


def test_a_state_has_an_address(client: FlaskClient) -> None:
    shown = page(client, "/partners?kind=university&kind=hospital&sort=-name")
    assert "4 entries" in shown.words
    targets = [target for _, target in shown.links]
    assert "/partners?kind=hospital&sort=-name&lang=en" in targets  # without one of them
    assert "/partners?sort=-name&lang=en" in targets  # without all
    assert "/partners.csv?kind=hospital&kind=university&sort=-name&lang=en" in targets


def test_a_filter_more_is_a_link_with_its_count(client: FlaskClient) -> None:
    (target, name) = next(
        (t, n) for n, t in page(client, "/figures").links if "status=obsStatus-P" in t or "status=" in t
    )
    count = int(target and name.split()[-1])
    assert f"{count} entr" in page(client, target.replace("&lang=en", "").replace("?lang=en", "")).words


def test_pages_of_a_list_are_different_ones(client: FlaskClient) -> None:
    first, second = (page(client, f"/things?page={number}").words for number in (1, 2))
    assert first != second
    assert client.get("/things?page=10000", headers=BROWSER).status_code == 404


def test_nothing_matches(client: FlaskClient) -> None:
    shown = page(client, "/partners?kind=hospital&in=maidam")
    assert "Nothing matches these filters." in shown.words
    assert ("Show the whole list", "/partners?lang=en") in shown.links


@pytest.mark.parametrize(
    ("url", "status", "known"),
    [
        ("/partners?colour=red", 400, "kind"),
        ("/partners?kind=wizard", 404, "university"),
        ("/partners?sort=colour", 400, "name"),
        ("/partners?all=colour", 400, "kind"),
        ("/things/Wizard", 404, "Observation"),
        ("/partners?kind=" + "x" * 3000, 404, "university"),
        ("/partners?kind=%3Cscript%3Ealert(1)%3C/script%3E", 404, "university"),
        ("/partners?kind=%00%FF' OR 1=1 --", 404, "university"),
        ("/partners?" + "&".join(f"kind={number}" for number in range(60)), 400, ""),
    ],
)
def test_what_is_not_there_is_told_with_what_is(client: FlaskClient, url: str, status: int, known: str) -> None:
    shown = client.get(url, headers=BROWSER)
    assert shown.status_code == status
    assert known in shown.text
    assert "<script>alert" not in shown.text
    assert "<dt>available</dt>" not in shown.text, "words, and no key of JSON"
    problem = client.get(url, headers={"Accept": "application/json"})
    assert problem.status_code == status
    assert not known or known in json.loads(problem.data)["available"]


@pytest.mark.parametrize(
    ("url", "language", "words", "target"),
    [
        ("/figures?unit=NOPE", "fr", "nombre", "/figures?unit=NUM&lang=fr"),
        ("/figures?unit=NUM&unit=NOPE", "nl", "aantal", "/figures?unit=NUM&lang=nl"),
        ("/figures?status=Z", "de", "beobachtet", "/figures?status=obsStatus-A&lang=de"),
        ("/figures?year=abcd", "en", "2024", "/figures?year=2024&lang=en"),
        ("/figures?colour=red", "nl", "Eenheid", "/figures?all=unit&lang=nl"),
        ("/figures?sort=colour", "fr", "Valeur", "/figures?sort=value&lang=fr"),
        ("/things/Wizard", "fr", "Chiffre", "/things/Observation?lang=fr"),
        ("/things/Organization?country=ZZ", "de", "Quelle", "/things/Organization?all=source&lang=de"),
    ],
)
def test_what_may_be_chosen_instead_is_told_in_words(
    client: FlaskClient, url: str, language: str, words: str, target: str
) -> None:
    shown = check_page(client.get(f"{url}{'&' if '?' in url else '?'}lang={language}", headers=BROWSER), language)
    assert (words, target) in shown.links
    assert not {"NUM", "CCY_EUR", "obsStatus-A", "unit"} & {text for text, _ in shown.links}
    assert client.get(target, headers=BROWSER).status_code == 200


@pytest.mark.parametrize(
    ("url", "language", "label"),
    [
        ("/figures?unit=NOPE", "nl", "‘Eenheid’"),
        ("/figures?unit=NOPE", "fr", "« Unité »"),
        ("/partners?kind=wizard", "de", "„Art“"),
        ("/partners?" + "&".join(f"kind=k{n}" for n in range(51)), "nl", "‘Soort’"),
    ],
)
def test_the_sentence_calls_a_filter_by_the_label_of_its_column(
    client: FlaskClient, url: str, language: str, label: str
) -> None:
    page = check_page(client.get(f"{url}&lang={language}", headers=BROWSER), language)
    assert label in page.words.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    "url", ["/partners?page=0", "/partners?kind=wizard", "/doc/organisation/biowin?rows=99", "/queries/figures?x=1"]
)
def test_from_a_wrong_argument_one_link_leads_back_to_the_page(client: FlaskClient, url: str) -> None:
    page = check_page(client.get(f"{url}&lang=nl", headers=BROWSER), "nl")
    assert "Bij het begin beginnen" in page.words
    assert "?lang=nl" in {link["href"] for link in page.all("a")}, "relative: the same address"
    assert "Bij het begin" not in client.get("/doc/organisation/none?x=1&lang=nl", headers=BROWSER).text


def test_an_argument_that_others_append_has_no_meaning(client: FlaskClient) -> None:
    assert client.get("/partners?utm_source=letter", headers=BROWSER).status_code == 200


def test_a_figure_is_one_phrase_in_the_language_of_the_page(client: FlaskClient) -> None:
    for language, words in (
        ("fr", "plus de 470"),
        ("nl", "meer dan 470"),
        ("de", "mehr als 470"),
        ("en", "more than 470"),
    ):
        assert words in page(client, "/figures?indicator=new-direct-jobs", language).words


def test_codes_are_words_and_links_are_no_codes(client: FlaskClient) -> None:
    for language in ("fr", "nl", "de", "en"):
        for name in LISTS:
            shown = page(client, f"/{name}", language)
            assert not [name for name, _ in shown.links if "://" in name or name.startswith(("unit:", "atmpgraph:"))]
            assert "obsStatus" not in shown.words


def test_csv_has_the_rows_of_the_state_in_order(client: FlaskClient) -> None:
    table = rows(client, "/figures.csv?lang=fr&source=press-release-2024-01-17&sort=-value")
    assert table[0][:5] == ["Ce qui est compté", "Valeur", "Unité", "Précision", "Sujet"]
    assert len(set(table[0])) == len(table[0]) == len(table[1]), "no head twice, and a cell for each"
    values = [float(row[1]) for row in table[1:]]
    assert values == sorted(values, reverse=True)
    found = page(client, "/figures?source=press-release-2024-01-17")
    assert f"{len(values)} entries" in found.words
    assert all(row[-1].startswith("https://w3id.org/atmp-wallonia/id/figure/") for row in table[1:])


def test_a_workbook_has_real_numbers_and_dates(client: FlaskClient) -> None:
    response = client.get("/funding.xlsx?lang=nl")
    book = CalamineWorkbook.from_filelike(BytesIO(response.data))
    table = book.get_sheet_by_index(0).to_python()
    assert table[0][:3] == ["Bijdrage", "Bedrag", "Munteenheid"]
    assert [row[1:3] for row in table[1:3]] == [[2_000_000.0, "EUR"], [1_500_000.0, "EUR"]]
    about = {str(row[0]): row[1] for row in book.get_sheet_by_index(1).to_python()}
    assert about["Rijen"] == "5"
    sources = CalamineWorkbook.from_filelike(BytesIO(client.get("/sources.xlsx?lang=nl").data)).get_sheet_by_index(0)
    place = sources.to_python()[0].index("Datum")
    assert any(type(row[place]) is date for row in sources.to_python()[1:])
    assert client.get("/funding.xlsx?lang=nl").data == response.data


def test_a_workbook_is_sent_while_it_is_written(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_downloads, "_BATCH", 2)
    monkeypatch.setattr(list_workbook, "WORKBOOK_ROWS", 5)
    reading = Mock(wraps=list_workbook._cell)
    monkeypatch.setattr(list_workbook, "_cell", reading)
    pieces = client.get("/figures.xlsx?lang=en", buffered=False).iter_encoded()
    first = next(pieces)
    assert not reading.called
    content = b"".join((first, *pieces))
    with ZipFile(BytesIO(content)) as parts:
        assert parts.testzip() is None
        for name in parts.namelist():
            assert ElementTree.fromstring(parts.read(name)) is not None
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    table, csv_table = book.get_sheet_by_index(0).to_python(), rows(client, "/figures.csv?lang=en")
    assert [row[-1] for row in table] == [row[-1] for row in csv_table[:6]]
    about = [str(row[0]) for row in book.get_sheet_by_index(1).to_python()]
    assert f"A workbook has the first 5 rows of {len(csv_table) - 1}; CSV and JSON have all." in about


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        (" two  blanks ", " two  blanks "),
        ("a\x00b\x1f\uffff", "a_x0000_b_x001F__xFFFF_"),
        ("_x0041_ and _x41_", "_x005F_x0041_ and _x41_"),
        ("x" * 40_000, "x" * 32_767),
    ],
)
def test_a_cell_of_a_workbook_is_xml_whatever_its_text(text: str, written: str) -> None:
    assert list_workbook._text(text) == f'" t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>'


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1E400", "1234567890123456"])
def test_a_number_that_no_workbook_has_is_a_text(number: str) -> None:
    entry = Entry("", "", number=Decimal(number))
    assert list_workbook._cell([entry], "", "2") == list_workbook._text(f"{Decimal(number):f}")


def test_json_has_iris_words_and_numbers(client: FlaskClient) -> None:
    content = json.loads(client.get("/figures.json?lang=fr&indicator=new-direct-jobs").data)
    assert content["count"] == len(content["rows"])
    value = next(row["value"][0] for row in content["rows"] if row["value"][0]["value"] == 470)
    assert (value["text"], value["qualifier"]) == ("plus de 470", "plus de")


@pytest.mark.parametrize(
    ("suffix", "engine"),
    [
        ("ttl", ox.RdfFormat.TURTLE),
        ("nt", ox.RdfFormat.N_TRIPLES),
        ("nq", ox.RdfFormat.N_QUADS),
        ("trig", ox.RdfFormat.TRIG),
        ("rdf", ox.RdfFormat.RDF_XML),
        ("jsonld", ox.RdfFormat.JSON_LD),
    ],
)
def test_rdf_has_what_is_stated_about_these_things(client: FlaskClient, suffix: str, engine: ox.RdfFormat) -> None:
    listed = {row[-1] for row in rows(client, "/partners.csv?kind=university")[1:]}
    response = client.get(f"/partners.{suffix}?kind=university")
    assert response.status_code == 200
    subjects = {
        quad.subject.value
        for quad in ox.parse(response.data, format=engine)
        if "/id/organisation/" in str(quad.subject)
    }
    assert subjects == listed


def test_a_list_is_negotiated(client: FlaskClient) -> None:
    for accept, media_type in (
        ("text/turtle", "text/turtle"),
        ("text/csv", "text/csv"),
        ("application/json", "application/json"),
    ):
        response = client.get("/funding", headers={"Accept": accept})
        assert response.content_type.partition(";")[0] == media_type


HOSTILE = '=HYPERLINK("http://example.org","x") & שלום'


@pytest.fixture
def changed_client(started: Settings) -> FlaskClient:
    """The starter with a partner whose name is hostile, without figures, and with a class that no code knows."""
    organisations = started.path(started.folders.data) / "organisations.csv"
    lines = organisations.read_text(encoding="utf-8").splitlines()
    key = lines[1].split(",")[0]
    names = csv.DictReader(StringIO(organisations.read_text(encoding="utf-8")))
    table = [dict(row) for row in names]
    for row in table:
        if row["slug"] == key:
            row.update({name: HOSTILE for name in row if name.startswith("name_") and row[name]})
    with organisations.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(table[0]))
        out.writeheader()
        out.writerows(table)
    figures = started.path(started.folders.data) / "figures.csv"
    figures.write_text(f"{figures.read_text(encoding='utf-8').splitlines()[0]}\n", encoding="utf-8")
    own_file(started, "lists", "people.toml").write_text(
        'title = { fr = "Gens", nl = "Mensen", de = "Leute", en = "Folk" }\nthings = "?thing a foaf:Person"\nmenu = 9\n'
        '[columns.name]\nlabel = { fr = "Nom", nl = "Naam", de = "Name", en = "Name" }\n',
        encoding="utf-8",
    )
    built = build(started)
    assert built.report.conforms, built.report
    return create_app(started).test_client()


def test_a_publication_of_its_own(changed_client: FlaskClient) -> None:
    shown = page(changed_client, "/things/Organization")
    assert HOSTILE in shown.words  # as text, not as markup
    assert "/figures?lang=en" not in [target for _, target in shown.links]
    assert "The release has nothing of this kind." in page(changed_client, "/figures").words
    assert ("Folk", "/people?lang=en") in shown.links
    assert page(changed_client, "/people").all("table")
    table = rows(changed_client, "/things/Organization.csv?lang=en")
    assert [row for row in table if row[0] == f"'{HOSTILE}"]
    book = CalamineWorkbook.from_filelike(BytesIO(changed_client.get("/things/Organization.xlsx?lang=en").data))
    assert [row for row in book.get_sheet_by_index(0).to_python() if row[0] == HOSTILE]
