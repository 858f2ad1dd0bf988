"""The home page: what the partnership is, for people; for machines the catalogue."""

from dataclasses import replace

from flask import Blueprint, Response, render_template

from ...http.problem import Problem, ProblemError
from ..core.context import release, settings
from ..core.description import describe
from ..core.representations import send_representation
from ..pages.home import overview
from .catalogue import described_catalogue

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def home() -> Response:
    """The partnership of this publication, for people; its catalogue, for machines, whole: some follow no pages."""
    base = settings().base
    about = describe(release(), f"{base}id/partnership/{settings().partnership}", base)
    if about is None:
        raise ProblemError(Problem(404, "The release does not describe the partnership that the settings name."))
    found = replace(described_catalogue(base), embedded=about.published(settings().licence))
    return send_representation(
        found,
        None,
        lambda _, blocks, links: render_template("home.html", view=overview(about), data_blocks=blocks, links=links),
        suffixes=False,
    )
