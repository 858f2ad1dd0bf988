"""The page that says what the tables of a release hold, and each of their columns."""

from typing import Any

from flask import render_template

from ...sources.descriptions import described
from ..core.context import Context


def tables_page(_: Context, descriptor: dict[str, Any]) -> str:
    """The page for people.

    Args:
        descriptor: the Data Package of the release.
    """
    lists = {
        (resource["name"], field["name"]): field["codes"]
        for resource in descriptor["resources"]
        for field in resource["schema"]["fields"]
        if "codes" in field
    }
    return render_template("tables.html", tables=described(descriptor), lists=lists)
