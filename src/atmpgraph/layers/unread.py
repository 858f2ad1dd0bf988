"""What stands in the folders of a publication and nothing reads: it would be as if nobody had put it there."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, meta

from ..findings import Finding, Place, Severity
from ..formats import STATIC_TYPES
from ..i18n import every_language
from ..reasons import NOT_REGULAR
from ..settings import Settings
from ..settings.layers import Kind, supplied
from ..sources.declared import closest
from .prose import NAME as PAGE

# Which files of a folder are read, by their path inside, and how people are told so.
_READ: Final[Mapping[Kind, tuple[str, str]]] = {
    "mapping": (r"[^/]+\.rml\.ttl", "*.rml.ttl"),
    "shapes": (r"(catalogue/.+|[^/]+)\.ttl", "*.ttl, catalogue/*.ttl"),
    "queries": (r"[^/]+\.rq|columns\.csv", "*.rq, columns.csv"),
    "lists": (r"[^/]+\.toml", "*.toml"),
    "charts": (r"[^/]+\.vl\.json|[^/]+\.rq|theme\.json", "*.vl.json, *.rq, theme.json"),
    "ontology": (r".+\.ttl", "*.ttl"),
    "rules": (r"[^/]+\.rq", "*.rq"),
    "datasets": (r"[^/]+\.rq", "*.rq"),
    "texts": (r"[^/]+\.(po|md)", "<language>.po, <page>.<language>.md"),
    "static": (rf".+({'|'.join(map(re.escape, STATIC_TYPES))})", ", ".join(f"*{suffix}" for suffix in STATIC_TYPES)),
}
# Names that only the files of one folder have.
_PLACED: Final[Mapping[Kind, re.Pattern[str]]] = {
    "texts": re.compile(rf"{PAGE.pattern}|[a-z]{{2,3}}\.po"),
    "mapping": re.compile(r".+\.rml\.ttl"),
    "charts": re.compile(r".+\.vl\.json"),
    "static": re.compile(r"(logo|icon|favicon)\.(svg|png|ico|jpe?g)|.+\.css"),
    "templates": re.compile("|".join(re.escape(path.name) for path in supplied("templates").glob("*.html"))),
}
_TEMPLATE: Final = r".+\.html"
_TABLE: Final = r".+\.(csv|tsv|xlsx|ods)|datapackage\.json|catalogue\.ttl"
# Of programs, and for people; notes in Markdown are too.
_APART: Final = re.compile(r"(.*/)?([.~].*|[^/]*~|Thumbs\.db|desktop\.ini|README|LICENSE)")
_CLOSE: Final = 70  # of 100: a plural, or a slip
_USUAL: Final = {"test", "tests", "state"}  # names that are near, and mean something else
_PAGES: Final = {"pages": "texts", "images": "static", "css": "static", "vocabulary": "ontology"}


def unread_findings(settings: Settings) -> Iterator[Finding]:
    """A warning for each file, and for what is no file, that a person may believe to count."""
    for kind in (*_READ, "templates"):
        own = settings.layered(kind).own
        for path in sorted(own.rglob("*")) if own.is_dir() else ():
            name = path.relative_to(own).as_posix()
            if not _APART.fullmatch(name):
                yield from _judged(settings, kind, path, name)
    data = settings.path(settings.folders.data)
    for path in sorted(data.iterdir()) if data.is_dir() else ():
        yield from _no_file(path, _place(settings, path), _TABLE)
        yield from _outside(settings, path, _place(settings, path))
    yield from _folders(settings)
    yield from _misplaced(settings)


def _judged(settings: Settings, kind: Kind, path: Path, name: str) -> Iterator[Finding]:
    place, (pattern, names) = _place(settings, path), _READ.get(kind, (_TEMPLATE, ""))
    yield from _no_file(path, place, pattern)
    if not path.is_file():
        return
    yield from _outside(settings, path, place)
    if kind == "templates" and name not in _used(settings):
        text = every_language(
            "nothing reads this template: none of the supplied ones is called so, and none of yours names it; rename"
            " it, or take it away"
        )
        yield _warning(place, text)
    elif kind in _READ and path.suffix != ".md" and not re.fullmatch(pattern, name):
        text = every_language(
            "nothing reads this file: those of this folder are called {names}; rename it, or take it away", names=names
        )
        yield _warning(place, text)
    elif kind == "charts" and path.suffix == ".rq" and not any(settings.layered(kind).glob(f"{path.stem}.vl.json")):
        text = every_language(
            "no picture has the rows of this query: write {name}, or put the query into {folder}",
            name=f"{path.stem}.vl.json",
            folder=f"{settings.folders.queries}/",
        )
        yield _warning(place, text)


def _place(settings: Settings, path: Path) -> str:
    """The path of a file, from the folder of the settings."""
    root = settings.path(Path())
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _no_file(path: Path, place: str, pattern: str) -> Iterator[Finding]:
    """A folder with the name of a file; a pipe, a socket or a device."""
    if path.is_dir():
        if re.fullmatch(pattern, path.name) and not path.is_symlink():
            text = every_language("a folder with the name of a file, and nobody reads what is in it; rename it")
            yield _warning(place, text)
    elif path.exists() and not path.is_file():
        yield _warning(place, every_language(NOT_REGULAR))


def _outside(settings: Settings, path: Path, place: str) -> Iterator[Finding]:
    """A link that leads out of the publication."""
    if path.is_symlink() and path.exists() and not path.resolve().is_relative_to(settings.path(Path()).resolve()):
        text = every_language(
            "a link that leads out of the publication, so that a copy of it lacks this; put the file itself here"
        )
        yield _warning(place, text, str(path.readlink()))


def _used(settings: Settings) -> set[str]:
    """The templates that are asked for: by the software, by their name, or by those of the publication."""
    place, environment = settings.layered("templates"), Environment(autoescape=True)
    used = {path.relative_to(place.supplied).as_posix() for path in place.supplied.rglob("*") if path.is_file()}
    named: dict[str, set[str]] = {}
    for path in place.own.rglob("*"):
        if path.is_file():
            try:
                tree = environment.parse(path.read_text("utf-8-sig"))
            except (TemplateSyntaxError, UnicodeDecodeError, RecursionError):
                continue  # the check of the layers says it
            named[path.relative_to(place.own).as_posix()] = set(filter(None, meta.find_referenced_templates(tree)))
    while more := {name for user in used & named.keys() for name in named[user]} - used:
        used |= more
    return used


def _folders(settings: Settings) -> Iterator[Finding]:
    """A folder beside the settings whose name is nearly one of those that are read."""
    root = settings.path(Path())
    here = {supplied(kind) for kind in _READ}  # where the software is developed with a publication
    named = {str(folder): str(folder) for folder in settings.folders.model_dump().values() if isinstance(folder, Path)}
    inside = {kind: settings.layered(kind).own for kind in _READ if kind not in named}
    named |= {own.name: own.relative_to(root).as_posix() for own in inside.values() if own.is_relative_to(root)}
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        is_read = named.get(path.name) == path.name or path in here
        if not path.is_dir() or path.name.startswith(".") or is_read or path.name in _USUAL:
            continue
        meant = _PAGES.get(path.name) or closest(path.name, [*named], _CLOSE)
        if meant in named:
            text = every_language("nothing reads this folder; did you mean {close}?", close=named[meant])
            yield _warning(path.name, text)


def _misplaced(settings: Settings) -> Iterator[Finding]:
    """A file beside the settings, or among the tables, whose name says in which folder it is read."""
    root, data = settings.path(Path()), settings.path(settings.folders.data)
    read = {settings.layered(kind).own for kind in _PLACED}
    for folder in {root: None, data: None}.keys() - read:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            kind = next((kind for kind, pattern in _PLACED.items() if pattern.fullmatch(path.name)), None)
            if kind and path.is_file():
                close = _place(settings, settings.layered(kind).own / path.name)
                text = every_language("nothing reads this file here; put it into its place, {close}", close=close)
                yield _warning(_place(settings, path), text)


def _warning(place: str, text: Mapping[str, str], value: str | None = None) -> Finding:
    return Finding("files", Severity.WARNING, text, (Place(place),), value)
