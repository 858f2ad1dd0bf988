"""A call that is wrong is told so in the language that it asks for, wherever the language stands in it."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from atmpgraph.call_texts import CLICK, CLICK_COUNTED
from atmpgraph.cli import main
from atmpgraph.commands.spoken import SpokenOption, unwrapped
from atmpgraph.errors import DamagedError, StoreError
from atmpgraph.http.upstream import Upstream, UpstreamError
from atmpgraph.i18n import counting, texts

from .messages import TRANSLATED

_WRONG: tuple[list[str], ...] = (
    ["nothing-like-it"],
    ["chekc"],
    [],
    ["check", "--bogus"],
    ["check", "--jobs", "many"],
    ["check", "--jobs", "0"],
    ["check", "--json", "--csv"],
    ["check", "--json=1"],
    ["query"],
    ["query", "a", "b"],
    ["query", "a", "--format", "pdf"],
    ["query", "missing.rq"],
    ["check", "--jobs"],
    ["texts", "x!"],
    ["init", "somewhere", "--languages", "xx"],
    ["tables", "nothing-like-it"],
    ["diff", "abc"],
    ["--settings", "missing.toml", "check"],
)
_ENGLISH = {"the", "not", "such", "missing", "error", "try", "got", "requires", "and", "there", "for", "with"}


def _said(*arguments: str) -> str:
    outcome = CliRunner().invoke(main, arguments)
    assert outcome.exit_code in {1, 2}, outcome.output
    return outcome.output


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("call", _WRONG, ids=" ".join)
def test_a_wrong_call_is_told_in_the_language_asked_for(call: list[str], language: str) -> None:
    said = _said("--language", language, *call)
    assert not _ENGLISH & set(said.lower().replace(":", " ").replace("'", " ").split()), said
    assert said != _said(*call)


def test_the_language_may_stand_after_the_command() -> None:
    assert _said("check", "--language", "de", "--bogus") == _said("--language", "de", "check", "--bogus")
    assert _said("check", "--language=de", "--bogus") == _said("--language=de", "check", "--bogus")


def test_the_environment_says_the_language_where_the_call_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {language: _said("--language", language, "check", "--bogus") for language in ("de", "fr")}
    help_in_german = CliRunner().invoke(main, ["--language", "de", "check", "--help"]).output
    monkeypatch.setenv("ATMPGRAPH_LANGUAGE", "de")
    assert CliRunner().invoke(main, ["check", "--help"]).output == help_in_german
    assert _said("check", "--bogus") == said["de"]
    assert _said("--language", "fr", "check", "--bogus") == said["fr"]
    monkeypatch.setenv("ATMPGRAPH_LANGUAGE", "no tag")
    assert "ATMPGRAPH_LANGUAGE=no tag: not the tag of a language" in _said("check")


def test_what_stands_after_two_hyphens_is_no_language() -> None:
    assert "unexpected" in _said("check", "--", "--language", "de")


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Commandes"), ("nl", "Opdrachten:"), ("de", "Befehle:"), ("it", "Comandi:")]
)
def test_help_has_its_headings_in_the_language(language: str, words: str) -> None:
    said = CliRunner().invoke(main, ["--language", language, "--help"]).output
    assert words in said
    assert "Usage:" not in said


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("name", ["", *main.commands])
def test_help_is_in_the_language(name: str, language: str) -> None:
    """What a command says of itself, of its options and of their values, and how its arguments are called."""
    words, call = texts(language), ["--language", language, *name.split(), "--help"]
    outcome = CliRunner().invoke(main, call, terminal_width=1_000, max_content_width=1_000)
    said = " ".join(outcome.output.split())
    command = main.commands[name] if name else main
    sentences = [unwrapped(command.callback.__doc__ or "")] if command.callback else []
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            assert words.gettext((parameter.name or "").upper()) in said
        elif isinstance(parameter, SpokenOption):
            sentences.append(parameter.english)
            if not parameter.is_flag and not isinstance(parameter.type, click.Choice):
                assert words.gettext(parameter.type.name.upper()) in said
    for sentence in sentences:
        assert words.gettext(sentence) != sentence
        assert " ".join(words.gettext(sentence).split()) in said
    assert not re.search(r"\[default|\[ARGS|INTEGER|FOLDER", said)


def test_help_takes_no_longer_than_the_command() -> None:
    """In English no catalogue is read for it."""
    opened = "import sys; sys.addaudithook(lambda event, given: event == 'open' and str(given[0]).endswith('.po') and exit(9))"
    asked = [sys.executable, "-c", f"{opened}; from atmpgraph.cli import main; main(['build', '--help'])"]
    assert subprocess.run(asked, capture_output=True, check=False).returncode == 0


def test_a_command_of_its_own_speaks_the_language_throughout() -> None:
    asked = [sys.executable, "-m", "atmpgraph", "check", "--language", "de", "--help"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert "Diesen Text zeigen und enden." in said
    assert "Optionen:" in said


def test_english_is_spoken_again_afterwards() -> None:
    _said("--language", "de", "check", "--bogus")
    assert "No such option '--bogus'." in _said("check", "--bogus")


def test_click_says_these_words() -> None:
    """Its next version may say others, which nobody would translate."""
    folder = Path(click.__file__).parent
    source = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    for text in (*CLICK, *(form for forms in CLICK_COUNTED for form in forms)):
        assert text.replace("\n", "\\n").replace("\t", "\\t") in source, text


def test_what_a_store_and_a_file_lack_is_said_in_the_language() -> None:
    with pytest.raises(UpstreamError) as caught:
        Upstream("ftp://example.org/", 1, 1)
    error = StoreError("unusable", caught.value.sentence, **caught.value.values)
    assert error.text(texts("de")) == "der entfernte Speicher: seine Adresse ist keine einfache http- oder https-URL"
    damage = DamagedError(
        Path("/r/data.nq"), counting("{n} byte instead of {wanted}", "{n} bytes instead of {wanted}"), n=1, wanted=2
    )
    assert damage.text(texts("fr")).startswith("/r/data.nq\u00a0: 1 octet au lieu de 2")
    assert (
        str(damage) == "/r/data.nq: 1 byte instead of 2; 'atmpgraph build' makes it anew, else restore it from a backup"
    )
