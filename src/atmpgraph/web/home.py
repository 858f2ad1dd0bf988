"""The home page: what the partnership is, for people; for machines the document about it."""

from flask import Blueprint, Response, render_template

from ..http.problem import Problem, ProblemError
from .current import release, settings
from .describe import describe
from .overview import overview
from .representations import send_representation

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def home() -> Response:
    """The partnership of this publication."""
    base = settings().base
    described = describe(release(), f"{base}id/partnership/{settings().partnership}", base)
    if described is None:
        raise ProblemError(Problem(404, "The release does not describe the partnership that the settings name."))
    return send_representation(
        described,
        None,
        lambda found, block, links: render_template("home.html", view=overview(found), data_block=block, links=links),
        suffixes=False,
    )
