"""Short ways to ask a target."""

from functools import lru_cache

from atmpgraph.rdf.jsonld_context import Context
from atmpgraph.release.release import Release
from atmpgraph.vocab import prefixes

from .targets import Answer, Target


@lru_cache
def _version(base: str) -> str:
    return Context(prefixes(base)).version


def at(path: str, served: Release) -> str:
    """A path of the tables, with the release that is served in it, and the context of its JSON-LD."""
    return path.replace("{digest}", served.digest).replace("{context}", _version(served.base))


def get(target: Target, path: str, accept: str | None = None, **fields: str) -> Answer:
    """GET with an Accept field or none; `Accept_Language=…` is another field."""
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return target.ask(path, fields=({"Accept": accept} if accept is not None else {}) | named)
