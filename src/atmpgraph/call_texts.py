"""What the library for the command line says, in the language of the call.

Click asks the gettext of the standard library for its words, and that one reads compiled catalogues alone. Each of its
modules names the two functions, which are replaced here by those of `i18n` (docs/decisions/texts.md).
"""

import os
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Final

from click import core, decorators, exceptions, formatting, parser, termui, types

from .i18n import SOURCE, Texts, counted, message, texts
from .languages import is_tag

_OPTION: Final = "--language"
LANGUAGE_VARIABLE: Final = "ATMPGRAPH_LANGUAGE"
_WORDS: ContextVar[Texts] = ContextVar("words_of_call", default=texts(SOURCE))  # noqa: B039 - it does not change
_MODULES: Final = (core, decorators, exceptions, formatting, parser, termui, types)
# What click says to people who call a command; the keys are its own.
CLICK: Final = (
    message("Usage:"),
    message("Options"),
    message("Commands"),
    message("default: {default}"),
    message("[OPTIONS]"),
    message("COMMAND [ARGS]..."),
    message("required"),
    message("Show this message and exit."),
    message("Show the version and exit."),
    message("%(prog)s, version %(version)s"),
    message("Aborted!"),
    message("Error: {message}"),
    message("Error: invalid input"),
    message("Try '{command} {option}' for help."),
    message("Invalid value: {message}"),
    message("Invalid value for {param_hint}: {message}"),
    message("Missing command."),
    message("Missing argument"),
    message("Missing option"),
    message("No such option {name!r}."),
    message("No such command {name!r}."),
    message("Could not open file {filename!r}: {message}"),
    message("Option {name!r} does not take a value."),
    message("Choose from:\n\t{choices}"),
    message("{value!r} is not a valid {number_type}."),
    message("{value} is not in the range {range}."),
)
# Kinds of values, by the names that click makes of their types.
KINDS: Final = (message("TEXT"), message("PATH"), message("INTEGER RANGE"))
CLICK_COUNTED: Final = (
    counted("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    counted("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    counted("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    counted("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
)


def language_first(arguments: Sequence[str]) -> list[str]:
    """A call with its language before all else: people write it after the command as well."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    for place, argument in enumerate(arguments[:end]):
        width = 2 if argument == _OPTION else 1 if argument.startswith(f"{_OPTION}=") else 0
        if width:
            rest = [*arguments[:place], *arguments[place + width :]]
            return [*arguments[place : place + width], *rest]
    return list(arguments)


def language_of(arguments: Sequence[str]) -> str:
    """The language that a call begins with, else that of the environment, as far as it is one."""
    option, _, value = arguments[0].partition("=") if arguments else ("", "", "")
    given = value or next(iter(arguments[1:]), "") if option == _OPTION else ""
    tag = given or os.environ.get(LANGUAGE_VARIABLE, "")
    return tag.lower() if is_tag(tag) else SOURCE


def speak(language: str) -> None:
    """Let click speak a language from here on."""
    words = texts(language)
    _WORDS.set(words)
    for module in _MODULES:
        for name, spoken in (("_", words.gettext), ("ngettext", words.pattern)):
            if hasattr(module, name):
                setattr(module, name, spoken)


def spoken(text: str) -> str:
    """A text in the language that is spoken."""
    return _WORDS.get().gettext(text)
