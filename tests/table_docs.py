"""The reference of the tables, generated: `python -m tests.table_docs` writes docs/tables.md."""

from pathlib import Path
from typing import Final

from atmpgraph.i18n import texts
from atmpgraph.publish.tables import descriptions
from atmpgraph.settings import Settings

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs" / "tables.md"
_HEAD: Final = """# The tables

What each table and column holds. The page is generated from `data/datapackage.json` by `python -m tests.table_docs`; `atmpgraph tables NAME`
shows the same in your language, and `/tables` of a site with its own columns. `{language}` stands for the tag of a language, such as
`title_fr`. All tables but `sources` and `partnerships` are optional, and so is each column that is not required.
"""


def page() -> str:
    """The page."""
    words, lines = texts("en"), [_HEAD]
    for table in descriptions(Settings.load(ROOT / "atmpgraph.toml")):
        lines += [f"## {table.name}", "", f"{table.title}. {table.description} Key: {', '.join(table.key)}.", ""]
        lines += ["| column | what it holds | notes |", "|---|---|---|"]
        for column in table.columns:
            notes = "; ".join(column.notes(words)).replace("|", "\\|")
            lines.append(f"| `{column.name}` | **{column.title}**: {column.description} | {notes} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
