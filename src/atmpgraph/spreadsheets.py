"""What is written for spreadsheets and by them: a cell that looks like a formula stays a text."""

import re
from typing import Final

SEPARATOR: Final = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # a line with which Excel is told the separator

# What programs for spreadsheets begin a formula with (OWASP, CSV Injection); a number may begin with a sign.
_BEGINNINGS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_text(cell: str) -> str:
    """A cell of a CSV file as a spreadsheet shows it: an apostrophe stands before what looks like a formula."""
    return f"'{cell}" if cell.startswith(_BEGINNINGS) and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    return cell[:1] in {"+", "-"} and cell[1:].replace(".", "", 1).isdecimal() and cell.isascii()
