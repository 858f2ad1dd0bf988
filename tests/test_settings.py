"""Settings: one typed place, documented, and a clear error for each wrong one."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from atmpgraph.errors import SettingsError
from atmpgraph.i18n import texts
from atmpgraph.settings import Settings
from atmpgraph.settings.faults import WrongSettingsError
from atmpgraph.settings.groups import Group
from atmpgraph.settings.renamed import RENAMED
from atmpgraph.sparql.limits import Limits, limits_of

from .conftest import ROOT, changed

GOOD = (ROOT / "atmpgraph.toml").read_text(encoding="utf-8")
# All names that moved. The list is closed: a name of today that changes needs a line in both.
FORMER = (
    *("data", "ontology", "shapes", "queries", "stream_page_size"),
    *("stream_versions", "texts", "releases", "keep_releases", "host"),
    *("port", "workers", "max_query_length", "max_query_nesting", "max_graph_statements"),
    *("query_workers", "query_seconds", "query_memory", "max_result_rows", "max_result_bytes"),
    *("max_waiting_queries", "max_waiting_seconds", "max_queries_per_client", "query_budget", "max_kept_results"),
    *("max_spooled_bytes", "federation", "max_service_clauses", "service_seconds", "max_service_bytes"),
    *("query_service", "max_incoming_links", "max_changes_shown", "max_findings_shown", "max_links_checked"),
    *("link_hosts", "link_pause", "link_seconds", "link_redirects", "max_link_field"),
    *("max_age", "max_kept_bytes", "catalogue_page_size", "max_body_seconds", "max_path_length"),
    *("max_header_length", "trusted_proxies", "proxy_headers"),
)


def load(folder: Path, text: str) -> Settings:
    file = folder / "atmpgraph.toml"
    file.write_text(text, encoding="utf-8")
    return Settings.load(file)


def refused(folder: Path, text: str) -> list[str]:
    """What is wrong with a file, each on its line."""
    with pytest.raises(SettingsError) as error:
        load(folder, text)
    return str(error.value).splitlines()


def test_folders_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = load(tmp_path, GOOD)
    assert settings.path(settings.folders.data) == tmp_path.resolve() / "data"
    assert changed(settings, folders={"shapes": "x"}).path(Path("y")) == tmp_path.resolve() / "y"


def test_the_environment_wins_over_the_file_setting_by_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATMPGRAPH_SERVER_PORT", "9000")
    monkeypatch.setenv("ATMPGRAPH_QUERIES_TIMEOUT_SECONDS", "2.5")
    monkeypatch.setenv("ATMPGRAPH_PROXY_TRUSTED", '["127.0.0.1", "10.0.0.0/8"]')
    settings = load(tmp_path, f"{GOOD}[server]\nport = 8500\nworkers = 7\n[queries]\nmax_rows = 5\n")
    assert (settings.server.port, settings.server.workers) == (9000, 7)
    assert (settings.queries.timeout_seconds, settings.queries.max_rows) == (2.5, 5)
    assert settings.proxy.trusted == ("127.0.0.1", "10.0.0.0/8")


def test_every_setting_has_a_variable_of_its_own() -> None:
    places = list(Settings.places())
    assert ("base",) in places
    assert ("queries", "max_rows") in places
    assert len({"_".join(place) for place in places}) == len(places)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[title]", "colour = 'red'\n[title]", "`colour`: no such setting"),
        ("[title]", "[colours]\nred = 1\n[title]", "`colours`: no such setting"),
        ("[folders]", "[server]\ncolour = 'red'\n[folders]", "`[server] colour`: no such setting"),
        ("[folders]", "[server]\nport = 'many'\n[folders]", "`[server] port`: must be a whole number"),
        ("[folders]", "[server]\nport = 99999\n[folders]", "must be 65535 at most; it is 99999"),
        ("[folders]", "[proxy]\ntrusted = ['here']\n[folders]", "`[proxy] trusted`: must be an IP address"),
        ("[title]", "server = 1\n[title]", "`server`: must be a group of settings"),
        ("https://w3id.org/atmp-wallonia/", "https://w3id.org/atmp-wallonia", "ends with '/'"),
        ("https://w3id.org/atmp-wallonia/", "atmp/", "ends with '/'"),
        ('partnership = "pit-atmp"\n', "", "`partnership`: missing; add it, as in partnership ="),
        ("[title]", "[title", "not a TOML file"),
        (
            "[description]",
            'es = "x"\n[description]',
            "`title`: it is in es, but `languages` are fr, nl, de, en: add the language",
        ),
        (
            "[title]",
            'languages = ["fr", "italiano?"]\n[title]',
            "`languages`: must be the tag of a language",
        ),
        ("[title]", "languages = []\n[title]", "`languages`: must name a language at least"),
        ("[title]", 'languages = ["fr", "FR"]\n[title]', "`languages`: must name each language once"),
    ],
)
def test_a_wrong_setting_is_named_as_people_write_it(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    [line] = refused(tmp_path, GOOD.replace(old, new, 1))
    assert said in line
    assert line.startswith(str(tmp_path / "atmpgraph.toml"))


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("ATMPGRAPH_SERVER_PORT", "many", "ATMPGRAPH_SERVER_PORT in the environment: must be a whole number"),
        ("ATMPGRAPH_PROXY_TRUSTED", "127.0.0.1", "ATMPGRAPH_PROXY_TRUSTED in the environment: must be a list"),
        ("ATMPGRAPH_TITLE", "Essai", "ATMPGRAPH_TITLE in the environment: must be a text by language"),
        ("ATMPGRAPH_BASE", "atmp/", "ATMPGRAPH_BASE in the environment: must be an http(s) IRI"),
        ("ATMPGRAPH_SERVER_COLOUR", "red", "ATMPGRAPH_SERVER_COLOUR in the environment: no such setting"),
        ("ATMPGRAPH_SERVER", '{"port": 1}', "ATMPGRAPH_SERVER in the environment: no such setting"),
        ("ATMPGRAPH_COLOUR", "red", "ATMPGRAPH_COLOUR in the environment: no such setting"),
    ],
)
def test_a_wrong_variable_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    [line] = refused(tmp_path, GOOD)
    assert line.startswith(said)


def test_all_wrong_settings_come_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATMPGRAPH_PORT", "9000")
    monkeypatch.setenv("ATMPGRAPH_COLOUR", "red")
    text = GOOD.replace("[title]", "workers = 2\n[title]") + "[server]\nport = 0\nworkers = 0\n"
    assert len(refused(tmp_path, text)) == 5


# A line of each kind that is wrong, with what is said of it.
WRONG = {
    'port = 1.5\nworkers = "two"': "a whole number",
    "host = 1": "a text in quotation marks",
    "workers = 0": "must be 1 at least",
    "stop_timeout_seconds = 4000": "must be 3600 at most",
    "body_timeout_seconds = 0": "must be more than 0",
    'body_timeout_seconds = "1,5"': "a point before its decimals",
    'redirect_previous_bases = "perhaps"': "true or false",
    "colour = 1": "no such setting",
    "prot = 1": "did you mean `[server] port`?",
    "[log]\nformat = 'xml'": "one of text, json",
    "[proxy]\ntrusted = 'x'": "a list in square brackets",
    "[folders]\ndata = 5": "a text in quotation marks",
    "[federation]\nservices = ['no IRI']": "it has the character",
    "[store]\nendpoint = 'ftp://x'": "http or https address",
    "[store]\nendpoint = 'http://me@x/'": "credentials",
    "[store]\ngraph_store = 'http://x/'": "needs an endpoint",
    "[store]\nendpoint = 'http://x/'\nslots = ['', 'b']": "must not be empty",
    "[store]\nendpoint = 'http://x/'\nslots = ['a', 'b']": "each address needs {slot}",
    "[store]\nendpoint = 'http://x/{slot}'": "there are no slots",
    "[store]\nendpoint = 'http://x/{slot}'\nslots = ['a', 'a']": "the same name",
    "[store]\nparameters = ['a']": "name=value",
    "[[site.footer]]\nurl = 'http://x/'": "`[site.footer] title`: missing",
    "[[site.footer]]\nurl = 'http://x/'\ntitle = {}": "it has no text",
    "[[site.footer]]\nurl = 'http://x/'\ntitle = {fr = 'a', en = ' '}": "it has no text",
    '[[site.footer]]\nurl = "http://x/"\ntitle = {fr = "a\\u0001"}': "a control character",
    "[[site.footer]]\nurl = 'ftp:x'\ntitle.en = 'a'": "begin with one of https://",
}


@pytest.mark.parametrize(("wrong", "said"), WRONG.items())
def test_what_is_wrong_with_a_setting_is_said_in_each_language(tmp_path: Path, wrong: str, said: str) -> None:
    rest = GOOD[: GOOD.index("[folders]")]
    with pytest.raises(WrongSettingsError) as error:
        load(tmp_path, f"{rest}\n[server]\n{wrong}\n")
    lines = {language: error.value.text(texts(language)).splitlines() for language in ("fr", "nl", "de", "it", "en")}
    assert said in lines["en"][-1]
    assert "Input" not in lines["en"][-1]
    assert len({tuple(each) for each in lines.values()}) == len(lines), "each language has its own"
    assert isinstance(error.value.rest, Settings)


@pytest.mark.parametrize(
    "wrong",
    [
        "endpoint = 'http://me:pa55@x/'",
        "endpoint = 'ftp://me:pa55@x/'",
        "endpoint = 'http://me:pa55/w0rd@x/'",
        "endpoint = 'http://x/{slot}'\nslots = ['http://me:pa55@x', 'http://me:pa55@y']",
        "endpoint = 'http://x/'\ngraph_store = ['http://me:pa55@x/']",
    ],
)
def test_a_password_in_an_address_is_in_no_error(tmp_path: Path, wrong: str) -> None:
    rest = GOOD[: GOOD.index("[folders]")]
    with pytest.raises(WrongSettingsError) as error:
        load(tmp_path, f"{rest}\n[store]\n{wrong}\n")
    text = str(error.value) + error.value.text(texts("fr")) + repr([fault.value for fault in error.value.faults])
    assert "pa55" not in text
    assert "w0rd" not in text
    assert "…@" in text


def test_an_example_stands_in_for_a_needed_setting(tmp_path: Path) -> None:
    with pytest.raises(WrongSettingsError) as error:
        load(tmp_path, 'base = "x"\nlanguages = ["it"]\n[server]\nport = 9000\n[title]\nen = "Our"\n')
    rest = error.value.rest
    assert isinstance(rest, Settings)
    assert (rest.server.port, rest.languages) == (9000, ("it",))
    assert rest.stand_ins == {"base", "partnership", "licence", "title", "description"}
    assert [fault.place for fault in error.value.faults] == [(name,) for name in
            ("base", "partnership", "licence", "description", "title")]  # fmt: skip


def test_the_list_of_former_names_is_whole() -> None:
    assert sorted(RENAMED) == sorted(FORMER)
    assert set(RENAMED.values()) <= set(Settings.places())
    assert len(set(RENAMED.values())) == len(RENAMED)


@pytest.mark.parametrize("former", FORMER)
def test_a_former_name_is_refused_with_that_of_today(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, former: str
) -> None:
    group, name = RENAMED[former]
    [line] = refused(tmp_path, GOOD.replace("[title]", f"{former} = ['x']\n[title]"))
    assert line == f"{tmp_path / 'atmpgraph.toml'}: `{former}`: its name is now `[{group}] {name}`"
    variable, today = f"ATMPGRAPH_{former.upper()}", f"ATMPGRAPH_{group.upper()}_{name.upper()}"
    if variable != today:
        monkeypatch.setenv(variable, '["x"]')
        assert refused(tmp_path, GOOD) == [f"{variable} in the environment: its name is now `{today}`"]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        Settings.load(tmp_path / "none.toml")


def test_the_query_service_gets_what_is_set_under_the_same_names(tmp_path: Path) -> None:
    text = (
        f"{GOOD}[queries]\nmax_queued = 3\n[federation]\nservices = ['https://e.example/']\n[cache]\nresult_bytes = 4\n"
    )
    limits = limits_of(load(tmp_path, text))
    assert (limits.max_queued, limits.federation.services, limits.result_bytes) == (3, ("https://e.example/",), 4)
    assert Limits.from_json(limits.as_json()) == limits


def test_the_query_service_starts_without_what_reads_settings() -> None:
    code = "import sys, atmpgraph.sparql.service.broker; sys.exit('pydantic' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def table(fields: dict[str, FieldInfo]) -> list[str]:
    """The rows that document some settings."""
    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for name, field in fields.items():
        value = field.get_default(call_default_factory=True)
        listed = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        default = "required" if field.is_required() else f"`{listed}`" if listed and value is not None else "none"
        rows.append(f"| `{name}` | {default} | {field.description} |")
    return rows


TITLED = 'base = "https://example.org/p/"\npartnership = "p"\nlicence = "https://example.org/l"\n'


def test_languages_are_any_of_bcp_47_without_case(tmp_path: Path) -> None:
    text = TITLED + 'languages = ["pt-BR", "eu"]\n[title]\npt-BR = "Um"\n[description]\neu = "Bat"\n'
    settings = load(tmp_path, text)
    assert settings.languages == ("pt-br", "eu")
    assert settings.title.best(settings.languages) == "Um"
    assert settings.description.best(("pt-br", "eu")) == "Bat"
    assert settings.description.best(("pt-br",)) == "Bat", "a text in another language is better than none"


def test_a_publication_has_a_title_in_a_language_at_least(tmp_path: Path) -> None:
    [line] = refused(tmp_path, TITLED + 'languages = ["it"]\n[title]\n[description]\nit = "Uno"\n')
    assert "`title`: it has no text; write it in one language at least, and in each that it names" in line


def test_every_setting_is_documented() -> None:
    groups = {name: field.annotation for name, field in Settings.model_fields.items()}
    kinds = {name: kind for name, kind in groups.items() if isinstance(kind, type) and issubclass(kind, Group)}
    expected = table({name: field for name, field in Settings.model_fields.items() if name not in kinds})
    for name, kind in kinds.items():
        expected += ["", f"## `[{name}]`", "", kind.__doc__ or "", "", *table(kind.model_fields)]
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert text[text.index("| setting") :].splitlines() == expected


def test_a_slip_in_the_file_hides_nothing_else(tmp_path: Path) -> None:
    """Each slip with its line, what stands in other lines is judged, and what may have stood there is not missing."""
    text = (
        GOOD.replace("[title]", 'languages = ["fr", "nl", "de", "en"\nlicence_ = 3\n[title]')
        + "[server]\nport = 0\nhost = \n"
    )
    (tmp_path / "atmpgraph.toml").write_text(text, encoding="utf-8")
    with pytest.raises(WrongSettingsError) as caught:
        Settings.load(tmp_path / "atmpgraph.toml")
    rows = [text.splitlines()[fault.row - 1] for fault in caught.value.faults if fault.row]
    assert rows == ["licence_ = 3", "host = "]
    others = [fault.place for fault in caught.value.faults if not fault.row]
    assert others == [("server", "port")]
    assert isinstance(caught.value.rest, Settings)


@pytest.mark.parametrize(
    "text", ["[", '"', "a = [", "a = '''", "[x\n[y\n", "a\nb\nc\n", "= 1", "\x00", "a = {", "[[x", "=\n" * 99]
)
def test_a_file_of_slips_is_told_and_ends(tmp_path: Path, text: str) -> None:
    (tmp_path / "atmpgraph.toml").write_text(text, encoding="utf-8")
    with pytest.raises(WrongSettingsError) as caught:
        Settings.load(tmp_path / "atmpgraph.toml")
    assert any(fault.row for fault in caught.value.faults)


def test_settings_in_utf_16_are_told_once(tmp_path: Path) -> None:
    (tmp_path / "atmpgraph.toml").write_bytes(GOOD.encode("utf-16"))
    with pytest.raises(WrongSettingsError) as caught:
        Settings.load(tmp_path / "atmpgraph.toml")
    assert len(caught.value.faults) == 1


def test_settings_that_are_not_in_utf_8_are_told_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "atmpgraph.toml").write_bytes(GOOD.replace("[title]", "# d\u00e9j\u00e0\n[title]").encode("cp1252"))
    with pytest.raises(WrongSettingsError) as caught:
        Settings.load(tmp_path / "atmpgraph.toml")
    [fault] = caught.value.faults
    assert fault.row == GOOD[: GOOD.index("[title]")].count("\n") + 1
