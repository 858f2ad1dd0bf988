"""A specification drawn as SVG and PNG by vl-convert: the same input gives the same bytes.

The SVG is one file for light, dark and print: colours are attributes, which a style sheet inside it replaces in the
dark. Its fonts are those that every system has under one of their names; text is text.
"""

import re
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final
from xml.sax.saxutils import escape

import vl_convert  # type: ignore[import-untyped, unused-ignore]
from babel import Locale

from ..i18n import texts
from .apart import names_apart

VERSION: Final = version("vl-convert-python")
_VEGA_LITE: Final = "6.4"
_SCALE: Final = 1.5  # pixels of the PNG for one of the picture
_SIZE: Final = re.compile(r'width="([\d.]+)" height="([\d.]+)"')


class DrawingError(Exception):
    """Vega-Lite does not take a specification; the text says why."""


def draw_svg(specification: Mapping[str, Any], language: str) -> str:
    """A picture with numbers and dates as a language has them.

    Raises:
        DrawingError: the specification is wrong.
    """
    locale = texts(language).locale
    try:
        svg: str = vl_convert.vegalite_to_svg(
            dict(specification),
            vl_version=_VEGA_LITE,
            format_locale=_numbers(locale),
            time_format_locale=_dates(locale),
            allowed_base_urls=[],
        )
    except ValueError as error:
        lines = str(error).splitlines()
        raise DrawingError(lines[1] if len(lines) > 1 else lines[0]) from None
    return names_apart(svg)


def draw_png(svg: str) -> bytes:
    """The same picture in pixels, in light."""
    png: bytes = vl_convert.svg_to_png(svg, scale=_SCALE)
    return png


def style_sheet(dark: Mapping[str, str]) -> str:
    """The colours in the dark: each takes the place of one in the light."""
    rules = "".join(f'[{name}="{light}"]{{{name}:{other}}}' for light, other in dark.items() for name in _PAINTED)
    return f"@media screen and (prefers-color-scheme:dark){{{rules}}}".replace("<", "")


def dressed(svg: str, title: str, description: str, language: str, style: str) -> str:
    """The SVG with its name and its words for those who do not see it, and with its colours in the dark."""
    head, mark, body = svg.partition(">")
    return (
        f'{head} role="img" lang="{language}"{mark}'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
        f"<style>{style}</style>{body}"
    )


_PAINTED: Final = ("fill", "stroke")


def size(svg: str) -> tuple[int, int]:
    """Width and height, in pixels."""
    drawn = _SIZE.search(svg)
    return (round(float(drawn[1])), round(float(drawn[2]))) if drawn else (0, 0)


def _numbers(locale: Locale) -> dict[str, Any]:
    """How a language writes numbers, as d3-format has it."""
    symbols = locale.number_symbols.get("latn", locale.number_symbols)
    return {
        "decimal": str(symbols["decimal"]),
        "thousands": str(symbols["group"]),
        "grouping": [3],
        "currency": ["", ""],
        "percent": f"{symbols['percentSign']}",
        "minus": "−",
    }


def _dates(locale: Locale) -> dict[str, Any]:
    """How a language writes dates, as d3-time-format has it."""
    days = [(number + 6) % 7 for number in range(7)]  # d3 begins with Sunday, Babel with Monday
    return {
        "dateTime": "%d %B %Y %H:%M",
        "date": "%d/%m/%Y",
        "time": "%H:%M",
        "periods": ["AM", "PM"],
        "days": [locale.days["stand-alone"]["wide"][day] for day in days],
        "shortDays": [locale.days["stand-alone"]["abbreviated"][day] for day in days],
        "months": [locale.months["stand-alone"]["wide"][month] for month in range(1, 13)],
        "shortMonths": [locale.months["stand-alone"]["abbreviated"][month] for month in range(1, 13)],
    }
