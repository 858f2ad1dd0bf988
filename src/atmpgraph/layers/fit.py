"""Whether the publication's own files fit the supplied ones: which are replaced, and what a replacement lacks."""

from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from jinja2 import Environment, TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.filters import FILTERS
from jinja2.tests import TESTS

from ..findings import Finding, Place, Severity
from ..i18n import every_language, message
from ..mapping.document import rebased
from ..quality.shape_texts import filled
from ..reasons import reason_of
from ..settings import Settings
from ..settings.layers import Kind
from ..sources.code_lists import read_code_lists
from ..sources.declared import closest
from ..vocab import RDF, SH
from .look import look_findings
from .places import BROKEN_LINK, place_findings
from .prose import prose_findings
from .templates import SUPPLIED, template_loader
from .terms import nearest, unknown_terms

# The kinds of files in which terms are named, and how those files are called.
NAMING: Final[Mapping[Kind, str]] = {
    "mapping": "*.rml.ttl",
    "shapes": "*.ttl",
    "queries": "*.rq",
    "lists": "*.toml",
    "charts": "*.rq",
    "datasets": "*.rq",
    "rules": "*.rq",
    "ontology": "*.ttl",
}
_NO_FILTER: Final = (
    message("there is no such filter, so that no page can be made of the template; take it away"),
    message("there is no such filter, so that no page can be made of the template; did you mean {close}?"),
)
_NO_TEST: Final = (
    message("there is no such test, so that no page can be made of the template; take it away"),
    message("there is no such test, so that no page can be made of the template; did you mean {close}?"),
)
_NO_NAME: Final = (
    message("no supplied template has this name, so that nothing stands in its place; correct it, or take it away"),
    message("no supplied template has this name, so that nothing stands in its place; did you mean {close}?"),
)
# What a template calls, and how those that there are not are told.
_WORDS: Final[tuple[tuple[type[nodes.Filter | nodes.Test], Collection[str], tuple[str, str]], ...]] = (
    (nodes.Filter, FILTERS, _NO_FILTER),
    (nodes.Test, TESTS, _NO_TEST),
)
_OF_BLOCKS: Final = frozenset({"super", "self", "loop", "caller", "varargs", "kwargs"})
_OF_FLASK: Final = frozenset({"url_for", "get_flashed_messages", "config", "request", "session", "g"})
_BASE: Final = "https://publication.example/"
REPLACING: Final[tuple[Kind, ...]] = (*NAMING, "templates", "static")
_NAMES_SHAPE: Final = frozenset(
    f"{SH}{name}" for name in ("node", "property", "not", "qualifiedValueShape", "sparql", "prefixes")
) | {f"{RDF}first"}


def layer_findings(settings: Settings) -> list[Finding]:
    """A remark for each supplied file that is replaced, and a violation for each thing that does not fit."""
    return [*replaced(settings), *misfits(settings)]


def misfits(settings: Settings) -> list[Finding]:
    """A violation for each thing in the files of the publication that does not fit the supplied ones."""
    return [
        *place_findings(settings),
        *_broken_links(settings),
        *_terms(settings),
        *_shapes(settings),
        *_templates(settings),
        *_unread(settings),
        *look_findings(settings),
        *prose_findings(settings),
    ]


def replaced(settings: Settings) -> Iterator[Finding]:
    """A remark for each supplied file that one of the publication replaces."""
    message = every_language("takes the place of the supplied file; remove it to have that one again")
    for kind in REPLACING:
        for name in settings.layered(kind).replaced():
            yield _finding(f"{kind}/{name}", message, severity=Severity.INFO)
    coverage = settings.layered("coverage")
    if coverage.own.is_file() and coverage.own.read_bytes() != coverage.supplied.read_bytes():
        yield _finding(coverage.own.name, message, severity=Severity.INFO)


def _broken_links(settings: Settings) -> Iterator[Finding]:
    """Links in the folders of the publication that lead to no file, or to a folder, which nobody follows: what they
    name would be as if nobody had put it there.
    """
    message = every_language(BROKEN_LINK)
    unfollowed = every_language(
        "a link to a folder, and nobody reads what is in it; put the folder itself here, or a link for each file"
    )
    data = settings.path(settings.folders.data)
    files = {f"{kind}/": settings.layered(kind).own for kind in (*REPLACING, "texts")}
    places = {
        **{path: f"{kind}{path.relative_to(own).as_posix()}" for kind, own in files.items() for path in own.rglob("*")},
        **{path: path.name for path in data.glob("*")},
    }
    for path, name in sorted(places.items()):
        if path.is_symlink() and not path.exists():
            yield _finding(name, message)
        elif path.is_symlink() and path.is_dir() and "/" in name:
            yield _finding(name, unfollowed)


def unknown_term(iri: str) -> Mapping[str, str]:
    """What is wrong with an IRI that is no term of ours, and what to do."""
    if near := nearest(iri):
        return every_language("there is no such term of atmpgraph; is {iri} meant?", iri=near)
    return every_language(
        "there is no such term of atmpgraph; a term of your own stands under the base of your publication"
    )


def _terms(settings: Settings) -> Iterator[Finding]:
    """Terms of ours that do not exist, in the files of the publication."""
    added = read_code_lists(settings.layered("ontology").rglob("*.ttl"), settings.base).iris
    for kind, pattern in NAMING.items():
        for file in settings.layered(kind).own_files(pattern):
            for line, iri in unknown_terms(file, added):
                yield _finding(file.name, unknown_term(iri), line, iri)


def _shapes(settings: Settings) -> Iterator[Finding]:
    """Shapes that others name and that no file has."""
    place, space = settings.layered("shapes"), f"{settings.base}ns/shapes"
    defined, named = set[str](), dict[str, Path]()
    for file in place.rglob("*.ttl"):
        try:
            text = filled(file.read_text("utf-8-sig"), settings.base, settings.languages)
            for quad in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=settings.base):
                if isinstance(quad.subject, ox.NamedNode):
                    defined.add(quad.subject.value)
                if quad.predicate.value in _NAMES_SHAPE and isinstance(quad.object, ox.NamedNode):
                    named.setdefault(quad.object.value, file)
        except (SyntaxError, ValueError):
            continue  # the check of the graph says it
    missing = every_language("a shape that no file has; write it, or remove your file that replaces the supplied one")
    for iri in sorted(named.keys() - defined):
        if iri.startswith(space):
            yield _finding(named[iri].name, missing, value=iri)


def _templates(settings: Settings) -> Iterator[Finding]:
    """Templates of the publication that cannot be read, or that fill a block that is not there; and blocks that the
    supplied templates fill and that are not there any more.
    """
    environment = Environment(loader=template_loader(settings), autoescape=True)
    own = settings.layered("templates").own
    mine = (
        {path.relative_to(own).as_posix() for path in own.rglob("*.html") if path.is_file()}
        if own.is_dir()
        else set[str]()
    )
    if not mine:
        return
    read: dict[str, nodes.Template] = {}
    yield from _parse_templates(environment, read)
    yield from _template_words(read, mine)
    for name, tree in read.items():
        if name.startswith(f"{SUPPLIED}/"):
            continue
        bases = _names(tree, nodes.Extends)
        absent = [
            used
            for used in chain(bases, _names(tree, nodes.Include, nodes.Import, nodes.FromImport))
            if used not in read
        ]
        if name in mine:
            message = every_language("a template that is not there; the supplied ones are named in the documentation")
            yield from (_finding(f"templates/{name}", message, value=used) for used in absent)
        if name in mine and name in _names(tree, nodes.Extends):
            itself = every_language(
                "the template extends itself; the supplied one is called {name}", name=f"{SUPPLIED}/{name}"
            )
            yield _finding(f"templates/{name}", itself, value=name)
        message = every_language("a block that the template it extends does not have, so that nobody sees it")
        ancestors = [*_ancestors(name, read)]
        blocks = {block.name for base in ancestors for block in read[base].find_all(nodes.Block)}
        if ancestors and (name in mine or mine & set(ancestors)):
            for block in tree.find_all(nodes.Block):
                if block.name not in blocks and not _is_inside(block, tree):
                    yield _finding(f"templates/{name}", message, block.lineno, block.name)


def _parse_templates(environment: Environment, read: dict[str, nodes.Template]) -> Iterator[Finding]:
    """Read all templates; a violation for each that is none."""
    for name in environment.list_templates(filter_func=lambda name: name.endswith(".html")):
        try:
            source = environment.loader.get_source(environment, name)[0] if environment.loader else ""
            read[name] = environment.parse(source)
        except TemplateNotFound:
            continue  # a pipe, or a link that leads nowhere, which is told of
        except (TemplateSyntaxError, UnicodeDecodeError, RecursionError) as error:
            message = every_language("not a template of Jinja: {reason}", reason=reason_of(error))
            yield _finding(f"templates/{name}", message, getattr(error, "lineno", None))


def _template_words(read: Mapping[str, nodes.Template], mine: Collection[str]) -> Iterator[Finding]:
    """Filters, tests and names in the templates of the publication that no page has: those that are there are those of
    Jinja and of the supplied templates.
    """
    supplied = [tree for name, tree in read.items() if name.startswith(f"{SUPPLIED}/")]
    for kind, usual, sentence in _WORDS:
        known_words = {*usual, *(node.name for tree in supplied for node in tree.find_all(kind))}
        for name in sorted(mine & read.keys()):
            for node in read[name].find_all(kind):
                if node.name not in known_words:
                    yield _word(name, node.name, known_words, sentence, Severity.VIOLATION, node.lineno)
    names = {*DEFAULT_NAMESPACE, *_OF_FLASK, *_OF_BLOCKS}.union(*map(_read_names, supplied))
    for name in sorted(mine & read.keys()):
        for word in sorted(_read_names(read[name]) - _given_names(read[name]) - names):
            yield _word(name, word, names, _NO_NAME, Severity.WARNING, None)


def _read_names(tree: nodes.Template) -> set[str]:
    return {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}


def _given_names(tree: nodes.Template) -> set[str]:
    """The names to which a template itself gives something."""
    given = {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"}
    given |= {node.name for node in tree.find_all(nodes.Macro)} | {node.target for node in tree.find_all(nodes.Import)}
    aliases = (alias for node in tree.find_all(nodes.FromImport) for alias in node.names)
    return given | {alias if isinstance(alias, str) else alias[1] for alias in aliases}


def _word(
    template: str, word: str, words: Collection[str], sentences: tuple[str, str], severity: Severity, line: int | None
) -> Finding:
    close = closest(word, [*words])
    text = every_language(sentences[1], close=close) if close else every_language(sentences[0])
    return _finding(f"templates/{template}", text, line, word, severity)


def _is_inside(block: nodes.Block, tree: nodes.Template) -> bool:
    """Whether a block stands inside another one, where it is shown."""
    return any(block in set(other.find_all(nodes.Block)) for other in tree.find_all(nodes.Block) if other is not block)


def _ancestors(name: str, read: Mapping[str, nodes.Template]) -> Iterator[str]:
    """The templates that one extends, the nearest first."""
    seen = {name}
    while bases := [base for base in _names(read[name], nodes.Extends) if base in read and base not in seen]:
        name = bases[0]
        seen.add(name)
        yield name


def _names(tree: nodes.Template, *kinds: type[nodes.Node]) -> list[str]:
    """The templates that a template names in some statements."""
    used = (statement.template for statement in tree.find_all(kinds))  # type: ignore[attr-defined]
    return [node.value for node in used if isinstance(node, nodes.Const) and isinstance(node.value, str)]


def _unread(settings: Settings) -> Iterator[Finding]:
    """Mapping documents where an earlier version had them, which nobody reads any more."""
    place = settings.layered("mapping")
    before = settings.path(settings.folders.data) / "mapping"
    if not before.is_dir() or before in {place.own, place.supplied}:
        return
    message = every_language("nobody reads this any more: 'atmpgraph upgrade' says what to do with it")
    for file in sorted(before.glob("*.rml.ttl")):
        if _as_supplied(file) == _as_supplied(place.supplied / file.name):
            continue
        yield _finding(f"data/mapping/{file.name}", message)


def _as_supplied(file: Path) -> str | None:
    """A mapping document without the base of its publication; None if there is no such file."""
    return rebased(file.read_text(encoding="utf-8-sig", errors="replace"), _BASE) if file.is_file() else None


def _finding(
    file: str,
    message: Mapping[str, str],
    line: int | None = None,
    value: str | None = None,
    severity: Severity = Severity.VIOLATION,
) -> Finding:
    return Finding("files", severity, message, (Place(file, line),), value)
