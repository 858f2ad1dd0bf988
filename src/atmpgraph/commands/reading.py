"""What reads releases: `serve`, `query`, `diff`."""

import json

import click
import pyoxigraph as ox

from ..addresses import Addresses
from ..errors import DamagedError, EvaluationError, QueryError
from ..formats import RESULT_FORMATS
from ..sparql.syntax.complexity import expect_shallow
from ..store import Results, Store
from .call import command, refusal_text, release_of, settings_of, usage, words_of_call
from .spoken import argument, option

_RESULTS = tuple(fmt.suffix for fmt in RESULT_FORMATS)
_GRAPHS = {"turtle": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "rdf": ox.RdfFormat.RDF_XML}


@command()
@option("--host", help="Address to listen on; overrides the setting.")
@option("--port", type=click.IntRange(1, 65535), help="Port to listen on; overrides the setting.")
def serve(context: click.Context, host: str | None, port: int | None) -> None:
    """Serve the current release."""
    from ..server.listen import address_text, listen
    from ..server.serve import serve as run

    settings = settings_of(context)
    try:
        release_of(settings)
    except DamagedError as error:  # answered with 503 until a build has made it whole
        click.echo(f"atmpgraph: {error.text(words_of_call())}", err=True)
    host, port = host or settings.server.host, port or settings.server.port
    listening = listen(host, port)
    run(settings, context.obj["file"], listening, f"http://{address_text(host, port)}/")


@command()
@argument("file", type=click.Path(allow_dash=True))
@option(
    "--format",
    "format_",
    type=click.Choice(["table", *_RESULTS, *_GRAPHS]),
    default="table",
    show_default=True,
    help="A table for people, or a format of results or of graphs.",
)
@option("--release", default="current", show_default=True, help="The start of the release's digest, or `current`.")
def query(context: click.Context, file: str, format_: str, release: str) -> None:
    """Run the query in FILE (or `-`) on a release."""
    try:
        with click.open_file(file, encoding="utf-8-sig") as stream:
            text = stream.read()
    except OSError as error:
        raise click.UsageError(refusal_text(error)) from None
    except UnicodeDecodeError:
        raise usage("the query is not in UTF-8; save it in UTF-8") from None
    store = release_of(settings_of(context), release).store
    try:
        expect_shallow(text)
        click.echo(_rendered(store, store.query(text), format_), nl=False)
    except EvaluationError as error:
        raise QueryError("the query cannot be evaluated: {reason}", reason=error.reason) from None


def _rendered(store: Store, results: Results, format_: str) -> bytes | str:
    """The results of a query in a format that fits their kind."""
    if isinstance(results, ox.QueryTriples):
        if format_ in _RESULTS:
            raise usage("the result is a graph; choose one of {formats}", formats=", ".join(_GRAPHS))
        return ox.serialize(store.reading(results), format=_GRAPHS.get(format_, ox.RdfFormat.TURTLE)) or b""
    if format_ in _GRAPHS:
        formats = ", ".join(("table", *_RESULTS))
        raise usage("the result is not a graph; choose one of {formats}", formats=formats)
    if isinstance(results, ox.QueryBoolean):
        if format_ == "table":
            return "yes\n" if results else "no\n"
        from ..sparql.service.result_writers import WRITERS

        return WRITERS[format_].boolean(bool(results))
    names = [variable.value for variable in results.variables]
    if format_ != "table":
        from ..sparql.service.result_writers import whole_result

        return "".join(whole_result(names, store.reading(results), format_))
    rows = [[getattr(row[name], "value", "") for name in names] for row in store.reading(results)]
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    table = [names, ["-" * width for width in widths], *rows]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table)
    return "".join(f"{line}\n" for line in lines)


@command()
@argument("old")
@argument("new", default="current")
@option("--rows", is_flag=True, help="Count a changed row number as a change too.")
@option(
    "--format",
    "format_",
    type=click.Choice(["text", "patch", "json"]),
    default="text",
    show_default=True,
    help="Text for people, an RDF Patch that turns OLD into NEW (rows included), or JSON.",
)
@option("--json", "as_json", is_flag=True, help="The same as --format json.")
def diff(context: click.Context, old: str, new: str, rows: bool, format_: str, as_json: bool) -> None:
    """Show what changed between the releases OLD and NEW (the start of each digest, or `current`)."""
    from ..release.diff import diff as run

    settings = settings_of(context)
    before, after = (release_of(settings, name) for name in (old, new))
    result = run(before.path, after.path, settings.base, rows=rows or format_ == "patch")
    if as_json or format_ == "json":
        click.echo(json.dumps(result.as_json(), ensure_ascii=False, indent=1))
        return
    iris = [Addresses(settings.base).release(release.digest) for release in (before, after)]
    for line in result.patch(*iris) if format_ == "patch" else result.lines():
        click.echo(line)
