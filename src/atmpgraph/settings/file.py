"""The file of the settings, as far as it is TOML: one slip does not hide what else is wrong."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from ..i18n import Sentence, message
from ..reasons import reason_of
from .faults import Fault, WrongSettingsError

_NO_FILE: Final = message(
    "no such file; start a publication with 'atmpgraph init DIR', or name its file with --settings"
)
_NOT_TOML: Final = message("not a TOML file; correct it: {reason}")
_SLIPS: Final = 20  # that are told at once
_AT: Final = re.compile(r"\(at line (\d+)")
_NAME: Final = re.compile(r"""^\s*\[{0,2}\s*["']?([\w-]+)""")

_HEADING: Final = re.compile(r"\s*\[{1,2}\s*([\w-]+)")


def read_settings(file: Path) -> tuple[dict[str, Any], list[Fault], set[str]]:
    """What a file sets, what of it is not TOML, and the settings and groups that may be meant there.

    Raises:
        WrongSettingsError: there is no such file, or nothing of it can be read.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise WrongSettingsError(file, (Fault(Sentence(_NO_FILE)),)) from None
    faults = list[Fault]()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.append(_fault(error, content.count(b"\n", 0, error.start) + 1))
        if b"\0" in content:  # UTF-16, of which no line can be read
            raise WrongSettingsError(file, tuple(faults)) from None
        text = content.decode("utf-8-sig", errors="replace")
    lines, left = text.splitlines(), set[str]()
    while True:
        try:
            return tomllib.loads("\n".join(lines)), faults, left
        except tomllib.TOMLDecodeError as error:
            at = _AT.search(str(error))
            last = min(int(at[1]) if at else len(lines), len(lines))
            first = next((n for n in range(last, 0, -1) if _is_toml(lines[: n - 1])), 1)
            faults.append(_fault(error, last if at else first))
            if len(faults) > _SLIPS:
                raise WrongSettingsError(file, tuple(faults)) from None
            left |= _take(lines, first, last)
        except RecursionError as error:
            raise WrongSettingsError(file, (_fault(error, None),)) from None


def _fault(error: Exception, row: int | None) -> Fault:
    return Fault(Sentence(_NOT_TOML, {"reason": reason_of(error)}), row=row)


def _is_toml(lines: list[str]) -> bool:
    try:
        tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError:
        return False
    return True


def _take(lines: list[str], first: int, last: int) -> set[str]:
    """Leave out the lines of a statement, and those of its group where it is the heading; returns their names."""
    if lines[first - 1].lstrip().startswith("["):
        last = next((n for n in range(last, len(lines)) if lines[n].lstrip().startswith("[")), len(lines))
    names = {match[1] for line in lines[first - 1 : last] if (match := _NAME.match(line))}
    headings = (match[1] for line in reversed(lines[: first - 1]) if (match := _HEADING.match(line)))
    names |= {next(headings, "")}
    lines[first - 1 : last] = [""] * (last - first + 1)
    return names
