"""The texts of the interface: taken out of code and templates, compared with the catalogues, and put into them.

`python -m tests.messages` (`make texts`) brings the catalogues up to date: new texts come without a translation, and the
tests fail until they have one.
"""

import ast
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

import click
from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from atmpgraph.cli import main
from atmpgraph.commands.spoken import SpokenCommand, SpokenOption
from atmpgraph.http.problem import ANOTHER_FORMAT
from atmpgraph.i18n import FOLDER
from atmpgraph.settings.layers import supplied
from atmpgraph.sources.descriptions import texts_of

SOURCE: Final = Path(__file__).resolve().parents[1] / "src" / "atmpgraph"
KEYWORDS: Final = {
    "_": None,
    "TermError": None,
    "_pattern": (2,),
    "_computed": (3,),
    "message": None,
    "every_language": None,
    "gettext": None,
    "ngettext": (1, 2),
    "counted": (1, 2),
    "counting": (1, 2),
    "pgettext": ((1, "c"), 2),
}
METHODS: Final = [("**/pages/templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
OPTIONS: Final = {"**/pages/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
# Calls whose argument is a text that somebody else translates: its position.
_PROBLEMS: Final = {"Problem": 1, "ProblemError": 1, "_refuse": 1}
# Errors whose message is translated where it is shown: the position of the sentence.
_ERRORS: Final = {
    **dict.fromkeys(
        ("AtmpgraphError", "OtherBaseError", "QueryError", "ReleaseError", "ServerError", "SettingsError"), 0
    ),
    **dict.fromkeys(("DamagedError", "StoreError", "UpstreamError"), 1),
    "usage": 0,
}
TRANSLATED: Final = tuple(sorted(file.stem for file in FOLDER.glob("*.po")))


def _errors(file: Path) -> Iterator[str]:
    """The sentences of the errors that a module raises, and of those that have one of their own."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name), args=arguments) if len(arguments) > _ERRORS.get(name, 99):
                sentence = arguments[_ERRORS[name]]
            case ast.Call(func=ast.Attribute(attr="_failed"), args=[_, sentence]):
                pass
            case ast.Call(func=ast.Attribute(attr="__init__"), args=[sentence, *_]) if file.stem == "errors":
                pass
            case _:
                continue
        assert not isinstance(sentence, ast.JoinedStr), (file, node.lineno, "values go into `values`")
        if isinstance(sentence, ast.Constant) and isinstance(sentence.value, str):
            yield sentence.value


def _problems(file: Path) -> Iterator[str]:
    """The details of the problems that a module raises; each is a constant, so that it can be translated."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    constants = {
        ast.unparse(node.target): ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=arguments) if len(arguments) > _PROBLEMS.get(name, 99):
                detail = arguments[_PROBLEMS[name]]
                assert not isinstance(detail, ast.JoinedStr), (file, node.lineno, "values go into `values`")
                if isinstance(detail, ast.Constant):
                    yield str(detail.value)
                elif ast.unparse(detail) in constants:
                    yield constants[ast.unparse(detail)]
            case ast.Call(func=ast.Name(id="NotExpressibleError"), args=[ast.Constant(value=str(sentence)), *_]):
                yield f"{sentence} {ANOTHER_FORMAT}"
            case ast.Call(func=ast.Name(id="NotExpressibleError"), args=[ast.Name(id=name), *_]):
                yield f"{constants[name]} {ANOTHER_FORMAT}"
            case ast.Assign(targets=[ast.Name(id="detail")], value=value):
                assert isinstance(value, ast.Constant), (file, node.lineno)
                yield str(value.value)
            case ast.AnnAssign(target=ast.Name(id="_DETAILS"), value=ast.Dict(values=values)):
                yield from (str(ast.literal_eval(value)) for value in values)


def _help_of(command: click.Command) -> Iterator[str]:
    """What a command says of itself and its options, and how its arguments are called."""
    for each in (command, *command.params):
        if isinstance(each, click.Argument):
            yield (each.name or "").upper()
        elif isinstance(each, SpokenCommand | SpokenOption):
            yield each.english


def extracted() -> Catalog:
    """Every text of the interface."""
    catalog = Catalog(charset="utf-8")
    found = extract_from_dir(SOURCE, METHODS, OPTIONS, KEYWORDS)
    for _, _, message, _, context in found:
        catalog.add(message, context=context)
    for file in sorted(SOURCE.rglob("*.py")):
        for sentence in chain(_problems(file), _errors(file)):
            catalog.add(sentence)
    for text in chain.from_iterable(map(_help_of, (main, *main.commands.values()))):
        catalog.add(text)
    for sentence in texts_of(json.loads(supplied("descriptor").read_text(encoding="utf-8"))):
        catalog.add(sentence)
    return catalog


def read(language: str) -> Catalog:
    """The catalogue of a language, as it is."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        return pofile.read_po(file, locale=language)


def write(language: str, catalog: Catalog) -> None:
    """Write a catalogue with nothing in its head but what a reader needs."""
    catalog.header_comment = "# The texts of atmpgraph; the keys are English."
    path = FOLDER / f"{language}.po"
    with path.open("wb") as file:
        pofile.write_po(
            file, catalog, width=120, omit_header=True, ignore_obsolete=True, sort_output=True, include_lineno=False
        )
    head = (
        f'{catalog.header_comment}\nmsgid ""\nmsgstr ""\n"Language: {language}\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    )
    path.write_text(head + path.read_text(encoding="utf-8"), encoding="utf-8")


def update() -> None:
    """Bring every catalogue up to date."""
    template = extracted()
    for language in TRANSLATED:
        catalog = read(language)
        catalog.update(template, no_fuzzy_matching=True)
        write(language, catalog)


if __name__ == "__main__":
    update()
