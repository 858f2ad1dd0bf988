"""The application: blueprints without logic over a release (design §4)."""

import os
from pathlib import Path

from flask import Flask

from ..settings import FILE_NAME, Settings
from .core import files, i18n, response
from .core.context import Publication
from .core.proxy_headers import ProxyHeaders
from .pages import filters
from .routes import (
    catalogue,
    changes,
    discovery,
    documents,
    editor,
    graph_store,
    health,
    home,
    memento,
    openapi,
    problems,
    quality,
    queries,
    releases,
    sparql,
    stream,
)

_PERCENT_ENCODED = 12  # bytes that one character of a query may take in a form, and some room


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application of a publication; without settings those of `ATMPGRAPH_SETTINGS`, else `atmpgraph.toml`."""
    settings = settings or Settings.load(Path(os.environ.get("ATMPGRAPH_SETTINGS", FILE_NAME)))
    app = Flask(__name__, static_folder=None, template_folder="pages/templates")
    app.config["MAX_CONTENT_LENGTH"] = _PERCENT_ENCODED * settings.queries.max_length_characters + 65_536
    app.url_map.merge_slashes = False  # a name may hold two in a row
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["atmpgraph"] = Publication(settings)
    response.register(app)
    problems.register(app)
    i18n.register(app)
    filters.register(app)
    files.register(app)
    for module in (
        home,
        catalogue,
        discovery,
        documents,
        sparql,
        graph_store,
        queries,
        editor,
        releases,
        changes,
        memento,
        stream,
        quality,
        problems,
        openapi,
        health,
    ):
        app.register_blueprint(module.blueprint)
    app.wsgi_app = ProxyHeaders(app.wsgi_app, settings)  # type: ignore[method-assign]
    return app
