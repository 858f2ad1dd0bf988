"""The application: the resources that the modules of `routes` declare, over a release."""

import gc
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Final

from flask import Flask
from jinja2 import TemplateError
from werkzeug.test import Client

from ..addresses import Addresses, iri_to_path
from ..errors import AtmpgraphError
from ..formats import HTML, TURTLE
from ..i18n import texts
from ..layers.compiled_templates import CompiledTemplates
from ..layers.templates import template_loader
from ..observability import log, metrics
from ..observability.access import AccessLog
from ..settings import FILE_NAME, Settings
from ..vocab import QB
from . import routes
from .core import errors, former_bases, headers, i18n, observation
from .core.context import Publication
from .core.proxy_headers import ProxyHeaders
from .core.serving import Resources
from .pages import charts, editor, filters, prose, search

_PERCENT_ENCODED: Final = 12  # bytes that one character of a query may take in a form
_TEMPLATE: Final = ".html"
_FORM: Final = 65_536  # bytes for all else in a form


def create_app(settings: Settings | None = None, modules: Iterable[ModuleType] | None = None) -> Flask:
    """The WSGI application of a publication, in the process that serves it.

    Args:
        settings: of the publication; by default in the file named by `ATMPGRAPH_SETTINGS`, else in `atmpgraph.toml`.
        modules: those that declare the resources, as `RESOURCES`; by default all in `routes`.
    """
    settings = settings or _settings()
    _begin(settings)
    return _assemble(settings, modules or route_modules())


def prepared_app() -> Flask:
    """The application with its templates and texts, for processes that are forked from this one and `start` it."""
    settings = _settings()
    app = _assemble(settings, route_modules())
    for language in settings.languages:
        texts(language).load()
    for name in app.jinja_env.list_templates(filter_func=lambda name: name.endswith(_TEMPLATE)):
        with suppress(TemplateError, UnicodeDecodeError, OSError, RecursionError):  # its page says what is wrong
            app.jinja_env.get_template(name)
    return app


def start(app: Flask) -> None:
    """Begin to serve a prepared application, and make what all need: the home page and a document, in each language.

    The first reader waits for none of it. What is here then stays, so the collector of garbage passes it over: to look
    at all of it took 70 ms, in which a process answered nobody.
    """
    shared: Publication = app.extensions["atmpgraph"]
    _begin(shared.settings)
    client = Client(partial(Flask.wsgi_app, app))  # without the log of what people request
    documents = [f"/{iri_to_path(shared.settings.base, iri)}" for iri in _a_document(shared)]
    for path in ("/", *documents):
        for language in shared.settings.languages:
            client.get(path, query_string={"lang": language}, headers={"Accept": HTML.media_type})
    for path in documents:
        client.get(f"{path}.{TURTLE.suffix}")
    gc.collect()
    gc.freeze()


def _settings() -> Settings:
    return Settings.load(Path(os.environ.get("ATMPGRAPH_SETTINGS", FILE_NAME)))


def _begin(settings: Settings) -> None:
    log.configure(settings)
    metrics.process_started("web")


def _assemble(settings: Settings, modules: Iterable[ModuleType]) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.jinja_loader = template_loader(settings)
    app.jinja_env.bytecode_cache = CompiledTemplates(settings.layered("templates").supplied)
    app.config["MAX_CONTENT_LENGTH"] = _PERCENT_ENCODED * settings.queries.max_length_characters + _FORM
    app.url_map.merge_slashes = False  # a name may have two in a row
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["atmpgraph"] = Publication(settings)
    Resources(each for module in modules for each in module.RESOURCES).register(app)
    for part in (headers, errors, former_bases, i18n, filters, editor, prose, search, charts, observation):
        part.register(app)
    app.wsgi_app = AccessLog(ProxyHeaders(app.wsgi_app, settings), settings)  # type: ignore[method-assign]
    return app


def _a_document(shared: Publication) -> list[str]:
    """The document of a figure, which is small in any publication; none where there is no figure or no release."""
    with suppress(AtmpgraphError, OSError):
        rows = shared.release().store.select(f"SELECT ?figure {{ ?figure a <{QB}Observation> }} LIMIT 1")
        return [Addresses(shared.settings.base).document(row["figure"].value) for row in rows]
    return []


def route_modules() -> Iterator[ModuleType]:
    """The modules of `routes`."""
    for module in iter_modules(routes.__path__):
        yield import_module(f"{routes.__name__}.{module.name}")
