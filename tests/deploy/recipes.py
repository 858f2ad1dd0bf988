"""The commands of docs/operations.md, which the tests run as they stand there."""

import re

from ..conftest import ROOT

_DOCUMENT = ROOT / "docs" / "operations.md"


def recipe(heading: str, number: int = 1) -> str:
    """The commands under a heading.

    Args:
        heading: of any level, without its marks.
        number: of the block of commands under it.
    """
    text = _DOCUMENT.read_text(encoding="utf-8")
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    assert section, f"{_DOCUMENT} has no heading {heading!r}"
    blocks = re.findall(r"(?:^ {4}.*\n)(?:^ {4}.*\n|^\n(?= {4}))*", section[1], re.MULTILINE)
    assert len(blocks) >= number, f"{_DOCUMENT} has {len(blocks)} blocks of commands under {heading!r}"
    return re.sub(r"^ {4}", "", blocks[number - 1], flags=re.MULTILINE)
