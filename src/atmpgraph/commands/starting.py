"""What makes a publication and keeps it up to date: `init`, `upgrade`, `texts`."""

import json
import shlex
import sys
from pathlib import Path

import click

from ..i18n import texts
from ..languages import is_tag
from .call import NO_TAG, as_json_option, command, settings_of, usage, words_of_call
from .spoken import argument, option


@command()
@argument("folder", type=click.Path(path_type=Path))
@option("--base", default="https://example.org/partnership/", show_default=True, help="Base of the new IRIs.")
@option("--languages", default="", help="Some of fr,nl,de,en, as in de,en; all by default.")
def init(context: click.Context, folder: Path, base: str, languages: str) -> None:
    """Start another partnership in FOLDER, from a small example, marked as fictional, that builds as it is."""
    from ..starter import LANGUAGES, start

    tags = list(dict.fromkeys(tag.strip().lower() for tag in languages.split(",") if tag.strip()))
    if other := [tag for tag in tags if tag not in LANGUAGES]:
        raise usage(
            "--languages {language}: the example is in {listed}; after the first import atmpgraph.toml may name any"
            " language",
            language=other[0],
            listed=", ".join(LANGUAGES),
        )
    start(folder, base, tags)
    commands = f"cd {shlex.quote(str(folder))} && atmpgraph build && atmpgraph serve"
    click.echo(
        texts(context.obj["language"]).gettext("{folder} is ready: {commands}", folder=str(folder), commands=commands)
    )


@command()
@option("--apply", "applies", is_flag=True, help="Put right what can be; without it, nothing changes.")
@as_json_option
def upgrade(context: click.Context, applies: bool, as_json: bool) -> None:
    """Say what this version of the software changes in the publication, and what no longer fits."""
    from ..layers.upgrade import upgrade as run

    settings, language = settings_of(context), context.obj["language"]
    root = Path(context.obj["file"]).resolve().parent
    steps = run(settings, root)
    if applies:
        steps.apply()
        left = run(settings, root)
        steps = type(steps)(steps.news, steps.repairs, left.findings)
    if as_json:
        click.echo(json.dumps({**steps.as_json(), "applied": applies}, ensure_ascii=False, indent=1))
    else:
        words = texts(language)
        for line in [
            *(step.line(language) for step in (*steps.news, *steps.repairs)),
            *(finding.text(language) for finding in steps.findings),
        ]:
            click.echo(line)
        if steps.repairs and not applies:
            click.echo(words.gettext("nothing is changed yet: 'atmpgraph upgrade --apply' does it"))
        elif not (steps.news or steps.repairs or steps.findings):
            click.echo(words.gettext("nothing to do"))
    if steps.findings:
        sys.exit(1)


@command("texts")
@argument("language")
def translate(context: click.Context, language: str) -> None:
    """Write the texts of the interface that LANGUAGE (a tag of BCP 47) lacks into a file, to be translated."""
    from ..layers.languages import write_texts

    if not is_tag(language):
        raise usage(NO_TAG, option=language)
    file, number = write_texts(settings_of(context), language)
    click.echo(
        words_of_call().ngettext(
            "{file}: {n} text to translate", "{file}: {n} texts to translate", number, file=str(file)
        )
    )
