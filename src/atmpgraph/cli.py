"""The command line. Exit status: 0 done; 1 the data are wrong, or there is nothing to work on; 2 the call is wrong."""

from pathlib import Path

import click
from click.core import ParameterSource

from . import __version__
from .call_texts import LANGUAGE_VARIABLE, language_first, language_of, speak
from .commands import filling, keeping, making, reading, starting
from .commands.call import NO_TAG, usage
from .commands.spoken import SpokenGroup, SpokenOption, option
from .i18n import SOURCE
from .languages import is_tag
from .observability.stream import fill_standard_descriptors
from .settings import FILE_NAME


class _Main(SpokenGroup):
    """The command, in the language that is asked for wherever it stands in the call, its own words included."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the language first: all that may be wrong with the call is said in it."""
        args = language_first(args)
        speak(language_of(args))
        return super().parse_args(ctx, args)


@click.group(cls=_Main, context_settings={"help_option_names": ["-h", "--help"]})
@option(
    "--settings",
    "file",
    type=click.Path(path_type=Path),
    default=FILE_NAME,
    envvar="ATMPGRAPH_SETTINGS",
    show_default=True,
    help="The settings of the publication.",
)
@option(
    "--language",
    default=SOURCE,
    envvar=LANGUAGE_VARIABLE,
    show_default=True,
    help="Language of reports, by its tag (BCP 47).",
)
@click.version_option(__version__, cls=SpokenOption)
@click.pass_context
def main(context: click.Context, file: Path, language: str) -> None:
    """Publish a partnership's tables as checked, citable linked data."""
    fill_standard_descriptors()
    origin = context.get_parameter_source("language")
    if not is_tag(language):
        option = (
            f"{LANGUAGE_VARIABLE}={language}" if origin is ParameterSource.ENVIRONMENT else f"--language {language}"
        )
        raise usage(NO_TAG, option=option)
    is_asked = origin is ParameterSource.COMMANDLINE
    context.obj = {"file": file, "language": language.lower(), "is_asked": is_asked}


for _module in (starting, filling, making, reading, keeping):
    for _command in vars(_module).values():
        if isinstance(_command, click.Command):
            main.add_command(_command)
