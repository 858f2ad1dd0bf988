"""The charts of a publication, as a build finds them."""

from ..charts.draw import ChartFiles
from ..settings import Settings


def chart_files(settings: Settings) -> ChartFiles:
    """What its pictures are made from."""
    return ChartFiles(settings.layered("charts"), settings.layered("queries"), settings.languages)
