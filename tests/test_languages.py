"""The languages of a publication: any of BCP 47, in everything that it says. Italian is complete, Swedish has no texts."""

import json
import re
import shutil
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from babel.messages.pofile import read_po
from click.testing import CliRunner
from flask.testing import FlaskClient

from atmpgraph.cli import main
from atmpgraph.findings import Finding
from atmpgraph.i18n import FOLDER, lacking, own_texts, texts
from atmpgraph.publish.build import Built, build
from atmpgraph.release.release import Release, open_release
from atmpgraph.settings import Settings
from atmpgraph.starter import start
from atmpgraph.web import create_app

from .long import some
from .translated import start_in

PAGE = {"Accept": "text/html"}


@pytest.fixture(autouse=True)
def _supplied_texts() -> Iterator[None]:
    """Other tests read the supplied texts."""
    yield
    own_texts(Path("/nowhere"))


@pytest.fixture(scope="module")
def italian(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Built]:
    """A publication in Italian and English with its first release. Not to be changed."""
    settings = start_in(tmp_path_factory.mktemp("italian") / "p", {"fr": "it", "en": "en"})
    return settings, build(settings)


@pytest.fixture(scope="module")
def client(italian: tuple[Settings, Built]) -> FlaskClient:
    return create_app(italian[0]).test_client()


@pytest.fixture(scope="module")
def release(italian: tuple[Settings, Built]) -> Release:
    settings, _ = italian
    return open_release(settings.path(settings.folders.releases), "current", settings.base)


def english() -> set[str]:
    """The sentences of the interface that are other ones in Italian."""
    found = set()
    with (FOLDER / "it.po").open("rb") as file:
        for message in read_po(file):
            for one in [message.id] if isinstance(message.id, str) else message.id:
                if one and len(one.split()) > 2 and "{" not in one and texts("it").gettext(one) != one:
                    found.add(one)
    return found


def visible(page: str) -> str:
    """The text of a page, without its scripts, and without what is marked as English."""
    page = re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL)
    page = re.sub(r'<(\w+)[^>]* lang="en"[^>]*>.*?</\1>', "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "|", page))


def test_it_builds_without_a_violation(italian: tuple[Settings, Built]) -> None:
    _, built = italian
    assert built.digest, "\n".join(built.report.lines("en"))
    assert not [finding for finding in built.report.findings if "French" in finding.message["en"]]


def test_pages_in_italian_have_no_english_sentence(client: FlaskClient, release: Release) -> None:
    sitemap = client.get("/sitemap.xml").text
    paths = {place.removeprefix(release.base) for place in re.findall(r"<loc>([^<]+)</loc>", sitemap)}
    paths |= {"quality", "ns/shapes", "data", "releases/", "problems/", "sparql"}
    sentences, wrong, pages = english(), {}, 0
    folders = groupby(sorted(paths, key=lambda path: path.rpartition("/")[0]), key=lambda path: path.rpartition("/")[0])
    for path in [path for _, alike in folders for path in some(sorted(alike), 3)]:
        response = client.get(f"/{path}?lang=it", headers={"Accept": "text/html"})
        assert response.status_code == 200, path
        if response.mimetype != "text/html":
            continue
        pages += 1
        assert '<html lang="it">' in response.text
        text = visible(response.text)
        if there := {one for one in sentences if f"|{one}|" in text or f"| {one} |" in text}:
            wrong[path] = there
    assert not wrong
    assert pages > 30
    assert len(sentences) > 150


def test_its_languages_alone_are_offered(client: FlaskClient) -> None:
    page = client.get("/", headers=PAGE | {"Accept-Language": "fr"})
    assert '<html lang="it">' in page.text, "the first language is the default"
    assert set(re.findall(r'hreflang="([^"]+)"', page.text)) == {"it", "en"}
    assert '<html lang="en">' in client.get("/", headers=PAGE | {"Accept-Language": "fr, en;q=0.5"}).text
    assert '<html lang="it">' in client.get("/?lang=fr", headers=PAGE).text, "a language that it does not have"
    names = [parameter for parameter in _parameters(client) if parameter["name"] == "lang"]
    assert all(parameter["schema"]["enum"] == ["it", "en"] for parameter in names)


def _parameters(client: FlaskClient) -> list[dict[str, Any]]:
    paths = json.loads(client.get("/openapi.json").text)["paths"]
    found = [
        each for path in paths.values() for one in path.values() if isinstance(one, dict) for each in one["parameters"]
    ]
    assert found
    return found


def test_problems_are_in_its_languages(client: FlaskClient) -> None:
    wanted = {"Accept": "application/problem+json"}
    problem = client.get("/doc/none", headers=wanted | {"Accept-Language": "it"})
    assert problem.headers["Content-Language"] == "it"
    in_english = client.get("/doc/none", headers=wanted)
    assert in_english.headers["Content-Language"] == "en", "for programs"
    assert problem.json
    assert in_english.json
    assert problem.json["detail"] == texts("it").gettext(in_english.json["detail"]) != in_english.json["detail"]


def test_columns_are_published_as_they_are(release: Release) -> None:
    package = json.loads((release.folder.tables / "datapackage.json").read_text(encoding="utf-8"))
    (sectors,) = [each for each in package["resources"] if each["name"] == "sectors"]
    names = [field["name"] for field in sectors["schema"]["fields"]]
    assert names == ["slug", "label_it", "label_en", "source"]


def test_measures_queries_and_catalogue_follow(release: Release, client: FlaskClient) -> None:
    counted = {m.metric for m in release.manifest.measures if m.metric.startswith("names-")}
    assert counted == {"names-it", "names-en"}
    assert release.manifest.languages == ("it", "en")
    query = client.get("/queries/places.rq?lang=it").text
    assert 'VALUES ?language { "it" }  # of the names: it, en' in query
    assert re.findall(r'LANG\(\?name\) = "([^"]+)"', query) == ["it", "en"]
    rows = release.catalogue_store.select(
        "SELECT DISTINCT ?tag { ?file a <http://www.w3.org/ns/dcat#Distribution> ;"
        " <http://purl.org/dc/terms/title> ?title BIND(LANG(?title) AS ?tag) }"
    )
    assert {row["tag"].value for row in rows} == {"it", "en"}
    languages = release.catalogue_store.select(
        "SELECT ?language { <id/catalogue> <http://purl.org/dc/terms/language> ?language }"
    )
    assert {str(row["language"].value).rpartition("/")[2] for row in languages} == {"ITA", "ENG"}


def test_a_text_in_another_language_than_its_own_stays_in_the_data(release: Release) -> None:
    """The terms of the software are the same everywhere; a page shows those of its languages first."""
    rows = release.store.select(
        "SELECT DISTINCT (LANG(?name) AS ?tag) {"
        " <https://w3id.org/atmpgraph/ns#Partnership> <http://www.w3.org/2000/01/rdf-schema#label> ?name }"
    )
    assert {row["tag"].value for row in rows} >= {"fr", "nl", "de", "en"}


# A language without texts ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built_swedish(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Built]:
    folder = tmp_path_factory.mktemp("swedish") / "p"
    return folder, build(start_in(folder, {"en": "sv"}))


@pytest.fixture
def swedish(built_swedish: tuple[Path, Built], tmp_path: Path) -> Settings:
    """A publication in Swedish alone, to be changed at will."""
    shutil.copytree(built_swedish[0], tmp_path / "p", symlinks=True)
    return Settings.load(tmp_path / "p" / "atmpgraph.toml")


def _about_texts(built: Built) -> list[Finding]:
    return [finding for finding in built.report.findings if "atmpgraph texts" in finding.message["en"]]


def test_a_language_without_texts_is_a_finding_that_says_what_to_do(built_swedish: tuple[Path, Built]) -> None:
    _, built = built_swedish
    assert built.digest
    (finding,) = _about_texts(built)
    assert finding.places[0].file == "atmpgraph.toml"
    assert "'atmpgraph texts sv' has written texts/sv.po" in finding.message["en"]


def test_its_pages_are_in_english_until_then(swedish: Settings) -> None:
    page = create_app(swedish).test_client().get("/?lang=sv", headers=PAGE).text
    assert '<html lang="sv">' in page
    assert "Licence of the data" in page


def test_a_file_of_texts_is_all_that_it_takes(swedish: Settings) -> None:
    file = str(swedish.path(Path("atmpgraph.toml")))
    written = CliRunner().invoke(main, ["--settings", file, "texts", "sv"])
    assert written.exit_code == 0, written.output
    po = swedish.path(swedish.folders.texts) / "sv.po"
    assert re.search(r"sv\.po: [\d,]+ texts to translate", written.output)
    text = po.read_text(encoding="utf-8")
    assert text.count('msgstr ""') > 300
    po.write_text(
        text.replace('msgid "Licence of the data"\nmsgstr ""', 'msgid "Licence of the data"\nmsgstr "Licens"')
    )
    own_texts(Path("/nowhere"))
    _forget()
    assert "Licens<" in create_app(swedish).test_client().get("/?lang=sv", headers=PAGE).text
    again = CliRunner().invoke(main, ["--settings", file, "texts", "sv"])
    assert 'msgstr "Licens"' in po.read_text(encoding="utf-8"), "what is there stays"
    first, second = (int(re.findall(r"(\d+) texts", each.output.replace(",", ""))[0]) for each in (written, again))
    assert second == first - 1


def test_a_special_case_has_the_texts_of_what_it_is_a_case_of(swedish: Settings) -> None:
    folder = swedish.path(swedish.folders.texts)
    folder.mkdir()
    (folder / "sv.po").write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Licence of the data"\nmsgstr "Licens"\n',
        encoding="utf-8",
    )
    own_texts(folder)
    _forget()
    assert texts("sv-FI").gettext("Licence of the data") == "Licens"
    assert texts("sv-FI").gettext("Skip to content") == "Skip to content"
    assert texts("fr").gettext("Licence of the data") != "Licence of the data"


def test_own_texts_replace_those_that_are_supplied(swedish: Settings) -> None:
    folder = swedish.path(swedish.folders.texts)
    folder.mkdir()
    for tag in ("en", "fr"):
        (folder / f"{tag}.po").write_text(
            'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
            f'msgid "Licence of the data"\nmsgstr "{tag}!"\n',
            encoding="utf-8",
        )
    own_texts(folder)
    _forget()
    assert texts("en").gettext("Licence of the data") == "en!"
    assert texts("fr").gettext("Licence of the data") == "fr!"
    assert texts("fr").gettext("Skip to content") != "Skip to content"


def test_what_is_no_catalogue_is_told(swedish: Settings) -> None:
    folder = swedish.path(swedish.folders.texts)
    folder.mkdir()
    (folder / "sv.po").write_bytes(b'msgid "Licence of the data"\nmsgstr "\xff"\n')
    told = CliRunner().invoke(main, ["--settings", str(swedish.path(Path("atmpgraph.toml"))), "check"])
    assert told.exit_code == 1
    assert "sv.po: not a catalogue of gettext" in told.output


def test_texts_that_nobody_can_show_are_findings(swedish: Settings) -> None:
    folder = swedish.path(swedish.folders.texts)
    folder.mkdir()
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    wrong = (
        'msgid "not UTF-8; save the table as CSV in UTF-8"\nmsgstr "{vad}"\n\nmsgid "No such words"\nmsgstr "Inga"\n'
        '\nmsgid "Skip to content"\nmsgstr "Till {vad"\n'
    )
    (folder / "sv.po").write_text(head + wrong, encoding="utf-8")
    _forget()
    built = build(swedish)
    assert built.digest is None
    found = {(f.places[0].file, f.severity.value, f.value) for f in built.report.findings if f.check == "files"}
    assert ("texts/sv.po", "violation", "not UTF-8; save the table as CSV in UTF-8") in found
    assert ("texts/sv.po", "warning", "No such words") in found
    [bracket] = [f for f in built.report.findings if f.value == "Skip to content"]
    assert "bracket" in bracket.message["en"]


def test_a_report_in_a_language_without_texts_is_refused(swedish: Settings) -> None:
    file = str(swedish.path(Path("atmpgraph.toml")))
    refused = CliRunner().invoke(main, ["--settings", file, "--language", "fi", "check"])
    assert refused.exit_code == 2
    assert "there are in en, de, fr, it, nl, and texts/<language>.po adds another" in " ".join(refused.output.split())
    assert CliRunner().invoke(main, ["--settings", file, "--language", "f!", "check"]).exit_code == 2


def _forget() -> None:
    """Read files of texts again."""
    from atmpgraph import i18n

    for function in (i18n._texts, i18n._written, i18n._keys):
        function.cache_clear()


def test_a_script_from_right_to_left_says_so(tmp_path: Path) -> None:
    settings = start_in(tmp_path / "p", {"fr": "ar", "en": "pt-BR"})
    assert build(settings).digest
    client = create_app(settings).test_client()
    assert '<html lang="ar" dir="rtl">' in client.get("/", headers=PAGE).text
    assert '<html lang="pt-br">' in client.get("/", headers=PAGE | {"Accept-Language": "pt"}).text
    names = ox.parse(client.get("/doc/period/2025.ttl").data, format=ox.RdfFormat.TURTLE)
    assert {quad.object.language for quad in names if isinstance(quad.object, ox.Literal)} >= {"ar", "pt-br"}


_HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
BROKEN: dict[str, tuple[str, bytes, str, str]] = {
    "a value left out": ("fr.po", f'{_HEAD}msgid "and {{n}} more"\nmsgstr "et"\n'.encode(), "warning", "{n} is not in this text"),
    "garbage in the language of the report": ("en.po", b"\x00\xff\xfe", "violation", "not a catalogue of gettext"),
    "no quotation mark": ("de.po", f"{_HEAD}msgid rows\n".encode(), "violation", "not a catalogue of gettext"),
    "a charset that is none": ("nl.po", _HEAD.replace("UTF-8", "nonsense").encode(), "violation", "not a catalogue"),
    "plural forms that are none": (
        "it.po",
        _HEAD.replace("\n\n", '\n"Plural-Forms: nplurals=2; plural=(n>>;\\n"\n\n').encode(),
        "violation",
        "not a catalogue",
    ),
    "a language that is none": ("xx.po", f'{_HEAD}msgid "rows"\nmsgstr "R"\n'.encode(), "warning", "no language is called xx"),
    "an underscore": ("pt_BR.po", f'{_HEAD}msgid "rows"\nmsgstr "R"\n'.encode(), "warning", "no language is called pt_BR"),
    "a compiled one": ("fr.mo", b"\xde\x12\x04\x95", "warning", "nothing reads this file"),
}  # fmt: skip


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What is found where all of these are in one publication."""
    folder = tmp_path_factory.mktemp("broken") / "p"
    start(folder, "https://example.org/p/")
    (folder / "texts").mkdir()
    for file, content, _, _ in BROKEN.values():
        (folder / "texts" / file).write_bytes(content)
    asked = ["--settings", str(folder / "atmpgraph.toml"), "--language", "en", "check", "--json"]
    done = CliRunner().invoke(main, asked)
    assert isinstance(done.exception, SystemExit | None)
    findings: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return findings


@pytest.mark.parametrize("name", BROKEN)
def test_a_catalogue_that_is_broken_is_told(name: str, broken: list[dict[str, Any]]) -> None:
    file, _, severity, said = BROKEN[name]
    found = [each for each in broken if f"texts/{file}" in str(each.get("places"))]
    assert [(each["severity"], said in each["message"]["en"]) for each in found] == [(severity, True)]


def test_pages_beside_the_catalogues_are_no_finding(tmp_path: Path) -> None:
    start(tmp_path / "p", "https://example.org/p/")
    (tmp_path / "p" / "texts").mkdir()
    for name in ("about.fr.md", "legal-notice.de.md"):
        (tmp_path / "p" / "texts" / name).write_text("# A page", encoding="utf-8")
    done = CliRunner().invoke(main, ["--settings", str(tmp_path / "p" / "atmpgraph.toml"), "check", "--json"])
    assert "findings" in done.stdout
    assert ".md" not in done.stdout


def test_a_translation_that_is_marked_fuzzy_is_none(tmp_path: Path) -> None:
    (tmp_path / "sv.po").write_text(f'{_HEAD}#, fuzzy\nmsgid "rows"\nmsgstr "rader"\n', encoding="utf-8")
    own_texts(tmp_path)
    number, total = lacking("sv")
    own_texts(tmp_path / "none")
    assert number == total
