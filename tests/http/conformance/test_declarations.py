"""The tables and the declarations in the code say the same, and what is in neither, or in one alone, is refused."""

import re
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from werkzeug.wrappers import Response

from atmpgraph.formats import HTML, TEXT
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.web import create_app, route_modules
from atmpgraph.web.core.resource import Resource as Declaration
from atmpgraph.web.core.serving import read_request, resources

from . import tables
from .asking import at
from .tables import RESOURCES, ROUTES, Resource

ROWS = [(rule, row) for rule, rows in ROUTES.items() for row in rows]


def rules(app: Flask) -> set[str]:
    """The patterns that an application serves."""
    return {rule.rule for rule in app.url_map.iter_rules()}


def differences(app: Flask, rule: str, row: Resource, served: Release) -> dict[str, tuple[object, object]]:
    """What a declaration says otherwise than a row: each property as declared and as described."""
    with app.test_request_context(at(row.path, served)) as current:
        request = current.request
        declared = resources().get(request.endpoint)
        assert declared is not None
        both: dict[str, tuple[object, object]] = {
            "rule": (request.url_rule and request.url_rule.rule, rule),
            "methods": (declared.methods, row.methods),
            "pool": (declared.pool.name.lower(), row.pool),
        }
        read = read_request(declared, request.view_args or {})
        if row.status == 200 and not isinstance(read, Response):
            context, subject = read
            formats = (context.fixed,) if context.fixed else declared.formats_of(context, subject)
            first = formats[0] if formats else TEXT
            types = tuple(fmt.media_type for fmt in formats if fmt.media_type not in row.inexpressible)
            both["languages"] = (HTML in formats and context.requested_language is None, row.languages)
            both["cache"] = (declared.cache_of(context, subject, first).name.lower(), row.cache)
            if not declared.ranges:  # the type of a file is that of its name
                both["types"] = (types, row.types)
            if declared.makers:
                both["strong"] = (not declared.version(context, subject, first).weak, row.strong)
    return {name: pair for name, pair in both.items() if pair[0] != pair[1]}


def test_every_declared_resource_is_described(odd_app: Flask) -> None:
    assert rules(odd_app) == set(ROUTES)


@pytest.mark.parametrize(("rule", "row"), ROWS, ids=[row.path for _, row in ROWS])
def test_it_is_declared_as_it_is_described(rule: str, row: Resource, odd_app: Flask, served: Release) -> None:
    assert not differences(odd_app, rule, row, served)


def test_a_resource_that_nobody_describes_is_refused(odd: Settings) -> None:
    added = ModuleType("added")
    added.RESOURCES = (  # type: ignore[attr-defined]
        Declaration(endpoint="added.added", path="/added", summary="", makers={TEXT: lambda *_: "x"}, suffixes=(TEXT,)),
    )
    with pytest.raises(AssertionError):
        test_every_declared_resource_is_described(create_app(odd, [*route_modules(), added]))


def test_a_row_that_says_otherwise_is_refused(odd_app: Flask, served: Release) -> None:
    for row in (
        Resource("/quality.ttl", ("text/html",)),
        Resource("/quality.ttl", ("text/turtle",), cache="immutable"),
        Resource("/quality.ttl", ("text/turtle",), languages=True),
        Resource("/quality.ttl", ("text/turtle",), methods=("GET", "POST")),
        Resource("/quality.ttl", ("text/turtle",), strong=False),
    ):
        assert len(differences(odd_app, "/quality.<suffix>", row, served)) == 1
    assert not differences(odd_app, "/quality.<suffix>", Resource("/quality.ttl", ("text/turtle",)), served)


def test_the_tables_import_nothing_of_the_code() -> None:
    source = Path(tables.__file__).read_text(encoding="utf-8")
    assert not re.search(r"^\s*(?:from|import) (?:atmpgraph|\.)", source, re.MULTILINE)


def test_every_row_is_tested() -> None:
    assert {row.path for _, row in ROWS} == {row.path for row in RESOURCES}
