"""What looks after releases: `verify`, `links`."""

import json
import sys
from itertools import chain

import click

from ..i18n import texts
from ..release.release import named
from .call import as_json_option, command, release_of, settings_of, words_of_call
from .spoken import argument


@command()
@argument("release", required=False)
@as_json_option
def verify(context: click.Context, release: str | None, as_json: bool) -> None:
    """Read every file of RELEASE (the start of its digest, or `current`), or of all and what is beside them.

    With a remote store, what its slots hold as well.
    """
    from ..publish.slot_check import verify_slots
    from ..publish.verify import verify as run

    settings = settings_of(context)
    releases = settings.path(settings.folders.releases)
    damaged, digest = [], named(releases, release) if release else None
    slots = verify_slots(settings, digest) if settings.store.graph_store else ()
    for damage in chain(run(releases, settings.base, digest), slots):
        damaged.append(damage)
        if not as_json:
            click.echo(damage.text(words_of_call()))
    if as_json:
        listed = [{"path": str(damage.path), "reason": str(damage.reason)} for damage in damaged]
        click.echo(json.dumps({"whole": not damaged, "damaged": listed}, ensure_ascii=False, indent=1))
    else:
        words, whole = texts(context.obj["language"]), not damaged
        number = words.ngettext("{n} damaged file", "{n} damaged files", len(damaged))
        click.echo(words.gettext("all files are whole") if whole else number)
    if damaged:
        sys.exit(1)


@command()
@as_json_option
def links(context: click.Context, as_json: bool) -> None:
    """Check the external links of the current release; `/quality` shows the results."""
    from ..quality.link_check import check_links

    settings = settings_of(context)
    canonical = release_of(settings).folder.canonical
    checked = check_links(canonical, settings, lambda link: click.echo(str(link), err=True))
    if as_json:
        click.echo(json.dumps(checked.as_json(), ensure_ascii=False, indent=1))
        return
    for line in checked.lines():
        click.echo(line)
