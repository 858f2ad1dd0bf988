"""Short ways to ask a target."""

from atmpgraph.release.release import Release

from .targets import Answer, Target


def at(path: str, served: Release) -> str:
    """A path of the tables, with the release that is served in it."""
    return path.replace("{digest}", served.digest)


def get(target: Target, path: str, accept: str | None = None, **fields: str) -> Answer:
    """GET with an Accept field or none; `Accept_Language=…` is another field."""
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return target.ask(path, fields=({"Accept": accept} if accept is not None else {}) | named)
