"""Commands, options and arguments whose help is in the language of the call; the code has it in English."""

from collections.abc import Callable
from functools import partial
from inspect import cleandoc
from typing import Any, Final

import click

from ..call_texts import spoken

_WHOLE: Final = 1_000  # characters: the first sentence is not cut, but goes on in a line below


class _Helped:
    """What has a help text."""

    english = ""

    def _spoken_help(self) -> str:
        return self.english and spoken(self.english)

    def _take_help(self, text: str | None) -> None:
        self.english = unwrapped(text or "")

    help = property(_spoken_help, _take_help, doc="In the language of the call.")


class SpokenCommand(_Helped, click.Command):
    """A command."""

    def get_short_help_str(self, limit: int = _WHOLE) -> str:  # noqa: ARG002
        """Its first sentence."""
        return super().get_short_help_str(_WHOLE)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """What stands after its name."""
        return [spoken(piece) for piece in super().collect_usage_pieces(ctx)]


class SpokenGroup(SpokenCommand, click.Group):
    """A command that has others."""


class SpokenOption(_Helped, click.Option):
    """An option."""

    def make_metavar(self, ctx: click.Context) -> str:
        """The kind of its value."""
        return spoken(super().make_metavar(ctx))


class SpokenArgument(click.Argument):
    """An argument, which is called by its name."""

    def make_metavar(self, ctx: click.Context) -> str:
        """Its name, in the brackets of one that may be left out."""
        name = (self.name or "").upper()
        return super().make_metavar(ctx).replace(name, spoken(name))


option: Callable[..., Callable[[Any], Any]] = partial(click.option, cls=SpokenOption)
argument: Callable[..., Callable[[Any], Any]] = partial(click.argument, cls=SpokenArgument)


def unwrapped(text: str) -> str:
    """A text with each paragraph on one line, as catalogues have it."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in cleandoc(text).split("\n\n"))
