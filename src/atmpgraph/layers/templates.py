"""The templates of the pages: those of the publication first, then the supplied ones.

A template of the publication may extend or include the supplied one of any name as `supplied/<name>`.
"""

from typing import Final

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader

from ..settings import Settings

SUPPLIED: Final = "supplied"


def template_loader(settings: Settings) -> BaseLoader:
    """The loader of the templates of a publication."""
    place = settings.layered("templates")
    supplied = FileSystemLoader(place.supplied)
    return ChoiceLoader([FileSystemLoader(place.own), supplied, PrefixLoader({SUPPLIED: supplied})])
