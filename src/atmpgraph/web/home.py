"""The home page: what the partnership is, for people; for machines the document about it."""

from flask import Blueprint, Response, render_template

from ..http.formats import DOCUMENTS, HTML
from ..http.problem import Problem, ProblemError
from ..http.serialize import serialize
from ..vocab import prefixes
from .current import release, settings
from .describe import describe
from .overview import overview
from .respond import negotiate, send

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def home() -> Response:
    """The partnership of this publication."""
    base = settings().base
    described = describe(release(), f"{base}id/partnership/{settings().partnership}", base)
    if described is None:
        raise ProblemError(Problem(404, "The release does not describe the partnership that the settings name."))
    chosen = negotiate(DOCUMENTS)

    def body() -> bytes | str:
        if chosen[0] is HTML:
            return render_template("home.html", view=overview(described))
        return serialize(described.published(settings().licence), chosen[0], prefixes(base))

    return send(chosen, body)
