"""A publication's own look and words: logo, style sheet, links, pages in Markdown; and what the check says of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from atmpgraph.errors import SettingsError
from atmpgraph.findings import Severity
from atmpgraph.layers.look import contrast, look_findings
from atmpgraph.layers.prose import prose_findings
from atmpgraph.publish.build import build
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import LANGUAGES, changed
from .rules import BROWSER, check_page

SITE = """
[site]
logo = "ours/logo.svg"
style = "ours.css"
[[site.header]]
url = "https://office.example/"
title = { fr = "Notre office", en = "Our office" }
[[site.footer]]
url = "mailto:us@office.example"
title = { nl = "Schrijf ons" }
"""
STYLE = ":root { --accent: #7a1f4b }\n@media (prefers-color-scheme: dark) { :root { --accent: #f0a6c8 } }"
LEGAL = """# Legal *notice* & more

Write to [us](mailto:us@office.example), or [not](javascript:alert(1)). <script>alert(2)</script>

| who | what |
|---|---|
| us | publisher |
"""


def _publication(example: Settings) -> Path:
    return example.path(Path())


@pytest.fixture
def dressed(started: Settings) -> Settings:
    """The starter with a look and words of its own."""
    root = _publication(started)
    file = root / "atmpgraph.toml"
    file.write_text(file.read_text(encoding="utf-8") + SITE, encoding="utf-8")
    (root / "static/ours").mkdir(parents=True)
    (root / "static/ours/logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    (root / "static/ours.css").write_text(STYLE, encoding="utf-8")
    (root / "texts").mkdir()
    (root / "texts/legal-notice.en.md").write_text(LEGAL, encoding="utf-8")
    (root / "texts/legal-notice.fr.md").write_text("# Mentions légales\n", encoding="utf-8")
    (root / "texts/home.de.md").write_text("Willkommen *hier*.\n", encoding="utf-8")
    return Settings.load(file)


@pytest.fixture
def site(dressed: Settings) -> Iterator[FlaskClient]:
    with create_app(dressed).test_client() as client:
        yield client


def test_every_page_has_logo_style_and_links(site: FlaskClient) -> None:
    for path in ("/", "/catalogue", "/none"):
        page = check_page(site.get(f"{path}?lang=en", headers=BROWSER), "en")
        assert "/static/ours/logo.svg" in {image["src"] for image in page.all("img")}
        sheets = [link["href"] for link in page.all("link") if link["rel"] == "stylesheet"]
        assert sheets == ["/static/atmpgraph.css", "/static/ours.css"], "the own one comes last"
        links = {link["href"] for link in page.all("a")}
        assert {"https://office.example/", "mailto:us@office.example", "/pages/legal-notice?lang=en"} <= links
        assert "Our office" in page.words
        assert "Schrijf ons" in page.words
    for path in ("/static/ours/logo.svg", "/static/ours.css"):
        assert site.get(path).status_code == 200


def test_a_page_is_in_the_language_of_the_reader_or_says_which(site: FlaskClient) -> None:
    assert "Mentions légales" in check_page(site.get("/pages/legal-notice?lang=fr", headers=BROWSER), "fr").words
    page = check_page(site.get("/pages/legal-notice?lang=nl", headers=BROWSER), "nl")
    assert {article.get("lang") for article in page.all("article")} == {"fr"}, "the first of the publication"
    home = site.get("/?lang=en", headers=BROWSER).text
    assert '<div class="prose" lang="de"><p>Willkommen <em>hier</em>.</p>' in home
    assert site.get("/pages/home").status_code == 404
    assert site.get("/pages/none").status_code == 404
    assert "/pages/legal-notice" in site.get("/sitemap.xml").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_publication_says_who_answers_and_for_what(client: FlaskClient, language: str) -> None:
    """In each language, one step from every page; their links stay in it, and lead somewhere."""
    home = client.get(f"/?lang={language}", headers=BROWSER).text
    for name in ("about", "contact", "legal", "privacy"):
        path = f"/pages/{name}?lang={language}"
        assert f'href="{path}"' in home
        page = check_page(client.get(path, headers=BROWSER), language)
        assert {article.get("lang") for article in page.all("article")} == {None}, "in the language of the page"
        for link in (str(link["href"]) for link in page.all("a")):
            if link.startswith("../"):
                assert link.endswith(f"?lang={language}")
                assert client.get(link.removeprefix(".."), headers=BROWSER).status_code == 200


STATED = "/pages/accessibility"


def test_an_accessibility_statement_comes_with_the_software(site: FlaskClient, dressed: Settings) -> None:
    """In each language, about this site, with the way to who answers; the foot of each page leads to it."""
    titles = {"fr": "Accessibilité", "nl": "Toegankelijkheid", "de": "Barrierefreiheit", "en": "Accessibility"}
    for language, title in titles.items():
        page = check_page(site.get(f"{STATED}?lang={language}", headers=BROWSER), language)
        assert {article.get("lang") for article in page.all("article")} == {None}, "in the language of the page"
        assert title in page.words
        assert dressed.title.best((language,)) in page.words
        assert "{" not in page.words
        assert f"../catalogue?lang={language}" in {link["href"] for link in page.all("a")}
    assert f'href="{STATED}?lang=en"' in site.get("/?lang=en", headers=BROWSER).text
    assert STATED in site.get("/sitemap.xml").text


def test_a_page_is_where_people_type_it(site: FlaskClient, dressed: Settings) -> None:
    """At the name alone, in the language that the URL names; a list of that name stays where it is."""
    (_publication(dressed) / "texts/sources.en.md").write_text("# Sources\n", encoding="utf-8")
    client = create_app(dressed).test_client()
    for name in ("legal-notice", "accessibility"):
        for query in ("", "?lang=nl"):
            answer = client.get(f"/{name}{query}", headers=BROWSER)
            assert (answer.status_code, answer.location) == (307, f"/pages/{name}{query}")
            assert client.get(answer.location, headers=BROWSER).status_code == 200
        assert client.get(f"/{name}.csv").status_code == 404
    assert client.get("/sources", headers=BROWSER).status_code == 200
    assert site.get("/about").status_code == site.get("/home").status_code == 404, "there are no such pages"


def test_the_statement_names_the_contact(dressed: Settings) -> None:
    own = changed(dressed, site={"contact": "mailto:us@office.example?subject=a&body=b"})
    answer = create_app(own).test_client().get(f"{STATED}?lang=en", headers=BROWSER)
    page = check_page(answer, "en")
    assert "mailto:us@office.example?subject=a&body=b" in {link["href"] for link in page.all("a")}
    assert "subject=a&amp;body=b" in answer.text


def test_a_file_replaces_the_statement(dressed: Settings) -> None:
    """In all languages: what the publisher states is not contradicted in another one."""
    (_publication(dressed) / "texts/accessibility.fr.md").write_text("# Notre déclaration\n", encoding="utf-8")
    client = create_app(dressed).test_client()
    for language in ("fr", "nl", "en"):
        text = client.get(f"{STATED}?lang={language}", headers=BROWSER).text
        assert "Notre déclaration" in text
        assert "WCAG" not in text
    assert not [finding for finding in prose_findings(dressed) if finding.severity is Severity.VIOLATION]


@pytest.mark.parametrize("contact", ["javascript:alert(1)", "us@office.example", "ftp://office.example"])
def test_a_contact_is_an_address_that_is_safe(started: Settings, contact: str) -> None:
    file = _publication(started) / "atmpgraph.toml"
    file.write_text(f"{file.read_text(encoding='utf-8')}[site]\ncontact = '{contact}'\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="contact"):
        Settings.load(file)


def test_what_is_written_runs_nothing(site: FlaskClient) -> None:
    answer = site.get("/pages/legal-notice?lang=en", headers=BROWSER)
    page = check_page(answer, "en")
    assert "<script>alert(2)</script>" in page.words, "shown as it is written"
    assert not [link for link in page.all("a") if "javascript" in str(link["href"])]
    assert "<td>publisher</td>" in answer.text
    assert '<div class="scroll" tabindex="0"><table>' in answer.text, "by the keyboard, where it is wider than the page"
    assert "<title>Legal notice &amp; more – " in answer.text
    assert "font-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "text", "severity", "words"),
    [
        ("legal.md", "# Legal", Severity.VIOLATION, "name it by page and language"),
        ("Legal Notice.fr.md", "# Legal", Severity.VIOLATION, "name it by page and language"),
        ("legal.pt.md", "# Legal", Severity.WARNING, "in a language that the publication is not in"),
        ("legal.fr.md", "Legal", Severity.VIOLATION, "without a title"),
        ("legal.fr.md", "#\n\nLegal", Severity.VIOLATION, "without a title"),
        ("home.fr.md", "# Home", Severity.VIOLATION, "has its title already"),
        ("legal.fr.md", "# L\n\n![x](https://elsewhere.example/a.png)", Severity.VIOLATION, "an image of another site"),
        ("legal.fr.md", "# L\n\n![x](//elsewhere.example/a.png)", Severity.VIOLATION, "an image of another site"),
        ("legal.fr.md", "# L\n\n![x](data:image/png;base64,AAAA)", Severity.VIOLATION, "an image of another site"),
        ("legal.fr.md", "# L\n\n![](../static/icon.svg)", Severity.WARNING, "an image without words"),
        ("legal.fr.md", "# L\n\n![x](../static/no.svg)", Severity.WARNING, "nothing is at this address"),
        ("legal.fr.md", "# L\n\n[x](../pages/nowhere)", Severity.WARNING, "nothing is at this address"),
    ],
)
def test_a_text_that_is_not_seen_as_it_is_meant_is_told(
    name: str, text: str, severity: Severity, words: str, started: Settings
) -> None:
    (_publication(started) / "texts").mkdir()
    (_publication(started) / "texts" / name).write_text(text, encoding="utf-8")
    [finding] = prose_findings(started)
    assert (finding.severity, finding.places[0].file) == (severity, f"texts/{name}")
    assert words in finding.message["en"]


def test_a_text_that_is_no_utf_8_is_told(started: Settings) -> None:
    (_publication(started) / "texts").mkdir()
    (_publication(started) / "texts/legal.fr.md").write_bytes(b"# L\xe9gal")
    [finding] = prose_findings(started)
    assert "UTF-8" in finding.message["en"]


def test_a_text_that_nobody_checked_breaks_no_page(started: Settings) -> None:
    (_publication(started) / "texts").mkdir()
    (_publication(started) / "texts/legal.fr.md").write_bytes(b"# L\xe9gal")
    (_publication(started) / "texts/contact.fr.md").write_text("without a title", encoding="utf-8")
    client = create_app(started).test_client()
    assert client.get("/?lang=fr").status_code == client.get("/pages/legal?lang=fr").status_code == 200
    assert client.get("/pages/contact").status_code == 404
    assert "/pages/contact" not in client.get("/?lang=fr", headers=BROWSER).text


def test_a_file_of_the_look_that_is_not_there_stops_a_build(dressed: Settings) -> None:
    assert not list(look_findings(dressed))
    (_publication(dressed) / "static/ours.css").unlink()
    [finding] = look_findings(dressed)
    assert (finding.value, finding.places[0].column) == ("ours.css", "site.style")


@pytest.mark.parametrize(
    ("name", "content", "severity", "words"),
    [
        ("ours/logo.svg", b"<svg><script>alert(1)</script></svg>", Severity.WARNING, "holds a script"),
        ("ours/logo.svg", b"<svg onload='alert(1)'/>", Severity.WARNING, "holds a script"),
        ("ours/logo.svg", b"<svg><image href='https://x.example/a'/></svg>", Severity.WARNING, "asks another site"),
        ("ours/logo.svg", b"<svg>" + b" " * 300_000, Severity.WARNING, "a picture of more than 200 kB"),
        ("ours/logo.svg", b"GIF89a", Severity.VIOLATION, "no picture that browsers show"),
        (
            "ours.css",
            b":root { --accent: #7a1f4b }",
            Severity.WARNING,
            "--accent on --paper is hard to read in the dark",
        ),
        ("ours.css", b":root { --ink: #eee }", Severity.WARNING, "--ink on --paper is hard to read in the light"),
        ("ours.css", b"@import 'https://x.example/a.css';", Severity.WARNING, "an address of another site"),
        ("ours.css", b"body { background: url(//x.example/a.png) }", Severity.WARNING, "an address of another site"),
        ("ours.css", b"@font-face { src: url('no.woff2') }", Severity.WARNING, "no such file"),
        ("ours.css", b"body { color: red", Severity.WARNING, "brackets are not closed"),
    ],
)
def test_a_look_that_is_not_seen_as_it_is_meant_is_told(
    dressed: Settings, name: str, content: bytes, severity: Severity, words: str
) -> None:
    (_publication(dressed) / "static" / name).write_bytes(content)
    finding, *_ = look_findings(dressed)
    assert (finding.severity, finding.places[0].file) == (severity, f"static/{name}")
    assert words in finding.message["en"]
    assert all(finding.message[tag] != finding.message["en"] for tag in ("fr", "nl", "de", "it"))


def test_all_that_is_wrong_with_a_logo_is_told_at_once(dressed: Settings) -> None:
    content = b"<svg><script>alert(1)</script>" + b" " * 300_000
    (_publication(dressed) / "static/ours/logo.svg").write_bytes(content)
    assert len(list(look_findings(dressed))) == 2


def test_addresses_of_a_style_sheet_are_relative_to_it(dressed: Settings) -> None:
    static = _publication(dressed) / "static"
    (static / "ours/a b.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (static / "ours/in.css").write_text("a { background: url('../ours.css') } b { background: url(a%20b.png) }")
    assert not list(look_findings(changed(dressed, site={"style": "ours/in.css"})))


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("000", "ffffff") == pytest.approx(21)
    assert contrast("777777", "fff") == pytest.approx(4.48, abs=0.005)


def test_words_and_look_are_no_part_of_a_release(dressed: Settings) -> None:
    before = build(dressed).digest
    (_publication(dressed) / "texts/home.de.md").write_text("Anders.\n", encoding="utf-8")
    assert build(dressed).digest == before
